"""A store at any moment: a crash, a full disk or several writers leave it as before or as after."""

import errno
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from edutargets import submission_store
from edutargets.submission_store import Draft, StoreError, SubmissionStore

resource = pytest.importorskip("resource", reason="limits and kills are those of a Unix")
WHEN = datetime(2026, 1, 14, 1, 2, 3, tzinfo=UTC)
ROUND = "2025"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def draft(number: int) -> Draft:
    """Return a submission whose contents follow from its number: some files, one of them large."""
    files: dict[str, bytes | Path] = {
        f"received/{name}.csv": f"{name},{number}\n".encode() * size
        for name, size in (("在校生情况", 40_000), ("staff", 900), ("../../etc/passwd", 1), ("CON", 10))
    }
    return Draft(
        kind="submission",
        received=WHEN,
        sender=f"JY{number % 7}",
        identity=f"{number}",
        facts={"number": number},
        files={**files, "report.json": b"{}" * number, "empty": b""},
    )


def state(store: SubmissionStore) -> list[str]:
    """Return what a reader sees, every hash held against its file."""
    assert store.verify(ROUND) == ()
    return [entry.sha256 for entry in SubmissionStore(store.folder).entries(ROUND)]


@pytest.fixture
def store(tmp_path: Path) -> SubmissionStore:
    """Return a store with one round and one submission in it."""
    made = SubmissionStore.made(tmp_path / "store")
    made.add(ROUND, Draft(kind="round", received=WHEN, files={"roster.csv": b"school_id\nJY1\n"}))
    made.add(ROUND, draft(1))
    return made


# the process is killed -----------------------------------------------------------------------------------


@contextmanager
def child(work: Callable[[], None]) -> Iterator[int]:
    """Fork a process that works until it is killed; nothing has to be imported again."""
    ready, tell = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child starts no thread and takes no lock
        process = os.fork()
    if process == 0:
        _work(work, tell)
    os.read(ready, 1)
    try:
        yield process
    finally:
        os.close(ready)
        os.close(tell)


def _work(work: Callable[[], None], tell: int) -> NoReturn:
    try:
        os.write(tell, b"x")
        work()
    finally:
        os._exit(0)


def killed_while_writing(store: SubmissionStore, first: int, seconds: float) -> None:
    """Let a process submit one thing after another, and kill it after a while."""

    def submit_all() -> None:
        for number in range(first, first + 1000):
            store.add(ROUND, draft(number))

    with child(submit_all) as process:
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def hold_after_kills(store: SubmissionStore, kills: int) -> tuple[int, int]:
    """Kill so often; after each kill the store must read as before or as after, and take the next one.

    Returns:
        How many kills fell into a write (it left something behind), and how many entries there are.
    """
    chance = random.Random(4)
    before = state(store)
    number, caught = 2, 0
    for _ in range(kills):
        killed_while_writing(store, number, chance.uniform(0, 0.012))
        caught += any((store.folder / "tmp").iterdir())
        entries = store.entries(ROUND)
        assert [entry.sha256 for entry in entries[: len(before)]] == before
        for entry in entries[len(before) :]:
            assert entry.manifest.facts == {"number": number}
            for name, content in draft(number).files.items():
                assert entry.read(name) == content
            number += 1
        kept = store.add(ROUND, draft(number))
        assert kept.is_new
        assert kept.entry.number == len(entries) + 1
        assert not any((store.folder / "tmp").iterdir())
        number += 1
        before = [entry.sha256 for entry in store.entries(ROUND)]
        if len(before) > 60:  # a round of a usual size: the chain is read at each step
            shutil.rmtree(store.folder / "rounds")
            (store.folder / "rounds").mkdir()
            store.add(ROUND, Draft(kind="round", received=WHEN))
            before = state(store)
    assert state(store) == before
    return caught, len(before)


@needs_fork
def test_a_kill_at_any_moment_leaves_the_store_as_before_or_as_after(store: SubmissionStore) -> None:
    """SIGKILL at random moments of a submission; the next submission works and sweeps what was left."""
    caught, _ = hold_after_kills(store, 40)
    assert caught > 10  # the kills did fall into writes


@needs_fork
@pytest.mark.slow
def test_three_hundred_kills_leave_the_store_whole(store: SubmissionStore) -> None:
    """The same, three hundred times."""
    caught, _ = hold_after_kills(store, 300)
    assert caught > 100


STEPS = ("mkdir", "open", "fsync", "rename", "replace", "close")


def kill_at_step(step: int) -> None:
    """Have this process killed right before the so-maniest call that changes something on the disk."""
    count = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal count
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return real(*arguments, **named)

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    submission_store._write = counted(submission_store._write)


@needs_fork
def test_a_kill_before_each_single_step_leaves_the_store_as_before_or_as_after(
    store: SubmissionStore,
) -> None:
    """Every step of a write is tried once: before the renaming nothing is there, afterwards everything."""
    seen = set()
    for step in range(1000):
        before = state(store)
        number = 100 + step

        def die(step: int = step, number: int = number) -> None:
            kill_at_step(step)
            store.add(ROUND, draft(number))

        with child(die) as process:
            _, status = os.waitpid(process, 0)
        after = state(store)
        assert after[: len(before)] == before
        assert len(after) - len(before) in {0, 1}
        seen.add(len(after) - len(before))
        if not os.WIFSIGNALED(status):
            break
    else:
        pytest.fail("the write never came to its end")
    assert seen == {0, 1}
    assert step > 20
    assert store.add(ROUND, draft(5000)).is_new
    assert not any((store.folder / "tmp").iterdir())


@needs_fork
def test_a_kill_while_a_store_is_made_leaves_a_folder_that_can_become_one(tmp_path: Path) -> None:
    """Either there is a store or there is none; the second attempt always succeeds."""
    for step in range(1000):
        folder = tmp_path / f"store-{step}"

        def die(step: int = step, folder: Path = folder) -> None:
            kill_at_step(step)
            SubmissionStore.made(folder).add(ROUND, Draft(kind="round", received=WHEN))

        with child(die) as process:
            _, status = os.waitpid(process, 0)
        made = SubmissionStore.made(folder)
        assert made.rounds in {(), (ROUND,)}
        if not made.rounds:
            made.add(ROUND, Draft(kind="round", received=WHEN))
        assert len(state(made)) == 1
        if not os.WIFSIGNALED(status):
            break
    assert step > 10


# the disk is full ----------------------------------------------------------------------------------------


def refused_for_want_of_room(store: SubmissionStore) -> None:
    """Hold the law: an error in words, the store as before, and the next submission works."""
    before = state(store)
    with pytest.raises(StoreError) as refused:
        store.add(ROUND, draft(2))
    assert refused.value.faults[0].code == "not-written"
    assert "as it was before" in str(refused.value)
    assert state(store) == before
    assert not any((store.folder / "tmp").iterdir())


def test_a_file_that_may_not_grow_leaves_the_store_as_before(store: SubmissionStore) -> None:
    """The system refuses in the middle of a large file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        refused_for_want_of_room(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert store.add(ROUND, draft(2)).is_new


@pytest.mark.parametrize("name", ["mkdir", "fsync", "rename"])
def test_a_disk_that_is_full_at_any_step_leaves_the_store_as_before(
    store: SubmissionStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """No room for a folder, for the data, or for the name."""

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, name, full)
        refused_for_want_of_room(store)
    assert store.add(ROUND, draft(2)).is_new


def stored_until_full(store: SubmissionStore) -> int:
    """Store until there is no room, and return how often that went well."""
    for number in range(100):
        try:
            store.add(ROUND, draft(number))
        except StoreError as error:
            assert "No space left" in str(error)  # noqa: PT017  # how often it went well is asked too
            return number
    pytest.fail("the disk never ran full")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_small_disk_that_runs_full_keeps_all_that_was_stored(tmp_path: Path) -> None:
    """A real file system without room: what was acknowledged stays, what was not is not there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test mount a disk")
    try:
        store = SubmissionStore.made(disk / "store")
        store.add(ROUND, Draft(kind="round", received=WHEN))
        kept = 1 + stored_until_full(store)
        assert kept > 2
        assert len(state(store)) == kept
        assert not any((store.folder / "tmp").iterdir())
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S607  # as `mount`


# several writers -----------------------------------------------------------------------------------------


def submit_some(folder: str, first: int, lock_works: bool) -> None:  # noqa: FBT001  # an argument of a process
    """Submit eight things, also where the file system knows no locks."""
    if not lock_works:
        submission_store._take = lambda _: None
        submission_store._sweep = lambda _: None
    store = SubmissionStore(folder)
    for number in range(first, first + 8):
        store.add(ROUND, draft(number))


@needs_fork
@pytest.mark.parametrize("lock_works", [True, False])
def test_several_writers_at_once_get_a_number_each(store: SubmissionStore, *, lock_works: bool) -> None:
    """Numbers run without a gap and no submission is lost, even where locks do nothing (network disks)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = multiprocessing.get_context("fork")
        writers = [
            context.Process(target=submit_some, args=(str(store.folder), 100 * at, lock_works))
            for at in range(1, 5)
        ]
        for writer in writers:
            writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    entries = store.entries(ROUND)
    assert [entry.number for entry in entries] == list(range(1, 35))
    assert sorted(int(str(entry.manifest.facts["number"])) for entry in entries[1:]) == sorted(
        [1, *(100 * at + number for at in range(1, 5) for number in range(8))]
    )
    assert len(state(store)) == 34
