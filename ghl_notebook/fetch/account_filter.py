"""Reads the accounts of a filter, and checks them against the connected accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from typing import Any, Final

from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames.later import pd
from ghl_notebook.models import Account, one_of

SEEN: Final[ContextVar[dict[str, list[str] | None] | None]] = ContextVar("SEEN", default=None)
"""In a run over an agency: sub-account → its accounts, or None where they could not be listed."""


def read_ids(accounts: Any) -> list[str] | None:
    """Read which accounts the user has passed: ids, or a row or rows of `fetch_accounts`.

    Raises `ArgumentError` if ``id`` is missing, or is not text.
    """
    if accounts is None:
        return None
    if isinstance(accounts, pd.DataFrame | pd.Series | dict) and "id" in accounts:
        accounts = accounts["id"]
    elif isinstance(accounts, pd.DataFrame | dict):
        raise ArgumentError(
            "accounts has no column id.", "Pass rows of fetch_accounts(), or their ids."
        )
    is_single = isinstance(accounts, str | bytes) or not isinstance(accounts, Iterable)
    ids = [accounts] if is_single else list(accounts)
    for one in ids:
        if not isinstance(one, str) or not one.strip():
            shown = repr(one) if isinstance(one, str | None) else f"A {type(one).__name__}"
            raise ArgumentError(
                f"{shown} is not the id of an account.", "Pass ids as fetch_accounts() shows them."
            )
    return list(dict.fromkeys(one.strip() for one in ids))


def select_ids(ids: Sequence[str], accounts: Sequence[Account], location_id: str) -> list[str]:
    """Return the ids that a sub-account has.

    Raises `ArgumentError` if it lacks one, except in a run over an agency.
    """
    listed = [one.id for one in accounts if one.id]
    seen = SEEN.get()
    if seen is not None:
        seen[location_id] = listed
    else:
        _reject_unknown(ids, listed, f"The sub-account {location_id} has no account")
    return [one for one in ids if one in set(listed)]


def leave_unlisted(location_id: str) -> None:
    """Note that the accounts of a sub-account cannot be listed."""
    seen = SEEN.get()
    if seen is not None:
        seen[location_id] = None


def check_seen(
    ids: Sequence[str] | None,
    seen: dict[str, list[str] | None],
    location_ids: Sequence[str],
    missing: Sequence[str],
) -> None:
    """Check after a run that each account belongs to a sub-account, if all of them were listed.

    Raises `ArgumentError` if one does not. If sub-accounts are missing, which may have it, only if
    nothing matches at all.
    """
    if not ids or not seen.keys() >= set(location_ids) - set(missing):
        return
    unlisted = {*missing, *(one for one, found in seen.items() if found is None)}
    listed = [one for found in seen.values() for one in found or ()]
    if not unlisted:
        _reject_unknown(ids, listed, "None of the sub-accounts has an account")
    elif not set(ids) & set(listed):
        count = len(set(location_ids) - unlisted)
        which = f"None of the {count} sub-accounts whose accounts could be listed"
        _reject_unknown(ids, listed, f"{which} ({len(unlisted)} could not) has an account")


def _reject_unknown(ids: Sequence[str], listed: Sequence[str], subject: str) -> None:
    known = set(listed)
    if unknown := [one for one in ids if one not in known]:
        more = f", and {len(unknown) - 1} others" if len(unknown) > 1 else ""
        raise ArgumentError(f"{subject} {unknown[0]!r}{more}.", one_of(unknown[0], listed))
