"""What an error response of the API means: its body, read once for all callers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ghl_notebook.errors import (
    AgencyOnlyError,
    AgencyTokenError,
    AuthenticationError,
    BadRequestError,
    GatewayTimeoutError,
    InvalidTokenError,
    LocationAccessError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ScopeError,
    ServiceError,
    TokenTypeError,
    UnexpectedAnswerError,
    UserAgentError,
    ValidationError,
    VersionHeaderError,
)
from ghl_notebook.sanitize import error_text, one_line

from .request import json_object, json_of

_PAUSED = re.compile(
    r"\b(?:location|sub[- ]?account)\b.*\b(?:(?:not|no longer)(?: currently)? active|inactive|"
    r"paused|suspended|disabled|deactivated|unpaid)\b"
)
_VERSION = re.compile(r"\b(?:api version|version header|version segment)\b")
_NO_PATH = re.compile(r"cannot (?:get|post|put|patch|delete) /")
_BLOCKED = re.compile(r"\bip address\b|error code: 10[0-9]{2}|cloudflare")

_MAX_MESSAGE = 500
_MAX_KIND = 60
_HIDDEN = "********"

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


class ErrorResponse(NamedTuple):
    """An error response, read.

    Attributes
    ----------
    kind : type
        The error that it is.
    message : str
        The service's words, on one line; several are joined by ``"; "``.
    trace_id : str or None
        The service's ``traceId``.
    code : str
        The code of an OAuth error, such as ``"invalid_grant"``; else empty.
    next_step : str or None
        What helps, if the message is more specific than `kind` does.
    """

    kind: type[ResponseError]
    message: str
    trace_id: str | None
    code: str
    next_step: str | None = None


def read_error_response(
    status: int,
    content: bytes,
    content_type: str = "",
    *,
    hide: Iterable[str] = (),
    version: str = "",
    may_choose: bool = False,
) -> ErrorResponse:
    """Read an error response. The status is trusted over the body's own ``statusCode``.

    Parameters
    ----------
    status : int
        The HTTP status.
    content : bytes
        The body.
    content_type : str
        The header's value.
    hide : iterable of str
        What to remove from the service's words: it may repeat the token that was sent.
    version : str
        The header ``Version`` of the request.
    may_choose : bool
        Whether the user can choose another version.
    """
    hide = [secret for secret in hide if secret]
    body = json_object(content)
    code, trace = "", None
    if body is None:
        text = error_text(json_of(content, list)) or describe_body(content, content_type, hide=hide)
    else:
        code = body["error"] if isinstance(body.get("error"), str) else ""
        message = body.get("message") or body.get("error_description") or body.get("error") or ""
        parts = message if isinstance(message, list) else [message]
        text = "; ".join(_text_of(part) for part in parts)
        trace = body.get("traceId")
    text = one_line(_without(hide, text), _MAX_MESSAGE)
    kind = _STATUSES.get(status)
    if kind is None:
        kind = ServiceError if status >= 500 else UnexpectedAnswerError
    for saying, meaning in _SAYINGS.get(status, ()):
        if saying in text.lower():
            kind = meaning
            break
    return ErrorResponse(
        kind=kind,
        message=text,
        trace_id=one_line(_without(hide, str(trace)), _MAX_MESSAGE) if trace else None,
        code=_without(hide, code)[:_MAX_MESSAGE],
        next_step=_next_step(status, text.lower(), version, may_choose, body is not None),
    )


def _next_step(status: int, said: str, version: str, may_choose: bool, is_json: bool) -> str | None:
    """Return what helps, by words that mean the same for every request."""
    if status in (400, 401, 403, 404, 422) and _PAUSED.search(said):
        return (
            "The sub-account is paused or unpaid: activate it in GoHighLevel (Sub-Accounts), then "
            "run the cell again. The token, or the login, stays valid."
        )
    sent = f"This call was sent with Version {version or 'unknown'}"
    other = "2021-07-28" if version == "v3" else "v3"
    choose = f'pass api_version="{other}", or ' if may_choose else ""
    if status in (400, 401, 404, 422) and _VERSION.search(said):
        return f"{sent}: {choose}connect without a proxy that changes the Version header."
    if status == 404 and _NO_PATH.match(said):
        return (
            f"{sent}, which does not have this path: {choose}check that GHL_BASE_URL does not "
            "contain a path."
        )
    if status == 403 and "error code: 1010" not in said and (not is_json or _BLOCKED.search(said)):
        return (
            "A firewall in front of the API, or a list of allowed IP addresses, rejected the "
            "request, not the token: try another network, or have your address allowed."
        )
    return None


def _text_of(part: object) -> str:
    return error_text(part) or "" if isinstance(part, dict | list) else str(part)


def describe_body(content: bytes, content_type: str, *, hide: Iterable[str] = ()) -> str:
    """Describe a body that is not JSON; a web page's own text stays out: it may hold a `state`."""
    if not content.strip():
        return "an empty body"
    kind = content_type.split(";")[0].strip()
    if kind == "text/html" or content.lstrip()[:1] == b"<":
        return "an HTML page"
    if kind == "text/plain":
        # Not decoded by the charset that the answer names: it may name one that is none.
        # What is to be hidden goes first: a cut would leave half of it.
        return one_line(_without(hide, content.decode(errors="replace")), _MAX_MESSAGE)
    kind = one_line(_without(hide, kind), _MAX_KIND) or "no content type"
    return f"a body that is not JSON ({kind})"


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text
