"""The published rate limit: per app and sub-account, reported on every response of the API."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .levers import Levers
from .request import SimRequest
from .state import State


@dataclass(slots=True)
class _Window:
    """The requests of one caller: for both kinds of interval, and today."""

    began: float
    day: str
    used: int = 0
    used_today: int = 0
    sent: deque[float] = field(default_factory=deque)


def counted_for(request: SimRequest, state: State) -> str:
    """Return the caller that a request is counted for.

    All tokens of one app for one sub-account, or for one agency, share a limit. The token endpoint
    is counted per client. Any other token, such as a private integration token, has its own limit.
    """
    if request.path == "/oauth/token":
        return f"client {_client_id(request)}"
    token = state.token_of(request.bearer)
    if token is None or token.client_id is None:
        return f"bearer {request.bearer}"
    return f"app {token.client_id} {token.location_id or token.company_id}"


def _client_id(request: SimRequest) -> str:
    fields: object = request.form()
    if request.media_type == "application/json":
        try:
            fields = json.loads(request.body)
        except ValueError:
            return ""
    if not isinstance(fields, dict):
        return ""
    return str(fields.get("client_id") or fields.get("clientId") or "")


class RequestCounter:
    """Counts the requests of each caller in an interval and in a day.

    Parameters
    ----------
    levers : Levers
        The limits.
    clock : callable
        The current time; a day is a UTC day of this clock.
    monotonic : callable
        Seconds that never decrease, for the interval.
    """

    def __init__(
        self,
        levers: Levers,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._levers = levers
        self._clock = clock
        self._monotonic = monotonic
        self._windows: dict[str, _Window] = {}

    def count(self, caller: str) -> tuple[bool, dict[str, str]]:
        """Count a request, unless it is refused.

        Returns
        -------
        tuple of bool and dict
            Whether the request is within the limits, and the headers of its answer.
        """
        levers, seconds, now = self._levers, self._monotonic(), self._clock().astimezone(UTC)
        today = now.date().isoformat()
        window = self._windows.get(caller)
        if window is None:
            window = self._windows[caller] = _Window(seconds, today)
        # Both kinds are maintained, so that a test can change the lever at any time.
        if seconds - window.began >= levers.rate_interval:
            window.began, window.used = seconds, 0
        while window.sent and seconds - window.sent[0] >= levers.rate_interval:
            window.sent.popleft()
        if window.day != today:
            window.day, window.used_today = today, 0
        allowed = self._used(window) < levers.rate_limit and window.used_today < levers.daily_limit
        if allowed:
            window.used += 1
            window.used_today += 1
            window.sent.append(seconds)
        return allowed, self._headers(window, now) if levers.rate_headers else {}

    def _used(self, window: _Window) -> int:
        return len(window.sent) if self._levers.rate_window == "sliding" else window.used

    def _headers(self, window: _Window, now: datetime) -> dict[str, str]:
        levers = self._levers
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        return {
            "x-ratelimit-max": str(levers.rate_limit),
            "x-ratelimit-remaining": str(max(0, levers.rate_limit - self._used(window))),
            "x-ratelimit-interval-milliseconds": str(round(levers.rate_interval * 1000)),
            "x-ratelimit-limit-daily": str(levers.daily_limit),
            "x-ratelimit-daily-remaining": str(max(0, levers.daily_limit - window.used_today)),
            # A duration, not a datetime.
            "x-ratelimit-daily-reset": str((midnight - now) // timedelta(milliseconds=1)),
        }
