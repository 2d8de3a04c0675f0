"""Plans: unique names, YAML there and back, and a pack that is held against its text and tables."""

from pathlib import Path

import pytest

from edutargets.errors import DefinitionError, UnknownTargetError
from edutargets.plans import Plan, bind_all, check_pack, pack_names, read_pack
from edutargets.tables import Dictionary

COUNT = {"type": "count", "from": "schools", "count": "count(*)", "at_least": 3, "in": 2024}


def test_a_name_is_used_once() -> None:
    """Results are found by it."""
    with pytest.raises(DefinitionError, match=r"'a\.b' is used twice"):
        Plan.from_fields([{"id": "a.b", **COUNT}, {"id": "a.b", **COUNT}])


def test_a_target_is_found_by_its_name_or_refused_with_the_near_one() -> None:
    """A misspelled name is told."""
    plan = Plan.from_fields([{"id": "a.b", **COUNT}, {"id": "a.c", **COUNT}])
    assert plan["a.c"].id == "a.c"
    assert len(plan) == 2
    assert [target.id for target in plan] == list(plan.ids) == ["a.b", "a.c"]
    with pytest.raises(UnknownTargetError, match=r"did you mean a\.b"):
        plan["a.bb"]


def test_fields_and_text_make_the_same_plan() -> None:
    """A notebook and a file say the same."""
    text = "targets:\n- {id: a.b, type: count, from: schools, count: count(*), at_least: 3, in: 2024}\n"
    assert Plan.from_fields([{"id": "a.b", **COUNT}]) == Plan.from_yaml(text)


def test_a_composite_that_contains_itself_is_refused(tables: Dictionary) -> None:
    """A circle has no verdict, however long it is."""
    circle = [{"id": f"c.{n}", "type": "composite", "all_of": [f"c.{(n + 1) % 3}"]} for n in range(3)]
    with pytest.raises(DefinitionError, match="contains itself"):
        bind_all(Plan.from_fields(circle), tables)


def test_a_composite_of_unknown_members_is_refused(tables: Dictionary) -> None:
    """Its members are targets of the same list."""
    with pytest.raises(DefinitionError, match=r"no target 'a\.x'"):
        bind_all(
            Plan.from_fields([{"id": "a.b", **COUNT}, {"id": "c", "type": "composite", "any_of": ["a.x"]}]),
            tables,
        )


def _pack(folder: Path, plan: str, figures: str = "figures: []\n") -> Path:
    (folder / "pack.yaml").write_text(
        "id: p\ndocuments: {d: {title: {zh: 规划}, file: d.md}}\nfigures: figures.yaml\n", encoding="utf-8"
    )
    (folder / "d.md").write_text("到2025年,学校达到\n3所。", encoding="utf-8")
    (folder / "tables.yaml").write_text(
        "tables: {schools: {counts: school, key: [id], reports: id, columns: {id: {type: code}}}}\n",
        encoding="utf-8",
    )
    (folder / "plan.yaml").write_text(plan, encoding="utf-8")
    (folder / "figures.yaml").write_text(figures, encoding="utf-8")
    return folder


SOUND = """
targets:
- {id: a.b, type: count, from: schools, count: count(*), at_least: 3, cite: {document: d, quote: 学校达到3所}}
"""
FIGURES = "figures:\n- {id: f, type: count, from: schools, count: count(*), printed: 3}\n"


def test_a_sound_pack_is_read_whole(tmp_path: Path) -> None:
    """Targets and figures are bound to the tables."""
    pack = read_pack(_pack(tmp_path, SOUND, FIGURES))
    assert pack.plan.ids == ("a.b",)
    assert pack.figures.ids == ("f",)
    assert set(pack.measures) == {"a.b", "f"}


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (SOUND.replace("学校达到3所", "学校达到4所"), "not found in d.md"),
        (SOUND.replace("学校达到3所", "' '"), "not found in d.md"),
        (SOUND.replace("document: d", "document: e"), "unknown document 'e'"),
        (SOUND + "- {id: c, type: composite, all_of: [a.b, f]}\n", "no target 'f'"),
        (SOUND + "- {id: f, type: count, from: schools, count: count(*), at_least: 3}\n", "used twice"),
        (SOUND + "more: 1\n", "unknown field 'more'"),
        ("targets: []\n", "holds no targets"),
    ],
)
def test_a_pack_with_a_fault_says_which(tmp_path: Path, plan: str, said: str) -> None:
    """A quote that is not in the text, a member that is a figure, a name used in both files."""
    found = "\n".join(map(str, check_pack(_pack(tmp_path, plan, FIGURES))))
    assert said in found


def test_a_missing_pack_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """The shipped packs are named."""
    with pytest.raises(DefinitionError, match="jieyang-district-2023"):
        read_pack(tmp_path)


@pytest.mark.parametrize("name", pack_names())
def test_every_shipped_pack_is_sound(name: str) -> None:
    """No pack leaves the house with a fault."""
    assert check_pack(name) == ()
