"""What an answer means to the client, by the name of the error that it is."""

from __future__ import annotations

import httpx

from ghl_notebook.api.verdict import error_of


def meaning_of(response: httpx.Response) -> str:
    """Return the name of the error that an answer is by its status; empty for none."""
    if response.status_code < 400:
        return ""
    error = error_of("", response)
    return type(error).__name__ if error else ""
