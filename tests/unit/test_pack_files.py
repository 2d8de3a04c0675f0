"""A pack of many files is read as one: tables merged, plans in the order of names, remarks beside them."""

from pathlib import Path

import pytest

from edutargets.errors import DefinitionError
from edutargets.plans import check_pack, read_pack
from edutargets.provenance import hash_of_folder

PACK = """\
id: p
documents:
  d: {title: {zh: 规划}, file: d.md}
tables: [schools.yaml, staff.yaml]
plan: plan/*.yaml
exclusions: exclusions.yaml
findings: findings.yaml
"""
SCHOOLS = """\
tables:
  schools:
    {counts: school, key: [id], reports: id, columns: {id: {type: code}}}
"""
STAFF = """\
tables:
  staff:
    counts: person
    key: [person]
    reports: school
    columns: {person: {type: code}, school: {type: code, references: schools.id}}
"""
FIRST = """\
targets:
- {id: a.b, type: count, from: schools, count: count(*), at_least: 3, cite: {document: d, quote: 学校达到3所}}
"""
SECOND = """\
targets:
- {id: c.d, type: count, from: staff, count: count(*), at_least: 9, cite: {document: d, quote: 教师9名}}
"""
EXCLUSIONS = """\
exclusions:
- {id: text.1, clause: 一, quote: 到2025年, reason: a date}
"""
FINDINGS = """\
findings:
- code: list-missing
  severity: info
  clauses: [{quote: 教师9名}]
  says: {en: nobody is listed, zh: 没有列出}
waivers:
- {code: x.y, targets: [a.b], reason: {en: known, zh: 已知}}
"""
FILES = {
    "pack.yaml": PACK,
    "schools.yaml": SCHOOLS,
    "staff.yaml": STAFF,
    "plan/01.yaml": FIRST,
    "plan/02.yaml": SECOND,
    "exclusions.yaml": EXCLUSIONS,
    "findings.yaml": FINDINGS,
    "d.md": "到2025年,学校达到\n3所,教师9名。\n",
}


def pack(folder: Path, **changed: str) -> Path:
    """Write a sound pack with some of its files changed; a name's slash and dot are written _ and nothing."""
    (folder / "plan").mkdir(exist_ok=True)
    for name, text in FILES.items():
        key = name.removesuffix(".yaml").replace("/", "_")
        (folder / name).write_text(changed.get(key, text), encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    """Return the faults of a pack as they are printed."""
    return [str(fault) for fault in check_pack(folder)]


def test_a_pack_of_many_files_is_read_as_one(tmp_path: Path) -> None:
    """Tables are merged, targets stand in the order of the files' names."""
    found = read_pack(pack(tmp_path))
    assert set(found.dictionary.tables) == {"schools", "staff"}
    assert found.plan.ids == ("a.b", "c.d")
    assert [one.id for one in found.remarks.exclusions] == ["text.1"]
    assert [one.code for one in found.remarks.findings] == ["list-missing"]
    assert [one.code for one in found.remarks.waivers] == ["x.y"]


def test_the_order_of_a_pattern_is_that_of_the_names(tmp_path: Path) -> None:
    """10 comes after 02, and a list keeps its own order."""
    pack(tmp_path)
    (tmp_path / "plan" / "02.yaml").rename(tmp_path / "plan" / "00.yaml")
    assert read_pack(tmp_path).plan.ids == ("c.d", "a.b")
    listed = PACK.replace("plan/*.yaml", "[plan/01.yaml, plan/00.yaml]")
    (tmp_path / "pack.yaml").write_text(listed, encoding="utf-8")
    assert read_pack(tmp_path).plan.ids == ("a.b", "c.d")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "staff",
            "staff:",
            "schools:",
            "staff.yaml:2: tables.schools: the table 'schools' is already in schools.yaml",
        ),
        ("staff", "type: code", "type: kode", "staff.yaml:6: tables.staff.columns.person.type: 'kode'"),
        ("staff", "schools.id", "schools.ix", "staff.school references 'schools.ix'"),
        ("staff", "tables:", "tabels:", "staff.yaml: holds no tables"),
        ("plan_02", "c.d", "a.b", "plan/02.yaml:2: a.b: the id 'a.b' is used twice (first at plan/01.yaml:2"),
        ("plan_02", "教师9名", "教师8名", "plan/02.yaml:2: c.d.cite: the quote '教师8名' is not found"),
        ("pack", "plan/*.yaml", "plans/*.yaml", "no file matches 'plans/*.yaml'"),
        ("exclusions", "到2025年", "到2026年", "exclusions.yaml:2: exclusions[0].quote: the quote"),
        ("exclusions", "text.1", "a.b", "exclusions.yaml:2: exclusions[0].id: the id 'a.b' is used twice"),
        (
            "exclusions",
            "reason: a date",
            "reason: ' '",
            "exclusions.yaml:2: exclusions[0].reason: says nothing",
        ),
        ("exclusions", ", reason: a date", "", "exclusions.yaml:2: exclusions[0].reason: the field 'reason'"),
        ("exclusions", "clause: 一", "document: e", "exclusions[0].document: unknown document 'e'"),
        ("findings", "教师9名", "教师8名", "findings.yaml:4: findings[0].clauses[0].quote: the quote"),
        ("findings", "[a.b]", "[a.x]", "findings.yaml:7: waivers[0].targets: there is no target 'a.x'"),
        ("findings", "targets: [a.b], ", "", "a waiver names `targets: [ids]` or a `quote`"),
        ("findings", "severity: info", "severity: bad", "findings.yaml:3: findings[0].severity: 'bad'"),
    ],
)
def test_a_fault_of_any_file_is_told_with_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    """Whoever wrote that file finds it at once."""
    name = {key.removesuffix(".yaml").replace("/", "_"): text for key, text in FILES.items()}[file]
    assert old in name
    found = "\n".join(faults(pack(tmp_path, **{file: name.replace(old, new)})))
    assert said in found


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """A pack is mended in one go."""
    folder = pack(
        tmp_path,
        plan_01=FIRST.replace("3所", "4所"),
        exclusions=EXCLUSIONS.replace("到2025年", "到2026年"),
        findings=FINDINGS.replace("[a.b]", "[a.x]"),
    )
    found = "\n".join(faults(folder))
    assert all(name in found for name in ("plan/01.yaml", "exclusions.yaml", "findings.yaml"))


def test_two_tables_files_that_cannot_be_read_are_both_told(tmp_path: Path) -> None:
    """Not only the first."""
    with pytest.raises(DefinitionError) as refused:
        read_pack(pack(tmp_path, schools="tables: [", staff="tables: {a: "))
    assert len(refused.value.faults) >= 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("part_of: c.x", "part_of: there is no target 'c.x'"),
        ("part_of: a.b", "part_of: the target is a part of itself"),
        ("part_of: c.d", "do not count the same thing: school and person"),
        ("population: nowhere", "population: unknown table 'nowhere'"),
        ("population: {number: 3 person}", "population.number"),
        ("population: {number: 3, cite: {document: d, quote: 没有}}", "population.cite: the quote"),
    ],
)
def test_parts_and_populations_must_exist(tmp_path: Path, fields: str, said: str) -> None:
    """A rule that runs on a misspelled name would find nothing, for ever."""
    plan = FIRST.replace("at_least: 3,", f"at_least: 3, {fields},")
    assert said in "\n".join(faults(pack(tmp_path, plan_01=plan)))


def test_every_file_below_the_folder_changes_the_hash_of_a_pack(tmp_path: Path) -> None:
    """Two files of one name in two folders are two files; hidden ones are nobody's."""
    first = hash_of_folder(pack(tmp_path))
    (tmp_path / ".note").write_text("x", encoding="utf-8")
    assert hash_of_folder(tmp_path) == first
    (tmp_path / "plan" / "01.yaml").write_text(FIRST + "\n", encoding="utf-8")
    second = hash_of_folder(tmp_path)
    (tmp_path / "plan" / "01.yaml").rename(tmp_path / "01.yaml")
    assert len({first, second, hash_of_folder(tmp_path)}) == 3
