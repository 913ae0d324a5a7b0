"""The base of both cards: traits that the kernel owns, the login's pages, and waiting."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import sys
import time
import webbrowser
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar, Self

import anywidget

from ghl_notebook.api.arguments import check_patience
from ghl_notebook.errors import ArgumentError, FrontEndError, LoginTimeoutError
from ghl_notebook.secret import Secret
from ghl_notebook.widgets import UI_THREAD, layout_of, pass_on

from .flow import ENDS, LoginFlow, Status
from .page_messages import Channel
from .pages import Pages
from .terminal import print_error

_log = logging.getLogger("ghl_notebook.login")
Buffer = bytes | memoryview
_RESEND_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0


def kernel_owned(trait: Any) -> Any:
    """Make a trait that only the kernel sets, and that is sent to the page."""
    trait.read_only = True
    return trait.tag(sync=True, kernel_owned=True)


class CardView:
    """Shows a login on its card: the view of a flow (see `flow.LoginView`), and not of a user.

    Parameters
    ----------
    card : BaseCard
        The card.
    """

    def __init__(self, card: BaseCard) -> None:
        self._card = card

    def update(self, state: Any) -> None:
        """Show a state in the traits and on the pages."""
        self._card._update(state)  # noqa: SLF001 - the card's own view

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Send the pages the authorization URL."""
        self._card._pages.authorize(request, run, url, seconds_left)  # noqa: SLF001

    def close_window(self, request: str) -> None:
        """Have a page close the window that it opened for `request`."""
        self._card._pages.close_window(request)  # noqa: SLF001


class BaseCard(anywidget.AnyWidget):
    """A login as a widget.

    A subclass makes the flow, and passes it on with the traits that are set before the comm opens,
    so that the page has these traits from the start.
    """

    _card: ClassVar[str]
    """Name of the script and the style (see `static_files`)."""
    _subject = "The login"
    """The name of the login in messages, as the beginning of a sentence."""
    _is_in_browser = False
    _login: LoginFlow[Any]
    _pages: Pages

    def __init__(
        self,
        login: LoginFlow[Any],
        traits: Mapping[str, Any],
        *,
        reports_messages: bool = False,
        **kwargs: Any,
    ) -> None:
        self._login = login
        self._pages = Pages(
            login,
            self.send,
            lambda: {name: getattr(self, name) for name in self.trait_names(kernel_owned=True)},
            card=self._card,
            reports_messages=reports_messages,
        )
        for name, value in traits.items():
            self.set_trait(name, value)
        pass_on(super().__init__, **kwargs)
        self.on_msg(self._receive)

    # What a user's code calls.

    def __await__(self) -> Generator[Any, None, Self]:
        return self._finish().__await__()

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the login is connected, and return it.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait; the login itself continues after them, until its time limit. Waiting
            never outlasts that limit, which begins now if you have not pressed the button yet.

        Raises
        ------
        FrontEndError
            If no notebook front end can show the card.
        LoginError
            If the login fails or is canceled, or `timeout` is over.
        """
        check_patience(timeout)
        until = None if timeout is None else time.monotonic() + timeout
        for outcome in self._waiting(Channel.LOOPBACK):
            left = _RESEND_SECONDS if until is None else until - time.monotonic()
            if left <= 0:
                raise LoginTimeoutError(
                    f"{self._subject} is not finished after {timeout} s.",
                    "It goes on: finish it in its window, then wait again.",
                )
            concurrent.futures.wait([outcome], min(left, _RESEND_SECONDS))
        self._login.finished()
        return self

    def open_in_browser(self, open_url: Callable[[str], bool] = webbrowser.open) -> None:
        """Show the login in the system's browser, outside of any notebook.

        Use it in scripts, in IPython in a terminal, and in front ends that cannot open windows. The
        page is the card's own, on 127.0.0.1. The browser opens a file that redirects to the page,
        because every user of a computer can read the command lines of its programs. A browser that
        may not read the file (Snap, Flatpak, WSL) shows an error instead: open the address that is
        written to stderr. That address works once. A second use cancels the login, because one of
        the two users may be a stranger.

        Parameters
        ----------
        open_url : callable, optional
            Opens a ``file://`` address and returns whether it could; Python's ``webbrowser.open``
            by default.

        Raises
        ------
        FrontEndError
            If no browser could be opened, and the address cannot be written to stderr.
        LoginCancelledError
            If the card is closed.
        """
        self._is_in_browser = True
        address, is_open = self._pages.open_outside(open_url)
        verb = "The login opens in your browser. If you do not see it, open" if is_open else "Open"
        is_printed = print_error(f"{verb} {address} on this computer.")
        if not (is_open or is_printed):
            raise FrontEndError(
                "No browser could be opened, and there is no stderr to write the address to.",
                "Display the login in a notebook, or run it in a terminal.",
            )

    def cancel(self) -> None:
        """Give up the current attempt; a later click begins a new one."""
        self._login.cancel()
        self._flush()

    def close(self) -> None:
        """Cancel the login and remove the card."""
        # ipywidgets also closes widgets whose __init__ failed, and all others when the interpreter
        # exits and can no longer start a thread.
        if (pages := getattr(self, "_pages", None)) and not sys.is_finalizing():
            self._login.close()
            pages.close()
        super().close()

    # Messages of the page; on which thread depends on the front end.

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Accept from a page only the card's layout, never its content."""
        super().set_state(layout_of(sync_data))

    def _receive(self, _widget: object, content: object, _buffers: Sequence[Buffer]) -> None:
        if isinstance(content, dict):
            self._pages.receive(content, Channel.MESSAGE)

    # Called by `CardView`, in the UI thread.

    def _update(self, state: Any) -> None:
        """Set the traits, `status` last, when the others are set. Then send them to the pages."""
        with self.hold_sync():
            for name, value in self._traits_of(state).items():
                try:
                    self.set_trait(name, value)
                except Exception:  # noqa: BLE001
                    # A user's observer of this trait failed: the other traits are set anyway.
                    _log.exception("An observer of a login's %s failed", name)
        self._pages.update(state)

    @abstractmethod
    def _traits_of(self, state: Any) -> dict[str, Any]:
        """Return the traits that show a state, `status` last."""

    # Helpers.

    def _check_keywords(self, kwargs: dict[str, Any]) -> None:
        """Refuse a keyword that is not a trait which a user may set."""
        owned = self.trait_names(kernel_owned=True)
        unknown = [
            name
            for name in kwargs
            if name.startswith("_") or not self.has_trait(name) or name in owned
        ]
        if unknown:
            raise ArgumentError(
                f"{type(self).__name__} takes no {', '.join(map(repr, unknown))}.",
                f"See help(ghl_notebook.{type(self).__name__}) for what it takes.",
            )

    def _needs_page(self) -> bool:
        """Tell whether the login needs a page, and with it a user."""
        return True

    @abstractmethod
    def _needs_person(self) -> bool:
        """Tell whether a user is needed; raise a `FrontEndError` if no user can answer here."""

    async def _finish(self) -> Self:
        done: asyncio.Future[Any] | None = None
        for outcome in self._waiting(Channel.MESSAGE, Channel.LOOPBACK):
            done = done or asyncio.wrap_future(outcome)
            await asyncio.wait([done], timeout=_RESEND_SECONDS)
        self._login.finished()
        return self

    def _waiting(self, *channels: Channel) -> Iterator[Future[Any]]:
        """Yield the outcome repeatedly until it is set; the caller waits in between.

        Raise a `FrontEndError` if no page sends anything over these channels for a while: then
        probably no user is there to press the button.
        """
        if UI_THREAD.is_current_thread():
            raise ArgumentError(
                "A login was waited for in a function that observes a login.",
                "Use its traits there, or wait in a cell.",
            )
        needs_page = self._needs_page() and self._login.state.status not in ENDS
        if needs_page and not self._is_in_browser:
            needs_page = self._needs_person()
        outcome = self._login.outcome()
        if self._login.state.status is Status.IDLE:
            self._login.begin(None if needs_page else "browser")
        patience = time.monotonic() + _PATIENCE_SECONDS
        received = [self._pages.received[channel] for channel in channels]
        try:
            while not outcome.done():
                is_late = time.monotonic() > patience and not self._is_in_browser
                if needs_page and is_late and not any(event.is_set() for event in received):
                    raise FrontEndError(
                        f"No card answered within {_PATIENCE_SECONDS:.0f} s.",
                        "Display the login in a cell of its own, press its button there, and "
                        "run the cells that use it when the card says connected. If the cell shows "
                        "no card, a Content-Security-Policy without blob: may block it: call "
                        "login.open_in_browser().",
                    )
                yield outcome
        finally:
            outcome.cancel()

    def _flush(self) -> None:
        if not UI_THREAD.is_current_thread():
            UI_THREAD.post(lambda: None).result()
