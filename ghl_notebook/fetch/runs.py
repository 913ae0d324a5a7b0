"""Stored runs, and the changes between two of them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from ghl_notebook.errors import ArgumentError, FolderError
from ghl_notebook.frames import ACCOUNTS, changes_frame, runs_frame
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

from .accounts import ACCOUNTS as ACCOUNTS_RECIPE
from .recipe import spec_of

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


@guarded
def list_runs(folder: str | Path) -> pd.DataFrame:
    """List the runs that `fetch_accounts` has stored in a folder, and check their files.

    Damaged runs are left out. A warning in the log names the file.

    Parameters
    ----------
    folder : str or pathlib.Path
        The `folder` that you passed to `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per run, oldest first, with a new integer index and the same columns even if empty.

        =========== ========= =====================================================
        Column      Type      Meaning
        =========== ========= =====================================================
        began       timestamp When it started (UTC)
        is_complete boolean   Whether it has reached all sub-accounts
        locations   integer   Stored sub-accounts
        failed      integer   Sub-accounts that are missing; NA if not complete
        folder      string    The argument of `read_run`
        =========== ========= =====================================================

        Types are pandas dtypes: ``datetime64[ms, UTC]``, ``boolean``, ``Int64`` and ``string``.

    Raises
    ------
    ArgumentError
        If `folder` is not a path.
    FolderError
        If the folder cannot be read.
    """
    from ghl_notebook.agency import list_run_folders, run_path

    rows = []
    for run in list_run_folders(run_path(folder), "accounts"):
        try:
            stored = run.check()
        except FolderError as error:
            _LOG.warning("A run is left out: %s", error)
        else:
            failed = len(stored.failures) if stored.is_complete else None
            count = len(stored.location_ids)
            rows.append((run.began, stored.is_complete, count, failed, str(run.path)))
    return runs_frame(rows)


@guarded
def read_run(folder: str | Path) -> pd.DataFrame:
    """Read a run that `fetch_accounts` has stored.

    Parameters
    ----------
    folder : str or pathlib.Path
        The run's folder: ``attrs["folder"]`` of a DataFrame, or a value of the column ``folder`` of
        `list_runs`.

    Returns
    -------
    pandas.DataFrame
        As `fetch_accounts` returned it. If the run is not complete, ``attrs["failures"]`` also
        lists the sub-accounts that it did not reach, and a warning in the log reports this.

    Raises
    ------
    ArgumentError
        If `folder` is not a path.
    FolderError
        If there is no run, or a file is damaged or cannot be read; the message names it.
    """
    from ghl_notebook.agency import facts_of, open_run, run_path

    run = open_run(run_path(folder), "accounts")
    stored = run.check()
    if not stored.is_complete:
        _LOG.warning(
            "%s is not complete: ghl_notebook.failures(frame) lists what is missing", run.shown
        )
    spec = spec_of(ACCOUNTS_RECIPE, {"deleted": False})
    frame = spec.make_frame(run.read(stored.parts, spec.schema), run.record.location_ids)
    record = run.record
    frame.attrs |= facts_of(run.began, record.company_id, record.location_ids, record.options)
    frame.attrs["failures"] = stored.failures
    frame.attrs["folder"] = str(run.path)
    return frame


@guarded
def compare_accounts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Show what has changed between two fetches, for instance which connections have expired.

    Parameters
    ----------
    before, after : pandas.DataFrame
        What `fetch_accounts` or `read_run` returned. Sub-accounts listed in the
        ``attrs["failures"]`` of either DataFrame are ignored.

    Returns
    -------
    pandas.DataFrame
        One row per changed connection, sorted by change and name of the sub-account, with a new
        integer index and the same columns even if empty.

        ============== ========= ==========================================================
        Column         Type      Meaning
        ============== ========= ==========================================================
        location_name  string    Name of the sub-account
        name           string    As shown on the platform
        platform       category  For instance ``instagram``
        change         category  ``expired``, ``recovered`` (no longer expired), ``extended``
                                 (expires later than before), ``added``, ``removed``
        was_expired    boolean   Whether it was expired before
        is_expired     boolean   Whether it is expired after
        expire_before  timestamp Expiry date before (UTC)
        expire         timestamp Expiry date after (UTC)
        id             string    Opaque key of the connection
        location_id    string    The sub-account
        ============== ========= ==========================================================

        Types are pandas dtypes: ``string``, ``category``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If one of them is not a DataFrame of connected accounts.
    """
    for name, frame in (("before", before), ("after", after)):
        if not set(ACCOUNTS) <= set(getattr(frame, "columns", ())):
            raise ArgumentError(
                f"{name} is not a DataFrame of connected accounts.",
                "Pass what fetch_accounts() or read_run() returned.",
            )
    unknown = {
        failure["location_id"]
        for frame in (before, after)
        for failure in frame.attrs.get("failures", ())
    }
    return changes_frame(before, after, unknown=unknown)
