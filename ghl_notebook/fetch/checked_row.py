"""A row of a plan while it is checked, with the violations found so far."""

from __future__ import annotations

from typing import NamedTuple

from ghl_notebook.frames import Violation
from ghl_notebook.models import Account, plain_media_type

from .plan import ReadRow
from .posting_limits import PACKAGE, Limit, Source


class Medium(NamedTuple):
    """A picture or video of a row, at an address or in a file."""

    type: str | None
    name: str
    size: int | None

    @property
    def kind(self) -> str:
        """``image`` or ``video``; empty if unknown."""
        return (self.type or "").partition("/")[0]


class CheckedRow:
    """A row, and the violations found in it.

    Parameters
    ----------
    number : int
        Its position in the DataFrame.
    read : ReadRow
        The row.
    """

    def __init__(self, number: int, read: ReadRow) -> None:
        self.number = number
        self.row = read.row
        self.unread = {column for column, _ in read.errors}
        self.found: list[Violation] = []
        self.media = [
            Medium(plain_media_type(one.get("type")), str(one.get("url")), None)
            for one in self.row.media
        ]
        self.media += [Medium(one.type, one.path.name, one.size) for one in self.row.files]
        for column, error in read.errors:
            rule = "file" if column == "files" else "invalid_value"
            self.add(column, rule, error.what, error.next_step)

    def add(
        self,
        column: str,
        rule: str,
        message: str,
        next_step: str,
        *,
        value: object = None,
        allowed: object = None,
        source: Source = PACKAGE,
        account: Account | None = None,
        account_id: str | None = None,
    ) -> None:
        """Add a violation."""
        self.found.append(
            Violation(
                self.number,
                column,
                account_id if account is None else account.id,
                None if account is None else account.platform,
                rule,
                None if value is None else str(value),
                None if allowed is None else str(allowed),
                str(source),
                source.checked_on,
                message,
                next_step,
            )
        )

    def exceeds(
        self,
        account: Account,
        rule: str,
        limit: Limit,
        *,
        column: str,
        value: object,
        allowed: object,
        what: str,
        next_step: str,
    ) -> None:
        """Add the violation of a published limit."""
        where = f"({limit.source.title}; checked {limit.source.checked_on})"
        self.add(
            column, rule, f"{what} {where}", next_step,
            value=value, allowed=allowed, source=limit.source, account=account,
        )  # fmt: skip


def shorten(value: object, most: int = 60) -> str:
    """Return a value for a message, cut to a length."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
