"""Detaching accounts: by id or by row, all or none of them."""

from __future__ import annotations

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, AsyncClient, Client
from ghl_notebook.simulator import Simulator
from tests.folding import folded

WAYS = {
    "an id": (1, lambda rows: rows["id"].iloc[0]),
    "several ids": (2, lambda rows: list(rows["id"].iloc[:2])),
    "an id twice": (1, lambda rows: [rows["id"].iloc[0]] * 2),
    "a column": (2, lambda rows: rows["id"].iloc[:2]),
    "a row": (1, lambda rows: rows.iloc[0]),
    "a row as a dict": (1, lambda rows: dict(rows.iloc[0])),
    "a row without its sub-account": (1, lambda rows: rows.assign(location_id=pd.NA).iloc[0]),
    "rows": (2, lambda rows: rows.iloc[:2]),
    "named tuples": (2, lambda rows: rows.iloc[:2].itertuples()),
    "a generator": (2, lambda rows: (one for one in rows["id"].iloc[:2])),
    "no rows": (0, lambda rows: rows.iloc[:0]),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_passed_is_detached(client: Client, way: str) -> None:
    """The result is what is still connected, and so says the service."""
    count, choose = WAYS[way]
    before = ghl.fetch_accounts(client)
    after = ghl.detach(client, choose(before))
    expected = before.iloc[count:].reset_index(drop=True)
    assert after["id"].tolist() == expected["id"].tolist()
    assert after.dtypes.equals(before.dtypes)
    pd.testing.assert_frame_equal(ghl.fetch_accounts(client), after)


def test_an_id_that_is_not_connected_detaches_nothing(client: Client) -> None:
    """All are looked at before the first one is detached."""
    before = ghl.fetch_accounts(client)
    with pytest.raises(ghl.errors.ArgumentError, match="no connected account 'unknown'") as caught:
        ghl.detach(client, [before["id"].iloc[0], "unknown"])
    assert "Nothing was detached" in caught.value.next_step
    assert len(ghl.fetch_accounts(client)) == len(before)


def test_an_account_that_was_detached_is_not_connected(client: Client) -> None:
    """A second call says so: the list of deleted accounts still has it."""
    row = ghl.fetch_accounts(client).iloc[0]
    ghl.detach(client, row)
    with pytest.raises(ghl.errors.ArgumentError, match="no connected account"):
        ghl.detach(client, row)


def test_an_account_of_another_sub_account_is_refused(client: Client, sim: Simulator) -> None:
    """A row names its sub-account, and nothing is asked."""
    rows = ghl.fetch_accounts(client).assign(location_id="other")
    before = len(sim.requests)
    with pytest.raises(ghl.errors.ArgumentError, match="belongs to the sub-account other"):
        ghl.detach(client, rows.iloc[0])
    assert len(sim.requests) == before


def test_an_agency_is_refused(agency: Agency) -> None:
    """The error says where the sub-account's client comes from."""
    with pytest.raises(ghl.errors.ArgumentError, match="an agency was passed") as caught:
        ghl.detach(agency, "id")  # type: ignore[call-overload]
    assert "agency.client(location_id)" in caught.value.next_step


@folded("wrong", [None, 5, [5], [""], pd.DataFrame({"name": ["Café"]})])
def test_what_is_no_account_is_an_argument_error(client: Client, wrong: object) -> None:
    """Nothing is detached."""
    with pytest.raises(ghl.errors.ArgumentError):
        ghl.detach(client, wrong)  # type: ignore[call-overload]


def test_an_error_names_what_is_detached_already(client: Client, sim: Simulator) -> None:
    """The service fails at the second one."""
    first, second, *_ = ghl.fetch_accounts(client)["id"]
    sim.levers.fail_with("not_found", f"*/accounts/{second}", times=None)
    with pytest.raises(ghl.GHLError) as caught:
        ghl.detach(client, [first, second])
    assert caught.value.__notes__ == [f"Detached before that: {first}."]
    left = ghl.fetch_accounts(client)["id"].tolist()
    assert first not in left
    assert second in left


async def test_an_async_client_detaches(sim: Simulator) -> None:
    """The result is awaited."""
    async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
        before = await ghl.fetch_accounts(client)
        after = await ghl.detach(client, before.iloc[0])
    assert after["id"].tolist() == before["id"].tolist()[1:]
