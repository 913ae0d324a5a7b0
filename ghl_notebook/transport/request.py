"""A request and its response, independent of the HTTP library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from ghl_notebook.errors import ArgumentError
from ghl_notebook.gc_pause import without_collector
from ghl_notebook.guard import while_made
from ghl_notebook.sanitize import replace_half_characters
from ghl_notebook.secret import Secret

T = TypeVar("T")

_MAX_TARGET: Final = 60_000
"""Characters of path and query: a little less than either library accepts."""
_LARGE_BYTES: Final = 1_000_000
_SLOW_BYTES_PER_SECOND: Final = 125_000
"""1 Mbit/s: a video of 500 MB may take 67 minutes."""


class File(msgspec.Struct, frozen=True):
    """An upload: a file of a multipart form.

    Attributes
    ----------
    field : str
        The form's field.
    name : str
        The file's own name.
    content : bytes
        What is in it.
    media_type : str
        Its media type.
    fields : Mapping
        Further fields of the form.
    """

    field: str
    name: str
    content: bytes
    media_type: str
    fields: Mapping[str, str] = {}


class Request(NamedTuple):
    """A request, without the headers that all requests share.

    Its repr shows neither ids nor the body: a body may hold a refresh token.

    Attributes
    ----------
    what : str
        Verb and path template, as errors and logs name the request.
    method : str
        The verb.
    target : str
        Path and query, percent-encoded.
    content : bytes or None
        The body.
    content_type : str
        The body's media type.
    secrets : tuple of Secret
        What the body holds and no error may repeat.
    version : str or None
        The header ``Version``; None: that of the transport.
    """

    what: str
    method: str
    target: str
    content: bytes | None = None
    content_type: str = "application/json"
    secrets: tuple[Secret, ...] = ()
    version: str | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.what}>"

    @property
    def upload_seconds(self) -> float:
        """Additional time for sending a large body over a slow connection."""
        size = len(self.content or b"")
        return size / _SLOW_BYTES_PER_SECOND if size > _LARGE_BYTES else 0.0

    @classmethod
    def build(
        cls,
        method: str,
        template: str,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
        file: File | None = None,
        version: str | None = None,
    ) -> Self:
        """Build a request.

        Parameters
        ----------
        method, template : str
            Verb and path; ``{name}`` in the path is filled from `path`, percent-encoded.
        query : Mapping, optional
            Query parameters; those that are None are left out.
        body : Mapping, optional
            JSON body.
        file : File, optional
            Sent as a form, instead of `body`.
        version : str, optional
            The header ``Version``; by default, that of the transport.

        Raises
        ------
        ArgumentError
            If a value cannot be sent in an address or a body.
        """
        what = f"{method} {template}"
        with suppress(UnicodeError):
            target = template
            if path:
                segments = map(_segment, path, path.values())
                target = template.format_map(dict(zip(path, segments, strict=True)))
            if query and (sent := {k: v for k, v in query.items() if v is not None}):
                target += f"?{urlencode(sent)}"
            if len(target) <= _MAX_TARGET:
                if file is not None:
                    return cls(what, method, target, *_form_with(file), version=version)
                content = None if body is None else _json(body)
                return cls(what, method, target, content, version=version)
        raise ArgumentError(
            f"{what} cannot be sent with these values: one is too long or contains half a "
            "character.",
            "Pass IDs as the API shows them.",
        )

    @classmethod
    def form(cls, path: str, fields: Mapping[str, str | Secret]) -> Self:
        """Build a POST of a form; empty fields are left out."""
        return cls(
            f"POST {path}",
            "POST",
            path,
            urlencode(
                {
                    name: value.reveal() if isinstance(value, Secret) else value
                    for name, value in fields.items()
                    if value
                }
            ).encode(),
            "application/x-www-form-urlencoded",
            tuple(value for value in fields.values() if isinstance(value, Secret)),
        )


@dataclass(slots=True, repr=False)
class Response:
    """A response, with its complete body.

    Attributes
    ----------
    status : int
        The HTTP status.
    headers : Mapping
        By lowercase name; of a repeated header the last. Without ``Location``.
    content : bytes
        The body, unpacked.
    location : Secret or None
        The first ``Location``: it may be an authorization URL.
    secrets : tuple of Secret
        What was sent and no error may repeat: the access token, and the secrets of the body.
    sent_at : datetime or None
        When the request was sent, by the sender's clock.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    location: Secret | None = None
    secrets: tuple[Secret, ...] = ()
    sent_at: datetime | None = None

    @while_made
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}>"  # a body may repeat what was sent

    @property
    def is_redirect(self) -> bool:
        """Whether it leads to another address."""
        return 300 <= self.status < 400

    @property
    def content_type(self) -> str:
        """The media type of its body."""
        return self.headers.get("content-type", "")


def json_object(content: bytes) -> dict[str, Any] | None:
    """Decode a body; None if it is not a JSON object. U+FFFD stands for half a character."""
    return json_of(content, dict)


def json_of(content: bytes, kind: type[T]) -> T | None:
    """Decode a body; None if it is not JSON of this type. U+FFFD stands for half a character."""
    body = _decode(content)
    if body is None and (complete := replace_half_characters(content)) != content:
        body = _decode(complete)  # one bad character must not cost the whole response
    return body if isinstance(body, kind) else None


def _decode(content: bytes) -> Any:
    try:
        with without_collector():
            return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _segment(name: str, value: object) -> str:
    if isinstance(value, str):
        if value.isascii() and value.isalnum():  # as nearly all IDs are
            return value
        if value.strip() and not set(value) <= {"."}:
            return quote(value, safe="")
    raise ArgumentError(f"{name} is {value!r}.", "Pass the ID as the API shows it, as a string.")


def _json(body: Mapping[str, Any]) -> bytes:
    # As httpx writes it.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _form_with(file: File) -> tuple[bytes, str]:
    files = {file.field: (file.name, file.content, file.media_type)}
    form = httpx.Request("POST", "https://form.test/", data={**file.fields}, files=files)
    return form.read(), form.headers["Content-Type"]
