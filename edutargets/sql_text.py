"""SQL text to one parsed expression: a statement, a comment or a second statement is refused."""

from __future__ import annotations

from typing import NoReturn

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from edutargets.errors import ExpressionError, Fault

__all__ = ["ALLOWED", "EXAMPLE", "cut", "parse_expression"]

_LONGEST = 4000
EXAMPLE = "sum(enrolment) filter (where ownership = 'public')"
ALLOWED = (
    "columns, numbers, 'texts', + - * /, comparisons, and/or/not, in, between, is null, case, "
    "sum/count/avg/min/max(…) filter (where …)"
)


def parse_expression(text: str, place: str) -> exp.Expr:
    """Parse one expression; a statement, a comment or a second statement is refused."""

    def refuse(found: str) -> NoReturn:
        raise ExpressionError(Fault(place, found, ALLOWED, EXAMPLE, "expression"))

    if len(text) > _LONGEST:
        refuse(f"the expression has {len(text):,} characters")
    try:
        statements = sqlglot.parse(f"SELECT {text}", read="duckdb")
    except (SqlglotError, RecursionError) as error:
        cause = str(error).splitlines()[0] if isinstance(error, SqlglotError) else "it is nested too deeply"
        refuse(f"{cut(text)!r} is not an expression: {cause}")
    select = statements[0] if len(statements) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        refuse(f"{cut(text)!r} is not one expression")
    others = [name for name, value in select.args.items() if value and name not in {"expressions", "kind"}]
    if others or any(node.comments for node in select.walk()):
        refuse(f"{cut(text)!r} holds more than an expression ({', '.join(others) or 'a comment'})")
    found: exp.Expr = select.expressions[0]
    return found


def cut(text: str) -> str:
    """Shorten a text to what a line of an error can hold."""
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004  # a line of an error
