"""What holds for whatever comes over the wire: property-based tests and the fuzzer judge by it.

Each law returns nothing, and raises whatever is wrong: an assertion, or the stray exception itself.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import pandas as pd

from ghl_notebook import GHLError, Secret
from ghl_notebook.frames.accounts import ACCOUNTS, account_rows, available_accounts_frame
from ghl_notebook.models import (
    MAX_MESSAGE_CHARACTERS,
    PLATFORMS,
    AccountList,
    AttachedAccount,
    AvailableAccount,
    User,
    attach_body,
    available_accounts,
    read_account_id,
    read_message,
)
from ghl_notebook.transport import Response
from ghl_notebook.transport.response import body_of, error_of

TOKEN: Final = "pit-planted-000000-7f3a"
MAX_TEXT: Final = 2_000
_NOW: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def law_of_messages(data: object) -> None:
    """A message is none of ours, or is clean, and stays the same when it is read once more."""
    read = read_message(data)
    if isinstance(data, str):
        found = read_account_id(data)
        assert found is None or (found.isascii() and 8 <= len(found) <= 128)
    if read is None:
        return
    clean = read.as_dict()
    listed = clean.pop("reconnectAccounts")
    for value in [*clean.values(), *listed]:
        assert value is None or (value and value == value.strip() and value != "undefined")
        assert value is None or len(value) <= MAX_MESSAGE_CHARACTERS
    assert len(listed) <= MAX_MESSAGE_CHARACTERS
    assert None not in listed
    # It goes on as JSON in UTF-8: into traits, to the page.
    again = json.loads(json.dumps(read.as_dict(), ensure_ascii=False).encode())
    assert read_message(again) == read
    assert read.is_for(read.platform or "") == (read.platform is not None)
    assert isinstance(read.has_plausible_id, bool)


def answered(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | GHLError:
    """Return what an answer comes to: its JSON object, or the error that it is."""
    response = Response(status, headers, body, secrets=(Secret(TOKEN),))
    if status >= 300:
        return error_of("GET /users/", response, clock=lambda: _NOW)
    try:
        return body_of("GET /users/", response)
    except GHLError as raised:
        return raised


def law_of_answers(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """An answer is a JSON object or an error of bounded text with a next step and no token."""
    came = answered(status, headers, body)
    if isinstance(came, dict):
        assert status < 300
        return
    text = str(came)
    assert came.next_step
    assert text.endswith(came.next_step)
    assert len(text) <= MAX_TEXT
    assert "\n" not in text
    for shown in (text, repr(came), repr(came.args), repr(vars(came))):
        assert TOKEN[:-3] not in shown  # one that was cut short is a token nearly whole
    back = pickle.loads(pickle.dumps(came))
    assert (type(back), str(back), vars(back)) == (type(came), text, vars(came))
    assert text.encode()


def accounts_frame(listed: AccountList, *, deleted: bool = False) -> pd.DataFrame:
    """Return the frame of a list of accounts."""
    return account_rows(listed, deleted=deleted).frame("here")


def law_of_accounts(results: object) -> None:
    """Whatever is listed becomes a frame of the one schema with one row each, or an error."""
    try:
        listed = AccountList.from_wire(results, location_id="here")
        frame = accounts_frame(listed, deleted=True)
        shown = accounts_frame(listed)
    except GHLError:
        return
    empty = _empty_frame()
    given = results.get("accounts") if isinstance(results, Mapping) else None
    assert len(frame) == (len(given) if isinstance(given, list) else 0)
    assert len(shown) <= len(frame)
    for made in (frame, shown):
        assert list(made.columns) == list(ACCOUNTS)
        for name, dtype in empty.dtypes.items():
            if isinstance(dtype, pd.CategoricalDtype):
                known = list(dtype.categories)
                assert list(made[name].dtype.categories)[: len(known)] == known
            else:
                assert made[name].dtype == dtype


@cache
def _empty_frame() -> pd.DataFrame:
    return accounts_frame(AccountList(location_id="here", accounts=[], groups=[]))


def law_of_step_two(results: object) -> None:
    """What a login may attach is read in any shape, framed, and made into a body again."""
    found: list[AvailableAccount] = []
    for platform in PLATFORMS.values():
        try:
            accounts = available_accounts(platform, results)
        except GHLError:
            continue
        for account in accounts:
            assert set(attach_body(platform, account)) <= set(platform.attach_keys)
        found += accounts
    assert len(available_accounts_frame(found, account_id="one", location_id="here")) == len(found)


def law_of_records(wire: object) -> None:
    """A record keeps what it is given: typed where it fits, else as it came."""
    for kind in (AttachedAccount, User):
        record = kind.from_wire(wire)
        assert isinstance(record.extra, dict)
        assert repr(record)
