"""A marketplace app, and an attempt to have its user authorize it.

The authorization code grant follows RFC 9700: a random ``state`` that is compared before any other
part of an answer is used, PKCE, and an attempt that accepts only one answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from ghl_notebook.errors import (
    ArgumentError,
    LoginCancelledError,
    LoginFailedError,
    StateMismatchError,
)
from ghl_notebook.guard import guarded, while_made
from ghl_notebook.sanitize import hide_tokens, one_line
from ghl_notebook.secret import Secret
from ghl_notebook.settings import (
    DEFAULT_AUTHORIZE_URL,
    is_loopback,
    read_app_settings,
    split_address,
)

_PER_LOGIN = {"state", "code_challenge", "code_challenge_method"}
_AROUND = "\"'`<>\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"  # by mails, shells
_MAX_ERROR_LENGTH = 200
_WAIT = "Log in again in a moment."
_ADVICE = {  # by the codes of RFC 6749, 4.1.2.1
    "invalid_scope": "Compare GHL_SCOPES with the scopes in the app's marketplace settings.",
    "unauthorized_client": "Compare GHL_CLIENT_ID with the app's marketplace settings.",
    "server_error": _WAIT,
    "temporarily_unavailable": _WAIT,
}


@guarded
@dataclass(frozen=True, slots=True)
class App:
    """An app of the marketplace, as its owner registered it.

    Parameters
    ----------
    client_id : str
        The app's client id.
    client_secret : Secret
        The client secret that belongs to the client id.
    redirect_uri : str
        One of the app's redirect URIs, exactly as registered. With a URI such as
        ``http://localhost:8765/callback``, the answer arrives automatically if browser and kernel
        share a computer; with any other URI, such as an ``https`` page of yours, paste the last
        address of the login.
    scopes : tuple of str
        The scopes to request.
    authorize_url : str, optional
        The page where the user chooses a sub-account or an agency. White-labeled agencies use
        ``https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation``. You can also pass the
        app's installation link: what its query contains is sent unchanged, for instance another
        ``version_id`` or ``scope``. By default, ``version_id`` is the client id up to its hyphen.

    Raises
    ------
    ArgumentError
        If a value is invalid.
    """

    client_id: str
    client_secret: Secret
    redirect_uri: str
    scopes: tuple[str, ...]
    authorize_url: str = DEFAULT_AUTHORIZE_URL

    def __post_init__(self) -> None:
        # Not every caller has a type checker. A plain string is hidden before anything can fail.
        object.__setattr__(self, "client_secret", Secret(self.client_secret))
        client_id: object = self.client_id
        if not isinstance(client_id, str) or hide_tokens(client_id) != client_id:
            raise ArgumentError(
                "The app's client id is no string, or a token.",
                "Copy it from the app's settings in the marketplace.",
            )
        scopes: object = self.scopes
        if not self.client_id or not self.client_secret:
            raise ArgumentError(
                "An app needs its client id and its client secret.",
                "Copy both from the app's settings in the marketplace.",
            )
        if not isinstance(scopes, tuple) or not scopes or not all(map(_is_scope, scopes)):
            raise ArgumentError(
                "The app's scopes are not a tuple of at least one scope.",
                'Pass them as in ("socialplanner/account.readonly", "users.readonly").',
            )
        _check_address("redirect URI", self.redirect_uri)
        _check_address("authorization page", self.authorize_url)
        given = _query_of(self.authorize_url)
        if taken := _PER_LOGIN.intersection(name for name, _ in given):
            raise ArgumentError(
                f"The authorization page's address already has {', '.join(sorted(taken))}.",
                "Leave that out: it is added for each login.",
            )
        fixed = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
        }
        for name, value in given:
            if value != fixed.get(name, value):
                raise ArgumentError(
                    f"The authorization page's address has another {name} than this login.",
                    "Leave it out of the address, or copy client id, redirect URI, and "
                    "installation link from the settings of the same app.",
                )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self | None:
        """Return the app that the environment describes; None when ``GHL_CLIENT_ID`` is not set.

        Raises
        ------
        SettingsError
            If the environment names an app and a part of it is missing.
        ArgumentError
            If a value is invalid.
        """
        read = read_app_settings(environ)
        if read is None:
            return None
        return cls(
            read.client_id, read.client_secret, read.redirect_uri, read.scopes, read.authorize_url
        )

    @property
    def loopback_port(self) -> int | None:
        """The port of a redirect to this computer; None if the redirect leads elsewhere."""
        parts = urlsplit(self.redirect_uri)
        if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
            return None
        return parts.port or 80


class Authorization:
    """An attempt to have an app authorized, which recognizes its answer and accepts it once.

    Parameters
    ----------
    app : App
        The app.

    Attributes
    ----------
    app : App
        As given.
    url : Secret
        The page where the user authorizes the app.
    verifier : Secret
        The PKCE code verifier, which belongs to the code.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.verifier = Secret(secrets.token_urlsafe(64))
        self._state = Secret(secrets.token_urlsafe(32))
        self._lock = threading.Lock()
        self._is_used = False
        self.url = Secret(self._make_url())

    @while_made
    def __repr__(self) -> str:
        return f"Authorization({self.app.client_id!r}, used={self._is_used})"

    def code_of(self, redirected: str | Secret) -> Secret:
        """Return the authorization code of the answer to this attempt.

        Parameters
        ----------
        redirected : str or Secret
            The complete address that the browser was redirected to, or its query alone. Spaces,
            line breaks, and quotes around or in it are ignored.

        Raises
        ------
        ArgumentError
            If the address contains neither a code nor an error. The attempt keeps waiting, as after
            a `StateMismatchError` for the answer to another attempt.
        StateMismatchError
            If the address answers another attempt, or this attempt has already had its answer.
        LoginCancelledError
            If the user refused.
        LoginFailedError
            If GoHighLevel refused.
        """
        hidden = Secret(redirected)
        del redirected  # a traceback may show this frame's locals
        answer = _read(hidden)
        code, refusal = answer.get("code"), answer.get("error")
        if code is None and refusal is None:
            raise ArgumentError(
                "That is not the address which the login ends at: it has no code in it.",
                "Copy the whole address of the page that came after you had chosen, from http to "
                "its end.",
            )
        state = answer.get("state")
        if state is None or not hmac.compare_digest(_bytes(state), _bytes(self._state)):
            raise StateMismatchError("That address belongs to another login.")
        with self._lock:
            was_used, self._is_used = self._is_used, True
        if was_used:
            raise StateMismatchError(
                "This login has taken its answer already.", "Begin the login again."
            )
        if refusal is not None:
            raise _refused(refusal, answer.get("error_description"))
        assert code is not None
        return code

    def _make_url(self) -> str:
        app = self.app
        challenge = hashlib.sha256(_bytes(self.verifier)).digest()
        query = {
            "response_type": "code",
            "client_id": app.client_id,
            # The page answers "error.noversionid" without it.
            "version_id": app.client_id.partition("-")[0],
            "redirect_uri": app.redirect_uri,
            "scope": " ".join(app.scopes),
            "state": self._state.reveal(),
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        page, _, given = app.authorize_url.partition("?")
        for name, _ in _query_of(app.authorize_url):
            query.pop(name, None)
        return f"{page}?{'&'.join(filter(None, (given.strip('&'), urlencode(query))))}"


def _is_scope(scope: object) -> bool:
    return isinstance(scope, str) and scope.isprintable() and hide_tokens(scope) == scope


def _read(redirected: Secret) -> dict[str, Secret]:
    """Return the parameters of an answer; a parameter that occurs twice counts as missing."""
    text = "".join(redirected.reveal().split()).strip(_AROUND).partition("#")[0]
    found = parse_qsl(text.rpartition("?")[2], keep_blank_values=False)
    names = [name for name, _ in found]
    return {name: Secret(value) for name, value in found if names.count(name) == 1}


def _refused(error: Secret, description: Secret | None) -> Exception:
    said = code = _quotable(error)
    if code == "access_denied":
        return LoginCancelledError("The app was not authorized.", "Log in again to start over.")
    if description:
        said = f"{said}, {_quotable(description)}"
    return LoginFailedError(
        f"GoHighLevel did not authorize the app: {said.rstrip('.')}.",
        _ADVICE.get(code, "The cause is not known beyond GoHighLevel's message."),
    )


def _quotable(said: Secret) -> str:
    return one_line(said.reveal(), _MAX_ERROR_LENGTH)


def _bytes(secret: Secret) -> bytes:
    return secret.reveal().encode()


def _query_of(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)


def _check_address(what: str, value: str) -> None:
    parts = split_address(value)
    if parts is None or parts.scheme not in ("http", "https"):
        raise ArgumentError(
            f"The app's {what} is not a whole web address.",
            "Copy it from the app's settings in the marketplace, from http to its end.",
        )
    if "#" in value or parts.username is not None:
        raise ArgumentError(
            f"The app's {what} has a fragment or a user name in it.", "Leave that out."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ArgumentError(
            f"The app's {what} begins with http://, so that others could read what it carries.",
            "Use https:// (http:// only on this computer, as in http://localhost:8765/callback).",
        )
