"""Which failures are transient, what may be sent again, and how much an outage may cost."""

from __future__ import annotations

import random
import threading
from typing import Final, NamedTuple

from ghl_notebook.errors import (
    ConnectionFailedError,
    CredentialError,
    DailyLimitError,
    GatewayTimeoutError,
    GHLError,
    RateLimitError,
    ServiceError,
    UnexpectedAnswerError,
)


class RetryPolicy(NamedTuple):
    """How often one call is attempted.

    Attributes
    ----------
    attempts : int
        Attempts that may fail for a transient reason.
    refusals : int
        Responses 429 to one call: each costs a wait, and changes nothing.
    repeats_open : bool
        Whether a call that changes something is sent again although it may have been carried out.
    """

    attempts: int = 4
    refusals: int = 6
    repeats_open: bool = False


# Waits between zero and 0.4, 0.8, 1.6 … seconds: "full jitter" spreads clients out best.
_FIRST_WAIT: Final = 0.4
_MAX_WAIT: Final = 5.0


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


def is_transient(error: BaseException) -> bool:
    """Tell whether the same call may succeed in a moment: the service or the network failed."""
    if isinstance(error, UnexpectedAnswerError):
        # Cut off or damaged on the way; a redirect would come again.
        return error.status < 300 and error.may_pass
    if isinstance(error, CredentialError):
        return error.may_pass
    return is_refused_for_now(error) or isinstance(
        error, ConnectionFailedError | GatewayTimeoutError | ServiceError
    )


def may_have_happened(error: GHLError) -> bool:
    """Tell whether the service may have carried out a call that ended in this error."""
    if isinstance(error, ConnectionFailedError):
        return error.was_sent
    if isinstance(error, UnexpectedAnswerError):
        return error.status < 300 or (error.status >= 500 and not error.may_pass)
    return isinstance(error, GatewayTimeoutError | ServiceError)


def may_repeat(error: BaseException, *, changes_something: bool) -> bool:
    """Tell whether an error of a call is worth another attempt.

    Parameters
    ----------
    error : BaseException
        How the attempt ended.
    changes_something : bool
        Then only what the service has certainly not carried out is sent again.
    """
    if not isinstance(error, GHLError) or not is_transient(error):
        return False
    if isinstance(error, CredentialError):  # the token endpoint was asked again already
        return False
    return not (changes_something and may_have_happened(error))


class Retries:
    """Decides about the retries of one call.

    Parameters
    ----------
    policy : RetryPolicy
        How often it is attempted.
    budget : RetryBudget
        What retries may cost.
    """

    def __init__(self, policy: RetryPolicy, budget: RetryBudget) -> None:
        self._policy = policy
        self._budget = budget
        self._failures = self._refusals = 0

    def wait(self, error: BaseException) -> float | None:
        """Return the seconds to wait after an error that may be repeated; None: give up."""
        if is_refused_for_now(error):
            self._refusals += 1
            # The rate limiter waits.
            return 0.0 if self._refusals < self._policy.refusals else None
        self._failures += 1
        if self._failures >= self._policy.attempts or not self._budget.spend():
            return None
        longest = _FIRST_WAIT * 2 ** (self._failures + self._refusals - 1)
        return random.uniform(0.0, min(longest, _MAX_WAIT))  # noqa: S311
