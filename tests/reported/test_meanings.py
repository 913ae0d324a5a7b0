"""What each known error of the service means, in every form and with every status it may have."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ghl_notebook import Secret, errors
from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.errors import CredentialError, LogInAgainError, ResponseError
from ghl_notebook.settings import now
from ghl_notebook.transport import Response, error_of
from tests.api.stub import LOCATION, Stub
from tests.auth.test_file_store import make
from tests.folding import folded


def _json(body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


def _raw(content: str, kind: str = "application/json") -> httpx.Response:
    headers = {"content-type": kind} if kind else {}
    return httpx.Response(200, content=content.encode(), headers=headers)


# How a service, a gateway, or a proxy writes a message.
FORMS: dict[str, Callable[[str], httpx.Response]] = {
    "message": lambda text: _json({"statusCode": 400, "message": text, "traceId": "t"}),
    "upper case": lambda text: _json({"message": text.upper()}),
    "list": lambda text: _json({"message": [text]}),
    "second of a list": lambda text: _json({"message": ["Something else", text]}),
    "object": lambda text: _json({"message": {"message": text}}),
    "error": lambda text: _json({"error": text}),
    "error object": lambda text: _json({"error": {"code": "X", "message": text}}),
    "errors": lambda text: _json({"errors": [{"detail": text}]}),
    "description": lambda text: _json({"error": "UnAuthorized!", "error_description": text}),
    "both": lambda text: _json({"message": "Unauthorized", "error_description": text}),
    "bare list": lambda text: _json([text]),
    "list of objects": lambda text: _json([{"message": text}]),
    "bare text": lambda text: _json(text),
    "plain": lambda text: _raw(text, "text/plain; charset=utf-8"),
    "odd charset": lambda text: _raw(text, "text/plain; charset=none"),
    "no type": lambda text: _raw(text, ""),
    "as HTML": lambda text: _raw(json.dumps({"message": text}), "text/html"),
    "half a character": lambda text: _raw(f'{{"message": {json.dumps(text)[:-1]} \\ud83d"}}'),
    "half before": lambda text: _raw(f'{{"message": "\\ude00 {json.dumps(text)[1:-1]}"}}'),
}

NETWORK = "not the token"
PAUSED = "paused or unpaid"
VERSION = "with Version 2021-07-28"
UNKNOWN = "not known"
E = errors
# The message, statuses, the class (None: that of the status), and what the next step contains.
ROWS: list[tuple[str, tuple[int, ...], type[ResponseError] | None, str]] = [
    ("The token is not authorized for this scope.", (401, 403, 400), E.ScopeError, "Add the scope"),
    (
        "This authClass type is not allowed to access this scope. Please check with HighLevel",
        (401, 403, 400),
        E.AgencyTokenError,
        "sub-account token",
    ),
    ("Token's user type mismatch!", (401, 403, 400), E.TokenTypeError, "inside the sub-account"),
    ("Command timed out", (401, 400, 403, 408), E.GatewayTimeoutError, "the token is fine"),
    ("version header was not found.", (401,), E.VersionHeaderError, VERSION),
    ("version header is invalid", (401,), E.VersionHeaderError, VERSION),
    ("version header is invalid", (400, 403, 404, 406, 422), None, VERSION),
    ("Invalid API version segment: v3", (401,), E.VersionHeaderError, VERSION),
    ("Invalid API version segment: v3", (400, 404, 422), None, VERSION),
    ("Endpoint /users/ is not available in API version v3", (400, 404, 410), None, VERSION),
    ("Unsupported version", (400, 406), None, VERSION),
    ("Version 2020-01-01 is not supported", (400,), None, VERSION),
    ("Invalid token: access token is invalid", (401,), E.InvalidTokenError, "GHL_TOKEN"),
    ("The access token is expired", (401,), E.InvalidTokenError, "GHL_TOKEN"),
    ("jwt expired", (401,), E.InvalidTokenError, "GHL_TOKEN"),
    ("Invalid JWT", (401,), E.InvalidTokenError, "GHL_TOKEN"),
    ("This token was revoked", (401,), E.InvalidTokenError, "GHL_TOKEN"),
    (
        "The token does not have access to this location.",
        (403, 401, 400),
        E.LocationAccessError,
        "GHL_LOCATION_ID",
    ),
    ("Forbidden resource", (403, 401), E.AgencyOnlyError, "agency token"),
    ("error code: 1010", (403, 401), E.UserAgentError, "User-Agent"),
    ("error code: 1020", (403, 401, 400, 429), None, NETWORK),
    ("error code: 1006", (403,), None, NETWORK),
    ("Your IP address is not allowed", (403, 401), None, NETWORK),
    ("IP address 203.0.113.7 is not allowed to access this resource", (403, 401), None, NETWORK),
    ("Access denied: IP not whitelisted", (403, 401), None, NETWORK),
    ("Request blocked for this IP", (403,), None, NETWORK),
    ("Cannot GET /social-media-posting/x", (404,), E.NotFoundError, "does not have this path"),
    ("property x should not exist", (422,), E.ValidationError, "fields named above"),
    ("Location is not active", (400, 401, 402, 403, 404, 409, 422, 500), None, PAUSED),
    ("location not active", (400, 403), None, PAUSED),
    ("Sub-account is currently inactive", (400, 403), None, PAUSED),
    ("The subaccount has been suspended", (400, 401), None, PAUSED),
    ("Inactive location", (400,), None, PAUSED),
    ("This location is past due", (402,), None, PAUSED),
    # Nothing is known of these: neither a token, nor an ID, nor a version is blamed.
    ("Unauthorized", (401,), E.AuthenticationError, UNKNOWN),
    ("Invalid platform", (401,), E.AuthenticationError, UNKNOWN),
    ("Something odd", (400, 401, 403, 402, 405, 409, 410, 418, 451), None, UNKNOWN),
    ("App version not chosen", (400,), E.BadRequestError, UNKNOWN),
    ("The location has no active plan for it", (400, 403), None, UNKNOWN),
    ("Forbidden", (403,), E.PermissionDeniedError, UNKNOWN),
    ("Invalid postal address in the zip field", (400,), E.BadRequestError, UNKNOWN),
    ("Too Many Requests", (429,), E.RateLimitError, "Wait"),
]
BY_STATUS: dict[int, type[ResponseError]] = {
    400: E.BadRequestError, 401: E.AuthenticationError, 403: E.PermissionDeniedError,
    404: E.NotFoundError, 422: E.ValidationError, 429: E.RateLimitError, 500: E.ServiceError,
}  # fmt: skip


def error_for(status: int, response: httpx.Response) -> ResponseError:
    """Return the error of a response with another status."""
    came = Response(
        status=status,
        headers=dict(response.headers),
        content=response.content,
    )
    return error_of("GET /x", came, clock=now, version="2021-07-28")


@folded("row", range(len(ROWS)))
@folded("form", FORMS)
def test_an_error_means_the_same_in_every_form(row: int, form: str) -> None:
    """The class, and a next step that blames nothing else."""
    message, statuses, kind, advice = ROWS[row]
    for status in statuses:
        error = error_for(status, FORMS[form](message))
        assert type(error) is (kind or BY_STATUS.get(status, E.UnexpectedAnswerError)), status
        assert advice in error.next_step, (status, error.next_step)
        assert message.rstrip(".").lower() in str(error).lower()
        for other in {NETWORK, PAUSED} - {advice}:
            assert other not in error.next_step, status
        if status != 404:
            assert ("with Version" in error.next_step) == (advice == VERSION), status


PAGES = {
    "challenge": "<!DOCTYPE html><title>Just a moment...</title><p>Enable JavaScript and cookies",
    "blocked": "<html><h1>Sorry, you have been blocked</h1> You are unable to access example.com",
    "1020": "<html><title>Access denied</title><span>Error</span> <span>1020</span></html>",
    "1009": "<html>Error&nbsp;code: 1009. The owner has banned your country</html>",
    "script": "<html><script>window._cf_chl_opt={}</script></html>",
    "captcha": "<html><form>Please solve this CAPTCHA</form></html>",
    "any": "<html><h1>403 Forbidden</h1></html>",
}


@folded("page", PAGES)
@folded("kind", ["text/html", "text/html; charset=UTF-8", "", "application/octet-stream"])
def test_a_page_instead_of_an_answer_is_of_the_network(page: str, kind: str) -> None:
    """Its own text, which may hold anything, is not shown."""
    error = error_for(403, _raw(PAGES[page], kind))
    assert type(error) is E.PermissionDeniedError
    assert NETWORK in error.next_step
    assert error.service_message == "an HTML page"


@folded("status", [200, 401, 403, 406, 503])
def test_a_challenge_is_one_whatever_its_status(status: int) -> None:
    """Also where it looks like a success."""
    page = httpx.Response(status, html=PAGES["challenge"])
    with Stub(page).client() as client, pytest.raises(ResponseError) as caught:
        client.accounts.delete("a1")
    assert NETWORK in str(caught.value)


def test_a_page_that_is_no_challenge_is_not_called_one() -> None:
    """GoHighLevel's own pages come by the same network, and load scripts of it."""
    page = (
        '<html><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
        '<script src="https://www.google.com/recaptcha/api.js"></script>Log in</html>'
    )
    stub = Stub(httpx.Response(200, html=page))
    with stub.client() as client, pytest.raises(ResponseError) as caught:
        client.accounts.delete("a1")
    assert "GHL_BASE_URL" in str(caught.value)
    assert NETWORK not in str(caught.value)


def test_a_page_with_the_code_of_the_user_agent_names_it() -> None:
    """As text and as a page."""
    page = "<html><title>Access denied</title>Error code 1010</html>"
    assert type(error_for(403, _raw(page, "text/html"))) is E.UserAgentError


@folded("status", [500, 502, 520, 522, 530])
def test_a_page_of_the_cdn_about_the_service_is_the_services(status: int) -> None:
    """The network in front of it only reports the failure."""
    error = error_for(status, _raw("<html>Cloudflare: error code: 1016</html>", "text/html"))
    assert type(error) is E.ServiceError
    assert NETWORK not in error.next_step


@folded("content", ["", " ", "{}", "[]", '{"message": ""}', '{"message": null}'])
@folded("status", [400, 401, 402, 403, 405, 409, 422])
def test_without_words_the_cause_is_not_known(content: str, status: int) -> None:
    """Neither an IP list nor the fields that no message names."""
    for kind in ("application/json", "", "text/plain"):
        error = error_for(status, _raw(content, kind))
        assert UNKNOWN in error.next_step, (kind, error)


def test_an_empty_404_may_be_of_the_version() -> None:
    """A path of v3 alone is answered so."""
    error = error_for(404, _raw("", ""))
    assert "with Version 2021-07-28, which may not have this path" in error.next_step


def test_an_object_without_a_message_does_not_show_its_values() -> None:
    """One of them may be a token."""
    error = error_for(400, _json({"refresh": "planted", "x": {"access": "planted"}}))
    assert "planted" not in str(error)
    assert "it holds: refresh, x" in str(error)


def test_a_missing_scope_names_that_of_the_call() -> None:
    """Of every operation, of those that are not in a group as well."""
    response = httpx.Response(401, json={"message": "The token is not authorized for this scope."})
    calls: dict[str, Callable[[Any], Any]] = {
        "socialplanner/post.readonly": lambda client: client.posts.get("p1"),
        "socialplanner/account.readonly": lambda client: client.accounts.list(),
        "socialplanner/account.write": lambda client: client.accounts.delete("a1"),
        "socialplanner/oauth.readonly": lambda client: client.oauth.available_accounts(
            "instagram", "66a1b2c3d4e5f60718293a4b"
        ),
        "users.readonly": lambda client: client.users(),
    }
    for scope, call in calls.items():
        with Stub(response).client() as client, pytest.raises(E.ScopeError) as caught:
            call(client)
        assert f"the scope {scope} " in caught.value.next_step
        assert caught.value.next_step.count("socialplanner/") <= 1


# The token endpoint.

LOG_IN, SECRET, KEPT = "log_in()", "GHL_CLIENT_SECRET", "The cause is not known"
TOKEN_ROWS: list[tuple[str, tuple[int, ...], str]] = [
    ("Authorization code not found", (200, 400, 401, 403, 404, 409, 422, 500), LOG_IN),
    ("Refresh token not found", (400, 401, 403, 500), LOG_IN),
    ("Invalid refresh token", (400, 401, 403), LOG_IN),
    ("Refresh token has expired", (400, 401), LOG_IN),
    ("The authorization code was already used", (400, 401), LOG_IN),
    ("This refresh token is invalid", (400, 401), LOG_IN),
    ("Invalid grant: refresh token is invalid", (400, 401), LOG_IN),
    ("invalid_grant", (400, 401, 500), LOG_IN),
    ("Refresh token not found for this client", (401,), LOG_IN),
    ("Invalid client credentials", (400, 401), SECRET),
    ("Client secret is invalid", (400, 401), SECRET),
    ("Client not found", (401, 404), SECRET),
    ("Location is not active", (400, 401, 403, 422), PAUSED),
    ("Invalid API version segment", (400, 401, 404), VERSION),
    ("Your IP address is not allowed", (401, 403), NETWORK),
    ("error code: 1020", (403,), NETWORK),
    ("Invalid redirect_uri", (400, 401), KEPT),
    ("Invalid scope", (400,), KEPT),
    ("Invalid user type", (400,), KEPT),
    ("grant_type must be a valid enum value", (400, 422), KEPT),
    ("refresh_token should not be empty", (400, 422), KEPT),
    ("code must be a string", (422,), KEPT),
    ("Something odd", (400, 401, 403, 404, 418), KEPT),
]


async def refusal(ask: str, status: int, response: httpx.Response) -> CredentialError:
    """Return what becomes of a request to the token endpoint that is answered so."""
    came = httpx.Response(status, headers=response.headers, content=response.content)
    endpoint = TokenEndpoint(
        "https://services.leadconnectorhq.com",
        "65a1-client",
        Secret("planted-secret"),
        clock=now,
        transport=Stub(came),
    )
    asking = {
        "refresh": lambda: endpoint.refresh(make().tokens),
        "exchange": lambda: endpoint.exchange(
            Secret("planted-code"), Secret("planted-verifier"), "https://example.com/x"
        ),
        "mint": lambda: endpoint.mint(make().tokens, LOCATION),
    }
    with pytest.raises(CredentialError) as caught:
        await asking[ask]()
    return caught.value


@pytest.fixture
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ghl_notebook.transport.retry._FIRST_WAIT", 0.0)


@pytest.mark.slow
@pytest.mark.usefixtures("_no_backoff")
@folded("row", range(len(TOKEN_ROWS)))
@folded(("ask", "form"), [("exchange", "message"), *(("refresh", form) for form in FORMS)])
async def test_a_refused_code_or_refresh_token(row: int, form: str, ask: str) -> None:
    """Only one that is used up, wrong, or revoked takes a new login."""
    message, statuses, advice = TOKEN_ROWS[row]
    for status in statuses if form in ("message", "description") else statuses[:1]:
        error = await refusal(ask, status, FORMS[form](message))
        assert advice in str(error), (status, str(error))
        assert isinstance(error, LogInAgainError) == (advice == LOG_IN), status
        assert (SECRET in str(error)) == (advice == SECRET), status


MINT_ROWS: list[tuple[str, tuple[int, ...], str]] = [
    ("Location is not active", (400, 401, 403, 422), PAUSED),
    ("Invalid token: access token is invalid", (401,), LOG_IN),
    ("The token is not authorized for this scope.", (401, 403), "oauth.write"),
    ("The app is not installed on this location.", (400, 403, 404), "installed"),
    ("Invalid API version segment", (400,), VERSION),
    ("error code: 1020", (403,), NETWORK),
    ("Something odd", (400, 401, 403, 404), KEPT),
]


@pytest.mark.slow
@pytest.mark.usefixtures("_no_backoff")
@folded("row", range(len(MINT_ROWS)))
@folded("form", FORMS)
async def test_a_refused_token_of_a_sub_account(row: int, form: str) -> None:
    """An agency's login is over only if its own token is refused."""
    message, statuses, advice = MINT_ROWS[row]
    for status in statuses:
        error = await refusal("mint", status, FORMS[form](message))
        assert advice in str(error), (status, str(error))
        assert isinstance(error, LogInAgainError) == (advice == LOG_IN), status
        assert SECRET not in str(error)
