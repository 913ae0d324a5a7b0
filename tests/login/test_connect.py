"""A login in one call: `connect` for scripts and cells, `reconnect` for a row of the accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client, ConnectAccount, errors
from ghl_notebook._demo import DemoClient
from ghl_notebook.login.social.connect import reconnect_card
from ghl_notebook.simulator import Simulator
from tests.login.recording import PATIENCE

Close = Callable[[ConnectAccount], ConnectAccount]


@pytest.fixture
def close() -> Iterator[Close]:
    """Have a login closed after its test."""
    made: list[ConnectAccount] = []

    def later(login: ConnectAccount) -> ConnectAccount:
        made.append(login)
        return login

    yield later
    for login in made:
        login.close()


@pytest.fixture
def accounts(client: Client) -> pd.DataFrame:
    """What is connected."""
    return ghl.fetch_accounts(client)


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoClient]:
    """A demo that needs no browser."""
    monkeypatch.setenv("GHL_DEMO_USER", "simulated")
    with ghl.demo() as client:
        yield client


# connect


def test_connect_returns_the_finished_login(demo: DemoClient, close: Close) -> None:
    """From the call to the account id without anything in between."""
    login = close(ghl.connect(demo, "facebook", time_limit=PATIENCE))

    assert login.finished() == ("facebook", login.account_id)
    assert login.delivered_by == "browser"


def test_connect_hands_options_on(demo: DemoClient, close: Close) -> None:
    """What ConnectAccount takes, `connect` takes."""
    login = close(ghl.connect(demo, reconnect=True, time_limit=70))

    assert login.reconnect
    assert login.time_limit == 70


def test_connect_refuses_an_unknown_option(demo: DemoClient) -> None:
    """A misspelt option fails before anything is asked."""
    with pytest.raises(errors.ArgumentError, match="timelimit"):
        ghl.connect(demo, timelimit=70)
    assert [one.path for one in demo.simulator.requests] == []


def test_connect_takes_the_account_id_of_an_earlier_login(
    client: Client, sim: Simulator, monkeypatch: pytest.MonkeyPatch, close: Close
) -> None:
    """Where nobody can log in, and the environment names an id, that id is checked and used."""
    earlier = sim.play_user(client.oauth.start("instagram").reveal()).data["accountId"]
    monkeypatch.setenv("GHL_ACCOUNT_IDS", f"facebook=66a1b2c3d4e5f60718293a4b,instagram={earlier}")
    monkeypatch.setattr("ghl_notebook.login.social.connect.find_front_end", lambda _: "nobody")
    monkeypatch.setattr("ghl_notebook.login.social.connect_card.find_front_end", lambda _: "nobody")
    login = close(ghl.connect(client, time_limit=PATIENCE))

    assert (login.account_id, login.delivered_by) == (earlier, "pasted")


def test_connect_refuses_the_account_id_of_a_stranger(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id from the environment must be known to the service like any other."""
    monkeypatch.setenv("GHL_ACCOUNT_IDS", "instagram=66a1b2c3d4e5f60718293a4b")
    monkeypatch.setattr("ghl_notebook.login.social.connect.find_front_end", lambda _: "nobody")
    monkeypatch.setattr("ghl_notebook.login.social.connect_card.find_front_end", lambda _: "nobody")
    with pytest.raises(errors.LoginFailedError, match="has no Instagram login"):
        ghl.connect(client, time_limit=PATIENCE)


# reconnect


def test_reconnect_waits_like_connect(demo: DemoClient, close: Close) -> None:
    """It returns the finished login, and the connection of the row has a new end."""
    accounts = ghl.fetch_accounts(demo)
    row = accounts[accounts["is_expired"]].iloc[0]
    login = close(ghl.reconnect(demo, row, time_limit=PATIENCE))

    assert (login.status, login.platform, login.reconnect) == ("connected", row["platform"], True)
    after = ghl.fetch_accounts(demo).set_index("id")
    assert not after.loc[row["id"], "is_expired"]


def test_reconnect_card_is_for_the_row(
    client: Client, accounts: pd.DataFrame, close: Close
) -> None:
    """It is of the row's platform, says its name, and has not begun."""
    row = accounts[accounts["is_expired"]].iloc[0]
    login = close(reconnect_card(client, row))

    assert (login.platform, login.reconnect) == (row["platform"], True)
    assert (login.account_name, login.status) == ("Nordljus Studio", "idle")


def test_reconnect_needs_no_expired_row(
    client: Client, accounts: pd.DataFrame, close: Close
) -> None:
    """A connection may be renewed before its end."""
    row = accounts[~accounts["is_expired"]].iloc[0]

    assert close(reconnect_card(client, row)).platform == row["platform"]


def test_reconnect_takes_a_mapping(client: Client, accounts: pd.DataFrame, close: Close) -> None:
    """A row as a dict is a row."""
    row: dict[Any, Any] = accounts.iloc[0].to_dict()

    assert close(reconnect_card(client, row)).account_name == row["name"]


def test_reconnect_lives_with_a_nameless_row(
    client: Client, accounts: pd.DataFrame, close: Close
) -> None:
    """The service may leave a name out."""
    row = {**accounts.iloc[0].to_dict(), "name": pd.NA}

    assert close(reconnect_card(client, row)).account_name is None


def test_reconnect_hands_options_on(client: Client, accounts: pd.DataFrame, close: Close) -> None:
    """What ConnectAccount takes, the card takes."""
    assert close(reconnect_card(client, accounts.iloc[0], time_limit=70)).time_limit == 70


@pytest.mark.parametrize(
    "pick",
    [
        lambda accounts: accounts["id"],
        lambda accounts: accounts.iloc[0].drop("location_id"),
        lambda accounts: accounts.assign(location_id=pd.NA).iloc[0],
        lambda accounts: {},
        lambda accounts: 0,
        lambda accounts: None,
    ],
    ids=["column", "part", "no sub-account", "empty", "number", "none"],
)
def test_reconnect_wants_a_row(
    client: Client, accounts: pd.DataFrame, pick: Callable[[pd.DataFrame], Any]
) -> None:
    """What is no row of the accounts is refused with the code that gives one."""
    with pytest.raises(errors.ArgumentError, match=r"not a row of fetch_accounts.*iloc\[0\]"):
        ghl.reconnect(client, pick(accounts))


@pytest.mark.parametrize(
    "pick",
    [
        lambda accounts: accounts.iloc[0],
        lambda accounts: accounts.iloc[0].to_dict(),
        lambda accounts: accounts.iloc[0]["id"],
        lambda accounts: next(accounts.itertuples()),
    ],
    ids=["row", "mapping", "id", "tuple"],
)
def test_an_account_is_named_in_any_form(
    client: Client, accounts: pd.DataFrame, pick: Callable[[pd.DataFrame], Any], close: Close
) -> None:
    """The card reconnects that account."""
    card = close(reconnect_card(client, pick(accounts)))
    assert card.reconnect
    assert card.account_name == accounts.iloc[0]["name"]


def test_reconnect_wants_the_client_of_the_sub_account(
    client: Client, accounts: pd.DataFrame
) -> None:
    """A row of another sub-account cannot be renewed by this token."""
    row = {**accounts.iloc[0].to_dict(), "location_id": "another"}
    with pytest.raises(errors.ArgumentError, match=f"another, the client to {client.location_id}"):
        ghl.reconnect(client, row)


def test_reconnect_wants_a_platform_that_can_be_connected(
    client: Client, accounts: pd.DataFrame
) -> None:
    """The list may hold rows of platforms that have no OAuth."""
    row = {**accounts.iloc[0].to_dict(), "platform": "myspace"}
    with pytest.raises(errors.PlatformError):
        ghl.reconnect(client, row)


def test_reconnect_wants_a_client(accounts: pd.DataFrame) -> None:
    """The arguments in the wrong order are an error that says so."""
    with pytest.raises(errors.ArgumentError, match="first argument is a DataFrame, not a Client"):
        ghl.reconnect(accounts, accounts.iloc[0])  # type: ignore[arg-type]
