"""Facts as JSON without a loss: a fraction stays the exact number it is, a class becomes its named fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from math import isfinite

import pint

from edutargets.bounds import Interval
from edutargets.sources import Bilingual
from edutargets.units import unit_text

__all__ = ["Json", "exact_record"]

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def exact_record(fact: object) -> Json:
    """Write a fact for programs: every number exact, as text where JSON would round it.

    Args:
        fact: A dataclass with its ``RECORDED`` properties, a mapping, a sequence or a plain value.

    Raises:
        TypeError: If there is something in it that no reader could take for what it is.

    Examples:
        >>> exact_record(
        ...     {"needed": Fraction(1, 3), "of": ("a", 2), "between": Interval(Fraction(0), Fraction(1))}
        ... )
        {'needed': '1/3', 'of': ['a', 2], 'between': ['0', '1']}
    """
    if isinstance(fact, Enum):
        return str(fact.value)
    if fact is None or isinstance(fact, bool | int | str):
        return fact
    if isinstance(fact, float) and isfinite(fact):
        return fact
    if isinstance(fact, Fraction | Decimal):
        return str(Fraction(fact))
    if isinstance(fact, Interval):
        return [str(fact.lower), str(fact.upper)]
    if isinstance(fact, Bilingual):
        return {"en": fact.en, "zh": fact.zh}
    if isinstance(fact, pint.Unit):
        return unit_text(fact)
    if isinstance(fact, date):
        return fact.isoformat()
    return _joined(fact)


def _joined(fact: object) -> Json:
    if is_dataclass(fact) and not isinstance(fact, type):
        shown = (*(one.name for one in fields(fact) if one.repr), *getattr(fact, "RECORDED", ()))
        return {name: exact_record(getattr(fact, name)) for name in shown}
    if isinstance(fact, Mapping):
        return {str(name): exact_record(value) for name, value in fact.items()}
    if isinstance(fact, tuple | list):
        return [exact_record(one) for one in fact]
    if isinstance(fact, set | frozenset):
        return [exact_record(one) for one in sorted(fact, key=str)]
    message = f"{type(fact).__name__} has no exact record"
    raise TypeError(message)
