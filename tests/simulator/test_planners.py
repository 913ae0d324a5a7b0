"""The planners of a whole agency: made when they are asked for, kept when something happened."""

from __future__ import annotations

import pytest

from ghl_notebook.simulator import Simulator
from tests.simulator.conftest import Caller


@pytest.fixture
def caller(monkeypatch):
    """A caller of a simulator that keeps few planners."""
    monkeypatch.setattr("ghl_notebook.simulator.planners._MAX_PLANNERS", 3)
    with Simulator(locations=6, accounts=3) as sim:
        caller = Caller(sim)
        yield caller
        caller.http.close()


def _ask(caller, place, path, body):
    token = caller.sim.install(place)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return caller.http.post(f"/social-media-posting/{place}/{path}", json=body, headers=headers)


def _posts(caller, place):
    body = {
        "skip": "0", "limit": "100", "includeUsers": "false",
        "fromDate": "2025-01-01T00:00:00Z", "toDate": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    return _ask(caller, place, "posts/list", body).json()["results"]["posts"]


def test_a_planner_is_made_again_as_it_was(caller):
    """An unchanged planner is forgotten, and generated again with the same content."""
    places = list(caller.sim.state.locations)
    before = [_posts(caller, place) for place in places]
    assert [_posts(caller, place) for place in places] == before
    assert all(before)
    assert before[2] != before[3]


def test_what_was_done_to_a_planner_stays(caller):
    """However many others are asked for."""
    first, *others = caller.sim.state.locations
    body = {
        "accountIds": [caller.accounts()[0]["id"]], "type": "post", "media": [],
        "userId": caller.sim.user_id, "status": "draft",
    }  # fmt: skip
    made = _ask(caller, first, "posts", body).json()["results"]["post"]
    for place in others:
        _posts(caller, place)
    assert made["_id"] in [post["_id"] for post in _posts(caller, first)]


def test_sub_accounts_post_differently():
    """Some more often than others, and a few gave up weeks ago."""
    with Simulator(locations=24, accounts=3) as sim:
        caller = Caller(sim)
        posts = [_posts(caller, place) for place in list(sim.state.locations)[2:]]
        caller.http.close()
    ahead = [sum(post["status"] == "scheduled" for post in each) for each in posts]
    assert 0 < ahead.count(0) < 6
    assert len({len(each) for each in posts}) > 2
    assert all(post["status"] in ("published", "failed", "scheduled") for p in posts for post in p)
