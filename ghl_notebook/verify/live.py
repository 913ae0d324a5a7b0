"""All probes with one client, and their report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from ghl_notebook.api import Browser, Client
from ghl_notebook.errors import FrontEndError
from ghl_notebook.login import FrontEnd, find_front_end_here
from ghl_notebook.login.social import ConnectAccount
from ghl_notebook.login.social.connect import present
from ghl_notebook.models import find_platform
from ghl_notebook.settings import DEFAULT_BASE_URL, is_loopback

from .evidence import Variant
from .probe import ProbeOptions, Say, run_probe
from .reading import run_reading
from .recorder import Recorder
from .report import Report
from .shape import Names


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - on stdout where there is no stderr


def verify_live(
    *,
    platforms: Sequence[str] = ("instagram",),
    variants: Sequence[Variant] = ("connect",),
    login_type: str | None = None,
    attach: str | None = None,
    read_only: bool = False,
    draft: bool = False,
    time_limit: float = 600.0,
    browser: Browser | None = None,
    show: Callable[[ConnectAccount], None] | None = None,
    say: Say = _say,
    **client_options: Any,
) -> Report:
    """Log in with your own credentials, and compare the service with the assumptions.

    Only the login itself, `attach`, and `draft` change anything at the service.

    Parameters
    ----------
    platforms : sequence of str
        One probe for each.
    variants : sequence of str
        For each platform: ``connect``, ``reconnect`` (with ``reconnect=true``), ``cancel`` (the
        user refuses).
    login_type : str, optional
        As for `ConnectAccount`.
    attach : str, optional
        The ``origin_id`` of an account to attach, or an empty string for the only one.
    read_only : bool, default False
        Do not log in: compare API versions, posts, CSV imports, and statistics instead.
    draft : bool, default False
        With `read_only`: also create a draft for one connected account, edit it, and delete it.
    time_limit : float, default 600
        Seconds for each login.
    browser : callable, optional
        Replaces your browser, as `Client.browser` does.
    show : callable, optional
        Shows a login; by default, it opens the system's browser or prints the address.
    say : callable, optional
        Prints texts that are not for publication; by default on stderr.
    **client_options
        Arguments of `Client`; other settings come from the environment.

    Returns
    -------
    Report
        ``str(report)`` is Markdown for a public issue.

    Raises
    ------
    PlatformError
        If a platform is unknown or cannot be connected.
    SettingsError
        If a setting is missing or invalid.
    FrontEndError
        If a login is not possible here.
    """
    keys = [find_platform(name).key for name in platforms]
    names = Names()
    recorder = Recorder(names, client_options.pop("transport", None))
    with Client(transport=recorder, **client_options) as client:
        names.add("locationId", client.location_id)
        names.add("userId", client.user_id)
        if read_only or draft:

            def with_version(version: str) -> Client:
                return Client(transport=recorder, **{**client_options, "api_version": version})

            probe = run_reading(client, recorder, with_version=with_version, draft=draft, say=say)
            return Report([probe], names, _service(client.core.base_url))
        client.browser = browser
        if browser is None and show is None and find_front_end_here() is FrontEnd.NOBODY:
            raise FrontEndError(
                "This process can neither open a browser nor print to a terminal.",
                "Run it in a terminal, outside of a notebook: it opens the login in your browser, "
                "or prints the address to open there. It prints the table when you are done.",
            )
        probes = [
            run_probe(
                client,
                recorder,
                ProbeOptions(key, variant, login_type, attach, time_limit),
                show=show or (lambda login: present(client, login)),
                say=say,
            )
            for key in keys
            for variant in variants
        ]
        return Report(probes, names, _service(client.core.base_url))


def _service(base_url: str) -> str:
    if base_url == DEFAULT_BASE_URL:
        return "the live service at its usual address"
    is_local = is_loopback(httpx.URL(base_url).host)
    return "a simulator on this computer" if is_local else "another address than the usual one"
