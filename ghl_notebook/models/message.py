"""The payload that the service's finish page posts to the window that opened it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeGuard

import msgspec

from .platforms import same_platform

MAX_MESSAGE_CHARACTERS = 16_384
"""A longer message is not ours: the longest captured one has about 300 characters."""

MAX_RECONNECTED = 100
"""Ids of reconnected accounts; a message that lists more is not believed in that."""

# Account ids were seen as 24 hex digits; ids of 20 letters and digits stand in the documents.
_LONGEST_ID = 128
_PLAUSIBLE_ID = re.compile(rf"[A-Za-z0-9_-]{{8,{_LONGEST_ID}}}")
# What the other fields were seen or documented to hold: "close", "social_media_posting".
_WORDS = re.compile(r"[A-Za-z0-9_.:/ -]{1,64}")
# The service's own sample listener and its field table spell the page differently.
_PAGES = ("social_media_posting", "social-media-posting")
_KNOWN = (
    "actionType",
    "page",
    "platform",
    "placement",
    "refresh",
    "source",
)


class MessagePayload(msgspec.Struct, kw_only=True, rename="camel", frozen=True):
    """The cleaned payload: a missing value, ``""`` or the string ``"undefined"`` is None.

    So is what is no text of up to 64 letters, digits, spaces and ``_ . : / -``: any page can post
    a message, and only its account id is confirmed. Fields of other names are left out.

    Attributes
    ----------
    action_type, page, platform, placement : str or None
        As on the service's page "Starts OAuth For Instagram Account".
    account_id : str or None
        The same; it may be none, see `has_plausible_id`.
    reconnect_accounts : tuple of str
        Ids of the accounts that were reconnected; empty when the payload has none, or more than
        100. What is no plausible id is left out.
    refresh, source : str or None
        Undocumented, seen in a captured payload.
    """

    action_type: str | None = None
    page: str | None = None
    platform: str | None = None
    placement: str | None = None
    account_id: str | None = None
    reconnect_accounts: tuple[str, ...] = ()
    refresh: str | None = None
    source: str | None = None

    def is_for(self, platform: str) -> bool:
        """Tell whether the payload speaks of this platform."""
        return self.platform is not None and same_platform(self.platform, platform)

    @property
    def has_plausible_id(self) -> bool:
        """Whether `account_id` looks like an id of the service."""
        return is_plausible_id(self.account_id)

    def as_dict(self) -> dict[str, Any]:
        """Return the payload under the service's own names, cleaned."""
        return {
            "actionType": self.action_type,
            "page": self.page,
            "platform": self.platform,
            "placement": self.placement,
            "accountId": self.account_id,
            "reconnectAccounts": list(self.reconnect_accounts),
            "refresh": self.refresh,
            "source": self.source,
        }


def read_message(data: object) -> MessagePayload | None:
    """Read a message event's data.

    Parameters
    ----------
    data : object
        What the page received: an object, or the same as a JSON string.

    Returns
    -------
    MessagePayload or None
        None for a message that is not one of the service's finish page: pages receive many.
    """
    if isinstance(data, str):
        if len(data) > MAX_MESSAGE_CHARACTERS:
            return None
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            return None
    if not isinstance(data, Mapping):
        return None
    clean = {name: _words(data.get(name)) for name in _KNOWN}
    if clean["page"] not in _PAGES and clean["actionType"] is None:
        return None
    account_id = _clean(data.get("accountId"))
    return MessagePayload(
        action_type=clean["actionType"],
        page=clean["page"],
        platform=clean["platform"],
        placement=clean["placement"],
        # One that is too long stays too long: it is not the same as none.
        account_id=account_id and account_id[: _LONGEST_ID + 1],
        reconnect_accounts=_reconnected(data.get("reconnectAccounts")),
        refresh=clean["refresh"],
        source=clean["source"],
    )


def read_account_id(text: str) -> str | None:
    """Read the account id that a user has copied from somewhere.

    Parameters
    ----------
    text : str
        The id, with whatever white space or quotes came along, or the finish page's whole message
        as JSON.

    Returns
    -------
    str or None
        None when there is no plausible id in it.
    """
    message = read_message(text)
    found = text.strip().strip("\"'") if message is None else message.account_id or ""
    return found if is_plausible_id(found) else None


def is_plausible_id(value: object) -> TypeGuard[str]:
    """Tell whether something looks like an account id of the service."""
    return isinstance(value, str) and _PLAUSIBLE_ID.fullmatch(value) is not None


def _reconnected(listed: object) -> tuple[str, ...]:
    if isinstance(listed, str) and len(listed) <= MAX_MESSAGE_CHARACTERS:
        listed = listed.split(",")
    if not isinstance(listed, list) or len(listed) > MAX_RECONNECTED:
        return ()
    ids = [_clean(item) for item in listed]
    return tuple(id_ for id_ in ids if is_plausible_id(id_))


def _words(value: object) -> str | None:
    text = _clean(value)
    return text if text and _WORDS.fullmatch(text) else None


def _clean(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    value = value.strip()
    with suppress(UnicodeEncodeError):  # half a character, which no other program takes
        value.encode()
        return None if value in ("", "undefined", "null") else value
    return None
