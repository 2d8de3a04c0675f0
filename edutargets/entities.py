"""The things a plan counts, and every spelling of their units: vocabulary, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CURRENCIES",
    "ENTITIES",
    "ENTITY_BY_NAME",
    "LEARNERS",
    "OTHER_UNITS",
    "PERSONS",
    "SPELLINGS",
    "ZH_NAMES",
    "Entity",
]


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that is counted: never added to, or divided away by, another kind of thing.

    Args:
        name: The unit's name in expressions and YAML.
        plural: The English plural.
        zh: The Chinese noun.
        counter: The Chinese measure word that stands between number and noun.
        below: How Chinese writes it below a fraction line (元/生).
    """

    name: str
    plural: str
    zh: str
    counter: str
    below: str = ""


ENTITIES: tuple[Entity, ...] = (
    Entity("student", "students", "学生", "名", "生"),
    Entity("child", "children", "幼儿", "名", "生"),
    Entity("teacher", "teachers", "教师", "名"),
    Entity("principal", "principals", "校长", "名"),
    Entity("researcher", "researchers", "教研员", "名"),
    Entity("civil_servant", "civil servants", "公务员", "名"),
    Entity("person", "persons", "人", "", "人"),
    Entity("school", "schools", "学校", "所", "校"),
    Entity("kindergarten", "kindergartens", "幼儿园", "所", "园"),
    Entity("institution", "institutions", "机构", "个"),
    Entity("class", "classes", "班级", "个", "班"),
    Entity("classroom", "classrooms", "教室", "间"),
    Entity("place", "places", "学位", "个"),
    Entity("project", "projects", "项目", "个"),
    Entity("post", "posts", "岗位", "个"),
    Entity("course", "courses", "课程", "门"),
    Entity("training_session", "training sessions", "培训", "期"),
    Entity("event", "events", "活动", "次"),
    Entity("meeting", "meetings", "会议", "次"),
    Entity("document", "documents", "文件", "份"),
    Entity("record", "records", "记录", "条"),
    Entity("award", "awards", "认定", "项"),
    Entity("research_topic", "research topics", "课题", "项"),
    Entity("studio", "studios", "工作室", "个"),
    Entity("base", "bases", "基地", "个"),
    Entity("community", "communities", "共同体", "个"),
    Entity("town", "towns", "镇街", "个"),
    Entity("district", "districts", "区县", "个"),
    Entity("figure", "figures", "数据", "项"),
    Entity("indicator", "indicators", "指标", "项"),
    Entity("item", "items", "配置", "项"),
    Entity("task", "tasks", "任务", "项"),
    Entity("survey_response", "survey responses", "问卷", "份"),
    Entity("training_hour", "training hours", "学时", "", "学时"),
    Entity("lesson", "lessons", "课", "节", "课时"),
    Entity("work_day", "days", "天", "", "天"),
    Entity("book", "books", "图书", "册"),
    Entity("computer", "computers", "计算机", "台"),
)
PERSONS = frozenset({"student", "child", "teacher", "principal", "researcher", "civil_servant", "person"})
LEARNERS = frozenset({"student", "child"})
CURRENCIES = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "HKD": "港元"}

ENTITY_BY_NAME = {entity.name: entity for entity in ENTITIES}
OTHER_UNITS = (
    "year = [time]",
    "month = year / 12",
    "quarter = year / 4",
    "square_metre = [area]",
    "percentage_point = [percentage_point]",
    "percent = 1 / 100",
    "permille = 1 / 1000",
    "hundred = 100",
)
SPELLINGS = {
    "%": "percent",
    "‰": "permille",
    "百分点": "percentage_point",
    "pp": "percentage_point",
    "元": "CNY",
    "人民币元": "CNY",
    "yuan": "CNY",
    "RMB": "CNY",
    "生": "student",
    "学生": "student",
    "pupil": "student",
    "幼儿": "child",
    "名": "person",
    "人": "person",
    "people": "person",
    "所": "school",
    "校": "school",
    "园": "kindergarten",
    "班": "class",
    "百": "hundred",
    "年": "year",
    "学年": "year",
    "月": "month",
    "季度": "quarter",
    "学时": "training_hour",
    "课时": "lesson",
    "节": "lesson",
    "天": "work_day",
    "日": "work_day",
    "day": "work_day",
    "学位": "place",
    "平方米": "square_metre",
    "㎡": "square_metre",
    "m2": "square_metre",
    "册": "book",
    "台": "computer",
    "美元": "USD",
    "US$": "USD",
    "US dollar": "USD",
    "US dollars": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "港元": "HKD",
}
ZH_NAMES = {
    **CURRENCIES,
    "year": "年",
    "month": "个月",
    "quarter": "个季度",
    "square_metre": "平方米",
    "percent": "%",
    "percentage_point": "个百分点",
    "permille": "‰",
    "hundred": "百",
}
