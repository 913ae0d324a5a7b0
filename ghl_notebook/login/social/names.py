"""The names of the sub-account and of its users, for the card: looked up once per client."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ghl_notebook.api import AsyncClient
from ghl_notebook.background import start_in_background
from ghl_notebook.sanitize import one_line

_LONGEST_NAME = 200

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


_KNOWN: WeakKeyDictionary[AsyncClient, Names] = WeakKeyDictionary()


class NameLookup:
    """Looks up the names once per client, in the background.

    Without the scope (``locations.readonly``, ``users.readonly``), the card shows ids.

    Parameters
    ----------
    core : AsyncClient
        The client of the sub-account.
    changed : callable
        Called when the names are there, in the background loop.
    """

    def __init__(self, core: AsyncClient, changed: Callable[[], None]) -> None:
        self._core, self._changed = core, changed
        self._task: Future[None] | None = None

    @property
    def known(self) -> Names:
        """What was looked up so far."""
        return _KNOWN.get(self._core, Names(None, {}))

    def start(self) -> None:
        """Look up the names unless that was tried before."""
        if self._core not in _KNOWN:
            _KNOWN[self._core] = self.known
            self._task = start_in_background(self._look_up)

    def stop(self) -> None:
        """Stop it: the client may be closed next."""
        if self._task is not None and not self._task.done():
            with suppress(RuntimeError):  # other code has closed the background loop
                self._task.cancel()

    async def _look_up(self) -> None:
        location, users = None, {}
        try:
            location = (await self._core.location()).name
        except Exception as error:  # noqa: BLE001  # a name is not worth a failed login
            _log.debug("The sub-account's name was not found: %s", error)
        try:
            named = [user for user in await self._core.users() if user.id and user.name]
            users = {str(user.id): one_line(str(user.name), _LONGEST_NAME) for user in named}
        except Exception as error:  # noqa: BLE001
            _log.debug("The users' names were not found: %s", error)
        _KNOWN[self._core] = Names(location and one_line(location, _LONGEST_NAME), users)
        self._changed()
