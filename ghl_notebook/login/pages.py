"""All pages that show one login, and the two ways in which kernel and page speak.

A notebook's page has the comm, and the loopback server while a cell keeps the kernel from it; the
login page has the loopback server only. What they say is the same (see `protocol`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Literal, Protocol

from ghl_notebook.background import run_in_background, start_in_background
from ghl_notebook.errors import LoginCancelledError
from ghl_notebook.secret import Secret
from ghl_notebook.widgets import SCREEN, read_said

from .browser_file import BrowserFile
from .loopback import LOOPBACK, Door, Message
from .protocol import Begin, Hello, Here, Said
from .state import ENDS, Shown, Status, Way

_log = logging.getLogger("ghl_notebook.login")

_INVITE_SECONDS = 1.0
_MOST_REMEMBERED = 1000
_LONGEST_ID = 64


class Conducted(Protocol):
    """A login of any kind, as pages and cards use it."""

    @property
    def state(self) -> Shown:
        """What is now."""

    def seconds_left(self) -> float | None:
        """Return the seconds until the time limit; None when no attempt is going."""

    def begin(self, request: str | None = None) -> None:
        """Begin an attempt: a button was pressed, or, with None, may be soon."""

    def cancel(self, run: str | None = None) -> None:
        """Give up; `run` None means: whichever is going."""

    def show_again(self) -> None:
        """Hand a page what it cannot know from the traits."""

    def ticket_reused(self) -> None:
        """Say that the login page's address was opened twice; end an attempt that is going."""

    def outcome(self) -> Future[Any]:
        """Return a future that is done when the login has ended and its end is shown."""

    def finished(self) -> object:
        """Return its result, or raise the error that says why there is none."""


class Pages:
    """Tell pages what the login does, and the login what pages say.

    Parameters
    ----------
    login : Conducted
        What is shown.
    send : callable
        Sends a message over the comm.
    traits : callable
        Returns the traits that a page shows.
    tell : callable
        Tells the login what a page has said, and by which way.
    card : str
        The script and style of the card, on the login page (see `static_files`).
    is_witnessed : bool
        Have the login page tell of every message that it hears.
    """

    def __init__(
        self,
        login: Conducted,
        send: Callable[[Message], None],
        traits: Callable[[], dict[str, Any]],
        *,
        tell: Callable[[Said, Way], None],
        card: str = "connect",
        is_witnessed: bool = False,
    ) -> None:
        self._login = login
        self._send = send
        self._traits = traits
        self._tell = tell
        self._card = card
        self._is_witnessed = is_witnessed
        self._door: Door | None = None
        self._is_closed = False
        self._past: Door | None = None  # closed; that one of its tickets is used again is told
        self._file: BrowserFile | None = None
        self._lock = threading.RLock()
        self._inviting: Future[None] | None = None
        self._known_ids: dict[str, None] = {}
        self._owner: str | None = None  # page that has begun; None: nobody's, or the login page
        self._is_owner_here = False
        self._timed: tuple[str | None, float | None] = (None, None)
        self.heard = {"comm": threading.Event(), "loopback": threading.Event()}

    # What pages are told. Called in the screen's thread.

    def show(self, state: Shown) -> None:
        """Tell the login pages what is shown now, and all pages how much time is left."""
        if not _is_going(state):
            self._stop_inviting()
        elif self._inviting is None:
            self._inviting = start_in_background(self._keep_inviting)
        self._say_by_loopback(self._traits_message())
        if state.status is Status.CONNECTED:
            self._close_door()
        now = (state.run, state.deadline)
        if state.deadline is not None and now != self._timed:  # a run began, or its time anew
            self._timed = now
            self._say(self._time_message())

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Hand over the authorization URL, as a message: a trait would be saved."""
        self._say(
            {
                "type": "authorize",
                "request": request,
                "run": run,
                "url": url.reveal(),
                "seconds_left": seconds_left,
            }
        )

    def close_window(self, request: str) -> None:
        """Have a page close the window that it opened in vain."""
        self._say({"type": "failed", "request": request})

    # What pages say. Called in whichever thread.

    def take(self, content: Message, by: Literal["comm", "loopback"]) -> None:
        """Take what a page said, once: it says everything by each way that it knows."""
        self.heard[by].set()
        if self._is_known(content.get("id")):
            return
        match read_said(content, Said):
            case Hello(origin=origin, page_id=page_id):
                if self._owner is not None and page_id not in ("", self._owner):
                    self._ask_owner()  # this may be its page, loaded again
                SCREEN.post(lambda: self._say(self._time_message()))
                # The page may have used the ticket that it has.
                self.introduce(origin if by == "comm" else None, renews_ticket=True)
            case Begin(request=request) as said if self._is_others(said):
                SCREEN.post(lambda: self.close_window(request))
                self._ask_owner()  # it may have left
            case Begin(page_id=page_id) as said:
                self._own(page_id or None)
                self._tell(said, Way.MESSAGE if by == "comm" else Way.LOOPBACK)
            case Here(page_id=page_id):
                if page_id == self._owner and not self._is_owner_here:
                    self._own(page_id)
            case None:
                pass
            case said:
                self._tell(said, Way.MESSAGE if by == "comm" else Way.LOOPBACK)

    def _own(self, page_id: str | None) -> None:
        """Note which page is at work, and tell all of them."""
        self._owner, self._is_owner_here = page_id, page_id is not None
        self._tell_owner()

    def _ask_owner(self) -> None:
        """Have the page that is at work say that it is still there."""
        self._is_owner_here = False
        self._tell_owner()

    def _tell_owner(self) -> None:
        message = {"type": "owner", "page_id": self._owner, "is_here": self._is_owner_here}
        SCREEN.post(lambda: self._say(message))

    def _is_others(self, begin: Begin) -> bool:
        """Tell whether a page would end what another one is at work on."""
        status = self._login.state.status
        is_going = status not in (Status.IDLE, *ENDS)
        # What is almost done is not given up: its user would be told nothing.
        may = begin.page_id in ("", self._owner) or (begin.takes_over and status is Status.WAITING)
        return is_going and self._is_owner_here and not may

    # The door of the loopback server.

    def introduce(self, origin: str | None = None, *, renews_ticket: bool = False) -> None:
        """Tell the notebook's page what it cannot know from the traits."""
        if self._login.state.status is not Status.CONNECTED:  # nothing more is to be heard then
            start_in_background(self._introduce, origin, renews_ticket=renews_ticket)
        self._login.show_again()

    def open_outside(self, open_url: Callable[[str], bool]) -> tuple[str, bool]:
        """Have a browser open the login page by a file that leads to it.

        Returns
        -------
        tuple of str and bool
            The address of the login page, which works once, and whether a browser was opened.

        Raises
        ------
        LoginCancelledError
            If the card is closed.
        """
        door = self._make_door()
        if door is None:
            raise LoginCancelledError("This card is closed.", "Make another one.")
        address = run_in_background(self._address, door)
        try:
            file = BrowserFile(address)
        except OSError as error:  # its user can still open the address
            _log.debug("No file for the browser could be written: %s", error.strerror)
            return address, False
        with self._lock:
            self._forget_file()
            self._file = file
        return address, open_url(file.url)

    def close(self) -> None:
        """Close the door for good, also to what is under way in other threads."""
        with self._lock:
            self._is_closed = True
        self._close_door()

    def _close_door(self) -> None:
        self._stop_inviting()
        if door := self._leave_door():
            start_in_background(LOOPBACK.close, door)

    def _leave_door(self) -> Door | None:
        with self._lock:
            self._forget_file()
            door, self._door = self._door, None
            self._past = door or self._past
        return door

    def _enter(self) -> None:
        with self._lock:
            self._forget_file()
        self.introduce()

    def _reuse(self) -> None:
        """Leave the page that may be a stranger's: what else it says is not heard."""
        self._login.ticket_reused()
        door = self._leave_door()
        self.introduce()
        if door is not None:
            start_in_background(LOOPBACK.close, door)

    def _forget_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.remove()

    def _make_door(self) -> Door | None:
        with self._lock:
            if self._door is None and not self._is_closed:
                self._door = Door(
                    receive=lambda content: self.take(content, "loopback"),
                    greet=self._greet,
                    entered=self._enter,
                    reused=self._reuse,
                    card=self._card,
                )
            return self._door

    async def _introduce(self, origin: str | None = None, *, renews_ticket: bool = False) -> None:
        """Invite the notebook's page to speak by the loopback server, now."""
        door = self._make_door()
        if door is None:
            return
        port = await LOOPBACK.open(door)
        if origin:
            door.admit(origin)
        ticket = door.renew_ticket() if renews_ticket else door.ticket
        challenge, answer = door.challenge()
        message = {
            "type": "loopback",
            "port": port,
            "path": door.path,
            "ticket": ticket,
            "challenge": challenge,
            "answer": answer,
        }
        sent = SCREEN.post(lambda: self._send(message | {"sent": time.time()}))
        await asyncio.wrap_future(sent)

    async def _keep_inviting(self) -> None:
        """Invite the page as long as an attempt is going: a cell may keep the comm from us."""
        while True:
            await self._introduce()
            await asyncio.sleep(_INVITE_SECONDS)

    def _stop_inviting(self) -> None:
        inviting, self._inviting = self._inviting, None
        if inviting is not None:
            inviting.cancel()

    async def _address(self, door: Door) -> str:
        port = await LOOPBACK.open(door)
        return f"http://127.0.0.1:{port}/open/{door.renew_ticket()}"

    def _greet(self) -> list[Message]:
        asked: list[Message] = [{"type": "witness"}] if self._is_witnessed else []
        return [*asked, self._traits_message(), self._time_message()]

    # Helpers.

    def _is_known(self, number: object) -> bool:
        if not isinstance(number, str) or len(number) > _LONGEST_ID:
            return False
        with self._lock:
            if number in self._known_ids:
                return True
            self._known_ids[number] = None
            if len(self._known_ids) > _MOST_REMEMBERED:
                self._known_ids.pop(next(iter(self._known_ids)))
            return False

    def _say(self, message: Message) -> None:
        self._send(message)
        self._say_by_loopback(message)

    def _say_by_loopback(self, message: Message) -> None:
        if self._door is not None:
            start_in_background(self._door.say, message)

    def _traits_message(self) -> Message:
        return {"type": "traits", "traits": self._traits()}

    def _time_message(self) -> Message:
        return {
            "type": "time",
            "run": self._login.state.run,
            "seconds_left": self._login.seconds_left(),
        }


def _is_going(state: Shown) -> bool:
    """Tell whether an attempt waits for a page, also for its click."""
    return state.run is not None and state.status not in ENDS
