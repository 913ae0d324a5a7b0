"""Changes of the accounts list by a login: the channel of a window that cannot report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ghl_notebook.api import AsyncClient
from ghl_notebook.models import (
    MAX_RECONNECTED,
    Account,
    Platform,
    is_plausible_id,
    same_platform,
)

from .state import Appearance

# A connection that GoHighLevel keeps alive expires hours later; after a new login, weeks later.
_RENEWAL = timedelta(days=1)
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class AccountsWatch:
    """Compares the accounts list with the list at the start of the login.

    Parameters
    ----------
    client : AsyncClient
        The client of the sub-account.
    platform : Platform
        Rows of other platforms do not count.
    reconnect : bool
        Whether the login renews connections: then a later expiry counts too. Otherwise, a later
        expiry may have any reason.
    clock : callable
        Returns the seconds since the epoch.
    """

    client: AsyncClient
    platform: Platform
    reconnect: bool
    clock: Callable[[], float] = time.time
    _before: dict[tuple[str, str], Account] | None = None
    _seen: dict[str, Appearance] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)

    @property
    def logins(self) -> set[str]:
        """The logins that the first call of `look` found."""
        return {oauth_id for oauth_id, _ in self._before or ()}

    async def look(self) -> list[Appearance]:
        """Return the logins that are new since the first look, and that the last look found too.

        A login has to be seen twice, because the message of a window that can report arrives in
        between and is more precise. The first call returns an empty list.

        ``GET /social-media-posting/{locationId}/accounts?fetchAll=true``: the parameter is not
        documented. With it, the list may also name a login without an attached account.

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        listed = await self.client.accounts.list(fetch_all=True)
        now = {
            (a.oauth_id, a.origin_id or a.id or ""): a
            for a in listed.accounts
            if is_plausible_id(a.oauth_id) and same_platform(a.platform or "", self.platform.key)
        }
        if self._before is None:
            self._before = now
            return []
        last, self._seen = self._seen, self._appeared(self._before, now)
        return [
            one
            for account_id, one in sorted(self._seen.items())
            if account_id in last and last[account_id].renewed == one.renewed
        ]

    def _appeared(
        self, before: dict[tuple[str, str], Account], now: dict[tuple[str, str], Account]
    ) -> dict[str, Appearance]:
        logins = {oauth_id for oauth_id, _ in before}
        origins = {origin_id for _, origin_id in before}
        renewed: dict[str, set[str]] = {}
        rows: dict[str, list[Account]] = {}
        for key, row in now.items():
            oauth_id, origin_id = key
            is_new = oauth_id not in logins
            if row.deleted or not (
                is_new or (self.reconnect and _is_renewed(before.get(key), row))
            ):
                continue
            rows.setdefault(oauth_id, []).append(row)
            ids = renewed.setdefault(oauth_id, set())
            if origin_id in origins and is_plausible_id(row.id):
                ids.add(row.id)
        return {
            oauth_id: Appearance(
                oauth_id,
                tuple(sorted(ids)[:MAX_RECONNECTED]),
                tuple(row.name for row in rows[oauth_id] if row.name),
                next((row.avatar for row in rows[oauth_id] if row.avatar), None),
                self._since.setdefault(oauth_id, self.clock()),
            )
            for oauth_id, ids in renewed.items()
        }


def _is_renewed(before: Account | None, now: Account) -> bool:
    if before is None:
        return False
    if before.is_expired and not now.is_expired:
        return True
    return now.expire is not None and now.expire - _RENEWAL >= (before.expire or _EVER)
