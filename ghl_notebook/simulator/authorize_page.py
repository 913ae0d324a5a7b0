"""The authorization page of the app: its request, the decision, and the redirect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .context import SimPart
from .install_page import NAME, install_page
from .oauth_records import MarketplaceApp
from .pages import FOREIGN, trouble_page
from .request import SimRequest, SimResponse, html

_TARGET = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(//(?P<host>[A-Za-z0-9.-]+))?")
_LOOPBACK = {"127.0.0.1", "::1"}
_KEPT = ("client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class _WrongError(Exception):
    """An invalid authorization request: the app receives an OAuth error."""

    error: str


class AuthorizePage(SimPart):
    """Answers ``GET`` and ``POST /v2/oauth/chooselocation``."""

    def show(self, request: SimRequest) -> SimResponse:
        """Show the page, or redirect an invalid request back to the app."""
        query = {key: request.query[key] for key in _KEPT if request.query.get(key)}
        if self._levers.version_id == "required" and not request.query.get("version_id"):
            return self._trouble("error.noversionid")
        app = self._state.apps.get(query.get("client_id", ""))
        if app is None:
            return self._trouble("No app has this client id.")
        if not is_registered(app, query.get("redirect_uri", "")):
            return self._trouble("The app has not registered this redirect URI.")
        try:
            scopes = self._scopes(app, query, request.query.get("response_type"))
        except _WrongError as wrong:
            return _back(query, {"error": wrong.error})
        ticket = self._state.sign({"install": query | {"scope": " ".join(scopes)}})
        return html(install_page(self._context, app, scopes, ticket))

    def _scopes(
        self, app: MarketplaceApp, query: dict[str, str], response_type: str | None
    ) -> list[str]:
        if response_type != "code":
            raise _WrongError("unsupported_response_type")
        if query.get("code_challenge_method", "S256") not in ("S256", "plain"):
            raise _WrongError("invalid_request")
        if self._levers.pkce == "required" and "code_challenge" not in query:
            raise _WrongError("invalid_request")
        scopes = query.get("scope", "").split() or sorted(app.scopes)
        if not app.scopes.issuperset(scopes):
            raise _WrongError("invalid_scope")
        return scopes

    def decide(self, request: SimRequest) -> SimResponse:
        """Install the app in the chosen sub-account or agency; redirect back with a code."""
        form, context = request.form(), self._context
        query = (context.state.verify(form.get("ticket", "")) or {}).get("install")
        if query is None:
            return self._trouble(FOREIGN)
        if form.get("decision") != "allow":
            return _back(query, {"error": "access_denied"})
        try:
            location = context.installs.target(form.get("location", ""))
        except LookupError:
            return self._trouble("No sub-account was chosen.")
        app = context.state.apps[query["client_id"]]
        install = context.installs.install(app, location, query["scope"].split())
        challenge = query.get("code_challenge")
        method = query.get("code_challenge_method", "plain")
        code = context.installs.code(install, query["redirect_uri"], challenge, method)
        return _back(query, {"code": code})

    def form_targets(self, request: SimRequest) -> str:
        """Return the targets for ``form-action``, which also limits the redirect after a form."""
        found = _TARGET.match(request.query.get("redirect_uri", ""))
        if found is None:
            return ""
        scheme, host = found["scheme"].lower(), found["host"]
        # A policy cannot name an IPv6 address, and an app's own scheme has no host.
        return f" {scheme}://{host}:*" if host else f" {scheme}:"

    def _trouble(self, text: str) -> SimResponse:
        return html(trouble_page(self._context, "none", text, name=NAME), 400)


def is_registered(app: MarketplaceApp, redirect_uri: str) -> bool:
    """Whether an app registered this redirect URI; a loopback address may have any port."""
    wanted = _without_port(redirect_uri)
    return any(
        redirect_uri == known or (wanted is not None and wanted == _without_port(known))
        for known in app.redirect_uris
    )


def _without_port(uri: str) -> tuple[str, str, str] | None:
    """Return a loopback address without its port (RFC 8252, 7.3); None for other addresses."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or "@" in parts.netloc:
        return None
    return parts.hostname, parts.path, parts.query


def _back(query: dict[str, Any], result: dict[str, str]) -> SimResponse:
    parts = urlsplit(query["redirect_uri"])
    state = {"state": query["state"]} if "state" in query else {}
    both = [*parse_qsl(parts.query), *result.items(), *state.items()]
    return SimResponse(302, headers={"location": urlunsplit(parts._replace(query=urlencode(both)))})
