"""Parse a page's message to the kernel."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

_log = logging.getLogger("ghl_notebook.widgets")


def parse_message(content: object, types: Any) -> Any:
    """Return a page's message as one of some message types; None if it is not valid."""
    try:
        return msgspec.convert(content, types)
    except msgspec.ValidationError as error:
        _log.debug("A message of the page was not understood: %s", error)
        return None
