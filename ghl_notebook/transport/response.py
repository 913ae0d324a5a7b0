"""From a response to its value, or to the error with the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from ghl_notebook.errors import (
    DailyLimitError,
    InvalidTokenError,
    RateLimitError,
    RefusedError,
    ResponseError,
    UnexpectedAnswerError,
)

from .error_response import describe_body, firewall_hint, read_error_response
from .rate_limit_headers import read_limits
from .request import Response, json_object

T = TypeVar("T")

Clock = Callable[[], datetime]
"""The current time, with a time zone."""


Shape = Callable[[Mapping[str, Any]], bool]
"""Tells whether a body has what was requested, at least in outline."""


def body_of(what: str, response: Response, shape: Shape | None = None) -> dict[str, Any]:
    """Return the JSON object of a response below 300.

    Parameters
    ----------
    what : str
        The request, for the error's text.
    response : Response
        The response.
    shape : Shape, optional
        What else the body must have: a missing list is not an empty one.

    Raises
    ------
    RefusedError
        For ``success: false``.
    UnexpectedAnswerError
        For a body that is not a JSON object, or has another shape.
    """
    body = json_object(response.content)
    if body is None:
        raise UnexpectedAnswerError(
            what,
            status=response.status,
            service_message=describe_body(
                response.content, response.content_type, hide=_secrets(response)
            ),
            next_step=firewall_hint(response.content),
        )
    if body.get("success") is False:
        del body  # a traceback may show this frame's locals: the service may repeat the token
        raise _error(RefusedError, what, response)
    if shape is not None and not shape(body):
        # Names only: a key may be anything.
        keys = ", ".join(sorted(key for key in body if key.isidentifier() and len(key) <= 20)[:5])
        del body
        raise UnexpectedAnswerError(
            what,
            status=response.status,
            service_message=f"an answer without what was asked for (it holds: {keys})",
        )
    return body


def rows_of(
    what: str,
    response: Response,
    *,
    read: Callable[[bytes], T | None],
    convert: Callable[[Mapping[str, Any]], T],
    shape: Shape,
) -> T:
    """Decode the rows of a response below 300, by the fast decoder where the body allows it.

    Parameters
    ----------
    what, response, shape
        As for `body_of`.
    read : callable
        Decodes a body; returns None for one that needs a closer look.
    convert : callable
        Makes the same rows of a JSON object.

    Raises
    ------
    ResponseError
        As `body_of`.
    """
    found = read(response.content)
    return convert(body_of(what, response, shape)) if found is None else found


def error_of(
    what: str,
    response: Response,
    *,
    clock: Clock,
    version: str = "",
    may_choose: bool = False,
) -> ResponseError:
    """Make the error for a response that has no value.

    The status is trusted over the body's own ``statusCode``.

    Parameters
    ----------
    what, response
        As for `body_of`.
    clock : callable
        The current time: the service reports how long a daily limit lasts, not until when.
    version, may_choose
        As for `read_error_response`.
    """
    error = _error(None, what, response, version, may_choose=may_choose)
    if isinstance(error, RateLimitError):
        limits = read_limits(response.headers)
        if limits.daily_remaining == 0:
            return _daily_limit_error(what, error, limits.daily_reset, clock)
    return error


def _daily_limit_error(
    what: str, refused: ResponseError, reset: timedelta | None, clock: Clock
) -> DailyLimitError:
    until = None if reset is None else (clock() + reset).astimezone(UTC)
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


def rejects_token(response: Response) -> bool:
    """Tell whether a response means that the access token is invalid or expired.

    Of all responses 401, only this one is cured by another token: a missing scope
    stays missing, and "Command timed out" is the gateway's.
    """
    read = read_error_response(response.status, response.content, response.content_type)
    return read.kind is InvalidTokenError


def clock_offset(date: str, now: datetime) -> timedelta | None:
    """Return the service's clock minus the local one; None for a response without a time.

    Parameters
    ----------
    date : str
        The response's header ``Date``: in whole seconds, and as old as the response's way here.
    now : datetime
        The local time when the response came, with a time zone.
    """
    try:
        sent = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)) - now


def _error(
    kind: type[ResponseError] | None,
    what: str,
    response: Response,
    version: str = "",
    *,
    may_choose: bool = False,
) -> ResponseError:
    read = read_error_response(
        response.status,
        response.content,
        response.content_type,
        hide=_secrets(response),
        version=version,
        may_choose=may_choose,
    )
    error = (kind or read.kind)(
        what,
        status=response.status,
        service_message=read.message,
        trace_id=read.trace_id,
        next_step=read.next_step,
    )
    error.code, error.hint = read.code, read.hint
    return error


def _secrets(response: Response) -> list[str]:
    return [secret.reveal() for secret in response.secrets]
