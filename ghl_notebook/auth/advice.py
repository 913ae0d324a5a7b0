"""Why the token endpoint refused a request, as far as it says so, and what helps then."""

from __future__ import annotations

import re
from typing import Final

from ghl_notebook.errors import (
    CredentialError,
    InvalidTokenError,
    LogInAgainError,
    UserAgentError,
)
from ghl_notebook.models import Refusal

_USED_UP: Final = frozenset({"invalid_grant", "access_denied"})
_OF_THE_APP: Final = frozenset({"invalid_client", "unauthorized_client"})
_OF_THE_REQUEST: Final = frozenset({"invalid_request", "invalid_scope", "unsupported_grant_type"})
_LACKS: Final = r"(?:not found|not exist|invalid|expired|used|revoked|unknown|not valid)"
_CODE: Final = r"(?:authori[sz]ation code|refresh[ _]?token|\bcode\b|\bgrant\b|\bjwt\b)"
_IS_OVER: Final = re.compile(rf"{_CODE}.*\b{_LACKS}\b|\b{_LACKS}\b.*{_CODE}")
_OF_A_FIELD: Final = re.compile(r"\b(?:must|should|missing|required)\b")
_OF_AN_APP: Final = re.compile(r"\bclient(?:[ _]?(?:id|secret))?\b|\bapp(?:lication)? not found\b")
_NOT_THERE: Final = re.compile(
    r"not installed|location not found|no location|does not have access to this location|"
    r"not authorized for this scope|authclass type is not allowed|forbidden resource"
)

_UNKNOWN: Final = (
    "The cause is not known: what the service says stands above. The stored login is kept."
)


def refused(text: str, status: int, refusal: Refusal, *, is_minting: bool) -> CredentialError:
    """Return the error that says what helps, and that the cause is not known where it is not.

    Parameters
    ----------
    text : str
        What was refused, with what the service said.
    status : int
        The HTTP status.
    refusal : Refusal
        What the service said.
    is_minting : bool
        Whether a sub-account's token was asked for, by an agency's; else it was a login's.
    """
    said = refusal.message.lower()
    if refusal.next_step is not None:  # of a kind that any endpoint knows
        return CredentialError(text, refusal.next_step)
    if refusal.kind is UserAgentError:
        return CredentialError(text, refusal.kind.next_step)
    if is_minting:
        is_of_it = refusal.code not in _OF_THE_REQUEST | _OF_THE_APP
        if refusal.kind is InvalidTokenError and is_of_it:
            return LogInAgainError(text)
        if _NOT_THERE.search(said):
            return CredentialError(
                text, "Check that the app is installed there, with the scope oauth.write."
            )
        return CredentialError(text, _UNKNOWN)
    if refusal.code in _USED_UP or _is_over(status, said, refusal.code):
        return LogInAgainError(text)
    if refusal.code in _OF_THE_APP or (refusal.code not in _OF_THE_REQUEST and _is_of_app(said)):
        return CredentialError(
            text, "Check the app's client id and secret: GHL_CLIENT_ID and GHL_CLIENT_SECRET."
        )
    return CredentialError(text, _UNKNOWN)


def _is_over(status: int, said: str, code: str) -> bool:
    """Tell whether a code or a refresh token is used up: under v3 the words have to do."""
    if code in _OF_THE_REQUEST | _OF_THE_APP or "client" in said or _OF_A_FIELD.search(said):
        return False
    is_bare = status == 400 and ("invalid" in said or "expired" in said)
    return is_bare or _IS_OVER.search(said) is not None


def _is_of_app(said: str) -> bool:
    return _OF_AN_APP.search(said) is not None and _OF_A_FIELD.search(said) is None
