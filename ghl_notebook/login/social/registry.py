"""The registry of a process's logins, so that two logins do not use the same result."""

from __future__ import annotations


class LoginRegistry:
    """The runs that wait, and the account ids that have finished a login."""

    def __init__(self) -> None:
        self._finished: dict[str, int] = {}  # account id -> number of the login it finished last
        self._waiting: dict[str, str] = {}  # run -> platform
        self.count = 0
        """The number of logins that were finished so far."""

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

    def finish(self, account_id: str) -> None:
        """Note that an account id has finished a login."""
        self.count += 1
        self._finished[account_id] = self.count

    def has_finished(self, account_id: str, since: int = 0) -> bool:
        """Tell whether an account id has finished a login after the first `since` logins."""
        return self._finished.get(account_id, 0) > since
