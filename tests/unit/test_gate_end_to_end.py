"""The gate as a clerk uses it, from the first try to the evaluation, by what is printed and how it ends."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import openpyxl
import pytest

from edutargets.checking import sample_data
from edutargets.plans import pack_folder, shipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
from typing import Any

PACK = "chenghu-modernisation"
ENROLMENT = "在校学生情况.csv"
LATEST = "CH3001,2024,小学,{},209"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of what a campaign's departments and schools sent, as clerks have it on their disk."""
    folder = tmp_path / "报送"
    shutil.copytree(sample_data(f"{PACK}/complete"), folder)
    return folder


def retype(folder: Path, before: str, after: str) -> None:
    """Type another number of pupils for the latest year of a school, in a file in GB18030."""
    path = folder / ENROLMENT
    text = path.read_text(encoding="gb18030")
    assert text.count(LATEST.format(before)) == 1
    path.write_text(text.replace(LATEST.format(before), LATEST.format(after)), encoding="gb18030", newline="")


def test_a_clerk_corrects_explains_and_is_let_in(run: Callable[..., Any], data: Path, tmp_path: Path) -> None:
    """Accepted, rejected, asked, explained, asked again because the figure changed, corrected, evaluated."""
    assert run("gate", PACK, data).code == 0

    retype(data, "1258", "约1258")
    slips = tmp_path / "退回"
    rejected = run("gate", PACK, data, "--slips", slips)
    assert rejected.code == 1
    assert f"{ENROLMENT}!D4" in rejected.out
    assert "an approximate figure: write the exact number" in rejected.out
    (slip,) = slips.glob("CH3001-*.xlsx")
    assert openpyxl.load_workbook(slip)["退回单"] is not None
    alone = run("gate", PACK, data, "--school", "CH3002")
    assert alone.code == 0, alone.out

    retype(data, "约1258", "500")
    asked = run("gate", PACK, data, "--slips", slips, "--overwrite")
    assert asked.code == 3
    assert "EN-05" in asked.out
    explain(data, slips, "学校一分为二，高年级迁出")
    explained = run("gate", PACK, data)
    assert explained.code == 0, explained.out
    assert "学校一分为二" in run("gate", PACK, data, "--format", "json").out

    retype(data, "500", "499")
    changed = run("gate", PACK, data)
    assert changed.code == 3
    assert "has expired: the data have changed since" in changed.out

    retype(data, "499", "1258")
    (data / "数据说明.csv").unlink()
    assert run("gate", PACK, data).code == 0
    assert run("evaluate", PACK, data).code == 0


def explain(folder: Path, slips: Path, why: str) -> None:
    """Put the one question on a school's slip beside the data, with an answer in its last column."""
    (slip,) = slips.glob("CH3001-*.xlsx")
    rows = [list(row) for row in openpyxl.load_workbook(slip)["数据说明"].iter_rows(values_only=True)]
    at = next(number for number, row in enumerate(rows) if str(row[0]).startswith("规则"))
    heading, question = rows[at : at + 2]
    question[heading.index("说明 explanation")] = why
    with (folder / "数据说明.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([heading, question])


def test_each_exit_code_is_also_that_of_the_process(data: Path) -> None:
    """What a shell script or a CI job sees, without a trace of Python."""
    retype(data, "1258", "一千二百")
    command = [sys.executable, "-m", "edutargets", "gate", PACK, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


# 2: wrong use, or nothing to be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("创建工作台账.xlsx", b"PK\x03\x04 cut off", "not a readable workbook"),
        ("食堂.csv", "菜名,价格\n白菜,3\n".encode(), "unknown file '食堂'"),
        ("通知.pdf", b"%PDF-1.7", ".pdf"),
    ],
)
def test_what_cannot_be_read_ends_with_2(
    run: Callable[..., Any], data: Path, name: str, content: bytes, says: str
) -> None:
    """The file is named; nothing was checked, so nothing is said of the rest."""
    (data / name).write_bytes(content)
    done = run("gate", PACK, data)
    assert (done.code, done.out) == (2, "")
    assert name in done.err
    assert says in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gate", "chenghu-modernization", "DATA"], "one of chenghu-modernisation, "),
        (["gate", PACK, "DATA/nowhere"], "no such folder"),
        (["gate", PACK, "sample:chenghu-modernisation/compl3te"], "did you mean"),
        (["gate", PACK, "DATA", "--slips", "DATA/slips"], "inside the folder handed in"),
        (["gate", PACK, "DATA", "--school", "CH30O1"], "nobody is called 'CH30O1' here"),
        (["gate", PACK, "DATA", "--format", "pdf"], "--format"),
        (["gate", PACK], "DATA"),
    ],
)
def test_a_slip_of_the_keyboard_ends_with_2(
    run: Callable[..., Any], data: Path, arguments: list[str], says: str
) -> None:
    """The option or name that is wrong is told, with what was probably meant."""
    done = run(*(argument.replace("DATA", str(data)) for argument in arguments))
    assert done.code == 2
    assert says in done.err


# 4: a check that could not run ------------------------------------------------------------------------


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Return a copy of the pack with one check whose SQL means something, but fails on these data."""
    folder = tmp_path / "pack"
    shutil.copytree(pack_folder(PACK), folder)
    shutil.copytree(shipped("expectations") / PACK, folder / "expectations")
    path = folder / "expectations" / "institutions.json"
    suite = json.loads(path.read_text(encoding="utf-8"))
    suite["expectations"].append(
        {
            "type": "expect_rows",
            "kwargs": {"predicate": "CAST(name AS INTEGER) > 0"},
            "severity": "info",
            "meta": {
                "code": "IN-99",
                "says": {"zh": "单位名称不是正数", "en": "the name is not above zero"},
                "mend": {"zh": "请核对单位名称", "en": "check the name"},
                "columns": ["name"],
            },
        }
    )
    path.write_text(json.dumps(suite, ensure_ascii=False, indent=2), encoding="utf-8")
    return folder


def test_a_check_that_could_not_run_keeps_the_gate_shut(
    run: Callable[..., Any], data: Path, broken: Path
) -> None:
    """Whatever its severity, it says nothing about the data; nothing is evaluated, and its code is named."""
    done = run("gate", broken, data)
    assert done.code == 4
    assert "IN-99" in done.out
    evaluated = run("evaluate", broken, data)
    assert evaluated.code == 4
    assert "IN-99" in evaluated.err


def test_something_critical_counts_before_what_could_not_run(
    run: Callable[..., Any], data: Path, broken: Path
) -> None:
    """The sender has something to mend whatever else happened; both are told."""
    retype(data, "1258", "约1258")
    done = run("gate", broken, data)
    assert done.code == 1
    assert "IN-99" in done.out


def test_what_could_not_run_counts_before_open_questions(
    run: Callable[..., Any], data: Path, broken: Path
) -> None:
    """Nobody is asked to explain figures to a gate that is broken itself."""
    retype(data, "1258", "500")
    assert run("gate", PACK, data).code == 3
    assert run("gate", broken, data).code == 4
