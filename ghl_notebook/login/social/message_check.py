"""Whether the message of a window may be a login's result: its platform, origin, and account id."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ghl_notebook.login.page_messages import Claim
from ghl_notebook.models import MessagePayload, Platform, read_message
from ghl_notebook.settings import SAME_ORIGIN

from . import notices
from .registry import LoginRegistry


def read_result(claim: Claim, platform: Platform) -> MessagePayload | None:
    """Return the payload of a message, or None if it is not for a login of this platform."""
    payload = read_message(claim.data)
    return payload if payload is not None and payload.is_for(platform.key) else None


def is_allowed(claim: Claim, allowed_origins: Iterable[str]) -> bool:
    """Return whether the message comes from an allowed origin, compared exactly."""
    if claim.origin in allowed_origins:
        return True
    return SAME_ORIGIN in allowed_origins and claim.origin == claim.page_origin


def belongs_elsewhere(
    run: str,
    account_id: str,
    platform: Platform,
    baseline: Collection[str],
    registry: LoginRegistry,
) -> str | None:
    """Return the notice for a message that may be the result of another login, or None.

    Only the messages of windows that the page does not know need this check.
    """
    if registry.has_finished(account_id) or account_id in baseline:
        return notices.earlier_login(account_id)
    if registry.has_rival(run, platform.key):
        return notices.two_logins_wait(platform.title)
    return None
