"""What was done in the invented Chenghu, when and by whom: the registers of the campaign."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from invented_chenghu.roster import OFFICE, of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from invented_district.roster import Row

__all__ = ["action_rows", "gap_report_rows", "problem_rows", "seat_rows"]

_DISTRICT_ACTIONS = (  # kind, title, number, date, lead
    ("launch", "关于启动创建教育现代化先进区工作的决定", "澄委〔2023〕2号", "2023-01-09", "区委区府办"),
    ("leading_group", "关于成立创建工作领导小组的通知", "澄委办〔2023〕5号", "2023-01-16", "区委区府办"),
    ("creation_office", "关于设立创建办公室的通知", "澄委办〔2023〕6号", "2023-01-16", "领导小组"),
    ("working_group", "文秘宣传组成立通知", "澄创办〔2023〕1号", "2023-02-06", "区委区府办"),
    ("working_group", "综合资料组成立通知", "澄创办〔2023〕2号", "2023-02-06", "区教育体育局"),
    ("working_group", "方案财经组成立通知", "澄创办〔2023〕3号", "2023-02-06", "区财政局"),
    ("working_group", "组织人事组成立通知", "澄创办〔2023〕4号", "2023-02-06", "区人事局"),
    ("working_group", "质量督查组成立通知", "澄创办〔2023〕5号", "2023-02-06", "区教育体育局"),
    ("plan_issued", "创建工作实施方案", "澄府办〔2023〕11号", "2023-02-20", "区委区府办"),
    ("masters_class", "教师教育硕士课程班(第一期)开班", None, "2022-10-15", "区教育体育局"),
    ("masters_class", "教师教育硕士课程班(第二期)开班", None, "2023-04-08", "区教育体育局"),
    ("mobilisation_meeting", "创建工作发动大会", None, "2023-03-22", "区委区府办"),
    ("publicity", "报纸专版", None, "2023-03-27", "区委宣传部"),
    ("publicity", "电视专题", None, "2023-04-18", "区委宣传部"),
    ("publicity", "网站专栏", None, "2023-05-06", "区委宣传部"),
    ("community_link", "社区学院与中学共建协议", "澄社〔2023〕7号", "2023-05-19", "区教育体育局"),
    ("community_link", "街道与小学课后共建协议", "澄社〔2023〕9号", "2023-09-08", "区教育体育局"),
    ("evaluation_applied", "申报督导评估的请示", "澄府〔2023〕31号", "2023-06-12", "区教育体育局"),
    # The last day of the step, and still in time.
    ("expert_visit", "专项调研整改意见书", "督调〔2023〕4号", "2023-08-31", "区政府教育督导室"),
    ("evaluation", "省督导评估现场评估", None, "2023-11-21", "区政府教育督导室"),
)
_NO_BODY, _LATE_BODY = "CH4012", "CH3017"  # a private kindergarten and the private nine-year school
_SEATS = {  # body: head, lead, assisting
    "secretariat": ("CH1005", ("CH1005",), ("CH1006", "CH1002", "CH1007")),
    "materials": ("CH1002", ("CH1002",), ("CH1004", "CH1008")),
    "finance": ("CH1009", ("CH1009",), ("CH1010", "CH1011", "CH1002", "CH1012", "CH1013")),
    "personnel": ("CH1014", ("CH1014",), ("CH1002",)),  # 区委组织部 never joined
    "quality": ("CH1002", ("CH1002", "CH1004"), ("CH1016",)),
}
_LEADERS = ("CH1001", "CH1002", "CH1003", "CH1004")
_PROBLEMS = {  # source: how many, found from, rectified within days
    "self_inspection": (42, "2023-06-01", 18),
    "study_visit": (18, "2023-08-31", 50),
    "evaluation": (12, "2023-11-22", 300),
}
_LATE_PROBLEM, _OPEN_PROBLEMS = ("self_inspection", 40), (3, 7, 11)


def _day(first: str, days: int) -> str:
    return str(dt.date.fromisoformat(first) + dt.timedelta(days=days))


def action_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Make up the register of what was done: the district's own actions, then those of each unit."""
    done = [(OFFICE, *action) for action in _DISTRICT_ACTIONS]
    offices = of_kind(institutions, "department", "sub_district")
    for code in offices:
        day = _day("2023-01-10", rng.randint(0, 60))
        done.append((code, "work_plan_listed", "2023年工作要点", None, day, "本单位"))
        done.append((code, "duties_set", "创建工作任务分解表", "澄创办〔2023〕8号", "2023-02-24", "创建办"))
    for row in institutions:
        code = str(row["institution_id"])
        if code in {OFFICE, _NO_BODY}:
            continue
        day = "2023-04-10" if code == _LATE_BODY else _day("2023-02-08", rng.randint(0, 51))
        done.append((code, "unit_body", "关于成立创建工作小组的通知", None, day, "本单位"))
    return [_action(f"AC{number:04}", action) for number, action in enumerate(done, 1)]


def _action(number: str, action: tuple[str, str, str, str | None, str, str]) -> Row:
    """Enter an action; a numbered document has the hash of its file."""
    code, kind, title, paper, day, lead = action
    digest = hashlib.sha256(f"{code} {title} {paper}".encode()).hexdigest() if paper else None
    return {
        "action_id": number,
        "institution_id": code,
        "kind": kind,
        "title": title,
        "number": paper,
        "done_on": day,
        "lead": lead,
        "file_sha256": digest,
    }


def seat_rows() -> list[Row]:
    """Seat the leading group, its office and the five groups; one department is missing from one group."""
    rows = []
    for body, day in (("leading_group", "2023-01-16"), ("creation_office", "2023-01-18")):
        rows += _seats(body, "head", ("CH1005",), day)
        rows += _seats(body, "deputy", ("CH1002",), day)
        rows += _seats(body, "member", _LEADERS, day)
    for body, (head, lead, assisting) in _SEATS.items():
        rows += _seats(body, "head", (head,), "2023-02-06")
        rows += _seats(body, "lead", lead, "2023-02-06")
        rows += _seats(body, "assisting", assisting, "2023-02-10")
    return rows


def _seats(body: str, role: str, codes: Iterable[str], day: str) -> list[Row]:
    return [{"body": body, "institution_id": code, "role": role, "appointed_on": day} for code in codes]


def gap_report_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Let everybody report gaps, measures and persons; the last one on the very last day."""
    codes = [str(row["institution_id"]) for row in institutions if row["institution_id"] != OFFICE]
    days = [_day("2023-03-01", rng.randint(0, 29)) for _ in codes[1:]]
    done = dict.fromkeys(
        ("gaps_listed", "measures_set", "responsibility_set", "head_named", "contact_named"), True
    )
    return [
        {"institution_id": code, **done, "submitted_on": day}
        for code, day in zip(codes, [*days, "2023-03-31"], strict=True)
    ]


def problem_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Make up what was found wanting; one problem was put right four days late, three are still open."""
    codes = of_kind(institutions, "department", "sub_district", "school")
    rows: list[Row] = []
    for source, (how_many, first, days) in _PROBLEMS.items():
        for number in range(how_many):
            found = _day(first, rng.randint(0, 8) if source == "self_inspection" else 0)
            rectified: str | None = _day(found, rng.randint(3, days))
            if (source, number) == _LATE_PROBLEM:
                rectified = "2023-07-04"
            if source == "study_visit" and number == 0:
                rectified = "2023-10-31"
            if source == "evaluation" and number in _OPEN_PROBLEMS:
                rectified = None
            rows.append(
                {
                    "problem_id": f"PR{len(rows) + 1:03}",
                    "institution_id": rng.choice(codes),
                    "source": source,
                    "found_on": found,
                    "reported_on": _day(found, rng.randint(0, 3)),
                    "rectified_on": rectified,
                }
            )
    return rows
