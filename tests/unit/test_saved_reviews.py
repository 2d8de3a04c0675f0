"""What a review compares and packs, without running a notebook."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from edutargets import cli
from edutargets.attainment import evaluate
from edutargets.baselines import Baseline, fields_of
from edutargets.checking import check_submission, sample_data
from edutargets.display import PROVENANCE_TYPE, RESULTS_TYPE, to_json
from edutargets.errors import DefinitionError, EduTargetsError
from edutargets.explanations import explain
from edutargets.notebook_runs import INJECTED, read_notebook, with_parameters
from edutargets.plans import read_pack
from edutargets.review_packs import MANIFEST, review_zip, unpack_review
from edutargets.review_words import review_json, review_text
from edutargets.reviews import Review, compared
from edutargets.saved_results import review_result
from edutargets.shown import mimebundle
from edutargets.submissions import read_submission

NAME = "china-education-bulletins"
SAMPLE = f"sample:{NAME}"
SHARE = {"verdict": "met", "value": "83/100", "shortfall": "0", "type": "ratio", "goal": "at least 83 %"}


@pytest.fixture(scope="module")
def bundles() -> dict[str, Mapping[str, Any]]:
    """Return what a notebook keeps of a report, of results, of one of them and of its explanation."""
    pack = read_pack(NAME)
    report = check_submission(pack, read_submission(sample_data(NAME), pack.dictionary))
    results = evaluate(pack, report.admit())
    one = results["preschool.inclusive-coverage"]
    shown = {"gate": report, "results": results, "one": one, "explained": explain(one)}
    return {name: mimebundle(what) for name, what in shown.items()} | {"saved": {"json": to_json(results)}}


@pytest.fixture
def saved(bundles: Mapping[str, Mapping[str, Any]], tmp_path: Path) -> Path:
    """Return a saved result."""
    path = tmp_path / "result.json"
    path.write_text(bundles["saved"]["json"], encoding="utf-8")
    return path


def baseline(records: Mapping[str, Mapping[str, Any]], block: str = "a", **inputs: str) -> Baseline:
    """Return a baseline of one block."""
    return Baseline({block: dict(records)}, inputs, {})


def packed(path: Path, files: Mapping[str, str], manifest: Mapping[str, object] | None = None) -> Path:
    """Write a zip by hand; with a list of its files if one is given."""
    with zipfile.ZipFile(path, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
        if manifest is not None:
            made.writestr(MANIFEST, json.dumps(manifest))
    return path


# what travels with a notebook ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["gate", "results", "one", "explained"])
def test_what_is_shown_carries_its_records(kind: str, bundles: Mapping[str, Mapping[str, Any]]) -> None:
    """The number shown and the number checked come from one object; JSON holds them."""
    content = bundles[kind][RESULTS_TYPE]
    assert content["records"]
    assert len({one["id"] for one in content["records"]}) == len(content["records"])
    assert json.loads(json.dumps(content)) == content


@pytest.mark.parametrize("kind", ["gate", "results", "one", "explained"])
def test_what_is_shown_says_what_it_was_made_from(
    kind: str, bundles: Mapping[str, Mapping[str, Any]]
) -> None:
    """A hash for each file, and no place on any machine."""
    content = bundles[kind][PROVENANCE_TYPE]
    assert set(content["data"]) >= {"students.csv", "teachers.csv"}
    assert (content["pack"], len(content["suites"])) == (NAME, 64)
    assert str(Path(__file__).parents[2]) not in json.dumps(content)


# comparing -----------------------------------------------------------------------------------------


def test_the_same_results_are_the_same() -> None:
    """Exit code 0, and one line."""
    review = compared("a", baseline({"t": SHARE}), baseline({"t": SHARE}))
    assert (review.exit_code, review_text(review)) == (0, "a: the same: 1 records\n")


def test_digits_show_a_difference_and_keep_the_side_of_the_goal() -> None:
    """82.9999 % is not shown as 83 % where it fails."""
    short = {**SHARE, "verdict": "not_met", "value": "829999/1000000", "shortfall": "1/1000000"}
    text = review_text(compared("a", baseline({"t": SHARE}), baseline({"t": short})))
    assert text.splitlines()[0] == "t: verdict ✔ met → ✘ not met; value 83 % → 82.9999 %"


def test_what_follows_the_value_is_not_told_beside_it() -> None:
    """Parts, years and the shortfall move with the value: one line for each target."""
    new = {**SHARE, "value": "1/2", "parts.numerator": "1", "years.2024.value": "1/2", "shortfall": "33/100"}
    review = compared("a", baseline({"t": SHARE}), baseline({"t": new}))
    assert review_text(review).splitlines()[0] == "t: value 83 % → 50 %"
    assert len(review.moved[0].changes) == 4


def test_parts_that_moved_alone_are_told() -> None:
    """Twice as many above and below is not the same result."""
    old, new = ({**SHARE, "parts.numerator": number} for number in ("83", "166"))
    assert "parts.numerator 83 → 166" in review_text(
        compared("a", baseline({"t": old}), baseline({"t": new}))
    )


def test_a_target_is_told_once_wherever_it_is_shown() -> None:
    """A table and an explanation of the same target are one difference."""
    old = Baseline({"x: p": {"t": SHARE}, "a: t explained": {"t": {"need.1": "1"}}}, {}, {})
    new = Baseline({"x: p": {"t": {**SHARE, "value": "1"}}, "a: t explained": {"t": {"need.1": "2"}}}, {}, {})
    assert [one.block for one in compared("a", old, new).moved] == ["x: p"]


def test_many_differences_fit_on_a_screen() -> None:
    """The first are told, the others counted; programs get all."""
    old = {f"t{number:03}": SHARE for number in range(100)}
    new = {name: {**SHARE, "value": "1"} for name in old}
    inputs = {f"data {number}": "b" * 64 for number in range(30)}
    review = compared("a", baseline(old), baseline(new, **inputs))
    lines = review_text(review).splitlines()
    assert len(lines) < 20
    assert "… and 88 more" in lines
    assert len(json.loads(review_json([review]))["reviews"][0]["moved"]) == 100


def test_verdicts_that_turned_come_first() -> None:
    """What a leader is asked about stands on top, whatever its name."""
    old = {"a": SHARE, "z": SHARE}
    new = {"a": {**SHARE, "value": "1"}, "z": {**SHARE, "verdict": "not_met"}}
    assert [one.id for one in compared("a", baseline(old), baseline(new)).moved] == ["z", "a"]


def test_a_lock_file_is_compared_only_where_both_had_one() -> None:
    """An installed package has none; that is no difference."""
    old, other = baseline({"t": SHARE}, lock="a" * 64), baseline({"t": SHARE}, lock="b" * 64)
    assert compared("a", old, baseline({"t": SHARE})).exit_code == 0
    assert compared("a", old, other).exit_code == 3


def test_a_whole_number_is_not_a_text() -> None:
    """1 and "1" and true are three things."""
    assert compared("a", baseline({"t": {"n": 1}}), baseline({"t": {"n": "1"}})).exit_code == 1
    assert compared("a", baseline({"t": {"n": 1}}), baseline({"t": {"n": True}})).exit_code == 1


def test_titles_and_empty_fields_are_not_compared() -> None:
    """They are the plan's words; its hash says when they change."""
    assert fields_of({"id": "a", "title_en": "A", "value": None, "reason_en": ""}) == {}


def test_the_text_of_cells_is_told_in_one_line_beside_targets() -> None:
    """What a cell prints follows the targets; alone, it is told line by line."""
    old = Baseline({"a: p": {"t": SHARE}, "b: shown": {"cell b": {"line 01": "1"}}}, {}, {})
    text = Baseline({**old.results, "b: shown": {"cell b": {"line 01": "2"}}}, {}, {})
    both = Baseline({**text.results, "a: p": {"t": {**SHARE, "value": "1"}}}, {}, {})
    assert review_text(compared("a", old, text)).splitlines()[0] == "cell b: line 01 1 → 2"
    lines = review_text(compared("a", old, both)).splitlines()
    assert lines[:2] == ["t: value 83 % → 100 %", "other text in cells b"]


# parameters ----------------------------------------------------------------------------------------


def notebook_with(*tags: str) -> nbformat.NotebookNode:
    """Return a notebook with a cell for each tag."""
    made = new_notebook()
    for tag in tags:
        cell = new_code_cell("year = 2024\nname = '07'", id=tag)
        cell.metadata["tags"] = [tag]
        made.cells.append(cell)
    return made


def test_parameters_keep_the_kind_they_have() -> None:
    """A text of digits stays a text; the cell's id is always the same."""
    made = notebook_with("first", "parameters", "last")
    given = with_parameters(made, {"year": "2025", "name": "08"}, "a.ipynb")
    assert given == {"year": 2025, "name": "08"}
    assert [cell["id"] for cell in made.cells] == ["first", "parameters", INJECTED, "last"]
    assert made.cells[2].source == "# Parameters\nyear = 2025\nname = '08'"


def test_parameters_replace_those_that_papermill_left() -> None:
    """Two such cells would contradict each other."""
    made = notebook_with("parameters", "injected-parameters", "last")
    with_parameters(made, {"year": "2025"}, "a.ipynb")
    assert [cell["id"] for cell in made.cells] == ["parameters", INJECTED, "last"]


def test_parameters_of_a_notebook_that_has_none_are_refused() -> None:
    """They would have been ignored."""
    with pytest.raises(DefinitionError, match="no parameters"):
        with_parameters(notebook_with("first"), {"year": "2025"}, "a.ipynb")


def test_a_notebook_that_is_not_there_is_named_with_near_names(tmp_path: Path) -> None:
    """And what is no notebook is refused in one sentence."""
    (tmp_path / "quickstart.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(EduTargetsError, match="did you mean quickstart"):
        read_notebook(tmp_path / "quickstrt.ipynb")
    with pytest.raises(EduTargetsError, match="is no notebook"):
        read_notebook(tmp_path / "quickstart.ipynb")


@pytest.mark.parametrize("more", [[], ["--accept"]])
def test_a_review_of_a_notebook_that_is_not_there_says_so_and_nothing_of_a_baseline(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever mistypes a name is not sent to accept what does not exist; exit code 2."""
    (tmp_path / "quickstart.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["review", "verify", str(tmp_path / "quickstrt.ipynb"), *more])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "there is no such notebook" in said
    assert "did you mean quickstart.ipynb?" in said
    assert "baseline" not in said


def test_cells_without_an_id_are_named_by_their_place(tmp_path: Path) -> None:
    """Made-up ids would be others each time, and every result gone and new."""
    made = notebook_with("parameters", "last")
    content = json.loads(nbformat.writes(made))
    for cell in content["cells"]:
        del cell["id"]
    for minor in (4, 5):
        content["nbformat_minor"] = minor
        (tmp_path / "a.ipynb").write_text(json.dumps(content), encoding="utf-8")
        assert [cell["id"] for cell in read_notebook(tmp_path / "a.ipynb").cells] == ["cell-1", "cell-2"]


# saved results -------------------------------------------------------------------------------------


def test_a_saved_result_is_recomputed_and_the_same(saved: Path) -> None:
    """From its data, through the gate; exit code 0."""
    assert review_result(saved, SAMPLE).exit_code == 0


def test_a_saved_result_that_was_changed_points_to_the_target(saved: Path) -> None:
    """One number in a file of a thousand lines."""
    content = json.loads(saved.read_text(encoding="utf-8"))
    one = next(one for one in content["targets"] if one["id"] == "preschool.public-share")
    one["value"] = "1/2"
    saved.write_text(json.dumps(content), encoding="utf-8")
    review = review_result(saved, SAMPLE)
    assert review.exit_code == 1
    assert [one.id for one in review.moved] == ["preschool.public-share"]
    assert "value 50 % → 59.37 %" in review_text(review)


def test_a_saved_result_of_another_plan_alone_ends_with_3(saved: Path) -> None:
    """The same numbers from other words are told as such."""
    content = json.loads(saved.read_text(encoding="utf-8"))
    content["provenance"]["plan"] = "0" * 64
    saved.write_text(json.dumps(content), encoding="utf-8")
    review = review_result(saved, SAMPLE)
    assert review.exit_code == 3
    assert "made from another plan" in review_text(review)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "edutargets/results/1", "targets": [1]}'])
def test_what_is_no_saved_result_ends_with_2(tmp_path: Path, text: str) -> None:
    """In one sentence, whatever it is."""
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    assert review_result(path, SAMPLE).exit_code == 2
    assert review_result(tmp_path / "none.json", SAMPLE).exit_code == 2


def test_data_that_the_gate_rejects_cannot_be_compared(saved: Path, tmp_path: Path) -> None:
    """No number comes past the gate; exit code 2."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "students.csv").write_text("year\n2024\n", encoding="utf-8")
    assert review_result(saved, str(tmp_path / "data")).exit_code == 2


def test_verify_ends_with_the_code_of_the_review(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a script asks; JSON for programs."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", str(saved), SAMPLE, "--format", "json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["reviews"][0]["exit_code"] == 0
    saved.write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", str(saved), SAMPLE])
    assert ended.value.code == 2
    assert "is no saved result" in capsys.readouterr().err


def test_a_parameter_without_a_value_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is run."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["review", "verify", "a.ipynb", "-p", "year"])
    assert ended.value.code == 2
    assert "NAME=VALUE" in capsys.readouterr().err


# packed reviews ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "a/../../evil", "C:/evil", "a\\..\\evil", "a//b", "./a"]
)
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written at all."""
    path = packed(tmp_path / "r.zip", {"notebook/a.ipynb": "{}", name: "x"})
    (tmp_path / "in").mkdir()
    with pytest.raises(EduTargetsError, match="leave the folder"):
        unpack_review(path, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    """It would point anywhere."""
    path = tmp_path / "r.zip"
    with zipfile.ZipFile(path, "w") as made:
        entry = zipfile.ZipInfo("notebook/link")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        made.writestr(entry, "/etc")
    assert review_zip(path).exit_code == 2


@pytest.mark.parametrize(
    "files",
    [
        {"notebook/a.ipynb": "other"},
        {"notebook/a.ipynb": "{}", "notebook/more.py": "x"},
        {"notebook/b.ipynb": "{}"},
    ],
)
def test_what_is_not_what_was_packed_is_refused(tmp_path: Path, files: Mapping[str, str]) -> None:
    """A file changed, one more, one less: the list of the files says so."""
    empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    manifest = {
        "schema": "edutargets/packed-review/1",
        "notebook": "notebook/a.ipynb",
        "files": {"notebook/a.ipynb": empty},
    }
    review = review_zip(packed(tmp_path / "r.zip", files, manifest))
    assert review.exit_code == 2


def test_what_is_no_packed_review_is_refused(tmp_path: Path) -> None:
    """A zip of something else, no zip, no file: one sentence each."""
    other = packed(tmp_path / "other.zip", {"a.txt": "x"})
    (tmp_path / "none.zip").write_text("x", encoding="utf-8")
    for path in (other, tmp_path / "none.zip", tmp_path / "missing.zip"):
        assert review_zip(path).exit_code == 2


def test_a_failed_review_outweighs_everything() -> None:
    """What could not be run is never the same."""
    assert Review("a", failed="why").exit_code == 2
