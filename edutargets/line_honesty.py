"""How near a value lies to the line: whether rounding it as the plan rounds its goal would put it there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import exactly
from edutargets.explanation_section import Section
from edutargets.goal_wording import ruler_of
from edutargets.goals import Verdict
from edutargets.judged_words import deciding_parts, part_ruler
from edutargets.row_targets import Dispersion
from edutargets.targets import Comparison, Growth, Milestone, PerHundred, Trend
from edutargets.units import Quantity, factors_of, is_currency, split_number
from edutargets.wording import Ruler, chosen, limits_of, rounded, unit_words

if TYPE_CHECKING:
    import pint

    from edutargets.attainment import Attainment
    from edutargets.judging import Result
    from edutargets.wording import Language

__all__ = ["NearTheLine", "at_the_line", "near_the_line"]

_NEAR = Fraction(1, 20)
_WORDS = ("at_least", "at_most", "above", "below", "exactly", "between")


@dataclass(frozen=True, slots=True)
class NearTheLine:
    """A value that lies on the line, or would once it is rounded as the plan writes its goal.

    Args:
        value: The exact value, in the measure's unit; it alone decides.
        limit: The line.
        step: One unit of the last digit that the goal is written with, in the measure's unit.
        printed: The value rounded half up to that step.
        verdict: What the value means.
        printed_verdict: What the rounded value would mean.
        distance: How far the line is, in teachers, schools, yuan; ``None`` where that makes no sense.
        unit: What they are.
        part: The total that is that far from the line.
    """

    value: Fraction
    limit: Fraction
    step: Fraction
    printed: Fraction
    verdict: Verdict
    printed_verdict: Verdict
    distance: Fraction | None
    unit: pint.Unit | None
    part: str = ""

    @property
    def on_the_line(self) -> bool:
        """Whether the exact value is the limit itself."""
        return self.value == self.limit

    @property
    def misleads(self) -> bool:
        """Whether the rounded value would say something else than the exact one."""
        return self.printed_verdict is not self.verdict


def near_the_line(attainment: Attainment) -> NearTheLine | None:
    """Say whether a value lies within rounding of the line; ``None`` where it does not, or has no line.

    Half a unit of the last digit of the goal on either side is near, if that is no more than a twentieth of
    it: some way to round puts the value on the line. What is not exactly known is told by its range instead.
    """
    attainment = attainment.original
    result, measure = attainment.deciding, attainment.measure
    if result is None or measure is None or result.value is None or result.goal is None:
        return None
    if isinstance(attainment.target, Trend | Comparison | Milestone) or result.goal.word not in _WORDS:
        return None
    if result.bounds is None or not result.bounds.is_exact or result.verdict is Verdict.NOT_EVALUABLE:
        return None
    value = result.value
    limit = min(limits_of(result.goal), key=lambda one: (abs(value - one), one))
    step = _step(attainment, result, limit)
    if step is None or abs(value - limit) > min(step / 2, abs(limit) * _NEAR):
        return None
    printed = rounded(value / step, 0) * step
    part, distance = _distance(attainment, result, limit)
    unit = part_ruler(attainment, part, "en").unit if part else None
    seen = result.goal.judge(exactly(printed))
    return NearTheLine(value, limit, step, printed, result.verdict, seen, distance, unit, part)


def _step(attainment: Attainment, result: Result, limit: Fraction) -> Fraction | None:
    """Return one unit of the last digit that the goal is written with; a whole percent where all must."""
    target, measure, goal = attainment.target, attainment.measure, result.goal
    assert measure is not None  # its caller looked
    assert goal is not None  # its caller looked
    if measure.entities is not None and target.mean_of is None:
        share = target.share_at_least
        if share is None:
            return Fraction(1, 100) if result.value != limit else None
        return _last_digit(share, limit)
    written = getattr(target, goal.word, None)
    if isinstance(written, tuple):
        written = written[0 if goal.lower is not None and limit == goal.lower.lower else 1]
    return _last_digit(written, limit) if isinstance(written, Quantity) else None


def _last_digit(written: Quantity, limit: Fraction) -> Fraction | None:
    """Return one unit of the last digit of a number as it is written, in the unit that the limit is in."""
    if not written.number or not limit or not written.written:
        return None
    digits, _, scale = split_number(written.written)
    decimals = len(digits.partition(".")[2])
    return abs(Fraction(scale, 10**decimals) * limit / written.number)


def _distance(attainment: Attainment, result: Result, limit: Fraction) -> tuple[str, Fraction | None]:
    """Return the total that is too small or too large for the line, and by how much, the others unchanged."""
    names, parts = deciding_parts(attainment, result), result.parts
    if isinstance(attainment.target, Dispersion):
        return "", None
    if isinstance(attainment.target, Growth) and {"before", "after"} <= set(parts):
        return "after", abs(parts["after"].value - parts["before"].value * (1 + limit))
    if len(names) == 1:
        return names[0], abs(parts[names[0]].value - limit)
    if len(names) != 2:  # noqa: PLR2004  # a numerator and a denominator
        return "", None
    above, below = (parts[name].value for name in names)
    hundred = 100 if isinstance(attainment.target, PerHundred) else 1
    return names[0], abs(above - limit * below / hundred)


# words ---------------------------------------------------------------------------------------------


def at_the_line(attainment: Attainment, language: Language) -> Section | None:
    """Say that the value lies at the line, how it would read rounded, and how far the line is."""
    found = near_the_line(attainment)
    if found is None or (found.on_the_line and found.verdict is Verdict.MET and _goes_without_saying(found)):
        return None
    attainment = attainment.original
    lines = (_rounding(attainment, found, language), _distance_words(found, language))
    label = chosen(language, "at the line", "临界")
    return Section("at_the_line", label, tuple(line for line in lines if line))


def _goes_without_saying(found: NearTheLine) -> bool:
    """Whether nobody asks if the limit is enough: all of them, or so many whole things."""
    return found.limit.denominator == 1 and found.step >= Fraction(1, 100)


def _rounding(attainment: Attainment, found: NearTheLine, language: Language) -> str:
    result, measure = attainment.deciding, attainment.measure
    assert result is not None  # there is a value
    assert measure is not None  # there is a value
    if found.on_the_line:
        if found.verdict is Verdict.MET:
            return chosen(language, "exactly the limit, which is enough", "恰好等于限值，算达到")
        return chosen(language, "exactly the limit, which is not enough", "恰好等于限值，不算达到")
    ruler = ruler_of(measure, language, result.goal, [found.value])
    value, limit = ruler.text(found.value), ruler.goal_text(found.limit)
    printed = ruler.goal_text(found.printed)
    same = found.printed == found.limit
    looks = {
        Verdict.MET: ("and look as if it were met", "会显得已达成"),
        Verdict.NOT_MET: ("and look as if it were not met", "会显得未达成"),
    }.get(found.printed_verdict, ("", ""))
    en = f"rounded like the goal it would read {printed}" + (", the limit itself" if same else "")
    zh = f"按目标的位数四舍五入为 {printed}" + ("，与限值相同" if same else "")
    if found.misleads:
        en, zh = f"{en}, {looks[0]}", f"{zh}，{looks[1]}"
    side = ("above", "高于") if found.value > found.limit else ("below", "低于")
    return chosen(
        language,
        f"{en}; the exact value {value} decides, {side[0]} {limit}",
        f"{zh}；判定以准确值 {value} 为准，{side[1]} {limit}",
    )


def _distance_words(found: NearTheLine, language: Language) -> str:
    if found.distance is None or not found.distance:
        return ""
    factors = factors_of(found.unit) if found.unit is not None else {}
    if found.distance < 1 and factors and not any(is_currency(name) for name in factors):
        one = f"1 {unit_words(found.unit, language, Fraction(1))}"
        return chosen(language, f"the line is less than {one} away", f"距限值不到 {one}")
    text = Ruler(found.unit, language, limits=(Fraction(0),)).text(found.distance)
    return chosen(language, f"the line is {text} away", f"距限值 {text}")
