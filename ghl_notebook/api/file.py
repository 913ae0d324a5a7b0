"""A file on its way to the service."""

from __future__ import annotations

import httpx
import msgspec


class File(msgspec.Struct, frozen=True):
    """What is uploaded: a file of a form, under the name that the service reads.

    Attributes
    ----------
    field : str
        The form's field.
    name : str
        The file's own name.
    content : bytes
        What is in it.
    media_type : str
        What it is.
    """

    field: str
    name: str
    content: bytes
    media_type: str

    def sent_with(self, request: httpx.Request) -> httpx.Request:
        """Return a request as it was made, with the file as its body."""
        headers = {k: v for k, v in request.headers.items() if k not in _OF_THE_BODY}
        made = httpx.Request(
            request.method,
            request.url,
            headers=headers,
            files={self.field: (self.name, self.content, self.media_type)},
            extensions=request.extensions,
        )
        made.read()  # so that it can be sent again
        return made


_OF_THE_BODY = frozenset({"content-length", "content-type", "transfer-encoding"})
