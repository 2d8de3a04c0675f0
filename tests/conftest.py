"""A tiny district: its tables, and a short way to judge promises on rows."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import settings

from edutargets import cli
from edutargets.attainment import PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edutargets.engine import Engine

    Rows = Sequence[Mapping[str, object]]

TABLES = """
tables:
  schools:
    title: {en: Schools, zh: 学校}
    counts: school
    key: [school_id, year]
    period: year
    reports: school_id
    columns:
      school_id: {type: code}
      year: {type: year}
      kind: {type: category, values: {school: {}, kindergarten: {}}, required: false}
      location: {type: category, values: {rural: {}, urban: {}}, required: false}
      enrolment: {type: integer, unit: student, range: [0, 900], required: false}
      funds: {type: decimal, scale: 2, unit: CNY/year, range: [0, 1000000], required: false}
      note: {type: text, title: {zh: 备注}, required: false, optional_column: true}
    views:
      real_schools: {where: "kind = 'school'", counts: school}
  staff:
    title: {en: Staff, zh: 教职工}
    counts: person
    key: [person_id, year]
    period: year
    reports: school_id
    columns:
      person_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      role: {type: category, values: {teacher: {}, principal: {}}, required: false}
      degree:
        {type: category, ordered: true, values: {college: {}, bachelor: {}, master: {}}, required: false}
      wanted:
        {type: category, ordered: true, values: {college: {}, bachelor: {}, master: {}}, required: false}
      lessons: {type: integer, unit: lesson, range: [5, 12], required: false}
      pay: {type: decimal, scale: 2, unit: CNY, required: false}
      full_time: {type: boolean, required: false}
      name: {type: text, required: false}
    views:
      teachers: {where: "role = 'teacher'", counts: teacher}
      principals: {where: "role = 'principal'", counts: principal}
  training:
    title: {en: Training, zh: 培训}
    counts: record
    key: [record_id]
    period: year
    reports: school_id
    columns:
      record_id: {type: code}
      person_id: {type: code, references: staff.person_id, absent: zero}
      school_id: {type: code, references: schools.school_id, required: false}
      year: {type: year}
      hours: {type: decimal, scale: 1, unit: training_hour, range: [0, 90], required: false}
  visits:
    counts: event
    key: [visit_id]
    period: year
    reports: school_id
    columns:
      visit_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      held_on: {type: date, required: false}
      guests: {type: integer, unit: person, required: false}
  heads:
    counts: principal
    key: [head_id]
    reports: head_id
    columns: {head_id: {type: code}, age: {type: integer, unit: year, required: false}}
  courses:
    counts: record
    key: [course_id]
    period: year
    reports: head_id
    columns:
      course_id: {type: code}
      head_id: {type: code, references: heads.head_id, absent: zero}
      year: {type: year}
      hours: {type: decimal, scale: 1, unit: training_hour}
  transfers:
    counts: record
    key: [record_id]
    period: year
    reports: to_school
    columns:
      record_id: {type: code}
      year: {type: year}
      from_school: {type: code, references: schools.school_id}
      to_school: {type: code, references: schools.school_id}
      moved: {type: integer, unit: student}
  figures:
    counts: figure
    key: [year, what]
    period: year
    reports: what
    columns:
      year: {type: year}
      what: {type: code}
      heads: {type: integer, unit: student, range: [0, 100000], rounded_to: step}
      step: {type: integer, unit: student}
"""

# The same examples on every machine; HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def tables() -> Dictionary:
    """Return the tables of the tiny district."""
    return read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)


@pytest.fixture(scope="session")
def judged(tables: Dictionary) -> Callable[..., PlanAttainment]:
    """Return what judges targets, given as fields, on rows, given by the name or the title of their table."""

    def judge(
        rows: Mapping[str, Rows],
        *targets: Mapping[str, Any],
        engine: Engine | None = None,
        dictionary: Dictionary = tables,
    ) -> PlanAttainment:
        frames = {name: pd.DataFrame(list(found), dtype=object) for name, found in rows.items()}
        submission = Submission.from_frames(frames, dictionary)
        assert not submission.faults
        plan = Plan.from_fields([{"id": f"t.n{number}", **fields} for number, fields in enumerate(targets)])
        measures = bind_all(plan, dictionary)
        pack = Pack(Path(__file__).parent, PackFile(id="tiny"), dictionary, plan, Plan(()), {}, measures)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UncheckedDataWarning)
            return evaluate(pack, admit_unchecked(submission, reason="rows of a test"), engine=engine)

    return judge


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command in this process: Great Expectations is loaded once for all."""

    def command(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Done(code or 0, captured.out, captured.err)

    return command


@pytest.fixture(autouse=True)
def _language_of_a_fresh_session() -> None:
    """Forget the language that an earlier test, or an example in a docstring, chose for its session."""
    display = sys.modules.get("edutargets.display")
    if display is not None:
        display._settings.clear()
