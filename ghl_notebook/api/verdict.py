"""From an answer to its value, or to the error that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ghl_notebook.errors import (
    DailyLimitError,
    RateLimitError,
    RefusedError,
    ResponseError,
    UnexpectedAnswerError,
)
from ghl_notebook.models import describe_body, json_object, read_refusal
from ghl_notebook.pacing import read_limits

from .exchange import Answer

T = TypeVar("T")

Clock = Callable[[], datetime]
"""The current time, with a time zone."""


Shape = Callable[[Mapping[str, Any]], bool]
"""Tells whether a body holds what was asked for, at least in its outlines."""


def body_of(what: str, answer: Answer, shape: Shape | None = None) -> dict[str, Any]:
    """Return the JSON object of an answer below 300.

    Parameters
    ----------
    what : str
        What was asked, for the error's text.
    answer : Answer
        The answer, read whole.
    shape : Shape, optional
        What else it must be: a list that is missing is not an empty one.

    Raises
    ------
    RefusedError
        For ``success: false``.
    UnexpectedAnswerError
        For a body that is no JSON object, or has another shape.
    """
    body = json_object(answer.content)
    if body is None:
        raise UnexpectedAnswerError(
            what,
            status=answer.status,
            service_message=describe_body(
                answer.content, answer.content_type, hide=_sent_token(answer)
            ),
        )
    if body.get("success") is False:
        del body  # a traceback may show this frame's locals: the service may repeat the token
        raise _made(RefusedError, what, answer)
    if shape is not None and not shape(body):
        # Names only: a key may be anything.
        keys = ", ".join(sorted(key for key in body if key.isidentifier() and len(key) <= 20)[:5])
        del body
        raise UnexpectedAnswerError(
            what,
            status=answer.status,
            service_message=f"an answer without what was asked for (it holds: {keys})",
        )
    return body


def rows_of(
    what: str,
    answer: Answer,
    *,
    read: Callable[[bytes], T | None],
    convert: Callable[[Mapping[str, Any]], T],
    shape: Shape,
) -> T:
    """Return what an answer below 300 lists, read at once where it is as most are.

    Parameters
    ----------
    what, answer, shape
        As for `body_of`.
    read : callable
        Reads a body; None where it takes a closer look.
    convert : callable
        Makes the same of a body that had it.

    Raises
    ------
    ResponseError
        As `body_of`.
    """
    found = read(answer.content)
    return convert(body_of(what, answer, shape)) if found is None else found


def error_of(what: str, answer: Answer, *, clock: Clock, version: str = "") -> ResponseError | None:
    """Make the error that the answer is by its status, or None for one below 300.

    The status is trusted over the body's own ``statusCode``.

    Parameters
    ----------
    what, answer
        As for `body_of`.
    clock : callable
        The current time: the service says how long a daily limit holds, not until when.
    version : str
        The header ``Version`` of the request.
    """
    if answer.status < 300:
        return None
    limits = read_limits(answer.headers)
    error = _made(None, what, answer, version)
    if isinstance(error, RateLimitError) and limits.daily_remaining == 0:
        return daily_limit_error(what, error, limits.daily_reset, clock=clock)
    return error


def daily_limit_error(
    what: str, refused: ResponseError, reset: timedelta | None, *, clock: Clock
) -> DailyLimitError:
    """Make the error that says until when no more calls are answered."""
    until = None if reset is None else clock() + reset
    error = DailyLimitError(
        what,
        status=refused.status,
        service_message=refused.service_message,
        trace_id=refused.trace_id,
        next_step=None
        if until is None
        else f"The day's calls are used up until {until:%Y-%m-%d %H:%M} UTC: run it again then, "
        "or ask for a higher daily limit.",
    )
    error.until = until
    return error


def _made(
    kind: type[ResponseError] | None, what: str, answer: Answer, version: str = ""
) -> ResponseError:
    refusal = read_refusal(
        answer.status,
        answer.content,
        answer.content_type,
        hide=_sent_token(answer),
        version=version,
        may_choose=True,
    )
    return (kind or refusal.kind)(
        what,
        status=answer.status,
        service_message=refusal.message,
        trace_id=refusal.trace_id,
        next_step=refusal.next_step,
    )


def _sent_token(answer: Answer) -> list[str]:
    return [answer.sent.reveal()] if answer.sent else []
