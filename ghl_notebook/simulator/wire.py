"""A request and an answer, as the rooms of the simulator hand them to each other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .faults import refuse
from .installs import Installs
from .levers import Levers
from .planners import Planners
from .state import State


@dataclass(slots=True)
class World:
    """What every handler sees: the state, the levers, and the address browsers use.

    Attributes
    ----------
    installs : Installs
        Who installed the app, and the tokens that came of it.
    planners : Planners
        What is planned and published, by sub-account.
    public_url : str
        Without a slash at its end; a path such as "/user/x/proxy/8123" behind a reverse proxy.
    base_url : str
        The address on this machine.
    """

    state: State
    levers: Levers
    public_url: str = ""
    base_url: str = ""
    installs: Installs = field(init=False)
    planners: Planners = field(init=False)

    def __post_init__(self) -> None:
        self.installs = Installs(self.state, self.levers)
        self.planners = Planners(self.state)

    def avatar(self, number: int) -> str:
        """Return the address of a picture."""
        return f"{self.public_url}/avatars/{number}.svg"


@dataclass(slots=True)
class Call:
    """One request, read completely."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    params: dict[str, str] = field(default_factory=dict)

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
        """Return the fields of a form-encoded body; none where it is something else."""
        if self.media_type != "application/x-www-form-urlencoded":
            return {}
        text = self.body.decode(errors="replace")
        return dict(parse_qsl(text, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A JSON object that was written down before, for answers that are sent often.

    Attributes
    ----------
    text : bytes
        With its braces and at least one key.
    trace_id : str
        What is told as ``traceId``, if anything.
    """

    text: bytes
    trace_id: str = ""

    def content(self) -> bytes:
        """Return what is sent."""
        if not self.trace_id:
            return self.text
        return b'%b,"traceId":"%b"}' % (self.text[:-1], self.trace_id.encode())


def write_json(body: Any) -> bytes:
    """Write JSON as the service does, without spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class Answer:
    """One answer: JSON for a dict, a list or an `Encoded`, else text or bytes as they are."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request and what it was answered, without the bearer.

    Attributes
    ----------
    headers : dict
        Names in lower case; ``authorization`` holds the scheme only.
    body, answer : object
        Parsed where it is JSON, else the text.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any


def enveloped(
    status: int, message: str, results: dict[str, Any] | None = None, code: int | None = None
) -> Answer:
    """Return an answer in the service's envelope; ``code`` is what it says its status is."""
    body: dict[str, Any] = {"success": True, "statusCode": code or status, "message": message}
    return Answer(status, body if results is None else {**body, "results": results})


def require(call: Call, *keys: str) -> None:
    """Refuse a request without one of these in its query."""
    faults = [f"{key} should not be empty" for key in keys if not call.query.get(key)]
    if faults:
        raise refuse(422, faults)
