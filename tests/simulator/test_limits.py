"""The rate limit: its headers on every answer, and 429 past it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.levers import Levers
from ghl_notebook.simulator.limits import RequestCounter
from tests.simulator.conftest import Caller


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
    """The limit of a token does not affect another token."""
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
    counter = RequestCounter(levers, lambda: now[0], lambda: seconds[0])
    allowed = [counter.count("a")[0] for _ in range(2)]
    seconds[0] = 10.0
    allowed += [counter.count("a")[0]]
    seconds[0] = 20.0
    allowed += [counter.count("a")[0]]
    now[0] = datetime(2026, 1, 6, 0, 0, tzinfo=UTC)
    allowed += [counter.count("a")[0]]
    assert allowed == [True, False, True, False, True]


@pytest.fixture
def seconds():
    """Monotonic time, as a list of one number that a test moves on."""
    return [0.0]


def _allowed(counter, seconds, moments):
    """Return which requests, sent at these moments, are within the limits."""
    result = []
    for moment in moments:
        seconds[0] = moment
        result.append(counter.count("a")[0])
    return result


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # Begins at 0 with the first request, then at 10: all of the limit is back at once.
        ("fixed", [True, True, False, True, True, False]),
        # At 10 only what was sent at 0 is given back; what was sent at 9 is at 19.
        ("sliding", [True, True, False, True, False, True]),
    ],
)
def test_the_two_kinds_of_window(seconds, kind, expected):
    """Two requests are allowed in ten seconds."""
    levers = Levers()
    levers.rate_limit, levers.rate_window = 2, kind
    counter = RequestCounter(levers, lambda: datetime(2026, 1, 5, tzinfo=UTC), lambda: seconds[0])
    last = 19.0 if kind == "sliding" else 12.0
    assert _allowed(counter, seconds, [0.0, 9.0, 9.999, 10.0, 11.0, last]) == expected


@pytest.mark.parametrize(("kind", "most"), [("fixed", 9), ("sliding", 5)])
def test_only_a_sliding_window_keeps_to_its_limit_in_every_interval(seconds, kind, most):
    """Around the end of a fixed interval, almost twice the limit gets through."""
    levers = Levers()
    levers.rate_limit, levers.rate_window = 5, kind
    counter = RequestCounter(levers, lambda: datetime(2026, 1, 5, tzinfo=UTC), lambda: seconds[0])
    moments = [0.0, *(9.0 + tick / 8 for tick in range(8 * 30))]
    allowed = _allowed(counter, seconds, moments)
    sent = [moment for moment, ok in zip(moments, allowed, strict=True) if ok]
    assert max(sum(one <= other < one + 10 for other in sent) for one in sent) == most


def test_a_simulator_counts_by_the_seconds_it_is_given(seconds):
    """So a test of pacing need not wait."""
    with Simulator(monotonic=lambda: seconds[0]) as sim:
        sim.levers.rate_limit = 1
        caller = Caller(sim)
        statuses = []
        for moment in (0.0, 9.0, 10.0):
            seconds[0] = moment
            statuses.append(caller.start("instagram").status_code)
        caller.http.close()
    assert statuses == [302, 429, 302]


def test_limits_may_be_told_nowhere(caller, sim):
    """A lever leaves the headers out, on a success and on 429."""
    sim.levers.rate_headers, sim.levers.rate_limit = False, 1
    answers = [caller.start("instagram") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 429]
    assert [_limits(answer) for answer in answers] == [{}, {}]


def _remaining(caller, token):
    place = caller.sim.location_id
    bearer = {"Authorization": f"Bearer {token}"}
    answer = caller.get("/users/", params={"locationId": place}, headers=bearer)
    return int(answer.headers["x-ratelimit-remaining"])


def test_tokens_of_one_app_for_one_location_share(caller, sim):
    """A new access token has the same limit; another location or a private token has its own."""
    first, second = sim.install()["access_token"], sim.install()["access_token"]
    other = sim.install("Nordljus Studio")["access_token"]
    assert [_remaining(caller, token) for token in (first, second, first)] == [99, 98, 97]
    assert [_remaining(caller, token) for token in (other, sim.token)] == [99, 99]


def _post(caller, path, token, form):
    answer = caller.http.post(path, data=form, headers={"Authorization": f"Bearer {token}"})
    return int(answer.headers["x-ratelimit-remaining"])


def test_minting_is_counted_for_the_company(caller, sim):
    """The sub-account of the new token, and the agency token of the request, do not matter."""
    company = sim.state.tokens["company"].company_id
    first, second = (sim.install("agency")["access_token"] for _ in range(2))
    forms = [{"companyId": company, "locationId": place} for place in sim.state.locations]
    remaining = [
        _post(caller, "/oauth/locationToken", token, form)
        for token in (first, second)
        for form in forms
    ]
    assert remaining == [99, 98, 97, 96]
    assert _remaining(caller, sim.install()["access_token"]) == 99


def test_the_token_endpoint_is_counted_per_client(caller, sim):
    """All grants count, in both spellings; another client has its own limit."""
    endpoint, client = f"{sim.base_url}/oauth/token", sim.client_id
    answers = [
        caller.http.post(endpoint, data={"client_id": client, "grant_type": "refresh_token"}),
        caller.http.post(endpoint, data={"client_id": client}),
        caller.http.post(endpoint, json={"clientId": client}, headers={"Version": "v3"}),
        caller.http.post(endpoint, data={"client_id": "another"}),
        *(
            caller.http.post(endpoint, content=text, headers={"Content-Type": "application/json"})
            for text in (b"{", b"[]")
        ),
    ]
    remaining = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert remaining == [99, 98, 97, 99, 99, 98]
