"""Attaching accounts: by id, by row, by number, one or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import AttachedAccount
from ghl_notebook.simulator import Simulator
from tests.folding import folded
from tests.frames.test_fetch import login as finished


@pytest.fixture
def login(sim: Simulator, client: Client) -> object:
    """A login that offers two accounts at least."""
    return finished(sim, client, "instagram")


ONE: dict[str, Callable[[pd.DataFrame], Any]] = {
    "an origin_id": lambda rows: rows["origin_id"].iloc[1],
    "a row": lambda rows: rows.iloc[1],
    "a row as a dict": lambda rows: dict(rows.iloc[1]),
    "a row of itertuples": lambda rows: list(rows.itertuples())[1],
    "its number": lambda _: 1,
    "an origin_id without quotes": lambda rows: int(rows["origin_id"].iloc[1]),
}
SEVERAL: dict[str, Callable[[pd.DataFrame], Any]] = {
    "rows": lambda rows: rows.iloc[:2],
    "a list of rows": lambda rows: [rows.iloc[0], rows.iloc[1]],
    "a column": lambda rows: rows["origin_id"].iloc[:2],
    "ids": lambda rows: list(rows["origin_id"].iloc[:2]),
    "numbers": lambda _: [0, 1, 1],
}


@pytest.mark.parametrize("way", ONE)
def test_one_account_is_attached(client: Client, login: Any, way: str) -> None:
    """What was attached is returned."""
    rows = ghl.fetch_available_accounts(client, login)
    attached = ghl.attach(client, login, ONE[way](rows))
    assert isinstance(attached, AttachedAccount)
    assert attached.origin_id == rows["origin_id"].iloc[1]


@pytest.mark.parametrize("way", SEVERAL)
def test_several_accounts_are_attached(client: Client, login: Any, way: str) -> None:
    """Each has its row, once."""
    rows = ghl.fetch_available_accounts(client, login)
    done = ghl.attach(client, login, SEVERAL[way](rows))
    assert done["origin_id"].tolist() == rows["origin_id"].tolist()[:2]
    assert done["is_attached"].all()
    assert set(done["origin_id"]) <= set(ghl.fetch_accounts(client)["origin_id"])


def test_one_that_fails_does_not_stop_the_others(
    client: Client, sim: Simulator, login: Any
) -> None:
    """Its row has the error and the next step."""
    rows = ghl.fetch_available_accounts(client, login)
    sim.levers.fail_with("unknown_property", "*/oauth/*/accounts/*", times=1, method="POST")
    done = ghl.attach(client, login, rows.iloc[:2])
    assert done["is_attached"].tolist() == [False, True]
    assert done["error"].notna().tolist() == [True, False]
    assert done["next_step"].notna().tolist() == [True, False]


def test_no_rows_attach_nothing(client: Client, login: Any) -> None:
    """The columns are the same."""
    rows = ghl.fetch_available_accounts(client, login)
    none = ghl.attach(client, login, rows.iloc[:0])
    some = ghl.attach(client, login, rows.iloc[:1])
    assert none.empty
    assert none.dtypes.equals(some.dtypes)


@folded("wrong", ["nobody", 99, -1, True, None, 1.5, {"name": "x"}, ["nobody"], [0, "nobody"]])
def test_what_cannot_be_attached_attaches_nothing(
    client: Client, login: Any, wrong: object
) -> None:
    """The error names what was expected."""
    before = ghl.fetch_accounts(client)
    with pytest.raises(ArgumentError, match="fetch_available_accounts"):
        ghl.attach(client, login, wrong)  # type: ignore[call-overload]
    pd.testing.assert_frame_equal(ghl.fetch_accounts(client), before)
