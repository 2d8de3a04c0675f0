"""A pack started from a text: every numeric clause has a stub, and the folder is sound at once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from edutargets.checking import check_pack
from edutargets.clause_guesses import GoalGuess, NumericClause, numeric_clauses, plan_years
from edutargets.coverage import coverage_of
from edutargets.errors import DefinitionError, SubmissionError
from edutargets.new_plans import start_pack, title_of, waiting_stubs
from edutargets.plan_texts import cut
from edutargets.plans import PACKS, PlanFile, read_pack
from edutargets.stub_marks import stubs_in
from edutargets.written_files import OutputError
from edutargets.yaml_files import parse_yaml, read_definition

DISTRICT = PACKS / "jieyang-district-2023" / "district_plan_2023.zh.md"
CHENGHU = PACKS / "chenghu-modernisation" / "modernisation_plan.zh.md"
TEXTS = {"district": DISTRICT, "chenghu": CHENGHU}
STUB = re.compile(r"^  ## stub (\d+) of (\d+):", re.MULTILINE)


def clauses_of(text: str) -> tuple[NumericClause, ...]:
    """Cut a text and return its numeric clauses."""
    return numeric_clauses(cut("plan", text))


def goal_of(text: str) -> GoalGuess:
    """Return the one promised goal of a text."""
    (goal,) = [goal for clause in clauses_of(text) for goal in clause.goals if goal.word is not None]
    return goal


def uncommented(plan: str) -> str:
    """Take the `# ` off every stub, as its reader would."""
    return re.sub(r"(?m)^  # ", "  ", plan)


# what is guessed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word", "limit", "type_"),
    [
        ("占比达到50%以上。", "at_least", "50 %", "ratio"),
        ("占比不低于5%。", "at_least", "5 %", "ratio"),
        ("占比低于5%。", "below", "5 %", "ratio"),
        ("占比超过5%。", "above", "5 %", "ratio"),
        ("服务对象不超过适龄残疾学生总数的10%。", "at_most", "10 %", "ratio"),
        ("大班额控制在5%以内。", "at_most", "5 %", "ratio"),
        ("规模每年增长15%以上。", "at_least", "15 %", "growth"),
        ("规划投入近6亿元。", "about", "6 亿元", "amount"),
        ("规划投入1.23亿元。", "at_least", "1.23 亿元", "amount"),
        ("提高至每生每年7000元以上。", "at_least", "7000 CNY/student/year", "per_student_amount"),
        ("每名校长每年接受不少于90学时的培训。", "at_least", "90 training_hour", "training_hours"),
        ("教研员每年听评课不少于80节。", "at_least", "80 lesson", "duty"),
        ("每年开展1-2次专项检查活动。", "between", ("1 event", "2 event"), "count"),
        ("每周至少召开一次工作推进会议。", "at_least", "1 per week", "frequency"),
        ("建设6个城乡教育共同体。", "at_least", "6 community", "count"),
        ("公办学位3500个。", "at_least", "3500 place", "count"),
        ("支出逐年“只增不减”。", "never_decreasing", "", "trend"),
    ],
)
def test_the_words_around_a_number_say_what_it_asks(
    text: str, word: str, limit: str | tuple[str, str], type_: str
) -> None:
    """以上, 不少于 and 达到 set a least, 不超过 and 以内 a most; the counter sets type and unit."""
    goal = goal_of(text)
    assert (goal.word, goal.limit, goal.type) == (word, limit, type_)


def test_a_guess_says_which_words_it_rests_on() -> None:
    """A bare number promises nobody knows whether a least or an exact number: that is left to decide."""
    assert goal_of("不少于600名。").sign == "不少于"
    bare = goal_of("建成8所学校。")
    assert bare.sign == ""
    assert any("exactly" in said for said in bare.decide)


def test_two_numbers_of_one_phrase_share_their_goal_word() -> None:
    """分别达到83%、92%: the second number is asked for by the same word."""
    (clause,) = clauses_of("学历比例分别达到83%、92%。")
    assert [(goal.word, goal.limit, goal.sign) for goal in clause.goals] == [
        ("at_least", "83 %", "达到"),
        ("at_least", "92 %", "达到"),
    ]
    assert any(said.startswith("2 numbers") for said in clause.decide)


@pytest.mark.parametrize(
    "text", ["办好“三所学校”。", "四级教研体系。", "“5085”目标。", "实施周期为3年。", "(共印120份)"]
)
def test_a_number_in_a_name_is_no_goal(text: str) -> None:
    """Names and lengths of time have a stub, for coverage will ask for them, but no target is sketched."""
    (clause,) = clauses_of(text)
    assert [goal.word for goal in clause.goals] == [None]


@pytest.mark.parametrize("text", ["到2025年,办好学校。", "(×府〔2023〕2号)", "第6版教材。", "办好教育。"])
def test_dates_documents_and_ordinals_name_no_quantity(text: str) -> None:
    """A phrase without a quantity has no stub."""
    assert clauses_of(text) == ()


def test_time_and_group_are_read_from_the_sentence() -> None:
    """The date before a phrase is its deadline, 每年 makes it yearly, 每名 says of whom."""
    (clause,) = clauses_of("到2025年,全区每名校长每年接受不少于90学时的培训。")
    assert (clause.due, clause.yearly, clause.group) == ((2025, 0, 0), True, ("每名校长", "principals"))


def test_a_number_that_says_who_is_meant_is_marked() -> None:
    """招收残疾学生5人以上的普通学校: the 5 is a condition, and perhaps not the promise."""
    (clause,) = clauses_of("招收残疾学生5人以上的普通学校全部设立资源教室。")
    assert any("who is meant" in said for said in clause.goals[0].decide)


def test_a_second_phrase_asks_whether_every_year_still_holds() -> None:
    """每年开展培训1期,研修3期: whether the second is yearly too is for a reader to say."""
    first, second = clauses_of("每年开展任职资格培训1期,高级研修培训3期。")
    assert (first.yearly, second.yearly) == (True, False)
    assert any("每年" in said for said in second.decide)


def test_the_years_of_a_plan_are_the_span_that_ends_when_it_falls_due() -> None:
    """Spans of other plans that are only cited do not count."""
    text = "《行动方案(2022-2024年)》精神。到2025年,建成。2023-2025年教育。"
    assert plan_years(cut("plan", text)) == (2023, 2025)
    assert plan_years(cut("plan", "办好教育。")) is None


# the real texts --------------------------------------------------------------------------------------------


def test_every_quantity_of_the_district_plan_stands_in_a_stub() -> None:
    """79 phrases name a quantity or a range, one a trend; 26 more name numbers in words only."""
    text = cut("plan", DISTRICT.read_text(encoding="utf-8"))
    clauses = numeric_clauses(text)
    assert len(clauses) == 106
    assert [clause.start for clause in clauses] == sorted(clause.start for clause in clauses)
    numbers = [number.text for number in text.numbers if number.kind in {"quantity", "range", "numeral"}]
    assert [goal.number for clause in clauses for goal in clause.goals if goal.number] == numbers
    assert all(clause.quote in text.text for clause in clauses)


@pytest.mark.parametrize(
    ("quote", "goals"),
    [
        ("区级财政性学前教育经费占同级财政性教育经费比例不低于5%", [("at_least", "5 %", "ratio")]),
        ("其中接受送教服务对象不超过适龄残疾学生总数的10%", [("at_most", "10 %", "ratio")]),
        ("每年引进高层次和急需紧缺专业教师不少于136名", [("at_least", "136 teacher", "count")]),
        (
            "打造10所以上市级示范性幼儿园和30所以上区级示范性幼儿园",
            [("at_least", "10 kindergarten", "count"), ("at_least", "30 kindergarten", "count")],
        ),
        ("区、镇(街道)教育部门每月至少召开一次工作调度会议", [("at_least", "1 per month", "frequency")]),
    ],
)
def test_clauses_of_the_district_plan_are_guessed_right(
    quote: str, goals: list[tuple[str, str, str]]
) -> None:
    """The guesses agree with the targets that people wrote."""
    clauses = numeric_clauses(cut("plan", DISTRICT.read_text(encoding="utf-8")))
    (clause,) = [clause for clause in clauses if clause.quote == quote]
    assert [(goal.word, goal.limit, goal.type) for goal in clause.goals] == goals


@pytest.mark.parametrize("name", TEXTS)
def test_a_started_pack_is_sound_and_says_what_waits(name: str, tmp_path: Path) -> None:
    """Its stubs are comments, so it can be checked, read and covered from the first minute."""
    made = start_pack(TEXTS[name], tmp_path / "new")
    assert check_pack(made.folder) == ()
    pack = read_pack(made.folder)
    assert (pack.id, len(pack.plan), len(pack.dictionary.tables)) == ("new", 0, 0)
    assert not coverage_of(pack).whole
    plan = (made.folder / "plan.yaml").read_text(encoding="utf-8")
    numbers = STUB.findall(plan)
    assert numbers == [(str(at), str(made.stubs)) for at in range(1, made.stubs + 1)]
    assert waiting_stubs(made.folder) == made.stubs
    assert (made.folder / "expectations").is_dir()
    assert (made.folder / TEXTS[name].name).read_bytes() == TEXTS[name].read_bytes()


@pytest.mark.parametrize("name", TEXTS)
def test_uncommented_stubs_are_targets_that_only_miss_their_tables(name: str, tmp_path: Path) -> None:
    """Types, goal words, units, times and quotes can be read as they stand; a tolerance must be decided."""
    made = start_pack(TEXTS[name], tmp_path / "new")
    plan = made.folder / "plan.yaml"
    text = uncommented(plan.read_text(encoding="utf-8")).replace("tolerance: to decide", "tolerance: 5 %")
    targets = read_definition(parse_yaml(text), PlanFile).targets
    promised = sum(
        goal.word is not None
        for clause in numeric_clauses(cut("plan", TEXTS[name].read_text(encoding="utf-8")))
        for goal in clause.goals
    )
    assert len(targets) == promised
    plan.write_text(text, encoding="utf-8")
    faults = check_pack(made.folder)
    assert {fault.code for fault in faults} == {"unknown-table"}


def test_stubs_name_their_chapter_and_what_is_to_be_decided(tmp_path: Path) -> None:
    """A stub is read on its own: the headings above it, its words, what was found, what is open."""
    made = start_pack(DISTRICT, tmp_path / "new")
    plan = (made.folder / "plan.yaml").read_text(encoding="utf-8")
    stub = next(
        part for part in plan.split("\n\n") if "quote: 全区每名校长每年接受不少于90学时的培训" in part
    )
    assert "六(三)2, line 103" in stub
    assert "under: 六、工作措施 > (三)实施教师教育振兴工程" in stub
    assert "found: 90学时 -> at_least 90 training_hour, training_hours (不少于)" in stub
    assert "  #   during: [2023, 2025]" in stub
    assert "  #   each: principals" in stub


# files -----------------------------------------------------------------------------------------------------


def test_a_text_in_gb18030_is_written_in_utf_8(tmp_path: Path) -> None:
    """Plans come from offices whose programs save GB18030; the pack is UTF-8."""
    text = tmp_path / "plan.md"
    text.write_bytes("# 方案\r\n到2025年,建成8所学校。\r\n".encode("gb18030"))
    made = start_pack(text, tmp_path / "new")
    assert (made.folder / "plan.md").read_text(encoding="utf-8") == "# 方案\n到2025年,建成8所学校。\n"
    assert (made.title, made.stubs, check_pack(made.folder)) == ("方案", 1, ())


def test_the_headings_of_a_plain_text_are_marked(tmp_path: Path) -> None:
    """A .txt has no marks, so its numbered short lines become headings; its words stay as they are."""
    text = tmp_path / "plan.txt"
    text.write_text("教育提升方案\n一、目标\n(一)具体\n1.到2025年,建成8所学校。\n", encoding="utf-8")
    made = start_pack(text, tmp_path / "new")
    copied = (made.folder / "plan.md").read_text(encoding="utf-8")
    assert copied == "# 教育提升方案\n## 一、目标\n### (一)具体\n1.到2025年,建成8所学校。\n"
    assert "一(一), line 4" in (made.folder / "plan.yaml").read_text(encoding="utf-8")


def test_a_text_without_numbers_starts_a_sound_pack(tmp_path: Path) -> None:
    """A plan may promise without a number; nothing waits, and nothing is wrong."""
    text = tmp_path / "plan.md"
    text.write_text("# 方案\n办好教育。\n", encoding="utf-8")
    made = start_pack(text, tmp_path / "new")
    assert (made.stubs, waiting_stubs(made.folder), check_pack(made.folder)) == (0, 0, ())


def test_words_that_look_like_markup_stay_words(tmp_path: Path) -> None:
    """Quotes, hashes, colons and old line ends of a text cannot break the files made of it."""
    text = tmp_path / "plan.md"
    text.write_text(
        "# 方案: 'a' #b\n建成8所'学校' #c \"d\"\x85到2025年\u2028建成9所: - x学校。\x0c", encoding="utf-8"
    )
    made = start_pack(text, tmp_path / "new")
    assert check_pack(made.folder) == ()
    plan = uncommented((made.folder / "plan.yaml").read_text(encoding="utf-8"))
    assert (
        len(read_definition(parse_yaml(plan.replace("by: to decide", "by: 2025-12-31")), PlanFile).targets)
        == 2
    )


def test_an_existing_folder_is_never_touched(tmp_path: Path) -> None:
    """What people have written there is worth more than a fresh start."""
    (tmp_path / "new").mkdir()
    with pytest.raises(OutputError, match="is there already"):
        start_pack(DISTRICT, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plan.docx", b"PK", "ends in '.docx'"),
        ("plan.md", b"\xff\xfe\x00\x4e", "UTF-8 or GB18030"),
        ("plan.md", b"a\x00b", "UTF-8 or GB18030"),
        ("plan.md", b" \n", "holds no words"),
        ("plan.md", None, "cannot be read"),
    ],
)
def test_what_is_no_text_is_refused_and_nothing_is_left(
    name: str, data: bytes | None, said: str, tmp_path: Path
) -> None:
    """The reason is said before anything is written."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(SubmissionError, match=re.escape(said)):
        start_pack(tmp_path / name, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".edutargets-*"))


def test_the_name_is_given_or_made_from_the_folder(tmp_path: Path) -> None:
    """A name that commands could not take is refused."""
    assert start_pack(DISTRICT, tmp_path / "My Plan 2026").id == "my-plan-2026"
    assert start_pack(DISTRICT, tmp_path / "规划").id == "new-plan"
    with pytest.raises(DefinitionError, match="no name of a pack"):
        start_pack(DISTRICT, tmp_path / "x", "a/b")


def test_a_notice_is_called_after_what_it_issues() -> None:
    """The number of a document and the words of its covering notice are no title."""
    assert title_of("×府〔2023〕2号\n\n# 关于印发《提升方案》的通知\n") == "提升方案"
    assert title_of("区教育提升方案\n\n为深入贯彻,制定本方案。\n") == "区教育提升方案"


def test_only_a_started_plan_may_stay_empty() -> None:
    """An empty plan file that nobody started is a slip, as it was before."""
    assert stubs_in("targets: []\n") is None


# the command -----------------------------------------------------------------------------------------------


def test_the_command_starts_a_pack_and_check_counts_its_stubs(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    """Exit code 0; the last line of `check` says how many clauses wait."""
    code, out, _ = run("new-plan", DISTRICT, "-o", tmp_path / "new", "--id", "my-plan")
    assert (code, "106 stubs" in out) == (0, True)
    assert read_pack(tmp_path / "new").id == "my-plan"
    code, out, _ = run("check", tmp_path / "new")
    assert (code, out.splitlines()[-1]) == (
        0,
        f"{tmp_path / 'new'}: no faults, 106 stubs waiting to become targets",
    )
    code, _, err = run("new-plan", DISTRICT, "-o", tmp_path / "new")
    assert (code, "is there already" in err) == (2, True)
