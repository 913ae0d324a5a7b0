"""Findings from the API: token, scopes, sub-account, user, clock and limits."""

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

from .finding import Finding, ok, problem, unknown
from .format import span
from .snapshot import Snapshot, take_snapshot

# No login has this id: the answer shows only whether the token has the scope.
_NO_LOGIN_ID: Final = "0" * 24
_NO_SUCH_LOGIN: Final = (BadRequestError, NotFoundError, RefusedError, ValidationError)
# After one of these errors, the next answer would be the same.
_FINAL_ERRORS: Final = (ConnectionFailedError, DailyLimitError, LocationAccessError, UserAgentError)
_ERRORS_OF_VALID_TOKENS: Final = (LocationAccessError, ScopeError)

_MAX_CLOCK_OFFSET: Final = timedelta(minutes=1)

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


class _Results(NamedTuple):
    """The results of the requests."""

    errors: dict[str, GHLError | None]
    """By scope; None: success. A scope that was not tried is absent."""
    users: list[User] | None


async def examine(core: AsyncClient) -> list[Finding]:
    """Send the requests, and return their findings."""
    given = core.user_id
    results = await _try(core)
    snapshot = take_snapshot(core)
    return [
        _credential(snapshot),
        _token(results),
        *_scopes(results, snapshot),
        _location(core, results),
        _user(core, given, results),
        _clock(snapshot),
        _limits(snapshot, results),
    ]


async def _try(core: AsyncClient) -> _Results:
    results = _Results({}, None)
    requests: dict[str, Callable[[], Awaitable[object]]] = {
        ACCOUNTS: core.accounts.list,
        LOGINS: lambda: core.oauth.available_accounts("instagram", _NO_LOGIN_ID),
        USERS: core.users,
    }
    for scope, request in requests.items():
        try:
            answer = await request()
        except _NO_SUCH_LOGIN as error:
            results.errors[scope] = None if scope == LOGINS else error
        except GHLError as error:
            results.errors[scope] = error
            is_end = isinstance(error, _FINAL_ERRORS) or not isinstance(error, ResponseError)
            if is_end or (isinstance(error, AuthenticationError) and not _is_scope(error)):
                break
        else:
            results.errors[scope] = None
            if scope == USERS and isinstance(answer, list):
                results = results._replace(users=answer)
    return results


def _is_scope(error: GHLError | None) -> bool:
    return isinstance(error, ScopeError)


def _credential(snapshot: Snapshot) -> Finding:
    return ok("credential", f"{snapshot.source[:1].upper()}{snapshot.source[1:]}.")


def _token(results: _Results) -> Finding:
    errors = [error for error in results.errors.values() if error is not None]
    # The API refuses a scope or a sub-account only to a valid token.
    is_valid = any(isinstance(error, _ERRORS_OF_VALID_TOKENS) for error in errors)
    if len(errors) < len(results.errors) or is_valid:
        return ok("token", "The API accepts it.")
    error = errors[-1]
    if isinstance(error, ConnectionFailedError | UserAgentError):
        return problem("service", error.what, error.next_step)
    is_refused = isinstance(error, AuthenticationError) or not isinstance(error, ResponseError)
    return (problem if is_refused else unknown)("token", error.what, error.next_step)


def _scopes(results: _Results, snapshot: Snapshot) -> list[Finding]:
    missing = [scope for scope, error in results.errors.items() if _is_scope(error)]
    read = (ACCOUNTS, LOGINS, USERS)
    return [
        *(_scope(scope, results, len(missing) == len(read)) for scope in read),
        *(_writing(scope, snapshot.scopes) for scope in _WRITING),
    ]


def _scope(scope: str, results: _Results, is_all: bool) -> Finding:
    topic = f"scope {scope}"
    if scope not in results.errors:
        return unknown(topic, "Not tried, because of the API's earlier answer.")
    error = results.errors[scope]
    if error is None:
        return ok(topic, f"The token has it, {_NEEDED_FOR[scope]}.")
    if _is_scope(error):
        also = " A wrong GHL_BASE_URL causes the same error." if is_all else ""
        return problem(
            topic,
            f"The token lacks it. It is needed {_NEEDED_FOR[scope]}.{also}",
            "Add it to the private integration and use the new token; for an app, add it to the "
            "app and log in again.",
        )
    return unknown(topic, error.what, error.next_step)


def _writing(scope: str, listed: tuple[str, ...] | None) -> Finding:
    topic = f"scope {scope}"
    if listed is None:
        return unknown(topic, f"Unknown until you use it {_NEEDED_FOR[scope]}.")
    if scope in listed:
        return ok(topic, f"The credential lists it, {_NEEDED_FOR[scope]}.")
    return problem(
        topic,
        f"The credential does not list it. It is needed {_NEEDED_FOR[scope]}.",
        "Add it to the app's scopes, and log in again.",
    )


def _location(core: AsyncClient, results: _Results) -> Finding:
    topic = "sub-account"
    for error in results.errors.values():
        if isinstance(error, LocationAccessError):
            text = f"The token has no access to {core.location_id}."
            return problem(topic, text, error.next_step)
    if None in results.errors.values():
        return ok(topic, f"The token belongs to {core.location_id}.")
    return unknown(topic, f"We could not check whether the token belongs to {core.location_id}.")


def _user(core: AsyncClient, given: str | None, results: _Results) -> Finding:
    topic = "user"
    if results.users is None:
        why = "A login needs a user who will own the connection."
        if given:
            return unknown(topic, f"We could not check whether user {given} exists. {why}")
        next_step = "Give the token users.readonly, or set GHL_USER_ID."
        return problem(topic, f"No user is known. {why}", next_step)
    if given is None:
        active = [user for user in results.users if user.id and not user.deleted]
        chosen = next((u for u in active if u.is_admin), next(iter(active), None))
        if chosen is None:
            return problem(topic, "The sub-account has no user.", "Set GHL_USER_ID.")
        role = "an administrator" if chosen.is_admin else "not an administrator"
        return ok(topic, f"Not set: {chosen.id}, {role}, will own connections.")
    found = next((user for user in results.users if user.id == given), None)
    choose = "Set GHL_USER_ID to a user of this sub-account, or leave it out."
    if found is None:
        also = " It is the sub-account's own id." if given == core.location_id else ""
        text = f"{given} is not a user of this sub-account: a connection would have no owner.{also}"
        return problem(topic, text, choose)
    if found.deleted:
        return problem(topic, f"{given} was deleted.", choose)
    is_admin = found.is_admin
    role = "an administrator" if is_admin else "not an administrator, which is not required"
    return ok(topic, f"{given} will own connections; {role}.")


def _clock(snapshot: Snapshot) -> Finding:
    topic = "clock"
    if snapshot.clock_offset is None:
        return unknown(topic, "The API's answers contained no time.")
    if abs(snapshot.clock_offset) <= _MAX_CLOCK_OFFSET:
        return ok(topic, "This computer and the API agree about the time.")
    side = "behind" if snapshot.clock_offset > timedelta(0) else "ahead of"
    return problem(
        topic,
        f"This computer is {span(snapshot.clock_offset)} {side} the API: tokens would be refreshed "
        "at the wrong time.",
        "Synchronize its clock with a time server.",
    )


def _limits(snapshot: Snapshot, results: _Results) -> Finding:
    topic, limits = "limits", snapshot.limits
    errors = results.errors.values()
    used_up = next((error for error in errors if isinstance(error, DailyLimitError)), None)
    if limits.max is None:
        if used_up:
            return problem(topic, "Today's calls are used up.", used_up.next_step)
        return unknown(topic, "The API has not reported them.")
    text = f"{limits.remaining} of {limits.max} calls left"
    if limits.interval is not None:
        text += f" in {span(limits.interval)}"
    if limits.daily_max is not None:
        text += f", {limits.daily_remaining} of {limits.daily_max} today"
    if limits.daily_reset is not None:
        text += f"; the daily count restarts in {span(limits.daily_reset)}"
    if used_up or limits.daily_remaining == 0:
        return problem(topic, f"{text}.", "Wait until then; no other step helps.")
    return ok(topic, f"{text}.")
