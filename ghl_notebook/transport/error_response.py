"""What an error response of the API means: its body, read once for all callers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

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

from .request import json_of

_PAUSED = re.compile(
    r"\b(?:location|sub[- ]?account)\b.*\b(?:(?:not|no longer)(?: currently)? active|inactive|"
    r"paused|suspended|disabled|deactivated|unpaid|past due)\b|"
    r"\b(?:inactive|paused|suspended|disabled|deactivated|unpaid) (?:location|sub[- ]?account)\b"
)
_VERSION = re.compile(
    r"\bapi[- ]version\b|\bversion (?:header|segment)\b|"
    r"\b(?:invalid|unsupported|unknown|missing) version\b|"
    r"\bversion (?:\S+ )?(?:is |was )?"
    r"(?:invalid|unsupported|missing|not (?:supported|found|valid))\b"
)
_NO_PATH = re.compile(r"cannot (?:get|post|put|patch|delete) /")
_BEARER = (
    r"\b(?:token|jwt|bearer|session|credentials?|api key|authentication|private integration)\b"
)
_TOKEN = re.compile(
    rf"\bexpired\b|^\W*invalid\W*$|{_BEARER}.*\b(?:invalid|revoked|malformed|not valid)\b|"
    rf"\b(?:invalid|revoked|malformed)\b.*{_BEARER}"
)

# Of the network in front of the API: codes and pages of Cloudflare, lists of allowed addresses.
_FIREWALL_CODE = re.compile(r"\berror(?: code)?:? ?(10[0-9]{2})\b")
_IP = r"\bip(?:[- ]?address(?:es)?)?\b"
_REFUSES = (
    r"\b(?:not|isn't) (?:\w+ )?(?:allowed|permitted|authori[sz]ed|allow-?listed|whitelisted)\b|"
    r"\b(?:blocked|block-?listed|blacklisted|restricted|denied|forbidden|banned)\b"
)
_BLOCKED = re.compile(
    rf"{_IP}.{{0,60}}(?:{_REFUSES})|(?:{_REFUSES}).{{0,60}}{_IP}|"
    rf"{_IP} (?:allow-?list|white-?list|restriction)|cloudflare"
)
_CHALLENGE = re.compile(
    r"just a moment|attention required|checking (?:if the site|your browser)|\bcaptcha\b|"
    r"sorry, you have been blocked|verify (?:that )?you are (?:a )?human"
)
_CHALLENGE_SCRIPT = b"_cf_chl_opt"
_TAG = re.compile(r"<[^<>]*>|&nbsp;")
_MAX_PAGE = 50_000
_FIREWALL = (
    "A firewall in front of the API, or a list of allowed IP addresses, rejected the request, not "
    "the token: try another network, or have your address allowed."
)

_USER_AGENT_CODE = "1010"

NOT_KNOWN = "The cause is not known: ghl_notebook.doctor(client) checks token and ids."
"""The next step after a response that nothing is known of."""

_EMPTY, _PAGE = "an empty body", "an HTML page"
_MAX_MESSAGE = 500
_MAX_KIND = 60
_HIDDEN = "********"

# What the service says, lowercased, to what it means, whatever the status. The first match counts.
_SAYINGS: tuple[tuple[re.Pattern[str], type[ResponseError]], ...] = (
    (re.compile(r"command timed out"), GatewayTimeoutError),
    (re.compile(r"not authori[sz]ed for this scope"), ScopeError),
    (re.compile(r"authclass type is not allowed"), AgencyTokenError),
    (re.compile(r"user type mismatch"), TokenTypeError),
    (re.compile(r"does(?: not|n't) have access to this location"), LocationAccessError),
    (re.compile(r"forbidden resource"), AgencyOnlyError),
)

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
    hint : str or None
        What helps, if the message is more specific than `kind` is.
    next_step : str or None
        `hint`; else, if `kind` gives advice that does not fit this response, that its cause is
        not known.
    """

    kind: type[ResponseError]
    message: str
    trace_id: str | None
    code: str
    hint: str | None = None
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
    body: Any = json_of(content, object)
    code, trace = "", None
    if isinstance(body, dict):
        words, code, trace = _message_of(body), _code_of(body), body.get("traceId")
        other = _names_in(body)
    else:
        words = error_text(body, 1)
        other = describe_body(content, content_type, hide=hide)
        if body is None and _is_text(content, content_type):
            words = other
    text = one_line(_without(hide, words or other), _MAX_MESSAGE)
    is_page = words is None and _is_page(content, content_type)
    # A page's own text is read and never shown.
    said = text.lower()
    everything = f"{said} {_page_text(content)}" if is_page else said
    kind = _kind(status, said, everything)
    hint = _hint(status, said, version, may_choose)
    if _is_of_network(status, everything, is_page=is_page):
        hint = _FIREWALL
    is_unknown = (kind is UnexpectedAnswerError and status >= 400) or (
        kind is ValidationError and words is None
    )
    return ErrorResponse(
        kind=kind,
        message=text,
        trace_id=one_line(_without(hide, str(trace)), _MAX_MESSAGE) if trace else None,
        code=_without(hide, code)[:_MAX_MESSAGE],
        hint=hint,
        next_step=NOT_KNOWN if hint is None and is_unknown else hint,
    )


def firewall_hint(content: bytes) -> str | None:
    """Return what helps if a response is the page of a firewall, whatever its status; else None."""
    return _FIREWALL if _CHALLENGE.search(_page_text(content)) else None


def _kind(status: int, said: str, everything: str) -> type[ResponseError]:
    """Return what an error means: by the service's words, else by its status."""
    kind = _STATUSES.get(status)
    if kind is None:
        kind = ServiceError if status >= 500 else UnexpectedAnswerError
    if status >= 500 or status == 429:
        return kind
    for saying, meaning in _SAYINGS:
        if saying.search(everything):
            return meaning
    code = _FIREWALL_CODE.search(everything)
    if code and code[1] == _USER_AGENT_CODE:
        return UserAgentError
    if status == 401 and _VERSION.search(said):
        return VersionHeaderError
    if status == 401 and _TOKEN.search(said) and not _PAUSED.search(said):
        return InvalidTokenError
    return kind


def _hint(status: int, said: str, version: str, may_choose: bool) -> str | None:
    """Return what helps, by words that mean the same for every request."""
    if _PAUSED.search(said):
        return (
            "The sub-account is paused or unpaid: activate it in GoHighLevel (Sub-Accounts), then "
            "run the cell again. The token, or the login, stays valid."
        )
    if status >= 500 or status == 429:
        return None
    sent = f"This call was sent with Version {version or 'unknown'}"
    other = "2021-07-28" if version == "v3" else "v3"
    choose = f'pass api_version="{other}", or ' if may_choose else ""
    if _VERSION.search(said):
        return f"{sent}: {choose}connect without a proxy that changes the Version header."
    if status == 404 and (_NO_PATH.search(said) or said in (_EMPTY, _PAGE.lower())):
        has = "does not have" if _NO_PATH.search(said) else "may not have"
        return (
            f"{sent}, which {has} this path: {choose}check that GHL_BASE_URL does not contain a "
            "path."
        )
    return None


def _is_of_network(status: int, said: str, *, is_page: bool) -> bool:
    """Tell whether something in front of the service, such as a CDN, has rejected a request."""
    if is_page and status <= 503 and _CHALLENGE.search(said):
        return True
    if status >= 500:  # the CDN reports an error of the service
        return False
    if code := _FIREWALL_CODE.search(said):
        return code[1] != _USER_AGENT_CODE
    is_refusal = status in (401, 403, 406, 451)
    return (is_refusal and _BLOCKED.search(said) is not None) or (status == 403 and is_page)


def _message_of(body: dict[str, Any]) -> str | None:
    message, description = body.get("message"), body.get("error_description")
    parts = message if isinstance(message, list) else [message]
    parts = [_text_of(part) for part in (*parts, description) if part]
    # The values of other keys are not shown: one may be a token.
    return "; ".join(dict.fromkeys(filter(None, parts))) or error_text(body, 1)


def _names_in(body: Mapping[str, Any]) -> str:
    """Describe an object that has no message: by names only, because a key may be anything."""
    keys = ", ".join(sorted(key for key in body if key.isidentifier() and len(key) <= 20)[:5])
    return f"an object without a message (it holds: {keys or 'nothing'})"


def _code_of(body: dict[str, Any]) -> str:
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) else ""


def _text_of(part: object) -> str:
    return error_text(part) or "" if isinstance(part, dict | list) else str(part)


def _is_page(content: bytes, content_type: str) -> bool:
    return content_type.split(";")[0].strip() == "text/html" or content.lstrip()[:1] == b"<"


def _is_text(content: bytes, content_type: str) -> bool:
    """Tell whether a body that is not JSON is plain text, which is shown."""
    kind = content_type.split(";")[0].strip()
    # Cut JSON may hold half of a token.
    is_word = content.lstrip()[:1].isalnum()
    return bool(content.strip()) and (kind == "text/plain" or (not kind and is_word))


def _page_text(content: bytes) -> str:
    text = _TAG.sub(" ", content[:_MAX_PAGE].decode(errors="replace"))
    mark = "captcha" if _CHALLENGE_SCRIPT in content[:_MAX_PAGE] else ""
    return " ".join([*text.split(), mark]).lower()


def describe_body(content: bytes, content_type: str, *, hide: Iterable[str] = ()) -> str:
    """Describe a body that is not JSON; a web page's own text stays out: it may hold a `state`."""
    if not content.strip():
        return _EMPTY
    if _is_page(content, content_type):
        return _PAGE
    if _is_text(content, content_type):
        # Not decoded by the charset that the answer names: it may name one that is none.
        # What is to be hidden goes first: a cut would leave half of it.
        return one_line(_without(hide, content.decode(errors="replace")), _MAX_MESSAGE)
    kind = content_type.split(";")[0].strip()
    kind = one_line(_without(hide, kind), _MAX_KIND) or "no content type"
    return f"a body that is not JSON ({kind})"


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text
