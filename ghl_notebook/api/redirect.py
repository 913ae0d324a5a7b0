"""The authorization URL in the answer to `start`."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from ghl_notebook.errors import UnexpectedAnswerError
from ghl_notebook.secret import Secret
from ghl_notebook.settings import DEFAULT_ALLOWED_ORIGINS, is_loopback
from ghl_notebook.transport import Response

_ERROR_PARAMETERS: Final = (
    "error",
    "error_reason",
    "error_code",
    "error_message",
    "error_description",
)
"""Parameters that tell why a login failed; none of them is a secret."""
_MAX_VALUE: Final = 200


def authorization_url(what: str, response: Response, *, asked: str) -> Secret:
    """Take the authorization URL out of the answer to `start`, unchanged.

    Parameters
    ----------
    what : str
        What was asked, for the error's text.
    response : Response
        The response; its redirect was not followed.
    asked : str
        The API's address.

    Returns
    -------
    Secret
        The first ``Location``. It holds a signed, opaque ``state`` and is never rewritten.

    Raises
    ------
    UnexpectedAnswerError
        If the answer is no redirect, has no ``Location``, leads to the end of a login, or to
        something that no browser window should be sent to.
    """
    if not response.is_redirect:
        raise UnexpectedAnswerError(
            what,
            status=response.status,
            service_message="the login page was expected as a redirect (302)",
            next_step="Something on the way followed the redirect, or the token lacks the scope "
            "socialplanner/oauth.readonly: check the scope, and connect without a proxy.",
        )
    location = Secret(response.location.reveal().strip() if response.location else "")
    if not location:
        raise UnexpectedAnswerError(
            what, status=response.status, service_message="a redirect without a Location"
        )
    ended = _reason_of_end(location, asked=asked)
    if ended is not None:
        raise UnexpectedAnswerError(
            what,
            status=response.status,
            service_message=f"the login ended before it began: {ended}",
            next_step="No window was opened. The API's message above is the cause; access_denied "
            "means that the platform or the sub-account does not allow this login.",
        )
    if not _is_sound(location, asked=asked):
        raise UnexpectedAnswerError(
            what,
            status=response.status,
            service_message="a redirect to an address that is not https",
            next_step="It was not opened. Check GHL_BASE_URL; report it if that is right.",
        )
    return location


def _reason_of_end(location: Secret, *, asked: str) -> str | None:
    """Return why a login has ended if the address is the end of a login; else None."""
    try:
        parts, own = urlsplit(location.reveal()), urlsplit(asked)
        parameters = {**dict(parse_qsl(parts.fragment)), **dict(parse_qsl(parts.query))}
        host = parts.hostname
    except ValueError:
        return None
    is_end = parts.path.rstrip("/").endswith("/finish")
    is_own = host in (None, own.hostname, *map(_host, DEFAULT_ALLOWED_ORIGINS))
    is_own = is_own or (is_end and "/social-media-posting/oauth/" in parts.path)
    if not (is_own and (is_end or "error" in parameters)):
        return None
    reasons = [parameters[key][:_MAX_VALUE] for key in _ERROR_PARAMETERS if parameters.get(key)]
    return ", ".join(dict.fromkeys(reasons)) or "the address is the end of a login"


def _host(origin: str) -> str | None:
    return urlsplit(origin).hostname


def _is_sound(location: Secret, *, asked: str) -> bool:
    try:
        parts = urlsplit(location.reveal())
        _ = parts.port  # reading it checks it
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if not is_loopback(urlsplit(asked).hostname):
        return False
    # A simulator: on this computer, or behind the notebook server that the page came from.
    if parts.scheme == "http":
        return is_loopback(parts.hostname)
    # A browser reads a backslash as a slash, and two slashes as the beginning of another host.
    path = parts.path.replace("\\", "/")
    return not parts.scheme and not parts.netloc and path[:1] == "/" and path[:2] != "//"
