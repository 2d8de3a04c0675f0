"""The data dictionary of a pack: tables, columns, units, vocabularies, Chinese headings, plausible ranges.

It is the only place where a column's unit is written.
"""

from __future__ import annotations

from collections.abc import Mapping  # pydantic needs it when the models are built
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from edutargets.errors import DefinitionError, Fault, UnitError, near_names
from edutargets.sources import Bilingual
from edutargets.units import ENTITIES, parse_unit
from edutargets.yaml_files import Definition, read_definition, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    import pint

__all__ = [
    "Column",
    "Dictionary",
    "Entity",
    "Label",
    "PriceIndex",
    "Relation",
    "Table",
    "UnitName",
    "View",
    "read_dictionary",
]

ColumnType = Literal["code", "text", "category", "integer", "decimal", "boolean", "date", "year"]
NUMERIC = frozenset({"integer", "decimal"})


def _known_unit(text: str) -> str:
    try:
        parse_unit(text)
    except UnitError as error:
        raise ValueError(str(error.faults[0])) from error
    return text


def _known_entity(text: str) -> str:
    names = [entity.name for entity in ENTITIES]
    if text not in names:
        message = f"{text!r} is not something this package counts; {near_names(text, names)}"
        raise ValueError(message)
    return text


UnitName = Annotated[str, AfterValidator(_known_unit)]
Entity = Annotated[str, AfterValidator(_known_entity)]
Exact = Annotated[
    Fraction,
    BeforeValidator(lambda value: Fraction(str(value).replace(",", ""))),
    PlainSerializer(str, return_type=str),
]


class Label(Definition):
    """How a value of a vocabulary is called in both languages."""

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """Return the label in ``zh`` or ``en``."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class Column(Definition):
    """One column of a table: what kind of value, in which unit, under which heading.

    Args:
        type: ``code``, ``text``, ``category``, ``integer``, ``decimal``, ``boolean``, ``date`` or ``year``.
        title: The heading in both languages.
        unit: What a number of this column counts; no multiples (CNY, not 万元).
        scale: Decimal places of a ``decimal``.
        range: Smallest and largest plausible value.
        values: The vocabulary of a ``category``: key to labels.
        ordered: The vocabulary runs from low to high, so ``>=`` has a meaning.
        references: ``table.column`` that this column points to.
        absent: ``zero`` says that no row here means zero there: a choice, so it is written down.
        rounded_to: The column that holds the step a published figure was rounded to.
        required: A blank is a fault.
        optional_column: The whole column may be left out.
        headings: Further headings that mean this column.
        heading_units: Units that a heading may carry; the values are converted exactly.
    """

    type: ColumnType
    title: Bilingual = Bilingual()
    unit: UnitName | None = None
    scale: int | None = Field(default=None, ge=0, le=9)
    range: tuple[Exact, Exact] | None = None
    values: Mapping[str, Label] = Field(default_factory=dict)
    ordered: bool = False
    references: str | None = None
    absent: Literal["zero"] | None = None
    rounded_to: str | None = None
    required: bool = True
    optional_column: bool = False
    headings: tuple[str, ...] = ()
    heading_units: tuple[UnitName, ...] = ()
    checksum: Literal["gb32100", "gb11643"] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Column:
        wrong = [
            *(["a category needs `values`"] if self.type == "category" and not self.values else []),
            *(["`values` belong to a category"] if self.values and self.type != "category" else []),
            *(
                ["a decimal needs `scale`, e.g. scale: 2"]
                if self.type == "decimal" and self.scale is None
                else []
            ),
            *(["`scale` belongs to a decimal"] if self.type != "decimal" and self.scale is not None else []),
            *(
                ["`unit` belongs to an integer or a decimal"]
                if self.unit and self.type not in NUMERIC
                else []
            ),
            *(["`range` runs backwards"] if self.range and self.range[0] > self.range[1] else []),
            *(
                ["a column's unit carries no multiples: CNY, not 万元"]
                if self.unit and parse_unit(self.unit)[0] != 1
                else []
            ),
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def is_number(self) -> bool:
        """Whether its values can be added up."""
        return self.type in NUMERIC

    @property
    def pint_unit(self) -> pint.Unit:
        """The unit of its values; a pure number where none is given."""
        return parse_unit(self.unit or "")[1]


class View(Definition):
    """A named part of a table with its own counted entity: principals ÷ teachers is no ratio."""

    where: str
    counts: Entity
    title: Bilingual = Bilingual()


class Table(Definition):
    """One table of a submission: what a row is, who hands it in, which columns it has.

    Args:
        title: Its name in both languages; a file or sheet may be called so.
        counts: What one row is, in one period.
        period: The column that dates a row.
        key: The columns that name a row.
        reports: The column that names who hands the row in; statistics are kept for each.
        roster: Whether it lists everybody who must report.
        required: Whether a submission without it is rejected.
        expected_from: The roster, or a view of it, from which everyone hands in at least one row in each
            period; this table's `reports` names them.
        files: Further names of files and sheets that mean this table.
    """

    title: Bilingual = Bilingual()
    counts: Entity
    period: str | None = None
    key: tuple[str, ...]
    reports: str
    roster: bool = False
    required: bool = True
    expected_from: str | None = None
    files: tuple[str, ...] = ()
    columns: Mapping[str, Column]
    views: Mapping[str, View] = Field(default_factory=dict)
    note: str | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Table:
        wrong = [
            f"`{field}` names {name!r}, which is no column; {near_names(name, self.columns)}"
            for field, names in (
                ("key", self.key),
                ("reports", (self.reports,)),
                ("period", (self.period,) if self.period else ()),
                ("rounded_to", tuple(c.rounded_to for c in self.columns.values() if c.rounded_to)),
            )
            for name in names
            if name not in self.columns
        ]
        if self.period in self.columns and self.columns[str(self.period)].type != "year":
            wrong.append(f"`period` names {self.period!r}, which is no column of type year")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class Relation(Definition):
    """A table or one of its views, as a target names it."""

    name: str
    table: str
    where: str | None
    counts: Entity


class PriceIndex(Definition):
    """How prices rise: one number a year, with which money of one year becomes money of another.

    Args:
        table: The table that holds it, one row a year.
        index: Its column, e.g. a consumer price index.
        form: ``level`` where any one year is the base of all (2020 = 100); ``previous_year`` where each year
            is told against the one before it (上年=100), as Chinese bulletins print it.
    """

    table: str
    index: str
    form: Literal["level", "previous_year"] = "level"


class Dictionary(Definition):
    """All tables of a pack.

    Args:
        tables: The tables by name.
        price_index: The column that turns money of the day into money of one year.

    Raises:
        DefinitionError: If a reference leads nowhere or two tables answer to one name.
    """

    tables: Mapping[str, Table]
    price_index: PriceIndex | None = None

    @model_validator(mode="after")
    def _price_index_exists(self) -> Dictionary:
        named = self.price_index
        if named is None:
            return self
        table = self.tables.get(named.table)
        if table is None:
            message = f"`price_index` names the table {named.table!r}; {near_names(named.table, self.tables)}"
            raise ValueError(message)
        column = table.columns.get(named.index)
        if column is None or not column.is_number or column.unit:
            pure = [name for name, one in table.columns.items() if one.is_number and not one.unit]
            near = near_names(named.index, pure)
            message = f"`price_index` names {named.index!r}, no number without a unit; {near}"
            raise ValueError(message)
        if table.period is None or table.key != (table.period,):
            message = f"`price_index` needs one row a year: {named.table} needs a `period`, its only `key`"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _references_exist(self) -> Dictionary:
        wrong: list[str] = []
        for name, table in self.tables.items():
            for column_name, column in table.columns.items():
                if column.references and self._target(column.references) is None:
                    wrong.append(
                        f"{name}.{column_name} references {column.references!r}, which does not exist"
                    )
        names = [*self.tables, *(view for table in self.tables.values() for view in table.views)]
        for name, table in self.tables.items():
            if table.expected_from and table.expected_from not in names:
                accepted = near_names(table.expected_from, names)
                wrong.append(f"{name}: `expected_from` names {table.expected_from!r}, no table; {accepted}")
            elif table.expected_from and self.reporter_on(name, table.expected_from) is None:
                wrong.append(
                    f"{name}: `expected_from` is {table.expected_from!r}, but {name}.{table.reports} "
                    f"does not point there; references: {self.relation(table.expected_from).table}.…"
                )
        wrong += [
            f"{name!r} names two tables or views" for name in sorted({n for n in names if names.count(n) > 1})
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _target(self, reference: str) -> tuple[str, str] | None:
        table, _, column = reference.partition(".")
        return (table, column) if table in self.tables and column in self.tables[table].columns else None

    def relation(self, name: str, where: str = "") -> Relation:
        """Find a table or a view by its name.

        Raises:
            DefinitionError: If there is none; near names are given.
        """
        if name in self.tables:
            return Relation(name=name, table=name, where=None, counts=self.tables[name].counts)
        for table_name, table in self.tables.items():
            if name in table.views:
                view = table.views[name]
                return Relation(name=name, table=table_name, where=view.where, counts=view.counts)
        known = [*self.tables, *(view for table in self.tables.values() for view in table.views)]
        raise DefinitionError(
            Fault(where, f"unknown table {name!r}", near_names(name, known), code="unknown-table")
        )

    def parent(self, child: str, parent: str) -> tuple[tuple[str, str], ...] | None:
        """Say by which columns a table points to another one, or ``None``.

        The period belongs to the link where both tables have one and the parent's key holds it.

        Returns:
            Pairs of (column of the child, column of the parent).

        Raises:
            DefinitionError: If two columns point there: nobody said which is meant.
        """
        columns = self.tables[child].columns.items()
        links = [(name, self._target(column.references)) for name, column in columns if column.references]
        found = [(name, link[1]) for name, link in links if link is not None and link[0] == parent]
        if len(found) > 1:
            twice = " and ".join(name for name, _ in found)
            raise DefinitionError(
                Fault(child, f"{twice} both reference {parent}", "one reference", code="two-references")
            )
        mine, theirs = self.tables[child].period, self.tables[parent].period
        if found and mine and theirs and theirs in self.tables[parent].key:
            found.append((mine, theirs))
        return tuple(found) or None

    def reporter_on(self, table: str, roster: str) -> str | None:
        """Return the roster's column that holds who reports a table: the one referenced, or of the same name.

        Args:
            table: The table that is handed in.
            roster: A table or view that lists who must report.
        """
        reports, home = self.tables[table].reports, self.relation(roster).table
        target = self._target(self.tables[table].columns[reports].references or "")
        if target is not None and target[0] == home:
            return target[1]
        return reports if reports in self.tables[home].columns else None

    def absent_is_zero(self, child: str, parent: str) -> bool:
        """Whether no row in the child table means zero, because its reference says so."""
        return any(
            column.absent == "zero" and (column.references or "").startswith(f"{parent}.")
            for column in self.tables[child].columns.values()
        )


def read_dictionary(path: Path) -> Dictionary:
    """Read the tables of a pack.

    Raises:
        DefinitionError: With every fault of the file, each with its line.
    """
    return read_definition(read_yaml(path), Dictionary)
