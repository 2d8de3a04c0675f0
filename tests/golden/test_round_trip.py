"""From the template to the gate's yes: filled in, spoilt in forty ways, returned, mended, handed in again."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import yaml

from edutargets.checking import check_submission, read_data, sample_data
from edutargets.cli import main
from edutargets.errors import SubmissionError
from edutargets.findings import Decision
from edutargets.grids import letters
from edutargets.headings import match_headings, table_named
from edutargets.plans import Pack, read_pack
from edutargets.slip_books import write_slips

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from edutargets.gate import GateReport
    from edutargets.submissions import Submission
    from edutargets.tables import Column

PACK, YEAR = "jieyang-district-2023", 2025
SCHOOLS = ("JY1001", "JY1077", "JY1111", "JY2001", "JY9101")
FEW = ("JY1001", "JY2001")
SOFFICE = shutil.which("soffice")
COLOURS = {"必须改正": "FFC7CE", "改正或说明": "FFC266", "提示": "DDEBF7"}
SAMPLES_OWN = {("", "TR-08"), ("JY9002", "AT-09"), ("JY1038", "SR-11")}
"""What is found in the sample itself: 90 hours as a question, and warnings that are explained in it."""

Row = dict[str, Any]
Value = Any
Told = tuple[str, str, str]
"""Whose slip it is on, the code, the place in the file handed in."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault as `forty_faults.yaml` describes it."""

    kind: str
    school: str
    table: str
    column: str
    code: str
    typed: Any = None
    at: Mapping[str, str | int] = field(default_factory=dict)
    do: str = ""
    plus: int = 0
    explained: str = ""
    also: Sequence[Mapping[str, Any]] = ()

    @property
    def sides(self) -> Iterator[Fault]:
        """Yield what is said of it elsewhere, as if it were another fault."""
        for side in self.also:
            same = {} if {"school", "table"} & set(side) else {"at": self.at}
            yield Fault(**{"kind": self.kind, "school": self.school, "table": self.table, **same, **side})


def faults(*schools: str) -> tuple[Fault, ...]:
    """Return the faults to plant with some schools."""
    text = Path(__file__).with_name("forty_faults.yaml").read_text(encoding="utf-8")
    return tuple(fault for one in yaml.safe_load(text) if (fault := Fault(**one)).school in schools)


# the right data ------------------------------------------------------------------------------------


@cache
def pack() -> Pack:
    """Return the pack of the district."""
    return read_pack(PACK)


@cache
def right() -> Submission:
    """Return the complete sample."""
    return read_data(pack(), f"sample:{PACK}/complete")


@cache
def rows_of(school: str, table: str) -> tuple[Row, ...]:
    """Return what a school reports in the year."""
    described = pack().dictionary.tables[table]
    return tuple(
        row
        for row in right().tables[table].rows.to_pylist()
        if row[described.reports] == school and (not described.period or row[described.period] == YEAR)
    )


def nth_of(fault: Fault) -> int:
    """Return which of the school's rows a fault is in."""
    if not fault.at or "nth" in fault.at:
        return int(fault.at.get("nth", 0))
    wanted = fault.at.items()
    rows = rows_of(fault.school, fault.table)
    return next(at for at, row in enumerate(rows) if all(str(row[k]) == str(v) for k, v in wanted))


def typed(value: object, column: Column) -> Value:
    """Return what a clerk types into the cell of a value."""
    if column.type == "category" and value is not None:
        return column.values[str(value)].zh or value
    if isinstance(value, bool):
        return "是" if value else "否"
    return value


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# workbooks -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenSheet:
    """A table's sheet in a workbook: where its headings and rows are, in a template as in a slip."""

    sheet: Worksheet
    columns: Mapping[str, int]
    first: int

    @classmethod
    def of(cls, book: openpyxl.Workbook, table: str) -> OpenSheet:
        """Find it by its name, and its headings by what they say."""
        sheet = book[next(n for n in book.sheetnames if table_named(n, pack().dictionary).table == table)]
        described = pack().dictionary.tables[table]
        for number in (1, 3):
            headings, wrong = match_headings([_text(cell.value) for cell in sheet[number]], described, "")
            if headings and not wrong:
                first = number + (2 if number > 1 else 1)  # a template's units stand between
                return cls(sheet, {one.column: one.position + 1 for one in headings}, first)
        message = f"no headings on the sheet {sheet.title}"
        raise AssertionError(message)

    def cell(self, row: int, column: str) -> Cell:
        """Return a cell."""
        return self.sheet.cell(row, self.columns[column])  # type: ignore[return-value]

    def write(self, row: int, values: Mapping[str, object], table: str) -> None:
        """Type a whole row."""
        described = pack().dictionary.tables[table].columns
        for name in self.columns:
            self.cell(row, name).value = typed(values.get(name), described[name])


def fill_in(folder: Path, schools: Sequence[str]) -> None:
    """Write templates, fill them with what their schools report, and put the rest of the district beside."""
    wanted = [part for school in schools for part in ("--school", school)]
    roster = f"sample:{PACK}/complete"
    with pytest.raises(SystemExit) as ended:
        main(["template", PACK, "-o", str(folder), "--roster", roster, "--year", str(YEAR), *wanted])
    assert not ended.value.code
    taken: dict[str, set[str]] = {}
    for school in schools:
        (path,) = folder.glob(f"{school}-*.xlsx")
        book = openpyxl.load_workbook(path)
        for name in book.sheetnames:
            table = table_named(name, pack().dictionary).table
            if table is not None:
                sheet = OpenSheet.of(book, table)
                for number, row in enumerate(rows_of(school, table), sheet.first):
                    sheet.write(number, row, table)
                taken.setdefault(table, set()).add(school)
        book.save(path)
    for name in right().tables:
        write_rest(folder / f"{name}.csv", name, taken.get(name, set()))
    shutil.copy(sample_data(f"{PACK}/complete") / "数据说明.csv", folder)


def write_rest(path: Path, name: str, taken: set[str]) -> None:
    """Write the rows of everybody else, and of earlier years."""
    rows = right().tables[name]
    frame = rows.rows.to_pandas()
    theirs = frame[rows.table.reports].isin(taken)
    if rows.table.period:
        theirs &= frame[rows.table.period] == YEAR
    frame[~theirs].to_csv(path, index=False)


# faults in ------------------------------------------------------------------------------------------


def plant(folder: Path, some: Sequence[Fault]) -> Counter[Told]:
    """Plant faults in the workbooks of a folder; return what must be told, to whom and of which cell."""
    expected: Counter[Told] = Counter()
    books = {school: openpyxl.load_workbook(path_of(folder, school)) for school in {f.school for f in some}}
    for fault in some:
        cell = planted(fault, OpenSheet.of(books[fault.school], fault.table))
        expected[fault.school, fault.code, place(folder, books, fault, cell)] += 1
        for side in fault.sides:
            expected[side.school, side.code, place(folder, books, side, "")] += 1
    for school, book in books.items():
        book.save(path_of(folder, school))
    return expected


def path_of(folder: Path, school: str) -> Path:
    """Return a school's workbook, filled in or mended."""
    (path,) = folder.glob(f"{school}-*.xlsx")
    return path


def place(folder: Path, books: Mapping[str, openpyxl.Workbook], fault: Fault, cell: str) -> str:
    """Write where a fault stands, as a slip does."""
    if fault.do == "clear":
        title = pack().dictionary.tables[fault.table].title
        return f"{title.zh}\n{title.en}"
    if fault.school not in books:
        return place_in_rest(folder / f"{fault.table}.csv", fault)
    sheet = OpenSheet.of(books[fault.school], fault.table)
    cell = cell or sheet.cell(sheet.first + nth_of(fault), fault.column).coordinate
    return f"{path_of(folder, fault.school).name}[{sheet.sheet.title}]!{cell}"


def place_in_rest(path: Path, fault: Fault) -> str:
    """Find a row of somebody who sent no workbook."""
    described = pack().dictionary.tables[fault.table]
    with path.open(encoding="utf-8", newline="") as stream:
        number = next(
            number
            for number, row in enumerate(csv.DictReader(stream), 2)
            if row[described.reports] == fault.school and row[described.period or ""] == str(YEAR)
        )
    return f"{path.name}!{letters(list(described.columns).index(fault.column))}{number}"


def planted(fault: Fault, sheet: OpenSheet) -> str:  # noqa: C901  # each is one way to spoil a sheet
    """Plant one fault, and return the cell of which it must be told."""
    row = sheet.first + nth_of(fault)
    cell = sheet.cell(row, fault.column)
    match fault.do:
        case "":
            cell.value = int(str(cell.value)) + fault.plus if fault.plus else fault.typed
        case "percent":
            cell.value, cell.number_format = fault.typed, "0%"
        case "text" | "error" | "formula":
            cell.value, cell.data_type = fault.typed, {"text": "s", "error": "e", "formula": "f"}[fault.do]
        case "unit":
            sheet.sheet.cell(sheet.first - 1, cell.column).value = fault.typed
        case "clear":
            sheet.write(row, {}, fault.table)
        case "hide":
            sheet.sheet.row_dimensions[row].hidden = True
            return f"A{row}"
        case "merge":
            below = sheet.cell(row + 1, fault.column).coordinate
            sheet.sheet.merge_cells(f"{cell.coordinate}:{below}")
            return below
        case "total":
            sheet.write(row, {fault.column: fault.typed, "students": 99}, fault.table)
        case "repeat":
            rows = rows_of(fault.school, fault.table)
            sheet.write(sheet.first + len(rows), rows[nth_of(fault)], fault.table)
        case "borrow":
            teacher = rows_of("JY1077", fault.table)[30]
            here = {"institution_id": fault.school, "stage": "junior"}
            sheet.write(row, teacher | here, fault.table)
        case "copy":
            sheet.write(
                row, rows_of("JY9102", fault.table)[0] | {"institution_id": fault.school}, fault.table
            )
    return cell.coordinate


# faults out -----------------------------------------------------------------------------------------


def gated(folder: Path) -> GateReport:
    """Put a folder before the gate."""
    return check_submission(pack(), read_data(pack(), folder))


def returned(report: GateReport, folder: Path, out: Path) -> dict[str, Path]:
    """Write the slips, by school."""
    paths = write_slips(report, folder, out)
    return {("" if path.stem.startswith("_") else path.stem.split("-")[0]): path for path in paths}


def lines(book: openpyxl.Workbook) -> Iterator[dict[str, Any]]:
    """Yield the lines of a slip's first sheet, each with the cell that its link leads to."""
    rows = list(book["退回单"].iter_rows())
    start = next(at for at, row in enumerate(rows) if str(row[0].value).startswith("序号"))
    names = [str(cell.value).split("\n")[1] for cell in rows[start]]
    for row in rows[start + 1 :]:
        link = row[2].hyperlink.location if row[2].hyperlink else None
        yield {**{name: cell.value for name, cell in zip(names, row, strict=True)}, "link": link}


def cell_at(book: openpyxl.Workbook, link: str) -> Value:
    """Return the cell that a link leads to; of merged ones that which a person sees."""
    name, _, address = link.lstrip("#$").rpartition("!")
    sheet = book[name.strip("'").replace("''", "'").lstrip("$")]
    merged = [one for one in sheet.merged_cells.ranges if address in one]
    return sheet.cell(merged[0].min_row, merged[0].min_col) if merged else sheet[address]


def check_slips(slips: Mapping[str, Path], expected: Counter[Told]) -> None:
    """Every fault is a line of its school's slip and a coloured cell that says so; there is no other line."""
    told: Counter[Told] = Counter()
    for school, path in slips.items():
        book = openpyxl.load_workbook(path)
        for line in lines(book):
            if (school, line["Rule"]) in SAMPLES_OWN:
                continue
            told[school, line["Rule"], line["Place in the file handed in"]] += 1
            if line["Rule"] == "total-row" or line["link"] is None:  # such a row is no record, and not copied
                continue
            cell = cell_at(book, line["link"])
            assert cell.comment is not None, line
            assert f"[{line['Rule']}] " in cell.comment.text
            assert cell.fill.fgColor.rgb[2:] in COLOURS.values()
    assert told == expected


def mend(slips: Mapping[str, Path], some: Sequence[Fault], mended: Path, asked: Counter[Told]) -> None:
    """Mend every fault in its school's slip, at the cell to which its line leads."""
    for school in {fault.school for fault in some}:
        book = openpyxl.load_workbook(slips[school])
        links = {(line["Rule"], line["Place in the file handed in"]): line["link"] for line in lines(book)}
        assert len(links) == sum(1 for who, _, _ in asked if who == school)
        for fault in (one for one in some if one.school == school):
            sheet = OpenSheet.of(book, fault.table)
            mend_one(book, sheet, fault, links)
        book.save(mended / slips[school].name)


def mend_one(
    book: openpyxl.Workbook, sheet: OpenSheet, fault: Fault, links: Mapping[tuple[str, str], str | None]
) -> None:
    """Put right what is wrong, as a clerk does who follows the link."""
    rows = rows_of(fault.school, fault.table)
    row = sheet.first + nth_of(fault)
    described = pack().dictionary.tables[fault.table].columns
    match fault.do:
        case "unit":
            unit = sheet.cell(sheet.first - 1, fault.column)  # in a copied sheet it stands in the heading
            unit.value = str(unit.value).replace("万元", "元")
        case "hide":
            sheet.sheet.row_dimensions[row].hidden = False
        case "repeat":
            sheet.write(sheet.first + len(rows), {}, fault.table)
        case "total" | "borrow":
            sheet.write(row, {}, fault.table)
        case "clear" | "copy":
            sheet.write(row, rows[nth_of(fault)], fault.table)
        case "merge":
            for merged in [one for one in sheet.sheet.merged_cells.ranges if one.min_row == row]:
                sheet.sheet.unmerge_cells(str(merged))
            below = rows[nth_of(fault) + 1][fault.column]
            sheet.cell(row + 1, fault.column).value = typed(below, described[fault.column])
        case _ if fault.explained:
            explain(book, fault)
        case _:
            (link,) = {
                link for (code, _), link in links.items() if code == fault.code and leads(link, sheet, fault)
            }
            cell = cell_at(book, str(link))
            cell.value = typed(rows[nth_of(fault)][fault.column], described[fault.column])
            cell.number_format = "General"


def leads(link: str | None, sheet: OpenSheet, fault: Fault) -> bool:
    """Whether a line's link leads to the fault's cell."""
    cell = sheet.cell(sheet.first + nth_of(fault), fault.column)
    return link is not None and link.lstrip("#").replace("'", "") == f"{sheet.sheet.title}!{cell.coordinate}"


def explain(book: openpyxl.Workbook, fault: Fault) -> None:
    """Write into the yellow column why a figure is right all the same."""
    sheet = book["数据说明"]
    start = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("规则"))
    for row in sheet.iter_rows(min_row=int(start[0].row or 0) + 1):
        if row[0].value == fault.code:
            row[len(start) - 1].value = fault.explained


# the round trip -------------------------------------------------------------------------------------


def round_trip(folder: Path, some: Sequence[Fault], work: Path, *, office: bool) -> Path:
    """Spoil, return, mend and hand in again what a folder holds; return the folder that is admitted."""
    expected = plant(folder, some)
    if office:
        open_and_save(folder)
    report = gated(folder)
    assert report.decision is Decision.REJECTED
    slips = returned(report, folder, work / "slips")
    check_slips(slips, expected)
    mended = work / "mended"
    mended.mkdir()
    for path in folder.glob("*.csv"):
        shutil.copy(path, mended)
    mend(slips, some, mended, expected)
    if office:
        open_and_save(mended)
    again = gated(mended)
    assert [str(fault) for fault in again.submission.faults] == []
    assert again.decision is Decision.ACCEPTED, again.to_text()
    assert rows_in(again.admit().submission, some) == rows_in(right(), some)
    return mended


def rows_in(submission: Submission, some: Sequence[Fault]) -> dict[str, Counter[str]]:
    """Return all rows of a submission, without the figures that were explained instead of mended."""
    explained = {(fault.table, fault.school, fault.column) for fault in some if fault.explained}
    found: dict[str, Counter[str]] = {}
    for name, rows in submission.tables.items():
        found[name] = Counter(
            repr({k: v for k, v in row.items() if (name, row[rows.table.reports], k) not in explained})
            for row in rows.rows.to_pylist()
        )
    return found


def open_and_save(folder: Path) -> None:
    """Open every workbook of a folder in LibreOffice and save it again."""
    saved = folder.parent / f"{folder.name}-saved"
    profile = (folder.parent / "profile").as_uri()
    command = [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved)]
    books = [str(path) for path in folder.glob("*.xlsx")]
    subprocess.run([*command, *books], check=True, capture_output=True, timeout=300)
    for path in saved.iterdir():
        shutil.move(path, folder / path.name)


def test_there_are_forty_kinds_of_faults() -> None:
    """Each kind once; those that only look alike are different to a clerk."""
    kinds = [fault.kind for fault in faults(*SCHOOLS)]
    assert len(kinds) == len(set(kinds)) >= 40


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which two schools filled in their templates."""
    folder = tmp_path_factory.mktemp("filled")
    fill_in(folder, FEW)
    return folder


def test_what_two_schools_sent_is_returned_mended_and_admitted(filled: Path, tmp_path: Path) -> None:
    """Their slips list exactly what was spoilt, at its cells; mended there, the rows are the right ones."""
    folder = tmp_path / "in"
    shutil.copytree(filled, folder)
    round_trip(folder, faults(*FEW), tmp_path, office=False)


@pytest.mark.parametrize(
    ("row", "text", "says"),
    [
        (3, "电话", "unknown heading '电话'"),
        (4, "亿只", "unknown unit '亿只' in D4"),
    ],
)
def test_what_makes_a_column_unsure_is_refused_before_anything_is_checked(
    filled: Path, tmp_path: Path, row: int, text: str, says: str
) -> None:
    """A further heading or an unknown unit: file, sheet and row are named; once mended the file is read."""
    (school,) = (path for path in filled.glob("*.xlsx") if path.name.startswith(FEW[0]))
    path = tmp_path / school.name
    book = openpyxl.load_workbook(school)
    sheet = OpenSheet.of(book, "fitness").sheet
    cell = sheet.cell(row, sheet.max_column + 1 if row == 3 else 4)
    before, cell.value = cell.value, text
    book.save(path)
    with pytest.raises(SubmissionError) as refused:
        read_data(pack(), tmp_path)
    (fault,) = refused.value.faults
    assert fault.where == f"{path.name} [{sheet.title}]:{row}"
    assert says in fault.found
    cell.value = before
    book.save(path)
    assert not read_data(pack(), tmp_path).faults


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_forty_faults_go_round_twice_the_second_time_through_libreoffice(tmp_path: Path) -> None:
    """What was mended and admitted is spoilt again, and saved by LibreOffice on its way there and back."""
    folder = tmp_path / "in"
    folder.mkdir()
    fill_in(folder, SCHOOLS)
    some = faults(*SCHOOLS)
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    mended = round_trip(folder, some, tmp_path / "first", office=False)
    round_trip(mended, some, tmp_path / "second", office=True)
