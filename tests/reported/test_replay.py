"""Live sessions that people have published, played on the simulator from start to end.

Each step is a fact that they saw, in their order; what one person alone saw is set by a lever.
After it, the client does the same, and must not lose anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.simulator import Simulator
from tests import local

JPEG = {"url": "https://example.com/a.jpg", "type": "image/jpeg", "caption": "A"}
MP4 = {"url": "https://example.com/b.mp4", "type": "video/mp4"}


class Session:
    """A person with a terminal, and the client, in one sub-account."""

    def __init__(self, sim: Simulator, client: Client) -> None:
        self.sim, self.client = sim, client
        self._http = local.Client(
            base_url=sim.base_url,
            headers={"Authorization": f"Bearer {sim.token}", "User-Agent": "tests"},
        )
        accounts = ghl.fetch_accounts(client)
        self.accounts = accounts[~accounts["is_expired"]].set_index("platform")["id"]
        self.later = (sim.now + timedelta(days=10)).isoformat()

    def ask(
        self, method: str, path: str, body: Any = None, version: str = "2021-07-28"
    ) -> httpx.Response:
        """Send a request of the sub-account."""
        path = path.replace("POSTS", f"/social-media-posting/{self.sim.location_id}/posts")
        return self._http.request(method, path, json=body, headers={"Version": version})

    def body(self, **more: Any) -> dict[str, Any]:
        """Return the whole body of a scheduled post."""
        return {
            "accountIds": [self.accounts["facebook"]], "summary": "Hello", "media": [JPEG, MP4],
            "userId": self.sim.user_id, "type": "post", "status": "scheduled",
            "scheduleDate": self.later, "scheduleTimeUpdated": True, **more,
        }  # fmt: skip

    def made(self, **more: Any) -> str:
        """Create a post, and return its id."""
        answer = self.ask("POST", "POSTS", self.body(**more))
        assert answer.status_code == 201
        return str(answer.json()["results"]["post"]["_id"])

    def post(self, post_id: str) -> dict[str, Any]:
        """Return a post."""
        found: dict[str, Any] = self.ask("GET", f"POSTS/{post_id}").json()["results"]["post"]
        return found

    def listed(self, **more: Any) -> list[dict[str, Any]]:
        """List the posts of the days around now."""
        now = self.sim.now
        wanted = {
            "skip": "0", "limit": "100", "includeUsers": "true",
            "fromDate": (now - timedelta(days=1)).isoformat(),
            "toDate": (now + timedelta(days=20)).isoformat(), **more,
        }  # fmt: skip
        answer = self.ask("POST", "POSTS/list", wanted)
        assert answer.status_code == 201
        rows: list[dict[str, Any]] = answer.json()["results"]["posts"]
        return rows

    def close(self) -> None:
        """Close the terminal."""
        self._http.close()


@pytest.fixture
def session() -> Iterator[Session]:
    """A session."""
    with (
        Simulator() as sim,
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, clock=lambda: sim.now
        ) as client,
    ):
        sim.levers.rate_limit = 1_000_000
        session = Session(sim, client)
        yield session
        session.close()


def test_a_scheduled_post_is_edited(session: Session) -> None:
    """Three people: PUT replaces, and what GET returns cannot be sent back."""
    words = [{**JPEG, "type": "image"}]
    refused = session.ask("POST", "POSTS", session.body(media=words))
    assert refused.status_code == 422
    assert refused.json()["message"] == ["media.0.Invalid media format type"]
    assert session.ask("POST", "POSTS", session.body(media=words, status="draft")).is_success
    post_id = session.made()
    read = session.post(post_id)
    assert (read["status"], read["platform"]) == ("scheduled", "google")
    assert [one["type"] for one in read["media"]] == ["image", "video"]
    assert all("thumbnail" in one for one in read["media"])
    echo = session.body(media=read["media"])
    assert session.ask("PUT", f"POSTS/{post_id}", echo).status_code == 422
    whole = session.body(summary="Changed")
    assert session.ask("PUT", f"POSTS/{post_id}", whole).is_success
    assert session.post(post_id)["status"] == "scheduled"
    short = {k: whole[k] for k in ("accountIds", "summary", "media", "userId", "type")}
    assert session.ask("PUT", f"POSTS/{post_id}", short).is_success
    assert session.post(post_id)["status"] == "draft"

    other = session.made()
    edited = session.client.posts.edit(other, summary="By the client")
    assert (edited.status, edited.summary, len(edited.media)) == ("scheduled", "By the client", 2)
    frame = ghl.fetch_posts(session.client, session.sim.now, edited.display_date)
    assert frame.set_index("id").loc[other, "platform"] == "facebook"


def test_a_post_is_published(session: Session) -> None:
    """Two people: no post in the answer; one: it stays in the list, and on the platform."""
    now = session.body(status="published", summary="Now")
    del now["scheduleDate"]
    answer = session.ask("POST", "POSTS", now)
    assert (answer.status_code, answer.json()["message"]) == (201, "Created Post")
    assert "results" not in answer.json()
    (row,) = (one for one in session.listed() if one.get("summary") == "Now")
    assert row["status"] == "published"
    assert session.ask("PUT", f"POSTS/{row['_id']}", session.body()).status_code == 400
    session.sim.levers.deleted_published = "kept"
    assert session.ask("DELETE", f"POSTS/{row['_id']}").status_code == 200
    assert session.post(row["_id"])["status"] == "published"

    made = session.client.posts.create([session.accounts["facebook"]], summary="By the client")
    assert made.id
    assert made.status == "published"
    with pytest.raises(ghl.errors.ArgumentError, match="published"):
        session.client.posts.edit(str(made.id), summary="Too late")


def test_a_post_without_a_status_is_published(session: Session) -> None:
    """One person: its date is ignored."""
    session.sim.levers.statusless_post = "published"
    sent = session.body(summary="Oops")
    del sent["status"]
    assert "results" not in session.ask("POST", "POSTS", sent).json()
    (row,) = (one for one in session.listed() if one.get("summary") == "Oops")
    assert row["status"] == "published"

    with pytest.raises(ghl.errors.ArgumentError, match="published at once"):
        session.client.posts.create(
            [session.accounts["facebook"]], summary="x", schedule_date=session.later
        )


def test_a_post_of_several_accounts_is_deleted(session: Session) -> None:
    """One person: the posts of the accounts come back unless the parent is deleted."""
    session.sim.levers.post_per_account = True
    parent = session.made(accountIds=[*session.accounts[:2]], summary="Both")
    rows = [one for one in session.listed() if one.get("summary") == "Both"]
    assert [one["parentPostId"] for one in rows] == [parent, parent]
    assert session.ask("DELETE", f"POSTS/{rows[0]['_id']}").is_success
    assert len([one for one in session.listed() if one.get("summary") == "Both"]) == 2

    until = session.sim.now + timedelta(days=20)
    frame = ghl.fetch_posts(session.client, session.sim.now, until)
    both = frame[frame["summary"] == "Both"]
    assert set(both["parent_post_id"]) == {parent}
    assert set(both["account_id"]) == {*session.accounts[:2]}
    session.client.posts.delete(parent)
    assert not [one for one in session.listed() if one.get("summary") == "Both"]


def test_rules_of_platforms_refuse_posts(session: Session) -> None:
    """One person each: Instagram without media, stories with a caption, reviews, and tags."""
    session.sim.levers.strict_posts = True
    instagram = [session.accounts["instagram"]]
    refused = [
        session.body(accountIds=instagram, media=[]),
        session.body(type="story"),
        session.body(status="in_review"),
        session.body(tags=["nobody"]),
    ]
    said = [session.ask("POST", "POSTS", one) for one in refused]
    assert [one.status_code for one in said] == [422] * 4
    assert said[0].json()["message"] == ["Instagram Account, would require image or video"]
    review = {"approver": session.sim.user_id}
    assert session.made(status="in_review", postApprovalDetails=review)

    with pytest.raises(ghl.errors.ValidationError, match="would require image or video"):
        session.client.posts.create(
            instagram, summary="x", status="scheduled", schedule_date=session.later
        )


def test_a_carousel_is_listed(session: Session) -> None:
    """One person: six pictures are listed as one; a draft has all."""
    session.sim.levers.listed_media = 1
    pictures = [{**JPEG, "url": f"https://example.com/{n}.jpg"} for n in range(6)]
    post_id = session.made(media=pictures, summary="Six")
    (row,) = (one for one in session.listed() if one.get("summary") == "Six")
    assert len(row["media"]) == 1

    assert len(session.client.posts.edit(post_id, summary="Still six").media) == 6
    plan = pd.DataFrame(
        {
            "account_ids": [session.accounts["facebook"]],
            "schedule_date": [session.later],
            "summary": ["Still six"],
            "media": [pictures],
        }
    )
    planned = ghl.schedule_posts(session.client, plan)
    assert planned["action"].to_list() == ["already scheduled"]
    plan["media"] = [pictures[1:]]
    assert ghl.schedule_posts(session.client, plan)["action"].to_list() == ["would schedule"]


def test_a_version_is_chosen(session: Session) -> None:
    """Two people: paths that v3 has dropped, and those that only v3 has."""
    users = f"/users/?locationId={session.sim.location_id}"
    dropped = session.ask("GET", users, version="v3")
    assert dropped.status_code == 400
    assert "not available in API version v3" in dropped.json()["message"]
    assert session.ask("GET", users).status_code == 200
    queues = "/social-media-posting/category/queues/list"
    assert session.ask("POST", queues, {}, version="2021-07-28").status_code == 404
    assert session.ask("GET", users, version="v9").status_code == 401

    assert session.client.users()
    assert ghl.fetch_queues(session.client).empty
    posts = ghl.fetch_posts(session.client, "2025-12-29", "2026-01-04", status="published")
    assert posts["like_count"].notna().all()


def test_statistics_are_fetched(session: Session) -> None:
    """Several people: day by day, without `success`; followers are the new ones of the day."""
    profile = session.client.accounts.list().accounts[0].profile_id
    path = f"/social-media-posting/statistics?locationId={session.sim.location_id}"
    for version, status in (("2021-07-28", 201), ("v3", 200)):
        answer = session.ask("POST", path, {"profileIds": [profile]}, version=version)
        assert answer.status_code == status
        assert "success" not in answer.json()
        assert len(answer.json()["results"]["dayRange"]) == 7

    frame = ghl.fetch_statistics(session.client, "2025-12-29", "2026-01-04")
    new = frame[frame["metric"] == "new_followers"]
    assert new["date"].nunique() == 7
    assert new["value"].notna().all()
    assert isinstance(frame["value"].dtype, pd.Float64Dtype)
