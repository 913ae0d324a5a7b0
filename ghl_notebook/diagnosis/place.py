"""What is set, and where this runs: no request is made for these."""

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

from .finding import Finding, Mark


def settings_and_place(core: AsyncClient) -> list[Finding]:
    """Look at base URL, allowed origins, and the ways in which a login can arrive here."""
    return [_variables(), _base_url(core), _origins(core), _ways()]


def _variables() -> Finding:
    """List the names of the variables that are set, and those that are likely misspelled."""
    topic = "settings"
    known, unknown = names_set()
    if not unknown:
        return Finding(topic, Mark.OK, f"Set in the environment: {', '.join(known) or 'none'}.")
    meant = [*difflib.get_close_matches(unknown[0], SETTINGS, n=1), "another name"][0]
    return Finding(
        topic,
        Mark.UNKNOWN,
        f"{', '.join(unknown)} in the environment {'are' if unknown[1:] else 'is'} not used.",
        f"Check the spelling: did you mean {meant}?",
    )


def _base_url(core: AsyncClient) -> Finding:
    topic = "base URL"
    if core.base_url == DEFAULT_BASE_URL:
        return Finding(topic, Mark.OK, "The service's own.")
    if is_loopback(urlsplit(core.base_url).hostname):
        return Finding(topic, Mark.OK, f"{core.base_url}: a simulator on this computer.")
    return Finding(
        topic,
        Mark.UNKNOWN,
        f"{core.base_url} is not the service's own.",
        f"If that is not meant, leave GHL_BASE_URL out ({DEFAULT_BASE_URL}).",
    )


def _origins(core: AsyncClient) -> Finding:
    topic = "allowed origins"
    parts = urlsplit(core.base_url)
    own = f"{parts.scheme}://{parts.netloc}".lower()
    listed = ", ".join(core.allowed_origins)
    if {own, SAME_ORIGIN} & set(core.allowed_origins):
        said = "The usual ones" if core.allowed_origins == DEFAULT_ALLOWED_ORIGINS else listed
        return Finding(topic, Mark.OK, f"{said}.")
    return Finding(
        topic,
        Mark.PROBLEM,
        f"{own}, from where the login's message most likely comes, is not among {listed}.",
        f"Add {own} to GHL_ALLOWED_ORIGINS and make a new client.",
    )


def _ways() -> Finding:
    from ghl_notebook.login import FrontEnd, find_front_end_here

    topic = "login"
    front_end = find_front_end_here()
    if front_end is FrontEnd.NOTEBOOK:
        has_proxy = importlib.util.find_spec("jupyter_server_proxy") is not None
        elsewhere = (
            "also from another computer, if the notebook server has jupyter-server-proxy as this "
            "environment does"
            if has_proxy
            else "from this computer's browser; from another one it takes jupyter-server-proxy "
            "where the notebook server runs"
        )
        return Finding(
            topic,
            Mark.OK,
            "In a notebook: a window and its message; while a cell waits the loopback server, "
            f"{elsewhere}; the accounts list; a pasted account id.",
        )
    if front_end is FrontEnd.DESKTOP:
        said = "No notebook: connect() opens the system's browser, which reports to this computer."
        return Finding(topic, Mark.OK, said)
    if front_end is FrontEnd.TERMINAL:
        return Finding(
            topic,
            Mark.OK,
            "A terminal without a desktop: connect() prints an address for a browser on this "
            "computer, or one that its port is forwarded to.",
        )
    return _nobody(topic)


def _nobody(topic: str) -> Finding:
    try:
        known = sorted(read_account_ids())
    except SettingsError as error:
        return Finding(topic, Mark.PROBLEM, error.what, error.next_step)
    if known:
        said = f"Nobody can log in here: earlier logins are used, for {', '.join(known)}."
        return Finding(topic, Mark.OK, said)
    return Finding(
        topic,
        Mark.PROBLEM,
        "Nobody can log in here: there is no notebook page, no desktop and no terminal.",
        "Set GHL_ACCOUNT_IDS to the account ids of earlier logins, as in instagram=66a1….",
    )
