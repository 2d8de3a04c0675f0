"""`edutargets pace`: a table of all, one target in full, JSON with exact numbers, errors with near names."""

import json

import pytest

from edutargets.cli import main
from edutargets.errors import EduTargetsError

PACK, DATA = "jieyang-district-2023", "sample:jieyang-district-2023/complete"
AT = ["--unchecked", "a test", "--as-of", "2024-12-31"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command and return its exit code and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(["pace", PACK, DATA, *arguments])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_a_table_of_all_tells_who_has_a_path_and_why_others_have_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is missing, what it takes, where it leads; duties by the day; reasons counted."""
    code, said, _ = run(capsys, *AT)
    assert code == 0
    row = next(line for line in said.splitlines() if line.startswith("preschool.public-enrolment-share"))
    assert "49.86 % (not enough)" in row
    assert "50.08 % (enough)" in row
    assert "2 of 263 principals are behind" in said
    assert "no path:  67  a milestone is done or not" in said


def test_one_target_is_told_in_full_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """Gap, pace, path, projections, the published method, the base years."""
    name = "teachers.junior-bachelor-share"
    code, said, _ = run(capsys, *AT, "--target", name, "--lang", "zh", "--method", "un2023")
    assert code == 0
    assert "2024 年为 86.92 %，距 92 % 还差 5.08 个百分点" in said
    assert "联合国 2023 年进展图：" in said
    assert "起算年" in said


def test_json_holds_exact_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads fractions, and the reason where there is no path."""
    code, said, _ = run(
        capsys,
        *AT,
        "--format",
        "json",
        "--target",
        "finance.total-investment",
        "--target",
        "governance.leading-group",
    )
    money, group = json.loads(said)
    assert code == 0
    assert (money["line"], money["standing"], money["gap"]) == ("800000000", "ahead", "8690184591/25")
    assert group["refused"] is None or group["refused"]["en"]


def test_json_of_a_duty_holds_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    """Hours due by the day as a fraction, and who is behind."""
    _, said, _ = run(
        capsys,
        "--unchecked",
        "a test",
        "--as-of",
        "2024-06-30",
        "--format",
        "json",
        "--target",
        "principals.training-hours",
    )
    (told,) = json.loads(said)
    assert told["refused"]["en"].startswith("it must hold in each year")
    assert told["within_year"]["due"] == "2730/61"
    assert sum(one["behind"] for one in told["within_year"]["each"]) == told["within_year"]["behind"] == 112


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "teachers.junior-bachelor-shar"], "did you mean teachers.junior-bachelor-share"),
        (["--method", "eurostatt"], "did you mean eurostat"),
        (["--as-of", "June"], "does not match"),
        (["--base-year", "2022"], "--target"),
        (
            ["--base-year", "2019", "--target", "teachers.junior-bachelor-share", "--as-of", "2024-12-31"],
            "one of 2022, 2023, 2024",
        ),
    ],
)
def test_what_cannot_be_done_is_told_with_what_can(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Exit code 2, and near names."""
    code, _, error = run(capsys, "--unchecked", "a test", *arguments)
    assert code == EduTargetsError.exit_code
    assert said in " ".join(error.split())
