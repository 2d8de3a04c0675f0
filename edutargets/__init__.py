"""Say whether an education plan's targets are met, from gated data, and show why.

A pack holds a plan, its tables and their data-quality rules. A submission passes the gate or it does not;
what was admitted is evaluated exactly, and every verdict can be explained.

Examples:
    >>> import edutargets as et
    >>> pack = et.read_pack("china-education-bulletins")
    >>> submission = et.read_submission(et.sample_data("china-education-bulletins"), pack.dictionary)
    >>> results = et.evaluate(pack, et.check_submission(pack, submission).admit())
    >>> results["preschool.inclusive-coverage"].verdict
    <Verdict.MET: 'met'>
    >>> results["preschool.inclusive-coverage"].value
    Fraction(295107, 322552)

``et.explain(results["preschool.inclusive-coverage"])`` says why, in English or in Chinese;
``et.to_frame(results)`` gives all verdicts as one tidy table. ``et.write_template`` makes the workbooks that
schools fill in, ``et.write_slips`` returns what the gate found in them.
"""

import importlib
import typing

from edutargets import provenance, shown
from edutargets.attainment import Attainment, PlanAttainment, evaluate, reproduce
from edutargets.checking import check_pack, check_submission, sample_data
from edutargets.checks import Severity
from edutargets.duckdb_files import connect
from edutargets.errors import (
    DefinitionError,
    EduTargetsError,
    EvaluationError,
    ExpressionError,
    Fault,
    GateClosedError,
    SubmissionError,
    SuiteError,
    UnitError,
    UnknownTargetError,
)
from edutargets.explained import with_explanation
from edutargets.findings import Decision, Finding
from edutargets.gate import AdmittedSubmission, GateReport, UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.pack_files import GateRule
from edutargets.plans import Pack, Plan, pack_names, read_pack
from edutargets.set_aside import RejectedRow
from edutargets.submissions import Submission, read_submission
from edutargets.targets import (
    Alias,
    Amount,
    Coefficient,
    Comparison,
    Composite,
    Count,
    Density,
    Dispersion,
    Duty,
    Frequency,
    Growth,
    KOfN,
    Milestone,
    PerHundred,
    PerStudentAmount,
    Ratio,
    Target,
    TrainingHours,
    Trend,
)
from edutargets.units import Quantity
from edutargets.written_files import OutputError

if typing.TYPE_CHECKING:
    from edutargets.charts import write_chart
    from edutargets.display import to_frame
    from edutargets.explanations import Explanation, explain
    from edutargets.line_honesty import near_the_line
    from edutargets.needs import Need
    from edutargets.needs_of_targets import numbers_needed
    from edutargets.pace import pace_of
    from edutargets.progress_methods import progress
    from edutargets.rounds import Receipt, Round, open_round, read_round
    from edutargets.slip_books import write_slips
    from edutargets.stored_entries import StoreError
    from edutargets.template_books import write_template
    from edutargets.templates import Template, template_for
    from edutargets.tipping_points import TippingPoint, tipping_point
    from edutargets.trial_tables import CannotTryError
    from edutargets.trials import tried
    from edutargets.whom_to_ask import undecided
    from edutargets.year_pace import frequency_pace_of, year_pace_of

__all__ = [
    "AdmittedSubmission",
    "Alias",
    "Amount",
    "Attainment",
    "CannotTryError",
    "Coefficient",
    "Comparison",
    "Composite",
    "Count",
    "Decision",
    "DefinitionError",
    "Density",
    "Dispersion",
    "Duty",
    "EduTargetsError",
    "EvaluationError",
    "Explanation",
    "ExpressionError",
    "Fault",
    "Finding",
    "Frequency",
    "GateClosedError",
    "GateReport",
    "GateRule",
    "Growth",
    "KOfN",
    "Milestone",
    "Need",
    "OutputError",
    "Pack",
    "PerHundred",
    "PerStudentAmount",
    "Plan",
    "PlanAttainment",
    "Quantity",
    "Ratio",
    "Receipt",
    "RejectedRow",
    "Round",
    "Severity",
    "StoreError",
    "Submission",
    "SubmissionError",
    "SuiteError",
    "Target",
    "Template",
    "TippingPoint",
    "TrainingHours",
    "Trend",
    "UncheckedDataWarning",
    "UnitError",
    "UnknownTargetError",
    "Verdict",
    "admit_unchecked",
    "check_pack",
    "check_submission",
    "connect",
    "evaluate",
    "explain",
    "frequency_pace_of",
    "near_the_line",
    "numbers_needed",
    "open_round",
    "pace_of",
    "pack_names",
    "progress",
    "read_pack",
    "read_round",
    "read_submission",
    "reproduce",
    "sample_data",
    "template_for",
    "tipping_point",
    "to_frame",
    "tried",
    "undecided",
    "with_explanation",
    "write_chart",
    "write_slips",
    "write_template",
    "year_pace_of",
]
__version__ = provenance.VERSION
_LATE = {
    "CannotTryError": "trial_tables",
    "Explanation": "explanations",
    "Need": "needs",
    "Receipt": "rounds",
    "Round": "rounds",
    "StoreError": "stored_entries",
    "Template": "templates",
    "TippingPoint": "tipping_points",
    "explain": "explanations",
    "frequency_pace_of": "year_pace",
    "near_the_line": "line_honesty",
    "numbers_needed": "needs_of_targets",
    "open_round": "rounds",
    "pace_of": "pace",
    "progress": "progress_methods",
    "read_round": "rounds",
    "template_for": "templates",
    "tipping_point": "tipping_points",
    "to_frame": "display",
    "tried": "trials",
    "undecided": "whom_to_ask",
    "write_chart": "charts",
    "write_slips": "slip_books",
    "write_template": "template_books",
    "year_pace_of": "year_pace",
}
"""Words, pictures and workbooks are a third of the import; they are loaded when the first is asked for."""

shown.before_first(lambda: importlib.import_module("edutargets.display"))


def __getattr__(name: str) -> object:
    if name not in _LATE:
        message = f"module 'edutargets' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"edutargets.{_LATE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
