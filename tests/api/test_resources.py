"""Users, what a login may attach, attaching, the list of accounts, disconnecting."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.models import PLATFORMS, AvailableAccount
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, USER, Stub, answer

ACCOUNT = "65f2d989a4f2f1e5322c3856"
OAUTH = "/social-media-posting/oauth"


def users(*rows: dict[str, object]) -> httpx.Response:
    """Return the answer to `GET /users/`, which has no envelope."""
    return httpx.Response(200, json={"users": list(rows)})


ADMIN = {"type": "account", "role": "admin"}
PLAIN = {"type": "account", "role": "user"}


def test_users_are_asked_for_by_sub_account() -> None:
    """The path ends with a slash, and the sub-account is in the query."""
    stub = Stub(users({"id": "u1", "roles": ADMIN}))
    with stub.client() as client:
        (user,) = client.users()
    assert str(stub.request.url.raw_path, "ascii") == f"/users/?locationId={LOCATION}"
    assert user.id == "u1"
    assert user.is_admin


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([{"id": "plain", "roles": PLAIN}, {"id": "admin", "roles": ADMIN}], "admin"),
        (
            [{"id": "gone", "roles": ADMIN, "deleted": True}, {"id": "admin", "roles": ADMIN}],
            "admin",
        ),
        ([{"id": "gone", "roles": ADMIN, "deleted": True}, {"id": "plain"}], "plain"),
        ([{"id": "first", "roles": PLAIN}, {"id": "second", "roles": PLAIN}], "first"),
        ([{"id": "one", "roles": ADMIN}, {"id": "two", "roles": ADMIN}], "one"),
        ([{"roles": ADMIN}, {"id": "plain", "roles": None}], "plain"),
        ([{"id": 12, "roles": "admin"}], "12"),
    ],
)
def test_the_owner_is_the_first_admin_who_is_still_there(
    rows: list[dict[str, object]], chosen: str
) -> None:
    """An undeleted admin, else the first undeleted user: a wrong one owns nothing."""
    with Stub(users(*rows)).client(user_id=None) as client:
        assert client.resolve_user_id() == chosen


def test_the_simulators_owner_is_its_admin(sim: Simulator) -> None:
    """A deleted admin and an agency's user come first, and are not taken."""
    with Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
        assert client.resolve_user_id() == sim.user_id


def test_the_owner_is_looked_up_once() -> None:
    """Further calls use what was found."""
    stub = Stub(users({"id": "u1", "roles": ADMIN}), answer({}))
    with stub.client(user_id=None) as client:
        client.accounts.delete("account-1")
        client.accounts.delete("account-2")
        assert client.user_id == "u1"
    assert [r.url.path for r in stub.requests].count("/users/") == 1


def test_a_given_owner_is_not_looked_up() -> None:
    """Who passes a user id is believed."""
    stub = Stub(users())
    with stub.client() as client:
        assert client.resolve_user_id() == USER
    assert stub.requests == []


def test_without_users_there_is_no_owner() -> None:
    """No id is made up; the error names the setting."""
    with (
        Stub(httpx.Response(200, json={"users": []})).client(user_id=None) as client,
        pytest.raises(ghl.errors.ArgumentError) as caught,
    ):
        client.oauth.start("instagram")
    assert "GHL_USER_ID" in caught.value.next_step


@pytest.mark.parametrize("body", [{}, {"users": None}, {"users": {"id": "u1"}}])
def test_a_list_of_users_that_is_missing_is_not_an_empty_one(body: dict[str, object]) -> None:
    """It is asked for again, and then told as what it is."""
    stub = Stub(httpx.Response(200, json=body))
    with (
        stub.client(user_id=None) as client,
        pytest.raises(ghl.errors.UnexpectedAnswerError, match="without what was asked for"),
    ):
        client.users()
    assert len(stub.requests) == 4


@pytest.mark.parametrize("platform", PLATFORMS)
def test_step_two_has_the_sub_account_in_its_path(platform: str) -> None:
    """The long form of the OpenAPI files; Google's accounts are locations."""
    stub = Stub(answer({}))
    with stub.client() as client:
        assert client.oauth.available_accounts(platform, ACCOUNT) == []
    collection = "locations" if platform == "google" else "accounts"
    assert stub.request.method == "GET"
    assert stub.request.url.path == f"{OAUTH}/{LOCATION}/{platform}/{collection}/{ACCOUNT}"
    assert dict(stub.request.url.params) == {}


def test_step_two_has_a_short_form_too() -> None:
    """The page of the documents leaves the sub-account out of the path."""
    stub = Stub(answer({"accounts": []}))
    with stub.client() as client:
        client.oauth.available_accounts(
            "instagram", ACCOUNT, location_in_path=False, page="integration", reconnect=True
        )
    assert stub.request.url.path == f"{OAUTH}/instagram/accounts/{ACCOUNT}"
    assert dict(stub.request.url.params) == {
        "locationId": LOCATION,
        "userId": USER,
        "page": "integration",
        "reconnect": "true",
    }


@pytest.fixture
def fresh() -> Iterator[Simulator]:
    """A simulator that a test may change."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def own(fresh: Simulator) -> Iterator[Client]:
    """A client of it."""
    with Client(fresh.token, fresh.location_id, fresh.user_id, base_url=fresh.base_url) as client:
        yield client


def login(sim: Simulator, client: Client, platform: str) -> str:
    """Log in as the first person on the consent page, and return the account id."""
    return str(sim.play_user(client.oauth.start(platform).reveal()).data["accountId"])


def test_both_forms_of_step_two_answer_the_same(fresh: Simulator, own: Client) -> None:
    """A login's accounts do not depend on how the path is written."""
    account_id = login(fresh, own, "instagram")
    long = own.oauth.available_accounts("instagram", account_id)
    assert long
    assert own.oauth.available_accounts("instagram", account_id, location_in_path=False) == long


@pytest.mark.parametrize(
    "platform", [p for p in PLATFORMS if p not in ("twitter", "tiktok-business")]
)
def test_a_login_leads_to_a_connected_account(fresh: Simulator, own: Client, platform: str) -> None:
    """Step 1 to 3 for each platform, up to the list of what is connected."""
    account_id = login(fresh, own, platform)
    available = own.oauth.available_accounts(platform, account_id)
    chosen = next(a for a in available if not a.is_connected)
    attached = own.oauth.attach(platform, account_id, chosen)
    assert attached.oauth_id == account_id
    assert attached.origin_id == chosen.origin_id
    listed = own.accounts.list().accounts
    assert (platform, chosen.origin_id) in {(a.platform, a.origin_id) for a in listed}


FULL = AvailableAccount(
    origin_id="17841405123456789",
    platform="whatever",
    type="PINNER",
    name="Café Lumière",
    avatar="https://x.example/a.png",
    username="cafe",
    page_id="107",
    urn="urn:li:organization:1",
    website_url="https://x.example",
    is_connected=False,
    is_owned=True,
    is_business_account=True,
    verified=True,
    protected=False,
    extra={"location": {"name": "locations/1"}, "account": {"name": "accounts/1"}, "more": 1},
)
SHORT = {
    "originId": "17841405123456789",
    "name": "Café Lumière",
    "avatar": "https://x.example/a.png",
}
PROFILE = {**SHORT, "type": "profile", "verified": True, "username": "cafe"}
BODIES = {
    "facebook": {**SHORT, "platform": "facebook", "type": "page"},
    "instagram": {**SHORT, "pageId": "107"},
    "google": {"location": {"name": "locations/1"}, "account": {"name": "accounts/1"}},
    "linkedin": {**SHORT, "type": "PINNER", "urn": "urn:li:organization:1"},
    "tiktok": PROFILE,
    "tiktok-business": {**PROFILE, "type": "business"},
    "youtube": PROFILE,
    "pinterest": {**PROFILE, "websiteUrl": "https://x.example"},
    "threads": {**SHORT, "type": "profile"},
    "twitter": {**SHORT, "username": "cafe", "protected": False, "verified": True},
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_attaching_sends_the_platforms_known_keys_only(platform: str) -> None:
    """The service answers any other key with 422: an item is never echoed whole."""
    stub = Stub(answer({}, 201))
    with stub.client() as client:
        client.oauth.attach(platform, ACCOUNT, FULL)
    collection = "locations" if platform == "google" else "accounts"
    assert stub.request.method == "POST"
    assert stub.request.url.path == f"{OAUTH}/{LOCATION}/{platform}/{collection}/{ACCOUNT}"
    assert json.loads(stub.request.content) == BODIES[platform]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_attaching_leaves_out_what_is_not_known(platform: str) -> None:
    """A missing value is left out, not sent as null."""
    stub = Stub(answer({}, 201))
    with stub.client() as client:
        client.oauth.attach(platform, ACCOUNT, AvailableAccount(origin_id="1"))
    sent = json.loads(stub.request.content)
    assert None not in sent.values()
    assert set(sent) <= {"originId", "platform", "type"}


def test_attaching_may_name_the_agency() -> None:
    """`companyId` is a key of every platform, sent when given."""
    stub = Stub(answer({}, 201))
    with stub.client() as client:
        client.oauth.attach("instagram", ACCOUNT, FULL, company_id="agency-1")
    assert json.loads(stub.request.content)["companyId"] == "agency-1"


def test_an_account_of_another_login_is_not_attached(fresh: Simulator, own: Client) -> None:
    """The service's `success: false` under 201 is an error."""
    account_id = login(fresh, own, "instagram")
    with pytest.raises(ghl.errors.RefusedError, match="Account not found"):
        own.oauth.attach("instagram", account_id, AvailableAccount(origin_id="1", page_id="1"))


def test_all_accounts_are_listed_with_their_groups(sim: Simulator, client: Client) -> None:
    """Deleted rows and groups are in the list; the sub-account is told."""
    listed = client.accounts.list()
    assert listed.location_id == sim.location_id
    assert [(a.platform, a.deleted) for a in listed.accounts[:4]] == [
        ("facebook", False),
        ("google", False),
        ("instagram", False),
        ("linkedin", True),
    ]
    assert len(listed.accounts) == 8
    assert [g.name for g in listed.groups] == ["Café, all channels"]


@pytest.mark.parametrize(
    "results",
    [None, {}, [], "none", {"accounts": None}, {"accounts": 5}, {"accounts": {}}, {"groups": 5}],
)
def test_a_list_of_accounts_that_is_missing_is_not_an_empty_one(results: object) -> None:
    """Rows would be lost in silence: it is asked for again, and the next answer is whole."""
    stub = Stub(answer(results), answer({"accounts": [{"id": "a"}], "groups": 5}))
    with stub.client() as client:
        listed = client.accounts.list()
    assert [account.id for account in listed.accounts] == ["a"]
    assert listed.groups == []
    assert len(stub.requests) == 2


@pytest.mark.parametrize("results", [None, "none", 5])
def test_what_a_login_may_attach_is_not_nothing_because_it_is_missing(results: object) -> None:
    """Only a list that is there can be empty."""
    with (
        Stub(answer(results)).client() as client,
        pytest.raises(
            ghl.errors.UnexpectedAnswerError, match=r"\(it holds: message, results, status"
        ),
    ):
        client.oauth.available_accounts("instagram", "65f2d989a4f2f1e5322c3856")


def test_disconnecting_says_who_does_it() -> None:
    """`userId` is optional in the documents, and wanted in practice."""
    stub = Stub(answer({"locationId": LOCATION, "id": "account-1"}))
    with stub.client() as client:
        assert client.accounts.delete("account-1", company_id="agency-1") == "account-1"
    assert stub.request.method == "DELETE"
    assert stub.request.url.path == f"/social-media-posting/{LOCATION}/accounts/account-1"
    assert dict(stub.request.url.params) == {"userId": USER, "companyId": "agency-1"}
    assert stub.request.content == b""


@pytest.mark.parametrize("results", [None, {}, {"id": None}, [], "x"])
def test_disconnecting_returns_the_id_whatever_is_answered(results: object) -> None:
    """The id that was asked for, where the answer names none."""
    with Stub(answer(results)).client() as client:
        assert client.accounts.delete("account-1") == "account-1"


def test_a_disconnected_account_is_marked_as_deleted(fresh: Simulator, own: Client) -> None:
    """It stays in the list."""
    first = own.accounts.list().accounts[0]
    assert first.id is not None
    assert own.accounts.delete(first.id) == first.id
    assert own.accounts.list().accounts[0].deleted


def test_disconnecting_twice_is_refused(fresh: Simulator, own: Client) -> None:
    """The service no longer knows the account."""
    first = own.accounts.list().accounts[0]
    assert first.id is not None
    own.accounts.delete(first.id)
    with pytest.raises(ghl.errors.BadRequestError):
        own.accounts.delete(first.id)
