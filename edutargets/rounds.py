"""A reporting round: opened with a roster, filled by submission after submission; the latest admitted counts.

Everything that is handed in is kept as it was received, whatever the gate said of it. What a school sends
replaces all it had sent before, once it is admitted; until then the earlier one counts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from edutargets.errors import Fault, SubmissionError, near_names
from edutargets.handed_in import files_below, hashes_of, staged
from edutargets.plans import pack_folder, pack_names
from edutargets.provenance import hash_of_folder
from edutargets.round_facts import UNREADABLE, Reason, ReturnFacts, RoundFacts, SubmissionFacts
from edutargets.round_gating import gate_bureau, gate_district, gate_school, schools_of
from edutargets.round_tallies import tallies
from edutargets.stored_entries import StoreError
from edutargets.stored_tables import packed, unpacked
from edutargets.submission_store import Draft, SubmissionStore, round_name
from edutargets.submissions import read_submission

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from edutargets.gate import GateReport
    from edutargets.plans import Pack
    from edutargets.round_facts import School
    from edutargets.stored_entries import Entry
    from edutargets.submissions import TableRows

__all__ = ["Receipt", "Round", "open_round", "read_round"]

RECEIVED, TABLES = "received/", "tables/"
REPORT, EXPLANATIONS = "report.json", "explanations.json"
_UNREADABLE_CODE = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of something that was handed in.

    Args:
        entry: The entry of the store; its ``sha256`` proves what was handed in.
        facts: The decision and what was found of each school.
        is_new: Whether it was stored; the same thing again is not.
        report: What the gate said; none where nothing was gated again or nothing could be read.
        faults: Why it could not be read.
    """

    entry: Entry
    facts: SubmissionFacts
    is_new: bool
    report: GateReport | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Round:
    """One reporting round of a store, as it is now.

    Args:
        store: Where it is kept.
        name: Its name.
        entries: All that came, in order.
    """

    store: SubmissionStore = field(repr=False)
    name: str
    entries: tuple[Entry, ...] = field(repr=False)

    @cached_property
    def opening(self) -> Entry:
        """The entry with the bureau's tables that hold now."""
        return next(entry for entry in reversed(self.entries) if entry.manifest.kind == "round")

    @cached_property
    def facts(self) -> RoundFacts:
        """Who must report, until when."""
        return RoundFacts.model_validate(self.opening.manifest.facts)

    @cached_property
    def submissions(self) -> tuple[tuple[Entry, SubmissionFacts], ...]:
        """All that was handed in, in order."""
        return tuple(
            (entry, SubmissionFacts.model_validate(entry.manifest.facts))
            for entry in self.entries
            if entry.manifest.kind == "submission"
        )

    @cached_property
    def returns(self) -> tuple[tuple[Entry, ReturnFacts], ...]:
        """What was sent back by hand, in order."""
        return tuple(
            (entry, ReturnFacts.model_validate(entry.manifest.facts))
            for entry in self.entries
            if entry.manifest.kind == "return"
        )

    def counting(self) -> Mapping[str, Entry]:
        """Return for each school the submission that counts: the latest admitted that speaks for it."""
        facts = {entry.number: said for entry, said in self.submissions}
        counts: dict[str, Entry] = {}
        for entry in self.entries:
            sender = entry.manifest.sender
            if entry.manifest.kind == "return":
                for school in [sender] if sender else list(counts):
                    counts.pop(school, None)
            elif entry.number in facts and facts[entry.number].opens:
                counts |= dict.fromkeys(facts[entry.number].schools, entry)
        return counts

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the clock of those who report."""
        return moment.astimezone(timezone(timedelta(minutes=self.facts.utc_offset)))

    def school(self, code: str) -> School:
        """Return who is on the roster under a code.

        Raises:
            StoreError: If nobody is; near codes are given.
        """
        known = {school.id: school for school in self.facts.schools}
        if code not in known:
            found = f"{code!r} is not on the roster of round {self.name}"
            raise StoreError(Fault("--from", found, near_names(code, known), code="unknown-school"))
        return known[code]

    def bureau(self, pack: Pack) -> Mapping[str, TableRows]:
        """Return the bureau's own tables."""
        names = [name.removeprefix(TABLES) for name in self.opening.names(TABLES)]
        return {name: unpacked(self.opening.read(TABLES + name), name, pack.dictionary) for name in names}

    def submit(
        self,
        pack: Pack,
        data: str | Path,
        sender: str = "",
        *,
        by: str = "",
        received: datetime | None = None,
    ) -> Receipt:
        """Gate what a school handed in and keep it, whatever the decision.

        Args:
            pack: The pack whose rules hold; that of the round.
            data: The folder or the file handed in, or a sample as ``sample:<name>``.
            sender: The school's code; empty for one submission of the whole district.
            by: Who brought it.
            received: When; now, if nothing else is said.

        Raises:
            StoreError: If the sender is not on the roster, the pack another one, or nothing can be written.
        """
        school = self.school(sender) if sender else None
        self.check_pack(pack)
        with staged(data) as folder:
            rules = _rules(pack)
            identity = _hash([hashes_of(folder), self.opening.number, rules])
            if (same := self._latest(sender, identity)) is not None:
                return Receipt(same, SubmissionFacts.model_validate(same.manifest.facts), is_new=False)
            report, faults = self._gated(pack, folder, school)
            facts = self._facts(report, faults, school).model_copy(update={"by": by, "rules": rules})
            draft = Draft(
                kind="submission",
                received=received or datetime.now(UTC),
                sender=sender,
                identity=identity,
                facts=facts.model_dump(mode="json"),
                files=_received(folder) | _made(report, facts, faults),
            )
            kept = self.store.add(self.name, draft)
            return Receipt(kept.entry, facts, kept.is_new, report, faults)

    def send_back(self, sender: str, reason: str, *, by: str = "", received: datetime | None = None) -> Entry:
        """Send back by hand what a school has in the round: nothing of it counts until it submits again.

        Args:
            sender: The school's code; empty for the whole district.
            reason: Why, in words the school will understand.
            by: Who sends it back.
            received: When; now, if nothing else is said.

        Raises:
            StoreError: If nothing of that school counts, or no reason is given.
        """
        if sender:
            self.school(sender)
        counts = self.counting()
        if not reason.strip() or (sender not in counts if sender else not counts):
            found = "no reason is given" if not reason.strip() else "nothing of it counts in this round"
            raise StoreError(
                Fault(sender or "the district", found, "a school that was admitted, and a sentence")
            )
        facts = ReturnFacts(reason=reason.strip(), by=by)
        draft = Draft(
            kind="return",
            received=received or datetime.now(UTC),
            sender=sender,
            facts=facts.model_dump(mode="json"),
        )
        return self.store.add(self.name, draft).entry

    def check_pack(self, pack: Pack) -> None:
        """Refuse a pack that is not the round's.

        Raises:
            StoreError: If it is another one.
        """
        if pack.id != self.facts.pack:
            found = f"round {self.name} is one of the pack {self.facts.pack!r}"
            raise StoreError(Fault(pack.id, found, self.facts.pack, code="other-pack"))

    def _latest(self, sender: str, identity: str) -> Entry | None:
        """Return the sender's latest entry if it is the very same thing."""
        mine = [
            entry
            for entry in self.entries
            if entry.manifest.sender == sender and entry.manifest.kind != "round"
        ]
        return mine[-1] if mine and mine[-1].manifest.identity == identity else None

    def _gated(
        self, pack: Pack, folder: Path, school: School | None
    ) -> tuple[GateReport | None, tuple[Fault, ...]]:
        try:
            submission = read_submission(folder, pack.dictionary)
            if school is None:
                return gate_district(pack, submission, self.bureau(pack)), ()
            return gate_school(pack, submission, self.bureau(pack), school), ()
        except SubmissionError as error:
            here = f"{folder.as_posix()}"
            return None, tuple(
                Fault(
                    fault.where.replace(here, "").lstrip("/"),
                    fault.found,
                    fault.accepted,
                    fault.example,
                    fault.code,
                )
                for fault in error.faults
            )

    def _facts(
        self, report: GateReport | None, faults: tuple[Fault, ...], school: School | None
    ) -> SubmissionFacts:
        own = [school.id] if school else []
        number = self.opening.number
        if report is None:
            reasons = [
                Reason(code=fault.code, place=fault.where, zh=fault.found, en=fault.found) for fault in faults
            ]
            schools, at_large = tallies([], reasons, own, {})
            return SubmissionFacts(
                decision=UNREADABLE,
                exit_code=_UNREADABLE_CODE,
                opens=False,
                bureau=number,
                schools=schools,
                at_large=at_large,
            )
        names = [name for name in report.submission.tables if name not in self.facts.tables]
        tables = {name: report.submission.tables[name] for name in names}
        schools, at_large = tallies(list(report.findings), [], own, tables)
        return SubmissionFacts(
            decision=report.decision.value,
            exit_code=report.exit_code,
            opens=report.decision.opens,
            bureau=number,
            schools=schools,
            at_large=at_large,
            tables={name: rows.table.reports for name, rows in tables.items()},
        )


def open_round(  # noqa: PLR0913  # each is something a round begins with
    store: str | Path,
    name: str,
    pack: Pack,
    roster: str | Path,
    *,
    due: date | None = None,
    utc_offset: int | None = None,
    amend: bool = False,
    by: str = "",
    received: datetime | None = None,
) -> Round:
    """Open a reporting round: say who must report, by the bureau's own tables.

    Args:
        store: The store's folder; an empty or new one becomes a store.
        name: The round's name, such as ``2025`` or ``2025-spring``.
        pack: The pack whose rules hold.
        roster: The bureau's tables, the roster among them: a folder, a file or a sample.
        due: The last day in time.
        utc_offset: Minutes by which the schools' clock is ahead of UTC; that of this machine if not said.
        amend: Whether a round that is open already gets new tables or a new day.
        by: Who opens it.
        received: When; now, if nothing else is said.

    Raises:
        StoreError: If the round is open already, or the folder is something else.
        GateClosedError: If something critical is wrong with the bureau's tables.
    """
    name, now = round_name(name), received or datetime.now(UTC)
    offset = _offset_here(now) if utc_offset is None else utc_offset
    said = RoundFacts(pack=pack.id, pack_place=_place(pack), due=due, utc_offset=offset, by=by)
    with staged(roster) as folder:
        draft = _opening(name, pack, folder, said, now)
        made = SubmissionStore.made(store)
        if name in made.rounds and not amend:
            found, accepted = f"round {name} is open already", "another name, or --amend to correct this one"
            raise StoreError(Fault(str(store), found, accepted, code="round-open"))
        made.add(name, draft)
    return read_round(store, name)


def _opening(name: str, pack: Pack, folder: Path, said: RoundFacts, received: datetime) -> Draft:
    """Hold the bureau's tables against their rules, and make of them what opens a round."""
    submission = read_submission(folder, pack.dictionary)
    schools = schools_of(pack.dictionary, submission.tables, name)
    gate_bureau(pack, submission)
    facts = said.model_copy(update={"schools": schools, "tables": tuple(submission.tables)})
    kept: dict[str, bytes | Path] = {TABLES + name: packed(rows) for name, rows in submission.tables.items()}
    return Draft(
        kind="round",
        received=received,
        identity=_hash([facts.model_dump(mode="json", exclude={"by"}), hashes_of(folder)]),
        facts=facts.model_dump(mode="json"),
        files=_received(folder) | kept,
    )


def _offset_here(moment: datetime) -> int:
    """Return by how many minutes this machine's clock is ahead of UTC."""
    return int((moment.astimezone().utcoffset() or timedelta(0)).total_seconds() // 60)


def _place(pack: Pack) -> str:
    """Say where a pack is found again: by its name if it comes with the package, else in its folder."""
    return (
        pack.id
        if pack.id in pack_names() and pack.folder == pack_folder(pack.id)
        else str(pack.folder.resolve())
    )


def read_round(store: str | Path, name: str) -> Round:
    """Return a round as it is now.

    Raises:
        StoreError: If there is no such store or round, or an entry is not as it was written.
    """
    found = SubmissionStore(store)
    return Round(found, round_name(name), found.entries(name))


def _made(
    report: GateReport | None, facts: SubmissionFacts, faults: tuple[Fault, ...]
) -> dict[str, bytes | Path]:
    """Return what is stored beside the files received: the report, and the admitted rows."""
    if report is None:
        unread = {"decision": facts.decision, "faults": [str(fault) for fault in faults]}
        return {REPORT: (json.dumps(unread, ensure_ascii=False, indent=1) + "\n").encode()}
    tables = report.submission.tables if facts.opens else {}
    kept: dict[str, bytes | Path] = {REPORT: report.to_json().encode()}
    if facts.opens and report.submission.explanations:
        said = [asdict(one) for one in report.submission.explanations]
        kept[EXPLANATIONS] = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return kept | {TABLES + name: packed(rows) for name, rows in tables.items() if name in facts.tables}


def _received(folder: Path) -> dict[str, bytes | Path]:
    return {RECEIVED + name: path for name, path in files_below(folder).items()}


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _rules(pack: Pack) -> str:
    """Return the hash of the data dictionary and the suites."""
    suites = hash_of_folder(pack.suites_folder) if pack.suites_folder.is_dir() else ""
    said = pack.dictionary.model_dump_json() + suites
    return hashlib.sha256(said.encode()).hexdigest()
