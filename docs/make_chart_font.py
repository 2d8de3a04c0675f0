"""Make the font of the charts again: the characters of GB 2312 and of the packs, cut from Noto Sans CJK SC.

    python docs/make_chart_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

It needs fontTools and the font of Debian's package fonts-noto-cjk. The same font and the same packs give the
same bytes; what is cut out carries another name, so that no other font answers to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).parents[1]
OUT = ROOT / "edutargets" / "chart_font" / "edutargets-sans-sc.otf"
FAMILY = "EduTargets Sans SC"
SIGNS = "㎡㎞㎏℃—–…‘’“”·×÷±≤≥≈≠→←↑↓△▽○●◐∅§°€£¥￥％〔〕〞‰½⅓²³"


def characters() -> set[str]:
    """Return what the font must hold: ASCII and Latin, GB 2312 whole, and every character of a pack."""
    found = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x180))} | set(SIGNS)
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            found.update(bytes((high, low)).decode("gb2312", "ignore"))
    for path in sorted((ROOT / "edutargets" / "packs").rglob("*")):
        if path.suffix in {".yaml", ".md", ".txt"}:
            found.update(path.read_text(encoding="utf-8"))
    return {one for one in found if one.isprintable()}


def main(source: str) -> None:
    """Cut the font out and write it."""
    fonts = TTCollection(source, lazy=True).fonts
    font = next(one for one in fonts if one["name"].getDebugName(4) == "Noto Sans CJK SC")
    options = Options()
    options.layout_features, options.hinting, options.notdef_outline = [], False, True
    options.recalc_timestamp = False
    options.name_IDs, options.name_languages = [0, 1, 2, 4, 6, 13, 14], [0x409]
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    cutter = Subsetter(options)
    cutter.populate(text="".join(sorted(characters())))
    cutter.subset(font)
    names = {1: FAMILY, 4: FAMILY, 6: FAMILY.replace(" ", "")}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    top = font["CFF "].cff
    top.fontNames, top.topDictIndex[0].FullName = [names[6]], FAMILY
    top.topDictIndex[0].FamilyName = FAMILY
    font.save(OUT)
    sys.stdout.write(f"{OUT}: {len(font.getBestCmap())} characters, {OUT.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
