"""What a page says to the kernel, as one of the messages that it may say."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

_log = logging.getLogger("ghl_notebook.widgets")


def read_said(content: object, kinds: Any) -> Any:
    """Read a page's message as one of some kinds; None for one that makes no sense."""
    try:
        return msgspec.convert(content, kinds)
    except msgspec.ValidationError as error:
        _log.debug("A message of the page was not understood: %s", error)
        return None
