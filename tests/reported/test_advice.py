"""Advice of what the cause is; where it is not known, the error says so and shows what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, Secret
from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.errors import CredentialError, LogInAgainError
from ghl_notebook.settings import now
from tests.api.stub import LOCATION, Stub, answer
from tests.folding import folded

BASE_URL = "https://services.leadconnectorhq.com"
OTHER = "ve9EPM428h8vShlRW1KU"


def refused(status: int, body: Any) -> httpx.Response:
    """Return a refusal."""
    return httpx.Response(status, json=body)


async def login_error(response: httpx.Response) -> CredentialError:
    """Return what becomes of a login whose code is answered so."""
    endpoint = TokenEndpoint(
        BASE_URL, "app-1", Secret("planted-secret"), clock=now, transport=Stub(response)
    )
    with pytest.raises(CredentialError) as caught:
        await endpoint.exchange(Secret("code-1"), Secret("verifier"), "https://example.com/x")
    return caught.value


def minting_failure(response: httpx.Response) -> dict[str, Any]:
    """Return the failure of an agency's only sub-account."""
    with Agency("eyJplanted", "company-1", base_url=BASE_URL, transport=Stub(response)) as agency:
        (failure,) = ghl.fetch_accounts(agency, locations=[LOCATION]).attrs["failures"]
    return failure


PAUSED = [
    "Location is not active",
    "The location is not active.",
    "Location is inactive",
    "This sub-account is paused",
    "Sub account suspended",
]


@folded("message", PAUSED)
@folded("status", [400, 401, 403])
async def test_a_paused_sub_account_is_said_to_be_one(message: str, status: int) -> None:
    """At a login, at minting, and at any call: the login stays valid, and no secret is blamed."""
    response = refused(status, {"statusCode": status, "message": message})
    error = await login_error(response)
    assert not isinstance(error, LogInAgainError)
    failure = minting_failure(response)
    with Stub(response).client() as client, pytest.raises(ghl.errors.ResponseError) as caught:
        client.posts.get("p1")
    for text in (str(error), failure["message"], str(caught.value)):
        assert "paused or unpaid" in text
        assert "stays valid" in text
        assert message.rstrip(".") in text
        assert "secret" not in text
        assert "scope" not in text


def test_a_run_goes_on_after_a_paused_sub_account() -> None:
    """Its neighbour's accounts are in the frame."""

    def service(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/locationToken"):
            return answer({"accounts": [{"id": "a1"}], "groups": []})
        if LOCATION in request.content.decode():
            return refused(400, {"message": "Location is not active"})
        return httpx.Response(201, json={"access_token": "eyJminted", "locationId": OTHER})

    with Agency("eyJplanted", "company-1", base_url=BASE_URL, transport=Stub(service)) as agency:
        frame = ghl.fetch_accounts(agency, locations=[LOCATION, OTHER])
    assert frame["location_id"].to_list() == [OTHER]
    (failure,) = frame.attrs["failures"]
    assert failure["location_id"] == LOCATION


USED_UP: list[tuple[int, Any]] = [
    (401, {"error": "UnAuthorized!", "error_description": "Authorization code not found"}),
    (401, {"error": "UnAuthorized!", "error_description": "Refresh token not found"}),
    (400, {"error": "UnAuthorized!", "error_description": "Authorization code not found"}),
    (403, {"message": "Invalid refresh token"}),
    (404, {"message": "Authorization code not found"}),
    (422, {"message": "Authorization code is expired"}),
    (401, {"message": "This refresh token is revoked"}),
    (401, {"message": "Refresh token already used"}),
    (401, {"message": "Invalid JWT"}),
    (400, {"error": "invalid_grant"}),
    (200, {"error": "invalid_grant"}),
    (201, {"error": "UnAuthorized!", "error_description": "Authorization code not found"}),
]


@folded(("status", "body"), USED_UP)
async def test_a_code_that_is_used_up_takes_a_new_login(status: int, body: Any) -> None:
    """Whatever the status."""
    error = await login_error(refused(status, body))
    assert isinstance(error, LogInAgainError)
    assert "log_in()" in str(error)


UNKNOWN: list[tuple[int, Any, str]] = [
    (422, ["grant_type must be a valid enum value"], "grant_type must be a valid enum value"),
    (422, ["code should not be empty", "x must be a string"], "code should not be empty; x must"),
    (422, {"message": ["property refresh_token should not exist"]}, "refresh_token should not"),
    (422, [{"message": "client_id must be a string"}], "client_id must be a string"),
    (400, {"message": "Something odd"}, "Something odd"),
    (401, {"error": "invalid_scope"}, "invalid_scope"),
    (400, {"error": {"message": "Nested words"}}, "Nested words"),
    (418, "no object", ""),
]


@folded(("status", "body", "came"), UNKNOWN)
async def test_what_is_not_known_is_not_guessed(status: int, body: Any, came: str) -> None:
    """The error shows what came, and says that the cause is not known."""
    error = await login_error(refused(status, body))
    assert not isinstance(error, LogInAgainError)
    failure = minting_failure(refused(status, body))
    for text in (str(error), failure["message"]):
        assert came in text
        assert "not known" in text
        assert "GHL_CLIENT" not in text
        assert "installed" not in text


@folded(
    ("status", "body"),
    [
        (401, {"error": "invalid_client"}),
        (400, {"message": "Invalid client credentials"}),
        (401, {"error": "UnAuthorized!", "error_description": "Client secret is invalid"}),
    ],
)
async def test_what_is_of_the_app_is_said_to_be(status: int, body: Any) -> None:
    """Its id and its secret are named."""
    assert "GHL_CLIENT_SECRET" in str(await login_error(refused(status, body)))


VERSIONS: list[tuple[int, str]] = [
    (400, "Invalid API version segment: v3"),
    (400, "Endpoint is not available in API version v3"),
    (401, "version header was not found."),
    (401, "version header is invalid"),
    (422, "Unsupported API version"),
]
CALLS: dict[str, Callable[[Any], Any]] = {
    "operation": lambda client: client.posts.get("p1"),
    "accounts": lambda client: client.accounts.list(),
    "change": lambda client: client.accounts.delete("a1"),
}


@folded(("status", "message"), VERSIONS)
@folded("version", ["2021-04-15", "2021-07-28", "v3"])
@folded("call", CALLS)
def test_an_error_of_the_version_names_it(
    status: int, message: str, version: str, call: str
) -> None:
    """That of the call, and no id is blamed."""
    response = refused(status, {"message": message})
    with (
        Stub(response).client(api_version=version) as client,
        pytest.raises(ghl.errors.ResponseError) as caught,
    ):
        CALLS[call](client)
    assert f"with Version {version}" in str(caught.value)
    assert message.rstrip(".") in str(caught.value)
    assert "that you passed" not in str(caught.value)


async def test_an_error_of_the_version_is_none_of_the_app() -> None:
    """Also where a token is asked for."""
    error = await login_error(refused(400, {"message": "Invalid API version segment"}))
    assert "with Version 2021-07-28" in str(error)
    assert "GHL_CLIENT" not in str(error)


def test_a_path_that_is_not_there_names_the_version() -> None:
    """It may be one of another version."""
    response = refused(404, {"message": "Cannot GET /oauth/installed-locations"})
    with Stub(response).client() as client, pytest.raises(ghl.errors.NotFoundError) as caught:
        client.accounts.list()
    assert "with Version 2021-07-28" in str(caught.value)


@folded(
    ("status", "message"),
    [(400, "Something odd"), (401, "Unauthorized"), (403, "Something odd"), (400, "")],
)
def test_a_cause_that_is_not_known_is_not_named(status: int, message: str) -> None:
    """What came is in the error."""
    with (
        Stub(refused(status, {"message": message})).client() as client,
        pytest.raises(ghl.errors.ResponseError) as caught,
    ):
        client.accounts.delete("a1")
    assert "not known" in str(caught.value)
    assert message in str(caught.value)


@folded(
    "response",
    [
        httpx.Response(403, text="error code: 1020"),
        httpx.Response(403, html="<html>Just a moment…</html>"),
        refused(403, {"message": "Your IP address is not allowed"}),
    ],
)
def test_a_firewall_is_not_the_token(response: httpx.Response) -> None:
    """Nor the sub-account."""
    with (
        Stub(response).client() as client,
        pytest.raises(ghl.errors.PermissionDeniedError) as caught,
    ):
        client.accounts.list()
    assert "not the token" in str(caught.value)


@folded("body", [["a must be b", "c is missing"], [{"message": "a must be b; c is missing"}]])
def test_a_list_in_place_of_an_object_is_shown(body: Any) -> None:
    """What is wrong with each field, of any call."""
    with (
        Stub(refused(422, body)).client() as client,
        pytest.raises(ghl.errors.ValidationError) as caught,
    ):
        client.accounts.delete("a1")
    assert caught.value.service_message == "a must be b; c is missing"
