"""An agency's sub-accounts, and what of them is missing, as DataFrames."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any, overload

import pandas as pd

from ghl_notebook.api import Agency, AsyncAgency
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import failures_frame, locations_frame
from ghl_notebook.guard import guarded


@overload
def fetch_locations(agency: Agency, *, installed: bool | None = None) -> pd.DataFrame: ...
@overload
def fetch_locations(
    agency: AsyncAgency, *, installed: bool | None = None
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
def fetch_locations(
    agency: Agency | AsyncAgency, *, installed: bool | None = None
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch an agency's sub-accounts.

    ``GET /oauth/installedLocations?companyId=&appId=`` (scope ``oauth.readonly``; under v3 ``GET
    /oauth/installed-locations``), or ``GET /locations/search?companyId=`` (scope
    ``locations.readonly``), page by page

    Parameters
    ----------
    agency : Agency or AsyncAgency
        Of an `AsyncAgency` the result is to be awaited.
    installed : bool, optional
        True: those on which the app is installed, of which alone anything can be fetched. False:
        all of them. When left out: True where the credential knows its app, which an access token
        that was passed does not.

    Returns
    -------
    pandas.DataFrame
        One row per sub-account in the service's order, a fresh integer index, the same columns
        when there is none. What the list that was asked does not say is NA.

        ============== ========= =================================================
        Column         Kind      Meaning
        ============== ========= =================================================
        location_id    string    The sub-account
        location_name  string    Its name
        is_installed   boolean   The app is installed (the list of an app's)
        installed_at   timestamp When it was (UTC; the list of an app's)
        address        string    Street, or the whole address
        city           string    City (the list of all)
        state          string    State or region (the list of all)
        country        string    Country code (the list of all)
        postal_code    string    Postal code (the list of all)
        timezone       string    For instance ``Europe/Berlin`` (the list of all)
        website        string    Its address (the list of all)
        email          string    Of the business (the list of all)
        phone          string    Of the business (the list of all)
        ============== ========= =================================================

        Kinds are the dtypes ``string``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If it is no agency, or `installed` is True and the credential does not know its app.
    GHLError
        See `ghl_notebook.errors`.
    """
    if isinstance(agency, AsyncAgency):
        return _locations(agency, installed)
    if isinstance(agency, Agency):
        return run_in_background(_locations, agency.core, installed)
    raise ArgumentError(
        f"The first argument is a {type(agency).__name__}, not an agency.",
        "Pass what ghl_notebook.Agency() returned.",
    )


@guarded
def failures(frame: pd.DataFrame) -> pd.DataFrame:
    """List the sub-accounts that are missing in a frame of a whole agency, and why.

    Parameters
    ----------
    frame : pandas.DataFrame
        As a ``fetch_*`` function has returned it, for an agency.

    Returns
    -------
    pandas.DataFrame
        One row per missing sub-account in their order, a fresh integer index, the same columns
        when none is missing.

        ============== ======== ================================================
        Column         Kind     Meaning
        ============== ======== ================================================
        location_id    string   The sub-account
        location_name  string   Its name
        error          string   The class of the error: see `ghl_notebook.errors`
        message        string   What happened, and the next step
        status         integer  The HTTP status, where there was an answer
        trace_id       string   The service's id of the answer
        asked          boolean  False: the run ended before its turn
        ============== ======== ================================================

        Kinds are the dtypes ``string``, ``Int64`` and ``boolean``.

    Raises
    ------
    ArgumentError
        If the frame knows nothing of failures: it is not one of a whole agency, or an operation
        of pandas has dropped its ``attrs``.
    """
    found = getattr(frame, "attrs", {}).get("failures")
    if found is None:
        raise ArgumentError(
            "The frame does not say what is missing in it.",
            "Pass what a fetch function returned for an agency, before you change it.",
        )
    return failures_frame(found)


async def _locations(agency: AsyncAgency, installed: bool | None) -> pd.DataFrame:
    return locations_frame(await agency.locations(installed=installed))
