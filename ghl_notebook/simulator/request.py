"""A request to the simulator, and the response to it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .faults import refuse


@dataclass(slots=True)
class SimRequest:
    """A request with its complete body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    params: dict[str, str] = field(default_factory=dict)

    @property
    def is_v3(self) -> bool:
        """Whether the request has API version v3."""
        return self.headers.get("version") == "v3"

    @property
    def bearer(self) -> str:
        """The bearer token, or an empty string."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ""

    @property
    def media_type(self) -> str:
        """The content type in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def names(self) -> tuple[str, ...]:
        """Return everything in the request that may be the id of a sub-account."""
        query, form = self.query.get("locationId", ""), self.form().get("locationId", "")
        return *self.path.split("/"), query, form

    def form(self) -> dict[str, str]:
        """Return the fields of a form-encoded body; none for another content type."""
        if self.media_type != "application/x-www-form-urlencoded":
            return {}
        text = self.body.decode(errors="replace")
        return dict(parse_qsl(text, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class EncodedJSON:
    """A JSON object that was encoded earlier, for responses that are sent often.

    Attributes
    ----------
    text : bytes
        With its braces and at least one key.
    trace_id : str
        Sent as ``traceId``, unless it is empty.
    """

    text: bytes
    trace_id: str = ""

    def content(self) -> bytes:
        """Return the body to send."""
        if not self.trace_id:
            return self.text
        return b'%b,"traceId":"%b"}' % (self.text[:-1], self.trace_id.encode())


def write_json(body: Any) -> bytes:
    """Encode JSON as the service does, without spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


#: Texts that people write; a resource name of Google is none.
_TEXTS = re.compile(
    rb'("(?:summary|name|message|caption|content|tag|error)":"(?!locations/|accounts/)'
    rb'(?:[^"\\]|\\.)*)"'
)


def cut_emoji(content: bytes) -> bytes:
    """Return an encoded body whose texts end with half an emoji."""
    return _TEXTS.sub(rb'\1\\ud83d"', content)


@dataclass(slots=True)
class SimResponse:
    """A response: JSON for a dict, a list or an `EncodedJSON`, else text or bytes unchanged."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request and its response, without the bearer token.

    Attributes
    ----------
    headers : dict
        Names in lower case; ``authorization`` is reduced to its scheme.
    body, answer : object
        Decoded if JSON, else the text.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any


def html(text: str, status: int = 200) -> SimResponse:
    """Return a page."""
    return SimResponse(status, text, {"content-type": "text/html; charset=utf-8"})


def enveloped(
    status: int, message: str, results: dict[str, Any] | None = None, code: int | None = None
) -> SimResponse:
    """Return a response in the service's envelope; ``code`` overrides its ``statusCode``."""
    body: dict[str, Any] = {"success": True, "statusCode": code or status, "message": message}
    return SimResponse(status, body if results is None else {**body, "results": results})


def require(request: SimRequest, *keys: str) -> None:
    """Refuse a request whose query lacks one of these keys."""
    faults = [f"{key} should not be empty" for key in keys if not request.query.get(key)]
    if faults:
        raise refuse(422, faults)
