"""The only reader of environment variables."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from platformdirs import user_data_dir

from ghl_notebook.errors import SettingsError
from ghl_notebook.sanitize import hide_tokens
from ghl_notebook.secret import Secret

from .addresses import SAME_ORIGIN as SAME_ORIGIN
from .addresses import check_base_url, check_origin, id_in_address, is_printable
from .addresses import is_loopback as is_loopback
from .addresses import split_address as split_address
from .network import check_network_settings as check_network_settings
from .network import network_settings as network_settings
from .table import DEFAULT_ALLOWED_ORIGINS as DEFAULT_ALLOWED_ORIGINS
from .table import DEFAULT_AUTHORIZE_URL as DEFAULT_AUTHORIZE_URL
from .table import DEFAULT_BASE_URL as DEFAULT_BASE_URL
from .table import SETTINGS as SETTINGS
from .table import Environ, check_choice, read, read_secret
from .table import markdown_tables as markdown_tables
from .table import names_set as names_set

MAX_EXPIRING_DAYS: Final = 365
"""The most days before its expiry from which a connection may count as expiring."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a client.

    Attributes
    ----------
    token : Secret
        Bearer token (``GHL_TOKEN``); empty if there is none.
    token_source : str
        Where the token comes from, in words.
    location_id, user_id : str or None
        ``GHL_LOCATION_ID`` and ``GHL_USER_ID``.
    base_url : str
        ``GHL_BASE_URL``, without a slash at its end.
    allowed_origins : tuple of str
        ``GHL_ALLOWED_ORIGINS``.
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
    environ: Environ = None,
) -> Settings:
    """Return a client's settings: from the arguments, else the environment, else the defaults.

    Raises
    ------
    SettingsError
        A value is invalid, or there is a token without a sub-account.
    """
    token_source = "GHL_TOKEN" if token is None else "the token that was passed"
    # A traceback may show this frame's variables, so none of them may hold the token itself.
    secret = read_secret("GHL_TOKEN", environ) if token is None else Secret(token)
    del token
    location = check_id("GHL_LOCATION_ID", location_id or read("GHL_LOCATION_ID", environ))
    if secret and not location:
        raise SettingsError(
            "A token needs its sub-account, but GHL_LOCATION_ID is not set.",
            "Set GHL_LOCATION_ID before you start Jupyter, or pass location_id to Client().",
        )
    if not is_printable(secret.reveal()) and secret:
        raise SettingsError(
            "GHL_TOKEN must not contain a space, a line break, or a non-ASCII character.",
            "Copy the token again, without quotes and without 'Bearer '.",
        )
    return Settings(
        token=secret,
        token_source=token_source,
        location_id=location or None,
        user_id=check_id("GHL_USER_ID", user_id or read("GHL_USER_ID", environ)) or None,
        base_url=read_base_url(base_url, environ=environ),
        allowed_origins=read_allowed_origins(allowed_origins, environ=environ),
    )


def check_id(name: str, value: str) -> str:
    """Return an ID, such as a sub-account's, also from the address of its page; empty for none.

    Raises
    ------
    SettingsError
        The value is not an ID. The error does not show it, because it may be a token.
    """
    text: object = value  # not every caller has a type checker
    if not isinstance(text, str):
        raise SettingsError(
            f"{name} must be a string, not a {type(text).__name__}.", "Pass the ID as a string."
        )
    text = id_in_address(name, text.strip()) if "/" in text else text
    if not is_printable(text):
        raise SettingsError(
            f"{name} must not contain a space or a non-ASCII character.",
            "Copy the ID again. A sub-account's ID is in its address, after /location/.",
        )
    # One ID in 200,000 starts as a token does, but no token consists of letters and digits alone.
    if not text.isalnum() and hide_tokens(text) != text:
        raise SettingsError(
            f"{name} must be an ID, not a token or an address with a password.",
            "Pass the token first, then the sub-account's ID: Client(token, location_id).",
        )
    return text


def read_allowed_origins(
    allowed_origins: tuple[str, ...] | None = None, *, environ: Environ = None
) -> tuple[str, ...]:
    """Return the origins that you pass, or else the ones in ``GHL_ALLOWED_ORIGINS``.

    Raises
    ------
    SettingsError
        One of them is not an origin.
    """
    origins = allowed_origins
    if origins is None:
        listed = [part.strip() for part in read("GHL_ALLOWED_ORIGINS", environ).split(",")]
        origins = tuple(filter(None, listed)) or DEFAULT_ALLOWED_ORIGINS
    passed: object = origins
    if not isinstance(passed, list | tuple) or not all(isinstance(one, str) for one in passed):
        raise SettingsError(
            "allowed_origins must be a tuple of strings.",
            f"Pass a tuple such as ({DEFAULT_BASE_URL!r},).",
        )
    return tuple(dict.fromkeys(map(check_origin, origins)))


def read_location_id(environ: Environ = None) -> str | None:
    """Return ``GHL_LOCATION_ID``."""
    return check_id("GHL_LOCATION_ID", read("GHL_LOCATION_ID", environ)) or None


def read_company_id(environ: Environ = None) -> str | None:
    """Return ``GHL_COMPANY_ID``."""
    return check_id("GHL_COMPANY_ID", read("GHL_COMPANY_ID", environ)) or None


def read_base_url(base_url: str | None = None, *, environ: Environ = None) -> str:
    """Return the API's address: the one that you pass, or ``GHL_BASE_URL``.

    Raises
    ------
    SettingsError
        The value is not a plain https address.
    """
    return check_base_url(base_url or read("GHL_BASE_URL", environ))


@dataclass(frozen=True, slots=True)
class AppSettings:
    """A marketplace app: ``GHL_CLIENT_ID``, ``GHL_CLIENT_SECRET``, and so on."""

    client_id: str
    client_secret: Secret
    redirect_uri: str
    scopes: tuple[str, ...]
    authorize_url: str


def read_app_settings(environ: Environ = None) -> AppSettings | None:
    """Return the marketplace app of the environment; None if ``GHL_CLIENT_ID`` is not set.

    Raises
    ------
    SettingsError
        Some variables of the app are not set; the error names all of them.
    """
    client_id = read("GHL_CLIENT_ID", environ)
    if not client_id:
        return None
    secret = read_secret("GHL_CLIENT_SECRET", environ)
    redirect_uri = read("GHL_REDIRECT_URI", environ)
    scopes = tuple(read("GHL_SCOPES", environ).replace(",", " ").split())
    needed = {"GHL_CLIENT_SECRET": secret, "GHL_REDIRECT_URI": redirect_uri, "GHL_SCOPES": scopes}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        listed = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        raise SettingsError(
            f"GHL_CLIENT_ID names an app, but {listed} {'is' if len(missing) == 1 else 'are'} not "
            "set.",
            "Copy them from the app's settings in the marketplace, or unset GHL_CLIENT_ID.",
        )
    return AppSettings(client_id, secret, redirect_uri, scopes, read("GHL_AUTHORIZE_URL", environ))


@dataclass(frozen=True, slots=True)
class RenewalSettings:
    """The credentials that refresh a login on a computer where you cannot log in.

    `refresh_token` is empty if ``GHL_REFRESH_TOKEN`` is not set.
    """

    client_id: str
    client_secret: Secret
    refresh_token: Secret


def read_renewal_settings(environ: Environ = None) -> RenewalSettings | None:
    """Return an app's secret and refresh token; None if no app is set.

    Raises
    ------
    SettingsError
        ``GHL_REFRESH_TOKEN`` is set without its app.
    """
    client_id = read("GHL_CLIENT_ID", environ)
    secret = read_secret("GHL_CLIENT_SECRET", environ)
    refresh_token = read_secret("GHL_REFRESH_TOKEN", environ)
    if client_id and secret:
        return RenewalSettings(client_id, secret, refresh_token)
    if refresh_token:
        raise SettingsError(
            "GHL_REFRESH_TOKEN is set, but GHL_CLIENT_ID or GHL_CLIENT_SECRET is not.",
            "Set both. Only the app that requested a refresh token can use it.",
        )
    return None


def read_credentials_folder(environ: Environ = None) -> tuple[Path, bool]:
    """Return the folder for stored logins, and whether ``GHL_CREDENTIALS_DIR`` names it."""
    named = _named_folder("GHL_CREDENTIALS_DIR", environ)
    return named or _user_data() / "credentials", named is not None


def read_plans_folder(environ: Environ = None) -> Path:
    """Return the folder for the records of posts and uploads (``GHL_PLANS_DIR``)."""
    return _named_folder("GHL_PLANS_DIR", environ) or _user_data() / "plans"


def _named_folder(name: str, environ: Environ) -> Path | None:
    value = read(name, environ)
    if not value:
        return None
    with suppress(RuntimeError):  # there is no such user
        return Path(value).expanduser()
    raise SettingsError(
        f"{name} must not start with the home folder of a user who does not exist.",
        "Set it to the full path of the folder.",
    )


def _user_data() -> Path:
    return Path(user_data_dir("ghl_notebook", appauthor=False))


def now() -> datetime:
    """Return the current time. Callers that are not given another clock use this one."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """The settings of the demo.

    Attributes
    ----------
    simulate_user : bool
        Whether the simulator logs in, without a browser (``GHL_DEMO_USER``).
    public_url : str or None
        Address of the simulator for a browser, with ``{port}`` for its port. None means 127.0.0.1.
    """

    simulate_user: bool
    public_url: str | None


def read_demo_settings(environ: Environ = None) -> DemoSettings:
    """Return the settings of the demo.

    Raises
    ------
    SettingsError
        ``GHL_DEMO_USER`` is invalid.
    """
    simulate_user = read("GHL_DEMO_USER", environ) == "simulated"
    public_url = read("GHL_DEMO_PUBLIC_URL", environ) or None
    prefix = read("JUPYTERHUB_SERVICE_PREFIX", environ)
    if public_url is None and prefix:
        # On a hub such as Binder, a browser reaches the simulator through jupyter-server-proxy.
        public_url = f"/{prefix.strip('/')}/proxy/{{port}}".replace("//", "/")
    return DemoSettings(simulate_user=simulate_user, public_url=public_url)


def read_pictures(pictures: str | None = None, *, environ: Environ = None) -> str:
    """Return which account pictures a page loads: ``"platforms"`` or ``"none"``.

    Raises
    ------
    SettingsError
        `pictures`, or ``GHL_PICTURES`` if it is not passed, has another value.
    """
    if pictures is None:
        return read("GHL_PICTURES", environ)
    return check_choice("pictures", pictures, SETTINGS["GHL_PICTURES"].allowed)


def read_expiring_days(environ: Environ = None) -> float:
    """Return how many days before its expiry a connection counts as expiring.

    Raises
    ------
    SettingsError
        ``GHL_EXPIRING_DAYS`` is not a number of days.
    """
    text = read("GHL_EXPIRING_DAYS", environ)
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 <= days <= MAX_EXPIRING_DAYS:
        raise SettingsError(
            f"GHL_EXPIRING_DAYS must be a number from 0 to {MAX_EXPIRING_DAYS}, not {text!r}.",
            "Set it to a number of days, such as 30.",
        )
    return days


def read_account_ids(environ: Environ = None) -> dict[str, str]:
    """Return the account IDs of earlier logins by platform (``GHL_ACCOUNT_IDS``).

    Raises
    ------
    SettingsError
        A part of the list is not a platform and an ID.
    """
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, read("GHL_ACCOUNT_IDS", environ).split(","))):
        platform, _, account_id = map(str.strip, part.partition("="))
        if not (platform and account_id):
            raise SettingsError(
                f"GHL_ACCOUNT_IDS must list platform=account ID, not {part!r}.",
                "Write it like instagram=66a1b2c3d4e5f60718293a4b, separated by commas.",
            )
        found[platform.lower().replace("_", "-")] = account_id
    return found


def has_desktop(environ: Environ = None, system: str = sys.platform) -> bool:
    """Tell whether you would see a browser that is started here.

    Linux needs a screen (``DISPLAY``, ``WAYLAND_DISPLAY``) or a ``BROWSER`` of your choice. Without
    them, Python would start a text browser in the terminal.
    """
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return not system.startswith(("linux", "freebsd")) or any(read(one, environ) for one in names)
