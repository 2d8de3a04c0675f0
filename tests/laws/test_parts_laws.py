"""A school is returned only for what is certainly wrong: what a part shows, the whole round shows too."""

import random
from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from edutargets.check_sql import query_of
from edutargets.checking import sample_data
from edutargets.checks import checks_of_dictionary
from edutargets.parts import SchoolPart
from edutargets.plans import Pack, read_pack
from edutargets.submissions import read_submission
from edutargets.suites import read_suites

PACKS = ("jieyang-district-2023", "chenghu-modernisation")
Rows = Mapping[str, pa.Table]


def queries(pack: Pack, part: SchoolPart) -> list[tuple[str, str, str]]:
    """Return the code, the table and the text of every query of a pack that a part is asked in earnest."""
    suites = read_suites(pack.suites_folder, pack.dictionary)
    found = []
    for name, table in pack.dictionary.tables.items():
        declared = suites[name].checks if name in suites else ()
        checks = [one for one in (*declared, *checks_of_dictionary(table, declared)) if one.is_own]
        asked = {one.code: one for one in part.asked(name, checks)}
        for check in checks:
            query = query_of(check, name, pack.dictionary)
            if query is not None and asked.get(check.code) is check:
                found.append((check.code, name, query))
    return found


class Held:
    """Rows in a database, with what queries find in them.

    Args:
        pack: Their pack.
        rows: The rows, by table.
    """

    def __init__(self, pack: Pack, rows: Rows) -> None:
        self._connection = duckdb.connect()
        self._reports = {name: pack.dictionary.tables[name].reports for name in rows}
        for name, one in rows.items():
            self._connection.register("arrow", one)
            self._connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM arrow')  # noqa: S608  # a pack's
            self._connection.execute(
                f'CREATE TABLE "rows of {name}" AS SELECT *, row_number() OVER () - 1 AS row_id FROM "{name}"'  # noqa: S608
            )

    def found(self, table: str, query: str) -> dict[str, set[str]]:
        """Return what a query finds of each school, each row by its values, what has no row by its note."""
        batch = f'"rows of {table}"'
        records = self._records(query.replace("{batch}", batch))
        places = [int(str(record["row_id"])) for record in records if record["row_id"] is not None]
        self._connection.register("places", pa.table({"place": pa.array(places, pa.int64())}))
        own = f"SELECT DISTINCT b.* EXCLUDE row_id FROM {batch} b JOIN places p ON p.place = b.row_id"  # noqa: S608
        rows = self._records(own)
        schools: dict[str, set[str]] = {}
        for record in [*rows, *(record for record in records if record["row_id"] is None)]:
            schools.setdefault(str(record.get(self._reports[table])), set()).add(str(record))
        return schools

    def _records(self, statement: str) -> list[dict[str, object]]:
        answer = self._connection.execute(statement)
        names = [str(column[0]) for column in answer.description or ()]
        return [dict(zip(names, record, strict=True)) for record in answer.fetchall()]


def shaken(rows: Rows, chance: random.Random, whole: str) -> Rows:
    """Return the rows with a few taken away and a few changed, so that rules are broken."""
    changed = {}
    for name, table in rows.items():
        kept = [at for at in range(table.num_rows) if name == whole or chance.random() > 0.03]
        taken = table.take(pa.array(kept, pa.int64()))
        for position, column in enumerate(taken.column_names):
            values = taken[column].to_pylist()
            for _ in range(len(values) // 20 if name != whole else 0):
                values[chance.randrange(len(values))] = values[chance.randrange(len(values))]
            taken = taken.set_column(position, column, pa.array(values, taken[column].type))
        changed[name] = taken
    return changed


@pytest.mark.parametrize("name", PACKS)
def test_what_is_certain_in_a_part_is_found_among_all_rows(name: str) -> None:
    """Hold for every query of the packs that is taken to be certain, on shaken data of several schools."""
    pack, chance = read_pack(name), random.Random(7)
    submission = read_submission(sample_data(f"{name}/complete"), pack.dictionary)
    whole = next(table for table, one in pack.dictionary.tables.items() if one.roster)
    reports = pack.dictionary.tables[whole].reports
    certain = queries(pack, SchoolPart("", pack.dictionary, frozenset({whole})))
    assert len(certain) > 10
    rows = shaken({table: one.rows for table, one in submission.tables.items()}, chance, whole)
    together = Held(pack, rows)
    everything = {code: together.found(table, query) for code, table, query in certain}
    total = 0
    for school in chance.sample(sorted(set(pc.unique(rows[whole][reports]).to_pylist())), 6):
        tables = pack.dictionary.tables
        part = {
            table: one if table == whole else one.filter(pc.equal(one[tables[table].reports], school))
            for table, one in rows.items()
        }
        alone = Held(pack, part)
        for code, table, query in certain:
            mine = alone.found(table, query).get(school, set())
            assert mine <= everything[code].get(school, set()), (code, school)
            total += len(mine)
    assert total > 5  # rules were broken, and seen in the part
