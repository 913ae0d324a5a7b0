"""Why the token endpoint refused a request, as far as the API reports it, and what helps."""

from __future__ import annotations

import re
from typing import Final

from ghl_notebook.errors import (
    CredentialError,
    InvalidTokenError,
    LogInAgainError,
    ResponseError,
    UserAgentError,
)

_USED_UP: Final = re.compile(r"\b(?:invalid_grant|access_denied)\b")
_OF_THE_APP: Final = re.compile(r"\b(?:invalid_client|unauthorized_client)\b")
_OF_THE_REQUEST: Final = re.compile(
    r"\b(?:invalid_request|invalid_scope|unsupported_grant_type)\b|"
    r"\b(?:must|should|missing|required)\b"  # of a field
)
_LACKS: Final = (
    r"(?:not found|(?:does )?not exist|invalid|expired|(?:already )?used|revoked|unknown|"
    r"not valid|no longer valid)"
)
_GRANT: Final = (
    r"(?:authori[sz]ation code|refresh[ _]?token|\bcode(?! verifier)\b|"
    r"\bgrant\b(?![ _]?type)|\bjwt\b)"
)
_GRANT_LACKS: Final = re.compile(
    rf"{_GRANT}(?: (?!client)[\w.]+){{0,3}} {_LACKS}\b|"
    rf"\b{_LACKS}:?(?: (?!client)\w+){{0,2}} {_GRANT}"
)
_APP: Final = r"(?:client(?:[ _]?(?:id|secret|credentials?))?|app(?:lication)?)"
_APP_LACKS: Final = re.compile(
    rf"\b{_APP}(?: (?:is|was|has|does))?(?: (?:been|an?))? {_LACKS}\b|"
    rf"\b{_LACKS}:? (?:the )?{_APP}\b"
)
_NOT_INSTALLED: Final = re.compile(
    r"not installed|location not found|no location|does not have access to this location|"
    r"not authorized for this scope|authclass type is not allowed|forbidden resource"
)

_UNKNOWN: Final = "The cause is not known beyond the API's message. The stored login is kept."


def refused(what: str, error: ResponseError, *, is_agency: bool) -> CredentialError:
    """Return the error that tells what helps, or that the cause is not known.

    Parameters
    ----------
    what : str
        What was requested.
    error : ResponseError
        The error of the response.
    is_agency : bool
        Whether a sub-account's token was requested by an agency's token; otherwise a login's was.
    """
    text = f"{what} was refused ({error.status}: {error.service_message.rstrip('.')})."
    said = _said_by(error)
    if error.hint is not None:  # the message means the same at every endpoint
        return CredentialError(text, error.hint)
    if isinstance(error, UserAgentError):
        return CredentialError(text, UserAgentError.next_step)
    if is_agency:
        is_of_request = _OF_THE_REQUEST.search(said) or _OF_THE_APP.search(said)
        if isinstance(error, InvalidTokenError) and not is_of_request:
            return LogInAgainError(text)
        if _NOT_INSTALLED.search(said):
            return CredentialError(
                text, "Check that the app is installed there, with the scope oauth.write."
            )
        return CredentialError(text, _UNKNOWN)
    if is_used_up(error):
        return LogInAgainError(text)
    if _OF_THE_APP.search(said) or (_APP_LACKS.search(said) and not _OF_THE_REQUEST.search(said)):
        return CredentialError(
            text, "Check the app's client id and secret: GHL_CLIENT_ID and GHL_CLIENT_SECRET."
        )
    return CredentialError(text, _UNKNOWN)


def is_used_up(error: ResponseError) -> bool:
    """Tell whether a code or a refresh token is used up or wrong, whatever the status."""
    said = _said_by(error)
    if _USED_UP.search(said):
        return True
    is_other = _OF_THE_REQUEST.search(said) or _OF_THE_APP.search(said) or _APP_LACKS.search(said)
    return is_other is None and _GRANT_LACKS.search(said) is not None


def _said_by(error: ResponseError) -> str:
    return f"{error.code} {error.service_message}".lower()
