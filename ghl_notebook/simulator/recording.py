"""What the simulator writes down about each request: everything but what must stay secret."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from .wire import Answer, Call, Encoded, Recorded

_SECRET = {
    "client_secret", "clientSecret", "code", "code_verifier", "codeVerifier", "access_token",
    "accessToken", "refresh_token", "refreshToken",
}  # fmt: skip
HIDDEN = "***"


def record(call: Call, answer: Answer) -> Recorded:
    """Return a request and its answer without bearers, tokens, codes and client secrets.

    An answer that was written down before stays as it is, so that all of its records share it.
    """
    headers = dict(call.headers)
    if "authorization" in headers:
        headers["authorization"] = headers["authorization"].partition(" ")[0]
    body, answered = _parsed(call), answer.body
    if call.path.startswith("/oauth/"):
        body, answered = _without_secrets(body), _without_secrets(answered)
    return Recorded(
        method=call.method,
        path=call.path,
        query=dict(call.query),
        headers=headers,
        body=body,
        status=answer.status,
        answer=answered,
    )


def shown(recorded: Recorded) -> Recorded:
    """Return a record with its answer parsed, which waits until somebody looks."""
    answer = recorded.answer
    if not isinstance(answer, Encoded):
        return recorded
    return replace(recorded, answer=json.loads(answer.content()))


def _parsed(call: Call) -> Any:
    if not call.body:
        return None
    if call.path.startswith("/oauth/") and (form := call.form()):
        return form
    try:
        return json.loads(call.body)
    except ValueError:
        return call.body.decode(errors="replace")


def _without_secrets(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {key: HIDDEN if key in _SECRET else value for key, value in part.items()}
