"""An agency's sub-accounts, and those missing from a DataFrame, as DataFrames."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, overload

from ghl_notebook.api import Agency, AsyncAgency
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import failures_frame, locations_frame
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import format_datetime


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

    Calls ``GET /oauth/installedLocations?companyId=&appId=`` (scope ``oauth.readonly``; in API
    version v3 ``GET /oauth/installed-locations``) or ``GET /locations/search?companyId=`` (scope
    ``locations.readonly``) once per page.

    Parameters
    ----------
    agency : Agency or AsyncAgency
        With an `AsyncAgency`, await the result.
    installed : bool, optional
        True returns the sub-accounts on which the app is installed: only these can be fetched.
        False returns all sub-accounts. By default, True if the credential knows its app, which a
        plain access token does not.

    Returns
    -------
    pandas.DataFrame
        One row per sub-account in the API's order, with a new integer index and the same columns
        even if empty. Values that the list does not contain are NA.

        ============== ========= =================================================
        Column         Type      Meaning
        ============== ========= =================================================
        location_name  string    Name of the sub-account
        is_installed   boolean   Whether the app is installed (list of an app)
        installed_at   timestamp When it was installed (UTC; list of an app)
        address        string    Street, or the full address
        city           string    City (list of all)
        state          string    State or region (list of all)
        country        string    Country code (list of all)
        postal_code    string    Postal code (list of all)
        timezone       string    For instance ``Europe/Berlin`` (list of all)
        website        string    URL (list of all)
        email          string    Email address (list of all)
        phone          string    Phone number (list of all)
        location_id    string    The sub-account
        ============== ========= =================================================

        Types are pandas dtypes: ``string``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If `agency` is not an agency, or `installed` is True and the credential does not know its
        app.
    GHLError
        See `ghl_notebook.errors`.
    """
    if isinstance(agency, AsyncAgency):
        return guarded(_locations)(agency, installed)
    if isinstance(agency, Agency):
        return run_in_background(_locations, agency.core, installed)
    raise ArgumentError(
        f"The first argument is a {type(agency).__name__}, not an agency.",
        "Pass what ghl_notebook.Agency() returned.",
    )


@guarded
def failures(frame: pd.DataFrame | Sequence[pd.DataFrame]) -> pd.DataFrame:
    """List the sub-accounts missing from DataFrames of a whole agency, and why.

    Parameters
    ----------
    frame : pandas.DataFrame or sequence of pandas.DataFrame
        What a ``fetch_*`` function returned for an agency, or several such DataFrames: each
        sub-account that is missing from one of them is listed once.

    Returns
    -------
    pandas.DataFrame
        One row per missing sub-account, in their order, with a new integer index and the same
        columns even if empty.

        ============== ======== ================================================
        Column         Type     Meaning
        ============== ======== ================================================
        location_name  string   Name of the sub-account
        error          string   Class of the error: see `ghl_notebook.errors`
        message        string   What happened, and the next step
        status         integer  HTTP status, if there was a response
        asked          boolean  False: the run ended before it reached it
        trace_id       string   The API's id of the response
        location_id    string   The sub-account
        ============== ======== ================================================

        Types are pandas dtypes: ``string``, ``Int64`` and ``boolean``.

    Raises
    ------
    ArgumentError
        If a DataFrame has no ``attrs["failures"]``: it is not of a whole agency, or a pandas
        operation has dropped its ``attrs``.

    Notes
    -----
    pandas drops ``attrs`` when it merges or concatenates DataFrames that were not fetched in the
    same call. List what is missing from the DataFrames that you combine.

    Examples
    --------
    >>> both = posts.merge(accounts, left_on="account_id", right_on="id")   # doctest: +SKIP
    >>> failures([posts, accounts])                                         # doctest: +SKIP
    """
    missing: dict[str, dict[str, Any]] = {}
    for each in frame if isinstance(frame, list | tuple) else [frame]:
        found = getattr(each, "attrs", {}).get("failures")
        if found is None:
            raise ArgumentError(
                "The DataFrame does not list what is missing.",
                "Pass what a fetch function returned for an agency, before you merge or "
                "concatenate it.",
            )
        for one in found:
            missing.setdefault(one["location_id"], one)
    return failures_frame(missing.values())


async def _locations(agency: AsyncAgency, installed: bool | None) -> pd.DataFrame:
    began = agency.clock()
    frame = locations_frame(await agency.locations(installed=installed))
    frame.attrs |= {"fetched_at": format_datetime(began), "company_id": agency.company_id}
    return frame
