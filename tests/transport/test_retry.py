"""Which failures are transient, and which of them may have been carried out."""

from __future__ import annotations

import pytest

import ghl_notebook as ghl
from ghl_notebook import GHLError
from ghl_notebook.transport import is_transient
from ghl_notebook.transport.retry import may_have_happened, may_repeat


def answered(kind: type[ghl.errors.ResponseError], status: int) -> ghl.errors.ResponseError:
    """Return the error of a response."""
    return kind("GET /", status=status)


def failed(*, was_sent: bool) -> GHLError:
    """Return the error of a request without a response."""
    error = ghl.errors.ConnectionFailedError("GET / failed.")
    error.was_sent = was_sent
    return error


def unreadable(status: int) -> GHLError:
    """Return the error of a response that would come again."""
    error = ghl.errors.UnexpectedAnswerError("GET /", status=status)
    error.may_pass = False
    return error


def of_the_token(*, may_pass: bool) -> GHLError:
    """Return the error of a token that could not be had."""
    error = ghl.errors.CredentialError("No token.")
    error.may_pass = may_pass
    return error


@pytest.mark.parametrize(
    ("error", "transient", "happened", "repeats", "repeats_change"),
    [
        (failed(was_sent=True), True, True, True, False),
        (failed(was_sent=False), True, False, True, True),
        (answered(ghl.errors.ServiceError, 500), True, True, True, False),
        (answered(ghl.errors.GatewayTimeoutError, 504), True, True, True, False),
        (answered(ghl.errors.UnexpectedAnswerError, 200), True, True, True, False),
        (answered(ghl.errors.UnexpectedAnswerError, 302), False, False, False, False),
        (unreadable(200), False, True, False, False),
        (unreadable(500), False, True, False, False),
        (unreadable(401), False, False, False, False),
        (answered(ghl.errors.RateLimitError, 429), True, False, True, True),
        (answered(ghl.errors.DailyLimitError, 429), False, False, False, False),
        (answered(ghl.errors.InvalidTokenError, 401), False, False, False, False),
        (answered(ghl.errors.ValidationError, 422), False, False, False, False),
        (of_the_token(may_pass=True), True, False, False, False),
        (of_the_token(may_pass=False), False, False, False, False),
    ],
    ids=repr,
)
def test_an_error_is_transient_or_final(
    error: GHLError, transient: bool, happened: bool, repeats: bool, repeats_change: bool
) -> None:
    """One table for the sender, the token endpoint, a run over an agency and a login's card."""
    assert is_transient(error) == transient
    assert may_have_happened(error) == happened
    assert may_repeat(error, changes_something=False) == repeats
    assert may_repeat(error, changes_something=True) == repeats_change
