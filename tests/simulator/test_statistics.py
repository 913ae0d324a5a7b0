"""Statistics in the simulator: seeded, with a week's rhythm, and in agreement with the posts."""

from __future__ import annotations

import pytest

PATH = "/social-media-posting/statistics"
WEEKS = {"startDate": "2025-11-03T00:00:00Z", "endDate": "2025-12-28T23:59:59Z"}


def _fetch(caller, *, version="2021-07-28", **more):
    ids = [row["profileId"] for row in caller.accounts()]
    query, headers = {"locationId": caller.sim.location_id}, {"Version": version}
    return caller.http.post(PATH, json={"profileIds": ids} | more, params=query, headers=headers)


@pytest.mark.parametrize(("version", "status"), [("2021-07-28", 201), ("v3", 200)])
def test_the_answer_has_no_success(caller, version, status):
    """The status of the answer depends on the version."""
    answer = _fetch(caller, version=version)
    assert answer.status_code == status
    assert answer.json().keys() == {"results", "message", "traceId"}


def test_there_is_nothing_of_an_expired_account(caller):
    """Expired and deleted accounts lack the permission."""
    ended = [row["profileId"] for row in caller.accounts() if row["isExpired"]]
    posts = _fetch(caller, profileIds=ended).json()["results"]["postPerformance"]["posts"]
    assert ended
    assert posts == {}


def test_days_and_posts_agree(caller):
    """Over half a year, what the days say is what the posts say, account by account."""
    caller.http.headers["Version"] = "v3"
    period = {"startDate": "2025-06-01T00:00:00Z", "endDate": "2026-01-05T23:59:59Z"}
    path = f"/social-media-posting/{caller.sim.location_id}/posts/list"
    accounts = [row for row in caller.accounts() if not (row["isExpired"] or row["deleted"])]
    assert len(accounts) == 6
    for account in accounts:
        one = {"profileIds": [account["profileId"]], "currentRange": period}
        results = _fetch(caller, version="v3", **one).json()["results"]
        body = {
            "skip": "0", "limit": "100", "includeUsers": "false", "type": "published",
            "accounts": account["id"], "fromDate": period["startDate"],
            "toDate": period["endDate"],
        }  # fmt: skip
        posts = caller.http.post(path, json=body).json()["results"]["posts"]
        engagement = results["breakdowns"]["engagement"][account["platform"]]
        for name, key in (("likes", "like"), ("comments", "comment"), ("shares", "share")):
            assert engagement[name] == sum(post["insights"][key] for post in posts)
        assert results["totals"]["posts"] == len(posts)


def test_weekends_are_busier(caller):
    """Over eight weeks, as people are."""
    results = _fetch(caller, currentRange=WEEKS).json()["results"]
    by_day: dict[str, int] = {}
    for day, seen in zip(
        results["dayRange"], results["postPerformance"]["impressions"], strict=True
    ):
        by_day[day] = by_day.get(day, 0) + seen
    assert by_day["Sat"] > by_day["Mon"]
    assert len(results["dayRange"]) == 56


def test_posts_are_those_that_were_published(caller):
    """A post that is made now is counted today."""
    today = {"startDate": "2026-01-05T00:00:00Z", "endDate": "2026-01-05T23:59:59Z"}
    before = _fetch(caller, currentRange=today).json()["results"]
    path = f"/social-media-posting/{caller.sim.location_id}/posts"
    body = {"type": "post", "media": [], "userId": caller.sim.user_id}
    caller.http.post(path, json=body | {"accountIds": [caller.accounts()[0]["id"]]})
    after = _fetch(caller, currentRange=today).json()["results"]
    assert after["totals"]["posts"] == before["totals"]["posts"] + 1
    assert after["totals"]["impressions"] > before["totals"]["impressions"]


def test_the_same_is_answered_again(caller):
    """A comparison with itself has not changed, and asking changes nothing."""
    one, two = (
        _fetch(caller, currentRange=WEEKS, prevRange=WEEKS).json()["results"] for _ in range(2)
    )
    assert one == two
    assert one["breakdowns"]["impressions"]["totalChange"] == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"profileIds": []}, "no more than 100"),
        ({"platforms": ["myspace"]}, "one of the following values"),
        ({"currentRange": {"startDate": WEEKS["endDate"], "endDate": WEEKS["startDate"]}}, "after"),
        ({"surprise": 1}, "should not exist"),
    ],
)
def test_a_wrong_body_is_refused(caller, body, reason):
    """422 with the reason."""
    answer = _fetch(caller, **body)
    assert answer.status_code == 422
    assert reason in answer.json()["message"][0]
