"""Runs that were kept, and what has changed between two of them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import pandas as pd

from ghl_notebook.errors import ArgumentError, FolderError
from ghl_notebook.frames import ACCOUNTS, changes_frame, runs_frame
from ghl_notebook.guard import guarded

from .accounts import accounts_job

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


@guarded
def list_runs(folder: str | Path) -> pd.DataFrame:
    """List the runs that `fetch_accounts` has stored in a folder, after a check of their files.

    Damaged runs are left out, with a warning in the log that names the file.

    Parameters
    ----------
    folder : str or pathlib.Path
        As it was passed to `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per run, oldest first, a fresh integer index, the same columns when there is none.

        ========= ========= =====================================================
        Column    Kind      Meaning
        ========= ========= =====================================================
        began     timestamp When it began (UTC)
        is_whole  boolean   All sub-accounts had their turn
        locations integer   Sub-accounts that it holds
        failed    integer   Sub-accounts that were not to be had; NA if not whole
        folder    string    What `read_run` takes
        ========= ========= =====================================================

        Kinds are the dtypes ``datetime64[ms, UTC]``, ``boolean``, ``Int64`` and ``string``.

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
            stored = run.look()
        except FolderError as error:
            _LOG.warning("A run is left out: %s", error)
        else:
            failed = len(stored.failures) if stored.is_whole else None
            rows.append((run.began, stored.is_whole, len(stored.done), failed, str(run.path)))
    return runs_frame(rows)


@guarded
def read_run(folder: str | Path) -> pd.DataFrame:
    """Read a run that `fetch_accounts` has kept.

    Parameters
    ----------
    folder : str or pathlib.Path
        Of the run: a frame's ``attrs["folder"]``, or from the column ``folder`` of `list_runs`.

    Returns
    -------
    pandas.DataFrame
        As `fetch_accounts` returned it. If the run is not complete, ``attrs["failures"]`` also
        lists the sub-accounts that are missing, and a warning in the log says so.

    Raises
    ------
    ArgumentError
        If `folder` is not a path.
    FolderError
        If there is no run, or a file is damaged or cannot be read; the message names it.
    """
    from ghl_notebook.agency import open_run, run_path

    run = open_run(run_path(folder), "accounts")
    stored = run.look()
    if not stored.is_whole:
        _LOG.warning(
            "%s is not complete: ghl_notebook.failures(frame) lists what is missing", run.shown
        )
    job = accounts_job(deleted=False)
    frame = job.frame(run.read(stored.parts, job.schema), run.record.location_ids)
    frame.attrs["failures"] = stored.failures
    frame.attrs["folder"] = str(run.path)
    return frame


@guarded
def compare_accounts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Show what has changed between two fetches: which connections broke since last week.

    Parameters
    ----------
    before, after : pandas.DataFrame
        As `fetch_accounts` or `read_run` returned them. Sub-accounts that one of them names in
        ``attrs["failures"]`` are left out: nothing is known of them.

    Returns
    -------
    pandas.DataFrame
        One row per connection that has changed, by kind of change and name of the sub-account, a
        fresh integer index, the same columns when nothing has.

        ============== ========= ==========================================================
        Column         Kind      Meaning
        ============== ========= ==========================================================
        change         category  ``broke`` (expired since), ``mended`` (expired before),
                                 ``renewed`` (expires later than before), ``new``, ``gone``
        location_id    string    The sub-account
        location_name  string    Its name
        platform       category  For instance ``instagram``
        name           string    As shown on the platform
        was_expired    boolean   Before
        is_expired     boolean   After
        expire_before  timestamp When it was to end (UTC)
        expire         timestamp When it ends (UTC)
        id             string    Opaque key of the connection
        ============== ========= ==========================================================

        Kinds are the dtypes ``category``, ``string``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If one of them is no frame of connected accounts.
    """
    for name, frame in (("before", before), ("after", after)):
        if not set(ACCOUNTS) <= set(getattr(frame, "columns", ())):
            raise ArgumentError(
                f"{name} is no frame of connected accounts.",
                "Pass what fetch_accounts() or read_run() returned.",
            )
    unknown = {
        failure["location_id"]
        for frame in (before, after)
        for failure in frame.attrs.get("failures", ())
    }
    return changes_frame(before, after, unknown=unknown)
