"""What a login has come to, for code that waits for it."""

from __future__ import annotations

from ghl_notebook.errors import (
    LoginCancelledError,
    LoginFailedError,
    LoginNotFinishedError,
    LoginTimeoutError,
)
from ghl_notebook.models import Platform

from .state import LoginState, Status


def account_id_of(platform: Platform, state: LoginState) -> str:
    """Return the account id that the service has confirmed, or raise why there is none."""
    match state.status:
        case Status.CONNECTED if state.payload is not None and state.payload.account_id:
            return state.payload.account_id
        case Status.CANCELLED:
            raise LoginCancelledError(f"The login for {platform.title} was cancelled.")
        case Status.TIMED_OUT:
            raise LoginTimeoutError(f"The login for {platform.title} did not finish in time.")
        case Status.FAILED:
            raise LoginFailedError(
                f"The login for {platform.title} failed: {state.error}"
            ) from state.error
    raise LoginNotFinishedError(f"The login for {platform.title} is not finished.")
