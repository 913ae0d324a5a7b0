"""Which failures are worth another attempt, and how many an outage may cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from tenacity import RetryCallState, wait_random_exponential
from tenacity.stop import stop_base

from ghl_notebook.errors import (
    ConnectionFailedError,
    DailyLimitError,
    GatewayTimeoutError,
    GHLError,
    RateLimitError,
    ServiceError,
    UnexpectedAnswerError,
)

MAX_ATTEMPTS: Final = 4
MAX_REFUSALS: Final = 6
"""Of answers 429 to one call: each costs a wait, and changes nothing."""

# Waits between nothing and 0.4, 0.8, 1.6 … seconds: "full jitter" spreads clients out best.
BACK_OFF: Final = wait_random_exponential(multiplier=0.4, max=5.0)

_TROUBLE: Final = (ConnectionFailedError, GatewayTimeoutError, ServiceError)


class RetryBudget:
    """Lets an outage cost at most 1.45 attempts per call, and ten more.

    Each call earns a part of a repetition, and each repetition spends one. Where single calls fail,
    all may be repeated; where everything fails, most are not. Threads may share it.

    Parameters
    ----------
    share : float
        Of a repetition that a call earns.
    reserve : float
        Repetitions to begin with, and the most that are saved.
    """

    def __init__(self, share: float = 0.45, reserve: float = 10.0) -> None:
        self._share, self._reserve = share, reserve
        self._left = reserve
        self._lock = threading.Lock()

    def earn(self) -> None:
        """Count a call."""
        with self._lock:
            self._left = min(self._reserve, self._left + self._share)

    def spend(self) -> bool:
        """Take a repetition, if there is one left."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True


def is_refused_for_now(error: BaseException | None) -> bool:
    """Tell whether the service did nothing because of its rate limit: any call may be repeated."""
    return isinstance(error, RateLimitError) and not isinstance(error, DailyLimitError)


def is_trouble(error: BaseException | None) -> bool:
    """Tell whether another attempt may end differently: no answer, or one that is broken."""
    if isinstance(error, UnexpectedAnswerError):
        # Cut off or damaged on the way; a redirect would come again.
        return error.status < 300 and error.may_pass
    return isinstance(error, _TROUBLE)


def may_have_happened(error: GHLError) -> bool:
    """Tell whether the service may have carried out a call that ended in this error."""
    if isinstance(error, ConnectionFailedError):
        return error.was_sent
    if isinstance(error, UnexpectedAnswerError):
        return error.status < 300 or (error.status >= 500 and not error.may_pass)
    return is_trouble(error)


def may_repeat(error: BaseException, *, changes_something: bool) -> bool:
    """Tell whether an error of a call is worth another attempt.

    Parameters
    ----------
    error : BaseException
        How the attempt ended.
    changes_something : bool
        Then only what the service has certainly not carried out is sent again.
    """
    if is_refused_for_now(error):
        return True
    if not isinstance(error, GHLError) or not is_trouble(error):
        return False
    return not (changes_something and may_have_happened(error))


class StopWhenSpent(stop_base):
    """Ends the attempts of one call: by their number, their time, and when the budget is used up.

    Parameters
    ----------
    budget : RetryBudget
        What repetitions may cost.
    is_late : callable
        Whether the time of the call is over.
    """

    def __init__(self, budget: RetryBudget, is_late: Callable[[], bool]) -> None:
        self._budget = budget
        self._is_late = is_late
        self._refusals = 0

    def __call__(self, state: RetryCallState) -> bool:
        """Decide after an attempt that could be repeated."""
        if self._is_late():
            return True
        if is_refused_for_now(state.outcome.exception() if state.outcome else None):
            self._refusals += 1
            return self._refusals >= MAX_REFUSALS
        if state.attempt_number - self._refusals >= MAX_ATTEMPTS:
            return True
        return not self._budget.spend()


def wait_before(state: RetryCallState) -> float:
    """Return the seconds before the next attempt; after a 429 the pacer knows them."""
    if is_refused_for_now(state.outcome.exception() if state.outcome else None):
        return 0.0
    return BACK_OFF(state)
