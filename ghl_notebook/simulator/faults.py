"""The known errors of the service, each defined once.

Messages were captured from the live service; an error without a capture has a plain message. The
HTTP status is decisive: the ``statusCode`` in a body repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

FaultName = Literal[
    "scope_missing", "wrong_auth_class", "user_type_mismatch", "command_timed_out",
    "version_missing", "version_invalid", "invalid_token", "expired_token", "wrong_location",
    "agency_only", "user_agent_refused", "not_found", "not_found_empty", "unknown_property",
    "too_many_requests", "not_successful",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimFailure:
    """An error response.

    Attributes
    ----------
    status : int
        The HTTP status.
    body : dict, list, str or bytes
        JSON for a dict or a list, else sent unchanged.
    headers : dict
        Extra headers of the response.
    traced : bool
        Whether a ``traceId`` is added to the body.
    """

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    traced: bool = True


class SimFailureError(Exception):
    """Raised inside the simulator to answer with an error instead of a result."""

    def __init__(self, failure: SimFailure) -> None:
        super().__init__(failure.status)
        self.failure = failure


def refuse(status: int, message: str | list[str]) -> SimFailureError:
    """Return the exception that answers with a status and a message."""
    body: dict[str, Any] = {"statusCode": status, "message": message}
    if status in (401, 422):
        body["error"] = HTTPStatus(status).phrase.replace("Content", "Entity")
    return SimFailureError(SimFailure(status, body))


_TEXTS: dict[FaultName, tuple[int, str | list[str]]] = {
    "scope_missing": (401, "The token is not authorized for this scope."),
    "wrong_auth_class": (
        401,
        "This authClass type is not allowed to access this scope. "
        "Please check with HighLevel team.",
    ),
    "user_type_mismatch": (401, "Token's user type mismatch!"),
    # The gateway's timeout; the service answers it as 401.
    "command_timed_out": (401, "Command timed out"),
    "version_missing": (401, "version header was not found."),
    "version_invalid": (401, "version header is invalid"),
    "invalid_token": (401, "Invalid token: access token is invalid"),
    "expired_token": (401, "The access token is expired"),
    "wrong_location": (403, "The token does not have access to this location."),
    "agency_only": (403, "Forbidden resource"),
    "unknown_property": (422, ["property unexpected should not exist"]),
}


def known(name: FaultName) -> SimFailureError:
    """Return a known error by its name."""
    if name in _TEXTS:
        return refuse(*_TEXTS[name])
    if name == "user_agent_refused":
        # The CDN's answer: plain text, without trace id and rate limit headers.
        return SimFailureError(SimFailure(403, "error code: 1010"))
    if name == "not_found_empty":
        return SimFailureError(SimFailure(404, ""))
    if name == "too_many_requests":
        # The captured answer has neither `error` nor trace id nor Retry-After.
        body = {"statusCode": 429, "message": "Too Many Requests"}
        return SimFailureError(SimFailure(429, body, traced=False))
    if name == "not_successful":
        return not_successful(200, "Something went wrong")
    return not_found("GET", "/unknown")


def not_found(method: str, path: str) -> SimFailureError:
    """Return the error of a path that does not exist."""
    message = f"Cannot {method} {path}"
    return SimFailureError(
        SimFailure(404, {"statusCode": 404, "message": message, "error": "Not Found"})
    )


def removed(method: str, path: str) -> SimFailureError:
    """Return the error of a path that v3 has removed."""
    return refuse(400, f"Endpoint {method} {path} is not available in API version v3.")


def not_successful(status: int, message: str) -> SimFailureError:
    """Return a refusal that only ``success: false`` marks as one."""
    return SimFailureError(
        SimFailure(status, {"success": False, "statusCode": status, "message": message})
    )
