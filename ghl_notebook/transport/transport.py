"""What sends requests: by httpx, or by pyreqwest where many are in flight at once."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

import httpx

from ghl_notebook.secret import Secret

from .httpx_transport import HttpxTransport
from .messages import Request, Response
from .options import API_VERSION
from .pyreqwest_transport import PyreqwestTransport


class Transport(Protocol):
    """Sends requests to the API. The clients of many sub-accounts may share one."""

    base_url: str
    api_version: str
    host: str

    @property
    def in_flight(self) -> int:
        """How many requests at once it supports."""
        ...

    @property
    def is_closed(self) -> bool:
        """Whether it sends nothing any more."""
        ...

    async def send(self, request: Request, token: Secret | None, seconds: float) -> Response:
        """Send a request with the headers that all share, and return its response.

        Parameters
        ----------
        request : Request
            What to send.
        token : Secret or None
            The access token.
        seconds : float
            The time limit, the body included.

        Raises
        ------
        Exception
            One of `FAILURES`, of which `failure_of` makes an error of ours.
        GHLError
            If no connection can be set up at all.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


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
