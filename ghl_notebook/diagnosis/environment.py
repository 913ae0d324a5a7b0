"""Findings about settings and environment, without any request."""

from __future__ import annotations

import difflib
import importlib.util
from urllib.parse import urlsplit

from ghl_notebook.api import AsyncClient
from ghl_notebook.errors import SettingsError
from ghl_notebook.settings import (
    DEFAULT_ALLOWED_ORIGINS,
    DEFAULT_BASE_URL,
    SAME_ORIGIN,
    SETTINGS,
    is_loopback,
    names_set,
    read_account_ids,
)

from .finding import Finding, ok, problem, unknown


def settings_and_environment(core: AsyncClient) -> list[Finding]:
    """Check base URL and allowed origins, and how the result of a login can arrive here."""
    return [_variables(), _base_url(core), _origins(core), _login()]


def _variables() -> Finding:
    """List the names of the variables that are set, and those that are likely misspelled."""
    topic = "settings"
    known, unused = names_set()
    if not unused:
        return ok(topic, f"Set in the environment: {', '.join(known) or 'none'}.")
    meant = [*difflib.get_close_matches(unused[0], SETTINGS, n=1), "another name"][0]
    return unknown(
        topic,
        f"{', '.join(unused)} in the environment {'are' if unused[1:] else 'is'} not used.",
        f"Check the spelling: did you mean {meant}?",
    )


def _base_url(core: AsyncClient) -> Finding:
    topic = "base URL"
    if core.base_url == DEFAULT_BASE_URL:
        return ok(topic, "The address of the GoHighLevel API.")
    if is_loopback(urlsplit(core.base_url).hostname):
        return ok(topic, f"{core.base_url}: a simulator on this computer.")
    return unknown(
        topic,
        f"{core.base_url} is not the address of the GoHighLevel API.",
        f"If that is a mistake, remove GHL_BASE_URL; the default is {DEFAULT_BASE_URL}.",
    )


def _origins(core: AsyncClient) -> Finding:
    topic = "allowed origins"
    parts = urlsplit(core.base_url)
    own = f"{parts.scheme}://{parts.netloc}".lower()
    listed = ", ".join(core.allowed_origins)
    if {own, SAME_ORIGIN} & set(core.allowed_origins):
        is_default = core.allowed_origins == DEFAULT_ALLOWED_ORIGINS
        return ok(topic, "The default ones." if is_default else f"{listed}.")
    return problem(
        topic,
        f"{own}, the probable origin of a login's message, is not among {listed}.",
        f"Add {own} to GHL_ALLOWED_ORIGINS and make a new client.",
    )


def _login() -> Finding:
    from ghl_notebook.login import FrontEnd, find_front_end_here

    front_end = find_front_end_here()
    if front_end is FrontEnd.NOTEBOOK:
        has_proxy = importlib.util.find_spec("jupyter_server_proxy") is not None
        reach = (
            "also from another computer, if the notebook server has jupyter-server-proxy like this "
            "environment"
            if has_proxy
            else "from a browser on this computer; other computers need jupyter-server-proxy on "
            "the notebook server"
        )
        text = (
            "In a notebook, the result arrives through the pop-up's message; while a cell waits, "
            f"through the loopback server ({reach}); through the accounts list; or through a "
            "pasted account id."
        )
    elif front_end is FrontEnd.DESKTOP:
        text = "No notebook: connect() opens the system's browser, which reports to this computer."
    elif front_end is FrontEnd.TERMINAL:
        text = (
            "A terminal without a desktop: connect() prints an address for a browser on this "
            "computer, or on a computer with a forwarded port."
        )
    else:
        return _unattended("login")
    return ok("login", text)


def _unattended(topic: str) -> Finding:
    try:
        known = sorted(read_account_ids())
    except SettingsError as error:
        return problem(topic, error.what, error.next_step)
    if known:
        return ok(topic, f"Unattended: earlier logins are used, for {', '.join(known)}.")
    return problem(
        topic,
        "A login is not possible here: there is neither a notebook page nor a desktop nor a "
        "terminal.",
        "Set GHL_ACCOUNT_IDS to the account ids of earlier logins, as in instagram=66a1….",
    )
