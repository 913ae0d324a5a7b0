"""The notices that the card of a social account's login may show."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.login.flow import TICKET_REUSED
from ghl_notebook.sanitize import one_line

NO_ACCOUNT_ID = (
    "That is no account id. It has 24 letters and digits, as in the column oauth_id of "
    "fetch_accounts()."
)
NO_USABLE_ID = "A message without a usable account id came, and was not taken."
UNKNOWN_RESULT = "A result came whose account this sub-account does not know; it was not taken."
USED_TWICE = "That login has finished another card in the meantime, and was not used twice."
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
        f"A message like this login's result came from {one_line(origin, 200)}, which is not an "
        "allowed origin, and was not taken. If that is your service's own address, add it to "
        f"GHL_ALLOWED_ORIGINS (now {', '.join(allowed)}) and make a new client."
    )


def earlier_login(account_id: str) -> str:
    """Return the notice about a message that names a login from before this run."""
    return (
        f"A message came that names an earlier login, {account_id}, and was not taken. If it is "
        "yours, enter it as account id."
    )


def two_logins_wait(platform: str) -> str:
    """Return the notice about a result that may belong to either of two logins."""
    return (
        f"A result came while two logins wait for {platform}, and it cannot be told whose it is. "
        "Cancel one of them and reopen the window of the other."
    )
