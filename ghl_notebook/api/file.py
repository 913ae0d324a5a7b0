"""A file on its way to the service."""

from __future__ import annotations

import httpx
import msgspec

from .exchange import Request


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

    def sent_with(self, request: Request) -> Request:
        """Return a request as it was made, with the file as its body."""
        files = {self.field: (self.name, self.content, self.media_type)}
        form = httpx.Request("POST", "https://form.test/", files=files)
        return request._replace(content=form.read(), content_type=form.headers["Content-Type"])
