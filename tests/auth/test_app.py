"""A marketplace app, and one attempt to be authorized by its user."""

from __future__ import annotations

import base64
import hashlib
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from ghl_notebook import GHLError, Secret
from ghl_notebook.auth.app import App, Authorization
from ghl_notebook.errors import (
    ArgumentError,
    LoginCancelledError,
    LoginFailedError,
    SettingsError,
    StateMismatchError,
)
from tests.folding import folded

CLIENT_SECRET = "planted-client-secret"
CODE = "planted-code-7fe1"
REDIRECT = "http://localhost:8765/callback"


def make(**changes: Any) -> App:
    """Make a sound app with these changes."""
    fields: dict[str, Any] = {
        "client_id": "65a1-client",
        "client_secret": Secret(CLIENT_SECRET),
        "redirect_uri": REDIRECT,
        "scopes": ("socialplanner/account.readonly", "users.readonly"),
    }
    return App(**(fields | changes))


@pytest.fixture
def attempt() -> Authorization:
    """An attempt that waits for its answer."""
    return Authorization(make())


def asked(attempt: Authorization) -> dict[str, str]:
    """Return what the authorization URL asks for."""
    query = parse_qs(urlsplit(attempt.url.reveal()).query)
    return {name: value for name, (value,) in query.items()}


def answer(attempt: Authorization, **changes: str) -> str:
    """Return the address that the service redirects to."""
    parameters = {"code": CODE, "state": asked(attempt)["state"]} | changes
    return f"{REDIRECT}?{urlencode({name: value for name, value in parameters.items() if value})}"


# The app.


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost:8765/callback",
        "http://127.0.0.1:8765",
        "http://[::1]:8765/",
        "https://example.com/oauth/callback?from=ghl",
    ],
)
def test_sound_redirect_uris(redirect_uri: str) -> None:
    """Https everywhere, plain http on this computer."""
    assert make(redirect_uri=redirect_uri).redirect_uri == redirect_uri


@folded(
    ("redirect_uri", "said"),
    [
        ("", "not a whole web address"),
        ("/callback", "not a whole web address"),
        ("localhost:8765/callback", "not a whole web address"),
        ("myapp://callback", "not a whole web address"),
        ("javascript:alert(1)//http://x", "not a whole web address"),
        ("https://", "not a whole web address"),
        ("https://exa mple.com/", "not a whole web address"),
        ("http://localhost:port/", "not a whole web address"),
        ("https://example.com/callback#here", "fragment"),
        ("https://example.com/callback#", "fragment"),
        ("https://user@example.com/", "user name"),
        ("http://example.com/callback", "begins with http://"),
        ("http://localhost.example.com/", "begins with http://"),
    ],
)
def test_redirect_uris_that_make_no_sense(redirect_uri: str, said: str) -> None:
    """Each fault is told with what to do."""
    with pytest.raises(ArgumentError, match=said) as caught:
        make(redirect_uri=redirect_uri)
    assert caught.value.next_step


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"client_secret": Secret("")},
        {"scopes": ()},
        {"scopes": "users.readonly"},
        {"authorize_url": "http://example.com/oauth/chooselocation"},
        {"authorize_url": "https://example.com/oauth/chooselocation?state=fixed"},
    ],
)
def test_other_values_that_make_no_sense(changes: dict[str, Any]) -> None:
    """Nothing is asked with half an app, or with a state that somebody else has chosen."""
    with pytest.raises(ArgumentError):
        make(**changes)


def test_a_bare_client_secret_is_hidden() -> None:
    """A string is taken, and shown nowhere."""
    app = make(client_secret=CLIENT_SECRET)

    assert app.client_secret == Secret(CLIENT_SECRET)
    assert CLIENT_SECRET not in repr(app)


@pytest.mark.parametrize(
    ("redirect_uri", "port"),
    [
        ("http://localhost:8765/callback", 8765),
        ("http://127.0.0.1:8765/", 8765),
        ("http://localhost/callback", 80),
        ("https://localhost:8765/callback", None),
        ("http://[::1]:8765/callback", None),
        ("https://example.com/callback", None),
    ],
)
def test_the_port_that_a_redirect_leads_to(redirect_uri: str, port: int | None) -> None:
    """Only plain http on this computer can be answered by the kernel."""
    assert make(redirect_uri=redirect_uri).loopback_port == port


def test_from_environment() -> None:
    """The environment describes a whole app, or none."""
    environ = {
        "GHL_CLIENT_ID": "65a1-client",
        "GHL_CLIENT_SECRET": CLIENT_SECRET,
        "GHL_REDIRECT_URI": REDIRECT,
        "GHL_SCOPES": "socialplanner/account.readonly,users.readonly",
    }

    assert App.from_environment(environ) == make()
    assert App.from_environment({}) is None
    with pytest.raises(SettingsError, match="GHL_SCOPES is not set"):
        App.from_environment(environ | {"GHL_SCOPES": ""})


# The authorization URL.


def test_what_the_authorization_url_asks(attempt: Authorization) -> None:
    """The parameters of an authorization code grant with PKCE, and nothing else."""
    assert attempt.url.reveal().startswith(
        "https://marketplace.gohighlevel.com/v2/oauth/chooselocation?"
    )
    digest = hashlib.sha256(attempt.verifier.reveal().encode()).digest()
    parameters = asked(attempt)
    state = parameters.pop("state")
    assert parameters == {
        "response_type": "code",
        "client_id": "65a1-client",
        "version_id": "65a1",
        "redirect_uri": REDIRECT,
        "scope": "socialplanner/account.readonly users.readonly",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    assert len(state) >= 43
    assert 43 <= len(attempt.verifier.reveal()) <= 128


def test_each_attempt_has_a_state_and_a_verifier_of_its_own() -> None:
    """Nothing of one attempt is of use for another."""
    attempts = [Authorization(make()) for _ in range(50)]

    assert len({asked(attempt)["state"] for attempt in attempts}) == 50
    assert len({attempt.verifier for attempt in attempts}) == 50


def test_the_query_of_an_installation_link_is_kept() -> None:
    """Newer apps are authorized by version."""
    url = "https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation?version_id=65a1"
    attempt = Authorization(make(authorize_url=url))

    assert attempt.url.reveal().startswith(f"{url}&response_type=code")


LINK = "https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation"


@pytest.mark.parametrize(
    ("given", "asks"),
    [
        ("version_id=70b2", {"version_id": "70b2"}),
        ("version_id=", {"version_id": ""}),
        ("scope=users.readonly", {"scope": "users.readonly", "version_id": "65a1"}),
        ("loginWindowOpenMode=self", {"loginWindowOpenMode": "self", "version_id": "65a1"}),
        (
            f"response_type=code&{urlencode({'redirect_uri': REDIRECT})}&client_id=65a1-client"
            "&scope=users.readonly&version_id=70b2",
            {"scope": "users.readonly", "version_id": "70b2"},
        ),
    ],
)
def test_what_the_address_contains_wins(given: str, asks: dict[str, str]) -> None:
    """Each parameter is sent once; the attempt's own are added."""
    url = Authorization(make(authorize_url=f"{LINK}?{given}")).url.reveal()

    assert url.startswith(f"{LINK}?{given}&")
    sent = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert {len(values) for values in sent.values()} == {1}
    assert {name: sent[name][0] for name in asks} == asks
    assert sent["redirect_uri"] == [REDIRECT]
    assert {"client_id", "response_type", "state", "code_challenge"} <= sent.keys()


def test_an_empty_query_adds_no_question_mark() -> None:
    """As some addresses are copied."""
    assert "??" not in Authorization(make(authorize_url=f"{LINK}?")).url.reveal()


def test_a_client_id_without_a_hyphen_is_the_version() -> None:
    """There is nothing to cut."""
    assert asked(Authorization(make(client_id="65a1")))["version_id"] == "65a1"


@pytest.mark.parametrize(
    "given",
    ["client_id=70b2-client", "redirect_uri=https://example.com/", "response_type=token"],
)
def test_an_installation_link_of_another_app_is_refused(given: str) -> None:
    """Its code could not be exchanged."""
    with pytest.raises(ArgumentError, match=f"another {given.partition('=')[0]}"):
        make(authorize_url=f"{LINK}?{given}")


# Its answer.


def test_the_code_of_a_redirected_address(attempt: Authorization) -> None:
    """The whole address gives its code."""
    assert attempt.code_of(answer(attempt)) == Secret(CODE)


@pytest.mark.parametrize(
    "change",
    [
        lambda address: f"  {address}\n",
        lambda address: f'"{address}"',
        lambda address: f"<{address}>",
        lambda address: f"“{address}”",
        lambda address: f"{address[:30]}\n{address[30:50]}\r\n   {address[50:]}",
        lambda address: urlsplit(address).query,
        lambda address: f"?{urlsplit(address).query}",
        lambda address: f"{address}#_=_",
        lambda address: f"{address}&locationId=ve9EPM428h8vShlRW1KT",
        Secret,
    ],
    ids=["spaces", "quotes", "mail", "curly", "wrapped", "query", "?query", "fragment", "more",
         "secret"],
)  # fmt: skip
def test_what_an_address_gets_on_its_way_does_no_harm(attempt: Authorization, change: Any) -> None:
    """Addresses are copied from mails, terminals and address bars."""
    assert attempt.code_of(change(answer(attempt))) == Secret(CODE)


@pytest.mark.parametrize(
    "text",
    ["", " ", CODE, "https://example.com/", REDIRECT, f"{REDIRECT}?code=&state=", "🌿", "?" * 99],
)
def test_what_is_no_answer_says_what_to_copy(attempt: Authorization, text: str) -> None:
    """The attempt goes on waiting."""
    with pytest.raises(ArgumentError, match="Copy the whole address"):
        attempt.code_of(text)
    assert attempt.code_of(answer(attempt)) == Secret(CODE)


def test_the_authorization_url_itself_is_no_answer(attempt: Authorization) -> None:
    """It has the right state, but no code."""
    with pytest.raises(ArgumentError, match="no code in it"):
        attempt.code_of(attempt.url)


@pytest.mark.parametrize("state", ["", "x", "x" * 43, "ä", "\0"])
@pytest.mark.parametrize("parameters", [{}, {"code": "", "error": "access_denied"}])
def test_another_state_is_refused(
    attempt: Authorization, state: str, parameters: dict[str, str]
) -> None:
    """Neither a code nor a refusal counts, and the right answer still does."""
    with pytest.raises(StateMismatchError, match="belongs to another login"):
        attempt.code_of(answer(attempt, state=state, **parameters))
    assert attempt.code_of(answer(attempt)) == Secret(CODE)


@pytest.mark.parametrize("name", ["state", "code"])
def test_a_parameter_that_is_there_twice_does_not_count(attempt: Authorization, name: str) -> None:
    """Which of two would be meant is not guessed."""
    with pytest.raises(GHLError):
        attempt.code_of(f"{answer(attempt)}&{name}=another")


def test_an_answer_is_taken_once(attempt: Authorization) -> None:
    """A replayed address is refused."""
    attempt.code_of(answer(attempt))
    with pytest.raises(StateMismatchError, match="taken its answer already"):
        attempt.code_of(answer(attempt))


def test_an_answer_is_taken_once_by_many(attempt: Authorization) -> None:
    """Of threads that bring it at the same time, one gets the code."""
    address = answer(attempt)

    def take(_: int) -> bool:
        try:
            return bool(attempt.code_of(address))
        except StateMismatchError:
            return False

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(take, range(64))) == 1


def test_a_refusal_of_the_user_is_a_cancelled_login(attempt: Authorization) -> None:
    """``access_denied`` is the user's word."""
    with pytest.raises(LoginCancelledError):
        attempt.code_of(answer(attempt, code="", error="access_denied"))


def test_a_refusal_of_the_service_is_told(attempt: Authorization) -> None:
    """With the service's own words, on one line and not at any length."""
    said = "Scope\u202e\n not allowed." + "x" * 10_000
    with pytest.raises(LoginFailedError, match=r"invalid_scope, Scope not allowed\.") as caught:
        attempt.code_of(answer(attempt, code="", error="invalid_scope", error_description=said))
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("invalid_scope", "GHL_SCOPES"),
        ("unauthorized_client", "GHL_CLIENT_ID"),
        ("server_error", "in a moment"),
        ("temporarily_unavailable", "in a moment"),
        ("invalid_request", "not known"),
        ("something_new", "not known"),
    ],
)
def test_a_refusal_advises_what_its_code_names(
    attempt: Authorization, error: str, advice: str
) -> None:
    """And nothing where the cause is not known."""
    with pytest.raises(LoginFailedError) as caught:
        attempt.code_of(answer(attempt, code="", error=error))
    assert advice in caught.value.next_step


def test_a_refusal_ends_the_attempt(attempt: Authorization) -> None:
    """A code that comes after it is not taken."""
    with pytest.raises(LoginCancelledError):
        attempt.code_of(answer(attempt, error="access_denied"))
    with pytest.raises(StateMismatchError):
        attempt.code_of(answer(attempt))


# Nothing is shown.


@pytest.mark.parametrize(
    "bring",
    [
        lambda address: address,
        lambda address: address.replace("code=", "cod="),
        lambda address: address.replace("state=", "state=x"),
        lambda address: address.replace("code=", "error=access_denied&cod="),
        lambda address: address.replace("code=", "error=server_error&cod="),
    ],
)
def test_nothing_secret_is_shown(attempt: Authorization, bring: Any) -> None:
    """No repr, error or traceback with its variables has code, state, verifier or secret."""
    hidden = Secret(bring(answer(attempt)))
    shown = [repr(attempt), str(attempt), repr(vars(attempt)), repr(attempt.app), repr(hidden)]
    shown += told_of(attempt, hidden) + told_of(attempt, hidden)

    planted = [CODE, CLIENT_SECRET, asked(attempt)["state"], attempt.verifier.reveal()]
    assert any("65a1-client" in text for text in shown)
    assert not [text for text in shown for one in planted if one in text or quote(one) in text]


def told_of(attempt: Authorization, hidden: Secret) -> list[str]:
    """Return what is shown when an answer is brought: its code, or an error with all variables."""
    try:
        return [repr(attempt.code_of(hidden))]
    except GHLError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        return [str(error), repr(error), *told.format()]
