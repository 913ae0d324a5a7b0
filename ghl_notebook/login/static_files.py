"""The scripts, styles, and pages of logins that browsers get, each as a single text."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ghl_notebook.widgets import read_script, read_style

from .asgi_server import PRIVATE_HEADERS

if TYPE_CHECKING:
    from starlette.responses import Response

_STATIC: Final = Path(__file__).parent / "static"
_OWN_STYLE: Final = {"app": [_STATIC / "app.css"]}


def card_script(card: str) -> str:
    """Return the module of a card, by its name."""
    return read_script(_STATIC / f"{card}.js")


def card_style(card: str) -> str:
    """Return the style of a card, by its name."""
    return read_style(card_style_file(), *_OWN_STYLE.get(card, []))


def card_style_file() -> Path:
    """Return the file with the style that all cards share."""
    return _STATIC / "card.css"


@cache
def read_page(name: str) -> str:
    """Return a file unchanged."""
    return (_STATIC / name).read_text(encoding="utf-8")


def message_page(status: int, title: str, text: str) -> Response:
    """Return a page for a user: the last page of a login, or a page for an invalid address."""
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
    """Return the source expression of a policy that allows a page's only inline element."""
    (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return f"'sha256-{digest}'"
