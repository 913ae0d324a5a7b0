"""The panel: its lists and the login's card in one widget."""

from __future__ import annotations

import concurrent.futures
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, cast

import anywidget
import pandas as pd
import traitlets as t

from ghl_notebook.api import Agency, Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.login.front_end import FrontEnd, find_front_end
from ghl_notebook.login.static_files import card_style_file
from ghl_notebook.settings import read_pictures
from ghl_notebook.widgets import (
    UI_THREAD,
    Pictures,
    layout_of,
    parse_message,
    pass_on,
    read_script,
    read_style,
)

from .accounts import Accounts
from .listing import Listing
from .protocol import FromPage, Hello, Ping, ToPage
from .saved import SavedTable, html_of, table_of
from .sub_accounts import SubAccounts

_STATIC: Final = Path(__file__).parent / "static"
_PATIENCE_SECONDS: Final = 60.0


@guarded
class AccountsPanel(anywidget.AnyWidget):
    """A panel to manage connected accounts: connect, attach, reconnect, and detach them.

    Display the panel as the last line of a cell. Fetching happens in the background, so cells do
    not wait.

    For a sub-account, it lists all connected accounts, with search, filters, and sorting. *Connect*
    shows the card of `ConnectAccount` instead of the list, then the accounts that the login can
    attach; *Reconnect* reconnects an account; *Detach* asks for confirmation first. For an agency,
    it lists the sub-accounts with counts. Open one to see its accounts.

    Parameters
    ----------
    client : Client or Agency
        The sub-account or agency to show.
    pictures : {"platforms", "none"}, optional
        Pictures of accounts that the page loads: those on the platforms' own hosts, over https, or
        none. By default, the value of ``GHL_PICTURES``, or ``"platforms"``.
    save_rows : bool, default True
        Save names, platforms, and states with the notebook, so that an exported page shows them.
        Ids, pictures, and handles are never saved.
    layout : ipywidgets.Layout or dict, optional
        The layout of the panel.

    Attributes
    ----------
    status : str
        Read-only trait: ``fetching``, then ``ready`` or ``failed``.
    error : str or None
        Read-only trait: the last error, and the next step.
    location_id : str or None
        Read-only trait: the displayed sub-account; None while an agency's list is displayed.

    Raises
    ------
    ArgumentError
        If `client` is neither a `Client` nor an `Agency`.
    SettingsError
        If `pictures` is neither ``"platforms"`` nor ``"none"``.

    See Also
    --------
    ConnectAccount : the card of one login, with its result as traits.
    fetch_accounts : the same accounts as a DataFrame.

    Notes
    -----
    The panel calls `fetch_accounts` and, for an agency, `fetch_locations`; `ConnectAccount` and
    `reconnect`; `fetch_available_accounts` and `attach`; and ``client.accounts.delete``. Their
    documentation names the API calls and scopes.

    Functions that observe the panel's traits run in a separate thread, in order. Where no user
    looks at the panel (``jupyter nbconvert --execute``, papermill), displaying it waits for the
    rows, a minute at most.

    Examples
    --------
    >>> panel = AccountsPanel(client)                                 # doctest: +SKIP
    >>> panel.frame[panel.frame["is_expired"]]                        # doctest: +SKIP
    """

    _esm = read_script(_STATIC / "panel.js")
    _css = read_style(
        card_style_file(), *(_STATIC / f"{part}.css" for part in ("grid", "embedded", "panel"))
    )

    status = t.Unicode("fetching", read_only=True)
    error = t.Unicode(None, allow_none=True, read_only=True)
    location_id = t.Unicode(None, allow_none=True, read_only=True)
    saved = t.Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        client: Client | Agency,
        *,
        pictures: str | None = None,
        save_rows: bool = True,
        layout: Any = None,
    ) -> None:
        self._pictures = read_pictures(pictures)
        self._save_rows = save_rows
        first: Listing
        if isinstance(client, Client):
            pictures_of = Pictures.of(client.core, self._pictures)
            first = Accounts(client, self._send_of, self._update, pictures_of)
        elif isinstance(client, Agency):
            first = SubAccounts(client, self._send_of, self._update, self._enter)
        else:
            raise ArgumentError(
                f"The first argument is a {type(client).__name__}, neither a Client nor an Agency.",
                "Pass what ghl_notebook.Client(), Agency(), demo() or demo_agency() returned.",
            )
        self._listings = [first]
        passed = {} if layout is None else {"layout": layout}
        pass_on(super().__init__, **passed)
        self.on_msg(self._receive)
        self._fetched: Future[None] = first.fetch()

    def __repr__(self) -> str:
        return f"AccountsPanel(status={self.status!r})"

    @property
    def frame(self) -> pd.DataFrame:
        """The data of the displayed list, including rows hidden by search and filters.

        For a sub-account, as `fetch_accounts` returns it. For an agency, one row per sub-account,
        in the API's order:

        ============= ====== ===============================================================
        Column        dtype  Meaning
        ============= ====== ===============================================================
        location_id   string The sub-account
        location_name string Its name
        accounts      Int64  Number of connected accounts; NA if it could not be fetched
        expired       Int64  Number of them that have expired
        expiring      Int64  Number of others that expire within 30 days (``GHL_EXPIRING_DAYS``)
        error         string Class of the error if it could not be fetched, else NA
        message       string What happened, and the next step, else NA
        ============= ====== ===============================================================

        Reading this waits for a running fetch, except in a function that observes a trait.

        Raises
        ------
        GHLError
            If nothing could be fetched.
        """
        if not UI_THREAD.is_current_thread():
            fault = self._fetched.exception()
            if fault is not None and self._shown.frame is None:
                raise fault
        if self._shown.frame is None:
            raise ArgumentError(
                "Nothing has been fetched yet.", "Use frame when the status is 'ready'."
            )
        return self._shown.frame

    @property
    def selected(self) -> pd.DataFrame:
        """The ticked rows of `frame`; the same columns even if there are none."""
        frame = self.frame
        found = self._shown.selected
        return frame.iloc[:0] if found is None else found

    def refresh(self) -> pd.DataFrame:
        """Fetch again, and return what is displayed then.

        Returns
        -------
        pandas.DataFrame
            The new `frame`.

        Raises
        ------
        ArgumentError
            If you call it in a function that observes a trait, which must not wait.
        GHLError
            See `ghl_notebook.errors`.
        """
        if UI_THREAD.is_current_thread():
            raise ArgumentError(
                "refresh() was called in a function that observes a panel.", "Call it in a cell."
            )
        self._fetched = self._shown.fetch()
        self._fetched.result()
        return self.frame

    def close(self) -> None:
        """Cancel an unfinished login, and remove the panel."""
        # ipywidgets also closes half-initialized widgets, and all remaining ones at exit.
        if not sys.is_finalizing():
            for listing in getattr(self, "_listings", ()):
                listing.close()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Accept from a page only the layout, never the content."""
        super().set_state(layout_of(sync_data))

    # Displaying.

    def _ipython_display_(self) -> None:
        from IPython.display import display

        has_user = find_front_end(self.comm) is FrontEnd.NOTEBOOK
        if not has_user and not UI_THREAD.is_current_thread():
            concurrent.futures.wait([self._fetched], _PATIENCE_SECONDS)
        is_complete = bool(self.saved) or not self._save_rows
        data, metadata = self._repr_mimebundle_()
        handle = display(data, raw=True, metadata=metadata, display_id=True)  # type: ignore[no-untyped-call]
        if not is_complete and handle is not None:
            # The notebook saves the output as it was last shown.
            self._fetched.add_done_callback(lambda _: self._update_output(handle))

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        if self.saved:
            data["text/html"] = html_of(cast("SavedTable", self.saved))
        return data, metadata

    def _update_output(self, handle: Any) -> None:
        if self.saved:
            data, metadata = self._repr_mimebundle_()
            handle.update(data, raw=True, metadata=metadata)

    # Helpers.

    @property
    def _shown(self) -> Listing:
        return self._listings[-1]

    def _send_of(self, listing: Listing, message: ToPage) -> None:
        """Send the pages a message of a list, if they show the list."""
        if listing is self._shown:
            self.send(message)

    def _receive(self, _widget: object, content: object, _buffers: Sequence[Any]) -> None:
        match parse_message(content, FromPage):
            case None:
                pass
            case Ping():
                self.send({"type": "alive"})
            case Hello():
                UI_THREAD.post(lambda: self._shown.resend())
            case message:
                self._shown.receive(message)

    def _update(self) -> None:
        """Show the current state in the traits, in the UI thread."""
        shown = self._shown
        show, rows = shown.messages.get("show"), shown.messages.get("rows")
        if self._save_rows and show is not None and rows is not None:
            self.set_trait("saved", table_of(show, rows))
        location_id = shown.client.location_id if isinstance(shown, Accounts) else None
        self.set_trait("location_id", location_id)
        self.set_trait("error", shown.error)
        status = "fetching" if shown.busy else "ready"
        if shown.frame is None and shown.error:
            status = "failed"
        self.set_trait("status", status)

    def _enter(self, location_id: str, name: str | None) -> None:
        (first,) = self._listings
        assert isinstance(first, SubAccounts)
        client = first.agency.client(location_id)
        pictures = Pictures.of(client.core, self._pictures)
        opened = Accounts(
            client, self._send_of, self._update, pictures, name=name, leave=self._leave
        )
        self._listings.append(opened)
        self._fetched = opened.fetch()

    def _leave(self) -> None:
        first, opened = self._listings
        assert isinstance(first, SubAccounts)
        assert isinstance(opened, Accounts)
        self._listings.pop()
        opened.close()
        first.update_accounts(opened.client.location_id, opened.frame)
        first.resend()
        self._update()
