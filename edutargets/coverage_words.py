"""How much of a plan's text is accounted for, said as text and as JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.wording import Language, chosen, decimal_text, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.coverage import Coverage, CoveredSentence, Part

__all__ = ["counted_text", "coverage_json", "coverage_text", "part_text"]


def counted_text(counted: tuple[int, int], language: Language = "en") -> str:
    """Say a share so that 100 % means all.

    Examples:
        >>> counted_text((9999, 10000)), counted_text((2, 2)), counted_text((0, 0))
        ('9999 of 10000 (99.9 %)', '2 of 2 (100 %)', '0 of 0 (100 %)')
        >>> counted_text((9999, 10000), "zh")
        '9999 / 10000（99.9 %）'
    """
    bound, total = counted
    share = rounded(Fraction(100 * bound, total), 1, "down") if total else Fraction(100)
    percent = f"{decimal_text(share, 0 if share.denominator == 1 else 1)} %"
    return chosen(language, f"{bound} of {total} ({percent})", f"{bound} / {total}（{percent}）")


def coverage_text(coverage: Coverage, language: Language = "en") -> str:
    """Say how much is bound, what is not with its clause and line, and what is excluded for which reason."""
    sentences, numbers = (counted_text(one, language) for one in (coverage.sentences, coverage.numbers))
    lines = [
        coverage.pack.id,
        chosen(language, f"  sentences bound: {sentences}", f"  已对应的句子：{sentences}"),
        chosen(language, f"  numbers bound: {numbers}", f"  已对应的数字：{numbers}"),
    ]
    lines += _block(chosen(language, "unbound", "未对应"), [*_unbound_lines(coverage, language)])
    if coverage.unnoticed:
        heading = chosen(
            language,
            "could be deleted unnoticed (say `promises:` in the cite of those that share their words)",
            "删去也不会被发现（请在共用原文的引用中写明 `promises:`）",
        )
        lines += _block(heading, list(coverage.unnoticed))
    excluded = [
        f"{one.id} ({one.clause}): “{one.quote}”\n    {one.reason.in_language(language)}"
        for one in coverage.exclusions
    ]
    lines += _block(chosen(language, "excluded", "排除"), excluded)
    return "\n".join(lines)


def _block(heading: str, items: list[str]) -> list[str]:
    return ["", f"{heading}: {len(items)}", *(f"  {item}" for item in items)] if items else []


def _unbound_lines(coverage: Coverage, language: Language) -> Iterator[str]:
    for text in coverage.texts:
        for one in text.sentences:
            if not one.bound:
                said = "; ".join(part_text(part, language) for part in one.unbound)
                yield f"{_place(one, language)}: {said}"


def _place(one: CoveredSentence, language: Language) -> str:
    sentence = one.sentence
    line = chosen(language, f"line {sentence.line}", f"第{sentence.line}行")
    return f"{sentence.clause}, {line}" if sentence.clause else line


def part_text(part: Part, language: Language = "en") -> str:
    """Say a part of a sentence that is not accounted for."""
    if part.kind == "quote":
        return chosen(
            language,
            f"“{part.text}” makes {part.needed} promises, {len(part.binders)} are bound",
            f"“{part.text}”含{part.needed}项承诺，已对应{len(part.binders)}项",
        )
    kind = chosen(language, "the number ", "数字") if part.kind == "number" else ""
    return f"{kind}“{part.text}”"


def coverage_json(coverage: Coverage) -> str:
    """Return everything as JSON: each sentence with its phrases and numbers, and what binds them."""
    record = {
        "pack": coverage.pack.id,
        "whole": coverage.whole,
        "sentences": dict(zip(("bound", "total"), coverage.sentences, strict=True)),
        "numbers": dict(zip(("bound", "total"), coverage.numbers, strict=True)),
        "texts": [
            {
                "document": text.text.document,
                "sha256": coverage.pack.texts[text.text.document].sha256,
                "sentences": [_record(one) for one in text.sentences],
            }
            for text in coverage.texts
        ],
        "unnoticed": list(coverage.unnoticed),
        "exclusions": [
            {"id": one.id, "clause": one.clause, "quote": one.quote, "reason": one.reason.model_dump()}
            for one in coverage.exclusions
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def _record(one: CoveredSentence) -> dict[str, object]:
    sentence = one.sentence
    return {
        "kind": sentence.kind,
        "clause": sentence.clause,
        "line": sentence.line,
        "text": sentence.text,
        "bound": one.bound,
        "parts": [
            {
                "kind": part.kind,
                "text": part.text,
                "bound": part.bound,
                "needed": part.needed,
                "by": list(part.binders),
            }
            for part in one.parts
        ],
    }
