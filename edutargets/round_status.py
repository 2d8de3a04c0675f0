"""Where a round stands: who has submitted, who was returned and why, who is late."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from edutargets.round_facts import UNREADABLE, Reason, Tally

if TYPE_CHECKING:
    from datetime import date

    from edutargets.round_facts import RoundFacts, School, SubmissionFacts
    from edutargets.rounds import Round
    from edutargets.stored_entries import Entry

    _History = list[tuple[Entry, SubmissionFacts]]

__all__ = ["RoundStatus", "SchoolStatus", "State", "status_of"]


class State(StrEnum):
    """What a bureau does about a school: nothing, wait, ask, or send back."""

    NOT_SUBMITTED = "not_submitted"
    RETURNED = "returned"
    EXPLANATIONS_NEEDED = "explanations_needed"
    UNDECIDED = "could_not_run"
    ADMITTED = "admitted"


@dataclass(frozen=True, slots=True)
class SchoolStatus:
    """Where one school stands.

    Args:
        school: Who it is.
        state: What counts: once something was admitted, that does until something newer is.
        number: The entry that counts, or else the latest; none where nothing came.
        received: When that came, on the schools' clock.
        tally: What was found in it.
        submissions: How often it submitted.
        newer: The number of a later submission that was not admitted, while an earlier one counts.
        days_late: Days after the last day in time: of the first admitted submission, or until today.
        in_district: Whether it came with a submission of the whole district.
    """

    school: School
    state: State
    number: int | None = None
    received: datetime | None = None
    tally: Tally = field(default_factory=Tally)
    submissions: int = 0
    newer: int | None = None
    days_late: int = 0
    in_district: bool = False

    @property
    def is_admitted(self) -> bool:
        """Whether something of it counts."""
        return self.state is State.ADMITTED

    @property
    def earlier(self) -> int:
        """How many submissions came before the one that counts or was last."""
        return max(0, self.submissions - 1)


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """Where a round stands on one day.

    Args:
        name: The round.
        facts: Its pack, its roster, its last day in time.
        today: The day.
        schools: Every school of the roster, in its order.
        at_large: What the latest submission of the whole district was told that is no one school's.
        others: Who is spoken for by an admitted submission and is not among those who must report.
    """

    name: str
    facts: RoundFacts
    today: date
    schools: tuple[SchoolStatus, ...] = field(repr=False)
    at_large: Tally = field(default_factory=Tally)
    others: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What a program ends with: 0 everyone is admitted, 1 somebody is not."""
        return 0 if all(school.is_admitted for school in self.schools) else 1

    def count(self, state: State) -> int:
        """Return how many schools stand so."""
        return sum(school.state is state for school in self.schools)

    @property
    def overdue(self) -> tuple[SchoolStatus, ...]:
        """Who is not admitted though the last day has passed."""
        return tuple(one for one in self.schools if one.days_late and not one.is_admitted)


def status_of(found: Round, today: date | None = None) -> RoundStatus:
    """Say where a round stands.

    Args:
        found: The round.
        today: The day to say it for; this day, on the schools' clock, if not said.
    """
    today = today or found.local(datetime.now(UTC)).date()
    counting = found.counting()
    histories = _histories(found)
    schools = tuple(
        _school(found, school, histories.get(school.id, []), counting.get(school.id), today)
        for school in found.facts.schools
    )
    district = [facts for entry, facts in found.submissions if not entry.manifest.sender]
    known = {school.id for school in found.facts.schools}
    return RoundStatus(
        found.name,
        found.facts,
        today,
        schools,
        district[-1].at_large if district else Tally(),
        tuple(sorted(set(counting) - known)),
    )


def _histories(found: Round) -> dict[str, _History]:
    """Return what came for each school, in order."""
    histories: dict[str, _History] = {}
    for entry, facts in found.submissions:
        sender = entry.manifest.sender
        for school in {*facts.schools, *([sender] if sender else [])}:
            histories.setdefault(school, []).append((entry, facts))
    return histories


def _school(
    found: Round, school: School, history: _History, counts: Entry | None, today: date
) -> SchoolStatus:
    if not history:
        return SchoolStatus(school, State.NOT_SUBMITTED, days_late=_late(found, today))
    last, last_facts = history[-1]
    shown, facts = (
        next(pair for pair in history if pair[0] is counts) if counts is not None else (last, last_facts)
    )
    state, tally = (
        (State.ADMITTED if counts is not None else _state(facts)),
        facts.schools.get(school.id, Tally()),
    )
    sent_back = [(entry, why) for entry, why in found.returns if entry.manifest.sender in {school.id, ""}]
    if counts is None and sent_back and sent_back[-1][0].number > last.number:
        why = sent_back[-1][1].reason
        state, tally = State.RETURNED, Tally(critical=1, reasons=(Reason(code="sent-back", zh=why, en=why),))
    after = sent_back[-1][0].number if sent_back else 0
    in_time = next((entry for entry, one in history if one.opens and entry.number > after), None)
    day = (
        found.local(in_time.manifest.received).date() if counts is not None and in_time is not None else today
    )
    return SchoolStatus(
        school,
        state,
        shown.number,
        found.local(shown.manifest.received),
        tally,
        len([entry for entry, _ in history if entry.number <= shown.number]),
        last.number if last is not shown else None,
        _late(found, day),
        not shown.manifest.sender,
    )


def _state(facts: SubmissionFacts) -> State:
    """Say what the gate's decision means for a school none of whose submissions counts."""
    return {
        "rejected": State.RETURNED,
        UNREADABLE: State.RETURNED,
        "needs_explanation": State.EXPLANATIONS_NEEDED,
        "could_not_run": State.UNDECIDED,
    }.get(facts.decision, State.RETURNED)


def _late(found: Round, day: date) -> int:
    due = found.facts.due
    return max(0, (day - due).days) if due is not None else 0
