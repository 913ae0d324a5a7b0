"""Proxies and certificates: variables that the HTTP libraries read."""

from __future__ import annotations

import os

from ghl_notebook.errors import SettingsError

from .addresses import split_address
from .table import IN_LOWER_CASE, Environ, read

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def network_settings(environ: Environ = None) -> list[str]:
    """Return the names of the variables that are set."""
    names = [*_spellings(), "SSL_CERT_FILE", "SSL_CERT_DIR"]
    return [name for name in names if read(name, environ)]


def check_network_settings(environ: Environ = None) -> None:
    """Check the values that would make an HTTP library fail later, or wait: a pipe, for instance.

    Raises
    ------
    SettingsError
        A proxy is not an address, or certificates are not a file or a folder. The error does not
        show a proxy's address, because it may hold a password.
    """
    # No local variable holds a proxy's address, because a traceback may show local variables.
    for name in _spellings():
        if name.upper() != "NO_PROXY" and not _is_proxy(read(name, environ)):
            raise SettingsError(
                f"{name} must be the address of a proxy.",
                "Set it to an address such as http://proxy.example:3128, or unset it.",
            )
    for name, is_right, what in (
        ("SSL_CERT_FILE", os.path.isfile, "a file of certificates in PEM format"),
        ("SSL_CERT_DIR", os.path.isdir, "a folder of certificates"),
    ):
        value = read(name, environ)
        if value and not is_right(value):
            raise SettingsError(
                f"{name} must be {what}, not {value!r}.", f"Set it to {what}, or unset it."
            )


def _spellings() -> list[str]:
    return [spelled for name in IN_LOWER_CASE for spelled in (name, name.lower())]


def _is_proxy(value: str) -> bool:
    parts = split_address(value if "://" in value else f"http://{value}")
    return not value or (parts is not None and parts.scheme in _PROXY_SCHEMES)
