"""What the page says to the kernel, over the comm or to the loopback server.

`page_id` names the page, `request` a click in it, and `run` an attempt to log in. What the kernel
says is written where it is sent (`pages`); `static/protocol.d.ts` has both sides.
"""

from __future__ import annotations

import msgspec

from .state import Claim, Heard


class Hello(msgspec.Struct, tag="hello"):
    """A page has the card; `origin` is where it came from."""

    page_id: str
    origin: str | None = None


class Begin(msgspec.Struct, tag="begin"):
    """The button was pressed; with `prefetched` it has opened the address of `run` already.

    The login page has no `page_id`: it belongs to whoever opened it. While a page of somebody else
    is at work, only one that `takes_over` begins.
    """

    page_id: str
    request: str
    prefetched: bool = False
    run: str | None = None
    takes_over: bool = False


class Here(msgspec.Struct, tag="here"):
    """The page that has begun what is going on is still there."""

    page_id: str


class Cancel(msgspec.Struct, tag="cancel"):
    """The user gives up."""

    run: str | None = None


class Recheck(msgspec.Struct, tag="recheck"):
    """The kept claim is to be checked again."""

    run: str


class Lost(msgspec.Struct, tag="lost"):
    """The window of `run` reads closed, or the page never had it in sight."""

    run: str


class Mine(msgspec.Struct, tag="mine"):
    """A login in the accounts list is the user's own."""

    run: str
    account_id: str


class NotMine(msgspec.Struct, tag="not_mine"):
    """None of the logins that were found is the user's own."""

    run: str


class Paste(msgspec.Struct, tag="paste"):
    """The user has entered an account id."""

    account_id: str


class Redirected(msgspec.Struct, tag="redirected"):
    """The user has entered the address that an app's login has ended at."""

    address: str = ""


Said = (
    Hello
    | Begin
    | Here
    | Claim
    | Cancel
    | Heard
    | Recheck
    | Lost
    | Mine
    | NotMine
    | Paste
    | Redirected
)
