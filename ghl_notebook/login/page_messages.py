"""The messages that a page sends to the kernel, over the comm or to the loopback server.

`page_id` names the page, `request` a click in it, and `run` an attempt to log in. The kernel's own
messages are in `pages`, where it sends them; `static/protocol.d.ts` has both sides.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec


class Channel(StrEnum):
    """How a login's result arrives."""

    MESSAGE = "message"
    """The window's ``message`` event, sent by the page over the comm."""
    LOOPBACK = "loopback"
    """The same event, sent by the page to the kernel's loopback server."""
    ACCOUNTS = "accounts"
    """A change in the accounts list."""
    PASTED = "pasted"
    """An account id that the user has entered."""
    BROWSER = "browser"
    """The message that the client's own browser returned."""


Source = Literal["popup", "other"]
"""The window a message came from: the run's own, or one that the page does not know."""


class Hello(msgspec.Struct, tag="hello"):
    """A page has the card; `origin` is where the page came from."""

    page_id: str
    origin: str | None = None


class Begin(msgspec.Struct, tag="begin"):
    """The button was pressed; with `prefetched`, the page has opened the URL of `run` already.

    The login page has no `page_id`: it belongs to the user who opened it. While another user's page
    is at work, only a page that `takes_over` begins.
    """

    page_id: str
    request: str
    prefetched: bool = False
    run: str | None = None
    takes_over: bool = False


class Ping(msgspec.Struct, tag="ping"):
    """A page asks whether the kernel is still there."""


class Here(msgspec.Struct, tag="here"):
    """The page that began the current attempt is still there."""

    page_id: str


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """A window's message that may be the login's result."""

    run: str
    origin: str
    page_origin: str
    source: Source
    data: Any


class RawMessage(msgspec.Struct, frozen=True, tag="raw_message"):
    """Any message that the login page received, whether or not it becomes a claim."""

    origin: str
    source: Source
    data: Any


class Cancel(msgspec.Struct, tag="cancel"):
    """The user gives up."""

    run: str | None = None


class Recheck(msgspec.Struct, tag="recheck"):
    """The stored claim is to be checked again."""

    run: str


class WindowLost(msgspec.Struct, tag="window_lost"):
    """The window of `run` looks closed, or the page never had a handle to it."""

    run: str


class Mine(msgspec.Struct, tag="mine"):
    """A login in the accounts list is the user's own, and these of its accounts are to attach."""

    run: str
    account_id: str
    origin_ids: list[str] = []


class NotMine(msgspec.Struct, tag="not_mine"):
    """The logins that were found are not the user's own."""

    run: str


class Paste(msgspec.Struct, tag="paste"):
    """The user has entered an account id."""

    account_id: str


class Attach(msgspec.Struct, tag="attach"):
    """The user attaches some of the accounts that the finished login can attach."""

    origin_ids: list[str]


class Redirected(msgspec.Struct, tag="redirected"):
    """The user has entered the last address of an app's login."""

    address: str = ""


FromPage = (
    Hello
    | Begin
    | Ping
    | Here
    | Claim
    | RawMessage
    | Cancel
    | Recheck
    | WindowLost
    | Mine
    | NotMine
    | Paste
    | Attach
    | Redirected
)
