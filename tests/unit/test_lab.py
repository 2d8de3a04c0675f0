"""The lab: a working folder that loses nothing, JupyterLab without pop-ups, in one command."""

from pathlib import Path

import pytest
from pytest import MonkeyPatch  # noqa: PT013  # a type

from edutargets import cli, lab_commands
from edutargets.lab_folders import fill_folder
from edutargets.written_files import OutputError


def test_a_working_folder_begins_with_notebooks_and_samples(tmp_path: Path) -> None:
    """An analyst finds something to run and something to run it on, and nothing of ours beside it."""
    filled = fill_folder(tmp_path / "mine")
    assert filled.kept == ()
    assert (tmp_path / "mine" / "01_quickstart.ipynb").is_file()
    assert (
        tmp_path / "mine" / "sample_data" / "jieyang-district-2023" / "complete" / "staff.parquet"
    ).is_file()
    assert not [name for name in filled.copied if name.endswith(".py") or "/." in name or "__" in name]


def test_nothing_that_is_there_is_overwritten_and_what_was_kept_is_named(tmp_path: Path) -> None:
    """A year's work under the name of a shipped notebook is still there after the second start."""
    first = fill_folder(tmp_path)
    mine = tmp_path / "01_quickstart.ipynb"
    mine.write_text("a year's work", encoding="utf-8")
    second = fill_folder(tmp_path)
    assert mine.read_text(encoding="utf-8") == "a year's work"
    assert (second.copied, second.kept) == ((), ("01_quickstart.ipynb",))
    assert second.unchanged == len(first.copied) - 1


def test_what_was_deleted_comes_back_and_a_link_is_not_followed(tmp_path: Path) -> None:
    """Only what is missing is copied; a link that leads elsewhere is not written through."""
    fill_folder(tmp_path / "mine")
    outside = tmp_path / "outside.ipynb"
    (tmp_path / "mine" / "01_quickstart.ipynb").unlink()
    (tmp_path / "mine" / "02_district_review.ipynb").unlink()
    (tmp_path / "mine" / "01_quickstart.ipynb").symlink_to(outside)
    again = fill_folder(tmp_path / "mine")
    assert again.copied == ("02_district_review.ipynb",)
    assert again.kept == ("01_quickstart.ipynb",)
    assert not outside.exists()


def test_a_file_where_a_folder_belongs_is_an_error_that_names_it(tmp_path: Path) -> None:
    """Neither is it replaced, nor does anybody read a traceback."""
    (tmp_path / "sample_data").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="sample_data") as error:
        fill_folder(tmp_path)
    assert error.value.faults[0].code == "is-a-file"
    assert (tmp_path / "sample_data").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("given", "folder", "passed"),
    [
        ([], "edutargets-lab", ()),
        (["mine"], "mine", ()),
        (["mine", "--port=1"], "mine", ("--port=1",)),
        (["--port", "1"], "edutargets-lab", ("--port", "1")),
        (
            ["mine", "--LabApp.default_url=/lab/tree/a.ipynb"],
            "mine",
            ("--LabApp.default_url=/lab/tree/a.ipynb",),
        ),
    ],
)
def test_the_folder_comes_first_and_the_rest_is_passed_on(
    given: list[str], folder: str, passed: tuple[str, ...]
) -> None:
    """The value of an option of JupyterLab is never taken for the folder."""
    assert lab_commands.where_and_options(given) == (Path(folder), passed)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "kept, because yours differs"), ("zh", "保留您改动过的文件")]
)
def test_the_command_says_what_was_kept_and_hands_over_to_jupyterlab(
    lang: str,
    said: str,
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """JupyterLab gets the folder, no browser where none is wanted, and what was passed on."""
    started: list[list[str]] = []
    monkeypatch.setattr(lab_commands, "_open", started.append)
    (tmp_path / "01_quickstart.ipynb").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        cli.main(["lab", "--no-browser", "--lang", lang, str(tmp_path), "--port", "8899", "--expose"])
    assert end.value.code == 0
    assert f"--ServerApp.root_dir={tmp_path.resolve()}" in started[0]
    assert "--no-browser" in started[0]
    assert started[0][-3:] == ["--port", "8899", "--expose"]
    assert said in capsys.readouterr().err


def test_without_jupyterlab_the_command_says_how_to_get_it_and_copies_nothing(
    tmp_path: Path, monkeypatch: MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an extra: no number needs it."""
    monkeypatch.setattr(lab_commands, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as end:
        cli.main(["lab", str(tmp_path / "mine")])
    told = capsys.readouterr().err
    assert end.value.code == 2
    assert "JupyterLab is not installed" in told
    assert "pip install 'edutargets[notebooks]'" in told
    assert not (tmp_path / "mine").exists()
