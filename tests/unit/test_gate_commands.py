"""`edutargets gate`: what it writes, where it refuses, and that the files others copy from us run."""

import csv
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from edutargets.checking import sample_data

ROOT = Path(__file__).resolve().parents[2]
PACK = "jieyang-district-2023"
FAULTY = f"sample:{PACK}/faulty"
SMALL = "china-education-bulletins"
NUMBER = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)")
Run = Callable[..., Any]


def test_one_run_writes_everything_that_comes_back(run: Run, tmp_path: Path) -> None:
    """The report, the failure table, the bureau's page and the slips, from one look at the data."""
    done = run(
        *("gate", PACK, FAULTY, "--format", "sarif", "-o", tmp_path / "g.sarif"),
        *("--failures", tmp_path / "f.csv", "--summary", tmp_path / "s.html", "--slips", tmp_path / "slips"),
    )
    assert done.code == 1
    assert done.out == ""
    assert done.err.count("written: ") == 4
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text(encoding="utf-8-sig").splitlines()))
    results = json.loads((tmp_path / "g.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(rows) == len(results)
    assert {row["submission"] for row in rows} == {f"{PACK}/faulty"}
    assert any((tmp_path / "slips").glob("*.xlsx"))
    for path in tmp_path.glob("*.*"):
        assert not NUMBER.search(path.read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("text", ""),
        ("json", '{\n "schema": "edutargets/gate-report/2"'),
        ("markdown", "# "),
        ("junit", "<?xml"),
        ("sarif", '{\n "$schema"'),
        ("csv", "submission,"),
        ("html", "<!doctype html>"),
    ],
)
def test_each_form_can_be_printed(run: Run, form: str, begins: str) -> None:
    """What is not written to a file stands on the screen, and nothing else does."""
    done = run("gate", SMALL, f"sample:{SMALL}", "--format", form)
    assert done.code in {0, 3}
    assert done.err == ""
    assert done.out.startswith(begins)
    assert len(done.out) > len(begins)


def test_sarif_names_files_as_the_repository_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from the folder one stands in, which in CI is the checkout."""
    monkeypatch.chdir(sample_data(f"{PACK}/faulty").parent)
    log = json.loads(run("gate", PACK, "faulty", "--format", "sarif").out)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
    }
    assert all(uri.startswith("faulty/") for uri in uris)


def test_one_school_can_be_asked_for(run: Run) -> None:
    """Only its findings, and its own exit code; an unknown code is refused."""
    done = run("gate", PACK, FAULTY, "--school", "JY1077")
    assert done.code == 1
    assert done.out.startswith("Of JY1077 alone: Rejected. ")
    assert "JY1005" not in done.out
    unknown = run("gate", PACK, FAULTY, "--school", "JY10O77")
    assert unknown.code == 2
    assert "nobody is called 'JY10O77' here" in unknown.err


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("--failures", "f.xlsx", r".csv or .parquet"),
        ("--failures", "none/f.csv", "there is no folder"),
        ("--summary", "none/s.html", "there is no folder"),
        ("--data-docs", "taken", "holds files that are no Data Docs"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_checked(
    run: Run, tmp_path: Path, option: str, name: str, says: str
) -> None:
    """Nobody waits for a report that has no place."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.docx").write_text("mine", encoding="utf-8")
    done = run("gate", "no-such-pack", FAULTY, option, tmp_path / name)
    assert done.code == 2
    assert says in done.err


def test_data_docs_are_written_on_request_with_a_warning_and_without_identity_numbers(
    run: Run, tmp_path: Path
) -> None:
    """Great Expectations' own pages, one for each table; that they load from elsewhere is said."""
    done = run("gate", PACK, FAULTY, "--format", "json", "--data-docs", tmp_path / "docs")
    assert done.code == 1
    assert "load styles and scripts from other sites" in done.err
    assert "show values" in done.err
    pages = list((tmp_path / "docs" / "validations").rglob("*.html"))
    tables = [table["table"] for table in json.loads(done.out)["tables"] if table["checks"]]
    assert sorted(page.stem for page in pages) == sorted(tables)
    enrolment = next(page for page in pages if page.stem == "enrolment").read_text(encoding="utf-8")
    assert "EN-05: " in enrolment
    for page in pages:
        assert not NUMBER.search(page.read_text(encoding="utf-8"))
    again = run("gate", PACK, FAULTY, "--data-docs", tmp_path / "docs")
    assert (again.code, "--overwrite" in again.err) == (2, True)


# files that others copy -----------------------------------------------------------------------------


def edutargets_commands(script: str) -> list[list[str]]:
    """Return the arguments of each call of edutargets in a shell script, its output left where it is."""
    lines = [line.split("||")[0].split(">>")[0].strip() for line in script.replace("\\\n", " ").splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("edutargets ")]


def steps() -> list[dict[str, Any]]:
    """Return the steps of the example workflow."""
    flow = yaml.safe_load((ROOT / "docs/examples/gate.yml").read_text(encoding="utf-8"))
    return list(flow["jobs"]["gate"]["steps"])


def test_the_example_workflow_runs_and_uploads_what_it_wrote(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command line of it runs on the shipped sample and ends as its comment says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate").mkdir()
    commands = [command for step in steps() for command in edutargets_commands(str(step.get("run", "")))]
    assert [command[0] for command in commands] == ["suites", "gate", "gate", "gate"]
    for command in commands:
        filled = [{"$PACK": PACK, "$DATA": FAULTY}.get(part, part) for part in command]
        done = run(*filled)
        assert done.code in ({0, 1} if command[0] == "suites" else {1}), done.err
    uploads = [step["with"] for step in steps() if "upload" in step.get("uses", "")]
    for place in (uploads[0]["sarif_file"], uploads[1]["path"]):
        assert (tmp_path / place).exists()
    root = ET.parse(tmp_path / "gate/gate.xml").getroot()  # noqa: S314  # our own text
    assert root.tag == "testsuites"


def test_what_the_workflow_tells_is_told_also_where_the_gate_rejects() -> None:
    """The step after a failed one is skipped unless it says `always()`."""
    at = next(number for number, step in enumerate(steps()) if step.get("name") == "Gate")
    assert all("always()" in step["if"] for step in steps()[at + 1 :])


@pytest.mark.parametrize(
    ("hook", "arguments", "ends"),
    [
        ("edutargets-gate", [SMALL, f"sample:{SMALL}"], {0, 3}),
        ("edutargets-gate", [PACK, FAULTY], {1}),
        ("edutargets-check", [PACK], {0}),
        ("edutargets-suites-lint", [SMALL, "--no-fixtures"], {0, 1}),
    ],
)
def test_a_pre_commit_hook_runs_the_command_it_names(
    run: Run, hook: str, arguments: list[str], ends: set[int]
) -> None:
    """`pre-commit` calls the entry with the arguments of the user's file."""
    hooks = {
        one["id"]: one
        for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    }
    assert set(hooks) == {"edutargets-gate", "edutargets-check", "edutargets-suites-lint"}
    entry = shlex.split(hooks[hook]["entry"])
    assert (entry[0], hooks[hook]["language"], hooks[hook]["pass_filenames"]) == (
        "edutargets",
        "python",
        False,
    )
    assert run(*entry[1:], *arguments).code in ends
