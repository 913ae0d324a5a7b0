"""The probe: start, message, step 2, accounts list, and attach if requested."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import httpx

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError, GHLError, LoginCancelledError, ResponseError
from ghl_notebook.login import RawMessage
from ghl_notebook.login.social import ConnectAccount
from ghl_notebook.models import AvailableAccount, read_message

from .evidence import ObservedMessage, Probe, Variant
from .recorder import Recorder
from .shape import Names, form_of, safe_origin, shape_of, type_of

T = TypeVar("T")
Say = Callable[[str], None]

_TASKS: dict[str, str] = {
    "connect": "Log in, and choose what may be connected.",
    "reconnect": "Log in with an account that is connected already.",
    "cancel": "Do NOT log in: refuse, or cancel, on the platform's page. If the login page here "
    "still waits afterwards, press Cancel there.",
}


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """The options of one probe.

    Attributes
    ----------
    platform : str
        The platform to log in on.
    variant : str
        ``connect``, ``reconnect`` or ``cancel``.
    login_type : str or None
        The undocumented parameter ``loginType``.
    attach : str or None
        The ``origin_id`` to attach; empty: the only one there is; None: attach nothing.
    time_limit : float
        Seconds that the user has.
    """

    platform: str
    variant: Variant = "connect"
    login_type: str | None = None
    attach: str | None = None
    time_limit: float = 600.0


class MessageRecorder:
    """Records the messages of the pop-up, accepted or not (a `login.social.MessageObserver`)."""

    def __init__(
        self, probe: Probe, client: Client, names: Names, stop: Callable[[], None]
    ) -> None:
        self._probe = probe
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
            self._probe.account_form = form_of(payload.account_id or "")
        data = message.data
        kind = type_of(shape_of(data))
        if isinstance(data, str):
            try:
                data = json.loads(data)
                kind = f"JSON {kind}"
            except (ValueError, RecursionError):
                pass
        observed = ObservedMessage(
            origin=safe_origin(message.origin),
            is_own=message.origin == _origin(self._client),
            is_allowed=message.origin in self._client.allowed_origins,
            source=message.source,
            kind=kind,
            data=shape_of(data, self._names),
            is_ours=payload is not None,
        )
        self._probe.observed.append(observed)
        if observed.is_ours and observed.source == "popup" and not observed.is_allowed:
            self._stop()

    def on_window_lost(self) -> None:
        """Record when the page lost its handle to the window."""
        if self._probe.seen_before_lost is None:
            self._probe.seen_before_lost = len(self._probe.observed)


def run_probe(
    client: Client,
    recorder: Recorder,
    options: ProbeOptions,
    *,
    show: Callable[[ConnectAccount], None],
    say: Say,
) -> Probe:
    """Log in once and return the evidence. A failed step is recorded; the next one still runs.

    ``GET /users/``, ``GET …/oauth/{platform}/start``, step 2 in both forms,
    ``GET /social-media-posting/{locationId}/accounts`` without and with ``fetchAll=true``; with
    `ProbeOptions.attach` one POST. Nothing is ever deleted.

    Parameters
    ----------
    client : Client
        A client whose transport is `recorder`.
    recorder : Recorder
        Records the shapes.
    options : ProbeOptions
        The options.
    show : callable
        Shows the login to the user.
    say : callable
        Prints texts for the user that are not for publication.
    """
    probe = Probe(options.platform, options.variant, options.login_type)
    begin = len(recorder.exchanges)

    step = steps_of(probe, say)
    step("users", client.users)
    account_id = _log_in(client, recorder.names, options, probe, step, show, say)
    if account_id is not None:
        recorder.names.add("accountId", account_id)
        platform = options.platform
        found = step("step 2", lambda: client.oauth.available_accounts(platform, account_id))
        step(
            "step 2, the vendor's short form",
            lambda: client.oauth.available_accounts(platform, account_id, location_in_path=False),
        )
    step("accounts list", client.accounts.list)
    step("accounts list, fetchAll", lambda: client.accounts.list(fetch_all=True))
    if options.attach is not None and account_id is not None and probe.ended == "connected":
        wanted = step("choose", lambda: _choose(found or [], options.attach or ""))
        if wanted is not None:
            step("attach", lambda: client.oauth.attach(options.platform, account_id, wanted))
            probe.is_attached = probe.steps[-1][1] == "done"
            step("accounts list, attached", client.accounts.list)
    probe.exchanges = recorder.exchanges[begin:]
    return probe


class Step(Protocol):
    """Runs a step of a probe, and records how it ended; None after a failure."""

    def __call__(self, name: str, act: Callable[[], T], /) -> T | None:
        """Run a step."""


def steps_of(probe: Probe, say: Say) -> Step:
    """Return what runs the steps of a probe: a failed step is recorded, and its error printed."""

    def step(name: str, act: Callable[[], T], /) -> T | None:
        try:
            result = act()
        except GHLError as error:
            probe.steps.append((name, _name(error)))
            if not isinstance(error, LoginCancelledError):
                say(f"{name}: {error}")
            return None
        probe.steps.append((name, "done"))
        return result

    return step


def _log_in(
    client: Client,
    names: Names,
    options: ProbeOptions,
    probe: Probe,
    step: Callable[[str, Callable[[], object]], object],
    show: Callable[[ConnectAccount], None],
    say: Say,
) -> str | None:
    """Log in, and return the account id, which may be from a refused message."""
    messages = MessageRecorder(probe, client, names, stop=lambda: login.cancel())
    login = ConnectAccount(
        client,
        options.platform,
        reconnect=options.variant == "reconnect",
        login_type=options.login_type,
        time_limit=options.time_limit,
        message_observer=messages,
    )
    try:
        say(f"{login.platform_name}: {_TASKS[options.variant]}")
        if client.browser is None:
            show(login)
        step("login", login.wait)
        probe.ended, probe.delivered_by = login.status, login.delivered_by
        names.add("userId", client.user_id)
        return login.account_id or messages.account_id
    finally:
        login.close()


def _choose(found: list[AvailableAccount], origin_id: str) -> AvailableAccount:
    """Return the account to attach.

    Raises
    ------
    ArgumentError
        If the id is unknown, or it is empty and there are several accounts.
    """
    named = [a for a in found if a.origin_id and origin_id in ("", a.origin_id)]
    if len(named) == 1:
        return named[0]
    offered = "; ".join(f"{a.origin_id} ({a.name})" for a in found) or "none"
    raise ArgumentError(
        f"{len(named)} accounts fit --attach.", f"Name one by its id, as --attach=ID: {offered}."
    )


def _name(error: GHLError) -> str:
    """Return the name of an error; its text may contain ids, and is not for publication."""
    cause = error.__cause__ if isinstance(error.__cause__, GHLError) else error
    status = f" ({cause.status})" if isinstance(cause, ResponseError) else ""
    name = type(error).__name__
    return f"{name}: {type(cause).__name__}{status}" if cause is not error else f"{name}{status}"


def _origin(client: Client) -> str:
    url = httpx.URL(client.core.base_url)
    return f"{url.scheme}://{url.netloc.decode()}"
