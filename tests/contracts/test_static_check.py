"""A pack is read like a contract: every fault at once, each with file, line, target and clause."""

from pathlib import Path

import pytest

from edutargets.checking import check_pack
from edutargets.errors import DefinitionError, Fault
from edutargets.plans import pack_names, read_pack

PACK = """\
id: tiny
title: {en: A tiny pack, zh: 小包}
documents:
  text: {title: {en: The plan, zh: 规划}, file: text.zh.md}
plan: [plan.yaml, written.yaml]
"""

TEXT = """\
# 规划

一、公办幼儿园在园幼儿占比达到50%
以上。二、每名教师每年培训不少于90学时。
"""

TABLES = """\
tables:
  schools:
    counts: school
    period: year
    key: [school_id, year]
    reports: school_id
    columns:
      school_id: {type: code}
      year: {type: year}
      stage: {type: category, values: {primary: {en: Primary, zh: 小学}, junior: {en: Junior, zh: 初中}}}
      enrolment: {type: integer, unit: student, range: [0, 8000]}
      rural_enrolment: {type: integer, unit: student, range: [0, 8000]}
      budget: {type: decimal, scale: 2, unit: CNY/year}
  staff:
    counts: person
    period: year
    key: [person_id, year]
    reports: school_id
    columns:
      person_id: {type: code}
      year: {type: year}
      school_id: {type: code, references: schools.school_id}
      role: {type: category, values: {teacher: {en: Teacher, zh: 教师}, principal: {en: Principal, zh: 校长}}}
    views:
      teachers: {where: "role = 'teacher'", counts: teacher}
  training:
    counts: record
    period: year
    key: [record_id]
    reports: school_id
    columns:
      record_id: {type: code}
      year: {type: year}
      school_id: {type: code}
      person_id: {type: code, references: staff.person_id, absent: zero}
      hours: {type: decimal, scale: 1, unit: training_hour, range: [0, 400]}
"""

HEAD = "targets:\n"
CITE = "    cite: {document: text, clause: 一, quote: 公办幼儿园在园幼儿占比达到50%以上}\n"
RATIO = "    type: ratio\n    by: 2025-12-31\n"
GOAL = "    at_least: 5 %\n"
STUDENTS = "    numerator: sum(schools.rural_enrolment)\n    denominator: sum(schools.enrolment)\n"
SOUND = f"  - id: sound.share\n{RATIO}{STUDENTS}    at_least: 50 %\n{CITE}"

FAULTY: dict[str, tuple[str, str, str]] = {
    # what is wrong: (the target as it is written, what the fault must say, the word of its code)
    "teachers over students is no share": (
        f"{RATIO}    numerator: count(teachers.*)\n    denominator: sum(schools.enrolment)\n{GOAL}",
        "counts teacher over student",
        "unit-contract",
    ),
    "an unknown table": (
        f"{RATIO}{GOAL}    from: school\n    numerator: sum(enrolment)\n    denominator: sum(enrolment)\n",
        "unknown table 'school'",
        "unknown-table",
    ),
    "an unknown column": (
        f"{RATIO}{GOAL}    from: schools\n    numerator: sum(enrolement)\n    denominator: sum(enrolment)\n",
        "unknown column 'enrolement'",
        "unknown-column",
    ),
    "a value outside its vocabulary": (
        (
            f"{RATIO}    from: schools\n    numerator: sum(enrolment) filter (where stage = 'primery')\n"
            "    denominator: sum(enrolment)\n    at_least: 5 %\n"
        ),
        "primery",
        "unknown-value",
    ),
    "a deadline before the start": (
        (
            "    type: count\n    from: schools\n    count: count(*)\n    at_least: 3 school\n"
            "    total_over: [2023, 2025]\n    by: 2022-12-31\n"
        ),
        "the deadline 2022-12-31 lies before the start 2023",
        "value-error",
    ),
    "a span that runs backwards": (
        (
            "    type: count\n    from: schools\n    count: count(*)\n    at_least: 3 school\n"
            "    every: year\n    during: [2025, 2023]\n"
        ),
        "runs backwards",
        "value-error",
    ),
    "yuan added to hours": (
        (
            "    type: amount\n    amount: sum(schools.budget) + sum(training.hours)\n    at_least: 3 CNY\n"
            "    by: 2025-12-31\n"
        ),
        "CNY",
        "unit-mismatch",
    ),
    "a share held against an amount": (
        f"{RATIO}{STUDENTS}    at_least: 7000 CNY\n",
        "7000 CNY",
        "goal-unit",
    ),
    "an unknown field": (
        f"{RATIO}{STUDENTS}    at_lest: 50 %\n    at_least: 50 %\n",
        "unknown field 'at_lest'",
        "extra-forbidden",
    ),
    "a missing goal": (f"{RATIO}{STUDENTS}", "one goal is needed", "value-error"),
    "two goals": (
        f"{RATIO}{STUDENTS}    at_least: 5 %\n    at_most: 9 %\n",
        "found at_least and at_most",
        "value-error",
    ),
    "an unknown unit": (f"{RATIO}{STUDENTS}    at_least: 50 yaun\n", "unknown unit 'yaun'", "value-error"),
    "an unknown type": (f"    type: ration\n{STUDENTS}    at_least: 5 %\n", "'ration'", "union-tag-invalid"),
    "an invented quote": (
        f"{RATIO}{STUDENTS}{GOAL}    cite: {{document: text, clause: 一, quote: 达到60%以上}}\n",
        "达到60%以上",
        "quote-not-found",
    ),
    "an unknown document": (
        f"{RATIO}{STUDENTS}    at_least: 50 %\n    cite: {{document: txt, clause: 一, quote: 达到50%以上}}\n",
        "'txt'",
        "unknown-document",
    ),
    "an unknown member": (
        "    type: composite\n    all_of: [sound.share, sound.sahre]\n",
        "sound.sahre",
        "unknown-target",
    ),
    "hours that nobody owes": (
        (
            "    type: training_hours\n    hours: sum(training.hours)\n    at_least: 90 training_hour\n"
            "    by: 2025-12-31\n"
        ),
        "does not say who",
        "unit-contract",
    ),
    "no time": (f"    type: ratio\n{STUDENTS}    at_least: 5 %\n", "no time is said", "no-time"),
    "a file reader": (
        (
            "    type: count\n    from: schools\n    count: count(read_csv('x.csv'))\n    exactly: 3 school\n"
            "    by: 2025-12-31\n"
        ),
        "read_csv",
        "expression",
    ),
}

CIRCLE = (
    "  - {id: circle.a, type: composite, all_of: [circle.b]}\n"
    "  - {id: circle.b, type: composite, any_of: [circle.a]}\n"
)
TWICE = f"  - id: sound.share\n{RATIO}{STUDENTS}    at_least: 60 %\n"
WRITTEN = """\
targets:
  - id: written.clock
    type: density
    numerator: sum(schools.enrolment)
    denominator: count(teachers.*)
    at_most: 25:1
    by: 2025-12-31
  - id: written.twice
    type: ratio
    at_least: 50 %
    at_least: 60 %
"""


def slug(name: str) -> str:
    """Return a target's id for the name of its fault."""
    return "faulty." + name.replace(" ", "-")


def write_pack(folder: Path, plan: str, written: str | None = None) -> Path:
    """Write a pack of two plan files into a folder."""
    single = PACK.replace("[plan.yaml, written.yaml]", "plan.yaml")
    files = {
        "pack.yaml": PACK if written is not None else single,
        "text.zh.md": TEXT,
        "tables.yaml": TABLES,
        "plan.yaml": plan,
    }
    for name, text in (files | ({"written.yaml": written} if written is not None else {})).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def faulty_pack(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Write the pack with one fault of each kind; return it and the text of its plan."""
    faulty = "".join(
        f"  - id: {slug(name)}\n{body if 'cite:' in body else body + CITE}"
        for name, (body, _, _) in FAULTY.items()
    )
    plan = HEAD + SOUND + faulty + CIRCLE + TWICE
    return write_pack(tmp_path_factory.mktemp("pack"), plan, WRITTEN), plan


@pytest.fixture(scope="module")
def faults(faulty_pack: tuple[Path, str]) -> tuple[Fault, ...]:
    """Return everything that is wrong with the pack."""
    return check_pack(faulty_pack[0])


def about(faults: tuple[Fault, ...], target: str) -> list[Fault]:
    """Return the faults that name a target."""
    return [fault for fault in faults if target in f"{fault.where} ".replace(":", " ").replace(".count", " ")]


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_reported_with_file_line_target_and_clause(
    name: str, faults: tuple[Fault, ...], faulty_pack: tuple[Path, str]
) -> None:
    """A planner goes straight to the line; the clause says which promise of the text it is about."""
    _, says, code = FAULTY[name]
    found = about(faults, slug(name))
    assert found, f"nothing was said about {slug(name)}"
    fitting = [fault for fault in found if says in fault.found and fault.code == code]
    assert fitting, "\n".join(f"[{fault.code}] {fault}" for fault in found)
    (fault,) = fitting
    lines = faulty_pack[1].splitlines()
    first = next(number for number, line in enumerate(lines, 1) if line.endswith(f"id: {slug(name)}"))
    file, line = fault.where.split(":")[:2]
    assert file == "plan.yaml"
    assert first <= int(line) <= first + 8
    assert "(一)" in fault.where


@pytest.mark.parametrize("name", FAULTY)
def test_one_fault_is_reported_once(name: str, faults: tuple[Fault, ...]) -> None:
    """One mistake makes one message, so that ten messages mean ten mistakes."""
    assert len(about(faults, slug(name))) == 1


def test_every_fault_says_what_would_be_right(faults: tuple[Fault, ...]) -> None:
    """Whoever has to mend it reads what is accepted, or the message says it itself."""
    silent = [str(fault) for fault in faults if not fault.accepted and fault.code != "value-error"]
    assert silent == []


def test_an_id_used_twice_is_reported_with_both_places(faults: tuple[Fault, ...]) -> None:
    """Two targets of one name could not be told apart in any result."""
    (fault,) = (fault for fault in faults if fault.code == "duplicate-id")
    assert fault.where.startswith("plan.yaml:")
    assert "'sound.share'" in fault.found
    assert "plan.yaml:2" in fault.found


def test_composites_that_run_in_a_circle_are_reported(faults: tuple[Fault, ...]) -> None:
    """A promise that rests on itself can never be judged."""
    found = [fault for fault in faults if fault.code == "composite-cycle"]
    assert [fault.where.split(": ")[1] for fault in found] == ["circle.a", "circle.b"]


def test_a_ratio_that_yaml_reads_as_a_clock_time_is_refused(faults: tuple[Fault, ...]) -> None:
    """25:1 is 1501 to some YAML readers and a text to others; here it is neither."""
    (fault,) = (fault for fault in faults if fault.code == "sexagesimal")
    assert fault.where.startswith("written.yaml:6")
    assert "25:1" in fault.found


def test_a_repeated_key_is_reported_with_its_first_line(faults: tuple[Fault, ...]) -> None:
    """Most YAML readers keep the last of two goals without a word."""
    (fault,) = (fault for fault in faults if fault.code == "repeated-key")
    assert fault.where.startswith("written.yaml:11")
    assert "line 10" in fault.found


def test_a_sound_target_among_faulty_ones_is_not_blamed(faults: tuple[Fault, ...]) -> None:
    """Students over students, quoted word for word across a line break, is right."""
    assert [fault for fault in faults if "plan.yaml:2:" in fault.where] == []


def test_students_over_students_are_fine_and_teachers_over_teachers_do_not_mix_with_them(
    tmp_path: Path,
) -> None:
    """Units that would cancel in pint stay apart here: a teacher is no student."""
    teachers = "    denominator: count(teachers.*)\n"
    sound = f"  - id: sound.teachers\n{RATIO}{GOAL}    from: teachers\n    numerator: count(*)\n{teachers}"
    sum_of_both = "    numerator: sum(schools.enrolment) + count(teachers.*)\n"
    mixed = f"  - id: mixed.share\n{RATIO}{GOAL}{sum_of_both}{teachers}"
    (fault,) = check_pack(write_pack(tmp_path, HEAD + SOUND + sound + mixed))
    assert "mixed.share" in fault.where
    assert "student" in fault.found
    assert "teacher" in fault.found


def test_reading_a_faulty_pack_raises_all_its_faults(
    faulty_pack: tuple[Path, str], faults: tuple[Fault, ...]
) -> None:
    """`read_pack` says the same as `check_pack`; nothing is judged by a plan with a fault."""
    with pytest.raises(DefinitionError) as refused:
        read_pack(faulty_pack[0])
    assert refused.value.faults == faults


@pytest.mark.parametrize("name", pack_names())
def test_a_pack_that_comes_with_the_package_has_no_fault(name: str) -> None:
    """What is shipped is what others copy."""
    assert check_pack(name) == ()


def test_a_faulty_suite_is_reported_together_with_a_faulty_plan(tmp_path: Path) -> None:
    """The data-quality rules belong to the pack; a misspelled check would pass whatever the data are."""
    write_pack(tmp_path, HEAD + SOUND.replace("enrolment)", "enrolement)"))
    (tmp_path / "expectations").mkdir()
    (tmp_path / "expectations" / "schools.json").write_text(
        '{"name": "expectations--schools", "meta": {"table": "schools"}, "expectations": [{"type": '
        '"expect_column_values_to_be_betwen", "kwargs": {"column": "enrolment", "min_value": 0}, "severity": '
        '"critical", "meta": {"code": "SC-01", "says": {"zh": "负数", "en": "below zero"}, '
        '"mend": {"zh": "改", "en": "mend"}}}]}',
        encoding="utf-8",
    )
    codes = {fault.code for fault in check_pack(tmp_path)}
    assert codes >= {"unknown-column", "unknown-check"}
