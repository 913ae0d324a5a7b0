"""The table that this run has written. These run last, and only when all that writes to it ran."""

from tests.ways import FRONT_ENDS, README, Ways


def test_no_field_is_empty(ways: Ways) -> None:
    """In every front end and browser a login has arrived, and the way is known."""
    assert ways.missing() == []


def test_readme_has_the_table(ways: Ways) -> None:
    """The README shows the table of this run; ``python -m tests.ways`` puts it there."""
    assert FRONT_ENDS.read_from(README.read_text(encoding="utf-8")) == ways.markdown()
