"""What every request to the API has in common: headers, proxies, and certificates."""

from __future__ import annotations

import errno
import functools
import ssl
from importlib.metadata import version
from typing import Any, Final

import httpx

from ghl_notebook.errors import (
    ConnectionFailedError,
    GHLError,
    SettingsError,
    raise_without_context,
)
from ghl_notebook.settings import check_network_settings, is_loopback, network_settings

API_VERSION: Final = "2021-07-28"
API_V3: Final = "v3"
API_VERSIONS: Final = ("2021-04-15", API_VERSION, "2023-02-21", API_V3)
"""What the API accepts as ``Version``; a path that all versions have is answered under any."""

TOO_MANY_FILES: Final = (errno.EMFILE, errno.ENFILE)
_DEEPEST: Final = 10
"""Causes of an error that are examined; they may lead back to each other."""
MORE_FILES: Final = "Close files and connections of this process, or raise its limit (ulimit -n)."


def client_options(base_url: str, api_version: str = API_VERSION) -> dict[str, Any]:
    """Return what every ``httpx.AsyncClient`` of the API is made with.

    Parameters
    ----------
    base_url : str
        The API's address.
    api_version : str
        The header ``Version``.

    Raises
    ------
    SettingsError
        If the environment names a proxy or certificates that are invalid.
    """
    url = httpx.URL(base_url)
    if not is_loopback(url.host):
        check_network_settings()
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


def open_client(base_url: str, *, api_version: str = API_VERSION, **more: Any) -> httpx.AsyncClient:
    """Make an HTTP client of the API, with what else httpx accepts.

    Raises
    ------
    SettingsError
        If a proxy or a file of certificates, which the environment names, cannot be used.
    ConnectionFailedError
        If no more files can be opened.
    """
    try:
        return httpx.AsyncClient(**client_options(base_url, api_version), **more)
    except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
        # httpx's frames show the proxy's address, with its password.
        raise_without_context(unusable(error))


def unusable(error: Exception) -> GHLError:
    """Return the error with the reason why no connection can be set up at all."""
    if is_out_of_files(error):
        failure = ConnectionFailedError(
            "No connection can be set up: too many files are open.", MORE_FILES
        )
        failure.was_sent = False
        return failure
    names = network_settings()
    said = f"what {' or '.join(names)} says" if names else "the system's proxy or certificates"
    return SettingsError(
        f"No connection can be set up with {said} ({type(error).__name__}).",
        "Correct or unset it: a proxy is an address, as in http://proxy.example:3128; "
        "SSL_CERT_FILE is a file of certificates in PEM, SSL_CERT_DIR a folder of them.",
    )


def is_out_of_files(error: BaseException | None) -> bool:
    """Tell whether an error comes from the limit of open files."""
    for _ in range(_DEEPEST):
        if error is None:
            break
        if isinstance(error, OSError) and error.errno in TOO_MANY_FILES:
            return True
        several = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
        error = next(iter(several), None) or error.__cause__ or error.__context__
    return False


def trusted(url: httpx.URL) -> ssl.SSLContext | bool:
    """Return which certificates are accepted at an address, as httpx's ``verify``.

    Loading the machine's certificates takes longer than most calls of a simulator, and plain HTTP
    never needs them: settings allow it for this computer only.
    """
    return True if url.scheme == "https" else _nobody()


@functools.cache
def _nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
