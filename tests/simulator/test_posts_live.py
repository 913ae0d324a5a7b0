"""Posts in the simulator as people saw them on the live service, and the levers for the rest."""

from __future__ import annotations

import pytest

from tests.folding import folded

LATER = "2026-01-25T09:00:00.000Z"
JPEG = {"url": "https://example.com/a.jpg", "type": "image/jpeg"}


def path(caller, end=""):
    """Return the path of posts."""
    return f"/social-media-posting/{caller.sim.location_id}/posts{end}"


def body(caller, **more):
    """Return the body of a post that will be published."""
    account = next(a["id"] for a in caller.accounts() if not a["isExpired"])
    return {
        "accountIds": [account], "type": "post", "media": [JPEG], "userId": caller.sim.user_id,
        "summary": "Hello", "status": "scheduled", "scheduleDate": LATER,
    } | more  # fmt: skip


def create(caller, **more):
    """Create a post, and return the answer."""
    return caller.http.post(path(caller), json=body(caller, **more))


def made(caller, **more):
    """Create a post, and return its id."""
    return create(caller, **more).json()["results"]["post"]["_id"]


def get(caller, post_id):
    """Return a post."""
    return caller.get(path(caller, f"/{post_id}")).json()["results"]["post"]


def listed(caller, **more):
    """Return the listed posts of the coming weeks."""
    wanted = {
        "skip": "0", "limit": "100", "includeUsers": "false",
        "fromDate": "2026-01-05T08:59:00Z", "toDate": "2026-02-20T00:00:00Z",
    }  # fmt: skip
    found = caller.http.post(path(caller, "/list"), json=wanted | more)
    return [one for one in found.json()["results"]["posts"] if one.get("summary") == "Hello"]


@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_put_without_a_plan_ends_the_plan(caller, status):
    """And all else that it does not contain; a lever gives the documents' partial update."""
    caller.sim.levers.unscheduled = status
    post_id = made(caller, tags=["t1"])
    short = {"type": "post", "userId": "u", "accountIds": body(caller)["accountIds"]}
    assert caller.http.put(path(caller, f"/{post_id}"), json=short).status_code == 200
    now = get(caller, post_id)
    assert (now["status"], now["tags"], now.get("summary"), now.get("media")) == (
        status, [], None, None,
    )  # fmt: skip
    caller.sim.levers.edit = "changes"
    post_id = made(caller, tags=["t1"])
    caller.http.put(path(caller, f"/{post_id}"), json=short)
    now = get(caller, post_id)
    assert (now["status"], now["displayDate"], now["tags"]) == ("scheduled", LATER, ["t1"])


def test_a_published_post_cannot_be_edited(caller):
    """400."""
    post_id = made(caller, status="draft", scheduleDate="")
    published = body(caller, status="published")
    published.pop("scheduleDate")
    url = path(caller, f"/{post_id}")
    assert caller.http.put(url, json=published).status_code == 200
    assert get(caller, post_id)["status"] == "published"
    assert caller.http.put(url, json=published).status_code == 400


@folded("kind", ["image", "photo", "video", "jpeg"])
@folded("status", ["scheduled", "published", None])
def test_words_are_no_media_types(caller, kind, status):
    """422 unless it is a draft, or a lever says otherwise."""
    media = [{**JPEG, "type": kind}]
    plan = {"status": status} if status else {}
    sent = body(caller, media=media) | plan
    if status is None:
        del sent["status"]
    answer = caller.http.post(path(caller), json=sent)
    assert (answer.status_code, answer.json()["message"]) == (
        422, ["media.0.Invalid media format type"],
    )  # fmt: skip
    assert create(caller, media=media, status="draft").status_code == 201
    caller.sim.levers.media_types = "any"
    assert caller.http.post(path(caller), json=sent).status_code == 201
    caller.sim.levers.media_types = "mime"


def test_png_may_be_refused(caller):
    """Two people saw that; others did not."""
    png = [{"url": "https://example.com/a.png", "type": "image/png"}]
    assert create(caller, media=png).status_code == 201
    caller.sim.levers.refuses_png = True
    assert create(caller, media=png).status_code == 422


def test_the_platform_of_a_new_post_is_google(caller):
    """Whatever its account is, unless a lever says otherwise."""
    post_id = made(caller)
    account = get(caller, post_id)["accountId"]
    (platform,) = (a["platform"] for a in caller.accounts() if a["id"] == account)
    assert get(caller, post_id)["platform"] == "google" != platform
    caller.sim.levers.post_platform = "account"
    assert get(caller, post_id)["platform"] == platform


def test_a_post_without_a_status_may_be_published_at_once(caller):
    """And ignore its date."""
    sent = body(caller)
    del sent["status"]
    assert caller.http.post(path(caller), json=sent).json()["results"]["post"]["status"] == (
        "scheduled"
    )
    caller.sim.levers.statusless_post = "published"
    assert "results" not in caller.http.post(path(caller), json=sent).json()


STRICT = [
    ({"type": "story"}, "A story does not support a caption"),
    ({"tags": ["nobody"]}, "tags must be ids of existing tags"),
    ({"status": "in_review"}, "in_review needs media, a future date and an approver"),
]


@folded(("more", "says"), STRICT)
def test_single_reports_are_a_lever(caller, more, says):
    """Rules that one person each has seen."""
    assert create(caller, **more).status_code == 201
    caller.sim.levers.strict_posts = True
    assert create(caller, **more).json()["message"] == [says]
    caller.sim.levers.strict_posts = False


def test_instagram_may_need_media(caller):
    """In the words that were seen."""
    caller.sim.levers.strict_posts = True
    account = next(
        a["id"] for a in caller.accounts() if a["platform"] == "instagram" and not a["isExpired"]
    )
    answer = create(caller, accountIds=[account], media=[])
    assert answer.json()["message"] == ["Instagram Account, would require image or video"]


def test_a_published_post_may_stay_in_the_list(caller):
    """Deleting it is answered 200 all the same."""
    caller.sim.levers.deleted_published = "kept"
    published = next(
        one["_id"]
        for one in caller.http.post(
            path(caller, "/list"),
            json={
                "skip": "0", "limit": "1", "includeUsers": "false", "type": "published",
                "fromDate": "2025-12-01T00:00:00Z", "toDate": "2026-01-05T00:00:00Z",
            },
        ).json()["results"]["posts"]
    )  # fmt: skip
    assert caller.http.delete(path(caller, f"/{published}")).status_code == 200
    assert get(caller, published)["status"] == "published"


def test_posts_of_single_accounts_come_back(caller):
    """Until their parent is deleted."""
    caller.sim.levers.post_per_account = True
    accounts = [a["id"] for a in caller.accounts() if not a["isExpired"]][:2]
    parent = made(caller, accountIds=accounts)
    rows = listed(caller)
    assert {row["parentPostId"] for row in rows} == {parent}
    assert {row["accountId"] for row in rows} == {*accounts}
    assert caller.http.delete(path(caller, f"/{rows[0]['_id']}")).status_code == 200
    assert len(listed(caller)) == 2
    caller.http.delete(path(caller, f"/{parent}"))
    assert listed(caller) == []


def test_a_carousel_may_be_listed_with_one_picture(caller):
    """A single post has all of them."""
    caller.sim.levers.listed_media = 1
    post_id = made(caller, media=[JPEG] * 6)
    assert [len(row["media"]) for row in listed(caller)] == [1]
    assert len(get(caller, post_id)["media"]) == 6


def test_the_error_of_a_post_may_be_an_object(caller):
    """With a message and a code."""
    caller.sim.levers.post_error = "object"
    wanted = {
        "skip": "0", "limit": "1", "includeUsers": "false", "type": "failed",
        "fromDate": "2025-01-01T00:00:00Z", "toDate": "2026-02-20T00:00:00Z",
    }  # fmt: skip
    (row,) = caller.http.post(path(caller, "/list"), json=wanted).json()["results"]["posts"]
    assert row["error"] == {"message": "The connection has expired", "code": 190}


def test_v3_refuses_what_it_has_removed(caller):
    """In the words of the service; the other versions have it."""
    query = {"locationId": caller.sim.location_id}
    for asked in ("/users/", "/oauth/installedLocations"):
        answer = caller.get(asked, params=query, headers={"Version": "v3"})
        assert answer.status_code == 400
        assert "not available in API version v3" in answer.json()["message"]
    assert caller.get("/users/", params=query).status_code == 200


def test_users_and_sub_accounts_are_looked_up(caller):
    """As the vendor's own SDKs do."""
    sim = caller.sim
    assert caller.get(f"/users/{sim.user_id}").json()["id"] == sim.user_id
    found = caller.get("/users/search", params={"companyId": sim.company_id}).json()
    assert sim.user_id in [one["id"] for one in found["users"]]
    one = caller.get(f"/locations/{sim.location_id}").json()["location"]
    assert one["id"] == sim.location_id
