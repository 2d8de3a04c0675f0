"""Broken and altered files: refused, or read as an independent reader reads them; never a crash."""

import csv
import datetime as dt
import io
import pickle
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from edutargets.errors import SubmissionError
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "中小学校"},
                "counts": "school",
                "period": "year",
                "key": ["school_id", "year"],
                "reports": "school_id",
                "columns": {
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                    "year": {"type": "year", "title": {"zh": "年度"}},
                    "town": {
                        "type": "category",
                        "title": {"zh": "所属镇"},
                        "values": {"t01": {"zh": "城北街道"}, "t02": {"zh": "临江镇"}},
                    },
                    "enrolment": {"type": "integer", "unit": "student", "title": {"zh": "在校生数"}},
                    "budget": {
                        "type": "decimal",
                        "scale": 2,
                        "unit": "CNY",
                        "title": {"zh": "经费"},
                        "heading_units": ["元", "万元"],
                    },
                    "share": {"type": "decimal", "scale": 4, "unit": "percent", "title": {"zh": "占比"}},
                    "opened_on": {"type": "date", "title": {"zh": "设立日期"}},
                },
            },
            "staff": {
                "title": {"en": "Staff", "zh": "教职工"},
                "counts": "person",
                "key": ["person_id"],
                "reports": "school_id",
                "columns": {
                    "person_id": {"type": "code", "title": {"zh": "人员编号"}},
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                },
            },
        }
    }
)
TABLES = {"schools": "schools", "中小学校": "schools", "staff": "staff", "教职工": "staff"}
HEADINGS = ("学校代码", "年度", "所属镇", "在校生数", "经费(万元)", "占比", "设立日期")
TOWNS = {"城北街道": "t01", "临江镇": "t02", "t01": "t01", "t02": "t02"}
SCHOOLS = [
    (
        101 + at,
        2024,
        ("城北街道", "临江镇")[at % 2],
        540 + 37 * at,
        10.5 + at,
        0.4 + at / 100,
        dt.date(1990 + at, 9, 1),
    )
    for at in range(8)
]
STAFF = [(f"p{at}", f"{101 + at % 8:04d}") for at in range(12)]
SECONDS = 10

Raw = dict[str, dict[tuple[int, int], object]]  # by sheet: row and column, from 1, with what a person sees
Rows = dict[str, list[tuple[object, ...]]]


# Files to begin with


def workbook(path: Path) -> None:
    """Write both tables with the formats that a form has."""
    with xlsxwriter.Workbook(path) as book:
        zeros, percent = book.add_format({"num_format": "0000"}), book.add_format({"num_format": "0.0%"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("中小学校")
        sheet.write_row(0, 0, ["中小学校基本情况表"])
        sheet.write_row(1, 0, HEADINGS)
        for row, record in enumerate(SCHOOLS, start=2):
            sheet.write_row(row, 0, record[:6])
            sheet.write_number(row, 0, record[0], zeros)
            sheet.write_number(row, 5, record[5], percent)
            sheet.write_datetime(row, 6, record[6], day)
        staff = book.add_worksheet("教职工")
        for row, person in enumerate([("人员编号", "学校代码"), *STAFF]):
            staff.write_row(row, 0, person)


def table(encoding: str) -> bytes:
    """Write the schools as CSV, with cells that need quotes and spellings that need reading."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for code, year, town, enrolment, budget, share, day in SCHOOLS:
        writer.writerow(
            [f"{code:04d}", f"{year}年", town, f"{enrolment * 10:,}", budget, f"{share:.2%}", day]
        )
    return out.getvalue().encode(encoding)


def parquet() -> bytes:
    """Write the schools with types."""
    columns = zip(*SCHOOLS, strict=True)
    arrays = [pa.array(column) for column in columns]
    arrays[0] = pa.array([f"{record[0]:04d}" for record in SCHOOLS])
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(HEADINGS)), out)
    return out.getvalue()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Return a sound file of each kind; .xls and .ods as LibreOffice saves them, if there is one."""
    folder = tmp_path_factory.mktemp("sound")
    path = folder / "a.xlsx"
    workbook(path)
    found = {"a.xlsx": path.read_bytes(), "schools.parquet": parquet()}
    found |= {f"schools.{encoding}.csv": table(encoding) for encoding in ("utf-8", "gb18030", "utf-16")}
    book = openpyxl.load_workbook(path)
    book.save(folder / "b.xlsx")
    found["b.xlsx"] = (folder / "b.xlsx").read_bytes()
    if shutil.which("soffice"):
        for kind in ("xls", "ods"):
            home = f"-env:UserInstallation={(Path(folder) / 'home').as_uri()}"
            subprocess.run(
                [
                    shutil.which("soffice") or "",
                    home,
                    "--headless",
                    "--convert-to",
                    kind,
                    "--outdir",
                    str(folder),
                    str(path),
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )
            found[f"a.{kind}"] = (folder / f"a.{kind}").read_bytes()
    return found


# What happens to files


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Turn some bits over."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """Lose the end, or something in the middle."""
    first = chance.randrange(len(data))
    return data[:first] + (b"" if chance.random() < 0.5 else data[chance.randrange(first, len(data)) :])


def overlaid(data: bytes, chance: random.Random) -> bytes:
    """Write a piece of the file, zeros or noise over another piece of it."""
    size = min(chance.choice((1, 4, 64, 512)), len(data))
    piece = chance.choice(
        (data[(at := chance.randrange(len(data))) : at + size], bytes(size), chance.randbytes(size))
    )
    at = chance.randrange(len(data))
    return data[:at] + piece + data[at + (len(piece) if chance.random() < 0.7 else 0) :]


def mixed(data: bytes, chance: random.Random) -> bytes:
    """Save some lines of a text in another encoding, or with other characters."""
    lines = data.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    text = lines[at].decode("utf-8", "replace")
    lines[at] = text.encode(chance.choice(("gb18030", "utf-16", "utf-8-sig", "big5")), "replace")
    return b"".join(lines)


def swapped_text(data: bytes, chance: random.Random) -> bytes:
    """Swap, lose, double or quote cells of a CSV."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    cells = lines[at].split(b",")
    one, two = chance.randrange(len(cells)), chance.randrange(len(cells))
    match chance.randrange(5):
        case 0:
            cells[one], cells[two] = cells[two], cells[one]
        case 1:
            del cells[one]
        case 2:
            cells.insert(one, cells[two])
        case 3:
            cells[one] = b'"' + cells[one]
        case _:
            cells[one] = chance.choice((b"", b"NA", b"1e3", b"\xe7\xba\xa65", b"-1", b"0.5%", b"2024-02-30"))
    lines[at] = b",".join(cells)
    if chance.random() < 0.2:
        chance.shuffle(lines)
    return b"\n".join(lines)


def swapped_cells(data: bytes, chance: random.Random) -> bytes:
    """Swap cells of a workbook, rename, hide or move its sheets, as a person may."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = chance.choice(book.worksheets)
    for _ in range(chance.choice((1, 2, 5))):
        one, two = (
            sheet.cell(chance.randint(1, sheet.max_row), chance.randint(1, sheet.max_column))
            for _ in range(2)
        )
        one.value, two.value = two.value, one.value
    odd = chance.choice(
        (None, "x", "约5", 1.5, -3, True, "#N/A", "=1+1", dt.date(2024, 1, 1), "12万元", "合计")
    )
    match chance.randrange(6):
        case 0:
            sheet.title = chance.choice(("schools", "staff", "Sheet1", "学校", "_x", "说明"))
        case 1:
            sheet.cell(chance.randint(1, 14), chance.randint(1, 9)).value = odd
        case 2:
            sheet.insert_rows(chance.randint(1, 5))
        case 3:
            first, last = sorted(chance.randint(1, sheet.max_row) for _ in range(2))
            sheet.merge_cells(start_row=first, end_row=last, start_column=1, end_column=chance.randint(1, 3))
        case 4:
            sheet.cell(chance.randint(2, 10), chance.randint(1, 7)).number_format = chance.choice(
                ("0.00%", "0000", '0"万元"', "General", "yyyy-mm-dd", "0,", "@")
            )
        case _:
            sheet.delete_cols(chance.randint(1, 7))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data: bytes, chance: random.Random) -> bytes:
    """Change the parts of a zipped workbook, and pack it properly again."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    names = sorted(parts, key=lambda name: ("sheet" not in name and "content" not in name, name))
    name = names[0] if chance.random() < 0.4 else chance.choice(names)
    other = chance.choice(names)
    match chance.randrange(8):
        case 0:
            parts[name], parts[other] = parts[other], parts[name]
        case 1:
            del parts[name]
        case 2:
            parts[name + "x"] = parts.pop(name)
        case 3:
            parts[name] = flipped(parts[name], chance) if parts[name] else b"x"
        case 4:
            parts[name] = cut(parts[name], chance) if parts[name] else b""
        case _:
            parts[name] = xml_edited(parts[name], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part, text in parts.items():
            target.writestr(part, text)
    return out.getvalue()


def xml_edited(text: bytes, chance: random.Random) -> bytes:
    """Change an element, an attribute or a number, and keep the XML whole more often than not."""
    elements = list(re.finditer(rb"<([A-Za-z:]+)[^<>]*?(?:/>|>[^<>]*</\1>)", text))
    attributes = list(re.finditer(rb'[A-Za-z:-]+="[^"]*"', text))
    numbers = list(re.finditer(rb"(?<=>)[0-9.]+(?=<)", text))
    match chance.randrange(6):
        case 0 if elements:
            one = chance.choice(elements)
            return text[: one.start()] + text[one.end() :]
        case 1 if elements:
            one = chance.choice(elements)
            return text[: one.end()] + one[0] + text[one.end() :]
        case 2 if attributes:
            one = chance.choice(attributes)
            return text[: one.start()] + text[one.end() :]
        case 3 if attributes:
            one = chance.choice(attributes)
            value = chance.choice(
                (b"0", b"1", b"-1", b"99999999", b"s", b"e", b"str", b"A1", b"ZZ9", b"true", b"")
            )
            return text[: one.start()] + one[0].partition(b"=")[0] + b'="' + value + b'"' + text[one.end() :]
        case 4 if numbers:
            one = chance.choice(numbers)
            value = chance.choice(
                (b"7", b"1e400", b"NaN", b"-0", b"45000", b"", b" 5 ", b"1.2.3", b"999999999999999999")
            )
            return text[: one.start()] + value + text[one.end() :]
        case _:
            return text.replace(b"t=", b"r=", 1) if chance.random() < 0.3 else text.replace(b"0", b"9", 1)


BYTES = (flipped, cut, overlaid)
KINDS: Mapping[str, tuple[Callable[[bytes, random.Random], bytes], ...]] = {
    "csv": (*BYTES, mixed, swapped_text, swapped_text),
    "parquet": BYTES,
    "xls": BYTES,
    "ods": (*BYTES[:2], edited, edited, edited),
    "xlsx": (*BYTES[:2], edited, edited, edited, swapped_cells, swapped_cells),
}


# What an independent reader sees


def seen(name: str, data: bytes) -> Raw:
    """Read a file with other programs than the package uses for it."""
    kind = name.rpartition(".")[2]
    if kind == "csv":
        encoding = name.split(".")[1]
        text = data.decode(encoding)
        return {"": cells(csv.reader(io.StringIO(text, newline=""), strict=True), csv_numbers(text))}
    if kind == "parquet":
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            file.write(data)
            file.flush()
            found = duckdb.sql(f"SELECT * FROM read_parquet('{file.name}')")  # noqa: S608  # our own file
            return {"": cells([found.columns, *found.fetchall()])}
    if kind == "xlsx":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return {
            sheet.title: {
                (cell.row, cell.column): shown(cell.value, cell.number_format)
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            }
            for sheet in book.worksheets
        }
    return read_apart(data)


READER = """
import io, pickle, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
sys.stdout.buffer.write(pickle.dumps(sheets))
"""


def read_apart(data: bytes) -> Raw:
    """Read an old workbook in a process of its own: a broken one makes that reader ask for all memory."""
    done = subprocess.run(
        [sys.executable, "-c", READER], input=data, capture_output=True, timeout=60, check=True
    )
    return {sheet: cells(records) for sheet, records in pickle.loads(done.stdout).items()}  # noqa: S301  # our own


def shown(value: object, number_format: str) -> object:
    """Write a number as a person sees it under the formats that these files have."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if number_format.strip("0") == "" and len(number_format) > 1:
            return f"{int(value):0{len(number_format)}d}" if value == int(value) else value
        if "%" in number_format:
            return f"{Decimal(f'{value:.15g}') * 100}%"
        if number_format == '0"万元"':
            return f"{value:.15g}万元"
        if number_format == "0,":
            return "#"
    return value


def cells(records: object, numbers: list[int] | None = None) -> dict[tuple[int, int], object]:
    """Number the cells of records that say anything."""
    assert not isinstance(records, str)
    return {
        (numbers[at - 1] if numbers else at, position): value
        for at, record in enumerate(records, start=1)  # type: ignore[arg-type, var-annotated]
        for position, value in enumerate(record, start=1)
        if value is not None and str(value).strip()
    }


def csv_numbers(text: str) -> list[int]:
    """Return the line on which each record begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    numbers, start = [], 1
    for _ in reader:
        numbers.append(start)
        start = reader.line_num + 1
    return numbers


def plain(value: object) -> str:
    """Return a text without width and blanks around it."""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def agrees(value: object, raw: object, column: str, heading: str) -> bool:
    """Whether a typed value is what an independent reader would take a cell for."""
    text = "" if raw is None else plain(raw)
    if value is None or not text:
        return value is None and not text
    match column:
        case "enrolment" | "budget" | "share":
            worth = 10_000 if "万" in heading and column == "budget" else 1
            worth = (
                worth * 100 if isinstance(raw, float) and column == "share" and heading == "ods" else worth
            )
            number = text.removesuffix("%").replace(",", "").strip()
            try:
                exact = Decimal(number) if not isinstance(raw, float) else Decimal(f"{raw:.15g}")
            except InvalidOperation:
                return False
            return Decimal(str(value)) == exact * worth
        case "year":
            return text.removesuffix("年") == str(value)
        case "opened_on":
            day = raw.date() if isinstance(raw, dt.datetime) else raw
            if isinstance(day, int | float):
                day = dt.date(1899, 12, 30) + dt.timedelta(int(day))
            numbers = [int(part) for part in re.findall("[0-9]+", str(day))][:3]
            return isinstance(value, dt.date) and (
                numbers == [value.year, value.month, value.day] or text == value.strftime("%Y%m%d")
            )
        case "town":
            return TOWNS.get(re.sub(r"\s", "", text).casefold()) == value
        case _:
            bare = text.lstrip("0") if column.endswith("_id") else text
            return value in {text, text.lower(), str(raw).strip(), bare}


# The law


def meaning(submission: Submission) -> Rows:
    """Return the typed rows of every table."""
    return {
        name: [tuple(row.values()) for row in rows.rows.to_pylist()]
        for name, rows in submission.tables.items()
    }


def differing(submission: Submission, raw: Raw, kind: str) -> str:
    """Say in which cell a submission and an independent reader differ, if they do."""
    for name, rows in submission.tables.items():
        faulty = {(fault.file, fault.sheet, fault.row, fault.column) for fault in rows.faults}
        read: dict[str, set[int]] = {note.sheet: set() for note in rows.notes}
        for note in rows.notes:
            read[note.sheet].add(note.row)
        for place, row in zip(rows.origin.to_pylist(), rows.rows.to_pylist(), strict=True):
            number = place["row"] + (kind == "parquet")
            read.setdefault(place["sheet"], set()).add(number)
            bad = {column for file, sheet, at, column in faulty if (file, sheet, at) == tuple(place.values())}
            why = of_row((name, kind, number), row, bad, raw[place["sheet"]])
            if why:
                return f"{place} {why}"
        for title, numbers in read.items():
            first = heading_row(raw[title], name)
            lost = {number for number, _ in raw[title] if number > first} - numbers
            if lost:
                return f"{title}: rows {sorted(lost)} are lost"
    return ""


def of_row(
    where: tuple[str, str, int],
    row: Mapping[str, object],
    bad: set[str],
    sheet: Mapping[tuple[int, int], object],
) -> str:
    """Say which value of a row another reader does not see, if any."""
    name, kind, number = where
    for column, value in row.items():
        at, heading = heading_of(sheet, name, column)
        if column in bad:
            if value is not None:
                return f"{column}: a fault with a value"
        elif at is None:
            if value is not None:
                return f"{column}: {value!r} from nowhere"
        elif not agrees(value, raw_value(sheet.get((number, at)), column, kind), column, heading):
            return f"{column}: {value!r} is not {sheet.get((number, at))!r}"
    return ""


def heading_of(
    sheet: Mapping[tuple[int, int], object], table_name: str, column: str
) -> tuple[int | None, str]:
    """Find the column of a heading, wherever it stands."""
    title = DICTIONARY.tables[table_name].columns[column].title.zh or ""
    row = heading_row(sheet, table_name)
    for (at, position), value in sheet.items():
        if at != row:
            continue
        text = re.sub(r"[\s_·-]", "", plain(value)).casefold()
        if text in {title, column.replace("_", "")} or re.fullmatch(
            re.escape(title) + r"[(\[【].*[)\]】]", text
        ):
            return position, text
    return None, ""


def heading_row(sheet: Mapping[tuple[int, int], object], table_name: str) -> int:
    """Find the row with most of the headings."""
    columns = DICTIONARY.tables[table_name].columns
    titles = {column.title.zh for column in columns.values()} | set(columns)
    rows = [row for (row, _), value in sheet.items() if re.sub(r"[(（].*", "", plain(value)) in titles]
    return max(sorted(set(rows)), key=lambda row: (rows.count(row), -row))


def raw_value(raw: object, column: str, kind: str) -> object:
    """Undo what another reader cannot see: the percent format and the zeros of old workbooks."""
    if kind in {"xls", "ods"} and isinstance(raw, int | float) and not isinstance(raw, bool):
        if column == "share":
            return f"{Decimal(f'{raw:.15g}') * 100}%"
        if column.endswith("_id"):
            return f"{int(raw):04d}"  # where the format itself was changed, `agrees` takes the bare number
    return raw


def broken_law(name: str, sound: Rows, data: bytes) -> str:
    """Read a mutated file; say what is wrong with how it was read, or nothing."""
    kind = name.rpartition(".")[2]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "schools.csv" if kind == "csv" else name).write_bytes(data)
        start = time.perf_counter()
        try:
            submission = read_submission(folder, DICTIONARY)
        except SubmissionError:
            submission = None
        seconds = time.perf_counter() - start
    if seconds > SECONDS:
        return f"it took {seconds:.1f} s"
    if submission is None or (meaning(submission) == sound and not submission.faults):
        return ""
    try:
        raw = seen(name, data)
    except BaseException as error:  # other programs end in whatever they met, panics too
        if isinstance(error, KeyboardInterrupt):
            raise
        # Without a second reader, a row that differs must at least be one that no gate admits: with a blank.
        extra = [
            row
            for name_of, rows in meaning(submission).items()
            for row in rows
            if row not in sound.get(name_of, []) and None not in row
        ]
        return f"nobody else reads it ({error!r:.80}): {extra[:2]}" if extra else ""
    return differing(submission, raw, kind)


def run(files: Mapping[str, bytes], first: int, count: int) -> None:
    """Mutate and read, each time from its own seed, and tell every seed that breaks the law."""
    sound: dict[str, Rows] = {}
    for name, data in files.items():
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "schools.csv" if name.endswith(".csv") else name).write_bytes(data)
            submission = read_submission(folder, DICTIONARY)
            assert not submission.faults
            sound[name] = meaning(submission)
    broken = []
    for seed in range(first, first + count):
        chance = random.Random(seed)
        name = chance.choice(sorted(files))
        mutate = chance.choice(KINDS[name.rpartition(".")[2]])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = mutate(files[name], chance)
        why = broken_law(name, sound[name], data)
        if why:
            broken.append(f"{seed} {name} {mutate.__name__}: {why}")
    assert not broken, "\n".join(broken)


def test_a_few_hundred_mutated_files_are_refused_or_read_as_others_read_them(
    files: Mapping[str, bytes],
) -> None:
    """No traceback, no changed meaning, no hang."""
    run(files, 0, 400)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 5000, 500))
def test_five_thousand_mutated_files_are_refused_or_read_as_others_read_them(
    files: Mapping[str, bytes], first: int
) -> None:
    """As above, on the long road."""
    run(files, 10_000 + first, 500)
