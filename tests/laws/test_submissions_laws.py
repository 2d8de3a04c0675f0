import csv
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
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
                    "town": {
                        "type": "category",
                        "values": {"t01": {"zh": "城北街道"}, "t02": {"zh": "临江镇"}},
                    },
                    "enrolment": {"type": "integer", "unit": "student"},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY", "heading_units": ["万元"]},
                    "boarding": {"type": "boolean"},
                    "opened_on": {"type": "date"},
                    "remark": {"type": "text"},
                },
            }
        }
    }
)
NAMES = tuple(DICTIONARY.tables["schools"].columns)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
VALUES = {
    "school_id": st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True).filter(lambda code: code.strip()),
    "year": st.integers(1900, 2199),
    "town": st.sampled_from(["t01", "城北街道", "t02", "临江镇", "t03"]),
    "enrolment": st.none() | st.integers(-(10**14), 10**14),
    "budget": st.none() | st.integers(-(10**14), 10**14).map(lambda cents: Decimal(cents).scaleb(-2)),
    "boarding": st.none() | st.booleans(),
    "opened_on": st.none() | st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    "remark": st.none() | WORDS.filter(lambda text: text[0] not in "=#'" and text[-1] != "'"),
}
ROWS = st.lists(st.tuples(*VALUES.values()), min_size=1, max_size=12)

Row = tuple[object, ...]


def write_csv(folder: Path, name: str, headings: tuple[str, ...], rows: list[Row]) -> None:
    """Write rows as a person's spreadsheet saves them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows([["" if value is None else value for value in row] for row in rows])


def write_xlsx(folder: Path, name: str, headings: tuple[str, ...], rows: list[Row]) -> None:
    """Write the same rows as a workbook, numbers as numbers and texts as texts."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(headings)
    for at, row in enumerate(rows, start=2):
        for position, value in enumerate(row, start=1):
            cell = sheet.cell(at, position, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(folder / name)


def write_parquet(folder: Path, name: str, headings: tuple[str, ...], rows: list[Row]) -> None:
    """Write the same rows with types."""
    columns = [pa.array(list(column)) for column in zip(*rows, strict=True)]
    pq.write_table(pa.table(columns, names=list(headings)), folder / name)


def meaning(submission: Submission) -> tuple[list[dict[str, object]], list[tuple[str, str, str | None]]]:
    """Return all of a submission but where it was written."""
    rows = submission.tables["schools"].rows.to_pylist()
    return rows, [(fault.column, fault.rule, fault.reporter) for fault in submission.faults]


@settings(deadline=None, max_examples=60)
@given(ROWS, st.data())
def test_splitting_a_file_changes_nothing_but_origins(rows: list[Row], data: st.DataObject) -> None:
    """Two files of one table are one table."""
    cut = data.draw(st.integers(0, len(rows)))
    with tempfile.TemporaryDirectory() as place:
        whole, split = Path(place, "whole"), Path(place, "split")
        write_csv(whole, "schools.csv", NAMES, rows)
        write_csv(split / "a", "schools.csv", NAMES, rows[:cut])
        write_csv(split / "b", "schools.csv", NAMES, rows[cut:])
        assert meaning(read_submission(whole, DICTIONARY)) == meaning(read_submission(split, DICTIONARY))


@settings(deadline=None, max_examples=60)
@given(ROWS, st.permutations(range(len(NAMES))))
def test_the_order_of_columns_changes_nothing_but_addresses(rows: list[Row], order: list[int]) -> None:
    """A column is known by its heading, not by its place; faults of a row are the same ones."""
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place, "first"), Path(place, "second")
        write_csv(first, "schools.csv", NAMES, rows)
        write_csv(
            second,
            "schools.csv",
            tuple(NAMES[at] for at in order),
            [tuple(row[at] for at in order) for row in rows],
        )
        (one, faults), (other, others) = (
            meaning(read_submission(folder, DICTIONARY)) for folder in (first, second)
        )
        assert one == other
        assert sorted(faults, key=str) == sorted(others, key=str)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_csv_xlsx_and_parquet_of_the_same_rows_read_the_same(rows: list[Row]) -> None:
    """The kind of file carries no meaning."""
    read = []
    for kind, write in (("csv", write_csv), ("xlsx", write_xlsx), ("parquet", write_parquet)):
        with tempfile.TemporaryDirectory() as place:
            write(Path(place), f"schools.{kind}", NAMES, rows)
            read.append(meaning(read_submission(place, DICTIONARY)))
    assert read[0] == read[1] == read[2]


@given(st.integers(-(10**17) + 1, 10**17 - 1))
def test_ten_thousand_yuan_are_ten_thousand_yuan(cents: int) -> None:
    """Whatever is written in 万元 comes out exactly in CNY."""
    with tempfile.TemporaryDirectory() as place:
        written = format(Decimal(cents).scaleb(-6), "f")
        write_csv(Path(place), "schools.csv", ("school_id", "year", "budget(万元)"), [("1", 2024, written)])
        rows = meaning(read_submission(place, DICTIONARY))[0]
    assert rows[0]["budget"] == Decimal(cents).scaleb(-2)
