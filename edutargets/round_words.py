"""Where a round stands, in words: for a terminal, a page, a spreadsheet, a program."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from typing import TYPE_CHECKING

from edutargets.display_html import cell, framed, html_table
from edutargets.round_status import State
from edutargets.text_tables import markdown_table, markdown_text, text_table
from edutargets.wording import chosen

if TYPE_CHECKING:
    from datetime import datetime

    from edutargets.findings import Language
    from edutargets.round_status import RoundStatus, SchoolStatus
    from edutargets.rounds import Receipt, Round

__all__ = ["receipt_text", "status_csv", "status_html", "status_json", "status_markdown", "status_text"]

SCHEMA = "edutargets/round-status/1"
_FIRST = 3
_STATE_AT = 2
_ORDER = (
    State.RETURNED,
    State.EXPLANATIONS_NEEDED,
    State.UNDECIDED,
    State.NOT_SUBMITTED,
    State.ADMITTED,
)
_STATES = {
    State.NOT_SUBMITTED: ("not submitted", "未报送", "#7d8590"),
    State.RETURNED: ("returned", "已退回", "#d13f34"),
    State.EXPLANATIONS_NEEDED: ("explanations needed", "待说明", "#b26a00"),
    State.UNDECIDED: ("a check could not run", "有检查未能运行", "#b26a00"),
    State.ADMITTED: ("admitted", "已通过", "#12876a"),
}
_EXECUTED = ("=", "+", "-", "@", "\t", "\r")


def status_text(status: RoundStatus, language: Language = "en") -> str:
    """Write where a round stands for a terminal: the counts, then every school, those to act on first."""
    lines = [_headline(status, language), *_remarks(status, language), ""]
    lines += text_table(_columns(language), [_cells(one, language) for one in _sorted(status)])
    return "\n".join(lines) + "\n"


def status_markdown(status: RoundStatus, language: Language = "en") -> str:
    """Write where a round stands for a review page; nothing a sender typed can become markup."""
    remarks = [f"\n{markdown_text(line)}" for line in _remarks(status, language)]
    lines = [f"# {markdown_text(_headline(status, language))}", *remarks, ""]
    lines += markdown_table(_columns(language), [_cells(one, language) for one in _sorted(status)])
    return "\n".join(lines) + "\n"


def status_html(status: RoundStatus, language: Language = "en") -> str:
    """Write where a round stands as one page that loads nothing from anywhere."""
    heads = [cell(escape(name), head="col") for name in _columns(language)]
    rows = [_html_row(one, language) for one in _sorted(status)]
    remarks = "".join(f"<p>{escape(line)}</p>" for line in _remarks(status, language))
    title = escape(_title(status, language))
    body = f"<h1>{title}</h1><p>{escape(_counts(status, language))}</p>{remarks}{html_table(heads, rows)}"
    tongue = chosen(language, "en", "zh-CN")
    return (
        f'<!doctype html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        "<style>:root{color-scheme:light dark}body{max-width:80em;margin:2em auto;padding:0 1em}</style>\n"
        f"</head>\n<body><main>{framed(body, language)}</main></body>\n</html>\n"
    )


def status_csv(status: RoundStatus, language: Language = "en") -> str:
    """Write where a round stands for a spreadsheet; nothing a sender typed can become a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_columns(language))
    writer.writerows([_harmless(text) for text in _cells(one, language)] for one in _sorted(status))
    return stream.getvalue()


def status_json(status: RoundStatus) -> str:
    """Return where a round stands for a program, in a versioned form; the same state gives the same bytes."""
    content = {
        "schema": SCHEMA,
        "round": status.name,
        "pack": status.facts.pack,
        "today": status.today.isoformat(),
        "due": status.facts.due.isoformat() if status.facts.due else None,
        "exit_code": status.exit_code,
        "counts": {state.value: status.count(state) for state in State} | {"overdue": len(status.overdue)},
        "at_large": status.at_large.model_dump(mode="json"),
        "others": list(status.others),
        "schools": [_record(one) for one in status.schools],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def receipt_text(receipt: Receipt, found: Round, language: Language = "en") -> str:
    """Say what became of something handed in: its number, when it came, the receipt that proves it."""
    entry = receipt.entry
    number, came = entry.number, _moment(found.local(entry.manifest.received))
    who = entry.manifest.sender or chosen(language, "the whole district", "全区")
    if not receipt.is_new:
        en = f"{who}: the same as submission {number} of {came}; nothing was stored again"
        return chosen(language, en, f"{who}：与 {came} 的第 {number} 号报送完全相同，未重复保存")
    en = f"{who}: submission {number} of round {found.name}, received {came}; receipt {entry.sha256}"
    zh = f"{who}：{found.name} 轮次第 {number} 号报送，收到时间 {came}；回执 {entry.sha256}"
    return chosen(language, en, zh)


# the parts of it -------------------------------------------------------------------------------------


def _sorted(status: RoundStatus) -> list[SchoolStatus]:
    """Put those first about whom something has to be done."""
    return sorted(status.schools, key=lambda one: (_ORDER.index(one.state), one.school.id))


def _title(status: RoundStatus, language: Language) -> str:
    name, pack = status.name, status.facts.pack
    return chosen(language, f"Round {name} of {pack}", f"{pack}：{name} 轮次报送进度")


def _headline(status: RoundStatus, language: Language) -> str:
    return f"{_title(status, language)}{chosen(language, '. ', '。')}{_counts(status, language)}"


def _counts(status: RoundStatus, language: Language) -> str:
    total, admitted = len(status.schools), status.count(State.ADMITTED)
    words = [
        f"{count} {_STATES[state][0]}" if language == "en" else f"{_STATES[state][1]} {count}"
        for state in _ORDER[:-1]
        if (count := status.count(state))
    ]
    late, due, today = len(status.overdue), status.facts.due, status.today
    if language == "zh":
        rest = f"；{'、'.join(words)}" if words else ""
        last = f"。截止日期 {due}，今日 {today}" if due else ""
        return f"应报 {total} 个单位，已通过 {admitted}{rest}{last}" + (f"，逾期 {late}" if late else "")
    rest = f"; {', '.join(words)}" if words else ""
    last = f". Due {due}, today {today}" if due else ""
    return f"{admitted} of {total} admitted{rest}{last}" + (f", {late} overdue" if late else "")


def _remarks(status: RoundStatus, language: Language) -> list[str]:
    """Say what is no one school's."""
    lines = []
    if status.at_large.critical or status.at_large.unexplained:
        first = "; ".join(reason.in_language(language) for reason in status.at_large.reasons[:_FIRST])
        found = status.at_large.critical + status.at_large.unexplained
        en = f"The latest submission of the whole district, {found} things that are no one school's: {first}"
        lines.append(chosen(language, en, f"最近一次全区报送中有 {found} 个问题不属于某一单位：{first}"))
    if status.others:
        names = ", ".join(status.others[:10]) + (" …" if len(status.others) > 10 else "")  # noqa: PLR2004  # a line
        en = f"Rows were admitted of {len(status.others)} who need not report: {names}"
        lines.append(
            chosen(language, en, f"另有 {len(status.others)} 个不在应报之列的单位的数据已通过：{names}")
        )
    return lines


def _columns(language: Language) -> list[str]:
    if language == "zh":
        return [
            "单位代码",
            "单位名称",
            "状态",
            "收到时间",
            "第几次报送",
            "逾期",
            "需改正",
            "需说明",
            "首要问题",
        ]
    names = "code,school,state,received,submission,late,to correct,to explain,first reasons"
    return names.split(",")


def _cells(one: SchoolStatus, language: Language) -> list[str]:
    days = chosen(language, "1 day" if one.days_late == 1 else f"{one.days_late} days", f"{one.days_late} 天")
    return [
        one.school.id,
        one.school.name,
        _state(one, language),
        _moment(one.received) if one.received else "",
        str(one.submissions) if one.submissions else "",
        days if one.days_late else "",
        str(one.tally.critical or ""),
        str(one.tally.unexplained or ""),
        _reasons(one, language),
    ]


def _state(one: SchoolStatus, language: Language) -> str:
    en, zh, _ = _STATES[one.state]
    said = chosen(language, en, zh)
    if one.newer is not None:
        said += chosen(language, f" (submission {one.newer} did not pass)", f"（第 {one.newer} 号未通过）")
    return said + (chosen(language, ", with the district", "（随全区）") if one.in_district else "")


def _reasons(one: SchoolStatus, language: Language) -> str:
    """Say the first reasons; none where nothing has to be done."""
    if one.is_admitted:
        return ""
    if one.in_district and not one.tally.critical and one.state is State.RETURNED:
        return chosen(
            language, "the district's submission was returned for others", "全区报送因其他单位问题被退回"
        )
    shown = [f"{reason.in_language(language)} [{reason.code}]" for reason in one.tally.reasons[:_FIRST]]
    more = one.tally.critical + one.tally.unexplained - len(shown)
    if shown and more > 0:
        shown.append(chosen(language, f"… and {more} more", f"……另有 {more} 处"))
    return chosen(language, "; ", "；").join(shown)


def _html_row(one: SchoolStatus, language: Language) -> str:
    texts = _cells(one, language)
    looks = [""] * len(texts)
    looks[_STATE_AT] = f";color:{_STATES[one.state][2]};font-weight:600"
    looks[-1] = ";max-width:40em"
    cells = zip(texts, looks, strict=True)
    return "".join(
        cell(escape(text), head="" if at else "row", style=look) for at, (text, look) in enumerate(cells)
    )


def _moment(moment: datetime) -> str:
    """Write a moment on the schools' clock, with that clock beside it."""
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_EXECUTED) else text


def _record(one: SchoolStatus) -> dict[str, object]:
    return {
        "id": one.school.id,
        "name": one.school.name,
        "tables": list(one.school.tables),
        "state": one.state.value,
        "number": one.number,
        "received": one.received.isoformat() if one.received else None,
        "submissions": one.submissions,
        "newer": one.newer,
        "days_late": one.days_late,
        "in_district": one.in_district,
        **one.tally.model_dump(mode="json"),
    }
