"""The token endpoint, and the minting of a sub-account's token from the agency's."""

from __future__ import annotations

import hmac
import json
from typing import Any

from .faults import Failure, RefusedError, known, refuse
from .installs import GrantError
from .oauth_records import App
from .wire import Answer, Call, World

TOKEN = "/oauth/token"  # noqa: S105 - a path

_GRANTS = {"authorization_code": "code", "refresh_token": "refresh_token"}
_TITLES = {
    "invalid_client": "Invalid client",
    "invalid_grant": "Invalid grant",
    "unsupported_grant_type": "Unsupported grant type",
}
_CAMEL = {
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "grant_type": "grantType",
    "refresh_token": "refreshToken",
    "redirect_uri": "redirectUri",
    "code_verifier": "codeVerifier",
    "access_token": "accessToken",
    "token_type": "tokenType",
    "expires_in": "expiresIn",
}
_SNAKE = {camel: snake for snake, camel in _CAMEL.items()}


class TokenEndpoint:
    """Answers ``POST /oauth/token`` and ``POST /oauth/locationToken``.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def token(self, call: Call) -> Answer:
        """POST /oauth/token: a pair for a code or for a refresh token. Takes no bearer."""
        speech = _Speech(call)
        grant_type = speech.wanted("grant_type")
        app = self._app(speech)
        if grant_type not in _GRANTS:
            raise speech.error(400, "unsupported_grant_type", "grant_type is invalid")
        value = speech.wanted(_GRANTS[grant_type])
        installs = self._world.installs
        try:
            if grant_type == "refresh_token":
                answer = installs.refresh(app, value)
            else:
                fields = speech.fields
                answer = installs.exchange(
                    app, value, fields.get("redirect_uri"), fields.get("code_verifier")
                )
        except GrantError as error:
            raise speech.error(400, "invalid_grant", str(error)) from None
        levers = self._world.levers
        if grant_type == "refresh_token" and levers.rotate_then_fail > 0:
            levers.rotate_then_fail -= 1
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            raise RefusedError(Failure(502, page, {"content-type": "text/html"}))
        return Answer(200, speech.spelled(answer))

    def _app(self, speech: _Speech) -> App:
        client_id, secret = speech.wanted("client_id"), speech.wanted("client_secret")
        app = self._world.state.apps.get(client_id)
        if app is None or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
            raise speech.error(401, "invalid_client", "client is invalid")
        return app

    def mint(self, call: Call) -> Answer:
        """POST /oauth/locationToken: a sub-account's pair, by the agency's access token."""
        state, fields = self._world.state, call.form()
        both = ("companyId", "locationId")
        faults = [f"property {key} should not exist" for key in fields if key not in both]
        faults += [f"{key} should not be empty" for key in both if not fields.get(key)]
        if faults:
            raise refuse(422, faults)
        token = state.token_of(call.bearer)
        if token is None or token.kind != "company" or token.install_id is None:
            raise known("wrong_auth_class")
        install, wanted = state.installs[token.install_id], fields["locationId"]
        place = state.locations.get(wanted)
        if (
            fields["companyId"] != token.company_id
            or place is None
            or place.company_id != token.company_id
        ):
            raise known("wrong_location")
        if not self._world.installs.reaches(install, wanted):
            raise refuse(400, "The app is not installed on this location.")
        answer = self._world.installs.pair(install, wanted)
        # The documents list neither; a client has to know whose token it asked for.
        del answer["userType"], answer["companyId"]
        answer["appId"] = install.client_id.partition("-")[0]
        return Answer(201, _Speech(call).spelled(answer))


class _Speech:
    """How one version spells requests, answers and errors: snake case, or v3's camel case."""

    def __init__(self, call: Call) -> None:
        self._v3 = call.headers.get("version") == "v3"
        self.fields = self._read(call)

    def _read(self, call: Call) -> dict[str, str]:
        fields: Any = call.form()
        if self._v3 and call.media_type == "application/json":
            try:
                fields = json.loads(call.body or b"{}")
            except ValueError:
                fields = None
            if not isinstance(fields, dict):
                raise refuse(400, "Unexpected token in JSON")
        if self._v3:
            fields = {_SNAKE.get(key, key): fields[key] for key in fields if key not in _CAMEL}
        return {key: value for key, value in fields.items() if isinstance(value, str) and value}

    def wanted(self, key: str) -> str:
        """Return a field that the request cannot do without."""
        if key not in self.fields:
            name = _CAMEL.get(key, key) if self._v3 else key
            raise self._refused(400, "invalid_request", f"Missing parameter: {name}")
        return self.fields[key]

    def error(self, status: int, error: str, reason: str) -> RefusedError:
        """Return an error of OAuth (RFC 6749, 5.2), which v3 documents without its code."""
        return self._refused(status, error, f"{_TITLES[error]}: {reason}")

    def _refused(self, status: int, error: str, text: str) -> RefusedError:
        if self._v3:
            return refuse(status, text)
        return RefusedError(Failure(status, {"error": error, "error_description": text}))

    def spelled(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer with the keys of the version."""
        return {_CAMEL.get(key, key) if self._v3 else key: answer[key] for key in answer}
