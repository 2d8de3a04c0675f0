"""What the published methods of progress work with: a yearly series, settings, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from edutargets.errors import EvaluationError, Fault, near_names
from edutargets.shown import Shown
from edutargets.sources import Bilingual

__all__ = [
    "Direction",
    "Number",
    "Points",
    "Progress",
    "Series",
    "Settings",
    "growth_rate",
    "points_of",
    "refusal",
]

Number = Fraction | float
Direction = Literal["positive", "negative", "parity"]
Points = tuple[tuple[int, Fraction], ...]
Series = (
    Mapping[int, object] | Mapping[str, object] | Mapping[object, object] | Iterable[tuple[object, object]]
)

_SELECTING = frozenset({"series", "unit", "disaggregation", "group"})
"""Keys of an Open SDG configuration that choose the series: here the series itself is given."""
_DIRECTIONS = ("positive", "negative", "parity")
_LEVELS = ("high", "med", "low")
_YEAR_DIGITS = 4
_LARGEST = Fraction(10) ** 150


@dataclass(frozen=True, slots=True)
class Settings:
    """What a method is told besides the series; what is left out takes the method's own default.

    Args:
        direction: ``positive`` where more is better, ``negative`` (the published default) where less is;
            ``parity`` where the target must be neither missed nor passed.
        target: What must be reached; none where only the direction is known.
        base_year: From which year on progress counts.
        target_year: When the target must be reached.
        limit: The end of the scale, near which slow progress counts for more (``opensdg``, no target).
        progress_thresholds: Other ``high``, ``med`` and ``low`` thresholds (``opensdg``).
        window: How many years back the base year lies (``eurostat``: 5 or 15).
        full_scale: The number that means 100 % (``un2023``: within a hundredth of it is reached).

    Examples:
        >>> Settings.read({"direction": "positive", "target": 50, "base_year": 2022}).target
        Fraction(50, 1)
        >>> Settings.read({"targt": 50})
        Traceback (most recent call last):
        ...
        edutargets.errors.EvaluationError: settings: unknown setting 'targt'
            accepted: did you mean target or target_year?
    """

    direction: Direction = "negative"
    target: Fraction | None = None
    base_year: int | None = None
    target_year: int | None = None
    limit: Fraction | None = None
    progress_thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    window: int | None = None
    full_scale: Fraction = Fraction(100)

    @classmethod
    def read(cls, given: Mapping[str, object]) -> Settings:
        """Take settings as they stand in a configuration.

        Raises:
            EvaluationError: With every setting that is unknown or no number.
        """
        return cls().changed(given)

    def changed(self, given: Mapping[str, object]) -> Settings:
        """Return the settings with some of them given anew.

        Raises:
            EvaluationError: With every setting that is unknown or no number.
        """
        faults: list[Fault] = []
        found: dict[str, object] = {}
        for name, value in given.items():
            if name in _SELECTING or (value is None and name in self.__dataclass_fields__):
                continue
            try:
                found[name] = _setting(name, value)
            except ValueError as error:
                faults.append(_fault("settings", error))
        if faults:
            raise EvaluationError(*faults)
        return replace(self, **found)  # type: ignore[arg-type]  # read one by one above

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return -1 if self.direction == "negative" else 1


def _fault(where: str, error: ValueError) -> Fault:
    """Turn what could not be read into a fault with its place."""
    found, accepted, example = (str(part) for part in error.args)
    return Fault(where, found, accepted, example, f"progress-{where}")


def _setting(name: str, value: object) -> object:
    if name == "direction":
        if value not in _DIRECTIONS:
            message = f"direction is {value!r}", ", ".join(_DIRECTIONS), "positive"
            raise ValueError(*message)
        return value
    if name in {"target", "limit", "full_scale"}:
        return _exact(value, name)
    if name in {"base_year", "target_year", "window"}:
        return _year(value)
    if name == "progress_thresholds" and isinstance(value, Mapping):
        unknown = [str(key) for key in value if key not in _LEVELS]
        if unknown:
            message = f"unknown threshold {unknown[0]!r}", near_names(unknown[0], _LEVELS), ""
            raise ValueError(*message)
        return MappingProxyType({key: float(_exact(one, key)) for key, one in value.items()})
    message = f"unknown setting {name!r}", near_names(name, Settings.__dataclass_fields__), ""
    raise ValueError(*message)


def _exact(value: object, name: str) -> Fraction:
    """Take a number as it is written: 0.1 is a tenth, not the nearest binary fraction."""
    message = f"{name} is {value!r}", "a finite number that a float can hold", "83"
    try:
        found = value if isinstance(value, Fraction) else Fraction(str(value).replace(",", ""))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(*message) from error
    if found and not 1 / _LARGEST < abs(found) < _LARGEST:
        raise ValueError(*message)
    return found


def _year(value: object) -> int:
    """Take a year, or of a school year or a span (2015-2016) the first one, as Open SDG does."""
    text = str(value).removesuffix(".0")
    if isinstance(value, bool) or not text[:_YEAR_DIGITS].isdigit():
        message = f"{value!r} is no year", "a year, or a span that begins with one", "2015"
        raise ValueError(*message)
    return int(text[:_YEAR_DIGITS]) if len(text) > _YEAR_DIGITS else int(text)


def points_of(series: Series) -> Points:
    """Sort a series by year; a year without a value is left out, never taken as zero.

    Args:
        series: Years and their values, as pairs or as a mapping.

    Raises:
        EvaluationError: If a year stands there twice, or something is no year or no number.

    Examples:
        >>> points_of({2016: None, 2015: "0.1", 2018: 2})
        ((2015, Fraction(1, 10)), (2018, Fraction(2, 1)))
    """
    pairs = series.items() if isinstance(series, Mapping) else series
    faults: list[Fault] = []
    found: dict[int, Fraction] = {}
    for written, value in pairs:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        try:
            year, number = _year(written), _exact(value, f"the value of {written}")
        except ValueError as error:
            faults.append(_fault("series", error))
            continue
        if year in found:
            faults.append(
                Fault("series", f"{year} has two values", "one value a year", code="progress-series")
            )
        found[year] = number
    if faults:
        raise EvaluationError(*faults)
    return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Progress(Shown):
    """What a published method says of a series; where it does not apply, why, and no number.

    Args:
        method: The method's name.
        status: Its own word for it; ``not_available`` where it has none.
        value: What it computes; exact where no root is drawn.
        score: Its score, on the scale of the method.
        base_year: The year from which progress counts.
        base_value: The value of that year.
        base_reason: Why it is that year.
        current_year: The last year of the series.
        current_value: The value of that year.
        target: What must be reached.
        target_year: By when.
        target_achieved: Whether the last value reaches the target.
        thresholds: What parts one status from the next, for this series.
        coefficient: By how much a limit nearby has lowered the thresholds.
        refused: Why there is no number.
        caveats: What must be known of the number.
    """

    method: str
    status: str = "not_available"
    value: Number | None = None
    score: Number | None = None
    base_year: int | None = None
    base_value: Fraction | None = None
    base_reason: Bilingual | None = None
    current_year: int | None = None
    current_value: Fraction | None = None
    target: Fraction | None = None
    target_year: int | None = None
    target_achieved: bool = False
    thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    coefficient: float | None = None
    refused: Bilingual | None = None
    caveats: tuple[Bilingual, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return it for JSON: numbers as floats, sentences in both languages."""
        numbers = {name: _plain(getattr(self, name)) for name in ("value", "score")}
        exact = {name: _plain(getattr(self, name)) for name in ("base_value", "current_value", "target")}
        return {
            "method": self.method,
            "status": self.status,
            **numbers,
            "base_year": self.base_year,
            "base_reason": _said(self.base_reason),
            "current_year": self.current_year,
            **exact,
            "target_year": self.target_year,
            "target_achieved": self.target_achieved,
            "thresholds": dict(self.thresholds),
            "coefficient": self.coefficient,
            "refused": _said(self.refused),
            "caveats": [_said(one) for one in self.caveats],
        }


def _plain(number: Number | None) -> float | str | None:
    """Return a number that JSON can hold; what is not finite is said in words."""
    if number is None:
        return None
    plain = float(number)
    return plain if math.isfinite(plain) else str(plain)


def _said(text: Bilingual | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}


def refusal(progress: Progress, en: str, zh: str) -> Progress:
    """Return a result without a number, and why; a target that is reached stays reached."""
    return replace(progress, value=None, refused=Bilingual(en=en, zh=zh))


def growth_rate(before: Fraction, after: Fraction, years: int) -> float:
    """Return the compound rate that leads from one value to another in so many years.

    A root is drawn, so this is a float; both values must be of one sign and not zero.

    Examples:
        >>> round(growth_rate(Fraction(50), Fraction(55), 8), 6)
        0.011985
    """
    ratio = float(after) / float(before)
    return float(ratio ** (1 / years)) - 1
