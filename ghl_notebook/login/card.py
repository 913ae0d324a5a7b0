"""What every card of a login has in common: traits that the kernel owns, its pages, and waiting."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import sys
import time
import webbrowser
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Self

import anywidget

from ghl_notebook.api.arguments import check_patience
from ghl_notebook.errors import ArgumentError, FrontEndError, LoginTimeoutError
from ghl_notebook.widgets import SCREEN, pass_on

from .loopback import Message
from .pages import Conducted, Pages
from .state import ENDS, Status
from .terminal import tell

_log = logging.getLogger("ghl_notebook.login")
_OF_THE_PAGE = frozenset({"layout", "tabbable", "tooltip", "_dom_classes", "_view_count"})
Buffer = bytes | memoryview
_RESEND_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0


def kept(trait: Any) -> Any:
    """Make a trait that flows to the page only: the kernel alone sets it."""
    return trait.tag(sync=True, kernel_owned=True)


class Card(anywidget.AnyWidget):
    """A login as a widget. What kind of login it is, a subclass says.

    A subclass makes `_login` and `_pages` and sets its traits before it calls ``__init__``, which
    opens the comm: so the page has them from its first moment on.
    """

    _login: Conducted
    _pages: Pages
    _is_in_browser = False
    _what = "The login"
    """What is waited for, as the beginning of a sentence."""

    def __init__(self, **kwargs: Any) -> None:
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
            Seconds to wait; the login itself goes on after them, until its own time limit. Waiting
            never outlasts that limit, which begins now if nobody has pressed the button yet.

        Raises
        ------
        FrontEndError
            If there is no notebook front end.
        LoginError
            If the login ends otherwise, or `timeout` is over.
        """
        check_patience(timeout)
        until = None if timeout is None else time.monotonic() + timeout
        for outcome in self._waiting("loopback"):
            left = _RESEND_SECONDS if until is None else until - time.monotonic()
            if left <= 0:
                raise LoginTimeoutError(
                    f"{self._what} is not finished after {timeout} s.",
                    "It goes on: finish it in its window, then wait again.",
                )
            concurrent.futures.wait([outcome], min(left, _RESEND_SECONDS))
        self._login.finished()
        return self

    def open_in_browser(self, open_url: Callable[[str], bool] = webbrowser.open) -> None:
        """Show the login in the system's browser, outside of any notebook.

        The card's own page, on 127.0.0.1; for scripts, IPython in a terminal, and front ends that
        open no windows. The browser is given a file that leads on to it, because everybody on a
        computer can read the command lines of its programs. A browser that may not read the file
        (Snap, Flatpak, WSL) shows an error instead: open the address that is written to stderr.
        That address works once. A second use ends the login, as one of the two may be a stranger's.

        Parameters
        ----------
        open_url : callable, optional
            Opens a ``file://`` address and tells whether it could; Python's ``webbrowser.open`` by
            default.

        Raises
        ------
        FrontEndError
            If no browser could be opened, and there is nobody to tell the address to.
        LoginCancelledError
            If the card is closed.
        """
        self._is_in_browser = True
        address, is_open = self._pages.open_outside(open_url)
        said = "The login opens in your browser. If you do not see it, open"
        is_told = tell(f"{said if is_open else 'Open'} {address} on this computer.")
        if not (is_open or is_told):
            raise FrontEndError(
                "No browser could be opened, and there is no stderr to write the address to.",
                "Display the login in a notebook, or run it in a terminal.",
            )

    def cancel(self) -> None:
        """Give up the attempt that is going; a later click begins another one."""
        self._login.cancel()
        self._flush()

    def close(self) -> None:
        """Cancel the login and remove the card."""
        # ipywidgets also closes widgets that are half made, and all that are left at the very end,
        # when no thread can be started any more.
        if (pages := getattr(self, "_pages", None)) and not sys.is_finalizing():
            self._login.cancel()
            pages.close()
        super().close()

    # What the page says; on which thread depends on the front end.

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what a page may change: how the card lies there, never what it is or says."""
        super().set_state({k: v for k, v in sync_data.items() if k in _OF_THE_PAGE})

    def _receive(self, _widget: object, content: object, buffers: Sequence[Buffer]) -> None:
        if isinstance(content, dict):
            self._pages.take(self._unpacked(content, buffers), "comm")

    def _unpacked(self, content: Message, _buffers: Sequence[Buffer]) -> Message:
        """Return a message with what a page has sent beside it."""
        return content

    # Helpers.

    def _check(self, kwargs: dict[str, Any]) -> None:
        """Refuse a keyword that is no trait which a user may set."""
        unknown = [
            name
            for name in kwargs
            if name.startswith("_") or not self.has_trait(name) or self._is_kernel_owned(name)
        ]
        if unknown:
            raise ArgumentError(
                f"{type(self).__name__} takes no {', '.join(map(repr, unknown))}.",
                f"See help(ghl_notebook.{type(self).__name__}) for what it takes.",
            )

    def _needs_page(self) -> bool:
        """Tell whether the login needs a page, and with it a person."""
        return True

    def _needs_person(self) -> bool:
        """Tell whether a person is needed, and raise a `FrontEndError` where none can be asked."""
        raise NotImplementedError

    def _bring_up(self, news: dict[str, Any]) -> None:
        """Set traits, in this order; who observes the last finds the others set."""
        with self.hold_sync():
            for name, value in news.items():
                try:
                    self.set_trait(name, value)
                except Exception:  # noqa: BLE001
                    # A user's observer failed, of this trait: the others are set all the same.
                    _log.exception("An observer of a login's %s failed", name)

    async def _finish(self) -> Self:
        done: asyncio.Future[Any] | None = None
        for outcome in self._waiting("comm", "loopback"):
            done = done or asyncio.wrap_future(outcome)
            await asyncio.wait([done], timeout=_RESEND_SECONDS)
        self._login.finished()
        return self

    def _waiting(self, *ways: str) -> Iterator[Future[Any]]:
        """Yield the outcome again and again until it is there; the caller waits in between.

        Nobody may press the button when no page is heard in these `ways`: that is said after a
        while.
        """
        if SCREEN.is_current_thread():
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
        try:
            while not outcome.done():
                is_heard = any(self._pages.heard[way].is_set() for way in ways)
                is_late = time.monotonic() > patience and not self._is_in_browser
                if needs_page and not is_heard and is_late:
                    raise FrontEndError(
                        f"No card answered within {_PATIENCE_SECONDS:.0f} s.",
                        "Display the login in a cell of its own, press its button there, and "
                        "run the cells that use it when the card says connected.",
                    )
                yield outcome
        finally:
            outcome.cancel()

    def _shown_traits(self) -> dict[str, Any]:
        """Return the traits that the kernel alone sets: what a page shows."""
        names = [name for name in self.trait_names() if self._is_kernel_owned(name)]
        return {name: getattr(self, name) for name in names}

    def _flush(self) -> None:
        if not SCREEN.is_current_thread():
            SCREEN.post(lambda: None).result()

    @classmethod
    def _is_kernel_owned(cls, name: str) -> bool:
        trait = cls.class_traits().get(name)
        return trait is not None and bool(trait.metadata.get("kernel_owned"))
