"""Faults planted in a submission of the invented district: here in rosters, classes, staff and training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_district.figure_faults import SPOIL_FIGURES
from invented_district.planting import Planted, Planter, number_in

if TYPE_CHECKING:
    from invented_district.files import Sheet

__all__ = ["plant"]


def plant(sheets: list[Sheet]) -> list[Planted]:
    """Plant all faults in the sheets and return the list of them."""
    planter = Planter({sheet.table: sheet for sheet in sheets}, [])
    lists = (_drop_rows, _roster, _enrolment, _copied, _classes, _staff, _staff_rows, _training, _courses)
    for step in (*lists, *SPOIL_FIGURES):
        step(planter)
    return planter.planted


def _drop_rows(planter: Planter) -> None:
    """Leave a school and one age out; this moves the rows below, so it comes first."""
    for table in ("enrolment", "classes"):
        sheet = planter.sheets[table]
        sheet.rows = [row for row in sheet.rows if row["institution_id"] != "JY1030"]
    twin = planter.find("institutions", institution_id="JY1042")
    name = "白沙镇 第3小学"
    says = "but for a blank the name of JY1030 in the same town"
    planter.spoil("institutions", twin, "name", name, kind="near-identical name", code="IN-10", says=says)
    del planter.sheets["population"].rows[planter.find("population", institution_id="JY9107", age=5)]
    left = planter.find("population", institution_id="JY9107")
    says = "the town left the five-year-olds out"
    planter.note("population", left, "institution_id", kind="missing row", code="PO-03", says=says)


def _roster(planter: Planter) -> None:
    at = planter.find("institutions", institution_id="JY1144")
    planter.spoil(
        "institutions",
        at,
        "span",
        "高完中",
        kind="unknown category",
        code="vocabulary",
        says="高完中 is no kind of school",
    )
    at = planter.find("institutions", institution_id="JY2070")
    says = "opened after the year that is reported"
    planter.spoil(
        "institutions", at, "opened_on", "2026-09-01", kind="date after report", code="IN-04", says=says
    )
    like = planter.find("institutions", institution_id="JY2045")
    says = "the letter O for the digit 0: nearly the code of JY2045"
    changes: dict[str, object] = {"institution_id": "JY2O45"}
    planter.add(
        "institutions", like, "institution_id", changes, kind="near-identical code", code="IN-02", says=says
    )
    like = planter.find("institutions", institution_id="JY1005")
    planter.add(
        "institutions",
        like,
        "institution_id",
        {},
        kind="duplicate key",
        code="IN-01",
        says="the school stands twice on the roster",
    )


def _enrolment(planter: Planter) -> None:
    rows = planter.sheets["enrolment"].rows
    at = planter.find("enrolment", institution_id="JY1020", grade="三年级")
    planter.spoil(
        "enrolment", at, "students", None, kind="missing cell", code="EN-02", says="no number of students"
    )
    at = planter.find("enrolment", institution_id="JY1041", grade="二年级")
    more = number_in(rows[at]["students"]) + 7
    planter.spoil(
        "enrolment", at, "girls", more, kind="part above whole", code="EN-04", says="more girls than students"
    )
    at = planter.find("enrolment", institution_id="JY1050", grade="五年级")
    more = number_in(rows[at]["students"]) + 5
    planter.spoil(
        "enrolment",
        at,
        "students",
        more,
        kind="sum of parts",
        code="EN-05",
        says="five more than the classes add up to",
    )
    at = planter.find("enrolment", institution_id="JY1062", grade="一年级")
    more = number_in(rows[at]["migrant_students"]) + 4
    says = "more in public places than there are children of migrant workers"
    planter.spoil(
        "enrolment", at, "migrant_public_places", more, kind="part above whole", code="EN-06", says=says
    )
    at = planter.find("enrolment", institution_id="JY1077", grade="六年级")
    planter.spoil(
        "enrolment", at, "year", 2052, kind="year outside window", code="EN-07", says="2052 for 2025"
    )
    like = planter.find("enrolment", institution_id="JY1012", grade="六年级")
    changes: dict[str, object] = {"stage": "初中", "grade": "七年级"}
    says = "a primary school reports grade 7"
    planter.add("enrolment", like, "grade", changes, kind="grade outside span", code="EN-08", says=says)


def _copied(planter: Planter) -> None:
    """Copy one kindergarten's numbers to another."""
    rows = planter.sheets["enrolment"].rows
    for grade in ("小班", "中班", "大班"):
        source = rows[planter.find("enrolment", institution_id="JY2033", grade=grade)]
        copy = planter.find("enrolment", institution_id="JY2011", grade=grade)
        rows[copy] |= {"students": source["students"], "girls": source["girls"]}
    copy = planter.find("enrolment", institution_id="JY2011", grade="小班")
    says = "all numbers of JY2033 copied"
    planter.note("enrolment", copy, "students", kind="copied block", code="EN-09", says=says)


def _classes(planter: Planter) -> None:
    at = planter.find("classes", 1, institution_id="JY1009")
    planter.spoil(
        "classes",
        at,
        "students",
        "四十五",
        kind="text in number column",
        code="type",
        says="forty-five written in words",
    )
    at = planter.find("classes", 2, institution_id="JY1025")
    planter.spoil(
        "classes", at, "students", 0, kind="empty class", code="CL-03", says="a class without students"
    )
    at = planter.find("classes", 0, institution_id="JY2018")
    planter.spoil(
        "classes",
        at,
        "students",
        62,
        kind="value out of range",
        code="CL-04",
        says="62 children in a kindergarten class",
    )
    like = planter.find("classes", 0, institution_id="JY1033")
    planter.add(
        "classes",
        like,
        "class_id",
        {},
        kind="duplicate key",
        code="CL-01",
        says="the class stands twice in the list",
    )


def _staff(planter: Planter) -> None:
    at = planter.find("staff", 3, institution_id="JY1002")
    planter.spoil(
        "staff", at, "degree", "大专生", kind="unknown category", code="vocabulary", says="大专生 for 专科"
    )
    at = planter.find("staff", 5, institution_id="JY1014")
    planter.spoil(
        "staff",
        at,
        "institution_id",
        "JY1999",
        kind="unknown school",
        code="ST-03",
        says="no such school on the roster",
    )
    at = planter.find("staff", 2, institution_id="JY1028")
    says = "hired after the year that is reported"
    planter.spoil("staff", at, "hired_on", "2026-03-01", kind="date after report", code="ST-05", says=says)
    at = planter.find("staff", 4, institution_id="JY1036")
    planter.spoil(
        "staff",
        at,
        "degree",
        "  ",
        kind="missing cell",
        code="ST-04",
        says="only blanks where the qualification belongs",
    )
    at = planter.find("staff", 6, institution_id="JY1048")
    planter.spoil(
        "staff",
        at,
        "full_time",
        "不详",
        kind="unknown yes or no",
        code="type",
        says="不详 is neither yes nor no",
    )


def _staff_rows(planter: Planter) -> None:
    like = planter.find("staff", 3, institution_id="JY1055", role="教师")
    says = "the teacher is full-time in two schools"
    changes: dict[str, object] = {"institution_id": "JY1056"}
    planter.add("staff", like, "person_id", changes, kind="teacher in two schools", code="ST-02", says=says)
    like = planter.find("staff", 1, institution_id="JY1067", role="教师")
    planter.add(
        "staff", like, "person_id", {}, kind="duplicate key", code="ST-01", says="the same row sent twice"
    )
    like = planter.find("staff", institution_id="JY1003", role="校长")
    changes = {"person_id": "P900001"}
    planter.add(
        "staff", like, "role", changes, kind="two heads", code="ST-06", says="the school names two heads"
    )


def _training(planter: Planter) -> None:
    planter.spoil(
        "training_records",
        12,
        "hours",
        "900.0",
        kind="value out of range",
        code="TR-03",
        says="900 hours for 90.0",
    )
    planter.spoil(
        "training_records",
        40,
        "person_id",
        "P999999",
        kind="unknown person",
        code="TR-04",
        says="nobody on the staff has this code",
    )
    planter.spoil(
        "training_records",
        77,
        "started_on",
        "2023-05-06",
        kind="date outside year",
        code="TR-05",
        says="a course of another year",
    )
    planter.spoil(
        "training_records",
        101,
        "hours",
        "36学时",
        kind="unit in cell",
        code="own-unit",
        says="the unit stands in the cell",
    )


def _courses(planter: Planter) -> None:
    like = 133
    changes: dict[str, object] = {"record_id": "T202599999"}
    says = "one course recorded twice"
    planter.add("training_records", like, "record_id", changes, kind="double record", code="TR-06", says=says)
    planter.spoil(
        "guidance_records",
        20,
        "days",
        "31.0",
        kind="value out of range",
        code="GU-03",
        says="31 working days in a month",
    )
