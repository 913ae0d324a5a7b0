"""The rate limit: its headers on every answer, and 429 past it."""

from __future__ import annotations

from datetime import UTC, datetime

from ghl_notebook.simulator.levers import Levers
from ghl_notebook.simulator.limits import RateLimiter


def _limits(answer):
    return {key: value for key, value in answer.headers.items() if key.startswith("x-ratelimit")}


def test_every_answer_tells_the_limits(caller):
    """A success and an error carry the same six headers, and the remainder counts down."""
    first, second = caller.start("instagram"), caller.get("/users/nothing/here")
    assert _limits(first) == {
        "x-ratelimit-max": "100",
        "x-ratelimit-remaining": "99",
        "x-ratelimit-interval-milliseconds": "10000",
        "x-ratelimit-limit-daily": "200000",
        "x-ratelimit-daily-remaining": "199999",
        # From 09:00 until midnight, as a duration.
        "x-ratelimit-daily-reset": "54000000",
    }
    assert second.status_code == 404
    assert second.headers["x-ratelimit-remaining"] == "98"


def test_past_the_limit_it_is_429(caller, sim):
    """The body is the captured one, and there is no Retry-After."""
    sim.levers.rate_limit = 2
    answers = [caller.start("instagram") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert answers[-1].json() == {"statusCode": 429, "message": "Too Many Requests"}
    assert "retry-after" not in answers[-1].headers
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"


def test_a_used_up_day_is_429_as_well(caller, sim):
    """The daily limit shows in its own header."""
    sim.levers.daily_limit = 1
    answers = [caller.start("instagram") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 429]
    assert answers[-1].headers["x-ratelimit-daily-remaining"] == "0"
    assert answers[-1].headers["x-ratelimit-remaining"] == "99"


def test_each_token_has_its_own_window(caller, sim):
    """Another token is not held up."""
    sim.levers.rate_limit = 1
    caller.start("instagram")
    other = {"Authorization": f"Bearer {sim.state.tokens['second'].value}"}
    place = sim.state.tokens["second"].location_id
    answer = caller.get("/users/", params={"locationId": place}, headers=other)
    assert answer.status_code == 200


def test_pages_of_the_browser_are_not_counted(caller, sim):
    """A person in the popup does not use up the API's limit."""
    sim.levers.rate_limit = 1
    assert sim.play_user(caller.url()).data["actionType"] == "close"


def test_the_window_opens_again():
    """After one interval of monotonic time the full limit is back, after a day the daily one."""
    levers, seconds, now = Levers(), [0.0], [datetime(2026, 1, 5, 23, 59, tzinfo=UTC)]
    levers.rate_limit, levers.daily_limit = 1, 2
    limiter = RateLimiter(levers, lambda: now[0], lambda: seconds[0])
    allowed = [limiter.count("a")[0] for _ in range(2)]
    seconds[0] = 10.0
    allowed += [limiter.count("a")[0]]
    seconds[0] = 20.0
    allowed += [limiter.count("a")[0]]
    now[0] = datetime(2026, 1, 6, 0, 0, tzinfo=UTC)
    allowed += [limiter.count("a")[0]]
    assert allowed == [True, False, True, False, True]
