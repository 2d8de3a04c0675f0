"""The command line: what each command prints, where it puts it, and how it ends."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import jsonschema
import pytest
import yaml

from edutargets import terminal
from edutargets.checking import sample_data, sample_names
from edutargets.plans import PACKS, pack_names, read_pack, shipped
from edutargets.schemas import FILES

NAME = "china-education-bulletins"
SAMPLE = f"sample:{NAME}"
DISTRICT = "jieyang-district-2023"
TARGET = "preschool.inclusive-coverage"
Run = Callable[..., Any]


# packs, check, schema ------------------------------------------------------------------------------------


def test_help_names_every_command(run: Run) -> None:
    """One look says what there is."""
    done = run("--help")
    assert done.code == 0
    first, second = ("packs", "check", "coverage", "schema"), ("gate", "evaluate", "explain", "reproduce")
    for name in (*first, *second, "admit", "demo"):
        assert f"  {name} " in done.out


def test_the_version_is_printed(run: Run) -> None:
    """A report of a fault begins with it."""
    assert run("--version").out.startswith("edutargets ")


def test_packs_are_listed_with_their_samples(run: Run) -> None:
    """What can be tried at once, in the words the other commands take."""
    done = run("packs", "--lang", "zh")
    assert done.code == 0
    for name in pack_names():
        assert f"\n{name}\n" in "\n" + done.out
    for name in sample_names():
        assert f"    sample:{name}\n" in done.out
    assert "全国" in done.out


def test_a_sound_pack_ends_with_0_and_a_faulty_one_with_2(run: Run, tmp_path: Path) -> None:
    """An editor or CI needs no more than the exit code."""
    assert run("check", NAME) == (0, f"{NAME}: no faults\n", "")
    (tmp_path / "pack.yaml").write_text("id: x\ntables: none.yaml\n", encoding="utf-8")
    done = run("check", tmp_path)
    assert (done.code, done.err) == (2, "")
    assert done.out.splitlines()[-1] == f"{tmp_path}: 2 faults"


def test_faults_as_json_keep_their_parts(run: Run, tmp_path: Path) -> None:
    """A program reads where, what was found, what is accepted, and the kind of fault."""
    (tmp_path / "pack.yaml").write_text("id: x\nplann: y\n", encoding="utf-8")
    done = run("check", tmp_path, "--format", "json")
    (fault,) = json.loads(done.out)["faults"]
    assert done.code == 2
    assert set(fault) == {"where", "found", "accepted", "example", "code"}
    assert fault["where"].startswith("pack.yaml:2")
    assert json.loads(run("check", NAME, "--format", "json").out) == {"faults": [], "findings": []}


class _Plain(yaml.SafeLoader):
    """What an editor sees: dates stay text."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def files_of(kind: str) -> list[Path]:
    """Return every file of a kind that comes with the package."""
    if kind == "suite":
        return sorted(shipped("expectations").glob("*/*.json"))
    names = {"plan": ("plan.yaml", "plan/*.yaml", "figures.yaml"), "tables": ("tables*.yaml",)}
    found = (path for name in names.get(kind, (f"{kind}.yaml",)) for path in PACKS.glob(f"*/{name}"))
    return sorted(found)


@pytest.mark.parametrize("kind", ["plan", "tables", "pack", "suite", "exclusions", "findings"])
def test_an_editor_finds_nothing_wrong_with_a_file_that_this_package_reads(kind: str, run: Run) -> None:
    """The JSON Schema accepts what the reader accepts, or every sound line would be underlined."""
    schema = json.loads(run("schema", "--for", kind).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert files_of(kind)
    for path in files_of(kind):
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if kind == "suite" else yaml.load(text, _Plain)  # noqa: S506  # a safe loader
        found = [
            f"{path.name}: {error.json_path}: {error.message[:200]}"
            for error in validator.iter_errors(content)
        ]
        assert found == []


def test_all_schemas_are_written_into_a_folder(run: Run, tmp_path: Path) -> None:
    """One command sets an editor up for a whole pack."""
    assert run("schema", "-o", tmp_path / "schemas").code == 0
    names = [f"{kind}.schema.json" for kind in sorted(FILES)]
    assert sorted(path.name for path in (tmp_path / "schemas").iterdir()) == names
    assert json.loads((tmp_path / "schemas" / "plan.schema.json").read_text("utf-8"))["title"]


def test_an_editor_marks_a_misspelled_field(run: Run) -> None:
    """A schema that accepts everything helps nobody."""
    schema = json.loads(run("schema").out)
    target = {
        "id": "a.b",
        "type": "count",
        "from": "x",
        "count": "count(*)",
        "at_lest": "3 school",
        "in": 2020,
    }
    assert not jsonschema.Draft202012Validator(schema).is_valid({"targets": [target]})


# gate ----------------------------------------------------------------------------------------------------


def test_an_accepted_submission_ends_with_0(run: Run) -> None:
    """The first line says it."""
    done = run("gate", NAME, SAMPLE)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Accepted. 11 tables")


def test_a_rejected_submission_ends_with_1_in_every_format(run: Run) -> None:
    """CI stops, and whoever reads the report finds the same findings."""
    faulty = f"sample:{DISTRICT}/faulty"
    texts = {
        kind: run("gate", DISTRICT, faulty, "--format", kind)
        for kind in ("text", "json", "markdown", "junit")
    }
    assert {done.code for done in texts.values()} == {1}
    assert texts["text"].out.startswith("Rejected.")
    assert json.loads(texts["json"].out)["decision"] == "rejected"
    assert texts["markdown"].out.startswith("# Rejected")
    assert ET.fromstring(texts["junit"].out).tag == "testsuites"  # noqa: S314  # our own text
    assert run("gate", DISTRICT, faulty, "--lang", "zh").out.startswith("退回。")


def test_a_check_that_could_not_run_ends_with_4(run: Run, tmp_path: Path) -> None:
    """A gate that could not look is neither open nor a fault of the school."""
    pack = tmp_path / "pack"
    pack.mkdir()
    for path in (PACKS / NAME).iterdir():
        (pack / path.name).write_bytes(path.read_bytes())
    (pack / "expectations").mkdir()
    (pack / "expectations" / "rates.json").write_text(
        json.dumps(
            {
                "name": "expectations--rates",
                "meta": {"table": "rates"},
                "expectations": [
                    {
                        "type": "expect_rows",
                        "kwargs": {"predicate": "CAST(indicator AS INTEGER) > 0"},
                        "severity": "info",
                        "meta": {
                            "code": "RA-99",
                            "says": {"zh": "无", "en": "none"},
                            "mend": {"zh": "补", "en": "add"},
                        },
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    done = run("gate", pack, SAMPLE)
    assert done.code == 4, done.out + done.err
    assert run("evaluate", pack, SAMPLE).code == 4


# evaluate, reproduce ---------------------------------------------------------------------------------------


def test_evaluating_ends_with_0_whatever_the_verdicts(run: Run) -> None:
    """A target that is not met is a result, not a failure of the command."""
    done = run("evaluate", NAME, SAMPLE)
    assert (done.code, done.err) == (0, "")
    for target in read_pack(NAME).plan.ids:
        assert target in done.out


def test_fail_on_ends_with_3_where_a_target_has_that_verdict(run: Run) -> None:
    """CI may ask for more; the table is printed all the same."""
    assert run("evaluate", NAME, SAMPLE, "--fail-on", "not_met").code == 3
    assert run("evaluate", NAME, SAMPLE, "--fail-on", "met", "--fail-on", "undetermined").code == 3
    assert run("reproduce", NAME, SAMPLE, "--fail-on", "not_met", "--fail-on", "undetermined").code == 0


def test_every_format_holds_every_target(run: Run) -> None:
    """The same results for a terminal, a program, a page and a spreadsheet."""
    ids = list(read_pack(NAME).plan.ids)
    assert [
        one["id"] for one in json.loads(run("evaluate", NAME, SAMPLE, "--format", "json").out)["targets"]
    ] == ids
    rows = list(csv.DictReader(io.StringIO(run("evaluate", NAME, SAMPLE, "--format", "csv").out)))
    assert [row["id"] for row in rows] == ids
    assert run("evaluate", NAME, SAMPLE, "--format", "markdown").out.count("| ") > len(ids)


def test_the_same_data_give_the_same_bytes(run: Run) -> None:
    """No time, no path, no order of a set: a reviewer compares two files."""
    first, second = (run("evaluate", NAME, SAMPLE, "--format", "json").out for _ in range(2))
    assert first == second


def test_data_let_in_unchecked_carry_the_reason(run: Run) -> None:
    """A result that passed no gate says so wherever it goes."""
    for kind in ("table", "markdown", "json"):
        done = run("evaluate", NAME, SAMPLE, "--unchecked", "a first look", "--format", kind)
        assert done.code == 0
        assert "a first look" in done.out
        assert "passed no gate" in done.err


def test_every_published_figure_is_counted(run: Run) -> None:
    """How many agree, and by name those that only agree within the rounding of their inputs."""
    done = run("reproduce", NAME, SAMPLE)
    figures = read_pack(NAME).figures
    assert done.code == 0
    assert f"{len(figures)} of {len(figures)} printed figures agree" in done.out
    assert "only within the rounding of their inputs" in done.out
    assert "pk-inst-2020" in done.out.split("only within the rounding of their inputs")[1]


def test_a_pack_without_figures_says_so(run: Run) -> None:
    """Nothing to reproduce is not everything reproduced."""
    done = run("reproduce", DISTRICT, f"sample:{DISTRICT}/complete")
    assert done.code == 2
    assert "no published figures" in done.err


# explain, admit --------------------------------------------------------------------------------------------


def test_a_target_is_explained_in_both_languages_and_all_formats(run: Run) -> None:
    """The clause as it is written, in either language."""
    quote = "普惠性幼儿园覆盖率达到85%以上"
    for lang in ("en", "zh"):
        for kind in ("text", "markdown", "html"):
            done = run("explain", NAME, SAMPLE, TARGET, "--lang", lang, "--format", kind)
            assert done.code == 0
            assert quote in done.out, (lang, kind)
    assert run("explain", NAME, SAMPLE, "pk-inst-2020").code == 0, "a published figure can be explained too"


@pytest.mark.parametrize(("pack", "data"), [(NAME, SAMPLE), (DISTRICT, f"sample:{DISTRICT}/complete")])
def test_the_printed_sql_runs_in_the_admitted_file(pack: str, data: str, run: Run, tmp_path: Path) -> None:
    """A reviewer with any DuckDB client gets the same numbers from the same words."""
    path = tmp_path / "admitted.duckdb"
    done = run("admit", pack, data, "-o", path)
    assert (done.code, done.out) == (0, "")
    assert os.listdir(tmp_path) == ["admitted.duckdb"]  # noqa: PTH208  # names are enough
    targets = [TARGET] if pack == NAME else ["principals.training-hours", "pay.teachers-vs-civil-servants"]
    with duckdb.connect(str(path), read_only=True) as connection:
        for target in targets:
            sql = run("explain", pack, data, target, "--sql").out
            statements = connection.extract_statements(sql)
            assert statements
            assert all(connection.execute(statement).fetchall() for statement in statements)


def test_an_unchecked_admitted_file_is_marked(run: Run, tmp_path: Path) -> None:
    """Whoever opens the file a year later still reads that no gate let it in."""
    path = tmp_path / "admitted.duckdb"
    assert run("admit", NAME, SAMPLE, "-o", path, "--unchecked", "it's a test").code == 0
    with duckdb.connect(str(path), read_only=True) as connection:
        comments = connection.execute("SELECT DISTINCT comment FROM duckdb_tables()").fetchall()
    assert comments == [("passed no gate: it's a test",)]


def test_rejected_data_are_not_admitted_into_a_file(run: Run, tmp_path: Path) -> None:
    """No file is better than a file of rejected data."""
    done = run("admit", DISTRICT, f"sample:{DISTRICT}/faulty", "-o", tmp_path / "x.duckdb")
    assert done.code == 1
    assert list(tmp_path.iterdir()) == []


# files, terminals, languages -------------------------------------------------------------------------------


def test_a_file_holds_what_would_have_been_printed(run: Run, tmp_path: Path) -> None:
    """Written whole under its name, with nothing left beside it."""
    path = tmp_path / "结果.csv"
    path.write_text("old", encoding="utf-8")
    printed = run("evaluate", NAME, SAMPLE, "--format", "csv").out
    done = run("evaluate", NAME, SAMPLE, "--format", "csv", "-o", path)
    assert (done.code, done.out) == (0, "")
    assert path.read_bytes().decode() == printed
    assert [one.name for one in tmp_path.iterdir()] == ["结果.csv"]


def shell(*arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON"))
    }
    return subprocess.run(
        [sys.executable, "-m", "edutargets", *arguments],
        capture_output=True,
        check=False,
        env={**environment, **settings},
        timeout=120,
    )


def test_output_is_utf_8_whatever_the_language_of_the_machine() -> None:
    """Under LANG=C, where Python would take ASCII, a Chinese title is still Chinese."""
    done = shell("packs", "--lang", "zh", LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0
    assert "全国教育公报" in done.stdout.decode("utf-8")


def test_a_pipe_gets_no_escape_codes_and_no_cut_lines() -> None:
    """What goes into a file is text, as wide as it is, even where somebody asks for colours."""
    done = shell("evaluate", NAME, SAMPLE, COLUMNS="40", FORCE_COLOR="1")
    text = done.stdout.decode("utf-8")
    assert "\x1b" not in text
    assert done.stderr == b""
    assert max(map(len, text.splitlines())) > 100


def test_a_reader_that_closes_the_pipe_causes_no_traceback() -> None:
    """`edutargets evaluate … | head -1` ends quietly."""
    command = [sys.executable, "-m", "edutargets", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


class Screen(io.StringIO):
    """A terminal to be looked at afterwards."""

    def isatty(self) -> bool:
        """Say that a person is watching."""
        return True


def test_a_terminal_gets_colours_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour is for people who can use it; the words say the same without."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal.say("✔ met " + "x" * 300)
    coloured = sys.stdout.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", Screen())
    terminal.say("✔ met " + "x" * 300)
    plain = sys.stdout.getvalue()
    assert "\x1b[32m" in coloured
    assert plain == "✔ met " + "x" * 300 + "\n"


def test_progress_is_shown_only_after_a_second_and_only_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done at once flickers nothing; a log file gets nothing at all."""
    monkeypatch.setenv("TERM", "xterm-256color")
    screens = {}
    for patience in (60.0, 0.0):
        monkeypatch.setattr(terminal, "_PATIENCE", patience)
        monkeypatch.setattr(sys, "stderr", Screen())
        with terminal.progress("checking") as notify:
            notify("schools")
            if not patience:
                terminal.threading.Event().wait(0.3)
        screens[patience] = sys.stderr.getvalue()
    assert screens[60.0] == ""
    assert "checking: schools" in screens[0.0]
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with terminal.progress("checking") as notify:
        notify("schools")
    assert sys.stderr.getvalue() == ""


def test_every_sample_belongs_to_a_pack() -> None:
    """A sample's name begins with its pack's."""
    assert {name.partition("/")[0] for name in sample_names()} == set(pack_names())
    assert all(any(sample_data(name).iterdir()) for name in sample_names())
