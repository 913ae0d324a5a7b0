"""Every error that ghl_notebook raises, as one tree.

::

    GHLError
    ├── SettingsError               a setting is missing or makes no sense
    ├── ArgumentError               an argument makes no sense; also a ValueError
    ├── CredentialError             a credential cannot be used, renewed or kept
    │   ├── LogInAgainError         its refresh token is used up, revoked or unknown
    │   ├── CredentialMismatchError a renewal was answered with another sub-account's token
    │   ├── StateMismatchError      a redirected address of another login, or a forged one
    │   └── StorageError            it could not be read, written or locked
    ├── PlanError                   the record of what schedule_posts sends cannot be used
    ├── ConnectionFailedError       no answer came: DNS, TLS, refused, reset, timeout
    ├── ResponseError               an answer came and cannot be used
    │   ├── UnexpectedAnswerError   HTML, no JSON, another shape, no ``Location``
    │   ├── RefusedError            2xx with ``success: false``
    │   ├── BadRequestError         400
    │   ├── AuthenticationError     401
    │   │   ├── ScopeError          the token lacks the scope, or the path is wrong
    │   │   ├── AgencyTokenError    an agency (Company) OAuth token on a sub-account call
    │   │   ├── TokenTypeError      an agency private integration on a sub-account call
    │   │   ├── VersionHeaderError  the ``Version`` header is missing or unknown
    │   │   └── InvalidTokenError   the token is wrong, revoked or expired
    │   ├── GatewayTimeoutError     401 "Command timed out", 408, 504
    │   ├── PermissionDeniedError   403
    │   │   ├── LocationAccessError the token belongs to another sub-account
    │   │   ├── AgencyOnlyError     an endpoint for agencies only
    │   │   └── UserAgentError      the CDN refused the ``User-Agent``
    │   ├── NotFoundError           404
    │   ├── ValidationError         422
    │   ├── RateLimitError          429, wait one interval
    │   │   └── DailyLimitError     429, the day's calls are used up
    │   └── ServiceError            5xx
    ├── RunError                    a run over an agency's sub-accounts did not go through
    │   ├── RunStoppedError         it was stopped before all sub-accounts had their turn
    │   ├── FolderError             its folder cannot be read, written or locked
    │   └── WorkerError             the dask workers that tried a part of it have died
    └── LoginError                  a login did not end in a connection
        ├── PlatformError           no such platform, or not one that can be connected
        ├── FrontEndError           no notebook front end is there to press the button in
        ├── LoginNotFinishedError   asked for the result of a login that has none yet
        ├── LoginCancelledError     cancelled in the card, or denied on the platform's page
        ├── LoginTimeoutError       nothing arrived within the time limit
        └── LoginFailedError        the service refused to start it or to confirm its result

An answer's error carries `status`, `service_message`, `trace_id` and `next_step`; its text is
made of these and never holds a token or an authorization URL. `outcome_unknown` is True where a
call that changes something may have been carried out although it failed.
"""

from __future__ import annotations

from datetime import datetime

from .sanitize import hide_tokens, one_line

__all__ = [
    "AgencyOnlyError",
    "AgencyTokenError",
    "ArgumentError",
    "AuthenticationError",
    "BadRequestError",
    "ConnectionFailedError",
    "CredentialError",
    "CredentialMismatchError",
    "DailyLimitError",
    "FolderError",
    "FrontEndError",
    "GHLError",
    "GatewayTimeoutError",
    "InvalidTokenError",
    "LocationAccessError",
    "LogInAgainError",
    "LoginCancelledError",
    "LoginError",
    "LoginFailedError",
    "LoginNotFinishedError",
    "LoginTimeoutError",
    "NotFoundError",
    "PermissionDeniedError",
    "PlanError",
    "PlatformError",
    "RateLimitError",
    "RefusedError",
    "ResponseError",
    "RunError",
    "RunStoppedError",
    "ScopeError",
    "ServiceError",
    "SettingsError",
    "StateMismatchError",
    "StorageError",
    "TokenTypeError",
    "UnexpectedAnswerError",
    "UserAgentError",
    "ValidationError",
    "VersionHeaderError",
    "WorkerError",
]

_LONGEST = 4_000
"""Characters of a sentence of ours, whatever it quotes."""
_LONGEST_SAID = 500
"""Characters of the service's own words."""


class GHLError(Exception):
    """The root: ``except GHLError`` catches every fault that ghl_notebook reports.

    Parameters
    ----------
    what : str
        What happened, one sentence.
    next_step : str, optional
        What the user can do about it, one sentence. The class's own when left out.
    """

    next_step: str = ""
    outcome_unknown: bool = False

    def __init__(self, what: str, next_step: str | None = None) -> None:
        self.what = _plain(what)
        if next_step is not None:
            self.next_step = _plain(next_step)
        super().__init__(f"{self.what} {self.next_step}".strip())

    def advise(self, next_step: str) -> None:
        """Say something else that the user can do about it."""
        self.next_step = _plain(next_step)
        self.args = (f"{self.what} {self.next_step}",)

    def leave_outcome_open(self) -> None:
        """Say that the call may have been carried out, and how to find out."""
        self.outcome_unknown = True
        self.advise(
            "It may have been carried out all the same: look with fetch_accounts() first. "
            f"{self.next_step}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        # BaseException would call ``cls(*args)``: the text already holds the next step, and an
        # answer's error has keyword-only fields.
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _plain(text: object, most: int = _LONGEST) -> str:
    return one_line(hide_tokens(str(text)[: 4 * most]), most)


def _rebuild(kind: type[GHLError], args: tuple[object, ...], fields: dict[str, object]) -> GHLError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class SettingsError(GHLError):
    """A setting is missing or makes no sense."""


class ArgumentError(GHLError, ValueError):
    """An argument makes no sense."""


class CredentialError(GHLError):
    """A credential cannot be used, renewed or kept.

    `may_pass` is True where the service was out: another attempt may end differently.
    """

    next_step = "Log in again: ghl_notebook.log_in()."
    may_pass: bool = False


class LogInAgainError(CredentialError):
    """The refresh token is used up, revoked or unknown: nothing but a new login helps."""


class CredentialMismatchError(CredentialError):
    """A renewal was answered with a token of another sub-account or agency; it was not kept."""

    next_step = "Nothing was stored. Log in again, and report this to the service's support."


class StateMismatchError(CredentialError):
    """A redirect is no answer to this login: its ``state`` is another one, or was used before.

    That is an older login's address, or somebody who wants you to use their account.
    """

    next_step = "Use the address that this login's own window ends at, or begin the login again."


class StorageError(CredentialError):
    """A stored credential could not be read, written or locked."""


class ConnectionFailedError(GHLError):
    """No answer came from the service: DNS, TLS, connection refused or reset, or a timeout.

    Attributes
    ----------
    was_sent : bool
        Whether the request, or a part of it, may have reached the service.
    """

    was_sent: bool = True
    next_step = "Check the network (and GHL_BASE_URL, if you set it), then run the cell again."


class ResponseError(GHLError):
    """The service answered, and the answer cannot be used.

    Parameters
    ----------
    what : str
        What was asked, for instance ``"GET /users/"``.
    status : int
        The HTTP status. The body's own ``statusCode`` is not trusted.
    service_message : str
        The service's words; several are joined by ``"; "``.
    trace_id : str or None
        The service's ``traceId``, for its support.
    next_step : str, optional
        What the user can do about it. The class's own when left out.
    """

    def __init__(
        self,
        what: str,
        *,
        status: int,
        service_message: str = "",
        trace_id: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.status = status
        self.service_message = service_message = _plain(service_message, _LONGEST_SAID)
        self.trace_id = trace_id = trace_id and _plain(trace_id, _LONGEST_SAID)
        said = f": {service_message.rstrip('.')}" if service_message else ""
        trace = f" (trace id {trace_id})" if trace_id else ""
        super().__init__(f"{what} was answered {status}{said}{trace}.", next_step)


class UnexpectedAnswerError(ResponseError):
    """The answer has another form than the service documents: HTML, no JSON, no ``Location``.

    `may_pass` is False for one that is not asked for again: too large, or packed otherwise than by
    gzip.
    """

    may_pass: bool = True
    next_step = (
        "Check that GHL_BASE_URL is the API's address and not a website's; if it is, report it."
    )


class RefusedError(ResponseError):
    """The answer is 2xx, and its body says ``success: false``."""

    next_step = "Read the service's message; nothing was changed by this call as far as it says."


class BadRequestError(ResponseError):
    """400: the service cannot use a value that was sent."""

    next_step = "The cause is not known beyond the service's words: compare what you passed."


class AuthenticationError(ResponseError):
    """401: the service does not accept the token for this call."""

    next_step = (
        "The cause is not known beyond the service's words: ghl_notebook.doctor(client) looks at "
        "the token and its scopes."
    )


class ScopeError(AuthenticationError):
    """401 "not authorized for this scope": a missing scope, or a path that does not exist."""

    next_step = (
        "Add the scope to the private integration (Settings > Private Integrations), or to the "
        "app, and install it in the sub-account again: "
        "socialplanner/oauth.readonly, socialplanner/oauth.write, socialplanner/account.readonly, "
        "socialplanner/account.write and users.readonly."
    )


class AgencyTokenError(AuthenticationError):
    """401 "authClass type is not allowed": an agency (Company) OAuth token was used."""

    next_step = (
        "Exchange the agency token at POST /oauth/locationToken for one of this sub-account, "
        "or use a private integration token of the sub-account."
    )


class TokenTypeError(AuthenticationError):
    """401 "Token's user type mismatch!": an agency's private integration token was used."""

    next_step = (
        "Make the private integration inside the sub-account (switch to it, then Settings > "
        "Private Integrations), not in the agency view, and put its token into GHL_TOKEN."
    )


class VersionHeaderError(AuthenticationError):
    """401 "version header": the ``Version`` header was lost or is not one the service knows."""

    next_step = "A proxy on the way may drop the Version header; connect without it."


class InvalidTokenError(AuthenticationError):
    """401 "Invalid token" or an expired one."""

    next_step = (
        "Copy the token again into GHL_TOKEN, or make a new one if it was revoked; "
        "log in again with ghl_notebook.log_in() if it is a login's."
    )


class GatewayTimeoutError(ResponseError):
    """The service's gateway gave up waiting: 504, 408, or its 401 "Command timed out".

    The token is fine. It is not to be refreshed because of this.
    """

    next_step = "The service was too slow: run the cell again in a moment; the token is fine."


class PermissionDeniedError(ResponseError):
    """403: the service knows the token and does not allow this."""

    next_step = (
        "The cause is not known beyond the service's words: ghl_notebook.doctor(client) shows "
        "whether token, sub-account and user belong together."
    )


class LocationAccessError(PermissionDeniedError):
    """403 "does not have access to this location": token and sub-account do not match."""

    next_step = "Set GHL_LOCATION_ID to the sub-account that the token was made in."


class AgencyOnlyError(PermissionDeniedError):
    """403 "Forbidden resource": the endpoint is for agencies only."""

    next_step = "Use an agency token for this call; a sub-account's token cannot make it."


class UserAgentError(PermissionDeniedError):
    """403 ``error code: 1010``: the CDN in front of the service refused the ``User-Agent``."""

    next_step = "A proxy on the way may rewrite the User-Agent header; connect without it."


class NotFoundError(ResponseError):
    """404: no such record, or no such path under this ``Version``."""

    next_step = "Check the id, and that GHL_BASE_URL has no path of its own."


class ValidationError(ResponseError):
    """422: the service refuses a field. It lists each one in its message."""

    next_step = "Correct the fields named above."


class RateLimitError(ResponseError):
    """429, again and again: others use up the calls that the sub-account may make per interval."""

    next_step = "Something else calls the service for this sub-account: wait, then run it again."


class DailyLimitError(RateLimitError):
    """429 with no calls left today.

    Attributes
    ----------
    until : datetime or None
        When the service counts anew, in UTC; None if it does not say.
    """

    next_step = "Run it again tomorrow, or ask for a higher daily limit."
    until: datetime | None = None


class ServiceError(ResponseError):
    """5xx: the service failed."""

    next_step = "Run the cell again in a moment; tell the service's support the trace id if not."


class PlanError(GHLError):
    """The record of what `schedule_posts` sends cannot be read or written: nothing more is sent."""


class RunError(GHLError):
    """A run over an agency's sub-accounts did not go through."""


class RunStoppedError(RunError):
    """It was stopped before all sub-accounts had their turn."""

    next_step = "Run it again; one that was given a folder goes on where it was."


class FolderError(RunError):
    """Its folder cannot be read, written or locked."""


class WorkerError(RunError):
    """Every worker of a dask cluster that has tried a part of it has died."""

    next_step = "Look into the workers' log: they may have too little memory."


class LoginError(GHLError):
    """A login did not end in a connection."""


class PlatformError(LoginError):
    """There is no such platform, or it cannot be connected through the service."""


class FrontEndError(LoginError):
    """No notebook front end is there in which the user could press the button."""

    next_step = (
        "Run it in JupyterLab or Notebook 7. Without a front end, list what is connected with "
        "fetch_accounts(); to try the demo, set GHL_DEMO_USER=simulated."
    )


class LoginNotFinishedError(LoginError):
    """The result of a login was asked for that has none yet."""

    next_step = "Press the button of the card and finish the login, then run the cell again."


class LoginCancelledError(LoginError):
    """The user cancelled in the card or denied consent on the platform's page."""

    next_step = "Press Try again in the card to start over."


class LoginTimeoutError(LoginError):
    """Nothing arrived within the time limit."""

    next_step = "Press the button in the card and finish within the time limit."


class LoginFailedError(LoginError):
    """The service refused to start the login or to confirm its result.

    The service's own error is the ``__cause__``.
    """
