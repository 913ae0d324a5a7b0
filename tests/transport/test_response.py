"""What the service says, and the error that says what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.api.operation import with_rows
from ghl_notebook.errors import ResponseError
from ghl_notebook.frames import ACCOUNT_LAYOUT
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, Stub, answer
from tests.folding import folded

Body = dict[str, Any] | list[Any] | str | bytes


def fault(status: int, body: Body, **headers: str) -> ResponseError:
    """Return the error that an answer becomes, for a call that is sent again after a 429 only."""
    headers = {"x-ratelimit-interval-milliseconds": "1", **headers}
    if isinstance(body, str | bytes):
        response = httpx.Response(status, content=body, headers=headers)
    else:
        response = httpx.Response(status, json=body, headers=headers)
    with Stub(response).client() as client, pytest.raises(ResponseError) as caught:
        client.accounts.delete("account-1")
    assert caught.value.status == status
    return caught.value


# Verbatim where behaviour was captured; each with a word of the next step.
SAYINGS: list[tuple[int, str | list[str], type[ResponseError], str]] = [
    (400, "Bad Request", ghl.errors.BadRequestError, "not known"),
    (401, "Unauthorized", ghl.errors.AuthenticationError, "not known"),
    (401, "The token is not authorized for this scope.", ghl.errors.ScopeError, "Add the scope"),
    (
        401,
        "This authClass type is not allowed to access this scope. Please check.",
        ghl.errors.AgencyTokenError,
        "/oauth/locationToken",
    ),
    (401, "Token's user type mismatch!", ghl.errors.TokenTypeError, "inside the sub-account"),
    (401, "Command timed out", ghl.errors.GatewayTimeoutError, "the token is fine"),
    (401, "version header was not found.", ghl.errors.VersionHeaderError, "Version header"),
    (401, "version header is invalid", ghl.errors.VersionHeaderError, "Version header"),
    (401, "Invalid token: access token is invalid", ghl.errors.InvalidTokenError, "GHL_TOKEN"),
    (401, "Invalid JWT", ghl.errors.InvalidTokenError, "GHL_TOKEN"),
    (401, "The access token is expired", ghl.errors.InvalidTokenError, "GHL_TOKEN"),
    (
        403,
        "The token does not have access to this location.",
        ghl.errors.LocationAccessError,
        "GHL_LOCATION_ID",
    ),
    (403, "Forbidden resource", ghl.errors.AgencyOnlyError, "agency token"),
    (403, "Something else", ghl.errors.PermissionDeniedError, "not known"),
    (
        404,
        "Cannot GET /social-media-posting/x",
        ghl.errors.NotFoundError,
        "does not have this path",
    ),
    (408, "Request Timeout", ghl.errors.GatewayTimeoutError, "the token is fine"),
    (422, ["property x should not exist"], ghl.errors.ValidationError, "fields named above"),
    (429, "Too Many Requests", ghl.errors.RateLimitError, "Something else calls"),
    (500, "Internal server error", ghl.errors.ServiceError, "Run the cell again"),
    (502, "Bad Gateway", ghl.errors.ServiceError, "Run the cell again"),
    (503, "Service Unavailable", ghl.errors.ServiceError, "Run the cell again"),
    (504, "Gateway Timeout", ghl.errors.GatewayTimeoutError, "the token is fine"),
    (418, "I am a teapot", ghl.errors.UnexpectedAnswerError, "not known"),
]


@folded(("status", "message", "kind", "advice"), SAYINGS)
def test_a_saying_becomes_its_own_error(
    status: int, message: str | list[str], kind: type[ResponseError], advice: str
) -> None:
    """Status and message decide the class, and the class says the next step."""
    error = fault(status, {"statusCode": status, "message": message, "traceId": "0f-trace"})
    assert type(error) is kind
    assert error.trace_id == "0f-trace"
    assert advice in error.next_step
    assert error.next_step in str(error)


KNOWN: list[tuple[str, type[ResponseError]]] = [
    ("scope_missing", ghl.errors.ScopeError),
    ("wrong_auth_class", ghl.errors.AgencyTokenError),
    ("user_type_mismatch", ghl.errors.TokenTypeError),
    ("command_timed_out", ghl.errors.GatewayTimeoutError),
    ("version_missing", ghl.errors.VersionHeaderError),
    ("version_invalid", ghl.errors.VersionHeaderError),
    ("invalid_token", ghl.errors.InvalidTokenError),
    ("expired_token", ghl.errors.InvalidTokenError),
    ("wrong_location", ghl.errors.LocationAccessError),
    ("agency_only", ghl.errors.AgencyOnlyError),
    ("user_agent_refused", ghl.errors.UserAgentError),
    ("not_found", ghl.errors.NotFoundError),
    ("not_found_empty", ghl.errors.NotFoundError),
    ("unknown_property", ghl.errors.ValidationError),
    ("too_many_requests", ghl.errors.RateLimitError),
    ("not_successful", ghl.errors.RefusedError),
]

OPERATIONS: dict[str, Callable[[Client], object]] = {
    "users": lambda c: c.users(),
    "start": lambda c: c.oauth.start("instagram"),
    "available_accounts": lambda c: c.oauth.available_accounts(
        "instagram", "65f2d989a4f2f1e5322c3856"
    ),
    "attach": lambda c: c.oauth.attach(
        "instagram", "65f2d989a4f2f1e5322c3856", ghl.models.AvailableAccount()
    ),
    "accounts": lambda c: c.accounts.list(),
    "account_rows": lambda c: with_rows(c.accounts, ACCOUNT_LAYOUT.reader).list(),
    "delete_account": lambda c: c.accounts.delete("account-1"),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "kind"), KNOWN)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_known_error_of_the_service_is_told_apart_everywhere(
    sim: Simulator, client: Client, name: Any, kind: type[ResponseError], operation: str
) -> None:
    """Every operation raises each known error as its own class, with its next step."""
    if operation == "start" and name == "not_successful":
        kind = ghl.errors.UnexpectedAnswerError  # start's only good answer is a redirect
    # As often as a GET, or a call above the limit, is sent: the next one would be answered.
    sim.levers.fail_with(name, times={"command_timed_out": 4, "too_many_requests": 6}.get(name, 1))
    with pytest.raises(ResponseError) as caught:
        OPERATIONS[operation](client)
    assert type(caught.value) is kind
    assert caught.value.next_step


@pytest.mark.parametrize("odd", ['"success":"no"', '"results":[]'])
def test_rows_of_an_odd_answer_are_read_all_the_same(odd: str) -> None:
    """As `accounts` reads it: a word in the place of true, a name that is there twice."""
    body = "{" + odd + ',"results":{"accounts":[{"id":"a"},{"id":5}]}}'
    response = httpx.Response(200, content=body)
    with Stub(response, response).client() as client:
        found = with_rows(client.accounts, ACCOUNT_LAYOUT.reader).list()
        assert (
            [row.id for row in found.accounts]
            == [account.id for account in client.accounts.list().accounts]
            == ["a", "5"]
        )


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("company", ghl.errors.AgencyTokenError),
        ("agency", ghl.errors.TokenTypeError),
        ("expired", ghl.errors.InvalidTokenError),
        ("no_scopes", ghl.errors.ScopeError),
        ("second", ghl.errors.LocationAccessError),
    ],
)
def test_a_wrong_token_is_told_apart(sim: Simulator, token: str, kind: type[ResponseError]) -> None:
    """Each kind of token that cannot be used here is named by its error."""
    value = sim.state.tokens[token].value
    with (
        Client(value, sim.location_id, base_url=sim.base_url) as client,
        pytest.raises(ResponseError) as caught,
    ):
        client.accounts.list()
    assert type(caught.value) is kind
    assert value not in str(caught.value)


def test_a_list_of_messages_is_joined() -> None:
    """Several faults of one request are all told."""
    error = fault(422, {"message": ["property a should not exist", "b must be a string"]})
    assert error.service_message == "property a should not exist; b must be a string"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "Unauthorized"}, "Unauthorized"),
        ({"message": None, "error": "Unauthorized"}, "Unauthorized"),
        ({"message": []}, "an object without a message (it holds: message)"),
        ({"message": 7}, "7"),
        ({"message": "two\n  lines"}, "two lines"),
        ({}, "an object without a message (it holds: nothing)"),
    ],
)
def test_a_message_in_any_form_is_text(body: Body, message: str) -> None:
    """Where the message is missing or odd, the error still has one line of text."""
    assert fault(400, body).service_message == message


def test_a_long_message_is_cut() -> None:
    """An answer cannot flood the notebook."""
    assert len(str(fault(400, {"message": "x" * 100_000}))) < 1_000


def test_the_status_is_trusted_over_the_bodys() -> None:
    """The body's own `statusCode` does not count."""
    assert type(fault(404, {"statusCode": 200, "message": "x"})) is ghl.errors.NotFoundError


def test_a_status_in_the_body_of_a_good_answer_does_not_count() -> None:
    """201 within a 200, or even 400, is no error by itself."""
    body = {"success": True, "statusCode": 400, "results": {"accounts": []}}
    with Stub(httpx.Response(200, json=body)).client() as client:
        assert client.accounts.list().accounts == []


@pytest.mark.parametrize("status", [200, 201])
def test_success_false_is_an_error(status: int) -> None:
    """A good status does not hide that the service refused."""
    error = fault(status, {"success": False, "message": "Account not found", "traceId": "0f-1"})
    assert type(error) is ghl.errors.RefusedError
    assert (error.service_message, error.trace_id) == ("Account not found", "0f-1")


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("", "application/json", "an empty body"),
        ("  \n", "text/html", "an empty body"),
        ("<!doctype html><p>state=planted", "text/html", "an HTML page"),
        ("<html>state=planted", "application/json", "an HTML page"),
        ("[1, 2", "application/json", "a body that is not JSON (application/json)"),
        ("[1, 2]", "application/json", "a body that is not JSON (application/json)"),
        ("null", "application/json", "a body that is not JSON (application/json)"),
        ("OK", "text/plain", "OK"),
        (
            b"\xff\xfe",
            "application/octet-stream",
            "a body that is not JSON (application/octet-stream)",
        ),
        ("[" * 100_000, "application/json", "a body that is not JSON (application/json)"),
    ],
)
def test_a_good_status_without_a_json_object_is_unexpected(
    body: str | bytes, kind: str, said: str
) -> None:
    """Anything but a JSON object is described, and a web page's text stays out."""
    error = fault(200, body, **{"content-type": kind})
    assert type(error) is ghl.errors.UnexpectedAnswerError
    assert error.service_message == said


def test_a_redirect_is_unexpected_where_none_belongs() -> None:
    """Only start may redirect; it is not followed, and its address stays out of the text."""
    error = fault(302, "", location="https://elsewhere.example/?state=planted")
    assert type(error) is ghl.errors.UnexpectedAnswerError
    assert "planted" not in str(error)


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=hex", "text/plain;charset=no"])
def test_the_cdns_refusal_is_plain_text(kind: str) -> None:
    """`error code: 1010` is neither JSON nor traced, and its charset may be any word."""
    error = fault(403, "error code: 1010", **{"content-type": kind})
    assert type(error) is ghl.errors.UserAgentError
    assert "User-Agent" in error.next_step
    assert error.trace_id is None


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"x-ratelimit-daily-remaining": "0"}, ghl.errors.DailyLimitError),
        (
            {"x-ratelimit-daily-remaining": "7", "x-ratelimit-remaining": "0"},
            ghl.errors.RateLimitError,
        ),
        ({}, ghl.errors.RateLimitError),
    ],
)
def test_the_days_limit_is_another_error_than_the_intervals(
    headers: dict[str, str], kind: type[ResponseError]
) -> None:
    """With nothing left today there is no use in waiting ten seconds."""
    error = fault(429, {"statusCode": 429, "message": "Too Many Requests"}, **headers)
    assert type(error) is kind


@pytest.mark.parametrize(
    ("lever", "kind"),
    [("rate_limit", ghl.errors.RateLimitError), ("daily_limit", ghl.errors.DailyLimitError)],
)
def test_a_limit_of_the_simulator_is_told(
    sim: Simulator, client: Client, lever: str, kind: type[ResponseError]
) -> None:
    """The day's limit is told at once, the interval's after a few waits."""
    setattr(sim.levers, lever, 0)
    before = len(sim.requests)
    with pytest.raises(ghl.errors.RateLimitError) as caught:
        client.accounts.list()
    assert type(caught.value) is kind
    assert len(sim.requests) == before + (1 if lever == "daily_limit" else 6)


def test_an_error_says_what_was_asked() -> None:
    """The text names verb and path as the documents write them, without the ids."""
    error = fault(404, {"message": "Cannot DELETE"})
    assert error.what.startswith("DELETE /social-media-posting/{locationId}/accounts/{id} failed")
    assert LOCATION not in str(error)


def test_a_good_answer_is_no_error() -> None:
    """Nothing is raised where nothing is wrong."""
    with Stub(answer({"accounts": []})).client() as client:
        assert client.accounts.list().accounts == []
