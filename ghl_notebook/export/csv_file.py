"""CSV files that a spreadsheet program does not run."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import IO, Any, Final, Literal

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.sanitize import replace_unprintable

from .destination import Destination, write_to
from .flat import check_frame, has_times, is_missing, table_of

# A cell that begins so is a formula for a spreadsheet program, also behind blanks and quotes; the
# last four characters are the wide forms of the first four.
_FORMULA: Final = re.compile("[\\s\"'\ufeff\u200b]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\\t\\r\n]")
_ENCODINGS: Final = ("utf-8", "utf-8-sig")


@guarded
def write_csv(
    frame: pd.DataFrame,
    path: Destination,
    *,
    index: bool | None = None,
    encoding: Literal["utf-8", "utf-8-sig"] = "utf-8",
    escape_formulas: bool = True,
) -> None:
    r"""Write a DataFrame to a CSV file, in which text that others wrote cannot be a formula.

    A caption such as ``=HYPERLINK(...)`` is a formula for Excel, LibreOffice, and Google Sheets.
    Cells of text, and names of columns, that begin like a formula get an apostrophe in front. No
    request is sent.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any DataFrame.
    path : str, os.PathLike or file object
        A path with the suffix ``.csv``: an existing file is replaced once the new one is complete.
        Or an open file, for bytes or text.
    index : bool, optional
        Whether to write the index. By default, it is written unless its values are integers and it
        has no name.
    encoding : {"utf-8", "utf-8-sig"}, default "utf-8"
        To open the file in Excel, pass ``"utf-8-sig"``: without a byte order mark, Excel shows
        other characters for accents and emoji.
    escape_formulas : bool, default True
        False writes all text unchanged. Pass it only for a program that cannot run formulas, such
        as a database.

    Raises
    ------
    ArgumentError
        If an argument is invalid.
    GHLError
        If the file cannot be written.

    Notes
    -----
    Fields are separated by commas, and lines end with a line feed. Datetimes are in ISO 8601 with
    their offset from UTC, lists are joined by ``", "``, and missing values are empty. Text such as
    ``-5`` or ``+33 1 40 00`` gets an apostrophe, too; numbers never do. Control characters become
    U+FFFD. To give a colleague a file for Excel, prefer `write_excel`.

    Examples
    --------
    >>> import io, pandas as pd
    >>> file = io.StringIO()
    >>> write_csv(pd.DataFrame({"name": ["=1+1"], "likes": [-1]}), file)
    >>> file.getvalue()
    "name,likes\n'=1+1,-1\n"
    """
    check_frame("write_csv", frame)
    if encoding not in _ENCODINGS:
        raise ArgumentError(f"encoding is {encoding!r}.", f"Choose {' or '.join(_ENCODINGS)}.")
    table = table_of(frame, index=index, tz=None)

    def write(file: IO[bytes]) -> None:
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([_cell(name, escape_formulas) for name in table.columns])
        columns = [_values(table.iloc[:, number]) for number in range(table.shape[1])]
        writer.writerows(
            [_cell(value, escape_formulas) for value in row] for row in zip(*columns, strict=True)
        )
        text.flush()
        text.detach()

    write_to(path, ".csv", write, encoding)


def _values(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column; datetimes as text of one precision."""
    if has_times(column):
        found: list[datetime] = [one for one in column if not is_missing(one)]
        step = "seconds" if all(one.microsecond == 0 for one in found) else "microseconds"
        return [None if is_missing(one) else one.isoformat(timespec=step) for one in column]
    return column.to_list()


def _cell(value: Any, escape_formulas: bool) -> object:
    if is_missing(value):
        return ""
    if not isinstance(value, str):
        return value
    text = replace_unprintable(value)
    return f"'{text}" if escape_formulas and _FORMULA.match(text) else text
