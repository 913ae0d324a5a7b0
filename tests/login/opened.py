"""What a browser is given in order to open a login: a file that leads on."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/open/[\w-]+")


def file_of(url: str) -> Path:
    """Return the file that a browser was given."""
    assert url.startswith("file://")
    return Path(url2pathname(urlsplit(url).path))


def address_in(file: Path) -> str:
    """Return where a file leads."""
    found = ADDRESS.search(file.read_text("utf-8"))
    assert found
    return found[0]
