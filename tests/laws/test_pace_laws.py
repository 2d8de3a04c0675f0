"""Laws of projections: lines through exact points, growth that compounds, the same in any unit."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from edutargets.projections import line_value, project, projections

VALUES = st.fractions(min_value=1, max_value=10_000, max_denominator=100)
ANY = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)
YEARS = st.lists(st.integers(2000, 2024), min_size=2, max_size=8, unique=True).map(sorted)
SIGN = st.sampled_from([1, -1])


@given(years=YEARS, start=ANY, slope=ANY, year=st.integers(2025, 2060), limit=ANY, sign=SIGN)
def test_what_lies_on_a_line_goes_on_along_it(
    years: list[int], start: Fraction, slope: Fraction, year: int, limit: Fraction, sign: int
) -> None:
    """Straight line and least squares both return the line, exactly."""
    points = tuple((at, start + slope * (at - 2000)) for at in years)
    there = start + slope * (year - 2000)
    linear, _, squares = projections(points, year, limit, sign)
    assert linear.value == there
    assert linear.reaches == (sign * (there - limit) >= 0)
    if len(points) > 2:
        assert squares.value == there


@given(
    before=VALUES,
    rate=st.fractions(min_value=Fraction(-1, 2), max_value=2, max_denominator=20),
    years=st.integers(1, 4),
    times=st.integers(1, 4),
    limit=VALUES,
    sign=SIGN,
)
def test_compound_growth_compounds_exactly(
    before: Fraction, rate: Fraction, years: int, times: int, limit: Fraction, sign: int
) -> None:
    """Where the root comes out the number is a fraction: v · (1 + r)^n."""
    after = before * (1 + rate) ** years
    points = ((2020, before), (2020 + years, after))
    found = project("compound", points, 2020 + years + years * times, limit, sign)
    exact = before * (1 + rate) ** (years + years * times)
    assert found.value == exact
    assert found.reaches == (sign * (exact - limit) >= 0)


@given(before=VALUES, after=VALUES, years=st.integers(2, 9), ahead=st.integers(1, 9), limit=VALUES, sign=SIGN)
def test_whether_growth_reaches_is_decided_without_a_root(
    before: Fraction, after: Fraction, years: int, ahead: int, limit: Fraction, sign: int
) -> None:
    """Away from the line the float agrees with the exact comparison; on it only the exact one counts."""
    points = ((2010, before), (2010 + years, after))
    found = project("compound", points, 2010 + years + ahead, limit, sign)
    assert found.value is not None
    apart = float(found.value) - float(limit)
    assume(abs(apart) > 1e-6 * float(limit))
    assert found.reaches == (sign * apart > 0)


@given(root=st.integers(1, 50), ahead=st.integers(1, 5), sign=SIGN)
def test_exactly_on_the_line_is_enough(root: int, ahead: int, sign: int) -> None:
    """From r² to r² · r over two years, then on: the limit is met, whatever a float says."""
    before, growth = Fraction(root**2), Fraction(root + 1, root)
    points = ((2020, before), (2022, before * growth**2))
    limit = before * growth ** (2 + ahead)
    assert project("compound", points, 2022 + ahead, limit, sign).reaches


@given(values=st.lists(VALUES, min_size=3, max_size=6), scale=st.integers(1, 10_000), limit=VALUES, sign=SIGN)
def test_the_unit_changes_no_answer(values: list[Fraction], scale: int, limit: Fraction, sign: int) -> None:
    """In yuan or in 万元 the same is enough."""
    told = []
    for unit in (1, scale):
        points = tuple((2018 + at, value * unit) for at, value in enumerate(values))
        told.append([one.reaches for one in projections(points, 2030, limit * unit, sign)])
    assert told[0] == told[1]


@given(values=st.lists(ANY, min_size=1, max_size=6), limit=ANY, sign=SIGN)
def test_a_projection_is_a_number_or_a_reason(values: list[Fraction], limit: Fraction, sign: int) -> None:
    """No growth leads on from zero or below, and one point is no line."""
    points = tuple((2018 + at, value) for at, value in enumerate(values))
    for one in projections(points, 2030, limit, sign):
        assert (one.value is None) == (one.refused is not None) == (one.reaches is None)


@given(first=ANY, last=ANY, span=st.integers(1, 30))
def test_a_line_goes_through_both_of_its_points(first: Fraction, last: Fraction, span: int) -> None:
    """Where it begins, where it ends, and halfway between."""
    ends = (2000, first), (2000 + 2 * span, last)
    assert line_value(*ends, 2000) == first
    assert line_value(*ends, 2000 + 2 * span) == last
    assert line_value(*ends, 2000 + span) == (first + last) / 2
