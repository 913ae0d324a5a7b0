"""Posts in the simulator: there from the beginning, kept, and published when they are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ghl_notebook.simulator import Simulator
from tests.simulator.conftest import Caller

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def _posts(caller, *, version="2021-07-28", **more):
    body = {
        "skip": "0", "limit": "100", "includeUsers": "true",
        "fromDate": "2025-01-01T00:00:00Z", "toDate": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    path = f"/social-media-posting/{caller.sim.location_id}/posts"
    return caller.http.post(f"{path}/list", json=body | more, headers={"Version": version})


def _all(caller, **more):
    pages = [_posts(caller, skip=str(skip), **more).json() for skip in range(0, 400, 100)]
    return [row for page in pages for row in page["results"]["posts"]]


def _create(caller, **more):
    body = {
        "accountIds": [caller.accounts()[0]["id"]], "type": "post", "media": [],
        "userId": caller.sim.user_id,
    }  # fmt: skip
    path = f"/social-media-posting/{caller.sim.location_id}/posts"
    return caller.http.post(path, json=body | more)


def test_there_are_posts_to_begin_with(caller):
    """Half a year of published posts, some failed ones of expired connections, and plans."""
    rows = _all(caller)
    over = [row for row in rows if row["displayDate"] <= "2026-01-05T09"]
    assert {row["status"] for row in over} == {"published", "failed"}
    assert {row["status"] for row in rows if row not in over} == {
        "scheduled", "draft", "in_review",
    }  # fmt: skip
    assert {row["platform"] for row in rows} == {row["platform"] for row in caller.accounts()}
    assert min(row["displayDate"] for row in rows) < "2025-07-15"


def test_posts_fail_from_the_day_on_which_their_connection_has_ended(caller):
    """No earlier one, and none of another account."""
    (ended,) = (row for row in caller.accounts() if row["isExpired"])
    of = [row for row in _all(caller) if row["accountId"] == ended["id"]]
    failed = {row["_id"] for row in _all(caller, type="failed") if "expired" in row["error"]}
    assert failed == {
        row["_id"] for row in of if ended["expire"] <= row["displayDate"] <= "2026-01-05T09"
    }
    assert failed


def test_posts_fail_for_other_reasons_too(caller):
    """Few of them, and none that is still to come."""
    rows = _all(caller)
    failed = [row for row in rows if row["error"]]
    assert {row["status"] for row in failed} == {"failed"}
    assert len({row["error"] for row in failed}) >= 4
    assert len(failed) < len(rows) / 20


def test_no_post_is_made_in_the_future(caller):
    """Not even one that is planned for later, and none before it was made."""
    for row in _all(caller):
        assert row["createdAt"] <= row["updatedAt"] < "2026-01-05T09"
        assert row["createdAt"] < row["displayDate"]
        assert row.get("publishedAt", "") <= "2026-01-05T09"


def test_some_posts_are_by_a_user_who_has_left(caller, sim):
    """The users do not list them any more; newer posts are by those who are there."""
    users = {one.id for one in sim.state.users_of(sim.location_id)}
    rows = _all(caller)
    by_former = [row for row in rows if row["createdBy"] not in users]
    assert 0 < len(by_former) < len(rows) / 2
    assert len({row["createdBy"] for row in by_former}) == 1
    assert max(row["createdAt"] for row in by_former) < "2025-11-15"
    assert len({row["createdBy"] for row in rows}) == 3


def test_what_was_there_does_not_depend_on_what_came_since(caller, sim):
    """A connection that is extended before the first request has still failed."""
    (ended,) = (row for row in caller.accounts() if row["isExpired"])
    sim.reconnect(sim.location_id, ended["id"])
    failed = _all(caller, type="failed")
    expired = [row for row in failed if "expired" in row["error"]]
    assert {row["accountId"] for row in expired} == {ended["id"]}


def test_a_campaign_has_a_tag_and_a_category_of_its_own(caller):
    """In the weeks before Christmas, beside other posts."""
    path = f"/social-media-posting/{caller.sim.location_id}/tags"
    tags = {tag["_id"]: tag["tag"] for tag in caller.get(path).json()["results"]["tags"]}
    rows = _all(caller)
    its = [row for row in rows if [tags[tag] for tag in row["tags"]] == ["winter menu"]]
    days = sorted(row["displayDate"][:10] for row in its)
    assert (days[0] >= "2025-12-01", days[-1] <= "2025-12-24") == (True, True)
    assert len(its) > 10
    december = [row for row in rows if row["displayDate"][:7] == "2025-12"]
    assert len(december) > 2 * len(its)


def test_two_simulators_begin_alike(caller):
    """The same ids and texts, in any order of asking."""
    with Simulator() as other:
        second = Caller(other)
        _create(second)
        rows = _all(second)
        second.http.close()
    assert [row for row in _all(caller) if row not in rows] == []


def test_a_new_version_says_what_a_post_has_brought_about(caller):
    """Published ones only, and the older versions nothing."""
    rows = _all(caller, version="v3")
    assert {row["status"] for row in rows if "insights" in row} == {"published"}
    assert all("insights" in row for row in rows if row["status"] == "published")
    assert sum(row["insights"]["like"] for row in rows if "insights" in row) > 1000
    assert not [row for row in _all(caller) if "insights" in row]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [("published", "published"), ("recent", "published"), ("scheduled", "scheduled")],
)
def test_a_state_is_chosen(caller, wanted, status):
    """`type` filters by status."""
    rows = _posts(caller, type=wanted).json()["results"]["posts"]
    assert {row["status"] for row in rows} == {status}


def test_a_planned_post_publishes_itself():
    """When the clock passes its moment."""
    now = [NOW]
    with Simulator(clock=lambda: now[0]) as sim:
        caller = Caller(sim)
        made = _create(caller, scheduleDate="2026-01-05T10:00:00Z").json()["results"]["post"]
        path = f"/social-media-posting/{sim.location_id}/posts/{made['_id']}"
        now[0] += timedelta(hours=2)
        later = caller.get(path).json()["results"]["post"]
        caller.http.close()
    assert made["status"] == "scheduled"
    assert (later["status"], later["publishedAt"]) == ("published", "2026-01-05T10:00:00.000Z")


def test_a_post_without_a_plan_is_published_at_once(caller):
    """The answer does not contain it, unless a lever says so; then it is in progress."""
    assert "results" not in _create(caller).json()
    caller.sim.levers.publish_answer = "post"
    made = _create(caller).json()["results"]["post"]
    path = f"/social-media-posting/{caller.sim.location_id}/posts/{made['_id']}"
    assert made["status"] == "in_progress"
    assert caller.get(path).json()["results"]["post"]["status"] == "published"


def test_a_deleted_post_is_among_the_deleted(caller):
    """And nowhere else."""
    made = _create(caller, status="draft").json()["results"]["post"]
    path = f"/social-media-posting/{caller.sim.location_id}/posts/{made['_id']}"
    answers = [caller.http.delete(path), caller.http.delete(path)]
    assert [answer.status_code for answer in answers] == [200, 400]
    ids = [row["_id"] for row in _posts(caller, type="deleted").json()["results"]["posts"]]
    assert ids == [made["_id"]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"skip": 0}, "skip must be a string"),
        ({"surprise": 1}, "property surprise should not exist"),
        ({"fromDate": "soon"}, "fromDate must be a valid ISO 8601 date string"),
    ],
)
def test_a_list_says_what_is_wrong(caller, body, message):
    """422 with the service's words."""
    answer = _posts(caller, **body)
    assert (answer.status_code, answer.json()["message"]) == (422, [message])


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"accountIds": ["nobody"]}, 400, "Account not found"),
        ({"status": "scheduled"}, 422, ["scheduleDate should not be empty"]),
        ({"accountIds": "a"}, 422, ["accountIds must be an array"]),
        ({"type": "poem"}, 422, ["type must be one of the following values: post, story, reel"]),
        ({"youtubePostDetails": {}}, 422, ["property youtubePostDetails should not exist"]),
    ],
)
def test_a_post_that_cannot_be_is_refused(caller, body, status, message):
    """An unknown account, a plan without a date, a key of another version."""
    answer = _create(caller, **body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_no_tags_are_a_list_or_a_text(caller, sim):
    """A lever gives the form that was seen."""
    lists = [_create(caller, status="draft").json()["results"]["post"]["tags"]]
    sim.levers.empty_tags = "text"
    assert [*lists, _create(caller, status="draft").json()["results"]["post"]["tags"]] == [[], ""]


def test_a_token_needs_the_scope(caller):
    """Posts have separate scopes."""
    token = caller.sim.install(scopes=["socialplanner/account.readonly"])["access_token"]
    caller.http.headers["authorization"] = f"Bearer {token}"
    assert _posts(caller).json()["message"] == "The token is not authorized for this scope."
