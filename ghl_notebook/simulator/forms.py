"""Multipart forms: the parts of a request that uploads a file."""

from __future__ import annotations

import email
import email.policy
from typing import NamedTuple

from .request import SimRequest


class FormPart(NamedTuple):
    """A part of a form; only a file has a name of its own."""

    content: bytes
    file_name: str
    media_type: str

    @property
    def text(self) -> str:
        """The content of a field that is not a file."""
        return self.content.decode(errors="replace")


def parts(request: SimRequest) -> dict[str, FormPart]:
    """Return the parts of a form by their field; none for another content type."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    form = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    found = {}
    for part in form.iter_parts() if form.is_multipart() else ():
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if isinstance(content, bytes) and isinstance(name, str):
            found[name] = FormPart(content, part.get_filename() or "", part.get_content_type())
    return found
