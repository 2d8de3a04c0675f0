"""The results of an earlier evaluation, and what has turned since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.errors import Fault, SubmissionError
from edutargets.goals import Verdict
from edutargets.result_rows import SCHEMA, exact_text
from edutargets.targets import Alias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edutargets.attainment import PlanAttainment

__all__ = ["Earlier", "PreviousResults", "Turn", "Turns", "read_previous", "turns_since"]

_EXAMPLE = "edutargets evaluate PACK DATA --format json -o results.json"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of a target last time.

    Args:
        verdict: The verdict.
        value: The exact value, as it is written in the file; ``None`` where there was none.
        title_en: What it was called.
        title_zh: The same in Chinese.
    """

    verdict: Verdict
    value: str | None
    title_en: str
    title_zh: str


@dataclass(frozen=True, slots=True)
class PreviousResults:
    """The results of an earlier evaluation.

    Args:
        pack: The pack's name.
        plan: The hash of the plan and its tables.
        targets: By the target's name.
    """

    pack: str
    plan: str
    targets: Mapping[str, Earlier]


@dataclass(frozen=True, slots=True)
class Turn:
    """A target whose verdict is another than last time.

    Args:
        id: The target.
        before: What was said of it.
        now: What is said of it.
    """

    id: str
    before: Verdict
    now: Verdict


@dataclass(frozen=True, slots=True)
class Turns:
    """What has changed since last time; what the plan says a second time is left out.

    Args:
        turned: The targets with another verdict, in the order of the plan.
        moved: How many kept their verdict while their value moved.
        new: The targets that were not there last time.
        gone: The targets that are no longer there.
        same_plan: Whether the plan and its tables are the same.
    """

    turned: tuple[Turn, ...]
    moved: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    same_plan: bool

    def met(self) -> tuple[Turn, ...]:
        """The targets that are met now and were not."""
        return tuple(one for one in self.turned if one.now is Verdict.MET)

    def lost(self) -> tuple[Turn, ...]:
        """The targets that were met and are not any more."""
        return tuple(one for one in self.turned if one.before is Verdict.MET)

    def other(self) -> tuple[Turn, ...]:
        """The targets that turned from one verdict to another, neither of them `met`."""
        return tuple(one for one in self.turned if Verdict.MET not in {one.before, one.now})


def read_previous(path: Path, pack: str) -> PreviousResults:
    """Read the results of an earlier evaluation.

    Args:
        path: What `edutargets evaluate --format json`, or a report, has written.
        pack: The pack they must be of.

    Raises:
        SubmissionError: If it is no such file, or one of another pack.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        schema = content["schema"]
        read = PreviousResults(
            str(content["pack"]),
            str(content["provenance"]["plan"]),
            {str(one["id"]): _earlier(one) for one in content["targets"]},
        )
    except OSError as error:
        raise _wrong(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _wrong(path, "holds no results of an evaluation") from error
    if schema != SCHEMA:
        raise _wrong(path, f"is of the form {schema!r}")
    if read.pack != pack:
        raise _wrong(path, f"holds the results of the pack {read.pack!r}, not of {pack!r}")
    return read


def _earlier(record: Mapping[str, object]) -> Earlier:
    value = record["value"]
    return Earlier(
        Verdict(str(record["verdict"])),
        None if value is None else str(value),
        str(record["title_en"]),
        str(record["title_zh"]),
    )


def _wrong(path: Path, found: str) -> SubmissionError:
    return SubmissionError(
        Fault(str(path), found, f"a file of the form {SCHEMA!r}", _EXAMPLE, "previous-results")
    )


def turns_since(previous: PreviousResults, results: PlanAttainment) -> Turns:
    """Say what has changed since an earlier evaluation."""
    own = {name: one for name, one in results.items() if not isinstance(one.target, Alias)}
    turned, moved = [], 0
    for name, attainment in own.items():
        earlier = previous.targets.get(name)
        if earlier is None:
            continue
        if earlier.verdict is not attainment.verdict:
            turned.append(Turn(name, earlier.verdict, attainment.verdict))
        elif earlier.value != exact_text(attainment.value):
            moved += 1
    return Turns(
        tuple(turned),
        moved,
        tuple(name for name in results if name not in previous.targets),
        tuple(name for name in previous.targets if name not in results),
        previous.plan == results.provenance.plan,
    )
