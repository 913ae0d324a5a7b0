"""What the headers say of the limits, and what a user sees of it."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghl_notebook.transport.rate_limit_headers import Limits, read_limits, read_retry_after
from tests.folding import folded

TOLD = {
    "x-ratelimit-max": "100",
    "x-ratelimit-remaining": "99",
    "x-ratelimit-interval-milliseconds": "10000",
    "x-ratelimit-limit-daily": "200000",
    "x-ratelimit-daily-remaining": "199999",
    "x-ratelimit-daily-reset": "54000000",
}
READ = Limits(
    max=100,
    remaining=99,
    interval=timedelta(seconds=10),
    daily_max=200_000,
    daily_remaining=199_999,
    daily_reset=timedelta(hours=15),
)


def test_the_services_headers_are_read() -> None:
    """The six that are on every answer; the reset is a duration."""
    assert read_limits(httpx.Headers(TOLD)) == READ


def test_nothing_is_assumed() -> None:
    """What is not told is None."""
    assert read_limits({}) == Limits(None, None, None, None, None, None)


@pytest.mark.parametrize("name", TOLD)
def test_one_that_is_missing_takes_no_other_with_it(name: str) -> None:
    """Each is read by itself."""
    found = read_limits({key: value for key, value in TOLD.items() if key != name})
    assert [getattr(found, field) for field in Limits.__slots__].count(None) == 1


@folded(
    "value",
    [
        "",
        " ",
        "-1",
        "1.5",
        "1e3",
        "0x10",
        "ten",
        "100, 100",
        "\u0661\u0660",
        "\u00b2",
        "9" * 13,
        "9" * 5000,
    ],
)
def test_one_that_makes_no_sense_is_none(value: str) -> None:
    """No number, and none that would overflow."""
    assert read_limits(dict.fromkeys(TOLD, value)) == Limits()


def test_no_calls_and_no_time_make_no_limit() -> None:
    """A limit of 0 calls, or in 0 ms, would let nothing pass for ever; 0 left is a number."""
    assert read_limits(dict.fromkeys(TOLD, "0")) == Limits(
        remaining=0, daily_max=0, daily_remaining=0, daily_reset=timedelta()
    )


@pytest.mark.parametrize("value", ["172800001", "1772323200", "999999999999"])
def test_a_duration_of_many_days_is_none(value: str) -> None:
    """It is no duration, but an instant or nonsense; a client would stop for as long."""
    found = read_limits(TOLD | {"x-ratelimit-daily-reset": value})
    assert found.daily_reset is None
    found = read_limits(TOLD | {"x-ratelimit-interval-milliseconds": value})
    assert found.interval is None


@given(st.dictionaries(st.sampled_from(list(TOLD)), st.text() | st.integers().map(str)))
def test_any_headers(headers: dict[str, str]) -> None:
    """Whatever is told, it is read, and can be shown."""
    found = read_limits(headers)
    assert str(found)
    assert found.max is None or found.max > 0
    assert found.interval is None or timedelta() < found.interval <= timedelta(days=2)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3), (" 30 ", 30), ("0", 0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    """A date is not: the interval is waited for instead."""
    assert read_retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (READ, "99 of 100 calls left per 10 s, 199999 of 200000 today"),
        (Limits(), "not told by the service so far"),
        (Limits(remaining=3), "not told by the service so far"),
        (
            Limits(max=25, remaining=3, interval=timedelta(seconds=0.5)),
            "3 of 25 calls left per 0.5 s",
        ),
        (Limits(max=25, remaining=0), "0 of 25 calls left"),
        (Limits(max=25), "at most 25 calls"),
        (Limits(daily_max=10, daily_remaining=9), "9 of 10 calls left today"),
        (Limits(daily_max=10), "at most 10 calls today"),
    ],
)
def test_a_user_sees_what_is_known(limits: Limits, text: str) -> None:
    """Printed, it says what is left, and nothing of what was not told."""
    assert str(limits) == text
    assert repr(limits).startswith("Limits(max=")
