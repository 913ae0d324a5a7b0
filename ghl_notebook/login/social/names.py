"""The names of the sub-account and of its users, for the card: looked up once per client."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ghl_notebook.api import AsyncClient
from ghl_notebook.background import start_in_background
from ghl_notebook.sanitize import one_line

from .state import MAX_NAME_LENGTH

_log = logging.getLogger("ghl_notebook.login")


class Names(NamedTuple):
    """What is known by name; ids are shown for the rest.

    Attributes
    ----------
    location : str or None
        The sub-account's name.
    users : dict
        User id → name.
    """

    location: str | None
    users: dict[str, str]


@dataclass(slots=True)
class _Shared:
    """The look-up of one client, for all cards that show it."""

    names: Names | None = None
    """None until they are looked up."""
    waiting: list[Callable[[], None]] = field(default_factory=list)
    task: Future[None] | None = None


# Reentrant: a card that the garbage collector closes may interrupt any of these.
_LOCK = threading.RLock()
_SHARED: WeakKeyDictionary[AsyncClient, _Shared] = WeakKeyDictionary()


class NameLookup:
    """Looks up the names once per client, in the background.

    Without the scope (``locations.readonly``, ``users.readonly``), the card shows ids.

    Parameters
    ----------
    core : AsyncClient
        The client of the sub-account.
    changed : callable
        Called when the names are there: in the background loop, or by `start`.
    """

    def __init__(self, core: AsyncClient, changed: Callable[[], None]) -> None:
        self._core, self._changed = core, changed
        self._is_told = False

    @property
    def known(self) -> Names:
        """The names, as far as they are known."""
        return _SHARED.get(self._core, _Shared()).names or Names(None, {})

    def start(self) -> None:
        """Look up the names, unless that was done before, for this card or another."""
        with _LOCK:
            shared = _SHARED.setdefault(self._core, _Shared())
            if shared.task is None:
                shared.task = start_in_background(self._look_up)
            if shared.names is None:
                if self._changed not in shared.waiting:
                    shared.waiting.append(self._changed)
                return
            is_news, self._is_told = not self._is_told, True
        if is_news:  # looked up for an earlier card
            self._changed()

    def stop(self) -> None:
        """Stop it, unless another card waits for it: the client may be closed next."""
        with _LOCK:
            shared = _SHARED.get(self._core)
            if shared is None or self._changed not in shared.waiting:
                return
            shared.waiting.remove(self._changed)
            if shared.waiting or shared.task is None:
                return
            del _SHARED[self._core]
            with suppress(RuntimeError):  # other code has closed the background loop
                shared.task.cancel()

    async def _look_up(self) -> None:
        location, users = None, {}
        try:
            location = (await self._core.location()).name
        except Exception as error:  # noqa: BLE001  # a name is not worth a failed login
            _log.debug("The sub-account's name was not found: %s", error)
        try:
            named = [user for user in await self._core.users() if user.id and user.name]
            users = {str(user.id): one_line(str(user.name), MAX_NAME_LENGTH) for user in named}
        except Exception as error:  # noqa: BLE001
            _log.debug("The users' names were not found: %s", error)
        with _LOCK:
            shared = _SHARED.setdefault(self._core, _Shared())
            shared.names = Names(location and one_line(location, MAX_NAME_LENGTH), users)
            waiting, shared.waiting = shared.waiting, []
        for changed in waiting:
            changed()
