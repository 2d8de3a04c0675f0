"""What a result was made from: the form of a file leaves no trace, a number always does."""

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edutargets.attainment import evaluate
from edutargets.canonical_json import canonical_json, hash_of_content
from edutargets.canonical_plans import canonical_plan, hash_of_plan, hash_of_suites
from edutargets.checking import check_submission, read_data
from edutargets.errors import DefinitionError
from edutargets.installed_packages import DIRECT, EXTRAS, MATTER, installed, packages_hash, versions
from edutargets.plans import read_pack, shipped

PACK = "chenghu-modernisation"
ROOT = Path(__file__).parents[2]
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a pack in a folder of its own, with its suites."""
    shutil.copytree(shipped("packs") / PACK, tmp_path / "pack")
    shutil.copytree(shipped("expectations") / PACK, tmp_path / "pack" / "expectations")
    return tmp_path / "pack"


def shuffled(value: Any, chance: random.Random) -> Any:  # noqa: ANN401  # whatever YAML holds
    """Return the same content with the keys of every mapping in another order."""
    if isinstance(value, dict):
        pairs = [(key, shuffled(one, chance)) for key, one in value.items()]
        chance.shuffle(pairs)
        return dict(pairs)
    return [shuffled(one, chance) for one in value] if isinstance(value, list) else value


def texts_only(text: str) -> Any:  # noqa: ANN401  # whatever YAML holds
    """Read YAML as texts, lists and mappings: what a number looks like is kept."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506  # it makes texts only


def rewritten(path: Path, chance: random.Random) -> None:
    """Write a file anew: other order of keys, quotes and braces, comments gone and one come."""
    value = shuffled(texts_only(path.read_text(encoding="utf-8")), chance)
    style = chance.choice(["'", '"'])
    text = yaml.dump(
        value,
        allow_unicode=chance.random() < 1 / 2,
        default_style=style,
        default_flow_style=chance.random() < 1 / 2,
        sort_keys=False,
        width=chance.choice([40, 1000]),
    )
    path.write_text(f"# written anew\n{text}", encoding="utf-8")


# one form ------------------------------------------------------------------------------------------


@given(PLAIN)
def test_the_one_form_is_json_and_reads_back_as_the_same(value: object) -> None:
    """Nothing is lost: a reader of JSON gets the value that was written, down to the last bit."""
    assert json.loads(canonical_json(value), parse_int=float) == value


@given(PLAIN, st.randoms(use_true_random=False))
def test_the_order_of_keys_and_the_blanks_of_a_file_leave_no_trace(
    value: object, chance: random.Random
) -> None:
    """Content has one form, however it was written."""
    text = json.dumps(shuffled(value, chance), indent=chance.choice([None, 1, 7]), ensure_ascii=False)
    assert canonical_json(json.loads(text)) == canonical_json(value)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (-5e-324, "-5e-324"), (1.7976931348623157e308,
        "1.7976931348623157e+308"), (9007199254740992.0, "9007199254740992"), (295147905179352830000.0,
        "295147905179352830000"), (1e21, "1e+21"), (9.999999999999997e22, "9.999999999999997e+22"),
        (333333333.33333329, "333333333.3333333"), (0.000001, "0.000001"), (1e-7, "1e-7"), (4.5, "4.5"),
        (0.002, "0.002"), (1e30, "1e+30"), (1424953923781206.2, "1424953923781206.2"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_standard_says(number: float, written: str) -> None:
    """The examples of RFC 8785, appendix B and section 3.2.2."""
    assert canonical_json(number) == written


def test_keys_stand_in_the_order_of_the_standard() -> None:
    """The example of RFC 8785, section 3.2.3: by UTF-16 code units, so an emoji stands before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = list(json.loads(canonical_json(dict.fromkeys(keys, 0))))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", {1, 2}, object()])
def test_what_json_does_not_have_is_refused(value: object) -> None:
    """A hash of something that depends on the machine would be worse than none."""
    with pytest.raises(ValueError, match="no JSON value"):
        hash_of_content(value)


# the plan ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_written_in_another_way_keeps_its_hash(seed: int, copy: Path) -> None:
    """Comments, the order of keys, quotes and braces are form; so are the files it is cut into."""
    chance, before = random.Random(seed), canonical_plan(read_pack(copy))  # a seeded law
    for path in copy.glob("*.yaml"):
        if path.name != "tables.yaml":  # the order of an ordered vocabulary says something
            rewritten(path, chance)
    assert canonical_plan(read_pack(copy)) == before


def test_tables_written_in_another_way_keep_the_hash(copy: Path) -> None:
    """A table may stand anywhere in its file, and a column anywhere in its table; comments come and go."""
    before, chance = hash_of_plan(read_pack(copy)), random.Random(7)  # a seeded law
    path = copy / "tables.yaml"
    content = texts_only(path.read_text(encoding="utf-8"))
    for table in content["tables"].values():
        pairs = list(table["columns"].items())
        chance.shuffle(pairs)
        table["columns"] = dict(pairs)
    content["tables"] = dict(reversed(content["tables"].items()))
    path.write_text(yaml.dump(content, sort_keys=False), encoding="utf-8")
    assert hash_of_plan(read_pack(copy)) == before


def numbers_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the numbers of a file stand, comments and ids left out."""
    at = 0
    for line in text.splitlines(keepends=True):
        code = line.partition(" #")[0] if not line.lstrip().startswith("#") else ""
        if not code.lstrip(" -").startswith("id:"):
            yield from ((at + found.start(), at + found.end()) for found in NUMBER.finditer(code))
        at += len(line)


@pytest.mark.parametrize("name", ["plan.yaml", "tables.yaml"])
def test_any_number_that_is_changed_changes_the_hash(name: str, copy: Path) -> None:
    """A threshold, a year, a range, a clause: whatever the pack still reads with is another plan."""
    path, chance = copy / name, random.Random(3)  # a seeded law
    text = path.read_text(encoding="utf-8")
    places = list(numbers_in(text))
    before, tried = hash_of_plan(read_pack(copy)), 0
    for start, end in chance.sample(places, min(len(places), 60)):
        digit = text[end - 1]
        path.write_text(f"{text[: end - 1]}{(int(digit) + 1) % 10}{text[end:]}", encoding="utf-8")
        try:
            changed = hash_of_plan(read_pack(copy))
        except DefinitionError:
            continue  # no plan any more
        tried += 1
        assert changed != before, text[max(0, start - 60) : end + 20]
    assert tried >= 10


def changed_text(folder: Path, name: str, how: Callable[[str], str]) -> str:
    """Change a file of a pack and return the hash of the plan."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert how(text) != text
    path.write_text(how(text), encoding="utf-8")
    return hash_of_plan(read_pack(folder))


def test_a_word_of_the_source_text_changes_the_hash(copy: Path) -> None:
    """Quotes are held against these very words."""
    before = hash_of_plan(read_pack(copy))
    (document,) = {one.file for one in read_pack(copy).file.documents.values()}
    assert changed_text(copy, document, lambda text: f"{text}\n又及。\n") != before


def test_the_order_of_a_vocabulary_that_runs_from_low_to_high_is_content(tmp_path: Path) -> None:
    """`education >= 'bachelor'` means other people when the order changes; elsewhere order is form."""
    (tmp_path / "pack.yaml").write_text("id: small\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(
        "targets:\n  - {id: a, type: count, from: staff, count: count(*), at_least: 1 teacher, in: 2025}\n",
        encoding="utf-8",
    )
    tables = (
        "tables:\n  staff:\n    counts: teacher\n    key: [staff_id]\n"
        "    period: year\n    reports: staff_id\n"
        "    columns:\n      staff_id: {{type: code}}\n      year: {{type: year}}\n"
        "      level: {{type: category, ordered: {ordered}, values: {{{values}}}}}\n"
    )
    found = {}
    for ordered in ("true", "false"):
        for values in ("low: {}, high: {}", "high: {}, low: {}"):
            text = tables.format(ordered=ordered, values=values)
            (tmp_path / "tables.yaml").write_text(text, encoding="utf-8")
            found[ordered, values] = hash_of_plan(read_pack(tmp_path))
    assert len({found["true", values] for _, values in found}) == 2
    assert len({found["false", values] for _, values in found}) == 1


def test_a_suite_written_in_another_way_keeps_its_hash_and_a_limit_changes_it(copy: Path) -> None:
    """The checks are content, too."""
    pack = read_pack(copy)
    before, chance = hash_of_suites(pack), random.Random(5)  # a seeded law
    for path in (copy / "expectations").glob("*.json"):
        content = shuffled(json.loads(path.read_text(encoding="utf-8")), chance)
        path.write_text(json.dumps(content, ensure_ascii=True, indent=3), encoding="utf-8")
    assert hash_of_suites(pack) == before
    path = next(iter((copy / "expectations").glob("*.json")))
    content = json.loads(path.read_text(encoding="utf-8"))
    content["expectations"][0]["meta"]["version"] = "another"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert hash_of_suites(pack) != before


# the result ----------------------------------------------------------------------------------------


def test_a_result_says_everything_it_was_made_from() -> None:
    """Each file, the plan, the checks, the lock, the packages; no time and no place."""
    pack = read_pack(PACK)
    results = evaluate(pack, check_submission(pack, read_data(pack, f"sample:{PACK}/complete")).admit())
    made = results.provenance
    hashes = [made.plan, made.suites, made.lock, made.packages, *made.data.values()]
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in hashes)
    assert set(made.data) == {file.name for file in results.admitted.submission.files}
    assert made.versions["duckdb"]
    assert str(ROOT) not in json.dumps(made.to_dict())
    assert made.sha256 == hash_of_content(made.to_dict())


# what is installed ---------------------------------------------------------------------------------


def test_the_packages_asked_for_are_those_of_the_project() -> None:
    """The list that begins the search for versions is the one that an installation follows."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name, known in (("dependencies", DIRECT), ("notebooks", EXTRAS)):
        found = re.search(rf"^{name} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
        assert found is not None
        asked = re.findall(r'^\s+"([\w-]+)', found[1], re.MULTILINE)
        assert sorted(one.lower() for one in asked) == sorted(known)


def test_packages_of_packages_are_found_and_those_of_extras_are_not() -> None:
    """What pandas asks for runs, too; what only its plots would ask for does not count."""
    found = installed(("pandas",))
    assert {"pandas", "numpy", "python-dateutil"} <= set(found)
    assert "matplotlib" not in found
    assert set(MATTER) <= set(versions())
    assert installed(("no-such-package",)) == {}
    assert re.fullmatch(r"[0-9a-f]{64}", packages_hash())
