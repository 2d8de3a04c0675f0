"""What a review says: one line for each target that moved, from what to what, in a screenful."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.errors import UnitError
from edutargets.goals import Verdict
from edutargets.plain_texts import one_line
from edutargets.units import parse_unit
from edutargets.wording import Ruler, chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.baselines import Fields
    from edutargets.result_differences import Change, Moved
    from edutargets.reviews import Review
    from edutargets.wording import Language

__all__ = ["review_json", "review_text", "shown_change"]

_MOST_MOVED, _MOST_INPUTS = 12, 4
_LONGEST = 60
_HASH = 64
_PURE = frozenset({"coefficient", "dispersion", "comparison", "k_of_n", "trend"})
_NUMBERS = ("value", "lower", "upper", "shortfall", "needed")
_NAMES = {
    "verdict": "结论",
    "value": "数值",
    "period": "年度",
    "goal": "要求",
    "unit": "单位",
    "shortfall": "差距",
    "needed": "达成所需",
    "lower": "下限",
    "upper": "上限",
    "decision": "决定",
    "rows": "行数",
    "agreement": "是否一致",
}
_INPUTS = {
    "cell": "单元格",
    "data": "数据",
    "lock": "依赖锁定文件",
    "packages": "依赖包版本",
    "parameter": "参数",
    "plan": "规划",
    "suites": "检查规则",
    "targets": "目标",
    "version": "版本",
}
_OUTCOMES = {
    0: ("the same: {count} records", "一致：共 {count} 条结果"),
    1: ("{moved} of {count} records differ", "{count} 条结果中 {moved} 条不同"),
    3: (
        "the numbers are the same ({count} records); inputs or versions differ",
        "数值一致（{count} 条结果），但来源或版本不同",
    ),
}


def review_text(review: Review, language: Language = "en") -> str:
    """Return what is told on a terminal: never more than a screenful."""
    records = [one for one in review.moved if not one.is_text]
    told, cells = records or review.moved, [one.id for one in review.moved if one.is_text]
    lines = [_moved_line(one, language) for one in told[:_MOST_MOVED]]
    lines += _more(len(told) - _MOST_MOVED, language)
    if records and cells:
        names = ", ".join(name.removeprefix("cell ") for name in cells)
        lines.append(
            _cut(chosen(language, f"other text in cells {names}", f"文字也不同的单元格：{names}"), "")
        )
    lines += [_input_line(one, language) for one in review.inputs[:_MOST_INPUTS]]
    lines += _more(len(review.inputs) - _MOST_INPUTS, language)
    en, zh = _OUTCOMES[review.exit_code]
    last = chosen(language, en, zh).format(count=review.count, moved=len(review.moved))
    return "\n".join([*lines, f"{review.name}: {last}"]) + "\n"


def _more(count: int, language: Language) -> list[str]:
    return [chosen(language, f"… and {count:,} more", f"……另有 {count:,} 项")] if count > 0 else []


def _moved_line(one: Moved, language: Language) -> str:
    where = chosen(language, f" [{one.block}]", f"〔{one.block}〕")
    if one.kind == "removed":
        return chosen(
            language,
            f"{one.id}: gone{_was(one.old, language)}{where}",
            f"{one.id}：已不在{_was(one.old, language)}{where}",
        )
    if one.kind == "added":
        return chosen(
            language,
            f"{one.id}: new{_was(one.new, language)}{where}",
            f"{one.id}：新出现{_was(one.new, language)}{where}",
        )
    said = [shown_change(change, one, language) for change in one.telling[:3]]
    return f"{one.id}{chosen(language, ': ', '：')}{chosen(language, '; ', '；').join(said)}"


def _was(fields: Fields, language: Language) -> str:
    """Say in brackets what a target was that came or went."""
    if "verdict" not in fields:
        return ""
    verdict = _verdict(str(fields["verdict"]), language)
    value = f", {_number('value', str(fields['value']), fields, language)}" if "value" in fields else ""
    return f" ({verdict}{value})"


def _verdict(value: str | None, language: Language) -> str:
    """Say a verdict with its sign; what is none stands as it is."""
    known = {verdict.value: verdict for verdict in Verdict}
    return verdict_text(known[value], language) if value in known else value or ""


def shown_change(change: Change, one: Moved, language: Language) -> str:
    """Say a change as a reader knows the number: with its unit, in digits that show the difference."""
    old, new = _shown_pair(change, one, language)
    last = change.field.rpartition(".")[2]
    name = change.field.replace(last, chosen(language, last, _NAMES.get(last, last)))
    return f"{name} {old} → {new}"


def _shown_pair(change: Change, one: Moved, language: Language) -> tuple[str, str]:
    nothing = chosen(language, "nothing", "无")
    old, new = change.old, change.new
    last = change.field.rpartition(".")[2]
    if last == "verdict":
        return _verdict(old, language) or nothing, _verdict(new, language) or nothing
    if last in _NUMBERS or change.field.startswith("parts."):
        texts = [
            _number(change.field, value, fields, language) if value is not None else nothing
            for value, fields in ((old, one.old), (new, one.new))
        ]
        if texts[0] != texts[1]:
            return texts[0], texts[1]
        closer = _in_order(change, one, language)
        if closer is not None:
            return closer
    return _cut(old, nothing), _cut(new, nothing)


def _in_order(change: Change, one: Moved, language: Language) -> tuple[str, str] | None:
    """Write two numbers that look the same with as many digits as tell them apart."""
    values = [_exact(change.old), _exact(change.new)]
    ruler = _ruler(change.field, one.new, language)
    if ruler is None or values[0] is None or values[1] is None or values[0] == values[1]:
        return None
    first, second = ruler.in_order([values[0], values[1]])
    return f"{first} {ruler.words(values[0])}".rstrip(), f"{second} {ruler.words(values[1])}".rstrip()


def _exact(text: str | None) -> Fraction | None:
    try:
        return Fraction(text) if text is not None else None
    except (ValueError, ZeroDivisionError):
        return None


def _number(name: str, text: str, fields: Fields, language: Language) -> str:
    """Write an exact number with its unit; never on the other side of the goal than it is."""
    value, ruler = _exact(text), _ruler(name, fields, language)
    if value is None or ruler is None:
        return _cut(text, "")
    return ruler.fitted([value]).text(value)


def _ruler(name: str, fields: Fields, language: Language) -> Ruler | None:
    """Return how the numbers of a record are written; nothing where its unit is not known."""
    if name.startswith("parts.") or name == "needed":
        return Ruler(None, language)
    unit, kind = str(fields.get("unit", "")), str(fields.get("type", ""))
    hundred = unit.endswith("*100")
    try:
        _, known = parse_unit(unit.removesuffix("*100")) if unit else (1, None)
    except UnitError:
        return None
    value, short = _exact(str(fields.get("value"))), _exact(str(fields.get("shortfall")))
    limits = (value + short, value - short) if value is not None and short else ()
    share = not unit and (kind not in _PURE or "%" in str(fields.get("goal", "")))
    return Ruler(known, language, percent=share, limits=limits if name == "value" else (), hundred=hundred)


def _cut(text: str | None, nothing: str) -> str:
    if text is None:
        return nothing
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _input_line(one: Change, language: Language) -> str:
    """Say which input differs; a hash by its first digits."""
    kind, _, name = one.field.partition(" ")
    what = f"{chosen(language, kind, _INPUTS.get(kind, kind))} {name}".rstrip()
    if kind not in {"version", "parameter"}:
        what = chosen(language, f"made from another {what}", f"来源不同：{what}")
    old, new = _apart(one.old, one.new)
    return f"{what}{chosen(language, ': ', '：')}{_hashed(old, language)} → {_hashed(new, language)}"


def _apart(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Leave out what both have, where two submissions have a file of one name."""
    before, after = ([] if text is None else text.split(", ") for text in (old, new))
    left, right = ([one for one in a if one not in b] for a, b in ((before, after), (after, before)))
    return ", ".join(left) or None, ", ".join(right) or None


def _hashed(text: str | None, language: Language) -> str:
    if text is None:
        return chosen(language, "nothing", "无")
    pieces = text.split(", ")
    if all(len(piece) == _HASH for piece in pieces):
        return ", ".join(f"{piece[:8]}…" for piece in pieces)
    return _cut(text, "")


def review_json(reviews: Sequence[Review]) -> str:
    """Return reviews for programs: every field that differs, exact."""
    content = {"schema": "edutargets/review/1", "reviews": [_record(review) for review in reviews]}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _record(review: Review) -> dict[str, object]:
    return {
        "name": review.name,
        "exit_code": review.exit_code,
        "records": review.count,
        "failed": review.failed,
        "moved": [
            {"id": one.id, "where": one.block, "kind": one.kind, "changes": [_change(c) for c in one.changes]}
            for one in review.moved
        ],
        "inputs": [_change(one) for one in review.inputs],
    }


def _change(one: Change) -> dict[str, str | None]:
    return {"field": one.field, "old": one.old, "new": one.new}
