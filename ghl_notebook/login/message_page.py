"""A page that only says something: where a login has ended, or an address leads nowhere."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from .serving import PRIVATE_HEADERS
from .static_files import read_page

if TYPE_CHECKING:
    from starlette.responses import Response


def message_page(status: int, title: str, text: str) -> Response:
    """Return an answer that is read by a person, and shows nothing of its own address."""
    from starlette.responses import Response

    page = read_page("message.html")
    policy = (
        f"default-src 'none'; script-src {_hash_of('script', page)}; "
        f"style-src {_hash_of('style', page)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Response(
        page.replace("{title}", title).replace("{text}", text),
        status_code=status,
        headers={"Content-Security-Policy": policy, **PRIVATE_HEADERS},
        media_type="text/html; charset=utf-8",
    )


def _hash_of(tag: str, page: str) -> str:
    """Return how a policy allows the one inline element of a page."""
    (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return f"'sha256-{digest}'"
