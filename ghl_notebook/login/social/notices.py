"""The notices that the card of a social account's login may show."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.login.flow import TICKET_REUSED
from ghl_notebook.sanitize import one_line

NO_ACCOUNT_ID = (
    "This is not an account ID. An account ID has 24 letters and digits, as in the column oauth_id "
    "of fetch_accounts()."
)
NO_USABLE_ID = "A message without a usable account ID arrived, and was ignored."
UNKNOWN_RESULT = (
    "The sub-account has no login with the account ID of a result that arrived, so the result was "
    "ignored."
)
USED_TWICE = "Another card has used that login in the meantime, so it was not used again."
REUSED_AFTER = f"{TICKET_REUSED} after the login. Check that the account is yours."


def denied(platform: str) -> str:
    """Return the notice about a login that was denied on the platform's page."""
    return (
        f"{platform}'s page reported no account: access was denied there, or the page was left. "
        "To connect an account, try again and allow access."
    )


def origin_not_allowed(origin: str, allowed: Iterable[str]) -> str:
    """Return the notice about a message from an origin that is not allowed."""
    return (
        f"A message from {one_line(origin, 200)} looks like this login's result, but was ignored: "
        "the origin is not allowed. If it is the address of your own service, add it to "
        f"GHL_ALLOWED_ORIGINS (now {', '.join(allowed)}), and create a new client."
    )


def earlier_login(account_id: str) -> str:
    """Return the notice about a message that names a login from before this run."""
    return (
        f"A message names an earlier login, {account_id}, and was ignored. If that login is yours, "
        "enter this account ID."
    )


def two_logins_wait(platform: str) -> str:
    """Return the notice about a result that may belong to either of two logins."""
    return (
        f"A result arrived while two logins were waiting for {platform}, and it may belong to "
        "either. Cancel one of them, and reopen the window of the other."
    )
