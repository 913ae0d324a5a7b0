"""Excel workbooks: every text is text, and every time shows its zone."""

from __future__ import annotations

import importlib.util
import logging
import math
import numbers
import re
from collections.abc import Mapping
from datetime import MAXYEAR, date, datetime, tzinfo
from typing import IO, Any, Final

import pandas as pd
from pandas.api import types

from ghl_notebook.errors import ArgumentError, SettingsError, install_command
from ghl_notebook.guard import guarded
from ghl_notebook.sanitize import replace_unprintable

from .destination import Destination, write_to
from .flat import check_frame, has_times, is_missing, table_of

_LOG: Final = logging.getLogger("ghl_notebook.export")

# Excel's own limits; a sheet has a row for the headings.
_MAX_ROWS, _MAX_COLUMNS, _MAX_TEXT, _MAX_NAME = 1_048_576, 16_384, 32_767, 31
_MAX_INTEGER: Final = 10**15  # Excel stores 15 digits.
_FIRST_DAY: Final = date(1900, 3, 1)  # Excel's calendar has a 29 February 1900.

_WIDTHS: Final = (8, 50)
_MEASURED_ROWS: Final = 500
_DAY, _TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@guarded
def write_excel(
    frames: pd.DataFrame | Mapping[str, pd.DataFrame],
    path: Destination,
    *,
    tz: str | tzinfo = "UTC",
    index: bool | None = None,
) -> None:
    """Write one or more DataFrames to an Excel workbook.

    Text that others wrote is never a formula or a link. Ids keep all their digits. Headings stay
    visible when you scroll, and have filters. No request is sent.

    Parameters
    ----------
    frames : pandas.DataFrame or mapping of str to pandas.DataFrame
        One DataFrame, or several: name of the sheet to DataFrame. Characters that Excel does not
        allow in a name become ``_``, and a long or repeated name is shortened or numbered.
    path : str, os.PathLike or file object
        A path with the suffix ``.xlsx``: an existing file is replaced once the new one is complete.
        Or a file that is opened for writing bytes.
    tz : str or datetime.tzinfo, default "UTC"
        Excel has no time zones. Datetimes are written in this one, which their heading shows, as in
        ``expire (Europe/Paris)``. Days, such as the dates of `fetch_statistics`, keep theirs.
    index : bool, optional
        Whether to write the index. By default, it is written unless its values are integers and it
        has no name.

    Raises
    ------
    ArgumentError
        If an argument is invalid, or a DataFrame has more than 1,048,575 rows or 16,384 columns.
    SettingsError
        If XlsxWriter is not installed.
    GHLError
        If the file cannot be written.

    Notes
    -----
    Missing values are empty cells, lists are joined by ``", "``, and an integer of more than 15
    digits is text. A text that is longer than the 32,767 characters of a cell is cut, which the log
    reports. Control characters become U+FFFD.

    Examples
    --------
    >>> import io, pandas as pd
    >>> file = io.BytesIO()
    >>> write_excel({"Accounts": pd.DataFrame({"name": ["=1+1"]})}, file)
    """
    require_xlsxwriter()
    sheets = frames if isinstance(frames, Mapping) else {"Sheet1": frames}
    if not sheets:
        raise ArgumentError("There is no DataFrame to write.", "Pass at least one.")
    tables: dict[str, pd.DataFrame] = {}
    for key, frame in sheets.items():
        check_frame("write_excel", frame)
        name = sheet_name(str(key), tables)
        tables[name] = _checked(name, table_of(frame, index=index, tz=tz))

    def write(file: IO[bytes]) -> None:
        from xlsxwriter import Workbook

        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(file, plain) as book:
            for name, table in tables.items():
                _Sheet(book, name).write(table)

    write_to(path, ".xlsx", write)


def require_xlsxwriter() -> None:
    """Check that XlsxWriter is installed.

    Raises
    ------
    SettingsError
        If it is not.
    """
    if importlib.util.find_spec("xlsxwriter") is None:
        raise SettingsError(
            "Excel files need XlsxWriter, which is not installed.",
            f"{install_command('excel')}, and restart the kernel.",
        )


def sheet_name(name: str, used: Mapping[str, object]) -> str:
    """Return a name that Excel accepts, and that differs from those used by more than case.

    Parameters
    ----------
    name : str
        The name that a user chose, or that is a client's.
    used : Mapping
        Name of the workbook's other sheets → anything.
    """
    name = _NOT_IN_NAMES.sub("_", name).strip().strip("'").strip() or "Sheet"
    if name.casefold() == "history":  # Excel's own
        name = f"{name}_"
    taken = {one.casefold() for one in used}
    number, found = 1, _cut(name, _MAX_NAME)
    while found.casefold() in taken:
        number += 1
        end = f" ({number})"
        found = _cut(name, _MAX_NAME - len(end)) + end
    return found


def _checked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    rows, columns = table.shape
    if rows >= _MAX_ROWS or columns > _MAX_COLUMNS:
        raise ArgumentError(
            f"The DataFrame for the sheet {name!r} has {rows:,} rows and {columns:,} columns; a "
            f"sheet has room for {_MAX_ROWS - 1:,} and {_MAX_COLUMNS:,}.",
            "Write parts of it to several sheets, or use write_csv() or to_parquet().",
        )
    return table


class _Sheet:
    """A sheet of a workbook."""

    def __init__(self, book: Any, name: str) -> None:
        self._name = name
        self._sheet = book.add_worksheet(name)
        self._heading = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        # As text, so that Excel does not calculate a cell after it was edited.
        self._text = book.add_format({"num_format": "@"})
        self._integer = book.add_format({"num_format": "0"})
        self._day = book.add_format({"num_format": _DAY})
        self._time = book.add_format({"num_format": _TIME})
        self._cut = 0

    def write(self, table: pd.DataFrame) -> None:
        rows, columns = table.shape
        for number in range(columns):
            self._write_column(number, str(table.columns[number]), table.iloc[:, number])
        self._sheet.freeze_panes(1, 0)
        if columns:
            self._sheet.autofilter(0, 0, rows, columns - 1)
            self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_MAX_ROWS}"})
        if self._cut:
            _LOG.warning(
                "write_excel: %s texts of the sheet %r are longer than the %s characters of a "
                "cell, and were cut; write_csv() keeps them",
                f"{self._cut:,}",
                self._name,
                f"{_MAX_TEXT:,}",
            )

    def _write_column(self, number: int, name: str, column: pd.Series[Any]) -> None:
        if has_times(column):
            column = column.astype("datetime64[ms]")  # Excel's own precision
        width = len(name) + 3  # with the button of the filter
        self._write_text(0, number, name, self._heading)
        is_day = has_times(column) and bool((column == column.dt.normalize())[column.notna()].all())
        for row, value in enumerate(column, 1):
            if is_missing(value):
                self._sheet.write_blank(row, number, None, self._text)  # a row may have no value
                continue
            shown = self._write_value(row, number, value, is_day=is_day)
            if row <= _MEASURED_ROWS:
                width = max(width, shown + 1)
        self._sheet.set_column(number, number, min(max(width, _WIDTHS[0]), _WIDTHS[1]))

    def _write_value(self, row: int, column: int, value: Any, *, is_day: bool) -> int:
        """Write a cell, and return how many characters it shows."""
        if types.is_bool(value):
            self._sheet.write_boolean(row, column, bool(value))
            return 5
        if isinstance(value, numbers.Integral) and abs(int(value)) < _MAX_INTEGER:
            self._sheet.write_number(row, column, int(value), self._integer)
            return len(str(value))
        is_number = isinstance(value, numbers.Number) and not isinstance(value, numbers.Integral)
        if is_number and not isinstance(value, complex) and math.isfinite(value):
            self._sheet.write_number(row, column, float(value))
            return 8
        if isinstance(value, datetime) and value.tzinfo is None and _is_in_calendar(value):
            form = self._day if is_day else self._time
            self._sheet.write_datetime(row, column, value, form)
            return len(_DAY if is_day else _TIME)
        if isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
            self._sheet.write_datetime(row, column, value, self._day)
            return len(_DAY)
        return self._write_text(row, column, str(value), self._text)

    def _write_text(self, row: int, column: int, value: str, form: Any) -> int:
        text = replace_unprintable(value).replace("\r\n", "\n").replace("\r", "\n")
        shown = _cut(text, _MAX_TEXT)
        self._cut += shown != text
        self._sheet.write_string(row, column, shown, form)
        return len(shown)


def _is_in_calendar(value: datetime) -> bool:
    """Tell whether Excel has this day; a Timestamp may lie beyond Python's calendar, too."""
    return _FIRST_DAY.year <= value.year <= MAXYEAR and value.date() >= _FIRST_DAY


def _cut(text: str, most: int) -> str:
    """Return text of at most so many characters as Excel counts them: two for an emoji."""
    if len(text) + sum(one > "\uffff" for one in text) <= most:
        return text
    cut = text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", errors="ignore")
    return f"{cut}…"
