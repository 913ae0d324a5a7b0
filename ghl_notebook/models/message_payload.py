"""The payload that GoHighLevel's finish page posts to the window that opened it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeGuard

import msgspec

from .platforms import same_platform

MAX_MESSAGE_CHARACTERS = 16_384
"""A longer message is not a finish page's: the longest captured one has about 300."""

MAX_RECONNECTED = 100
"""A longer list of reconnected accounts is ignored."""

# Captured account ids have 24 hex digits; documented ones have 20 letters and digits.
_MAX_ID_CHARACTERS = 128
_PLAUSIBLE_ID = re.compile(rf"[A-Za-z0-9_-]{{8,{_MAX_ID_CHARACTERS}}}")
# Fits all captured and documented values of the other fields, such as "social_media_posting".
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_.:/ -]{1,64}")
# GoHighLevel's sample listener and its table of fields spell the page differently.
_PAGES = ("social_media_posting", "social-media-posting")
_KNOWN = ("actionType", "page", "platform", "placement", "refresh", "source")


class MessagePayload(msgspec.Struct, kw_only=True, rename="camel", frozen=True):
    """The cleaned payload: missing values, ``""``, and ``"undefined"`` are None.

    So are values other than text of up to 64 letters, digits, spaces, and ``_ . : / -``: any page
    can post a message, and only its account id is confirmed. Other fields are dropped.

    Attributes
    ----------
    action_type, page, platform, placement : str or None
        See GoHighLevel's documentation page "Starts OAuth For Instagram Account".
    account_id : str or None
        The same. It may be anything; see `has_plausible_id`.
    reconnect_accounts : tuple of str
        Ids of the reconnected accounts; empty if the payload has none, or more than 100.
        Implausible ids are dropped.
    refresh, source : str or None
        Undocumented; in a captured payload.
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
        """Tell whether the payload is for this platform."""
        return self.platform is not None and same_platform(self.platform, platform)

    @property
    def has_plausible_id(self) -> bool:
        """Whether `account_id` looks like an id of GoHighLevel."""
        return is_plausible_id(self.account_id)

    def as_dict(self) -> dict[str, Any]:
        """Return the cleaned payload with GoHighLevel's field names."""
        payload: dict[str, Any] = msgspec.to_builtins(self)
        return payload | {"reconnectAccounts": list(self.reconnect_accounts)}


def read_message(data: object) -> MessagePayload | None:
    """Read a message event's data.

    Parameters
    ----------
    data : object
        What the page received: an object, or an object as a JSON string.

    Returns
    -------
    MessagePayload or None
        None if the message is not a finish page's: pages receive many others.
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
    clean = {name: _plain_text(data.get(name)) for name in _KNOWN}
    if clean["page"] not in _PAGES and clean["actionType"] is None:
        return None
    account_id = _clean(data.get("accountId"))
    return MessagePayload(
        action_type=clean["actionType"],
        page=clean["page"],
        platform=clean["platform"],
        placement=clean["placement"],
        # An id that is too long stays too long, rather than becoming a missing one.
        account_id=account_id and account_id[: _MAX_ID_CHARACTERS + 1],
        reconnect_accounts=_reconnected(data.get("reconnectAccounts")),
        refresh=clean["refresh"],
        source=clean["source"],
    )


def read_account_id(text: str) -> str | None:
    """Read the account id that a user has copied.

    Parameters
    ----------
    text : str
        The id, with or without white space and quotes around it, or the finish page's complete
        message as JSON.

    Returns
    -------
    str or None
        None if it contains no plausible id.
    """
    message = read_message(text)
    found = text.strip().strip("\"'") if message is None else message.account_id or ""
    return found if is_plausible_id(found) else None


def is_plausible_id(value: object) -> TypeGuard[str]:
    """Tell whether a value looks like an account id of GoHighLevel."""
    return isinstance(value, str) and _PLAUSIBLE_ID.fullmatch(value) is not None


def _reconnected(listed: object) -> tuple[str, ...]:
    if isinstance(listed, str) and len(listed) <= MAX_MESSAGE_CHARACTERS:
        listed = listed.split(",")
    if not isinstance(listed, list) or len(listed) > MAX_RECONNECTED:
        return ()
    ids = [_clean(item) for item in listed]
    return tuple(id_ for id_ in ids if is_plausible_id(id_))


def _plain_text(value: object) -> str | None:
    text = _clean(value)
    return text if text and _PLAIN_TEXT.fullmatch(text) else None


def _clean(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    value = value.strip()
    with suppress(UnicodeEncodeError):  # half a surrogate pair, which cannot be sent on
        value.encode()
        return None if value in ("", "undefined", "null") else value
    return None
