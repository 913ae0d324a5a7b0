"""The authorization page: what an authorization URL must say, and where it leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .install_page import NAME, install_page
from .oauth_records import App
from .pages import trouble_page
from .wire import Answer, Call, World

CHOOSE = "/oauth/chooselocation"

_PLACE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(//(?P<host>[A-Za-z0-9.-]+))?")
_LOOPBACK = {"127.0.0.1", "::1"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_KEPT = ("client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class _WrongError(Exception):
    """An authorization request that is answered to the app, as an OAuth error."""

    error: str


class Chooser:
    """Answers ``GET`` and ``POST /oauth/chooselocation``.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def ask(self, call: Call) -> Answer:
        """Show the page, or send an unusable request back to the app."""
        query = {key: call.query[key] for key in _KEPT if call.query.get(key)}
        app = self._world.state.apps.get(query.get("client_id", ""))
        if app is None:
            return self._trouble("No app has this client id.")
        if not is_registered(app, query.get("redirect_uri", "")):
            return self._trouble("The app has not registered this redirect URI.")
        try:
            scopes = self._scopes(app, query, call.query.get("response_type"))
        except _WrongError as wrong:
            return _back(query, {"error": wrong.error})
        ticket = self._world.state.sign({"install": query | {"scope": " ".join(scopes)}})
        return Answer(200, install_page(self._world, app, scopes, ticket), dict(_HTML))

    def _scopes(self, app: App, query: dict[str, str], response_type: str | None) -> list[str]:
        if response_type != "code":
            raise _WrongError("unsupported_response_type")
        if query.get("code_challenge_method", "S256") not in ("S256", "plain"):
            raise _WrongError("invalid_request")
        if self._world.levers.pkce == "required" and "code_challenge" not in query:
            raise _WrongError("invalid_request")
        scopes = query.get("scope", "").split() or sorted(app.scopes)
        if not app.scopes.issuperset(scopes):
            raise _WrongError("invalid_scope")
        return scopes

    def decide(self, call: Call) -> Answer:
        """Install the app where the person wants it, and lead back to it with a code."""
        form, world = call.form(), self._world
        query = (world.state.verify(form.get("ticket", "")) or {}).get("install")
        if query is None:
            return self._trouble("It was not made by this simulation.")
        if form.get("decision") != "allow":
            return _back(query, {"error": "access_denied"})
        try:
            place = world.installs.target(form.get("place", ""))
        except LookupError:
            return self._trouble("No sub-account was chosen.")
        app = world.state.apps[query["client_id"]]
        install = world.installs.install(app, place, query["scope"].split())
        challenge = query.get("code_challenge")
        method = query.get("code_challenge_method", "plain")
        code = world.installs.code(install, query["redirect_uri"], challenge, method)
        return _back(query, {"code": code})

    def policy(self, call: Call) -> str:
        """Return where the form may lead: a browser also holds the redirect after it to this."""
        found = _PLACE.match(call.query.get("redirect_uri", ""))
        if found is None:
            return ""
        scheme, host = found["scheme"].lower(), found["host"]
        # A policy cannot name an address of IPv6, and an app's own scheme has no host.
        return f" {scheme}://{host}:*" if host else f" {scheme}:"

    def _trouble(self, text: str) -> Answer:
        return Answer(400, trouble_page(self._world, "none", text, name=NAME), dict(_HTML))


def is_registered(app: App, redirect_uri: str) -> bool:
    """Say whether an app may be led back there; a loopback address may have any port."""
    wanted = _without_port(redirect_uri)
    return any(
        redirect_uri == known or (wanted is not None and wanted == _without_port(known))
        for known in app.redirect_uris
    )


def _without_port(uri: str) -> tuple[str, str, str] | None:
    """Return what counts of a loopback address (RFC 8252, 7.3); None for all others."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or "@" in parts.netloc:
        return None
    return parts.hostname, parts.path, parts.query


def _back(query: dict[str, Any], result: dict[str, str]) -> Answer:
    parts = urlsplit(query["redirect_uri"])
    state = {"state": query["state"]} if "state" in query else {}
    both = [*parse_qsl(parts.query), *result.items(), *state.items()]
    return Answer(302, headers={"location": urlunsplit(parts._replace(query=urlencode(both)))})
