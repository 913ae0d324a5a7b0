"""The card of a login within a panel: it shares the panel's comm."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from ghl_notebook.login.social import ConnectAccount

from .protocol import ToPage

_IDS = itertools.count(1)


class EmbeddedCard(ConnectAccount):
    """A login whose card is part of a panel's page.

    A widget that shows another one works in fewer front ends than a single widget does: marimo, for
    one, connects a widget only while a cell runs.

    Parameters
    ----------
    *args, **kwargs
        As for `ConnectAccount`.
    send_to_page : callable
        Sends a message to the panel's pages.
    """

    def __init__(self, *args: Any, send_to_page: Callable[[ToPage], None], **kwargs: Any) -> None:
        self.id = next(_IDS)
        self._send_to_page = send_to_page
        super().__init__(*args, **kwargs)

    @property
    def shown(self) -> ToPage:
        """The traits that the page shows, as a message."""
        names = self.trait_names(kernel_owned=True)
        return {"type": "card", "id": self.id, "traits": {n: getattr(self, n) for n in names}}

    def receive(self, message: dict[str, Any]) -> None:
        """Handle a message of the card on the page."""
        self._receive(self, message, ())

    def offer_again(self, origin_id: str) -> None:
        """Offer what the login shares, an account ticked that it has not reconnected."""
        self._login.attachment.offer_again(origin_id)

    def open(self) -> None:
        """Open no comm."""

    def close(self) -> None:
        """Cancel the login, and send the page nothing more, which would show the card again."""
        self._send_to_page = lambda _: None
        super().close()

    def send(self, content: Any, buffers: Any = None) -> None:  # noqa: ARG002
        """Send a message to the card on the page."""
        self._send_to_page({"type": "to_card", "id": self.id, "message": content})

    def _update(self, state: Any) -> None:
        super()._update(state)
        self._send_to_page(self.shown)
