"""Golden texts are read by a person before they are accepted; only `--force-regen` writes them."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that rewrites golden texts: `pytest tests/golden --force-regen`, then read the diff."""
    parser.addoption("--force-regen", action="store_true", help="rewrite the golden texts")


@pytest.fixture
def force_regen(request: pytest.FixtureRequest) -> bool:
    """Whether golden texts are rewritten; never in a run that did not ask for it."""
    return bool(request.config.getoption("--force-regen", default=False))
