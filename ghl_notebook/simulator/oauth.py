"""The token endpoint, and the issuing of a sub-account token for an agency token."""

from __future__ import annotations

import hmac
import json
import re
from typing import Any

from .faults import SimFailure, SimFailureError, known, refuse
from .installs import GrantError, PausedError, UnknownCodeError
from .oauth_records import MarketplaceApp
from .request import SimRequest, SimResponse
from .routes import Operations, route

TOKEN = "/oauth/token"  # noqa: S105 - a path

_PAUSED = "Location is not active"
_GRANTS = {"authorization_code": "code", "refresh_token": "refresh_token"}
_TITLES = {
    "invalid_client": "Invalid client",
    "invalid_grant": "Invalid grant",
    "unsupported_grant_type": "Unsupported grant type",
}
_CAMEL = {
    key: re.sub(r"_(\w)", lambda found: found[1].upper(), key)
    for key in (
        "client_id", "client_secret", "grant_type", "refresh_token", "redirect_uri",
        "code_verifier", "access_token", "token_type", "expires_in",
    )
}  # fmt: skip
_SNAKE = {camel: snake for snake, camel in _CAMEL.items()}


class TokenOperations(Operations):
    """Answers ``POST /oauth/token`` and ``POST /oauth/locationToken``."""

    def token(self, request: SimRequest) -> SimResponse:
        """Exchange a code or a refresh token for a pair; the endpoint needs no bearer token."""
        spelling = _Spelling(request)
        grant_type = spelling.wanted("grant_type")
        app = self._app(spelling)
        if grant_type not in _GRANTS:
            raise spelling.error(400, "unsupported_grant_type", "grant_type is invalid")
        value = spelling.wanted(_GRANTS[grant_type])
        installs = self._context.installs
        try:
            if grant_type == "refresh_token":
                answer = installs.refresh(app, value)
            else:
                fields = spelling.fields
                answer = installs.exchange(
                    app, value, fields.get("redirect_uri"), fields.get("code_verifier")
                )
        except UnknownCodeError as error:
            raise spelling.not_found(str(error)) from None
        except GrantError as error:
            raise spelling.error(400, "invalid_grant", str(error)) from None
        except PausedError:
            raise refuse(400, _PAUSED) from None
        levers = self._levers
        if grant_type == "refresh_token" and levers.rotate_then_fail > 0:
            levers.rotate_then_fail -= 1
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            raise SimFailureError(SimFailure(502, page, {"content-type": "text/html"}))
        return SimResponse(200, spelling.spelled(answer))

    def _app(self, spelling: _Spelling) -> MarketplaceApp:
        client_id, secret = spelling.wanted("client_id"), spelling.wanted("client_secret")
        app = self._state.apps.get(client_id)
        if app is None or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
            raise spelling.error(401, "invalid_client", "client is invalid")
        return app

    @route("POST", "/oauth/locationToken", "oauth.write", "agency", until_v3=True)
    @route("POST", "/oauth/location-token", "oauth.write", "agency", v3_only=True)
    def issue(self, request: SimRequest) -> SimResponse:
        """Issue a sub-account's pair for an agency's access token."""
        state, fields = self._state, request.form()
        both = ("companyId", "locationId")
        faults = [f"property {key} should not exist" for key in fields if key not in both]
        faults += [f"{key} should not be empty" for key in both if not fields.get(key)]
        if faults:
            raise refuse(422, faults)
        token = state.token_of(request.bearer)
        if token is None or token.kind != "company" or token.install_id is None:
            raise known("wrong_auth_class")
        install, wanted = state.installs[token.install_id], fields["locationId"]
        location = state.locations.get(wanted)
        if (
            fields["companyId"] != token.company_id
            or location is None
            or location.company_id != token.company_id
        ):
            raise known("wrong_location")
        if not self._context.installs.reaches(install, wanted):
            raise refuse(400, "The app is not installed on this location.")
        if wanted in self._levers.paused:
            raise refuse(400, _PAUSED)
        answer = self._context.installs.pair(install, wanted)
        # The documents list neither: a client knows whose token it requested.
        del answer["userType"], answer["companyId"]
        answer["appId"] = install.client_id.partition("-")[0]
        return SimResponse(201, _Spelling(request).spelled(answer))


class _Spelling:
    """The keys of one version: snake case, or v3's camel case; v3's errors differ, too."""

    def __init__(self, request: SimRequest) -> None:
        self._v3 = request.is_v3
        self.fields = self._read(request)

    def _read(self, request: SimRequest) -> dict[str, str]:
        fields: Any = request.form()
        if self._v3 and request.media_type == "application/json":
            try:
                fields = json.loads(request.body or b"{}")
            except ValueError:
                fields = None
            if not isinstance(fields, dict):
                raise refuse(400, "Unexpected token in JSON")
        if self._v3:
            fields = {_SNAKE.get(key, key): fields[key] for key in fields if key not in _CAMEL}
        return {key: value for key, value in fields.items() if isinstance(value, str) and value}

    def wanted(self, key: str) -> str:
        """Return a required field of the request."""
        if key not in self.fields:
            name = _CAMEL.get(key, key) if self._v3 else key
            raise self._refused(400, "invalid_request", f"Missing parameter: {name}")
        return self.fields[key]

    def error(self, status: int, error: str, reason: str) -> SimFailureError:
        """Return an OAuth error (RFC 6749, 5.2); v3 documents it without its code."""
        return self._refused(status, error, f"{_TITLES[error]}: {reason}")

    def not_found(self, reason: str) -> SimFailureError:
        """Return the error of an unknown code, as captured; under v3 as documented."""
        if self._v3:
            return self.error(400, "invalid_grant", reason)
        text = "Authorization code not found"
        body = {"error": "UnAuthorized!", "error_description": text}
        return SimFailureError(SimFailure(401, body))

    def _refused(self, status: int, error: str, text: str) -> SimFailureError:
        if self._v3:
            return refuse(status, text)
        return SimFailureError(SimFailure(status, {"error": error, "error_description": text}))

    def spelled(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return a response with the keys of the version."""
        return {_CAMEL.get(key, key) if self._v3 else key: answer[key] for key in answer}
