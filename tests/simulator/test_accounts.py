"""Step 2, attach, list and delete: the accounts of a login."""

from __future__ import annotations

import pytest

from ghl_notebook.simulator import Simulator
from tests.simulator.conftest import OAUTH, Caller

CAFE = "17841405123456789"


def _attach(caller, platform="instagram", **body):
    account_id = caller.connect(platform)
    body = body or {"originId": CAFE, "name": "Café Lumière", "avatar": "a.svg", "pageId": "7"}
    answer = caller.http.post(caller.path(platform, account_id), json=body)
    return account_id, answer


def test_step_2_in_its_short_form(caller, sim):
    """The vendor's page leaves the sub-account out of the path; both forms answer the same."""
    account_id = caller.connect()
    short = caller.get(
        f"{OAUTH}/instagram/accounts/{account_id}", params={"locationId": sim.location_id}
    )
    assert short.json()["results"] == caller.available("instagram", account_id)


def test_step_2_without_a_location_is_refused(caller):
    """The short form needs the sub-account in the query."""
    answer = caller.get(f"{OAUTH}/instagram/accounts/{caller.connect()}")
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        ["locationId should not be empty"],
    )


@pytest.mark.parametrize("platform", ["instagram", "facebook"])
def test_an_unknown_account_id_is_not_found(caller, platform):
    """So is the id of a login on another platform."""
    for account_id in ("0" * 24, caller.connect("linkedin")):
        answer = caller.get(caller.path(platform, account_id))
        assert (answer.status_code, answer.json()["message"]) == (400, "Account not found")


def test_a_login_of_another_sub_account_is_not_found(caller, sim):
    """An account id is worth nothing in a sub-account that it does not belong to."""
    second = sim.state.tokens["second"]
    foreign = next(x.id for x in sim.state.logins.values() if x.location_id == second.location_id)
    answer = caller.get(caller.path("facebook", foreign))
    assert (answer.status_code, answer.json()["message"]) == (400, "Account not found")


def _keys(caller, platform, **choices):
    return caller.available(platform, caller.connect(platform, **choices))


def test_facebook_pages(caller):
    """Facebook answers pages."""
    (page,) = _keys(caller, "facebook", tick=["cafe.lumiere"])["pages"]
    assert page.keys() == {"id", "name", "avatar", "isOwned", "isConnected"}


@pytest.mark.parametrize(
    ("lever", "expected"),
    [("id", {"id"}), ("originId", {"originId"}), ("both", {"id", "originId"})],
)
def test_instagram_names_its_id_in_two_ways(caller, sim, lever, expected):
    """Captures have id or originId."""
    sim.levers.instagram_key = lever
    (account,) = _keys(caller, "instagram", tick=[CAFE])["accounts"]
    assert account.keys() & {"id", "originId"} == expected
    assert {account[key] for key in expected} == {CAFE}


def test_linkedin_has_pages_and_a_profile(caller, sim):
    """The profile is a list, or one object in another document."""
    results = _keys(caller, "linkedin", choose="Jonas Lindqvist")
    sim.levers.linkedin_profile = "object"
    as_object = _keys(caller, "linkedin", choose="Jonas Lindqvist")
    assert [page["name"] for page in results["pages"]] == ["Nordljus Studio"]
    assert results["profile"] == [as_object["profile"]]
    assert as_object["profile"]["urn"].startswith("urn:li:person:")


def test_google_locations_are_one_or_a_list(caller, sim):
    """A single location is an object as documented, several are a list, and levers force either."""
    one = _keys(caller, "google", tick=["cafe.lumiere"])["locations"]
    several = _keys(caller, "google")["locations"]
    sim.levers.google_locations = "list"
    listed = _keys(caller, "google", tick=["cafe.lumiere"])["locations"]
    sim.levers.google_locations = "one"
    first = _keys(caller, "google")["locations"]
    assert (one["location"]["title"], len(several)) == ("Café Lumière", 4)
    assert listed == [one]
    assert first == one
    assert _keys(caller, "google", tick=[]) == {}


def test_tiktok_is_a_list_or_flat(caller, sim):
    """The documents have a profile list, and one flat object."""
    listed = _keys(caller, "tiktok")["profile"]
    sim.levers.tiktok_shape = "flat"
    flat = _keys(caller, "tiktok")
    assert flat.keys() == {"openId", "displayName", "avatarUrl"}
    assert flat["openId"] == listed[0]["id"]
    assert _keys(caller, "tiktok", tick=[]) == {}


def test_youtube_is_profile_or_channels(caller, sim):
    """There is no capture of YouTube; the simulator has both guesses."""
    listed = _keys(caller, "youtube")
    sim.levers.youtube_shape = "channels"
    assert _keys(caller, "youtube") == {"channels": listed["profile"]}


def test_pinterest_is_a_pinner_and_maybe_flat(caller, sim):
    """The type that comes back is not the type to send."""
    listed = _keys(caller, "pinterest")["profile"]
    sim.levers.pinterest_shape = "flat"
    assert _keys(caller, "pinterest") == listed[0]
    assert listed[0]["type"] == "PINNER"


@pytest.mark.parametrize("platform", ["tiktok-business", "threads"])
def test_the_others_are_profiles(caller, platform):
    """A platform without a specific shape answers a profile list."""
    assert len(_keys(caller, platform)["profile"]) == 4


def test_v3_searches(caller):
    """Search narrows step 2 down by name."""
    path = caller.path("facebook", caller.connect("facebook"))
    pages = caller.get(path, params={"search": "café"}).json()["results"]["pages"]
    assert [page["name"] for page in pages] == ["Café Lumière"]


def test_attach_answers_the_field_table(caller, sim):
    """The answer is 201 with every field of the vendor's page."""
    account_id, answer = _attach(caller)
    results = answer.json()["results"]
    assert answer.status_code == 201
    assert answer.json()["message"] == "Added Instagram Account"
    assert results.keys() == {
        "_id", "oAuthId", "oldId", "locationId", "originId", "platform", "type", "name", "avatar",
        "meta", "active", "deleted", "createdAt", "updatedAt",
    }  # fmt: skip
    assert results["oAuthId"] == account_id
    assert (results["type"], results["createdAt"]) == ("page", "2026-01-05T09:00:00.000Z")
    assert results["meta"].keys() >= {"pageId", "page", "isVerified", "username", "openId"}
    assert results["meta"]["storefrontAddress"].keys() == {
        "regionCode", "languageCode", "postalCode", "administrativeArea", "locality",
        "addressLines",
    }  # fmt: skip


def test_an_attached_page_is_listed_and_connected(caller, sim):
    """The list shows it with an opaque id, sixty days of life, and step 2 calls it connected."""
    account_id, _ = _attach(caller)
    row = caller.accounts()[-1]
    assert row["id"] == f"{account_id}_{sim.location_id}_{CAFE}"
    assert row["expire"] == "2026-03-06T09:00:00.000Z"
    assert (row["oauthId"], row["isExpired"], row["deleted"]) == (account_id, False, False)
    listed = {row["originId"] for row in caller.accounts() if row["platform"] == "instagram"}
    available = caller.available("instagram", account_id)["accounts"]
    connected = {found["id"] for found in available if found["isConnected"]}
    assert CAFE in connected
    assert connected == listed & {found["id"] for found in available}
    assert len(connected) < len(available)


def test_attaching_twice_keeps_one_row(caller):
    """The second attach renews the first."""
    _attach(caller)
    second, _ = _attach(caller)
    (row,) = [row for row in caller.accounts() if row["originId"] == CAFE]
    assert row["oauthId"] == second


@pytest.mark.parametrize(
    ("platform", "kind"),
    [
        ("facebook", "page"),
        ("linkedin", "page"),
        ("linkedin", "profile"),
        ("tiktok", "profile"),
        ("youtube", "profile"),
        ("pinterest", "profile"),
        ("threads", "profile"),
    ],
)
def test_attach_on_every_platform(caller, platform, kind):
    """The documented keys are accepted."""
    account_id = caller.connect(platform)
    results = caller.available(platform, account_id)
    (found, *_) = results["pages"] if kind == "page" else results["profile"]
    body = {"originId": found["id"], "type": kind, "name": found["name"], "avatar": found["avatar"]}
    answer = caller.http.post(caller.path(platform, account_id), json=body)
    assert answer.status_code == 201
    assert answer.json()["results"]["type"] == kind


def test_attach_a_google_location(caller):
    """Google takes the location and its account."""
    account_id = caller.connect("google", tick=["cafe.lumiere"])
    body = caller.available("google", account_id)["locations"]
    answer = caller.http.post(caller.path("google", account_id), json=body)
    assert (answer.status_code, answer.json()["results"]["type"]) == (201, "location")


def test_google_under_v3_names_the_keys_inside(caller, sim):
    """v3 lists what a location may carry, and relationshipData is not in it."""
    account_id = caller.connect("google", tick=["cafe.lumiere"])
    body = caller.available("google", account_id)["locations"]
    path = f"{OAUTH}/{sim.location_id}/google/accounts/{account_id}"
    answer = caller.http.post(path, json=body, headers={"Version": "v3"})
    assert answer.json()["message"] == ["location.property relationshipData should not exist"]


@pytest.mark.parametrize(
    ("platform", "body", "message"),
    [
        ("instagram", {"originId": CAFE}, ["pageId should not be empty"]),
        ("instagram", {"pageId": 7, "originId": CAFE}, ["pageId must be a string"]),
        ("tiktok", {"originId": "1", "verified": "yes"}, ["verified must be a boolean value"]),
        ("google", {"location": {}}, ["account should not be empty"]),
        ("facebook", {"originId": "1", "type": "PINNER"},
         ["type must be one of the following values: page"]),
    ],
)  # fmt: skip
def test_attach_names_what_is_wrong(caller, platform, body, message):
    """A missing key, a wrong type and a wrong word are each named."""
    _, answer = _attach(caller, platform, **body)
    assert (answer.status_code, answer.json()["message"]) == (422, message)


def test_attach_wants_an_object(caller):
    """A body that is not a JSON object is a bad request."""
    path = caller.path("instagram", caller.connect())
    answers = [caller.http.post(path, content=content) for content in (b"{", b"[]")]
    assert [answer.status_code for answer in answers] == [400, 400]


def test_tiktok_business_has_no_attach(caller):
    """No document and no capture attaches one."""
    _, answer = _attach(caller, "tiktok-business")
    assert answer.status_code == 404


def test_the_list_is_not_empty_to_begin_with(caller):
    """Accounts on several platforms, an expired one and a deleted row are there."""
    rows = [(r["platform"], r["isExpired"], r["deleted"]) for r in caller.accounts()]
    assert rows == [
        ("facebook", False, False),
        ("google", False, False),
        ("instagram", True, False),
        ("linkedin", False, True),
        ("instagram", False, False),
        ("tiktok", False, False),
        ("linkedin", False, False),
        ("pinterest", False, False),
    ]


def test_groups_hold_account_ids(caller, sim):
    """A group names accounts of the list."""
    path = f"/social-media-posting/{sim.location_id}/accounts"
    results = caller.get(path).json()["results"]
    (group,) = results["groups"]
    assert group["accountIds"] == [row["id"] for row in results["accounts"][:2]]


def test_fetch_all_shows_what_is_not_attached(caller, sim):
    """fetchAll=true lists the pages of a login before any is attached, unless a lever is set."""
    account_id = caller.connect("instagram", tick=[CAFE])
    plain, everything = caller.accounts(), caller.accounts(fetchAll="true")
    sim.levers.fetch_all_shows_unattached = False
    assert [r["oauthId"] for r in everything if r not in plain] == [account_id]
    assert caller.accounts(fetchAll="true") == plain


def test_delete_wants_a_user_and_leaves_a_deleted_row(caller, sim):
    """Without userId it is a bad request; with it the row is marked and leaves its groups."""
    row = caller.accounts()[0]
    path = f"/social-media-posting/{sim.location_id}/accounts/{row['id']}"
    query = {"userId": sim.user_id, "companyId": "c"}
    answers = [
        caller.http.delete(path),
        caller.http.delete(path, params=query),
        caller.http.delete(path, params=query),
    ]
    assert [answer.status_code for answer in answers] == [400, 200, 400]
    assert answers[1].json()["results"] == {"locationId": sim.location_id, "id": row["id"]}
    assert caller.accounts()[0]["deleted"] is True
    assert row["id"] not in sim.state.groups[0].account_ids


def test_users_come_in_an_awkward_order(caller, sim):
    """A deleted admin and an agency user come before the admin to take."""
    users = caller.get("/users/", params={"locationId": sim.location_id}).json()["users"]
    assert [(u["deleted"], u["roles"]["type"], u["roles"]["role"]) for u in users] == [
        (True, "account", "admin"),
        (False, "agency", "user"),
        (False, "account", "admin"),
        (False, "account", "user"),
    ]
    assert users[2]["id"] == sim.user_id


def test_an_agency_sees_its_sub_accounts(caller, sim):
    """The company token pages through all, a sub-account's token sees its own."""
    company = {"Authorization": f"Bearer {sim.state.tokens['company'].value}"}
    search = [
        caller.get("/locations/search", params={"skip": skip, "limit": 1}, headers=company)
        for skip in (0, 1, 2)
    ]
    query = {"companyId": sim.company_id, "appId": sim.client_id}
    installed = caller.get("/oauth/installedLocations", params=query, headers=company).json()
    own = caller.get("/locations/search").json()["locations"]
    pages = [answer.json()["locations"] for answer in search]
    assert [len(page) for page in pages] == [1, 1, 0]
    assert own == pages[0]
    assert installed["count"] == 2


def test_the_expiry_follows_the_clock():
    """An account runs out when the clock passes its expire."""
    from datetime import UTC, datetime, timedelta

    now = [datetime(2026, 1, 5, 9, 0, tzinfo=UTC)]
    with Simulator(clock=lambda: now[0]) as sim:
        caller = Caller(sim)
        before = caller.accounts()[0]["isExpired"]
        now[0] += timedelta(days=61)
        after = caller.accounts()[0]["isExpired"]
        caller.http.close()
    assert (before, after) == (False, True)
