"""Reviews: a notebook run again in a fresh kernel, number by number, and packed for others."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from edutargets import cli, reviews
from edutargets.baselines import baseline_path
from edutargets.checking import sample_data
from edutargets.errors import DefinitionError, EduTargetsError, EvaluationError
from edutargets.review_packs import pack_review, review_zip
from edutargets.review_words import review_text
from edutargets.reviews import accept_notebook, review_notebook

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PACK = "china-education-bulletins"
LOAD = f"""import edutargets as et
pack = et.read_pack("{PACK}")
submission = et.read_submission(folder, pack.dictionary)
report = et.check_submission(pack, submission)
report"""
MOST_LINES = 20
Content = dict[str, Any]

pytestmark = pytest.mark.notebooks


def written(path: Path, **cells: str) -> Path:
    """Write a notebook; a cell's name is its id, and `parameters` carries that tag."""
    notebook = new_notebook()
    for name, source in cells.items():
        cell = new_code_cell(source)
        cell["id"] = name
        cell.metadata["tags"] = [name] if name == "parameters" else []
        notebook.cells.append(cell)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="session")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a notebook, its data and its baseline; tests work on copies."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(sample_data(PACK), folder / "data")
    notebook = written(
        folder / "review.ipynb",
        parameters='folder = "data"\nlimit = 3',
        gate=LOAD,
        verdicts="results = et.evaluate(pack, report.admit())\nresults",
        why='et.explain(results["preschool.inclusive-coverage"])',
    )
    accept_notebook(notebook)
    return folder


@pytest.fixture
def copy(accepted: Path, tmp_path: Path) -> Path:
    """Return the notebook in a folder of its own."""
    shutil.copytree(accepted, tmp_path / "another place")
    return tmp_path / "another place" / "review.ipynb"


@pytest.fixture
def tampered(
    copy: Path,
) -> Callable[[Callable[[Content], None]], Path]:
    """Return what changes the baseline of the copy."""

    def change(how: Callable[[Content], None]) -> Path:
        place = baseline_path(copy)
        content = json.loads(place.read_text(encoding="utf-8"))
        how(content)
        place.write_text(json.dumps(content), encoding="utf-8")
        return copy

    return change


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_shipped_notebook_verifies(path: Path) -> None:
    """Every number is that of the committed baseline; `python3 run.py verify --accept` renews these."""
    review = review_notebook(path)
    assert review.failed is None
    assert [one.id for one in review.moved] == []
    assert [one.field for one in review.inputs if not one.field.startswith(("version ", "lock"))] == []


def test_another_place_hash_seed_time_zone_and_locale_change_nothing(copy: Path) -> None:
    """What a machine is like is no part of a result: exit code 0."""
    variables = {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "C"}
    command = [sys.executable, "-m", "edutargets", "review", "verify", copy.name]
    done = subprocess.run(
        command,
        cwd=copy.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "the same" in done.stdout


def test_a_changed_cell_of_the_data_names_exactly_the_targets_that_moved(copy: Path) -> None:
    """From what to what, as a reader knows the number, in less than a screenful; exit code 1."""
    file = copy.parent / "data" / "students.csv"
    text = file.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("2025") and ",inclusive" in line)
    cells = row.split(",")
    at = next(
        number for number, cell in enumerate(cells) if number > 2 and cell.isdigit() and int(cell) > 1000
    )
    cells[at] = str(int(cells[at]) - 50000)
    file.write_text(text.replace(row, ",".join(cells)), encoding="utf-8")
    review = review_notebook(copy)
    assert review.exit_code == 1
    assert {one.id for one in review.moved} == {"preschool.inclusive-coverage"}
    lines = review_text(review).splitlines()
    assert len(lines) < MOST_LINES
    assert "preschool.inclusive-coverage: value" in lines[0]
    assert " → " in lines[0]
    assert "data students.csv" in lines[1]


def test_a_cell_that_raises_is_named_with_its_error(copy: Path) -> None:
    """A run that failed is no review: exit code 2."""
    broken = written(copy, import_cell="import edutargets as et", broken="1 / 0")
    review = review_notebook(broken)
    assert review.exit_code == 2
    assert "cell 'broken' (code cell 2) failed: ZeroDivisionError" in str(review.failed)
    with pytest.raises(EvaluationError):
        accept_notebook(broken)


def test_a_number_that_is_only_printed_is_compared_too(tmp_path: Path) -> None:
    """A table of pandas has no records; its text stands in the baseline, unless the cell is tagged."""
    cells = {"load": f"import edutargets as et\npack = et.read_pack('{PACK}')\nlen(pack.plan)"}
    data = "et.read_submission(et.sample_data(pack.id), pack.dictionary)"
    cells["results"] = f"et.evaluate(pack, et.check_submission(pack, {data}).admit())"
    notebook = written(tmp_path / "a.ipynb", **cells)
    accept_notebook(notebook)
    written(notebook, **{**cells, "load": f"{cells['load']} + 1"})
    review = review_notebook(notebook)
    assert review.exit_code == 1
    assert review_text(review).splitlines()[0] == "cell load: line 01 17 → 18"


def test_a_missing_baseline_says_what_to_do(copy: Path) -> None:
    """Nothing to compare with is no agreement: exit code 2, without a run."""
    baseline_path(copy).unlink()
    review = review_notebook(copy)
    assert review.exit_code == 2
    assert "--accept" in str(review.failed)


def test_a_notebook_without_a_result_has_no_baseline(tmp_path: Path) -> None:
    """An empty comparison would always agree."""
    notebook = written(tmp_path / "a.ipynb", only="6 * 7")
    with pytest.raises(DefinitionError, match=r"a\.ipynb.*it shows no result"):
        accept_notebook(notebook)
    assert not baseline_path(notebook).exists()


def test_another_version_of_a_package_alone_ends_with_3(
    tampered: Callable[[Callable[[Content], None]], Path],
) -> None:
    """The numbers are the same; what computed them is not, and is named."""
    review = review_notebook(tampered(lambda content: content["versions"].update(pandas="1.0")))
    assert review.exit_code == 3
    assert [one.field for one in review.inputs] == ["version pandas"]
    assert "version pandas: 1.0 → " in review_text(review)


def command(*arguments: str, first: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run edutargets with a folder in front of everything that is installed."""
    return subprocess.run(
        [sys.executable, "-m", "edutargets", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(first), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_an_upgrade_of_an_unrelated_package_ends_with_3(copy: Path, tmp_path: Path) -> None:
    """The interpreter itself finds another version of it: the numbers are the same, and it is named."""
    site = tmp_path / "site"
    for name, version in (("tqdm", "999.0"), ("cowsay", "6.1")):
        info = site / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
        )
    done = command("review", "verify", copy.name, first=site, cwd=copy.parent)
    assert done.returncode == 3, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert re.fullmatch(r"version tqdm: \S+ → 999\.0", told[0])
    assert len(told) == 2  # what nothing here asks for is no part of it
    done = command("review", "verify", copy.name, first=tmp_path / "nothing", cwd=copy.parent)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_saved_result_says_that_packages_were_upgraded(tmp_path: Path) -> None:
    """It holds one hash of all versions; those that a number passes through are told one by one."""
    nowhere, site, sample = tmp_path / "nothing", tmp_path / "site", f"sample:{PACK}"
    saved = tmp_path / "results.json"
    command("evaluate", PACK, sample, "--format", "json", "-o", str(saved), first=nowhere, cwd=tmp_path)
    assert command("verify", str(saved), sample, first=nowhere, cwd=tmp_path).returncode == 0
    for name, told in (("tqdm", "packages"), ("xlrd", "version xlrd")):
        info = site / f"{name}-999.0.dist-info"
        info.mkdir(parents=True)
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 999.0\n", encoding="utf-8"
        )
        done = command("verify", str(saved), sample, first=site, cwd=tmp_path)
        assert done.returncode == 3, done.stdout + done.stderr
        assert told in done.stdout


def test_a_baseline_that_was_tampered_with_is_told_by_target(
    tampered: Callable[[Callable[[Content], None]], Path],
) -> None:
    """A number, a verdict, a target that is gone and one too many: each is one line."""
    block = f"verdicts: {PACK}"

    def change(content: Content) -> None:
        records = content["results"][block]
        records["preschool.inclusive-coverage"]["verdict"] = "not_met"
        records["preschool.public-share"]["value"] = "1/2"
        records["no.such-target"] = {"verdict": "met", "value": "1"}
        del records["special.home-teaching"]

    review = review_notebook(tampered(change))
    assert review.exit_code == 1
    told = {one.id: one.kind for one in review.moved}
    assert told.pop("no.such-target") == "removed"
    assert told.pop("special.home-teaching") == "added"
    assert told == {"preschool.inclusive-coverage": "changed", "preschool.public-share": "changed"}
    assert (
        review_text(review)
        .splitlines()[0]
        .startswith("preschool.inclusive-coverage: verdict ✘ not met → ✔ met")
    )
    assert "preschool.public-share：数值 50 % → 59.3" in review_text(review, "zh")


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"schema": "edutargets/baseline/1", "results": {"a": 1}}']
)
def test_what_is_no_baseline_is_refused(copy: Path, text: str) -> None:
    """A broken file never looks like agreement: exit code 2, and how to renew it."""
    baseline_path(copy).write_text(text, encoding="utf-8")
    assert review_notebook(copy).exit_code == 2


def test_parameters_are_set_in_a_cell_of_their_own(copy: Path) -> None:
    """As papermill does it, with an id that stays; the notebook on disk is not changed."""
    before = copy.read_bytes()
    review = review_notebook(copy, {"folder": str(copy.parent / "data"), "limit": "5"})
    assert review.exit_code == 3
    assert [one.field for one in review.inputs] == ["parameter folder", "parameter limit"]
    assert copy.read_bytes() == before


def test_a_misspelt_parameter_is_refused_with_near_names(copy: Path) -> None:
    """It would have been ignored, and the run taken for another."""
    review = review_notebook(copy, {"foldr": "data"})
    assert review.exit_code == 2
    assert "did you mean folder?" in str(review.failed)


def test_a_packed_review_verifies_by_itself(copy: Path, tmp_path: Path) -> None:
    """With its data, pack and suites; the same files give the same bytes."""
    first, second = tmp_path / "one.zip", tmp_path / "two.zip"
    names = pack_review(copy, first)
    pack_review(copy, second)
    assert first.read_bytes() == second.read_bytes()
    assert {"notebook/data/students.csv", f"shipped/packs/{PACK}/plan.yaml"} <= set(names)
    shutil.rmtree(copy.parent)
    assert review_zip(first).exit_code == 0


def test_a_review_that_does_not_verify_is_not_packed(copy: Path, tmp_path: Path) -> None:
    """An outsider would be told of differences that are ours."""
    baseline_path(copy).write_text(
        baseline_path(copy).read_text(encoding="utf-8").replace('"verdict": "met"', '"verdict": "not_met"'),
        encoding="utf-8",
    )
    with pytest.raises(EduTargetsError, match="does not verify"):
        pack_review(copy, tmp_path / "r.zip")
    assert not (tmp_path / "r.zip").exists()


def test_several_reviews_end_with_the_worst(
    copy: Path, accepted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that failed outweighs numbers; --accept then makes it whole."""
    baseline_path(copy).unlink()
    for command, code in (([], 2), (["--accept"], 0), ([], 0)):
        with pytest.raises(SystemExit) as ended:
            cli.main(["review", "verify", str(copy), *command])
        assert ended.value.code == code
    assert "baseline now" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        cli.main(["review", "verify", str(accepted / "review.ipynb"), "missing.ipynb", "--format", "json"])
    assert ended.value.code == 2
    assert [one["exit_code"] for one in json.loads(capsys.readouterr().out)["reviews"]] == [
        0,
        2,
    ]


def test_accepting_again_changes_no_byte(copy: Path) -> None:
    """A baseline holds no time, no path and no order by chance."""
    before = baseline_path(copy).read_bytes()
    assert reviews.accept_notebook(copy).exit_code == 0
    assert baseline_path(copy).read_bytes() == before
    assert str(copy.parent).encode() not in before
