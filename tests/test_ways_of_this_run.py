"""The tables that this run has written. These run last, when all that writes to them has run."""

import pytest

from tests.ways import README, Ways


@pytest.fixture(params=["ways", "ways_of_frames"])
def table(request: pytest.FixtureRequest) -> Ways:
    """Each table of this run."""
    table: Ways = request.getfixturevalue(request.param)
    return table


def test_no_field_is_empty(table: Ways) -> None:
    """In every front end and browser a login has arrived, and the way is known."""
    assert table.missing() == []


def test_readme_has_the_table(table: Ways) -> None:
    """The README shows the table of this run; ``python -m tests.ways`` puts it there."""
    assert table.table.read_from(README.read_text(encoding="utf-8")) == table.markdown()
