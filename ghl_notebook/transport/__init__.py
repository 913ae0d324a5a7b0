"""The one sender: from a request to its response or an error, for every caller.

A `Sender` waits for its `RateLimiter`, sends by a `Transport`, and retries where that is safe.
"""

from .error_response import ErrorResponse, read_error_response
from .httpx_transport import HTTPX_IN_FLIGHT, HttpxTransport, Unclosed
from .options import API_V3, API_VERSION, API_VERSIONS, trusted
from .pyreqwest_transport import PYREQWEST_IN_FLIGHT, PyreqwestTransport
from .rate_limit_headers import Limits
from .rate_limiter import MAX_IN_FLIGHT, Limiter, Permit, RateLimiter
from .request import File, Request, Response, json_object
from .response import Clock, body_of, error_of, rows_of
from .retry import RetryBudget, RetryPolicy, is_refused_for_now, is_transient
from .sender import Bearer, Sender
from .shared_rate_limiters import rate_limiter_of
from .transport import Transport, open_transport
from .unpacking import MAX_BODY, read_whole

__all__ = [
    "API_V3",
    "API_VERSION",
    "API_VERSIONS",
    "HTTPX_IN_FLIGHT",
    "MAX_BODY",
    "MAX_IN_FLIGHT",
    "PYREQWEST_IN_FLIGHT",
    "Bearer",
    "Clock",
    "ErrorResponse",
    "File",
    "HttpxTransport",
    "Limiter",
    "Limits",
    "Permit",
    "PyreqwestTransport",
    "RateLimiter",
    "Request",
    "Response",
    "RetryBudget",
    "RetryPolicy",
    "Sender",
    "Transport",
    "Unclosed",
    "body_of",
    "error_of",
    "is_refused_for_now",
    "is_transient",
    "json_object",
    "open_transport",
    "rate_limiter_of",
    "read_error_response",
    "read_whole",
    "rows_of",
    "trusted",
]
