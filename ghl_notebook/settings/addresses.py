"""Addresses that a token may be sent to, and origins that a message may come from."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ghl_notebook.errors import SettingsError
from ghl_notebook.sanitize import hide_tokens, one_line

from .table import DEFAULT_BASE_URL

SAME_ORIGIN: Final = "self"
"""In `allowed_origins`: the notebook page's own origin (a simulator behind the notebook server)."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# Browsers and libraries read a name whose last part is a number as an IPv4 address.
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]+\.?$){_LABEL}\.?")
_MAX_ADDRESS = 2_000  # characters; libraries fail on longer addresses
_MAX_HOST = 253  # characters; the limit of the DNS
_PORTS = {"https": 443, "http": 80}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this computer."""
    return host in _LOOPBACK


def is_printable(value: str) -> bool:
    """Tell whether text is printable ASCII without spaces, as tokens, IDs, and addresses are."""
    return value.isascii() and value.isprintable() and " " not in value


def split_address(value: str) -> SplitResult | None:
    """Split an address into its parts; None if it is not an address."""
    text: object = value  # not every caller has a type checker
    if not isinstance(text, str):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # urlsplit checks the port only when it is read
    except ValueError:
        return None
    return parts if parts.hostname and parts.port != 0 and is_printable(text) else None


def check_base_url(value: str) -> str:
    """Return an address of the API without a slash at its end.

    Raises
    ------
    SettingsError
        The value is not a plain https address.
    """
    parts = split_address(value)
    advice = f"Set it to {DEFAULT_BASE_URL}, or leave it out."
    if parts is None or not _is_plain(value, parts):
        raise SettingsError(
            "base_url (GHL_BASE_URL) must be an address with scheme and host, and nothing else "
            "but a port and a path.",
            advice,
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise SettingsError(
            "base_url (GHL_BASE_URL) must start with https://, or with http:// on this computer.",
            advice,
        )
    return value.rstrip("/")


def check_origin(value: str) -> str:
    """Return an origin as browsers write it.

    Raises
    ------
    SettingsError
        The value is not an origin.
    """
    if value == SAME_ORIGIN:
        return value
    parts = split_address(value)
    is_plain = parts is not None and _is_plain(value, parts) and parts.path in ("", "/")
    if parts is None or not is_plain or parts.scheme not in _PORTS:
        raise SettingsError(
            f"allowed_origins (GHL_ALLOWED_ORIGINS) must be origins, not "
            f"{one_line(repr(value), 200)}.",
            f"An origin is a scheme and a host, such as {DEFAULT_BASE_URL}. List each host "
            "separately.",
        )
    # Browsers use lower case and leave out the scheme's own port.
    host = parts.netloc
    if host.startswith("["):
        host = host.replace(str(parts.hostname), ip_address(str(parts.hostname)).compressed)
    origin = f"{parts.scheme}://{host}".lower()
    return origin.removesuffix(f":{_PORTS[parts.scheme]}")


def _is_plain(value: str, parts: SplitResult) -> bool:
    """Tell whether an address lacks a password, a query, a fragment, and a wildcard."""
    host = parts.hostname or ""
    is_short = len(value) <= _MAX_ADDRESS and len(host) <= _MAX_HOST
    has_odd = set("@?#\\") & set(value) or parts.netloc.endswith(":")
    return is_short and not has_odd and (_NAME.fullmatch(host) is not None or _is_ip(host))


def _is_ip(host: str) -> bool:
    with suppress(ValueError):
        return "%" not in host and bool(ip_address(host))
    return False


_IDS_IN_ADDRESSES: Final = {
    "location_id": re.compile(
        r"/locations?/([A-Za-z0-9]{8,})(?:[/?#]|$)|[?&#]location_?[iI]d=([A-Za-z0-9]{8,})"
    ),
    "company_id": re.compile(
        r"/(?:company|companies)/([A-Za-z0-9]{8,})(?:[/?#]|$)|[?&#]company_?[iI]d=([A-Za-z0-9]{8,})"
    ),
}


def id_in_address(name: str, text: str) -> str:
    """Return the ID that the address of a page contains, as a browser shows it.

    Raises
    ------
    SettingsError
        If the address does not contain the ID.
    """
    if hide_tokens(text) != text:
        return text  # the caller rejects it
    pattern = _IDS_IN_ADDRESSES.get(name.lower().removeprefix("ghl_"))
    found = pattern.search(text) if pattern else None
    if found:
        return found[1] or found[2]
    raise SettingsError(
        f"{name} must be an ID, not {one_line(repr(text), 200)}, an address without the ID.",
        "Pass only the ID. A sub-account's ID is in its address, after /location/.",
    )
