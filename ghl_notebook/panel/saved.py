"""What a notebook saves of a panel: names, platforms, and states, for pages without a kernel."""

from __future__ import annotations

from html import escape
from typing import Any, Final, TypedDict

from .protocol import ToPage

_MAX_ROWS: Final = 500
_STATES: Final = {"expired": "Expired", "expiring": "Expires soon", "connected": "Connected"}


class SavedTable(TypedDict):
    """A table of plain texts.

    Attributes
    ----------
    title : str
        What it lists.
    headings : list of str
        Names of the columns.
    rows : list of list of str
        The texts of each row.
    more : int
        Number of rows that are left out.
    fetched_at : float
        When it was fetched, in seconds since the epoch.
    """

    title: str
    headings: list[str]
    rows: list[list[str]]
    more: int
    fetched_at: float


def table_of(shown: ToPage, rows: ToPage) -> SavedTable:
    """Return what is saved of the messages that show a list.

    Parameters
    ----------
    shown, rows : dict
        The messages ``show`` and ``rows``.
    """
    columns: dict[str, list[Any]] = rows["columns"]
    if shown["kind"] == "accounts":
        title = "Connected accounts" + (f" of {shown['name']}" if shown["name"] else "")
        names = ["name", "title", "state"]
        headings = ["Account", "Platform", "State"]
    else:
        title, names = "Sub-accounts", ["name", "accounts", "expired", "expiring"]
        headings = ["Sub-account", "Accounts", "Expired", "Expiring"]
    values = list(zip(*(columns[name] for name in names), strict=True))
    return {
        "title": title,
        "headings": headings,
        "rows": [
            [_text(*pair) for pair in zip(names, row, strict=True)] for row in values[:_MAX_ROWS]
        ],
        "more": max(0, len(values) - _MAX_ROWS),
        "fetched_at": shown["fetched_at"],
    }


def html_of(table: SavedTable) -> str:
    """Return the table as HTML, in which every text is escaped."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in table["headings"])
    body = "".join(
        f"<tr>{''.join(f'<td><bdi>{escape(text)}</bdi></td>' for text in row)}</tr>"
        for row in table["rows"]
    )
    more = f"<p>and {table['more']} more</p>" if table["more"] else ""
    return (
        f"<table><caption>{escape(table['title'])}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
    )


def _text(column: str, value: object) -> str:
    if value is None:
        return "unknown"
    return _STATES[str(value)] if column == "state" else str(value)
