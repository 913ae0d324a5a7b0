"""Runs that were kept, and what has changed between two of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ghl_notebook.errors import ArgumentError, FolderError
from ghl_notebook.frames import ACCOUNTS, changes_frame, runs_frame
from ghl_notebook.guard import guarded

from .accounts import accounts_job


@guarded
def list_runs(folder: str | Path) -> pd.DataFrame:
    """List the runs that `fetch_accounts` has kept in a folder.

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
    FolderError
        If the folder cannot be read.
    """
    from ghl_notebook.agency import list_run_folders

    runs = list_run_folders(Path(folder).expanduser(), "accounts")
    return runs_frame(
        (
            run.began,
            run.is_whole,
            len(run.done()),
            len(run.failures) if run.is_whole else None,
            str(run.path),
        )
        for run in runs
    )


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
        As `fetch_accounts` has returned it. Of a run that is not whole: what there is.

    Raises
    ------
    FolderError
        If there is no run, or it cannot be read.
    """
    from ghl_notebook.agency import list_run_folders

    path = Path(folder).expanduser()
    found = [run for run in list_run_folders(path.parent, "accounts") if run.path == path]
    if not found:
        raise FolderError(f"{path} holds no run.", "Pass one of the column folder of list_runs().")
    (run,) = found
    job = accounts_job(deleted=False)
    frame = job.frame(run.read(), run.location_ids)
    frame.attrs["failures"] = run.failures
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
