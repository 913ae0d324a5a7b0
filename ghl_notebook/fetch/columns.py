"""The columns of every frame, as a frame."""

from __future__ import annotations

from ghl_notebook.frames import DICTIONARY_LAYOUT, columns_frame, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.frames.layout import LAYOUTS
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_choice


@guarded
@document_columns(DICTIONARY_LAYOUT)
def columns(frame: str) -> pd.DataFrame:
    """Describe the columns of a DataFrame: a data dictionary.

    No request is sent.

    Parameters
    ----------
    frame : str
        ``"posts"`` for the columns of `fetch_posts`; or ``"accounts"``, ``"available_accounts"``,
        ``"comments"``, ``"queues"``, ``"csv_imports"``, ``"categories"``, ``"tags"``,
        ``"users"``, ``"statistics"``, ``"statistics_totals"``, ``"statistics_breakdowns"``,
        ``"schedule"``, ``"violations"`` (of `check_posts`).

    Returns
    -------
    pandas.DataFrame
        One row per column, in their order, with a new integer index. For a whole agency,
        ``location_name`` comes first.

        {columns}

    Raises
    ------
    ArgumentError
        If no DataFrame has this name.

    Examples
    --------
    >>> columns("tags")["column"].to_list()[:3]
    ['tag', 'deleted', 'created_at']
    """
    return columns_frame(LAYOUTS[read_choice("frame", frame, LAYOUTS)])
