"""The only reader of environment variables."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from platformdirs import user_data_dir

from .errors import SettingsError
from .sanitize import hide_tokens, one_line
from .secret import Secret

DEFAULT_BASE_URL = "https://services.leadconnectorhq.com"

DEFAULT_AUTHORIZE_URL = "https://marketplace.gohighlevel.com/oauth/chooselocation"

# Nobody has published a logged `event.origin`; the provider redirects to the first host, and the
# second serves the same application. A refused origin is shown with the setting's name.
DEFAULT_ALLOWED_ORIGINS = (
    "https://services.leadconnectorhq.com",
    "https://backend.leadconnectorhq.com",
)

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# A name whose last part is a number is taken for an IPv4 address, by browsers as well.
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]+\.?$){_LABEL}\.?")
_LONGEST = 2_000
"""Characters of an address: far more than anybody needs, and what libraries can take."""
_PORTS = {"https": 443, "http": 80}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")

SAME_ORIGIN = "self"
"""In `allowed_origins`: the notebook page's own origin (a simulator behind the notebook server)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client needs to know, from arguments first and the environment second.

    Attributes
    ----------
    token : Secret
        Bearer token (``GHL_TOKEN``); empty when there is none.
    token_source : str
        Where it comes from, in words.
    location_id : str or None
        The sub-account (``GHL_LOCATION_ID``).
    user_id : str or None
        The user who will own connections (``GHL_USER_ID``); resolved from the API when None.
    base_url : str
        The API's address (``GHL_BASE_URL``), without a slash at its end.
    allowed_origins : tuple of str
        Origins whose `message` events may finish a login (``GHL_ALLOWED_ORIGINS``, separated by
        commas).
    """

    token: Secret
    token_source: str
    location_id: str | None
    user_id: str | None
    base_url: str
    allowed_origins: tuple[str, ...]


def read_settings(
    *,
    token: str | Secret | None = None,
    location_id: str | None = None,
    user_id: str | None = None,
    base_url: str | None = None,
    allowed_origins: tuple[str, ...] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Complete the arguments with the environment and check the result.

    Parameters
    ----------
    token, location_id, user_id, base_url, allowed_origins
        See `Settings`; None means: take it from the environment, or its default.
    environ : Mapping, optional
        The environment; the process's own by default.

    Raises
    ------
    SettingsError
        If a value makes no sense, or there is a token and no sub-account.
    """
    token_source = "GHL_TOKEN" if token is None else "the token that was passed"
    # A traceback may show this frame's locals: they hold no bare token and no environment.
    secret = Secret(_get(environ, "GHL_TOKEN") if token is None else token)
    del token
    location = check_id("GHL_LOCATION_ID", location_id or _get(environ, "GHL_LOCATION_ID"))
    if secret and not location:
        raise SettingsError(
            "There is a token, and GHL_LOCATION_ID is not set.",
            "Set it in the environment before Jupyter starts, or pass location_id to Client().",
        )
    if not _printable(secret.reveal()) and secret:
        raise SettingsError(
            "GHL_TOKEN holds a space, a line break or a character that a token never has.",
            "Copy the token again; take it without quotes and without 'Bearer '.",
        )
    return Settings(
        token=secret,
        token_source=token_source,
        location_id=location or None,
        user_id=check_id("GHL_USER_ID", user_id or _get(environ, "GHL_USER_ID")) or None,
        base_url=read_base_url(base_url, environ=environ),
        allowed_origins=read_allowed_origins(allowed_origins, environ=environ),
    )


def check_id(name: str, value: str) -> str:
    """Return an id, of a sub-account for instance; empty for none.

    The id is taken out of the address of a sub-account's page, as a browser shows it.

    Raises
    ------
    SettingsError
        If it is none. A token that was passed in its place is not shown.
    """
    text: object = value  # not every caller has a type checker
    if not isinstance(text, str):
        raise SettingsError(f"{name} is a {type(text).__name__}.", "Pass the id as a string.")
    text = _id_in_address(name, text.strip()) if "/" in text else text
    if not _printable(text):
        raise SettingsError(
            f"{name} holds a space or a character that an id never has.",
            "Copy it again: a sub-account's id stands in its address after /location/.",
        )
    # One id in 200,000 begins as a token does; but no token is of letters and digits alone.
    if not text.isalnum() and hide_tokens(text) != text:
        raise SettingsError(
            f"{name} is a token, or an address with a password.",
            "Pass the token first, and then the id of the sub-account: Client(token, location_id).",
        )
    return text


_IDS_IN_ADDRESSES = {
    "location_id": re.compile(
        r"/locations?/([A-Za-z0-9]{8,})(?:[/?#]|$)|[?&#]location_?[iI]d=([A-Za-z0-9]{8,})"
    ),
    "company_id": re.compile(
        r"/(?:company|companies)/([A-Za-z0-9]{8,})(?:[/?#]|$)|[?&#]company_?[iI]d=([A-Za-z0-9]{8,})"
    ),
}


def _id_in_address(name: str, text: str) -> str:
    """Return the id that an address names."""
    known = _IDS_IN_ADDRESSES.get(name.lower().removeprefix("ghl_"))
    found = known.search(text) if known and hide_tokens(text) == text else None
    if found:
        return found[1] or found[2]
    if hide_tokens(text) != text:
        return text  # which the caller refuses
    raise SettingsError(
        f"{name} is {one_line(repr(text), 200)}, an address without the id.",
        "Pass the id alone: a sub-account's stands in its address after /location/.",
    )


def read_allowed_origins(
    allowed_origins: tuple[str, ...] | None = None, *, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Read the origins alone (``GHL_ALLOWED_ORIGINS``, if none are passed).

    Raises
    ------
    SettingsError
        If one of them is no origin.
    """
    origins = allowed_origins
    if origins is None:
        listed = [o.strip() for o in _get(environ, "GHL_ALLOWED_ORIGINS").split(",")]
        origins = tuple(o for o in listed if o) or DEFAULT_ALLOWED_ORIGINS
    passed: object = origins
    if not isinstance(passed, list | tuple) or not all(isinstance(o, str) for o in passed):
        raise SettingsError(
            "allowed_origins is not a tuple of strings.",
            'Pass it as in ("https://services.leadconnectorhq.com",).',
        )
    return tuple(dict.fromkeys(_origin(o) for o in origins))


def read_location_id(environ: Mapping[str, str] | None = None) -> str | None:
    """Read the sub-account alone (``GHL_LOCATION_ID``)."""
    return check_id("GHL_LOCATION_ID", _get(environ, "GHL_LOCATION_ID")) or None


def read_company_id(environ: Mapping[str, str] | None = None) -> str | None:
    """Read the agency alone (``GHL_COMPANY_ID``)."""
    return check_id("GHL_COMPANY_ID", _get(environ, "GHL_COMPANY_ID")) or None


def read_base_url(base_url: str | None = None, *, environ: Mapping[str, str] | None = None) -> str:
    """Read the API's address alone (``GHL_BASE_URL``, if none is passed).

    Raises
    ------
    SettingsError
        If it makes no sense.
    """
    return _base_url(base_url or _get(environ, "GHL_BASE_URL") or DEFAULT_BASE_URL)


@dataclass(frozen=True, slots=True)
class AppSettings:
    """A marketplace app, as the environment describes it.

    Attributes
    ----------
    client_id : str
        ``GHL_CLIENT_ID``.
    client_secret : Secret
        ``GHL_CLIENT_SECRET``.
    redirect_uri : str
        ``GHL_REDIRECT_URI``: one of those that the app has registered.
    scopes : tuple of str
        ``GHL_SCOPES``, separated by spaces or commas.
    authorize_url : str
        ``GHL_AUTHORIZE_URL``, or `DEFAULT_AUTHORIZE_URL`.
    """

    client_id: str
    client_secret: Secret
    redirect_uri: str
    scopes: tuple[str, ...]
    authorize_url: str


def read_app_settings(environ: Mapping[str, str] | None = None) -> AppSettings | None:
    """Read the marketplace app from the environment; None when it names none.

    Raises
    ------
    SettingsError
        If there is a ``GHL_CLIENT_ID`` without the rest; the message names what is missing.
    """
    client_id = _get(environ, "GHL_CLIENT_ID")
    if not client_id:
        return None
    # A traceback may show this frame's locals: they hold no bare secret.
    secret = Secret(_get(environ, "GHL_CLIENT_SECRET"))
    redirect_uri = _get(environ, "GHL_REDIRECT_URI")
    scopes = tuple(_get(environ, "GHL_SCOPES").replace(",", " ").split())
    read = {"GHL_CLIENT_SECRET": secret, "GHL_REDIRECT_URI": redirect_uri, "GHL_SCOPES": scopes}
    missing = [name for name, value in read.items() if not value]
    if missing:
        raise SettingsError(
            f"GHL_CLIENT_ID names an app, but {_listed(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not set.",
            "Copy them from the app's settings in the marketplace, or unset GHL_CLIENT_ID.",
        )
    authorize_url = _get(environ, "GHL_AUTHORIZE_URL") or DEFAULT_AUTHORIZE_URL
    return AppSettings(client_id, secret, redirect_uri, scopes, authorize_url)


@dataclass(frozen=True, slots=True)
class RenewalSettings:
    """What renews a login where nobody can log in.

    Attributes
    ----------
    client_id : str
        ``GHL_CLIENT_ID``.
    client_secret : Secret
        ``GHL_CLIENT_SECRET``.
    refresh_token : Secret
        ``GHL_REFRESH_TOKEN``, of an earlier login; empty when there is none.
    """

    client_id: str
    client_secret: Secret
    refresh_token: Secret


def read_renewal_settings(environ: Mapping[str, str] | None = None) -> RenewalSettings | None:
    """Read the client secret, and a refresh token to begin with; None when no app is named.

    Raises
    ------
    SettingsError
        If there is a ``GHL_REFRESH_TOKEN`` without the app that it is of.
    """
    client_id = _get(environ, "GHL_CLIENT_ID")
    secret = Secret(_get(environ, "GHL_CLIENT_SECRET"))
    refresh_token = Secret(_get(environ, "GHL_REFRESH_TOKEN"))
    if refresh_token and not (client_id and secret):
        raise SettingsError(
            "GHL_REFRESH_TOKEN is set, and GHL_CLIENT_ID or GHL_CLIENT_SECRET is not.",
            "Set both: a refresh token is of use to its own app only.",
        )
    return RenewalSettings(client_id, secret, refresh_token) if client_id and secret else None


def read_credentials_folder(environ: Mapping[str, str] | None = None) -> tuple[Path, bool]:
    """Return the folder for credentials, and whether the user has named it.

    ``GHL_CREDENTIALS_DIR``, else the platform's folder for data of an application.
    """
    named = _get(environ, "GHL_CREDENTIALS_DIR")
    if named:
        with suppress(RuntimeError):  # the home of a user that there is not
            return Path(named).expanduser(), True
        raise SettingsError(
            "GHL_CREDENTIALS_DIR begins with a home folder that there is not.",
            "Write the whole path of the folder.",
        )
    return Path(user_data_dir("ghl_notebook", appauthor=False)) / "credentials", False


def read_plans_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for the record of what `schedule_posts` sends.

    ``GHL_PLANS_DIR``, else the platform's folder for data of an application.
    """
    named = _get(environ, "GHL_PLANS_DIR")
    if named:
        return Path(named).expanduser()
    return Path(user_data_dir("ghl_notebook", appauthor=False)) / "plans"


def network_settings(environ: Mapping[str, str] | None = None) -> list[str]:
    """Name what is set of the variables that HTTP libraries read: of proxies and certificates."""
    listed = [*_PROXIES, "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"]
    return [name for name in listed if _get(environ, name)]


def check_network_settings(environ: Mapping[str, str] | None = None) -> None:
    """Look at what HTTP libraries would stumble over later, or wait for: a pipe, for instance.

    Raises
    ------
    SettingsError
        If a proxy is no address, or what certificates are read from is no file, or no folder. The
        value is not shown: a proxy's address may hold a password.
    """
    # No local variable holds a value: a traceback may show it.
    for name in _PROXIES:
        if not _is_proxy(_get(environ, name)):
            raise SettingsError(
                f"{name} is not the address of a proxy.",
                "Set it to one, as in http://proxy.example:3128, or unset it.",
            )
    for name, is_there, what in (
        ("SSL_CERT_FILE", os.path.isfile, "a file of certificates in PEM"),
        ("SSL_CERT_DIR", os.path.isdir, "a folder of certificates"),
    ):
        value = _get(environ, name)
        if value and not is_there(value):
            raise SettingsError(
                f"{name} is {value!r}, which is not {what}.", f"Set it to {what}, or unset it."
            )


def _is_proxy(value: str) -> bool:
    parts = split_address(value if "://" in value else f"http://{value}")
    return not value or (parts is not None and parts.scheme in _PROXY_SCHEMES)


def now() -> datetime:
    """Return the current time: the clock of everything that is given no other."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How the demo reaches its user.

    Attributes
    ----------
    simulate_user : bool
        The simulator plays the user, no browser needed (``GHL_DEMO_USER=simulated``).
    public_url : str or None
        How a browser reaches the simulator, with ``{port}`` for its port
        (``GHL_DEMO_PUBLIC_URL``; on a hub made from ``JUPYTERHUB_SERVICE_PREFIX``).
        None: directly on 127.0.0.1.
    """

    simulate_user: bool
    public_url: str | None


def read_demo_settings(environ: Mapping[str, str] | None = None) -> DemoSettings:
    """Read how the demo is to run from the environment.

    Raises
    ------
    SettingsError
        If ``GHL_DEMO_USER`` is neither ``browser`` nor ``simulated``.
    """
    user = _get(environ, "GHL_DEMO_USER") or "browser"
    if user not in ("browser", "simulated"):
        raise SettingsError(
            f"GHL_DEMO_USER is {user!r}.", "Set it to 'browser' or 'simulated', or leave it out."
        )
    public_url = _get(environ, "GHL_DEMO_PUBLIC_URL") or None
    prefix = _get(environ, "JUPYTERHUB_SERVICE_PREFIX")
    if public_url is None and prefix:
        # On a hub (Binder) the browser is elsewhere: jupyter-server-proxy leads to the simulator.
        public_url = f"/{prefix.strip('/')}/proxy/{{port}}".replace("//", "/")
    return DemoSettings(simulate_user=user == "simulated", public_url=public_url)


def read_pictures(pictures: str | None = None, *, environ: Mapping[str, str] | None = None) -> str:
    """Read which pictures of accounts a page loads (``GHL_PICTURES``, if it is not passed).

    Returns
    -------
    str
        ``"platforms"`` or ``"none"``.

    Raises
    ------
    SettingsError
        If it is something else.
    """
    name, chosen = "pictures", pictures
    if chosen is None:
        name, chosen = "GHL_PICTURES", _get(environ, "GHL_PICTURES") or "platforms"
    if chosen not in ("platforms", "none"):
        raise SettingsError(
            f"{name} must be 'platforms' or 'none', not {chosen!r}.", "Set it to one of these."
        )
    return chosen


def read_account_ids(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Read the account ids of earlier logins, by platform, for where nobody can log in.

    ``GHL_ACCOUNT_IDS`` lists them separated by commas, as in
    ``instagram=66a1b2c3d4e5f60718293a4b,facebook=66a1b2c3d4e5f60718293a4c``.

    Raises
    ------
    SettingsError
        If a part of it is not platform and id.
    """
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in _get(environ, "GHL_ACCOUNT_IDS").split(","))):
        platform, is_there, account_id = (x.strip() for x in part.partition("="))
        if not (platform and is_there and account_id):
            raise SettingsError(
                f"GHL_ACCOUNT_IDS holds {part!r}, which is not platform and account id.",
                "Write it as in instagram=66a1b2c3d4e5f60718293a4b, several separated by commas.",
            )
        found[platform.lower().replace("_", "-")] = account_id
    return found


def has_desktop(environ: Mapping[str, str] | None = None, system: str = sys.platform) -> bool:
    """Tell whether a browser that is started here would be seen by somebody.

    On Linux that takes a display (``DISPLAY``, ``WAYLAND_DISPLAY``), or a ``BROWSER`` that the
    user has named; without them Python would start a text browser in the terminal.
    """
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return not system.startswith(("linux", "freebsd")) or any(_get(environ, n) for n in names)


def _get(environ: Mapping[str, str] | None, name: str) -> str:
    return (os.environ if environ is None else environ).get(name, "").strip()


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _printable(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this computer."""
    return host in _LOOPBACK


def split_address(value: str) -> SplitResult | None:
    """Take an address apart; None for what is none, or holds what an address never has."""
    text: object = value  # not every caller has a type checker
    if not isinstance(text, str):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # it is looked at only now
    except ValueError:
        return None
    return parts if parts.hostname and parts.port != 0 and _printable(text) else None


def _base_url(value: str) -> str:
    parts = split_address(value)
    if parts is None or not _is_plain(value, parts):
        raise SettingsError(
            "GHL_BASE_URL is not a plain address: scheme, host, and perhaps a port and a path.",
            f"Set it to {DEFAULT_BASE_URL} or leave it out.",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise SettingsError(
            "GHL_BASE_URL must begin with https:// (http:// only on this computer).",
            f"Set it to {DEFAULT_BASE_URL} or leave it out.",
        )
    return value.rstrip("/")


def _origin(value: str) -> str:
    if value == SAME_ORIGIN:
        return value
    parts = split_address(value)
    is_plain = parts is not None and _is_plain(value, parts) and parts.path in ("", "/")
    if parts is None or not is_plain or parts.scheme not in _PORTS:
        raise SettingsError(
            f"GHL_ALLOWED_ORIGINS holds {one_line(repr(value), 200)}, which is not an origin.",
            "An origin is scheme and host, as in https://services.leadconnectorhq.com; list each "
            "host by itself.",
        )
    # As browsers write it: in lower case, and without the scheme's own port.
    host = parts.netloc
    if host.startswith("["):
        host = host.replace(str(parts.hostname), ip_address(str(parts.hostname)).compressed)
    origin = f"{parts.scheme}://{host}".lower()
    return origin.removesuffix(f":{_PORTS[parts.scheme]}")


def _is_plain(value: str, parts: SplitResult) -> bool:
    """Tell whether an address has no password, question mark, fragment or wildcard in it."""
    host = parts.hostname or ""
    is_short = len(value) <= _LONGEST and len(host) <= 253
    has_odd = set("@?#\\") & set(value) or parts.netloc.endswith(":")
    return is_short and not has_odd and (_NAME.fullmatch(host) is not None or _is_ip(host))


def _is_ip(host: str) -> bool:
    with suppress(ValueError):
        return "%" not in host and bool(ip_address(host))
    return False
