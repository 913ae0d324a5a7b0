"""Every error that ghl_notebook raises, as one tree.

::

    GHLError
    ├── SettingsError               a setting is missing or invalid
    ├── ArgumentError               an argument is invalid; also a ValueError
    ├── CredentialError             a credential cannot be used, refreshed, or stored
    │   ├── LogInAgainError         its refresh token is used up, revoked, or unknown
    │   ├── CredentialMismatchError a refresh returned another sub-account's token
    │   ├── StateMismatchError      the redirect belongs to another login, or is forged
    │   └── StorageError            a stored credential cannot be read, written, or locked
    ├── PlanError                   the record of what schedule_posts sends cannot be used
    ├── ConnectionFailedError       no answer: DNS, TLS, refused, reset, timeout
    ├── ResponseError               an answer that cannot be used
    │   ├── UnexpectedAnswerError   HTML, invalid JSON, another structure, no ``Location``
    │   ├── RefusedError            2xx with ``success: false``
    │   ├── BadRequestError         400
    │   ├── AuthenticationError     401
    │   │   ├── ScopeError          the token lacks the scope, or the path is wrong
    │   │   ├── AgencyTokenError    an agency (Company) OAuth token on a sub-account call
    │   │   ├── TokenTypeError      an agency private integration on a sub-account call
    │   │   ├── VersionHeaderError  the ``Version`` header is missing or unknown
    │   │   └── InvalidTokenError   the token is wrong, revoked, or expired
    │   ├── GatewayTimeoutError     401 "Command timed out", 408, 504
    │   ├── PermissionDeniedError   403
    │   │   ├── LocationAccessError the token belongs to another sub-account
    │   │   ├── AgencyOnlyError     an endpoint for agencies only
    │   │   └── UserAgentError      the CDN refused the ``User-Agent``
    │   ├── NotFoundError           404
    │   ├── ValidationError         422
    │   ├── RateLimitError          429, wait one interval
    │   │   └── DailyLimitError     429, the daily limit is used up
    │   └── ServiceError            5xx
    ├── RunError                    a run over an agency's sub-accounts failed
    │   ├── RunStoppedError         the run was stopped before it was complete
    │   ├── FolderError             the run folder cannot be read, written, or locked
    │   └── WorkerError             the Dask workers that tried a part of the run have died
    └── LoginError                  a login did not connect an account
        ├── PlatformError           an unknown platform, or one that cannot be connected
        ├── FrontEndError           no notebook front end can show the card
        ├── LoginNotFinishedError   the login has no result yet
        ├── LoginCancelledError     canceled in the card, or denied on the platform's page
        ├── LoginTimeoutError       no result within the time limit
        └── LoginFailedError        the API refused to start the login or to confirm its result

An answer's error has `status`, `service_message`, `trace_id`, and `next_step`. No text contains a
token or an authorization URL. `outcome_unknown`: a failed call may have been carried out.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from .sanitize import hide_tokens, one_line

INSTALLED_FROM = "."  # a clone; once it is published, the package's name
_MAX_TEXT, _MAX_QUOTE = 4_000, 500  # characters of our text with its quotes, of an API message


class GHLError(Exception):
    """The base class: ``except GHLError`` catches every error of ghl_notebook.

    Parameters
    ----------
    what : str
        What happened, one sentence.
    next_step : str, optional
        What you can do about it, one sentence. By default, the class's own.
    """

    next_step: str = ""
    outcome_unknown: bool = False

    def __init__(self, what: str, next_step: str | None = None) -> None:
        self.what = _plain(what)
        if next_step is not None:
            self.next_step = _plain(next_step)
        super().__init__(f"{self.what} {self.next_step}".strip())

    def advise(self, next_step: str) -> None:
        """Replace the next step."""
        self.next_step = _plain(next_step)
        self.args = (f"{self.what} {self.next_step}",)

    def leave_outcome_open(self) -> None:
        """Add that the call may have been carried out, and how to check that."""
        self.outcome_unknown = True
        self.advise(
            "The call may have been carried out: check with fetch_accounts() before you repeat it. "
            f"{self.next_step}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        # Not by ``cls(*args)``: the text has the next step, and some parameters are keyword-only.
        return (type(self).__new__, (type(self), *self.args), dict(self.__dict__))


def _plain(text: object, most: int = _MAX_TEXT) -> str:
    return one_line(hide_tokens(str(text)[: 4 * most]), most)


def install_command(extra: str) -> str:
    """Return how to install an extra."""
    return f'In your clone, run: pip install "{INSTALLED_FROM}[{extra}]"'


def raise_without_context(error: BaseException) -> NoReturn:
    """Raise an error without the handled exception, whose frames may hold a token."""
    try:
        raise error
    finally:
        error.__context__ = None
        del error  # the error's traceback holds this frame: a reference cycle


class SettingsError(GHLError):
    """A setting is missing or invalid."""


class ArgumentError(GHLError, ValueError):
    """An argument is invalid."""


class CredentialError(GHLError):
    """A credential cannot be used, refreshed, or stored; another attempt helps if `may_pass`."""

    next_step = "Log in again: ghl_notebook.log_in()."
    may_pass: bool = False


class LogInAgainError(CredentialError):
    """The refresh token is used up, revoked, or unknown. Only a new login helps."""


class CredentialMismatchError(CredentialError):
    """A refresh returned a token of another sub-account or agency, which was not stored."""

    next_step = "Log in again, and report this to GoHighLevel's support. Nothing was stored."


class StateMismatchError(CredentialError):
    """A redirect belongs to another login or an attacker: its ``state`` is different, or used."""

    next_step = (
        "Use the address on which this login's own window finishes, or start the login again."
    )


class StorageError(CredentialError):
    """A stored credential could not be read, written, or locked."""


class ConnectionFailedError(GHLError):
    """The API did not answer; `was_sent` is False if no part of the request can have arrived."""

    was_sent: bool = True
    next_step = "Check your network, and GHL_BASE_URL if you set it. Then run the cell again."


class ResponseError(GHLError):
    """The API sent an answer that cannot be used.

    Parameters
    ----------
    what : str
        The request, such as ``"GET /users/"``.
    status : int
        The HTTP status, not the body's ``statusCode``.
    service_message : str
        The API's messages, separated by ``"; "``.
    trace_id : str or None
        The API's ``traceId``, for GoHighLevel's support.
    next_step : str, optional
        As for `GHLError`.

    Attributes
    ----------
    code : str
        The code of an OAuth error, such as ``"invalid_grant"``, or empty.
    hint : str or None
        What helps, if the API's message is more specific than the class.
    """

    code: str = ""
    hint: str | None = None

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
        self.service_message = service_message = _plain(service_message, _MAX_QUOTE)
        self.trace_id = trace_id = trace_id and _plain(trace_id, _MAX_QUOTE)
        said = f": {service_message.rstrip('.')}" if service_message else ""
        trace = f" (trace id {trace_id})" if trace_id else ""
        super().__init__(f"{what} failed with HTTP {status}{said}{trace}.", next_step)


class UnexpectedAnswerError(ResponseError):
    """The answer differs from the documentation; another attempt helps only if `may_pass`."""

    may_pass: bool = True  # False if the answer is too large, for instance
    next_step = "Check that GHL_BASE_URL is the API's address, not a website. If so, report this."


class RefusedError(ResponseError):
    """The answer is 2xx, but its body contains ``success: false``."""

    next_step = "Read the API's message. According to the API, the call changed nothing."


class BadRequestError(ResponseError):
    """400: a value in the request is invalid."""

    next_step = "The cause is not known: check the values that you passed."


class AuthenticationError(ResponseError):
    """401: the API does not accept the token for this call."""

    next_step = "The cause is not known: ghl_notebook.doctor(client) checks token and scopes."


class ScopeError(AuthenticationError):
    """401 "not authorized for this scope": a missing scope, or a path that does not exist."""

    next_step = (
        "Add the scope of this call under Settings > Private Integrations, or add it to your app "
        "and reinstall the app in the sub-account. The call's documentation names the scope."
    )


class AgencyTokenError(AuthenticationError):
    """401 "authClass type is not allowed": an agency (Company) OAuth token was used."""

    next_step = (
        "This call needs a sub-account token. Exchange the agency token at POST "
        "/oauth/locationToken, or use a private integration token of the sub-account."
    )


class TokenTypeError(AuthenticationError):
    """401 "Token's user type mismatch!": an agency's private integration token was used."""

    next_step = (
        "Create the private integration inside the sub-account (switch to it, then Settings > "
        "Private Integrations), not in the agency view, and set GHL_TOKEN to its token."
    )


class VersionHeaderError(AuthenticationError):
    """401 "version header": the ``Version`` header is missing or unknown to the API."""

    next_step = "A proxy may be dropping the Version header. Connect without the proxy."


class InvalidTokenError(AuthenticationError):
    """401 "Invalid token" or an expired one."""

    next_step = (
        "Copy the token to GHL_TOKEN again, or create a new one if it was revoked. If you used "
        "ghl_notebook.log_in(), log in again."
    )


class GatewayTimeoutError(ResponseError):
    """504, 408, or 401 "Command timed out": the API's gateway timed out; the token is valid."""

    next_step = "Run the cell again in a moment. The API was too slow; the token is fine."


class PermissionDeniedError(ResponseError):
    """403: the token is valid but does not allow this call."""

    next_step = "The cause is not known: ghl_notebook.doctor(client) checks token and ids."


class LocationAccessError(PermissionDeniedError):
    """403 "does not have access to this location": the token is for another sub-account."""

    next_step = "Set GHL_LOCATION_ID to the sub-account in which you created the token."


class AgencyOnlyError(PermissionDeniedError):
    """403 "Forbidden resource": the endpoint is for agencies only."""

    next_step = "Use an agency token. This call does not accept a sub-account's token."


class UserAgentError(PermissionDeniedError):
    """403 ``error code: 1010``: the API's CDN refused the ``User-Agent``."""

    next_step = "A proxy may be changing the User-Agent header. Connect without the proxy."


class NotFoundError(ResponseError):
    """404: the record does not exist, or the path does not exist in this ``Version``."""

    next_step = "Check the id, and that GHL_BASE_URL does not contain a path."


class ValidationError(ResponseError):
    """422: the API refuses some fields, which its message lists."""

    next_step = "Correct the fields named above."


class RateLimitError(ResponseError):
    """429 repeatedly: other programs use up the sub-account's calls per interval."""

    next_step = "Something else calls the API for this sub-account. Wait, then run the cell again."


class DailyLimitError(RateLimitError):
    """429: the sub-account's daily limit is used up, `until` its reset (UTC; None if unknown)."""

    next_step = "Run the cell again tomorrow, or ask GoHighLevel for a higher daily limit."
    until: datetime | None = None


class ServiceError(ResponseError):
    """5xx: the API failed."""

    next_step = (
        "Run the cell again in a moment. If it fails again, report the trace id to the support."
    )


class PlanError(GHLError):
    """The record of sent posts or uploads cannot be read or written; sending stops."""


class RunError(GHLError):
    """A run over an agency's sub-accounts failed."""


class RunStoppedError(RunError):
    """The run was stopped before it was complete."""

    next_step = "Run the cell again. With a folder, the run resumes where it stopped."


class FolderError(RunError):
    """The run folder cannot be read, written, or locked."""


class WorkerError(RunError):
    """Every Dask worker that tried a part of the run has died."""

    next_step = "Read the workers' logs: they may have too little memory."


class LoginError(GHLError):
    """A login did not connect an account."""


class PlatformError(LoginError):
    """The platform is unknown, or the API cannot connect it."""


class FrontEndError(LoginError):
    """No notebook front end can show the card with its button."""

    next_step = (
        "Run it in JupyterLab or Notebook 7. Without a front end, list the connected accounts "
        "with fetch_accounts(), or set GHL_DEMO_USER=simulated to try the demo."
    )


class LoginNotFinishedError(LoginError):
    """The login has no result yet."""

    next_step = "Press the button of the card and finish the login, then run the cell again."


class LoginCancelledError(LoginError):
    """The login was canceled in the card, or denied on the platform's page."""

    next_step = "Press Try again in the card to start over."


class LoginTimeoutError(LoginError):
    """The login had no result within the time limit."""

    next_step = "Press the button in the card and finish within the time limit."


class LoginFailedError(LoginError):
    """The API refused to start the login or to confirm its result: see the ``__cause__``."""


__all__ = sorted(n for n, v in globals().items() if isinstance(v, type) and issubclass(v, GHLError))
__dir__ = __all__.copy
