"""Every setting: its name, meaning, default, and allowed values, and whether it is secret.

The readers, `ghl_notebook.doctor`, and the documentation take all of these from here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ghl_notebook.errors import SettingsError
from ghl_notebook.secret import Secret

Environ = Mapping[str, str] | None
"""Variables to read; None means the variables of this process."""

DEFAULT_BASE_URL: Final = "https://services.leadconnectorhq.com"

DEFAULT_AUTHORIZE_URL: Final = "https://marketplace.gohighlevel.com/v2/oauth/chooselocation"

# Nobody has published a logged `event.origin`. The provider redirects to the first host, and the
# second one serves the same application. The card shows a refused origin with the setting's name.
DEFAULT_ALLOWED_ORIGINS: Final = (
    "https://services.leadconnectorhq.com",
    "https://backend.leadconnectorhq.com",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable.

    Attributes
    ----------
    name, meaning : str
        The variable, and what it sets, in Markdown.
    default : str
        The value of a variable that is not set.
    otherwise : str
        What is used instead of a missing value that has no fixed default, in Markdown.
    allowed : tuple of str
        The only values that are allowed; empty for any value.
    is_secret : bool
        Whether the value must never be shown.
    """

    name: str
    meaning: str
    default: str = ""
    otherwise: str = ""
    allowed: tuple[str, ...] = ()
    is_secret: bool = False


_GROUPS = {
    "The API": (
        Setting("GHL_TOKEN", "Private integration token or OAuth access token", is_secret=True),
        Setting(
            "GHL_LOCATION_ID",
            "Your sub-account's ID. Find it in the sub-account's address, after `/location/`",
            otherwise="the only stored login's",
        ),
        Setting(
            "GHL_USER_ID",
            "ID of the user who owns new connections",
            otherwise="an administrator of the sub-account",
        ),
        Setting("GHL_COMPANY_ID", "Your agency's ID", otherwise="the only stored login's"),
        Setting("GHL_BASE_URL", "Another address of the API", DEFAULT_BASE_URL),
        Setting(
            "GHL_ALLOWED_ORIGINS",
            "Origins whose message may finish a login, separated by commas. Set it only if the "
            "card asks for it",
            ",".join(DEFAULT_ALLOWED_ORIGINS),
        ),
        Setting(
            "GHL_PICTURES",
            "Account pictures to load: from the platforms' own hosts, or none",
            "platforms",
            allowed=("platforms", "none"),
        ),
        Setting(
            "GHL_EXPIRING_DAYS",
            "Days before its expiry from which a connection counts as expiring, in the panel and "
            "in charts",
            "30",
        ),
    ),
    "A marketplace app": (
        Setting("GHL_CLIENT_ID", "Your app's client ID"),
        Setting("GHL_CLIENT_SECRET", "Your app's client secret", is_secret=True),
        Setting("GHL_REDIRECT_URI", "One of the app's redirect URIs, exactly as registered"),
        Setting("GHL_SCOPES", "Scopes to request, separated by spaces or commas"),
        Setting("GHL_AUTHORIZE_URL", "Page for choosing an account", DEFAULT_AUTHORIZE_URL),
        Setting(
            "GHL_REFRESH_TOKEN",
            "Refresh token of an earlier login, for a computer where you cannot log in. It works "
            "only once, so keep the folder `GHL_CREDENTIALS_DIR`",
            is_secret=True,
        ),
        Setting(
            "GHL_CREDENTIALS_DIR",
            "Folder that stores logins; files in it are not encrypted",
            otherwise="your user data folder, encrypted with a key in the system's keyring if "
            "there is one",
        ),
    ),
    "Unattended runs and the demo": (
        Setting("GHL_ACCOUNT_IDS", "Account IDs of earlier logins, such as `instagram=66a1…,…`"),
        Setting(
            "GHL_PLANS_DIR",
            "Folder that records what `schedule_posts` has sent and uploaded",
            otherwise="your user data folder",
        ),
        Setting(
            "GHL_DEMO_USER",
            "Who logs in to the demo: you in your browser, or the simulator",
            "browser",
            allowed=("browser", "simulated"),
        ),
        Setting(
            "GHL_DEMO_PUBLIC_URL",
            "Address at which a browser reaches the simulator, with `{port}` for its port",
            otherwise="this computer's own; on a hub, through jupyter-server-proxy",
        ),
    ),
    "Your system": (
        Setting("HTTPS_PROXY", "Proxy for HTTPS, such as `http://proxy:3128`", is_secret=True),
        Setting("HTTP_PROXY", "Proxy for HTTP", is_secret=True),
        Setting("ALL_PROXY", "Proxy for everything else", is_secret=True),
        Setting("NO_PROXY", "Hosts to reach without a proxy"),
        Setting("SSL_CERT_FILE", "File of trusted certificates in PEM format"),
        Setting("SSL_CERT_DIR", "Folder of trusted certificates"),
        Setting("JUPYTERHUB_SERVICE_PREFIX", "Path of your server on a hub; the hub sets it"),
        Setting("DISPLAY", "Linux: the X screen on which a browser can open"),
        Setting("WAYLAND_DISPLAY", "Linux: the Wayland screen on which a browser can open"),
        Setting("BROWSER", "Linux: the browser to open"),
    ),
}

SETTINGS: Final = {one.name: one for group in _GROUPS.values() for one in group}

IN_LOWER_CASE: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
"""Names that HTTP libraries also read in lower case."""


def read(name: str, environ: Environ = None) -> str:
    """Return a setting's value or its default; empty if it has neither.

    Raises
    ------
    SettingsError
        The value is not one of those that are allowed.
    """
    setting = SETTINGS[name.upper()]
    value = (os.environ if environ is None else environ).get(name, "").strip() or setting.default
    return check_choice(name, value, setting.allowed) if setting.allowed else value


def read_secret(name: str, environ: Environ = None) -> Secret:
    """Return a setting's value so that a traceback with local variables does not show it."""
    return Secret(read(name, environ))


def check_choice(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """Return a value that is one of those that are allowed.

    Raises
    ------
    SettingsError
        The value is another one.
    """
    if value in allowed:
        return value
    raise SettingsError(
        f"{name} must be {' or '.join(map(repr, allowed))}, not {value!r}.",
        f"Set {name} to one of these values.",
    )


def names_set(environ: Environ = None) -> tuple[list[str], list[str]]:
    """Return the names of the settings that are set, and of GHL variables that are not settings."""
    given = os.environ if environ is None else environ
    known = [name for name in SETTINGS if given.get(name, "").strip()]
    unknown = [name for name in given if name.startswith("GHL_") and name not in SETTINGS]
    return known, sorted(unknown)


def markdown_tables() -> dict[str, str]:
    """Return the documentation's table of each group of settings, by the group's title."""
    return {
        title: "\n".join(
            ["| Variable | Meaning | Default |", "| --- | --- | --- |", *map(_row, group)]
        )
        for title, group in _GROUPS.items()
    }


def _row(setting: Setting) -> str:
    notes = [" or ".join(f"`{one}`" for one in setting.allowed), "secret" * setting.is_secret]
    meaning = setting.meaning + "".join(f" ({note})" for note in notes if note)
    default = ", ".join(f"`{one}`" for one in setting.default.split(",") if one)
    return f"| `{setting.name}` | {meaning} | {default or setting.otherwise} |"
