"""A request and its answer, whatever library carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret


class Request(NamedTuple):
    """What is sent, but for the headers that all requests have.

    Attributes
    ----------
    method : str
        The verb.
    target : str
        Path and query, percent-encoded.
    content : bytes or None
        The body.
    content_type : str
        Of the body.
    """

    method: str
    target: str
    content: bytes | None = None
    content_type: str = "application/json"


@dataclass(slots=True, repr=False)
class Answer:
    """What came back, read whole.

    Attributes
    ----------
    status : int
        The HTTP status.
    headers : Mapping
        By their names in lower case; of one that is there twice the last. Without ``Location``.
    content : bytes
        The body, unpacked.
    location : Secret or None
        The first ``Location``: it may be an authorization URL.
    sent : Secret or None
        The access token that was sent, which no error may repeat.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    location: Secret | None = None
    sent: Secret | None = None

    @while_made
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}>"  # a body may repeat what was sent

    @property
    def is_redirect(self) -> bool:
        """Whether it leads somewhere else."""
        return 300 <= self.status < 400

    @property
    def content_type(self) -> str:
        """What it says that its body is."""
        return self.headers.get("content-type", "")


async def put_location_aside(response: httpx.Response) -> None:
    """Keep an answer's first ``Location`` from httpx, for `answer_of`.

    httpx parses the address of a redirect that it is not to follow, and fails for an odd one.
    """
    found = response.headers.get_list("location")
    if found:
        response.extensions["location"] = Secret(found[0])
        del response.headers["location"]


def answer_of(response: httpx.Response) -> Answer:
    """Make an answer of httpx's, which was read whole and `put_location_aside` has seen."""
    sent = response.request.headers.get("authorization", "").split()[1:]
    return Answer(
        response.status_code,
        dict(response.headers.multi_items()),
        response.content,
        location=response.extensions.get("location"),
        sent=Secret(sent[0]) if sent else None,
    )
