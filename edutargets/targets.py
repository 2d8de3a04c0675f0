"""The typed targets: what kind of promise it is fixes the unit that its measure must have."""

from __future__ import annotations

from datetime import date  # pydantic needs it when the models are built
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from edutargets.bundles import Alias, Composite
from edutargets.goals import NeverChanging
from edutargets.k_of_n import KOfN
from edutargets.promises import Target
from edutargets.row_targets import Dispersion, Frequency
from edutargets.units import ENTITIES, LEARNERS, factors_of, is_currency, unit_text
from edutargets.yaml_files import Definition

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

    from edutargets.periods import Years

__all__ = [
    "TARGET_TYPES",
    "Against",
    "Alias",
    "Amount",
    "AnyTarget",
    "Coefficient",
    "Comparison",
    "Composite",
    "Count",
    "Density",
    "Dispersion",
    "Duty",
    "Frequency",
    "Growth",
    "KOfN",
    "Milestone",
    "PerHundred",
    "PerStudentAmount",
    "Ratio",
    "Target",
    "TrainingHours",
    "Trend",
]

_ENTITIES = frozenset(entity.name for entity in ENTITIES)


def _single(unit: pint.Unit) -> str | None:
    """Return the one thing a unit counts, a year below the line set aside; ``None`` for anything else."""
    factors = {
        name: power for name, power in factors_of(unit).items() if not (name == "year" and power == -1)
    }
    return next(iter(factors)) if list(factors.values()) == [1] else None


def _called(unit: pint.Unit) -> str:
    return unit_text(unit) or "a pure number"


class Quotient(Target):
    numerator: str
    denominator: str
    parts: ClassVar[tuple[str, ...]] = ("numerator", "denominator")


class Ratio(Quotient):
    """A part of a whole: both sides count the same thing, children of children, yuan of yuan.

    Args:
        gross: The upper side is no part of the lower one (毛入园率): the ratio may pass 100 %.
    """

    type: Literal["ratio"] = "ratio"
    gross: bool = False
    contract: ClassVar[str] = "the same counted thing, or the same currency, above and below"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse teachers ÷ students, which is no share of anything."""
        above, below = units["numerator"], units["denominator"]
        if _single(above) is None or above != below:
            return [f"counts {_called(above)} over {_called(below)}"]
        return []


class PerStudentAmount(Quotient):
    """Money for each student: the total over the total, never a mean of schools' means."""

    type: Literal["per_student_amount"] = "per_student_amount"
    contract: ClassVar[str] = "currency (or currency/year) above, student or child below"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse anything but money over learners."""
        above, below = _single(units["numerator"]), _single(units["denominator"])
        if above is None or not is_currency(above) or below not in LEARNERS:
            return [f"counts {_called(units['numerator'])} over {_called(units['denominator'])}"]
        return []


class Density(Quotient):
    """One counted thing for each of another, e.g. students for each teacher."""

    type: Literal["density"] = "density"
    contract: ClassVar[str] = "two different counted things"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse a share, and money."""
        above, below = _single(units["numerator"]), _single(units["denominator"])
        if above not in _ENTITIES or below not in _ENTITIES or above == below:
            return [f"counts {_called(units['numerator'])} over {_called(units['denominator'])}"]
        return []


class PerHundred(Density):
    """One counted thing for each hundred of another, e.g. teachers for each hundred students."""

    type: Literal["per_hundred"] = "per_hundred"  # type: ignore[assignment]  # a narrower name of the same contract


class TrainingHours(Target):
    """Training that persons receive; who must have it is said by each, share_of or mean_of."""

    type: Literal["training_hours"] = "training_hours"
    hours: str
    parts: ClassVar[tuple[str, ...]] = ("hours",)
    contract: ClassVar[str] = "training_hour (学时), for each person of a table or view"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse hours without the persons they belong to."""
        wrong = [] if _single(units["hours"]) == "training_hour" else [f"counts {_called(units['hours'])}"]
        return (
            wrong
            if self.entities
            else [*wrong, "does not say who: `each: principals`, `share_of:` or `mean_of:`"]
        )


class Duty(Target):
    """Days, lessons or events that each of a group owes, e.g. 80 days in schools a year."""

    type: Literal["duty"] = "duty"
    amount: str
    parts: ClassVar[tuple[str, ...]] = ("amount",)
    contract: ClassVar[str] = "one counted thing, for each row of a table or view"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse money, and a duty that nobody owes."""
        wrong = [] if _single(units["amount"]) in _ENTITIES else [f"counts {_called(units['amount'])}"]
        return (
            wrong
            if self.entities
            else [*wrong, "does not say who: `each: researchers`, `share_of:` or `mean_of:`"]
        )


class Count(Target):
    """How many there are, or are new in a year, or in all."""

    type: Literal["count"] = "count"
    count: str
    parts: ClassVar[tuple[str, ...]] = ("count",)
    contract: ClassVar[str] = "one counted thing"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse money and pure numbers."""
        return [] if _single(units["count"]) in _ENTITIES else [f"counts {_called(units['count'])}"]


class Amount(Target):
    """How much money."""

    type: Literal["amount"] = "amount"
    amount: str
    parts: ClassVar[tuple[str, ...]] = ("amount",)
    contract: ClassVar[str] = "currency"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse anything that is no money."""
        found = _single(units["amount"])
        return [] if found is not None and is_currency(found) else [f"counts {_called(units['amount'])}"]


class Growth(Target):
    """By what share it grew from one year to the next, in each year.

    Args:
        basis: Of money: whether money of the day grows (``nominal``), or money of one year (``real``).
    """

    type: Literal["growth"] = "growth"
    value: str
    basis: Literal["nominal", "real"] = "nominal"
    parts: ClassVar[tuple[str, ...]] = ("value",)
    contract: ClassVar[str] = "anything with a unit; its change has none"

    @model_validator(mode="after")
    def _year_by_year(self) -> Growth:
        if self.total_over:
            message = "growth runs from year to year: every: year, during: [first, last]"
            raise ValueError(message)
        return self


class Trend(Target):
    """A series that must never fall (只增不减), from year to year."""

    type: Literal["trend"] = "trend"
    value: str
    never_decreasing: NeverChanging | None = None
    never_increasing: NeverChanging | None = None
    parts: ClassVar[tuple[str, ...]] = ("value",)
    contract: ClassVar[str] = "anything with a unit"
    needs_goal: ClassVar[bool] = False

    @model_validator(mode="after")
    def _one_direction(self) -> Trend:
        if (self.never_decreasing is None) == (self.never_increasing is None):
            example = "never_decreasing: {from: 2022, basis: nominal}"
            message = f"a trend needs never_decreasing or never_increasing, e.g. {example}"
            raise ValueError(message)
        return self

    @property
    def basis(self) -> Literal["nominal", "real"]:
        """Whether money of the day is held against itself, or money of one year."""
        return self.direction.basis

    @property
    def direction(self) -> NeverChanging:
        """The rule, whichever way it runs."""
        found = self.never_decreasing or self.never_increasing
        assert found is not None
        return found

    def years(self, reported: Years) -> Years:
        """Return the years of the series: all that were reported since it began, gaps included."""
        known = [year for year in reported if self.direction.from_ <= year <= (self.last_year or year)]
        last = max(known, default=self.direction.from_)
        return tuple(range(self.direction.from_, max(last, self.direction.from_ + 1) + 1))


class Against(Definition):
    """The other side of a comparison: its own `where` stands in place of the target's, so say all of it."""

    value: str
    from_: str | None = Field(default=None, alias="from")
    where: str | None = None


class Comparison(Target):
    """Two measures of one unit held against each other: teachers' pay and civil servants'."""

    type: Literal["comparison"] = "comparison"
    value: str
    at_least: Against | None = None  # type: ignore[assignment]  # the other side is computed, not written down
    at_most: Against | None = None  # type: ignore[assignment]  # the other side is computed, not written down
    parts: ClassVar[tuple[str, ...]] = ("value",)
    contract: ClassVar[str] = "both sides in the same unit"

    @model_validator(mode="after")
    def _two_sides(self) -> Comparison:
        if self.stated not in {("at_least",), ("at_most",)}:
            example = "at_least: {value: <expression>}"
            message = f"a comparison has its other side under at_least or at_most, e.g. {example}"
            raise ValueError(message)
        return self

    @property
    def against(self) -> Against:
        """The other side, whichever word names it."""
        found = self.at_least or self.at_most
        assert found is not None
        return found

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse two sides that do not count the same thing."""
        if units["value"].dimensionality != units["against"].dimensionality:
            return [f"compares {_called(units['value'])} with {_called(units['against'])}"]
        return []


class Coefficient(Target):
    """A pure number such as a coefficient of variation or an index."""

    type: Literal["coefficient"] = "coefficient"
    value: str
    parts: ClassVar[tuple[str, ...]] = ("value",)
    contract: ClassVar[str] = "no unit"

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse what counts anything."""
        return [] if not factors_of(units["value"]) else [f"counts {_called(units['value'])}"]


class Milestone(Target):
    """A dated, evidenced fact: a document was issued, a body set up, a project finished.

    Args:
        done_on: The date column of the table of evidence.
        evidence: Its columns that must all be filled, e.g. title, number, file_sha256; a row in time that
            leaves one blank does not prove anything yet.
    """

    type: Literal["milestone"] = "milestone"
    from_: str = Field(alias="from")
    done_on: str
    evidence: tuple[str, ...] = ()
    by: date
    contract: ClassVar[str] = "a table of evidence with a date column"
    needs_goal: ClassVar[bool] = False

    @property
    def sums_years(self) -> bool:
        """Evidence of any year counts."""
        return True

    def years(self, reported: Years) -> Years:
        """Return every reported year: the date of the evidence decides, not the year of its table."""
        return tuple(sorted(reported))


AnyTarget = Annotated[
    Ratio
    | PerStudentAmount
    | Density
    | PerHundred
    | TrainingHours
    | Duty
    | Count
    | Amount
    | Growth
    | Trend
    | Comparison
    | Coefficient
    | Dispersion
    | Frequency
    | KOfN
    | Milestone
    | Composite
    | Alias,
    Field(discriminator="type"),
]
TARGET_TYPES: tuple[type[Target], ...] = (
    Ratio,
    PerStudentAmount,
    Density,
    PerHundred,
    TrainingHours,
    Duty,
    Count,
    Amount,
    Growth,
    Trend,
    Comparison,
    Coefficient,
    Dispersion,
    Frequency,
    KOfN,
    Milestone,
    Composite,
    Alias,
)
