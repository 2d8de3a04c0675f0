"""What goes back to a school: its own rows with red cells, and nothing that anybody else typed."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from edutargets.checking import check_submission, sample_data
from edutargets.checks import Check, Severity, Suite
from edutargets.cli import main
from edutargets.gate import GateReport, gate_submission
from edutargets.grids import Grid
from edutargets.headings import match_headings, table_named
from edutargets.plans import Pack, read_pack
from edutargets.slip_books import write_slips
from edutargets.slip_marks import can_mark
from edutargets.slip_names import SheetNames, book_names
from edutargets.slips import slips_of
from edutargets.sources import Bilingual
from edutargets.submissions import Submission, read_grids, read_submission
from edutargets.tables import Column, Dictionary
from edutargets.written_files import OutputError

Row = Mapping[str, Any]
Slips = Callable[..., dict[str, Path]]

JIEYANG = "jieyang-district-2023"
RED, ORANGE, LILAC = "FFC7CE", "FFC266", "E4DFEC"
SCHOOLS: dict[str, Any] = {
    "title": {"en": "Schools", "zh": "学校"},
    "counts": "school",
    "period": "year",
    "key": ["school_id", "year"],
    "reports": "school_id",
    "roster": True,
    "columns": {
        "school_id": {"type": "code", "title": {"en": "School code", "zh": "学校代码"}},
        "year": {"type": "year", "title": {"en": "Year", "zh": "年度"}},
        "name": {"type": "text", "title": {"en": "Name", "zh": "学校名称"}},
        "students": {"type": "integer", "unit": "student", "title": {"en": "Students", "zh": "学生数"}},
        "funds": {
            "type": "decimal",
            "scale": 2,
            "unit": "CNY/year",
            "heading_units": ["元", "万元"],
            "required": False,
            "optional_column": True,
            "title": {"en": "Funds", "zh": "经费"},
        },
    },
}
STAFF: dict[str, Any] = {
    "title": {"en": "Staff", "zh": "教职工"},
    "counts": "person",
    "required": False,
    "key": ["person_id"],
    "reports": "school_id",
    "columns": {
        "person_id": {"type": "code", "checksum": "gb11643", "title": {"zh": "身份证号"}},
        "school_id": {"type": "code", "title": {"zh": "学校代码"}},
        "degree": {"type": "category", "values": {"b": {"zh": "本科"}}, "title": {"zh": "学历"}},
    },
}
DICTIONARY = Dictionary.model_validate({"tables": {"schools": SCHOOLS, "staff": STAFF}})
RANGE = Check(
    code="SC-01",
    type="expect_column_values_to_be_between",
    kwargs={"column": "students", "min_value": 1, "max_value": 8000},
    says=Bilingual(zh="学生数不在合理范围内", en="the number of students is out of range"),
    mend=Bilingual(zh="请核对学生数", en="look at the number again"),
)
ROUND = Check(
    code="SC-02",
    type="expect_rows",
    kwargs={"predicate": "students % 100 <> 0"},
    severity=Severity.WARNING,
    says=Bilingual(zh="学生数是整百数", en="a round number of students"),
)
GOOD = "学校代码,年度,学校名称,学生数\nA1,2024,城北小学,123\nA2,2024,城南小学,234\n"


def gated(folder: Path, *checks: Check) -> GateReport:
    """Put a folder before a gate with some rules for schools."""
    suite = Suite(name="pack--schools", table="schools", checks=checks)
    return gate_submission(read_submission(folder, DICTIONARY), {"schools": suite} if checks else {})


@pytest.fixture
def slips(tmp_path: Path) -> Slips:
    """Return the slips of a folder of texts, by reporter."""

    def slips(files: Mapping[str, str], *checks: Check) -> dict[str, Path]:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="")
        paths = write_slips(gated(folder, *checks), folder, tmp_path / "slips", overwrite=True)
        return {path.name.removesuffix(".xlsx").split("-")[0]: path for path in paths}

    return slips


def lines(sheet: Worksheet) -> list[dict[str, Any]]:
    """Return the lines of a slip's first sheet, with the cell that each link leads to."""
    rows = list(sheet.iter_rows())
    start = next(index for index, row in enumerate(rows) if str(row[0].value).startswith("序号"))
    names = [str(cell.value).split("\n")[1] for cell in rows[start]]
    return [
        {
            **{name: cell.value for name, cell in zip(names, row, strict=True)},
            "link": row[2].hyperlink.location if row[2].hyperlink else None,
        }
        for row in rows[start + 1 :]
    ]


def cell_at(book: openpyxl.Workbook, link: str) -> Cell:
    """Return the cell that a link leads to."""
    sheet, _, cell = link.rpartition("!")
    return book[sheet.strip("'").replace("''", "'")][cell]


def fill(cell: Cell) -> str:
    """Return the colour of a cell."""
    return cell.fill.fgColor.rgb[2:] if cell.fill.fill_type == "solid" else ""


# the sample with its fifty faults -------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the pack of the sample."""
    return read_pack(JIEYANG)


@pytest.fixture(scope="module")
def report(pack: Pack) -> GateReport:
    """Return what the gate finds in the faulty sample."""
    return check_submission(pack, read_submission(sample_data(f"{JIEYANG}/faulty"), pack.dictionary))


@pytest.fixture(scope="module")
def returned(report: GateReport, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the slips of the faulty sample, by reporter."""
    out = tmp_path_factory.mktemp("returned") / "slips"
    paths = write_slips(report, sample_data(f"{JIEYANG}/faulty"), out)
    return {path.stem.split("-")[0]: path for path in paths}


def planted() -> list[dict[str, str]]:
    """Return the faults that were planted, as they were written down."""
    path = sample_data(f"{JIEYANG}/faulty").parent / "planted_faults.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_slips_list_every_planted_fault_at_its_cell(returned: Mapping[str, Path], pack: Pack) -> None:
    """Each of the 50 is a line of its school's slip; its link leads to the coloured cell, as it was typed."""
    folder = sample_data(f"{JIEYANG}/faulty")
    books = {reporter: openpyxl.load_workbook(path) for reporter, path in returned.items()}
    grids = {
        (grid.file, grid.sheet): grid
        for path in folder.iterdir()
        for grid in read_grids(path, path.name, pack.dictionary)
    }
    faults = planted()
    assert len(faults) == 50
    for fault in faults:
        book = books[fault["reporter"]]
        sheet = f"[{fault['sheet']}]" if fault["sheet"] else ""
        place = f"{fault['file']}{sheet}!{fault['cell']}"
        all_lines = lines(book["退回单"])
        found = [
            line
            for line in all_lines
            if line["Rule"] == fault["code"]
            and (line["Place in the file handed in"] == place or not fault["cell"])
        ]
        assert len(found) == 1 or (found and not fault["cell"]), fault
        if not fault["cell"]:  # nothing was handed in
            continue
        cell = cell_at(book, found[0]["link"])
        grid = grids[fault["file"], fault["sheet"]]
        position = ord(fault["cell"][0]) - ord("A")
        typed = grid.columns[position][grid.rows.tolist().index(int(fault["row"]))].as_py()
        assert ("" if cell.value is None else str(cell.value)) == (typed or ""), fault
        grave = any(line["link"] == found[0]["link"] and "必须" in line["Severity"] for line in all_lines)
        assert fill(cell) == (RED if grave else ORANGE), fault
        assert f"[{fault['code']}] " in cell.comment.text, fault


def test_every_finding_is_on_exactly_one_slip(returned: Mapping[str, Path], report: GateReport) -> None:
    """Nothing is lost and nothing told twice; a school's slip holds no row of another school."""
    told: Counter[tuple[str, str]] = Counter()
    for path in returned.values():
        for line in lines(openpyxl.load_workbook(path)["退回单"]):
            told[line["Rule"], line["Place in the file handed in"]] += 1
    found = Counter(
        (
            one.code,
            one.place
            or "\n".join(next((t.title.zh, t.title.en) for t in report.tables if t.table == one.table)),
        )
        for one in report.findings
    )
    assert told == found


def test_a_slip_holds_the_schools_own_rows_and_no_others(
    returned: Mapping[str, Path], report: GateReport, pack: Pack
) -> None:
    """All its rows of a table are there, in their order, and nobody sees what another school typed."""
    for reporter, path in returned.items():
        for table, rows in rows_of(path, pack).items():
            name = pack.dictionary.tables[table].reports
            handed_in = report.submission.tables[table].rows[name].to_pylist()
            assert [row[name] for row in rows] == [reporter] * handed_in.count(reporter), (reporter, table)


def test_what_must_be_corrected_comes_first(returned: Mapping[str, Path]) -> None:
    """Critical before warning before info, numbered from 1."""
    for path in returned.values():
        found = lines(openpyxl.load_workbook(path)["退回单"])
        ranks = [("必须改正", "改正或说明", "提示").index(line["Severity"].split("\n")[0]) for line in found]
        assert ranks == sorted(ranks)
        assert [line["No."] for line in found] == list(range(1, len(found) + 1))


def rows_of(path: Path, pack: Pack) -> dict[str, tuple[Row, ...]]:
    """Return the texts of a slip's sheets, by table and column."""
    found: dict[str, tuple[Row, ...]] = {}
    for grid in read_grids(path, path.name, pack.dictionary):
        table = table_named(grid.sheet, pack.dictionary).table
        if table is not None:
            headings, _ = match_headings(grid.headings, pack.dictionary.tables[table], "")
            texts = {one.column: grid.columns[one.position].to_pylist() for one in headings}
            found[table] = tuple(
                dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)
            )
    return found


def test_mended_slips_say_what_the_complete_sample_says(
    returned: Mapping[str, Path], report: GateReport, pack: Pack, tmp_path: Path
) -> None:
    """Correct the marked rows by script, hand the slips in: the rows are those of the complete sample."""
    complete = read_submission(sample_data(f"{JIEYANG}/complete"), pack.dictionary)
    mended = tmp_path / "mended"
    mended.mkdir()
    touched: dict[str, set[str]] = {}
    for reporter, path in returned.items():
        for table in mend(reporter, path, mended / path.name, report.submission, complete):
            touched.setdefault(table, set()).add(reporter)
    again = read_submission(mended, pack.dictionary)
    assert not again.faults
    assert set(again.tables) == set(touched)
    roster = set(complete.tables["institutions"].rows["institution_id"].to_pylist())
    for table, rows in again.tables.items():
        definition = rows.table
        wanted = [
            row
            for row in due(complete, report.submission, table)
            if row[definition.reports] in touched[table] & roster
        ]
        kept = [row for row in rows.rows.to_pylist() if row[definition.reports] in touched[table] & roster]
        moved = [row for row in rows.rows.to_pylist() if row not in kept]  # from a code that nobody has
        assert sorted(map(repr, kept)) == sorted(map(repr, wanted)), table
        assert all(row in complete.tables[table].rows.to_pylist() for row in moved), table
        assert len(moved) == (table == "staff"), table


def due(complete: Submission, faulty: Submission, table: str) -> list[Row]:
    """Return the complete sample's rows of the years that the faulty one is about."""
    period = complete.dictionary.tables[table].period
    rows: list[Row] = complete.tables[table].rows.to_pylist()
    if period is None:
        return rows
    years = Counter(faulty.tables[table].rows[period].to_pylist())
    return [row for row in rows if years[row[period]] > 1]


def unclaimed(complete: Submission, faulty: Submission, table: str) -> list[Row]:
    """Return the right rows that nobody has handed in under the right code."""
    names = [*complete.dictionary.tables[table].key, complete.dictionary.tables[table].reports]
    there = {
        tuple(row[name] for name in names) for row in faulty.tables[table].rows.select(names).to_pylist()
    }
    return [row for row in due(complete, faulty, table) if tuple(row[name] for name in names) not in there]


def mend(reporter: str, source: Path, path: Path, faulty: Submission, complete: Submission) -> list[str]:
    """Correct the marked rows of a slip, take away rows that are too many, add those that are missing."""
    dictionary = complete.dictionary
    book = openpyxl.load_workbook(source)
    tables = []
    for sheet in book.worksheets[1:]:
        name = table_named(sheet.title, dictionary).table
        if name is None:
            continue
        table = dictionary.tables[name]
        headings, faults = match_headings([cell.value for cell in sheet[1]], table, "")
        assert not faults
        right = [row for row in due(complete, faulty, name) if row[table.reports] == reporter]
        is_known = bool(right)
        right = right or unclaimed(complete, faulty, name)
        texts = [
            {one.column: as_text(row[one.column], one.factor, table.columns[one.column]) for one in headings}
            for row in right
        ]
        mend_sheet(sheet, {one.column: one.position for one in headings}, texts, adds=is_known)
        if sheet.max_row > 1:  # a code that nobody has owes tables that stay empty
            tables.append(name)
    book.save(path)
    return tables


def mend_sheet(
    sheet: Worksheet, columns: Mapping[str, int], right: list[dict[str, str]], *, adds: bool
) -> None:
    """Put each row to the right one that is most like it, and correct it if it is marked."""
    numbers = range(2, sheet.max_row + 1)
    typed = {
        n: {c: str(sheet.cell(n, p + 1).value or "").strip() for c, p in columns.items()} for n in numbers
    }
    alike = sorted(
        (
            (sum(row[c] == good[c] for c in columns), number, index)
            for number, row in typed.items()
            for index, good in enumerate(right)
        ),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    pairs: dict[int, int] = {}
    for likeness, number, index in alike:
        if number not in pairs and index not in pairs.values() and likeness > len(columns) / 3:
            pairs[number] = index
    for number, index in pairs.items():
        marked = any(fill(sheet.cell(number, p + 1)) in {RED, ORANGE} for p in columns.values())
        for column, position in columns.items():
            if typed[number][column] != right[index][column] and marked:
                sheet.cell(number, position + 1).value = right[index][column]
    for good in (right[index] for index in range(len(right)) if adds and index not in pairs.values()):
        row = sheet.max_row + 1
        for column, position in columns.items():
            sheet.cell(row, position + 1).value = good[column]
    for number in sorted(set(numbers) - set(pairs), reverse=True):
        sheet.delete_rows(number)


def as_text(value: object, factor: Fraction, column: Column) -> str:
    """Write a typed value as one would type it below a heading."""
    if value is None:
        return ""
    if column.type == "category":
        return column.values[str(value)].zh or str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal) and factor != 1:
        exact = Fraction(value) / factor
        return format((Decimal(exact.numerator) / Decimal(exact.denominator)).normalize(), "f")
    return str(value)


# the same, through a spreadsheet ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_slips_opened_and_saved_by_libreoffice_say_the_same(
    returned: Mapping[str, Path], pack: Pack, tmp_path: Path
) -> None:
    """A school opens its slip and saves it: every cell is read as before, and the links still lead there."""
    saved = tmp_path / "saved"
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved)]
    subprocess.run([*command, *map(str, returned.values())], check=True, capture_output=True, timeout=300)
    before = read_submission(next(iter(returned.values())).parent, pack.dictionary)
    after = read_submission(saved, pack.dictionary)
    assert set(after.tables) == set(before.tables)
    for name, rows in before.tables.items():
        assert after.tables[name].rows == rows.rows, name
        assert [fault.found for fault in after.tables[name].faults] == [fault.found for fault in rows.faults]
    for path in returned.values():
        book = openpyxl.load_workbook(saved / path.name)
        for line in lines(book["退回单"]):
            if line["link"]:
                cell = cell_at(book, line["link"].lstrip("#"))
                assert fill(cell) in {RED, ORANGE}
                assert line["Rule"] in cell.comment.text


# hostile and odd input -------------------------------------------------------------------------------


def test_the_same_findings_give_the_same_bytes(report: GateReport, tmp_path: Path) -> None:
    """Nothing of the hour or the machine is in a slip."""
    folder = sample_data(f"{JIEYANG}/faulty")
    first, second = (write_slips(report, folder, tmp_path / name) for name in ("first", "second"))
    assert [path.name for path in first] == [path.name for path in second]
    assert all(one.read_bytes() == two.read_bytes() for one, two in zip(first, second, strict=True))


@pytest.mark.parametrize(
    "typed",
    [
        '=HYPERLINK("http://evil.example","click")',
        "=cmd|' /C calc'!A0",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1;2)",
        "http://evil.example/",
        "mailto:a@evil.example",
        "internal:'退回单'!A1",
        "<script>alert(1)</script>",
        "{=1+1}",
        "_x0041_",
        "\t=1+1",
        "00012",
        "1/2",
    ],
)
def test_nothing_that_a_sender_typed_is_ever_executed(slips: Slips, typed: str) -> None:
    """Formulas, addresses and markup in a name stay the text that they are, on every sheet of the slip."""
    quoted = typed.replace('"', '""')
    text = f'学校代码,年度,学校名称,学生数\nA1,2024,"{quoted}",0\n'
    path = slips({"schools.csv": text}, RANGE)["A1"]
    book = openpyxl.load_workbook(path)
    assert book["学校"]["C2"].value == typed
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or (cell.hyperlink.target is None and cell.hyperlink.location)


def test_characters_that_no_workbook_can_hold_show_as_lost_and_are_asked_for_again(slips: Slips) -> None:
    """A control character becomes a sign that the reader refuses, so that nothing else is read instead."""
    path = slips({"schools.csv": "学校代码,年度,学校名称,学生数\nA1,2024,城\x08北,0\n"}, RANGE)["A1"]
    book = openpyxl.load_workbook(path)
    assert book["学校"]["C2"].value == "城\ufffd北"
    assert "重新填写" in "".join(str(cell.value) for row in book["退回单"].iter_rows() for cell in row)
    again = read_submission(path.parent, DICTIONARY)
    assert [(fault.column, fault.rule) for fault in again.faults] == [("name", "encoding")]


def test_a_text_longer_than_a_cell_is_cut_and_refused_when_it_comes_back(slips: Slips) -> None:
    """32,767 characters fit; a longer text is never silently shorter."""
    name = "长" * 40_000
    path = slips({"schools.csv": f"学校代码,年度,学校名称,学生数\nA1,2024,{name},0\n"}, RANGE)["A1"]
    text = openpyxl.load_workbook(path)["学校"]["C2"].value
    assert len(text) == 32_767
    assert text.endswith("\ufffd")
    assert [fault.rule for fault in read_submission(path.parent, DICTIONARY).faults] == ["encoding"]


def test_names_of_slips_are_safe_on_every_system() -> None:
    """Separators, reserved names, control and direction marks, dots and length reach no file system."""
    codes = ["../../etc/passwd", "a/b", "a\\b", "CON", "nul", "COM1", ".hidden", "~$lock", "-rf", "READMEx"]
    codes += [
        "x\u202egnp",
        "a\0b",
        "a\nb",
        "长" * 300,
        "a:b",
        "a.b",
        " ",
        "_bureau",
        "=1+1",
        "\uff23\uff2f\uff2e",
        "%2e%2e",
    ]
    names = book_names(
        dict.fromkeys(codes, "城/北:小学\u202e?\x07") | {"CON": "", "nul": "", "JY1": "城北小学"}
    )
    assert names["JY1"] == "JY1-城北小学.xlsx"
    assert len(set(map(str.casefold, names.values()))) == len(names)
    for name in names.values():
        assert len(name.encode()) <= 255
        assert not set(name) & set('<>:"/\\|?*')
        assert name.isprintable()
        assert name[0] not in ".~-_= "
        assert not name.upper().startswith("README")
        assert name.count(".") == 1
        assert name.split(".")[0].upper() not in {"CON", "NUL", "COM1"}


def test_codes_that_differ_only_in_case_do_not_meet_in_one_file() -> None:
    """Windows and macOS take a1.xlsx and A1.xlsx for the same file."""
    names = book_names({"a1": "", "A1": "", "b": ""})
    assert len({name.casefold() for name in names.values()}) == 3
    assert names["b"] == "b.xlsx"


def test_an_identity_number_is_in_no_name_of_a_slip() -> None:
    """Whoever typed one for a code does not find it in a file's name."""
    assert "110101199003070003" not in book_names({"110101199003070003": ""})["110101199003070003"]


def test_sheets_keep_names_that_mean_their_table() -> None:
    """A second sheet of a table takes another of its names; too long a title gives way to a shorter one."""
    names = SheetNames(["退回单"])
    assert names.named(["学校", "schools"], None) == "学校"
    assert names.named(["学校", "schools"], None) == "schools"
    assert names.named(["学校", "schools"], 2024) == "学校_2024"
    assert names.named(["长" * 40, "long_table"], None) == "long_table"
    assert names.named(["a/b"], None) == "a_b (2)"


# identity numbers --------------------------------------------------------------------------------------

PERSON = "110101199003070003"


def test_identity_numbers_are_masked_on_every_sheet_and_asked_for_again(slips: Slips) -> None:
    """No number travels back whole; a hidden one is refused when it comes back, and the slip says so."""
    staff = f"身份证号,学校代码,学历\n{PERSON},A1,大本\n11010119900307,A1,本科\n"
    paths = slips({"schools.csv": GOOD, "staff.csv": staff})
    book = openpyxl.load_workbook(paths["A1"])
    texts = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    texts += [cell.comment.text for row in book["教职工"].iter_rows() for cell in row if cell.comment]
    assert not any(PERSON in text or "199003" in text for text in texts)
    assert book["教职工"]["A2"].value == "110101**********03"
    assert book["教职工"]["A3"].value.startswith("110101*")
    assert fill(book["教职工"]["A2"]) == LILAC
    assert "紫色" in "".join(texts)
    again = read_submission(paths["A1"].parent, DICTIONARY)
    hidden = [fault for fault in again.faults if fault.rule == "hidden"]
    assert [fault.column for fault in hidden] == ["person_id"]
    assert hidden[0].message.zh == "号码已被遮盖：请重新填写完整的号码"


# what a slip holds -------------------------------------------------------------------------------------


def test_what_concerns_no_school_goes_to_the_bureau(slips: Slips) -> None:
    """A row that names nobody, and a table that nobody sent, are on a slip of their own."""
    paths = slips({"schools.csv": f"{GOOD},2024,无名小学,0\n"}, RANGE)
    assert list(paths) == ["_bureau"]
    book = openpyxl.load_workbook(paths["_bureau"])
    assert [line["Rule"] for line in lines(book["退回单"])] == ["empty-cell.school_id", "SC-01"]
    assert [[cell.value for cell in row] for row in book["学校"]["A2:D2"]] == [
        [None, "2024", "无名小学", "0"]
    ]


def test_a_column_that_a_file_lacks_is_added_to_the_slip_in_red(slips: Slips) -> None:
    """The school fills it in where it is missing; it says so once and cannot be overlooked."""
    path = slips({"schools.csv": "学校代码,年度,学校名称\nA1,2024,城北小学\n"})["A1"]
    book = openpyxl.load_workbook(path)
    assert [cell.value for cell in book["学校"][1]] == ["学校代码", "年度", "学校名称", "学生数"]
    assert fill(book["学校"]["D1"]) == fill(book["学校"]["D2"]) == RED
    book["学校"]["D2"].value = "123"
    book.save(path)
    again = read_submission(path.parent, DICTIONARY)
    assert not again.absent_columns
    assert again.tables["schools"].rows["students"].to_pylist() == [123]


def test_the_year_of_a_files_name_goes_into_the_sheets_name(slips: Slips) -> None:
    """A school whose code looks like a year is not thrown into that year when its slip comes back."""
    path = slips({"学校_2024.csv": "学校代码,学校名称,学生数\nJY2011,城北小学,0\n"}, RANGE)["JY2011"]
    assert openpyxl.load_workbook(path).sheetnames == ["退回单", "学校_2024"]
    assert read_submission(path.parent, DICTIONARY).tables["schools"].rows["year"].to_pylist() == [2024]


def test_files_with_other_headings_go_to_other_sheets_of_the_same_table(slips: Slips) -> None:
    """Yuan and 万元 are never put under one heading; files that look alike share a sheet."""
    head = "学校代码,年度,学校名称,学生数,经费"
    files = {
        "2023/学校.csv": f"{head}(万元)\nA1,2023,城北小学,0,1.5\n",
        "2024/学校.csv": f"{head}(元)\nA1,2024,城北小学,0,15000\n",
        "2025/学校.csv": f"{head}(元)\nA1,2025,城北小学,0,25000\n",
    }
    flat = {name.replace("/", "_"): text for name, text in files.items()}
    path = slips(flat, RANGE)["A1"]
    assert openpyxl.load_workbook(path).sheetnames == ["退回单", "学校", "schools"]
    rows = read_submission(path.parent, DICTIONARY).tables["schools"].rows
    assert sorted(map(str, rows["funds"].to_pylist())) == ["15000.00", "15000.00", "25000.00"]


def test_several_reasons_in_one_cell_are_one_comment_in_the_gravest_colour(slips: Slips) -> None:
    """Red wins over orange; every reason is read in one place."""
    big = Check(code="SC-09", type="expect_rows", kwargs={"predicate": "students > 0"}, about=("students",))
    path = slips({"schools.csv": GOOD.replace("123", "0")}, RANGE, ROUND, big)["A1"]
    cell = openpyxl.load_workbook(path)["学校"]["D2"]
    assert fill(cell) == RED
    assert cell.comment.text.startswith("[SC-01] 学生数不在合理范围内 / 请核对学生数\nthe number of students")
    assert "[SC-09]" in cell.comment.text


def test_a_warning_can_be_explained_on_the_slip_and_handed_in_again(slips: Slips) -> None:
    """The sheet for explanations is filled but for the explanation; with it the submission is accepted."""
    about = Check(
        **{name: getattr(ROUND, name) for name in ("code", "type", "kwargs", "severity", "says")},
        about=("students",),
    )
    path = slips({"schools.csv": GOOD.replace("123", "100")}, about)["A1"]
    book = openpyxl.load_workbook(path)
    sheet = book["数据说明"]
    assert [cell.value for cell in sheet[2]][:4] == ["SC-02", "A1", "schools", "school_id=A1, year=2024"]
    assert len(str(sheet["E2"].value)) == 12
    assert gated(path.parent, about).exit_code == 3
    sheet["G2"].value = "确为一百人，已逐班核对"
    book.save(path)
    report = gated(path.parent, about)
    assert report.exit_code == 0, str(report)
    assert [one.explained for one in report.findings] == ["确为一百人，已逐班核对"]


def test_a_place_on_the_roster_and_a_code_that_is_not_on_it_are_told(slips: Slips) -> None:
    """A slip names the school; a code that nobody has is said to be none."""
    staff = "身份证号,学校代码,学历\n1,A1,大本\n2,A9,大本\n"
    paths = slips({"schools.csv": GOOD, "staff.csv": staff})
    assert paths["A1"].name == "A1-城北小学.xlsx"
    assert openpyxl.load_workbook(paths["A1"])["退回单"]["C2"].value == "A1 城北小学"
    assert "名录中没有这个代码" in str(openpyxl.load_workbook(paths["A9"])["退回单"]["C2"].value)


# a school's own workbook ---------------------------------------------------------------------------------


def own_book(path: Path, rows: Sequence[Sequence[object]], *, formula: bool = False) -> None:
    """Write a school's own workbook, with a title, a list to choose from and a protected sheet."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("学校")
    bold, free = book.add_format({"bold": True}), book.add_format({"locked": False, "num_format": "0"})
    sheet.merge_range("A1:D1", "学校基本情况", bold)
    for row, cells in enumerate([["学校代码", "年度", "学校名称", "学生数"], *rows], 1):
        for column, value in enumerate(cells):
            write = sheet.write_string if isinstance(value, str) else sheet.write
            write(row, column, value, bold if row == 1 else free)
    sheet.data_validation("D3:D9", {"validate": "integer", "criteria": ">=", "value": 0})
    sheet.protect("", {"select_locked_cells": True})
    sheet.set_column("C:C", 33)
    if formula:
        sheet.write_formula("F9", "=1+1", None, 2)
    book.add_worksheet("说明").write("A1", f"联系人 {PERSON}")
    book.close()


def test_a_schools_own_workbook_comes_back_with_marks(tmp_path: Path) -> None:
    """Formats, lists, protection and addresses stay; our sheets stand before and behind; nothing is lost."""
    folder = tmp_path / "data"
    folder.mkdir()
    own_book(folder / "城北.xlsx", [["A1", 2024, "=城北", 0], ["A1", 2023, "城北小学", 100]])
    report = gated(
        folder,
        RANGE,
        Check(
            code="SC-02",
            type="expect_rows",
            kwargs={"predicate": "students <> 100"},
            severity=Severity.WARNING,
            about=("students",),
        ),
    )
    (path,) = write_slips(report, folder, tmp_path / "slips")
    book = openpyxl.load_workbook(path)
    sheet = book["学校"]
    assert book.sheetnames == ["退回单", "学校", "说明", "数据说明"]
    assert [line["link"] for line in lines(book["退回单"])] == ["'学校'!D3", "'学校'!D4"]
    assert (fill(sheet["D3"]), fill(sheet["D4"])) == (RED, ORANGE)
    assert sheet["D3"].comment.text.startswith("[SC-01] 学生数不在合理范围内")
    assert sheet["D3"].number_format == "0"
    assert sheet.protection.sheet
    assert not sheet["D3"].protection.locked
    assert len(sheet.data_validations.dataValidation) == 1
    assert sheet.column_dimensions["C"].width == pytest.approx(33, abs=1)
    assert PERSON not in str(book["说明"]["A1"].value)
    assert all(cell.data_type != "f" for one in book.worksheets for row in one.iter_rows() for cell in row)
    sheet["D3"].value = 123
    book["数据说明"]["G2"].value = "确为一百人"
    book.save(path)
    assert read_submission(path.parent, DICTIONARY).tables["schools"].rows["students"].to_pylist() == [
        123,
        100,
    ]


def test_marks_of_an_earlier_round_are_taken_away(tmp_path: Path) -> None:
    """What was mended is no longer red when the workbook comes back for something else."""
    folder = tmp_path / "data"
    folder.mkdir()
    own_book(folder / "城北.xlsx", [["A1", 2024, "城北小学", 0], ["A1", 2023, "城北小学", 0]])
    (first,) = write_slips(gated(folder, RANGE), folder, tmp_path / "first")
    book = openpyxl.load_workbook(first)
    book["学校"]["D3"].value = 123
    book.save(first)
    (first.parent / ".slips.json").unlink()
    (second,) = write_slips(gated(first.parent, RANGE), first.parent, tmp_path / "second")
    again = openpyxl.load_workbook(second)
    assert again.sheetnames == ["退回单", "学校", "说明"]
    assert fill(again["学校"]["D3"]) == ""
    assert again["学校"]["D3"].comment is None
    assert fill(again["学校"]["D4"]) == RED


def test_a_workbook_with_formulas_or_of_several_schools_is_copied_not_marked(tmp_path: Path) -> None:
    """What a sender typed is never calculated by others, and nobody gets another school's rows."""
    for number, (rows, formula) in enumerate(
        [
            ([["A1", 2024, "城北小学", 0]], True),
            ([["A1", 2024, "城北小学", 0], ["A2", 2024, "城南", 5]], False),
        ]
    ):
        folder = tmp_path / f"data{number}"
        folder.mkdir()
        own_book(folder / "学校.xlsx", rows, formula=formula)
        if formula:
            book = openpyxl.load_workbook(folder / "学校.xlsx")
            book["学校"]["F2"].value = None
            book["学校"]["F9"].value = None
            book["说明"]["B1"].value = "=1+1"
            book.save(folder / "学校.xlsx")
        (path,) = write_slips(gated(folder, RANGE), folder, tmp_path / f"slips{number}")
        copied = openpyxl.load_workbook(path)
        assert copied.sheetnames == ["退回单", "学校"]
        assert [cell.value for cell in copied["学校"][2]] == ["A1", "2024", "城北小学", "0"]
        assert copied["学校"].max_row == 2


def test_a_slip_takes_the_place_of_all_that_its_school_sent(slips: Slips) -> None:
    """Tables in which nothing was found are in it too, or handing in the slip would lose them."""
    files = {
        "A1/学校.csv": "学校代码,年度,学校名称,学生数\nA1,2024,城北小学,0\n",
        "A1/教职工.csv": "学校代码,身份证号,学历\nA1,11010519491231002X,本科\n",
        "A2/学校.csv": "学校代码,年度,学校名称,学生数\nA2,2024,城南小学,5\n",
    }
    book = openpyxl.load_workbook(slips(files, RANGE)["A1"])
    assert book.sheetnames == ["退回单", "学校", "教职工"]
    assert book["教职工"]["C2"].value == "本科"


def test_a_slip_does_not_repeat_what_others_sent_of_its_school(slips: Slips) -> None:
    """The bureau's rows of earlier years stay where they are; the same rows twice would be a fault."""
    files = {
        "学校_2023.csv": "学校代码,年度,学校名称,学生数\nA1,2023,城北小学,5\nA2,2023,城南小学,5\n",
        "A1/学校.csv": "学校代码,年度,学校名称,学生数\nA1,2024,城北小学,0\n",
    }
    book = openpyxl.load_workbook(slips(files, RANGE)["A1"])
    assert [row[1].value for row in book["学校"].iter_rows(min_row=2)] == ["2024"]


# the folder of slips ---------------------------------------------------------------------------------------


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Return a folder in which one thing is wrong."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "schools.csv").write_text(GOOD.replace("123", "0"), encoding="utf-8")
    return folder


def test_slips_that_somebody_has_touched_are_never_written_over(faulty: Path, tmp_path: Path) -> None:
    """Only untouched slips of ours are replaced, and only when asked to."""
    out = tmp_path / "slips"
    report = gated(faulty, RANGE)
    (path,) = write_slips(report, faulty, out)
    with pytest.raises(OutputError, match="--overwrite"):
        write_slips(report, faulty, out)
    assert write_slips(report, faulty, out, overwrite=True) == (path,)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(OutputError, match=r"changed since they were written: A1-城北小学\.xlsx"):
        write_slips(report, faulty, out, overwrite=True)


def test_a_folder_of_other_things_is_left_alone(faulty: Path, tmp_path: Path) -> None:
    """Whatever somebody keeps there stays there; a file is no folder."""
    out = tmp_path / "slips"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work", encoding="utf-8")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match=r"no slips.*thesis\.docx"):
            write_slips(gated(faulty, RANGE), faulty, out, overwrite=overwrite)
    with pytest.raises(OutputError, match="is a file"):
        write_slips(gated(faulty, RANGE), faulty, out / "thesis.docx")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_earlier_slips_stay_when_the_new_ones_cannot_be_written(
    faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk half-way through leaves the folder as it was."""
    out = tmp_path / "slips"
    report = gated(faulty, RANGE)
    (path,) = write_slips(report, faulty, out)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edutargets.slip_books.write_slip", full)
    with pytest.raises(OSError, match="No space"):
        write_slips(report, faulty, out, overwrite=True)
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["data", "slips"]


def test_slips_are_refused_inside_the_data_and_for_files_that_changed(faulty: Path, tmp_path: Path) -> None:
    """Slips would be read as data, or mark the wrong cells."""
    report = gated(faulty, RANGE)
    with pytest.raises(OutputError, match="inside the folder handed in"):
        write_slips(report, faulty, faulty / "slips")
    (faulty / "schools.csv").write_text(GOOD, encoding="utf-8")
    with pytest.raises(OutputError, match="has changed since it was checked"):
        write_slips(report, faulty, tmp_path / "slips")


def test_where_nothing_was_found_there_are_no_slips(tmp_path: Path) -> None:
    """An accepted submission leaves an empty folder, and earlier slips do not stay behind."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "schools.csv").write_text(GOOD, encoding="utf-8")
    assert write_slips(gated(folder, RANGE), folder, tmp_path / "slips") == ()
    assert json.loads((tmp_path / "slips" / ".slips.json").read_text(encoding="utf-8")) == {"slips": {}}


def test_each_file_is_read_once_however_many_schools_are_in_it(tmp_path: Path) -> None:
    """Three hundred slips cost one pass over the files."""
    folder = tmp_path / "data"
    folder.mkdir()
    rows = "".join(f"S{number:03},2024,第{number}小学,0\n" for number in range(300))
    (folder / "schools.csv").write_text(f"学校代码,年度,学校名称,学生数\n{rows}", encoding="utf-8")
    read: list[str] = []

    def counted(name: str) -> tuple[Grid, ...]:
        read.append(name)
        return read_grids(folder / name, name, DICTIONARY)

    assert len(slips_of(gated(folder, RANGE), counted)) == 300
    assert read == ["schools.csv"]


def test_a_row_without_a_code_in_a_schools_own_file_goes_back_to_that_school(slips: Slips) -> None:
    """Who forgot the code on one line still finds that line on the slip."""
    paths = slips({"学校.csv": GOOD.replace("A2", "").replace("234", "0")}, RANGE)
    assert list(paths) == ["A1"]
    found = lines(openpyxl.load_workbook(paths["A1"])["退回单"])
    assert [(line["Rule"], line["link"]) for line in found] == [
        ("empty-cell.school_id", "'学校'!A3"),
        ("SC-01", "'学校'!D3"),
    ]


def test_a_template_of_one_school_goes_back_to_it_whatever_code_was_typed(tmp_path: Path) -> None:
    """The hidden sheet of the template says whose it is, unless another school of the roster stands in it."""
    for number, (code, reporters) in enumerate([("A7", ["A1"]), ("A2", ["A2"])]):
        folder = tmp_path / f"data{number}"
        folder.mkdir()
        (folder / "schools.csv").write_text(GOOD, encoding="utf-8")
        book = xlsxwriter.Workbook(str(folder / "填报.xlsx"))
        sheet = book.add_worksheet("教职工")
        for row, cells in enumerate([["身份证号", "学校代码", "学历"], ["1", code, "大本"]]):
            sheet.write_row(row, 0, cells)
        meta = book.add_worksheet("_meta")
        for row, pair in enumerate([("edition", "1"), ("pack", "p"), ("plan", "x"), ("school", "A1")]):
            meta.write_row(row, 0, pair)
        meta.very_hidden()
        book.close()
        paths = write_slips(gated(folder), folder, tmp_path / f"slips{number}")
        assert [path.name.split("-")[0] for path in paths] == reporters


def test_what_openpyxl_would_lose_is_not_marked_but_copied(tmp_path: Path) -> None:
    """A list of another sheet that newer spreadsheets keep in an extension would vanish without a word."""
    own_book(tmp_path / "own.xlsx", [["A1", 2024, "城北小学", 0]])
    data = (tmp_path / "own.xlsx").read_bytes()
    assert can_mark(data)
    assert not can_mark(data[: len(data) // 2])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part.startswith("xl/worksheets/sheet1"):
                content = content.replace(b"</worksheet>", b"<extLst><ext/></extLst></worksheet>")
            target.writestr(part, content)
    assert not can_mark(buffer.getvalue())
    with zipfile.ZipFile(buffer, "a") as target:
        target.writestr("xl/media/image1.png", b"")
    assert not can_mark(buffer.getvalue())


def test_the_command_line_writes_slips_beside_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`gate … --slips DIR` ends as before, says where the slips are, and refuses a folder in use at once."""
    out = tmp_path / "slips"
    command = ["gate", "china-education-bulletins", "sample:china-education-bulletins", "--slips", str(out)]
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 0
    assert f"written: {out} (0 slips)" in capsys.readouterr().err
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main([*command, "--overwrite"])
    assert ended.value.code == 2
    assert "mine.txt" in capsys.readouterr().err
