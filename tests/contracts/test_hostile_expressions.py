"""What may stand in a measure: an allow-list, so that a stranger's plan can compute and nothing else."""

import subprocess
import sys

import pytest

from edutargets.errors import ExpressionError
from edutargets.sql_reading import read_condition, read_measure
from edutargets.tables import Dictionary

TABLES = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "counts": "school",
                "period": "year",
                "key": ["school_id", "year"],
                "reports": "school_id",
                "columns": {
                    "school_id": {"type": "code"},
                    "year": {"type": "year"},
                    "town": {"type": "category", "values": {"t01": {"en": "A"}, "t02": {"en": "B"}}},
                    "enrolment": {"type": "integer", "unit": "student"},
                    "places": {"type": "integer", "unit": "student"},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY"},
                    "boarding": {"type": "boolean"},
                    "opened_on": {"type": "date"},
                    "remark": {"type": "text", "required": False},
                },
            },
            "lunches": {
                "counts": "record",
                "key": ["lunch_id"],
                "reports": "lunch_id",
                "columns": {"lunch_id": {"type": "code"}, "meals": {"type": "integer"}},
            },
        }
    }
)
SCHOOLS = TABLES.relation("schools")

HOSTILE = {
    # files, the network, the machine
    "a file through a table function": "sum(enrolment) + (select count(*) from read_csv('/etc/passwd'))",
    "a file reader": "read_csv('/etc/passwd')",
    "a file reader inside an aggregate": "sum(read_text('/etc/passwd'))",
    "a parquet reader": "count(read_parquet('http://a.example/x'))",
    "a file as a table": 'count("/etc/passwd".*)',
    "a glob": "max(glob('/*'))",
    "an environment variable": "max(getenv('HOME'))",
    "a setting": "max(current_setting('home_directory'))",
    "a variable": "max(getvariable('secret'))",
    "a query in a text": "sum(query('select 1'))",
    "a table by its name in a text": "count(query_table('schools'))",
    # statements
    "a second statement": "count(*); drop table schools",
    "a second expression": "count(*), sum(enrolment)",
    "a statement": "attach 'x.db'",
    "a copy": "copy schools to 'x.csv'",
    "a pragma": "pragma version",
    "an install": "install httpfs",
    "a setting that is set": "set enable_external_access = true",
    "a macro": "create macro f(a) as a + 1",
    "a call": "call pragma_version()",
    # nested queries and other clauses
    "a nested query": "(select sum(enrolment) from schools)",
    "a scalar query in arithmetic": "sum(enrolment) / (select 1)",
    "a from clause": "count(*) from schools",
    "a from clause of a file": "count(*) from 'secrets.csv'",
    "a where clause": "sum(enrolment) where 1 = 1",
    "a union": "count(*) union select 1",
    "an except": "count(*) except select 1",
    "a limit": "sum(enrolment) limit 1",
    "an order": "sum(enrolment) order by 1",
    "a group": "sum(enrolment) group by town",
    "a having": "sum(enrolment) having true",
    "a common table": "with x as (select 1) select count(*) from x",
    "exists": "sum(enrolment) filter (where exists (select 1))",
    "in a query": "sum(enrolment) filter (where town in (select 't01'))",
    "any of a query": "sum(enrolment) filter (where enrolment > any (select 1))",
    # windows, lists, structs, stars
    "a window": "sum(enrolment) over ()",
    "a partitioned window": "sum(enrolment) over (partition by town)",
    "a rank": "row_number() over (order by enrolment)",
    "qualify": "sum(enrolment) qualify true",
    "a bare star": "*",
    "a star of a sum": "sum(*)",
    "columns by a pattern": "sum(COLUMNS('.*'))",
    "all columns": "min(COLUMNS(*))",
    "a star with an exclusion": "count(* exclude (town))",
    "a star with a replacement": "count(* replace (1 as town))",
    "a list": "[1, 2, 3]",
    "a list inside": "sum([enrolment])",
    "a subscript": "max(remark[1])",
    "a slice": "max(remark[1:2])",
    "a struct": "max({'a': enrolment})",
    "a struct field": "max(schools.enrolment.x)",
    "a lambda": "sum(list_transform([1], x -> x + 1))",
    "a comprehension": "sum([x for x in [1]])",
    "unnest": "sum(unnest([1, 2]))",
    # functions outside the list, casts, texts
    "an average of another kind": "median(enrolment)",
    "a quantile": "quantile_cont(enrolment, 0.5)",
    "a random number": "sum(random())",
    "the time": "max(now())",
    "an absolute value": "abs(sum(enrolment))",
    "a rounding": "round(sum(enrolment) / sum(places), 1)",
    "coalesce": "coalesce(sum(enrolment), 0)",
    "a text made of texts": "max(remark || '.csv')",
    "a text as a number": "sum(remark)",
    "an upper case": "count(upper(remark))",
    "like": "count(*) filter (where remark like '%x')",
    "a regular expression": "count(*) filter (where regexp_matches(remark, '.*'))",
    "a cast": "sum(cast(enrolment as double))",
    "a short cast": "sum(enrolment::double)",
    "a cast that tries": "sum(try_cast(remark as integer))",
    "a power": "sum(enrolment) ** 2",
    "a remainder": "sum(enrolment % 2)",
    "a whole division": "sum(enrolment) // 2",
    "bits": "sum(enrolment & 1)",
    "a distinct count": "count(distinct town)",
    "two counts": "count(town, enrolment)",
    "an ordered aggregate": "sum(enrolment order by town)",
    "an aggregate in an aggregate": "sum(sum(enrolment))",
    "a column outside an aggregate": "enrolment / places",
    "a division of rows": "sum(enrolment / places)",
    "a constant": "1",
    "a constant text": "'3'",
    "nothing": "",
    "blanks": "   ",
    # parameters, comments, tricks of writing
    "a parameter": "sum(?)",
    "a numbered parameter": "sum($1)",
    "a named parameter": "sum($secret)",
    "a comment": "sum(enrolment) -- and more",
    "a comment inside": "sum(enrolment /* places */)",
    "a schema": "sum(main.schools.enrolment)",
    "a catalogue": "sum(memory.main.schools.enrolment)",
    "a system table": "count(duckdb_settings.*)",
    "an unknown table": "sum(pupils.enrolment)",
    "an unknown column": "sum(enrolement)",
    "a value outside its vocabulary": "count(*) filter (where town = 't99')",
    "two tables without a link": "sum(enrolment * lunches.meals)",
    "letters that look alike": "s\u0443m(enrolment)",
    "full-width letters": "\uff53\uff55\uff4d(enrolment)",
    "a full-width semicolon": "count(*)；drop table schools",
    "a zero-width space": "sum(enrol\u200bment)",
    "a text turned around": "sum(enrolment) filter (where remark = \u202e'x')",
    "a null byte": "sum(enrolment)\x00",
    "an alias": "sum(enrolment) as x",
    "an alias named like a keyword": 'sum(enrolment) "drop"',
    "an unclosed text": "count(*) filter (where town = 't01)",
    "an unclosed bracket": "sum(enrolment",
    "deep nesting": "(" * 900 + "sum(enrolment)" + ")" * 900,
    "a deep chain": "sum(enrolment)" + " + sum(enrolment)" * 3000,
    "many negations": "-" * 2000 + "sum(enrolment)",
    "a long text": "sum(enrolment) filter (where remark = '" + "x" * 100_000 + "')",
    "an interval": "max(opened_on + interval 1 day)",
    "case of a value": "sum(case town when 't01' then 1 end)",
    "if": "sum(if(boarding, 1, 0))",
    "is distinct": "count(*) filter (where town is distinct from 't01')",
    "a row": "count(*) filter (where (town, year) = ('t01', 2024))",
    "a number without an end": "sum(enrolment) * inf",
    "not a number": "sum('nan'::double)",
}

ALLOWED = [
    "count(*)",
    "count(schools.*)",
    "sum(enrolment)",
    "sum(enrolment) / sum(places)",
    "sum(enrolment) filter (where town = 't01' and boarding)",
    "sum(enrolment) filter (where year between 2023 and 2025 or not boarding)",
    "count(*) filter (where enrolment >= 56 and remark is null)",
    "count(*) filter (where opened_on <= '2025-12-31')",
    "avg(budget) * 100 - min(budget)",
    "sum(case when town in ('t01', 't02') then enrolment else 0 end)",
    "(sum(enrolment) - sum(places)) / sum(places)",
    "max(enrolment + places)",
]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_measure_is_refused(text: str) -> None:
    """Whatever is not on the list is refused before anything runs, with words that say what is accepted."""
    with pytest.raises(ExpressionError) as refused:
        read_measure(text, TABLES, SCHOOLS, "plan.yaml:1: a.b.count")
    (fault,) = refused.value.faults
    assert fault.found
    assert fault.accepted
    assert "plan.yaml:1: a.b.count" in fault.where


CONSTANTS = {"1", "'3'"}


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if text not in CONSTANTS])
def test_a_hostile_condition_is_refused(text: str) -> None:
    """A row filter takes no more than a measure does: the same texts are refused on either side of a sign."""
    with pytest.raises(ExpressionError):
        read_condition(f"{text} > 0", TABLES, SCHOOLS, "where")
    with pytest.raises(ExpressionError):
        read_condition(f"enrolment > {text}", TABLES, SCHOOLS, "where")


def test_a_number_too_large_to_be_written_out_is_refused_at_once() -> None:
    """1e999999999 is eleven characters and a thousand million digits: reading it must not take for ever."""
    program = (
        "from edutargets.tables import Dictionary\n"
        "from edutargets.errors import ExpressionError\n"
        "from edutargets.sql_reading import read_measure\n"
        f"tables = Dictionary.model_validate({TABLES.model_dump(mode='json')!r})\n"
        "try:\n"
        "    read_measure('sum(enrolment) * 1e999999999', tables, tables.relation('schools'))\n"
        "except ExpressionError:\n"
        "    print('refused')\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout == "refused\n", done.stderr


@pytest.mark.parametrize("text", ALLOWED)
def test_an_honest_measure_is_read(text: str) -> None:
    """The list holds what planners need, in any SQL editor's own words."""
    read_measure(text, TABLES, SCHOOLS, "plan.yaml:1: a.b.count")


def test_a_refused_measure_is_cut_where_it_is_long() -> None:
    """A message fits on a screen whatever somebody wrote."""
    with pytest.raises(ExpressionError) as refused:
        read_measure("sum(" + "x" * 3000 + ")", TABLES, SCHOOLS, "plan.yaml:1")
    assert len(str(refused.value)) < 1000


def test_a_misspelled_column_is_refused_with_its_near_name() -> None:
    """The writer is told what was probably meant."""
    with pytest.raises(ExpressionError, match="did you mean enrolment"):
        read_measure("sum(enrolement)", TABLES, SCHOOLS, "plan.yaml:1")
