"""Both versions of the API: what a client asks otherwise under v3."""

from __future__ import annotations

import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import AvailableAccount, attach_body, find_platform
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub, answer

LOCATION = {"name": "locations/1", "title": "Shop", "relationshipData": {}}
ACCOUNT = {"name": "accounts/1", "surprise": 1}


@pytest.mark.parametrize("version", ["2021-04-15", "2021-07-28", "2023-02-21", "v3"])
def test_the_version_is_sent(version: str) -> None:
    """Each request names the client's version."""
    service = Stub(answer({"accounts": []}))
    with service.client(api_version=version) as client:
        client.accounts.list()
        assert client.api_version == version
    assert service.request.headers["version"] == version


@pytest.mark.parametrize("door", [Client, AsyncClient])
def test_an_unknown_version_is_an_error_at_once(door: type[Client]) -> None:
    """The error names those that there are."""
    with pytest.raises(ArgumentError, match="no version 'v4'") as caught:
        door("token", "location", api_version="v4")
    assert "v3" in caught.value.next_step


def test_googles_pages_are_accounts_under_v3(sim: Simulator) -> None:
    """Step 2 and 3 take v3's path, with the keys that v3 names and no others."""
    with Client(
        sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version="v3"
    ) as client:
        event = sim.play_user(client.oauth.start("google").reveal())
        account_id = str(event.data["accountId"])
        account, *_ = client.oauth.available_accounts("google", account_id)
        client.oauth.attach("google", account_id, account)
    assert [seen.path.split("/")[-2] for seen in sim.requests[-2:]] == ["accounts"] * 2


def test_only_v3_leaves_out_what_google_says_of_itself() -> None:
    """Older versions take the objects whole."""
    account = AvailableAccount(extra={"location": LOCATION, "account": ACCOUNT})
    google = find_platform("google")
    assert attach_body(google, account) == {"location": LOCATION, "account": ACCOUNT}
    assert attach_body(google, account, is_v3=True) == {
        "location": {"name": "locations/1", "title": "Shop"},
        "account": {"name": "accounts/1"},
    }


def test_a_search_narrows_what_may_be_attached(sim: Simulator) -> None:
    """`search` is v3's parameter."""
    with Client(sim.token, sim.location_id, base_url=sim.base_url, api_version="v3") as client:
        event = sim.play_user(client.oauth.start("facebook").reveal())
        found = client.oauth.available_accounts(
            "facebook", str(event.data["accountId"]), search="café"
        )
    assert [account.name for account in found] == ["Café Lumière"]


def test_a_demo_speaks_either_version() -> None:
    """An unknown one leaves no simulator behind."""
    with ghl.demo(api_version="v3") as client:
        assert client.queues.list().queues == []
    with pytest.raises(ArgumentError, match="no version 'v4'"):
        ghl.demo(api_version="v4")
