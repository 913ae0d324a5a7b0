"""The walk: start, message, step 2, accounts list; attaching only when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError, GHLError, LoginCancelledError, ResponseError
from ghl_notebook.login import RawMessage
from ghl_notebook.login.social import ConnectAccount
from ghl_notebook.models import AvailableAccount, read_message

from .evidence import Sighting, Variant, Walk
from .recorder import Recorder
from .shape import Names, form_of, safe_origin, shape_of, type_of

T = TypeVar("T")
Say = Callable[[str], None]

_TASKS: dict[Variant, str] = {
    "connect": "Log in, and choose what may be connected.",
    "reconnect": "Log in with an account that is connected already.",
    "cancel": "Do NOT log in: refuse, or cancel, on the platform's page. If the login page here "
    "still waits afterwards, press Cancel there.",
}


@dataclass(frozen=True, slots=True)
class Route:
    """What one walk is to do.

    Attributes
    ----------
    platform : str
        The platform to log in on.
    variant : str
        ``connect``, ``reconnect`` or ``cancel``.
    login_type : str or None
        The undocumented parameter ``loginType``.
    attach : str or None
        The ``origin_id`` to attach; empty for the only one there is; None: attach nothing.
    time_limit : float
        Seconds that the user has.
    """

    platform: str
    variant: Variant = "connect"
    login_type: str | None = None
    attach: str | None = None
    time_limit: float = 600.0


class MessageRecorder:
    """Records the shape of every message of the login's window (a `MessageObserver`)."""

    def __init__(self, walk: Walk, client: Client, names: Names, stop: Callable[[], None]) -> None:
        self._walk = walk
        self._client = client
        self._names = names
        self._stop = stop
        self.account_id: str | None = None

    def on_message(self, message: RawMessage) -> None:
        """Record a message; stop waiting if the login's result was rejected."""
        payload = read_message(message.data)
        if payload is not None and payload.has_plausible_id:
            self.account_id = payload.account_id
            self._names.add("accountId", payload.account_id)
            self._walk.account_form = form_of(payload.account_id or "")
        data = message.data
        kind = type_of(shape_of(data))
        if isinstance(data, str):
            try:
                data = json.loads(data)
                kind = f"JSON {kind}"
            except (ValueError, RecursionError):
                pass
        sighting = Sighting(
            origin=safe_origin(message.origin),
            is_own=message.origin == _origin(self._client),
            is_allowed=message.origin in self._client.allowed_origins,
            source=message.source,
            kind=kind,
            data=shape_of(data, self._names),
            is_ours=payload is not None,
        )
        self._walk.sightings.append(sighting)
        if sighting.is_ours and sighting.source == "popup" and not sighting.is_allowed:
            self._stop()

    def on_window_lost(self) -> None:
        """Record when the page lost its handle to the window."""
        if self._walk.seen_before_lost is None:
            self._walk.seen_before_lost = len(self._walk.sightings)


def take_walk(
    client: Client,
    recorder: Recorder,
    route: Route,
    *,
    show: Callable[[ConnectAccount], None],
    say: Say,
) -> Walk:
    """Walk once and return what was seen. A step that fails is noted, and the next one is tried.

    ``GET /users/``, ``GET …/oauth/{platform}/start``, step 2 in both forms,
    ``GET /social-media-posting/{locationId}/accounts`` without and with ``fetchAll=true``; with
    `Route.attach` one POST. Nothing is ever deleted.

    Parameters
    ----------
    client : Client
        Whose transport is `recorder`.
    recorder : Recorder
        What keeps the shapes.
    route : Route
        What to do.
    show : callable
        Shows the login to its user.
    say : callable
        Tells the user something that is not for publication.
    """
    walk = Walk(route.platform, route.variant, route.login_type)
    begin = len(recorder.exchanges)

    def step(name: str, act: Callable[[], T]) -> T | None:
        try:
            result = act()
        except GHLError as error:
            walk.steps.append((name, _name(error)))
            if not isinstance(error, LoginCancelledError):
                say(f"{name}: {error}")
            return None
        walk.steps.append((name, "done"))
        return result

    step("users", client.users)
    account_id = _log_in(client, recorder.names, route, walk, step, show, say)
    if account_id is not None:
        recorder.names.add("accountId", account_id)
        platform = route.platform
        found = step("step 2", lambda: client.available_accounts(platform, account_id))
        step(
            "step 2, the vendor's short form",
            lambda: client.available_accounts(platform, account_id, location_in_path=False),
        )
    step("accounts list", client.accounts)
    step("accounts list, fetchAll", lambda: client.accounts(fetch_all=True))
    if route.attach is not None and account_id is not None and walk.ended == "connected":
        wanted = step("choose", lambda: _choose(found or [], route.attach or ""))
        if wanted is not None:
            step("attach", lambda: client.attach(route.platform, account_id, wanted))
            walk.is_attached = walk.steps[-1][1] == "done"
            step("accounts list, attached", client.accounts)
    walk.exchanges = recorder.exchanges[begin:]
    return walk


def _log_in(
    client: Client,
    names: Names,
    route: Route,
    walk: Walk,
    step: Callable[[str, Callable[[], object]], object],
    show: Callable[[ConnectAccount], None],
    say: Say,
) -> str | None:
    """Log in, and return the account id; also that of a message that was refused."""
    messages = MessageRecorder(walk, client, names, stop=lambda: login.cancel())
    login = ConnectAccount(
        client,
        route.platform,
        reconnect=route.variant == "reconnect",
        login_type=route.login_type,
        time_limit=route.time_limit,
        message_observer=messages,
    )
    try:
        say(f"{login.platform_name}: {_TASKS[route.variant]}")
        if client.browser is None:
            show(login)
        step("login", login.wait)
        walk.ended, walk.delivered_by = login.status, login.delivered_by
        names.add("userId", client.user_id)
        return login.account_id or messages.account_id
    finally:
        login.close()


def _choose(found: list[AvailableAccount], origin_id: str) -> AvailableAccount:
    """Return what is to be attached.

    Raises
    ------
    ArgumentError
        If it is not among them, or it was left open and there are several.
    """
    named = [a for a in found if a.origin_id and origin_id in ("", a.origin_id)]
    if len(named) == 1:
        return named[0]
    offered = "; ".join(f"{a.origin_id} ({a.name})" for a in found) or "none"
    raise ArgumentError(
        f"{len(named)} accounts fit --attach.", f"Name one by its id, as --attach=ID: {offered}."
    )


def _name(error: GHLError) -> str:
    """Name an error for publication; its text may hold ids."""
    cause = error.__cause__ if isinstance(error.__cause__, GHLError) else error
    status = f" ({cause.status})" if isinstance(cause, ResponseError) else ""
    name = type(error).__name__
    return f"{name}: {type(cause).__name__}{status}" if cause is not error else f"{name}{status}"


def _origin(client: Client) -> str:
    url = httpx.URL(client.core.base_url)
    return f"{url.scheme}://{url.netloc.decode()}"
