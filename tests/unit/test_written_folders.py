"""Folders of results: there whole or not at all, and nobody's work is ever written over."""

import json
from pathlib import Path

import pytest

from edutargets.written_files import OutputError
from edutargets.written_folders import FolderKind, check_folder, written_folder

KIND = FolderKind("pages", "holds files that are no pages", "holds pages of an earlier run")


def write(out: Path, text: str = "one", *, overwrite: bool = False) -> Path:
    """Write a folder with a folder in it."""
    with written_folder(out, KIND, overwrite=overwrite) as partial:
        (partial / "index.html").write_text(text, encoding="utf-8")
        (partial / "deep" / "er").mkdir(parents=True)
        (partial / "deep" / "er" / "page.html").write_text(text, encoding="utf-8")
    return out


def test_the_list_names_every_file_however_deep_it_lies(tmp_path: Path) -> None:
    """What was written can be told from what came later, in every folder below."""
    out = write(tmp_path / "out")
    listed = json.loads((out / ".pages.json").read_text(encoding="utf-8"))
    assert list(listed["pages"]) == ["deep/er/page.html", "index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_nobody_touched_is_replaced_on_request_only(tmp_path: Path) -> None:
    """The new files stand there, all of them, and none of the old."""
    out = write(tmp_path / "out")
    with pytest.raises(OutputError, match="earlier run"):
        write(out, "two")
    write(out, "two", overwrite=True)
    assert (out / "deep" / "er" / "page.html").read_text(encoding="utf-8") == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["mine.txt", "deep/mine.txt", "mine/thesis.txt", "deep/er/page.html"])
def test_a_file_of_somebody_elses_is_named_and_stays(name: str, tmp_path: Path) -> None:
    """A note beside the pages, below them, in a folder of its own, or in a page itself: nothing is lost."""
    out = write(tmp_path / "out")
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("years of work", encoding="utf-8")
    named = "mine" if name.startswith("mine/") else name
    with pytest.raises(OutputError, match=rf"are no pages: {named}\n"):
        check_folder(out, KIND, overwrite=True)
    with pytest.raises(OutputError):
        write(out, "two", overwrite=True)
    assert (out / name).read_text(encoding="utf-8") == "years of work"


def test_an_empty_folder_that_somebody_made_counts_as_theirs(tmp_path: Path) -> None:
    """And so does a link that leads elsewhere."""
    out = write(tmp_path / "out")
    (out / "mine").mkdir()
    (out / "link").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="no pages: link, mine"):
        write(out, "two", overwrite=True)


def test_a_folder_in_which_nothing_was_written_is_an_earlier_run_too(tmp_path: Path) -> None:
    """No slip for anybody is a result; the next run may replace it."""
    out = tmp_path / "out"
    with written_folder(out, KIND):
        pass
    write(out, overwrite=True)
    assert (out / "index.html").is_file()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stood_there_comes_back_when_the_new_cannot_be_put_there(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens between taking the old away and putting the new: one of both is there."""
    out = write(tmp_path / "out")
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.name == KIND.name:
            raise error
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write(out, "two", overwrite=True)
    assert (out / "index.html").read_text(encoding="utf-8") == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
