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

_USED_UP: Final = frozenset({"invalid_grant", "access_denied"})
_OF_THE_APP: Final = frozenset({"invalid_client", "unauthorized_client"})
_OF_THE_REQUEST: Final = frozenset({"invalid_request", "invalid_scope", "unsupported_grant_type"})
_LACKS: Final = r"(?:not found|not exist|invalid|expired|used|revoked|unknown|not valid)"
_GRANT: Final = r"(?:authori[sz]ation code|refresh[ _]?token|\bcode\b|\bgrant\b|\bjwt\b)"
_IS_USED_UP: Final = re.compile(rf"{_GRANT}.*\b{_LACKS}\b|\b{_LACKS}\b.*{_GRANT}")
_OF_A_FIELD: Final = re.compile(r"\b(?:must|should|missing|required)\b")
_OF_AN_APP: Final = re.compile(r"\bclient(?:[ _]?(?:id|secret))?\b|\bapp(?:lication)? not found\b")
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
    said = error.service_message.lower()
    if error.hint is not None:  # the message means the same at every endpoint
        return CredentialError(text, error.hint)
    if isinstance(error, UserAgentError):
        return CredentialError(text, UserAgentError.next_step)
    if is_agency:
        is_of_token = error.code not in _OF_THE_REQUEST | _OF_THE_APP
        if isinstance(error, InvalidTokenError) and is_of_token:
            return LogInAgainError(text)
        if _NOT_INSTALLED.search(said):
            return CredentialError(
                text, "Check that the app is installed there, with the scope oauth.write."
            )
        return CredentialError(text, _UNKNOWN)
    if error.code in _USED_UP or _is_used_up(error.status, said, error.code):
        return LogInAgainError(text)
    if error.code in _OF_THE_APP or (error.code not in _OF_THE_REQUEST and _is_of_app(said)):
        return CredentialError(
            text, "Check the app's client id and secret: GHL_CLIENT_ID and GHL_CLIENT_SECRET."
        )
    return CredentialError(text, _UNKNOWN)


def _is_used_up(status: int, said: str, code: str) -> bool:
    """Tell whether a code or a refresh token is used up: under v3 only the message tells."""
    if code in _OF_THE_REQUEST | _OF_THE_APP or "client" in said or _OF_A_FIELD.search(said):
        return False
    is_bare = status == 400 and ("invalid" in said or "expired" in said)
    return is_bare or _IS_USED_UP.search(said) is not None


def _is_of_app(said: str) -> bool:
    return _OF_AN_APP.search(said) is not None and _OF_A_FIELD.search(said) is None
