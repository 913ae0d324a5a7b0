"""What the logins of one process must know of each other."""

from __future__ import annotations


class Ledger:
    """Which logins wait, and which have finished, so that they do not mix."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}  # account id -> which login it finished last
        self._count = 0
        self._waiting: dict[str, str] = {}

    def wait(self, run: str, platform: str) -> None:
        """Note that a run waits for a message."""
        self._waiting[run] = platform

    def leave(self, run: str | None) -> None:
        """Note that a run no longer waits."""
        if run is not None:
            self._waiting.pop(run, None)

    def has_rival(self, run: str, platform: str) -> bool:
        """Tell whether another run waits for the same platform."""
        return any(r != run and p == platform for r, p in self._waiting.items())

    @property
    def count(self) -> int:
        """How many logins were finished so far."""
        return self._count

    def take(self, account_id: str) -> None:
        """Note that an account id has finished a login."""
        self._count += 1
        self._taken[account_id] = self._count

    def was_taken(self, account_id: str, since: int = 0) -> bool:
        """Tell whether an account id has finished a login, or one since so many were finished."""
        return self._taken.get(account_id, 0) > since
