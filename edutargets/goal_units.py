"""A written goal in the unit of its measure: 7000 元/生/年 against yuan and students counted in one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.bounds import exactly
from edutargets.errors import Fault, UnitError
from edutargets.goals import Goal, goal_of
from edutargets.targets import (
    Amount,
    Comparison,
    Count,
    Density,
    Growth,
    PerHundred,
    Ratio,
    Target,
    Trend,
)
from edutargets.units import Quantity, factors_of, parse_unit, registry, unit_text

if TYPE_CHECKING:
    from fractions import Fraction

    import pint

__all__ = ["goal_in_unit", "quantity_in_unit"]


def goal_in_unit(target: Target, unit: pint.Unit) -> Goal | None:
    """Return what is enough, in the unit of the measure; a trend needs no number.

    Raises:
        UnitError: If the goal is written in a unit that the measure does not have.
    """
    if isinstance(target, Trend):
        return None
    if isinstance(target, Comparison):
        zero = exactly(0)
        return Goal("at_least", lower=zero) if target.at_least else Goal("at_most", upper=zero)
    plain = parse_unit("")[1]
    return goal_of(
        target,
        lambda quantity: quantity_in_unit(target, quantity, plain if isinstance(target, Growth) else unit),
    )


def quantity_in_unit(target: Target, quantity: Quantity, unit: pint.Unit) -> Fraction:
    """Bring a number into the measure's unit; a value of one year may be said per year or not."""
    if not quantity.unit:
        return _bare(target, quantity, unit)
    own, year = quantity.pint_unit, registry().Unit("year")
    if target.total_over and isinstance(target, Amount | Count) and factors_of(own).get("year", 0) < 0:
        raise UnitError(
            Fault(
                "",
                f"the goal {quantity} is for one year, and the measure is the total of a span",
                "the total, or every + during",
                code="goal-unit",
            )
        )
    for accepted in (unit, unit / year, unit * year):
        if own.dimensionality == accepted.dimensionality:
            return quantity.to(accepted) * (100 if isinstance(target, PerHundred) else 1)
    raise UnitError(
        Fault(
            "",
            f"the goal {quantity} is in {unit_text(own) or 'a pure number'}",
            f"the measure's unit, {unit_text(unit) or 'a share (%)'}",
            code="goal-unit",
        )
    )


def _bare(target: Target, quantity: Quantity, unit: pint.Unit) -> Fraction:
    if isinstance(target, Ratio | Growth) and abs(quantity.number) > 1:
        example = f"{quantity} %"
        raise UnitError(
            Fault("", f"the goal {quantity} has no unit", "a share, with its %", example, "goal-unit")
        )
    if not factors_of(unit) or isinstance(target, Count | Density):
        return quantity.number
    named = unit_text(unit)
    raise UnitError(
        Fault(
            "", f"the goal {quantity} has no unit", f"a number in {named}", f"{quantity} {named}", "goal-unit"
        )
    )
