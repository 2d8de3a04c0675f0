"""The provincial scheme in the invented Chenghu: its indicators, their files, grades and self-checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_chenghu.roster import OFFICE

if TYPE_CHECKING:
    from random import Random

    from invented_district.roster import Row

__all__ = ["indicator_rows", "self_check_rows"]

_FIRST = {"A": "教育现代化动力", "B": "教育现代化实践", "C": "教育现代化成就"}
_SECOND = {  # code: title, observation points, departments that answer for them
    "A01": ("教育思想和战略规划", "教育思想 战略规划", "1002 1005"),
    "A02": ("人才资源", "师资队伍 学校管理队伍 教育行政队伍", "1014 1015 1002"),
    "A03": ("经费投入", "投入体制和机制 投入水平 使用监测与效益评估", "1009 1010 1013"),
    "A04": ("办学条件", "幼儿园 义务教育学校 高中阶段学校 社会教育机构", "1002 1011 1012"),
    "A05": ("教育体系", "国民教育 终身教育", "1002 1003"),
    "A06": ("教育信息化", "技术普及 信息化建设 信息化成效", "1002 1012"),
    "A07": ("教育国际化", "交流合作 国际理解教育", "1002 1006"),
    "B08": ("学生培养", "培养模式 素质教育", "1002"),
    "B09": ("教育管理", "学校管理 行政管理 教育法治 督导评估", "1002 1004 1001 1016"),
    "B10": ("教育改革", "改革理念 改革研究 改革成效", "1002 1003"),
    "C11": ("教育质量", "教学水平与学生素质 升学率与就业率", "1002 1004"),
    "C12": ("教育效益", "对县域社会发展的贡献力", "1005 1002 1008"),
    "C13": (
        "教育公平",
        (
            "资源配置 常住适龄人口入学(园)率 辍学率 区域学位供给能力 教育机会系数(农村) 教育机会系数(女性) "
            "教育机会系数(非户籍常住) 教育机会系数(贫困生) 教育机会系数(残障) 教育机会系数(境外来粤人士子女)"
        ),
        "1002 1004 1009",
    ),
    "C14": ("教育特色", "适切性 影响力", "1006 1007 1002"),
}
_GRADED_B, _NOT_GRADED = (4, 8, 12, 17, 19, 28, 36, 43), 42  # the other 34 are A
_CHECKED_LATE, _NEVER_CHECKED = ("CH1012", "P17"), ("CH1007", "P43")


def _points() -> list[tuple[str, str, str]]:
    """List the observation points: code, title, code of the second-level indicator."""
    titles = [(title, code) for code, (_, points, _) in _SECOND.items() for title in points.split()]
    return [(f"P{number:02}", title, code) for number, (title, code) in enumerate(titles, 1)]


def indicator_rows(rng: Random) -> list[Row]:
    """Enter the scheme; every file is complete in time, one point has not been told its grade."""
    rows = [_indicator(code, "first", None, title) for code, title in _FIRST.items()]
    rows += [_indicator(code, "second", code[0], title) for code, (title, _, _) in _SECOND.items()]
    for number, (code, title, parent) in enumerate(_points(), 1):
        grade = None if number == _NOT_GRADED else "B" if number in _GRADED_B else "A"
        dates = {
            "file_completed_on": "2023-06-30" if number == 1 else f"2023-06-{rng.randint(5, 29):02}",
            "rechecked_on": f"2023-10-{rng.randint(8, 27):02}",
        }
        rows.append(_indicator(code, "point", parent, title) | dates | {"evaluated_grade": grade})
    return rows


def _indicator(code: str, level: str, parent: str | None, title: str) -> Row:
    return {
        "indicator_id": code,
        "institution_id": OFFICE,
        "level": level,
        "parent": parent,
        "title": title,
        "file_completed_on": None,
        "rechecked_on": None,
        "evaluated_grade": None,
    }


def self_check_rows(rng: Random) -> list[Row]:
    """Let each department check the points it answers for; one check came late and one never."""
    rows: list[Row] = []
    for code, _, parent in _points():
        for department in _SECOND[parent][2].split():
            key = (f"CH{department}", code)
            checked: str | None = f"2023-06-{rng.randint(1, 30):02}"
            if key == _CHECKED_LATE:
                checked = "2023-07-03"
            if key == _NEVER_CHECKED:
                checked = None
            rows.append({"institution_id": key[0], "indicator_id": code, "checked_on": checked})
    return sorted(rows, key=lambda row: (str(row["institution_id"]), str(row["indicator_id"])))
