"""Bad input through the real command: a clear error, an exit code that is not zero, never a traceback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from edutargets.checking import sample_data
from edutargets.plans import PACKS

NAME = "china-education-bulletins"
HEAD = "year,bulletin,indicator,rate,rounded_to\n"
ROW = "2018,bulletin-2018,gross_preschool,0.8170,0.0010\n"


def edutargets(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in a language that knows no Chinese."""
    command = [sys.executable, "-m", "edutargets", *map(str, arguments)]
    environment = {**os.environ, "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "NO_COLOR": "1"}
    return subprocess.run(
        command, capture_output=True, check=False, encoding="utf-8", env=environment, cwd=folder, timeout=120
    )


def refused(done: subprocess.CompletedProcess[str], code: int, *says: str) -> str:
    """Hold a command to its exit code and its words, and to no traceback; return what it said."""
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert done.returncode == code, said
    for words in says:
        assert words in said, said
    return said


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of a sound submission, to be spoiled."""
    return Path(shutil.copytree(sample_data(NAME), tmp_path / "data"))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a copy of a sound pack, to be spoiled."""
    return Path(shutil.copytree(PACKS / NAME, tmp_path / "pack"))


# what was handed in --------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The first slip of all: a path typed wrong."""
    refused(edutargets("gate", NAME, tmp_path / "dta"), 2, "dta: no such folder", "accepted:")


def test_a_file_in_place_of_a_folder_is_named(data: Path) -> None:
    """One of its files is not the submission."""
    refused(edutargets("gate", NAME, data / "rates.csv"), 2, "rates.csv: is a file, not a folder")


def test_an_empty_folder_is_no_submission(tmp_path: Path) -> None:
    """Nothing handed in is not something without faults."""
    (tmp_path / "data").mkdir()
    refused(edutargets("gate", NAME, tmp_path / "data"), 2, "no tables in this folder", ".csv")


def test_a_sample_that_does_not_exist_is_named_with_its_near_name() -> None:
    """`sample:` is spelt like a pack."""
    refused(edutargets("gate", NAME, "sample:china-bulletins"), 2, f"did you mean {NAME}")


def test_a_missing_table_rejects_the_submission(data: Path) -> None:
    """A required file that is not there is told in the school's words, not as an error of ours."""
    (data / "rates.csv").unlink()
    refused(edutargets("gate", NAME, data), 1, "Rejected", "was not handed in")


def test_an_empty_file_is_named(data: Path) -> None:
    """An empty file is a mistake of saving, not a table without rows."""
    (data / "rates.csv").write_bytes(b"")
    refused(edutargets("gate", NAME, data), 2, "rates.csv: the file is empty", "accepted:")


def test_a_torn_quote_is_named_with_its_line(data: Path) -> None:
    """A quote that is never closed would swallow the rest of the file."""
    (data / "rates.csv").write_text(HEAD + ROW + '2018,"bulletin-2018,retention,0.9,0.1\n' + ROW, "utf-8")
    refused(edutargets("gate", NAME, data), 2, "rates.csv:3", "quote")


def test_a_merged_heading_is_named_with_its_cell(data: Path) -> None:
    """Which of the columns below a merged heading is meant cannot be known."""
    (data / "rates.csv").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["year", "bulletin", "indicator", "rate", "rounded_to"])
    sheet.append([2018, "bulletin-2018", "retention", 0.942, 0.001])
    sheet.merge_cells("D1:E1")
    book.save(data / "rates.xlsx")
    refused(edutargets("gate", NAME, data), 2, "rates.xlsx", "merged")


def test_duplicated_keys_reject_the_submission(data: Path) -> None:
    """A row that stands twice would count twice."""
    text = (data / "rates.csv").read_text("utf-8")
    (data / "rates.csv").write_text(text + text.splitlines()[-1] + "\n", "utf-8")
    refused(edutargets("gate", NAME, data), 1, "Rejected", "rates.csv")


def test_text_in_a_number_column_rejects_the_submission_with_its_cell(data: Path) -> None:
    """The school is told which cell, what stands there and what should."""
    text = (data / "rates.csv").read_text("utf-8")
    (data / "rates.csv").write_text(text.replace("0.8170", "about 82", 1), "utf-8")
    refused(edutargets("gate", NAME, data), 1, "Rejected", "rates.csv!D2", "about 82")


def test_an_unknown_unit_in_a_heading_is_named(data: Path) -> None:
    """A number whose unit nobody knows is no number."""
    text = (data / "students.csv").read_text("utf-8")
    (data / "students.csv").write_text(text.replace("headcount", "headcount(furlong)", 1), "utf-8")
    refused(edutargets("gate", NAME, data), 2, "students.csv", "furlong")


def test_a_line_of_200_megabytes_is_refused_while_it_is_read(data: Path) -> None:
    """A file without line ends is no table; it is refused before it fills the memory."""
    with (data / "rates.csv").open("wb") as out:
        for _ in range(200):
            out.write(b"x" * 1_000_000)
    refused(edutargets("gate", NAME, data), 2, "rates.csv:1", "a line of more than")


def test_every_bad_file_is_named_at_once(data: Path) -> None:
    """Mending one file after another, each with a new error, would be a week's work."""
    (data / "rates.csv").write_bytes(b"")
    (data / "teachers.csv").write_bytes(b"\n\n")
    (data / "pupils.csv").write_text("a,b\n1,2\n", "utf-8")
    (data / "notes.docx").write_bytes(b"PK")
    refused(edutargets("gate", NAME, data), 2, "rates.csv", "teachers.csv", "pupils.csv", "notes.docx")


def test_evaluating_rejected_data_ends_with_the_reasons(data: Path) -> None:
    """The gate cannot be forgotten: evaluation goes through it."""
    text = (data / "rates.csv").read_text("utf-8")
    (data / "rates.csv").write_text(text.replace("0.8170", "about 82", 1), "utf-8")
    done = edutargets("evaluate", NAME, data)
    refused(done, 1, "rates.csv!D2", "see the gate's report" if "more" in done.stderr else "rates")
    assert done.stdout == ""


# the pack --------------------------------------------------------------------------------------------------


def test_an_unknown_pack_is_named_with_those_there_are() -> None:
    """Packs come with the package, or are folders."""
    refused(edutargets("check", "china"), 2, "there is no such pack", NAME)


def test_an_unknown_target_is_named_with_its_near_name() -> None:
    """Nothing is read or checked for a target that does not exist."""
    done = edutargets("explain", NAME, f"sample:{NAME}", "preschool.inclusive-coverge")
    refused(done, 2, "did you mean preschool.inclusive-coverage")


Spoil = Callable[[str], str]


def spoilt(pack: Path, spoil: Spoil, file: str = "plan.yaml") -> subprocess.CompletedProcess[str]:
    """Spoil a file of the pack and check it."""
    text = (pack / file).read_text("utf-8")
    worse = spoil(text)
    assert worse != text
    (pack / file).write_text(worse, "utf-8")
    return edutargets("check", pack)


def test_a_misspelled_column_is_named_with_its_near_name(pack: Path) -> None:
    """With the file, the line, the target and what was probably meant."""
    done = spoilt(pack, lambda text: text.replace("sum(headcount)", "sum(headcuont)", 1))
    refused(done, 2, "plan.yaml:", "preschool.inclusive-coverage", "headcuont", "did you mean headcount?")


def test_a_value_that_yaml_reads_as_a_clock_time_is_refused(pack: Path) -> None:
    """25:1 must not become 1501."""
    done = spoilt(pack, lambda text: text.replace("at_least: 85 %", "at_least: 25:1", 1))
    refused(done, 2, "plan.yaml:", "25:1", "for instance:")


def test_a_repeated_key_is_refused_with_both_lines(pack: Path) -> None:
    """Of two goals most readers keep the last without a word."""
    done = spoilt(pack, lambda text: text.replace("at_least: 85 %", "at_least: 85 %\n    at_least: 5 %", 1))
    refused(done, 2, "plan.yaml:", "'at_least' is repeated", "first on line")


def test_a_plan_that_is_no_yaml_is_refused_with_its_line(pack: Path) -> None:
    """A bracket that is never closed."""
    refused(spoilt(pack, lambda text: text + "\nfigures: [\n"), 2, "plan.yaml:", "not YAML")


def test_a_plan_that_is_not_there_is_named(pack: Path) -> None:
    """pack.yaml may name a file that nobody added."""
    (pack / "plan.yaml").unlink()
    refused(edutargets("check", pack), 2, "plan.yaml", "no such file")


def test_a_plan_in_another_encoding_is_refused(pack: Path) -> None:
    """GB18030 read as UTF-8 would make other words of it."""
    (pack / "plan.yaml").write_bytes("targets: 目标".encode("gb18030"))
    refused(edutargets("check", pack), 2, "plan.yaml", "UTF-8")


def test_a_faulty_table_definition_is_refused_with_its_line(pack: Path) -> None:
    """The data dictionary is the only place where a unit is written; a wrong one is said there."""
    done = spoilt(pack, lambda text: text.replace("unit: student", "unit: studnet", 1), "tables.yaml")
    refused(done, 2, "tables.yaml:", "studnet")


# where results go ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "gate", "evaluate", "reproduce", "admit", "schema"])
def test_an_output_folder_that_is_not_there_is_named_at_once(command: str, tmp_path: Path) -> None:
    """Nothing long is computed for a file that cannot be written, and no folder is made unasked."""
    arguments = {"check": [NAME], "schema": []}.get(command, [NAME, f"sample:{NAME}"])
    done = edutargets(command, *arguments, "-o", tmp_path / "reports" / "out.txt")
    refused(done, 2, "there is no folder", "reports")
    assert not (tmp_path / "reports").exists()


def test_a_folder_in_place_of_an_output_file_is_named(tmp_path: Path) -> None:
    """A folder is not overwritten."""
    refused(edutargets("schema", "--for", "plan", "-o", tmp_path), 2, "is a folder")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Usage"),
        (["evaluat"], "evaluat"),
        (["gate", NAME], "DATA"),
        (["gate", NAME, "sample:x", "--format", "pdf"], "pdf"),
        (["evaluate", NAME, f"sample:{NAME}", "--fail-on", "bad"], "bad"),
        (["evaluate", NAME, f"sample:{NAME}", "--unchecked", " "], "--unchecked"),
        (["schema", "--for", "plans"], "plans"),
    ],
)
def test_a_command_used_wrongly_says_how_it_is_used(arguments: list[str], says: str) -> None:
    """Wrong use ends with 2, as unreadable input does."""
    refused(edutargets(*arguments), 2, says)
