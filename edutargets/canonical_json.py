"""JSON in the one form of RFC 8785, so that the same content has the same hash however it was written."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from decimal import Decimal

__all__ = ["canonical_json", "hash_of_content"]

_MOST_ZEROS, _LARGEST = -6, 21


def canonical_json(value: object) -> str:
    """Write plain values: keys in the order of their UTF-16 code units, no blank, numbers as browsers do.

    Whole numbers are written out however long they are; RFC 8785 leaves those above 2**53 open.

    Raises:
        ValueError: If a number is no number, or a value is none that JSON has.

    Examples:
        >>> canonical_json({"b": [1.0, 1e21, 2.50], "a": "83 %", "ä": None})
        '{"a":"83 %","b":[1,1e+21,2.5],"ä":null}'
    """
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: str(pair[0]).encode("utf-16-be", "surrogatepass"))
        inside = ",".join(f"{_text(str(key))}:{canonical_json(one)}" for key, one in pairs)
        return f"{{{inside}}}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(canonical_json(one) for one in value)}]"
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float) and math.isfinite(value):
        return _number(value)
    message = f"{value!r} is no JSON value"
    raise ValueError(message)


def hash_of_content(value: object) -> str:
    """Return the sha256 of plain values in their one form.

    Examples:
        >>> hash_of_content({"a": 1, "b": 2}) == hash_of_content({"b": 2, "a": 1})
        True
    """
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: float) -> str:
    """Write a number with as few digits as say it, in the way of ECMAScript."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)  # it is finite
    said, point = "".join(map(str, digits)), len(digits) + exponent
    minus = "-" if sign and any(digits) else ""
    if not any(digits):
        return "0"
    if len(said) <= point <= _LARGEST:
        return f"{minus}{said}{'0' * (point - len(said))}"
    if 0 < point <= _LARGEST:
        return f"{minus}{said[:point]}.{said[point:]}"
    if _MOST_ZEROS < point <= 0:
        return f"{minus}0.{'0' * -point}{said}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return f"{minus}{said[0]}{'.' if said[1:] else ''}{said[1:]}{power}"
