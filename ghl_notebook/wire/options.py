"""What every request to the service has in common, whoever sends it."""

from __future__ import annotations

import functools
import ssl
from importlib.metadata import version
from typing import Any, Final

import httpx

from ghl_notebook.settings import is_loopback

API_VERSION: Final = "2021-07-28"
API_V3: Final = "v3"
API_VERSIONS: Final = ("2021-04-15", API_VERSION, "2023-02-21", API_V3)
"""What the service accepts as its ``Version``; a path that all know is answered under any."""


def client_options(base_url: str, api_version: str = API_VERSION) -> dict[str, Any]:
    """Return what every ``httpx.AsyncClient`` of the service is made with.

    Parameters
    ----------
    base_url : str
        The API's address.
    api_version : str
        The header ``Version``.
    """
    url = httpx.URL(base_url)
    return {
        "base_url": base_url,
        "headers": {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",  # and nothing else that the libraries could unpack
            # The CDN in front of the service refuses some default ones (403, 1010).
            "User-Agent": f"ghl-notebook/{version('ghl-notebook')}",
            "Version": api_version,
        },
        "follow_redirects": False,
        # A proxy from the environment cannot reach a simulator on this computer.
        "trust_env": not is_loopback(url.host),
        "verify": trusted(url),
    }


def trusted(url: httpx.URL) -> ssl.SSLContext | bool:
    """Return whose certificates are accepted at an address, as httpx's ``verify``.

    Loading the machine's certificates takes longer than most calls of a simulator, and plain HTTP
    never needs them: settings allow it for this computer only.
    """
    return True if url.scheme == "https" else _nobody()


@functools.cache
def _nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
