"""All pages that show one login, and the two channels between kernel and page.

A notebook's page has the comm, and the loopback server while a cell blocks the kernel; the login
page has the loopback server only. The messages are the same (see `messages`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from ghl_notebook.background import run_in_background, start_in_background
from ghl_notebook.errors import LoginCancelledError
from ghl_notebook.secret import Secret
from ghl_notebook.widgets import UI_THREAD, parse_message

from .browser_file import BrowserFile
from .flow import ENDS, FlowState, LoginFlow, Status
from .loopback import LOOPBACK, LoginEndpoint, Message
from .page_messages import Begin, Channel, FromPage, Hello, Here, Ping

_log = logging.getLogger("ghl_notebook.login")

_INVITE_SECONDS = 1.0
_MAX_REMEMBERED = 1000
_MAX_ID_LENGTH = 64


class Pages:
    """Send a login's state to pages, and their messages to the login.

    Parameters
    ----------
    login : LoginFlow
        The login.
    send : callable
        Sends a message over the comm.
    traits : callable
        Returns the traits that a page shows.
    card : str
        The script and style of the card, on the login page (see `static_files`).
    reports_messages : bool
        Have the login page report every message that it receives.
    """

    def __init__(
        self,
        login: LoginFlow[Any],
        send: Callable[[Message], None],
        traits: Callable[[], dict[str, Any]],
        *,
        card: str,
        reports_messages: bool = False,
    ) -> None:
        self._login = login
        self._send = send
        self._traits = traits
        self._card = card
        self._reports_messages = reports_messages
        self._endpoint: LoginEndpoint | None = None
        self._is_closed = False
        self._past: LoginEndpoint | None = None  # closed; still reports a second use of a ticket
        self._file: BrowserFile | None = None
        self._lock = threading.RLock()
        self._inviting: Future[None] | None = None
        self._holds = 0  # callers that wait for messages after the login
        self._known_ids: dict[str, None] = {}
        self._owner: str | None = None  # the page that began; None: no page, or the login page
        self._is_owner_here = False
        self._timed: tuple[str | None, float | None] = (None, None)
        self.received = {Channel.MESSAGE: threading.Event(), Channel.LOOPBACK: threading.Event()}

    # From kernel to page. Called in the UI thread.

    def update(self, state: FlowState) -> None:
        """Send the traits to the login pages, and the time that is left to all pages."""
        if (state.run is None or state.status in ENDS) and not self._holds:
            self._stop_inviting()
        elif self._inviting is None:  # from before the click on, while a page may have to report
            self._inviting = start_in_background(self._keep_inviting)
        if (endpoint := self._endpoint) is not None and endpoint.streams:  # else there is no reader
            start_in_background(endpoint.send, self._traits_message())
        if state.status is Status.CONNECTED and not self._holds:
            self._close_endpoint()
        now = (state.run, state.deadline)
        if state.deadline is not None and now != self._timed:  # a new run or a new time limit
            self._timed = now
            self._send_all(self._time_message())

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Send the authorization URL, as a message: a trait would be saved."""
        address = {"request": request, "run": run, "url": url.reveal()}
        self._send_all({"type": "authorize", **address, "seconds_left": seconds_left})

    def close_window(self, request: str) -> None:
        """Have a page close the window that it opened for `request`."""
        self._send_all({"type": "failed", "request": request})

    # From page to kernel. Called in any thread.

    def receive(self, content: Message, channel: Channel) -> None:
        """Handle a page's message once: pages send each message over every channel."""
        self.received[channel].set()
        number = content.get("id")
        if isinstance(number, str) and len(number) <= _MAX_ID_LENGTH:
            with self._lock:
                if number in self._known_ids:
                    return
                self._known_ids[number] = None
                if len(self._known_ids) > _MAX_REMEMBERED:
                    self._known_ids.pop(next(iter(self._known_ids)))
        match parse_message(content, FromPage):
            case Hello(origin=origin, page_id=page_id):
                if self._owner is not None and page_id not in ("", self._owner):
                    # The owner's page may have been loaded again.
                    self._set_owner(self._owner, is_here=False)
                UI_THREAD.post(lambda: self._send_all(self._time_message()))
                # The page may have used its ticket.
                self.invite(origin if channel is Channel.MESSAGE else None, renews_ticket=True)
            case Ping():
                UI_THREAD.post(lambda: self._send_all({"type": "alive"}))
            case Begin(request=request) as message if self._is_others(message):
                UI_THREAD.post(lambda: self.close_window(request))
                self._set_owner(self._owner, is_here=False)  # the owner may have left
            case Begin(page_id=page_id) as message:
                self._set_owner(page_id or None, is_here=page_id != "")
                self._login.handle(message, channel)
            case Here(page_id=page_id):
                if page_id == self._owner and not self._is_owner_here:
                    self._set_owner(page_id, is_here=True)
            case None:
                pass
            case message:
                self._login.handle(message, channel)

    def _set_owner(self, page_id: str | None, *, is_here: bool) -> None:
        """Send all pages the owner's id; without `is_here`, the owner replies if it is open."""
        self._owner, self._is_owner_here = page_id, is_here
        message = {"type": "owner", "page_id": page_id, "is_here": is_here}
        UI_THREAD.post(lambda: self._send_all(message))

    def _is_others(self, begin: Begin) -> bool:
        """Tell whether a page would end an attempt that another user's page has started."""
        status = self._login.state.status
        is_going = status not in (Status.IDLE, *ENDS)
        # An attempt that is almost finished continues: otherwise, its user would not learn why.
        may = begin.page_id in ("", self._owner) or (begin.takes_over and status is Status.WAITING)
        return is_going and self._is_owner_here and not may

    # The login's endpoint on the loopback server.

    def invite(self, origin: str | None = None, *, renews_ticket: bool = False) -> None:
        """Send the notebook's page the endpoint and the URL, which are not in a trait."""
        # After the login, nothing more is accepted, unless a cell waits for the attachment.
        if self._login.state.status is not Status.CONNECTED or self._holds:
            start_in_background(self._invite, origin, renews_ticket=renews_ticket)
        self._login.resend_url()

    def open_outside(self, open_url: Callable[[str], bool]) -> tuple[str, bool]:
        """Have a browser open the login page, through a file that redirects to it.

        Returns
        -------
        tuple of str and bool
            The address of the login page, which works once, and whether a browser was opened.

        Raises
        ------
        LoginCancelledError
            If the card is closed.
        """
        endpoint = self._make_endpoint()
        if endpoint is None:
            raise LoginCancelledError("This card is closed.", "Make another one.")
        address = run_in_background(self._address, endpoint)
        try:
            file = BrowserFile(address)
        except OSError as error:  # the user can still open the address
            _log.debug("No file for the browser could be written: %s", error.strerror)
            return address, False
        with self._lock:
            self._remove_file()
            self._file = file
        return address, open_url(file.url)

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Accept messages at the endpoint after the login, too: a blocked cell waits for them."""
        with self._lock:
            self._holds += 1
            if self._inviting is None:
                self._inviting = start_in_background(self._keep_inviting)
        try:
            yield
        finally:
            with self._lock:
                self._holds -= 1
            if not self._holds and self._login.state.status in ENDS:
                self._stop_inviting()
                self._close_endpoint()

    def close(self) -> None:
        """Close the endpoint permanently, also for threads that are about to open it."""
        with self._lock:
            self._is_closed = True
        self._stop_inviting()
        self._close_endpoint()

    def _close_endpoint(self) -> None:
        with self._lock:
            self._remove_file()
            endpoint, self._endpoint = self._endpoint, None
            self._past = endpoint or self._past
        if endpoint is not None:
            start_in_background(LOOPBACK.close, endpoint)

    def _on_ticket_used(self) -> None:
        with self._lock:
            self._remove_file()
        self.invite()

    def _on_ticket_reused(self) -> None:
        """Close the endpoint, whose page may be a stranger's: its messages no longer count."""
        self._login.ticket_reused()
        self._close_endpoint()
        self.invite()

    def _remove_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.remove()

    def _make_endpoint(self) -> LoginEndpoint | None:
        with self._lock:
            if self._endpoint is None and not self._is_closed:
                self._endpoint = LoginEndpoint(
                    on_message=lambda content: self.receive(content, Channel.LOOPBACK),
                    initial_messages=self._initial_messages,
                    on_ticket_used=self._on_ticket_used,
                    on_ticket_reused=self._on_ticket_reused,
                    card=self._card,
                )
            return self._endpoint

    async def _invite(self, origin: str | None = None, *, renews_ticket: bool = False) -> None:
        """Invite the notebook's page to send to the endpoint, now."""
        endpoint = self._make_endpoint()
        if endpoint is None:
            return
        port = await LOOPBACK.open(endpoint)
        if origin:
            endpoint.allow_origin(origin)
        ticket = endpoint.renew_ticket() if renews_ticket else endpoint.ticket
        challenge, answer = endpoint.challenge()
        address = {"port": port, "path": endpoint.path, "ticket": ticket}
        message = {"type": "loopback", **address, "challenge": challenge, "answer": answer}
        sent = UI_THREAD.post(lambda: self._send(message | {"sent": time.time()}))
        await asyncio.wrap_future(sent)

    async def _keep_inviting(self) -> None:
        """Invite the page throughout an attempt: a cell may block the comm."""
        while True:
            await self._invite()
            await asyncio.sleep(_INVITE_SECONDS)

    def _stop_inviting(self) -> None:
        inviting, self._inviting = self._inviting, None
        if inviting is not None:
            inviting.cancel()

    async def _address(self, endpoint: LoginEndpoint) -> str:
        port = await LOOPBACK.open(endpoint)
        return f"http://127.0.0.1:{port}/open/{endpoint.renew_ticket()}"

    def _initial_messages(self) -> list[Message]:
        first: list[Message] = [{"type": "report_messages"}] if self._reports_messages else []
        return [*first, self._traits_message(), self._time_message()]

    def _send_all(self, message: Message) -> None:
        self._send(message)
        if self._endpoint is not None:
            start_in_background(self._endpoint.send, message)

    def _traits_message(self) -> Message:
        return {"type": "traits", "traits": self._traits()}

    def _time_message(self) -> Message:
        seconds_left = self._login.seconds_left()
        return {"type": "time", "run": self._login.state.run, "seconds_left": seconds_left}
