"""What the service says: token, scopes, sub-account, user, clock and limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, NamedTuple

from ghl_notebook.api import AsyncClient
from ghl_notebook.errors import (
    AuthenticationError,
    BadRequestError,
    ConnectionFailedError,
    DailyLimitError,
    GHLError,
    LocationAccessError,
    NotFoundError,
    RefusedError,
    ResponseError,
    ScopeError,
    UserAgentError,
    ValidationError,
)
from ghl_notebook.models import User

from .finding import Finding, Mark
from .reading import Reading, read
from .words import span

# No login has this id: the answer says whether the scope is there, and nothing else.
_NOBODY: Final = "0" * 24
_NO_SUCH_LOGIN: Final = (BadRequestError, NotFoundError, RefusedError, ValidationError)
# After one of these the next answer would be the same.
_END: Final = (ConnectionFailedError, DailyLimitError, LocationAccessError, UserAgentError)
_OF_A_KNOWN_TOKEN: Final = (LocationAccessError, ScopeError)

_MOST_OFF: Final = timedelta(minutes=1)

ACCOUNTS: Final = "socialplanner/account.readonly"
LOGINS: Final = "socialplanner/oauth.readonly"
USERS: Final = "users.readonly"
_NEEDED_FOR: Final = {
    ACCOUNTS: "to list what is connected",
    LOGINS: "to log in, and to list what a login may attach",
    USERS: "to find the user who owns connections",
    "socialplanner/oauth.write": "to attach an account",
    "socialplanner/account.write": "to disconnect an account",
}
_WRITING: Final = [scope for scope in _NEEDED_FOR if scope.endswith(".write")]


class _Tried(NamedTuple):
    """What the requests have brought."""

    errors: dict[str, GHLError | None]
    """By scope; None: it went well. One that is not there was not tried."""
    users: list[User] | None


async def examine(core: AsyncClient) -> list[Finding]:
    """Ask the service, and say what its answers mean."""
    given = core.user_id
    tried = await _try(core)
    now = read(core)
    return [
        _credential(now),
        _token(tried),
        *_scopes(tried, now),
        _location(core, tried),
        _user(core, given, tried),
        _clock(now),
        _limits(now, tried),
    ]


async def _try(core: AsyncClient) -> _Tried:
    tried = _Tried({}, None)
    requests: dict[str, Callable[[], Awaitable[object]]] = {
        ACCOUNTS: core.accounts.list,
        LOGINS: lambda: core.oauth.available_accounts("instagram", _NOBODY),
        USERS: core.users,
    }
    for scope, request in requests.items():
        try:
            answer = await request()
        except _NO_SUCH_LOGIN as error:
            tried.errors[scope] = None if scope == LOGINS else error
        except GHLError as error:
            tried.errors[scope] = error
            is_end = isinstance(error, _END) or not isinstance(error, ResponseError)
            if is_end or (isinstance(error, AuthenticationError) and not _is_scope(error)):
                break
        else:
            tried.errors[scope] = None
            if scope == USERS and isinstance(answer, list):
                tried = tried._replace(users=answer)
    return tried


def _is_scope(error: GHLError | None) -> bool:
    return isinstance(error, ScopeError)


def _credential(now: Reading) -> Finding:
    return Finding("credential", Mark.OK, f"{now.source[:1].upper()}{now.source[1:]}.")


def _token(tried: _Tried) -> Finding:
    errors = [error for error in tried.errors.values() if error is not None]
    # A scope or a sub-account is refused to a token that is known.
    if len(errors) < len(tried.errors) or any(isinstance(e, _OF_A_KNOWN_TOKEN) for e in errors):
        return Finding("token", Mark.OK, "The service takes it.")
    error = errors[-1]
    if isinstance(error, ConnectionFailedError | UserAgentError):
        return Finding("service", Mark.PROBLEM, error.what, error.next_step)
    is_refused = isinstance(error, AuthenticationError) or not isinstance(error, ResponseError)
    mark = Mark.PROBLEM if is_refused else Mark.UNKNOWN
    return Finding("token", mark, error.what, error.next_step)


def _scopes(tried: _Tried, now: Reading) -> list[Finding]:
    missing = [scope for scope, error in tried.errors.items() if _is_scope(error)]
    return [
        *(_scope(scope, tried, len(missing) == len(_NEEDED_FOR) - len(_WRITING)) for scope in
          (ACCOUNTS, LOGINS, USERS)),
        *(_writing(scope, now.scopes) for scope in _WRITING),
    ]  # fmt: skip


def _scope(scope: str, tried: _Tried, is_all: bool) -> Finding:
    topic = f"scope {scope}"
    if scope not in tried.errors:
        return Finding(topic, Mark.UNKNOWN, "Not tried, after what the service said before.")
    error = tried.errors[scope]
    if error is None:
        return Finding(topic, Mark.OK, f"The token has it, {_NEEDED_FOR[scope]}.")
    if _is_scope(error):
        also = " A wrong GHL_BASE_URL reads the same." if is_all else ""
        return Finding(
            topic, Mark.PROBLEM, f"The token lacks it. It is needed {_NEEDED_FOR[scope]}.{also}",
            "Add it to the private integration or the app, and take the new token; a login of an "
            "app must be made again.",
        )  # fmt: skip
    return Finding(topic, Mark.UNKNOWN, error.what, error.next_step)


def _writing(scope: str, listed: tuple[str, ...] | None) -> Finding:
    topic = f"scope {scope}"
    if listed is None:
        return Finding(topic, Mark.UNKNOWN, f"Not known until it is used, {_NEEDED_FOR[scope]}.")
    if scope in listed:
        return Finding(topic, Mark.OK, f"The credential lists it, {_NEEDED_FOR[scope]}.")
    return Finding(
        topic,
        Mark.PROBLEM,
        f"The credential does not list it. It is needed {_NEEDED_FOR[scope]}.",
        "Add it to the app's scopes, and log in again.",
    )


def _location(core: AsyncClient, tried: _Tried) -> Finding:
    topic = "sub-account"
    for error in tried.errors.values():
        if isinstance(error, LocationAccessError):
            said = f"The token has no access to {core.location_id}."
            return Finding(topic, Mark.PROBLEM, said, error.next_step)
    if None in tried.errors.values():
        return Finding(topic, Mark.OK, f"The token is of {core.location_id}.")
    return Finding(
        topic, Mark.UNKNOWN, f"Whether the token is of {core.location_id} could not be seen."
    )


def _user(core: AsyncClient, given: str | None, tried: _Tried) -> Finding:
    topic = "user"
    if tried.users is None:
        said = f"Whether {given} is one could not be seen." if given else "None is known."
        return Finding(
            topic,
            Mark.UNKNOWN if given else Mark.PROBLEM,
            f"{said} A login needs one who will own the connection.",
            "" if given else "Give the token users.readonly, or set GHL_USER_ID.",
        )
    there = [user for user in tried.users if user.id and not user.deleted]
    if given is None:
        chosen = next((u for u in there if u.is_admin), next(iter(there), None))
        if chosen is None:
            return Finding(topic, Mark.PROBLEM, "The sub-account has no user.", "Set GHL_USER_ID.")
        role = "an administrator" if chosen.is_admin else "not an administrator"
        said = f"None was given: connections will be owned by {chosen.id}, {role}."
        return Finding(topic, Mark.OK, said)
    found = next((user for user in tried.users if user.id == given), None)
    choose = "Set GHL_USER_ID to a user of this sub-account, or leave it out."
    if found is None:
        also = " It is the sub-account's own id." if given == core.location_id else ""
        return Finding(
            topic,
            Mark.PROBLEM,
            f"{given} is no user of this sub-account: a connection would have no owner.{also}",
            choose,
        )
    if found.deleted:
        return Finding(topic, Mark.PROBLEM, f"{given} was deleted.", choose)
    role = "an administrator" if found.is_admin else "no administrator, which a login does not ask"
    return Finding(topic, Mark.OK, f"{given} will own connections; {role}.")


def _clock(now: Reading) -> Finding:
    topic = "clock"
    if now.clock_offset is None:
        return Finding(topic, Mark.UNKNOWN, "The service's time was not told.")
    away = abs(now.clock_offset)
    if away <= _MOST_OFF:
        return Finding(topic, Mark.OK, "This computer and the service agree about the time.")
    side = "behind" if now.clock_offset > timedelta(0) else "ahead of"
    return Finding(
        topic,
        Mark.PROBLEM,
        f"This computer is {span(away)} {side} the service: tokens would be renewed at the wrong "
        "time.",
        "Set its clock by the network.",
    )


def _limits(now: Reading, tried: _Tried) -> Finding:
    topic = "limits"
    used_up = any(isinstance(error, DailyLimitError) for error in tried.errors.values())
    limits = now.limits
    if limits.max is None:
        mark = Mark.PROBLEM if used_up else Mark.UNKNOWN
        said = "The day's calls are used up." if used_up else "The service has not told them."
        return Finding(topic, mark, said)
    said = f"{limits.remaining} of {limits.max} calls left"
    if limits.interval is not None:
        said += f" in {span(limits.interval)}"
    if limits.daily_max is not None:
        said += f", {limits.daily_remaining} of {limits.daily_max} today"
    if limits.daily_reset is not None:
        said += f", which is counted anew in {span(limits.daily_reset)}"
    if used_up or limits.daily_remaining == 0:
        return Finding(topic, Mark.PROBLEM, f"{said}.", "Wait until then; nothing helps before.")
    return Finding(topic, Mark.OK, f"{said}.")
