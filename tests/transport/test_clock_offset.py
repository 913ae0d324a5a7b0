"""What time the service says it is, next to ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ghl_notebook.transport.response import clock_offset

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("Mon, 05 Jan 2026 09:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 05 Jan 2026 08:00:00 -0000", timedelta(hours=-1)),
        ("Mon, 05 Jan 2026 10:00:00 +0100", timedelta(0)),
        ("", None),
        ("yesterday", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_the_date_of_an_answer(date: str, offset: timedelta | None) -> None:
    """Less the local time; nothing for a header that makes no sense."""
    assert clock_offset(date, NOW) == offset


def test_an_answer_without_a_date() -> None:
    """It tells no time."""
    assert clock_offset("", NOW) is None
