"""The record of each request: all of it except secrets."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from .request import EncodedJSON, RecordedRequest, SimRequest, SimResponse

_SECRET = {
    "client_secret", "clientSecret", "code", "code_verifier", "codeVerifier", "access_token",
    "accessToken", "refresh_token", "refreshToken",
}  # fmt: skip
HIDDEN = "***"


def record(request: SimRequest, answer: SimResponse) -> RecordedRequest:
    """Return a request and its response without bearers, tokens, codes and client secrets.

    An encoded response stays encoded, so that all of its records share it.
    """
    headers = dict(request.headers)
    if "authorization" in headers:
        headers["authorization"] = headers["authorization"].partition(" ")[0]
    body, answered = _parsed(request), answer.body
    if request.path.startswith("/oauth/"):
        body, answered = _without_secrets(body), _without_secrets(answered)
    return RecordedRequest(
        method=request.method, path=request.path, query=dict(request.query), headers=headers,
        body=body, status=answer.status, answer=answered,
    )  # fmt: skip


def shown(recorded: RecordedRequest) -> RecordedRequest:
    """Return a record with its response decoded, which is done only when it is read."""
    answer = recorded.answer
    if not isinstance(answer, EncodedJSON):
        return recorded
    return replace(recorded, answer=json.loads(answer.content()))


def _parsed(request: SimRequest) -> Any:
    if not request.body:
        return None
    if request.path.startswith("/oauth/") and (form := request.form()):
        return form
    try:
        return json.loads(request.body)
    except ValueError:
        return request.body.decode(errors="replace")


def _without_secrets(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {key: HIDDEN if key in _SECRET else value for key, value in part.items()}
