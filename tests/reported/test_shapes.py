"""Answers of another shape: read where it is clear what they are, and an error where it is not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, Secret
from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.errors import SettingsError
from ghl_notebook.settings import now
from tests.api.stub import LOCATION, Stub, answer
from tests.folding import folded

BASE_URL = "https://services.leadconnectorhq.com"
PLATFORMS = ["facebook", "instagram", "linkedin", "tiktok", "youtube", "pinterest", "google"]


@folded("platform", PLATFORMS)
@folded("results", [[{"id": "1", "name": "A"}], "text", None, 5])
def test_what_is_no_object_is_an_error_of_step_two(platform: str, results: Any) -> None:
    """It is not taken for a login that allows nothing."""
    with Stub(answer(results)).client() as client, pytest.raises(ghl.errors.UnexpectedAnswerError):
        client.oauth.available_accounts(platform, "login-1")


@folded("platform", PLATFORMS)
@folded("results", [[], {}, {"pages": []}])
def test_a_login_that_allows_nothing_is_empty(platform: str, results: Any) -> None:
    """As where the user has unticked all."""
    with Stub(answer(results)).client() as client:
        assert client.oauth.available_accounts(platform, "login-1") == []


@folded("results", [[{"_id": "1"}], "text"])
def test_what_is_no_object_is_an_error_of_attaching(results: Any) -> None:
    """It may have been attached all the same."""
    account = ghl.models.AvailableAccount(origin_id="1", name="A")
    with (
        Stub(answer(results, 201)).client() as client,
        pytest.raises(ghl.errors.UnexpectedAnswerError) as caught,
    ):
        client.oauth.attach("facebook", "login-1", account)
    assert caught.value.outcome_unknown


def test_a_list_in_place_of_a_category_is_an_error() -> None:
    """It is not taken for one that is not there."""
    with (
        Stub(answer([{"_id": "c1"}])).client() as client,
        pytest.raises(ghl.errors.UnexpectedAnswerError),
    ):
        client.categories.get("c1")


ONE = {"name": "locations/1", "title": "One"}
TWO = {"name": "locations/2", "title": "Two"}
NESTED: list[Any] = [
    [{"account": "x", "locations": [ONE, TWO]}],
    {"account": "x", "locations": [ONE, TWO]},
    [{"account": "x", "location": [ONE, TWO]}],
    [{"account": "x", "locations": [ONE]}, {"account": "x", "locations": [TWO]}],
    [{"account": "x", "locations": [{"location": ONE}, {"location": TWO}]}],
    [{"account": "x", "locations": [{"account": "x", "location": ONE}, TWO]}],
]


@folded("locations", NESTED)
def test_nested_locations_are_rows(locations: Any) -> None:
    """Each with its account, which attaching sends."""
    with Stub(answer({"locations": locations})).client() as client:
        found = client.oauth.available_accounts("google", "login-1")
    assert [(one.origin_id, one.name) for one in found] == [("1", "One"), ("2", "Two")]
    assert [one.extra["account"] for one in found] == ["x", "x"]
    assert [one.extra["location"] for one in found] == [ONE, TWO]


def test_locations_of_an_account_have_it() -> None:
    """Where the account itself lists them."""
    account = {"name": "accounts/1", "accountName": "X"}
    with Stub(answer({"locations": [{**account, "locations": [ONE, TWO]}]})).client() as client:
        found = client.oauth.available_accounts("google", "login-1")
    assert [one.name for one in found] == ["One", "Two"]
    assert [one.extra["account"] for one in found] == [account, account]


@folded(("platform", "key"), [("facebook", "pages"), ("instagram", "accounts")])
def test_nested_pages_are_rows(platform: str, key: str) -> None:
    """By whom they belong to."""
    results = {key: [{"owner": "x", key: [{"id": "1"}, {"id": "2"}]}]}
    with Stub(answer(results)).client() as client:
        found = client.oauth.available_accounts(platform, "login-1")
    assert [one.origin_id for one in found] == ["1", "2"]


FINISH = "/social-media-posting/oauth/facebook/finish"
OVER = [
    f"{BASE_URL}{FINISH}?error=access_denied&error_reason=user_denied&state=planted",
    f"https://backend.leadconnectorhq.com{FINISH}?error=access_denied&error_reason=user_denied",
    f"{FINISH}?error=access_denied&error_reason=user_denied",
    f"{BASE_URL}{FINISH}/?error=access_denied&error_reason=user_denied#state=planted",
    f"https://services.agency.example{FINISH}?error=access_denied&error_reason=user_denied",
    f"{BASE_URL}/oauth/error?error=access_denied&error_reason=user_denied",
]


@folded("location", OVER)
def test_a_login_that_is_over_before_it_begins_is_an_error(location: str) -> None:
    """At once, with what is said and without the state."""
    stub = Stub(httpx.Response(302, headers={"location": location}))
    with stub.client() as client, pytest.raises(ghl.errors.UnexpectedAnswerError) as caught:
        client.oauth.start("facebook")
    assert "access_denied, user_denied" in str(caught.value)
    assert "planted" not in str(caught.value)
    assert len(stub.requests) == 1


@folded(
    "location",
    [
        "https://www.facebook.com/v18.0/dialog/oauth?client_id=1&redirect_uri="
        f"{BASE_URL}{FINISH}&state=s",
        "https://www.facebook.com/dialog?error=0",
    ],
)
def test_a_login_page_is_opened(location: str) -> None:
    """The end of a login may be named in its address."""
    with Stub(httpx.Response(302, headers={"location": location})).client() as client:
        assert client.oauth.start("facebook").reveal() == location


@folded("whose", [{}, {"companyId": "company-1"}, {"userType": "Location"}])
def test_a_minted_token_without_a_sub_account_is_that_of_the_one_asked_for(whose: Any) -> None:
    """The accounts are fetched with it."""
    minted = httpx.Response(201, json={"access_token": "eyJminted", "expires_in": 86399, **whose})
    stub = Stub(minted, answer({"accounts": [{"id": "a1"}], "groups": []}))
    with Agency("eyJplanted", "company-1", base_url=BASE_URL, transport=stub) as agency:
        frame = ghl.fetch_accounts(agency, locations=[LOCATION])
    assert frame.attrs["failures"] == []
    assert frame["location_id"].to_list() == [LOCATION]
    assert stub.requests[-1].headers["authorization"] == "Bearer eyJminted"


@folded(
    "whose",
    [
        {"locationId": "ve9EPM428h8vShlRW1KU"},
        {"userType": "Company", "companyId": "company-1"},
        {"companyId": "company-2"},
    ],
)
def test_a_minted_token_of_another_is_not_taken(whose: Any) -> None:
    """Where the answer says whose it is."""
    minted = httpx.Response(201, json={"access_token": "eyJminted", "expires_in": 86399, **whose})
    with Agency("eyJplanted", "company-1", base_url=BASE_URL, transport=Stub(minted)) as agency:
        (failure,) = ghl.fetch_accounts(agency, locations=[LOCATION]).attrs["failures"]
    assert failure["error"] == "CredentialMismatchError"
    assert "None" not in failure["message"]


@folded("is_agency", [True, False])
async def test_a_renewed_token_that_does_not_say_whose_is_that_of_the_login(
    is_agency: bool,
) -> None:
    """Of a sub-account, or of an agency."""
    ids: dict[str, Any] = {"companyId": "company-1", "userType": "Company"}
    if not is_agency:
        ids |= {"locationId": LOCATION, "userType": "Location"}
    pair = {"access_token": "eyJa", "refresh_token": "r1", "expires_in": 86399}
    stub = Stub(httpx.Response(200, json=pair | ids), httpx.Response(200, json=pair))
    endpoint = TokenEndpoint(BASE_URL, "app-1", Secret("s"), clock=now, transport=stub)
    first = await endpoint.exchange(Secret("c"), Secret("v"), "https://example.com/x")
    again = await endpoint.refresh(first)
    for name in ("location_id", "company_id", "user_type"):
        assert getattr(again, name) == getattr(first, name)


ADDRESSES = [
    f"https://app.gohighlevel.com/v2/location/{LOCATION}/dashboard",
    f"https://app.gohighlevel.com/v2/location/{LOCATION}",
    f"app.gohighlevel.com/v2/location/{LOCATION}/marketing/social-planner?tab=x#y",
    f"https://agency.example/location/{LOCATION}/dashboard",
    f"  https://app.gohighlevel.com/v2/location/{LOCATION}/dashboard\n",
    f"{BASE_URL}/locations/{LOCATION}",
    f"https://app.gohighlevel.com/x?locationId={LOCATION}",
    f"/v2/location/{LOCATION}/",
]


@folded("address", ADDRESSES)
def test_the_id_is_taken_out_of_an_address(address: str) -> None:
    """From an argument and from the environment, by a client and an agency."""
    patch = pytest.MonkeyPatch()
    with patch.context() as environ:
        environ.setenv("GHL_LOCATION_ID", address)
        assert ghl.Client("pit-planted-1").location_id == LOCATION
    assert ghl.Client("pit-planted-1", address).location_id == LOCATION
    minted = httpx.Response(201, json={"access_token": "eyJminted"})
    stub = Stub(minted, answer({"accounts": [{"id": "a1"}], "groups": []}))
    with Agency("eyJplanted", "company-1", base_url=BASE_URL, transport=stub) as agency:
        assert agency.client(address).location_id == LOCATION
        frame = ghl.fetch_accounts(agency, locations=[address])
    assert frame["location_id"].to_list() == [LOCATION]


@folded(
    "settings",
    [
        {"location_id": "https://app.gohighlevel.com/agency_dashboard/"},
        {"location_id": "https://app.gohighlevel.com/v2/location//dashboard"},
        {"location_id": LOCATION, "user_id": "https://app.gohighlevel.com/v2/user/x"},
    ],
)
def test_an_address_without_an_id_is_an_error_at_once(settings: dict[str, str]) -> None:
    """Before anything is asked."""
    with pytest.raises(SettingsError, match="address"):
        ghl.Client("pit-planted-1", **settings)
