"""What sends requests: by httpx, or by pyreqwest where many are in flight at once."""

from __future__ import annotations

from contextlib import suppress

import httpx

from .httpx_transport import HttpxTransport
from .options import API_VERSION
from .pyreqwest_transport import PyreqwestTransport

Transport = HttpxTransport | PyreqwestTransport
"""Sends requests to the API. The clients of many sub-accounts may share one."""


def open_transport(
    base_url: str,
    *,
    timeout: float,
    api_version: str = API_VERSION,
    is_wide: bool = False,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Transport:
    """Open what sends requests to the API.

    Parameters
    ----------
    base_url, timeout, api_version, transport
        As for `HttpxTransport`.
    is_wide : bool
        Whether many requests are to be in flight at once, if pyreqwest can be used.

    Raises
    ------
    SettingsError
        If a proxy or a file of certificates from the environment cannot be used.
    ConnectionFailedError
        If no more files can be opened.
    """
    if is_wide and transport is None:
        # pyreqwest has no wheel for some platforms, and cannot be used in the child of a process
        # that has used it.
        with suppress(ImportError, RuntimeError):
            return PyreqwestTransport(base_url, timeout=timeout, api_version=api_version)
    return HttpxTransport(base_url, timeout=timeout, api_version=api_version, transport=transport)
