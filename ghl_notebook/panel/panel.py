"""The panel itself: lists, and the login's card, in one box."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from typing import Any

import ipywidgets
import pandas as pd
import traitlets as t

from ghl_notebook.api import Agency, Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.settings import read_pictures
from ghl_notebook.widgets import UI_THREAD, Pictures, pass_on

from .accounts import Accounts
from .listing import Listing
from .sub_accounts import SubAccounts


@guarded
class AccountsPanel(ipywidgets.VBox):  # type: ignore[misc]  # it publishes no types
    """A panel of connected accounts: look at them, connect, attach, reconnect and detach.

    Display it as the last line of a cell. It fetches in the background: no cell waits for it.

    Of a sub-account it lists all connected accounts, with search, filters and sorting. *Connect*
    shows the card of `ConnectAccount` in its place, then the pages that the login may attach;
    *Reconnect* renews a connection; *Detach* asks first. Of an agency it lists the sub-accounts
    with counts, and opens each of them in its place.

    Parameters
    ----------
    client : Client or Agency
        What is shown.
    pictures : {"platforms", "none"}, optional
        Pictures of accounts that the page loads: those on the platforms' own hosts, over https, or
        none. From ``GHL_PICTURES`` when left out, and ``"platforms"`` when that is not set.
    layout : ipywidgets.Layout or dict, optional
        Of the box around it.

    Attributes
    ----------
    status : str
        Read-only trait: ``fetching``, then ``ready`` or ``failed``.
    error : str or None
        Read-only trait: what went wrong last, and the next step.
    location_id : str or None
        Read-only trait: the sub-account that is shown; None while it is an agency's list.

    Raises
    ------
    ArgumentError
        If `client` is neither a `Client` nor an `Agency`.
    SettingsError
        If `pictures` is neither ``"platforms"`` nor ``"none"``.

    See Also
    --------
    ConnectAccount : the card of one login, with the login's result as traits.
    fetch_accounts : the same accounts as a DataFrame.

    Notes
    -----
    It lists by `fetch_accounts`, of an agency with `fetch_locations`; connects by `ConnectAccount`
    and `reconnect`; lists and attaches pages by `fetch_available_accounts` and `attach`; and
    detaches by ``client.accounts.delete``. Their pages name the calls and the scopes.

    What it shows is no trait, so that a saved notebook holds none of it. Functions that observe its
    traits run in a thread of their own, in order.

    Examples
    --------
    >>> panel = AccountsPanel(client)                                 # doctest: +SKIP
    >>> panel.frame[panel.frame["is_expired"]]                        # doctest: +SKIP
    """

    status = t.Unicode("fetching", read_only=True)
    error = t.Unicode(None, allow_none=True, read_only=True)
    location_id = t.Unicode(None, allow_none=True, read_only=True)

    def __init__(
        self, client: Client | Agency, *, pictures: str | None = None, layout: Any = None
    ) -> None:
        self._pictures = read_pictures(pictures)
        first: Listing
        if isinstance(client, Client):
            first = Accounts(client, self._update, Pictures.of(client.core, self._pictures))
        elif isinstance(client, Agency):
            first = SubAccounts(client, self._update, self._enter)
        else:
            raise ArgumentError(
                f"The first argument is a {type(client).__name__}, neither a Client nor an Agency.",
                "Pass what ghl_notebook.Client(), Agency(), demo() or demo_agency() returned.",
            )
        self._listings = [first]
        passed = {} if layout is None else {"layout": layout}
        pass_on(super().__init__, [first.table], **passed)
        self.add_class("ghl-accounts-panel")
        self._fetched: Future[None] = first.fetch()

    def __repr__(self) -> str:
        return f"AccountsPanel(status={self.status!r})"

    @property
    def frame(self) -> pd.DataFrame:
        """What was fetched of what is shown, whatever search and filters hide of it.

        Of a sub-account as `fetch_accounts` returns it. Of an agency's list one row per
        sub-account, in the service's order:

        ============= ====== ===============================================================
        Column        dtype  Meaning
        ============= ====== ===============================================================
        location_id   string The sub-account
        location_name string Its name
        accounts      Int64  How many are connected; NA where it could not be asked
        expired       Int64  How many of them must be renewed
        expiring      Int64  How many others end within 30 days
        error         string Why it could not be asked: the class of the error, else NA
        message       string What happened, and the next step, else NA
        ============= ====== ===============================================================

        It waits for a fetch that is going, unless it is used in a function that observes.

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
        """The rows of `frame` that are ticked; the same columns when none is."""
        frame = self.frame
        found = self._shown.selected
        return frame.iloc[:0] if found is None else found

    def refresh(self) -> pd.DataFrame:
        """Ask the service again, show and return what it says.

        Returns
        -------
        pandas.DataFrame
            As `frame`.

        Raises
        ------
        ArgumentError
            If it is called in a function that observes, which must not wait.
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
        """Cancel a login that is going, and remove the panel."""
        # ipywidgets also closes widgets that are half made, and all that are left at the very end.
        if not sys.is_finalizing():
            for listing in getattr(self, "_listings", ()):
                listing.close()
        super().close()

    # Helpers.

    @property
    def _shown(self) -> Listing:
        return self._listings[-1]

    def _update(self) -> None:
        """Show what is now; in the UI thread."""
        shown = self._shown
        login = shown.login if isinstance(shown, Accounts) and shown.stage == "login" else None
        self.children = [shown.table] if login is None else [shown.table, login]
        place = shown.client.location_id if isinstance(shown, Accounts) else None
        self.set_trait("location_id", place)
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
        opened = Accounts(client, self._update, pictures, name=name, leave=self._leave)
        self._listings.append(opened)
        self._fetched = opened.fetch()

    def _leave(self) -> None:
        first, opened = self._listings
        assert isinstance(first, SubAccounts)
        assert isinstance(opened, Accounts)
        self._listings.pop()
        opened.close()
        first.put(opened.client.location_id, opened.frame)
        self._update()
