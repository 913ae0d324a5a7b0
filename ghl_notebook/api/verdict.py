"""From an answer to its value, or to the error that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from ghl_notebook.errors import (
    AgencyOnlyError,
    AgencyTokenError,
    AuthenticationError,
    BadRequestError,
    DailyLimitError,
    GatewayTimeoutError,
    InvalidTokenError,
    LocationAccessError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RefusedError,
    ResponseError,
    ScopeError,
    ServiceError,
    TokenTypeError,
    UnexpectedAnswerError,
    UserAgentError,
    ValidationError,
    VersionHeaderError,
)
from ghl_notebook.models import without_collector

_MAX_MESSAGE = 500

# What the service says, lowercased, to what it means. The first that is found counts.
_SAYINGS: dict[int, tuple[tuple[str, type[ResponseError]], ...]] = {
    401: (
        ("command timed out", GatewayTimeoutError),
        ("not authorized for this scope", ScopeError),
        ("authclass type is not allowed", AgencyTokenError),
        ("user type mismatch", TokenTypeError),
        ("version header", VersionHeaderError),
        ("invalid", InvalidTokenError),
        ("expired", InvalidTokenError),
    ),
    403: (
        ("does not have access to this location", LocationAccessError),
        ("forbidden resource", AgencyOnlyError),
        ("error code: 1010", UserAgentError),
    ),
}

_STATUSES: dict[int, type[ResponseError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: GatewayTimeoutError,
    422: ValidationError,
    429: RateLimitError,
    504: GatewayTimeoutError,
}


def body_of(what: str, response: httpx.Response) -> dict[str, Any]:
    """Return the answer's JSON object, or raise the error that the answer is.

    Parameters
    ----------
    what : str
        What was asked, for the error's text.
    response : httpx.Response
        The answer, read whole.

    Raises
    ------
    ResponseError
        One of its subclasses: for a status of 300 and more, for ``success: false``, and for a
        body that is no JSON object.
    """
    if error := error_of(what, response):
        raise error
    body = _json(response)
    if body is None:
        raise UnexpectedAnswerError(
            what, status=response.status_code, service_message=_describe_body(response)
        )
    if body.get("success") is False:
        said = _said(response, body)
        del body  # a traceback may show this frame's locals: the service may repeat the token
        raise RefusedError(what, status=response.status_code, **said)
    return body


def error_of(what: str, response: httpx.Response) -> ResponseError | None:
    """Make the error that the answer is by its status, or None for one below 300.

    The status is trusted over the body's own ``statusCode``.
    """
    status = response.status_code
    if status < 300:
        return None
    said = _said(response, _json(response))
    kind = _STATUSES.get(status)
    for saying, meaning in _SAYINGS.get(status, ()):
        if saying in said["service_message"].lower():
            kind = meaning
            break
    if status == 429 and response.headers.get("x-ratelimit-daily-remaining", "").strip() == "0":
        kind = DailyLimitError
    if kind is None:
        kind = ServiceError if status >= 500 else UnexpectedAnswerError
    return kind(what, status=status, **said)


def _json(response: httpx.Response) -> dict[str, Any] | None:
    try:
        with without_collector():
            body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _said(response: httpx.Response, body: Mapping[str, Any] | None) -> dict[str, Any]:
    if body is None:
        text = _describe_body(response)
        trace = None
    else:
        message = body.get("message") or body.get("error") or ""
        parts = message if isinstance(message, list) else [message]
        text = "; ".join(str(part) for part in parts)
        trace = body.get("traceId")
    return {
        "service_message": " ".join(_without_token(response, text)[:_MAX_MESSAGE].split()),
        "trace_id": _without_token(response, str(trace))[:_MAX_MESSAGE] if trace else None,
    }


def _without_token(response: httpx.Response, text: str) -> str:
    """Take the token out of what the service says: it may repeat what it was sent."""
    for sent in response.request.headers.get("authorization", "").split()[1:]:
        text = text.replace(sent, "********")
    return text


def _describe_body(response: httpx.Response) -> str:
    """Describe a body that is no JSON; a web page's own text stays out: it may hold a `state`."""
    if not response.content.strip():
        return "an empty body"
    kind = response.headers.get("content-type", "").split(";")[0].strip()
    if kind == "text/html" or response.content.lstrip()[:1] == b"<":
        return "an HTML page"
    if kind == "text/plain":
        # Not `response.text`: the answer names its own charset, and may name one that is none.
        return response.content[:_MAX_MESSAGE].decode(errors="replace")
    return f"a body that is not JSON ({kind or 'no content type'})"
