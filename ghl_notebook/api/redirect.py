"""The authorization URL in the answer to `start`."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from ghl_notebook.errors import UnexpectedAnswerError
from ghl_notebook.secret import Secret
from ghl_notebook.settings import DEFAULT_ALLOWED_ORIGINS, is_loopback

from .exchange import Answer

_SAID: Final = ("error", "error_reason", "error_code", "error_message", "error_description")
"""Parameters in which the end of a login says why it failed; none of them is a secret."""
_LONGEST: Final = 200


def authorization_url(what: str, answer: Answer, *, asked: str) -> Secret:
    """Take the authorization URL out of the answer to `start`, unchanged.

    Parameters
    ----------
    what : str
        What was asked, for the error's text.
    answer : Answer
        The answer; its redirect was not followed.
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
    if not answer.is_redirect:
        raise UnexpectedAnswerError(
            what,
            status=answer.status,
            service_message="the login page was expected as a redirect (302)",
            next_step="Something on the way followed the redirect, or the token lacks the scope "
            "socialplanner/oauth.readonly: check the scope, and connect without a proxy.",
        )
    location = Secret(answer.location.reveal().strip() if answer.location else "")
    if not location:
        raise UnexpectedAnswerError(
            what, status=answer.status, service_message="a redirect without a Location"
        )
    said = _said_at_once(location, asked=asked)
    if said is not None:
        raise UnexpectedAnswerError(
            what,
            status=answer.status,
            service_message=f"the login was over before it began: {said}",
            next_step="It was not opened. The cause is what the service says above; if it says "
            "access_denied, the platform or the sub-account does not allow this login.",
        )
    if not _is_sound(location, asked=asked):
        raise UnexpectedAnswerError(
            what,
            status=answer.status,
            service_message="a redirect to an address that is not https",
            next_step="It was not opened. Check GHL_BASE_URL; report it if that is right.",
        )
    return location


def _said_at_once(location: Secret, *, asked: str) -> str | None:
    """Return what is said where the address is not a login's but that of its end; else None."""
    try:
        parts, own = urlsplit(location.reveal()), urlsplit(asked)
        said = {**dict(parse_qsl(parts.fragment)), **dict(parse_qsl(parts.query))}
        host = parts.hostname
    except ValueError:
        return None
    is_end = parts.path.rstrip("/").endswith("/finish")
    is_own = host in (None, own.hostname, *map(_host, DEFAULT_ALLOWED_ORIGINS))
    is_own = is_own or (is_end and "/social-media-posting/oauth/" in parts.path)
    if not (is_own and (is_end or "error" in said)):
        return None
    words = [said[name][:_LONGEST] for name in _SAID if said.get(name)]
    return ", ".join(dict.fromkeys(words)) or "the address is that of the end of a login"


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
