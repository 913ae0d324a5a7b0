"""From a client to a DataFrame in one call, and back to an attached account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.simulator import Simulator
from tests.folding import folded

LEVERS = {
    "instagram_key": ("id", "originId", "both"),
    "linkedin_profile": ("list", "object"),
    "google_locations": ("auto", "one", "list"),
    "tiktok_shape": ("profile", "flat"),
    "youtube_shape": ("profile", "channels"),
    "pinterest_shape": ("profile", "flat"),
}


@dataclass
class Finished:
    """A login that has come to its end."""

    platform: str
    account_id: str

    def finished(self) -> tuple[str, str]:
        """Return platform and account id."""
        return self.platform, self.account_id


class NotFinished:
    """A login that was cancelled."""

    def finished(self) -> tuple[str, str]:
        """Say so."""
        raise ghl.errors.LoginCancelledError("The login for Instagram was cancelled.")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator that a test may change."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def client(sim: Simulator) -> Iterator[Client]:
    """A client of it."""
    with Client(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url) as client:
        yield client


@pytest.fixture
def async_client(sim: Simulator) -> AsyncClient:
    """The same for code that awaits."""
    return AsyncClient(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url)


def login(sim: Simulator, client: Client, platform: str, tick: list[str] | None = None) -> Finished:
    """Log in as the first person of the consent page."""
    event = sim.play_user(client.oauth.start(platform).reveal(), tick=tick)
    return Finished(platform, event.data["accountId"])


def test_connected_accounts_are_a_frame(sim: Simulator, client: Client) -> None:
    """One row per account that is not deleted, in the service's order."""
    frame = ghl.fetch_accounts(client)
    assert frame["platform"].to_list() == [
        *("facebook", "google", "instagram", "instagram", "tiktok", "linkedin", "pinterest")
    ]
    assert set(frame["location_id"]) == {sim.location_id}
    assert frame["is_expired"].to_list() == [False, False, True, *[False] * 4]
    assert frame["groups"].list.len().to_list() == [1, 1, *[0] * 5]


def test_deleted_accounts_are_shown_when_asked_for(client: Client) -> None:
    """One more row."""
    frame = ghl.fetch_accounts(client, deleted=True)
    assert frame.loc[frame["deleted"], "platform"].to_list() == ["linkedin"]


def test_a_sub_account_without_accounts_has_the_same_columns(
    sim: Simulator, client: Client
) -> None:
    """An empty frame has the schema of a full one."""
    full = ghl.fetch_accounts(client)
    sim.state.accounts.clear()
    empty = ghl.fetch_accounts(client)
    assert empty.empty
    assert empty.dtypes.equals(full.dtypes)


async def test_an_async_client_gives_the_same_frame(
    client: Client, async_client: AsyncClient
) -> None:
    """The result is awaited, and nothing else differs."""
    async with async_client:
        awaited = await ghl.fetch_accounts(async_client)
    pd.testing.assert_frame_equal(awaited, ghl.fetch_accounts(client))


def test_what_a_login_may_attach_is_a_frame(sim: Simulator, client: Client) -> None:
    """One row per account, with the login and the sub-account it belongs to."""
    finished = login(sim, client, "instagram")
    frame = ghl.fetch_available_accounts(client, finished)
    assert frame["origin_id"].iloc[0] == "17841405123456789"
    assert len(frame) == 4
    assert set(frame["account_id"]) == {finished.account_id}
    assert set(frame["location_id"]) == {sim.location_id}
    assert set(frame["platform"]) == {"instagram"}


def test_a_login_that_allows_nothing_is_an_empty_frame(sim: Simulator, client: Client) -> None:
    """The user unticked every page: the columns are the same."""
    full = ghl.fetch_available_accounts(client, login(sim, client, "instagram"))
    empty = ghl.fetch_available_accounts(client, login(sim, client, "instagram", tick=[]))
    assert empty.empty
    assert empty.dtypes.equals(full.dtypes)


@pytest.mark.parametrize(("lever", "shape"), [(k, v) for k, vs in LEVERS.items() for v in vs])
def test_every_shape_of_step_two_is_the_same_frame(
    sim: Simulator, client: Client, lever: str, shape: str
) -> None:
    """Whatever the service sends for a platform, its first account reads the same."""
    platform = lever.partition("_")[0]
    tick = ["cafe.lumiere"] if platform == "google" else None
    finished = login(sim, client, platform, tick)
    usual = ghl.fetch_available_accounts(client, finished)
    setattr(sim.levers, lever, shape)
    frame = ghl.fetch_available_accounts(client, finished)
    assert frame.dtypes.equals(usual.dtypes)
    same = ["origin_id", "name", "avatar", "account_id"]
    assert frame[same].iloc[0].equals(usual[same].iloc[0])


def test_an_account_is_attached_by_its_origin_id(sim: Simulator, client: Client) -> None:
    """What was available is connected afterwards."""
    finished = login(sim, client, "instagram")
    attached = ghl.attach(client, finished, "17841405123456789")
    assert attached.origin_id == "17841405123456789"
    assert attached.location_id == sim.location_id
    connected = ghl.fetch_accounts(client).set_index("oauth_id")["origin_id"]
    assert connected[finished.account_id] == "17841405123456789"
    available = ghl.fetch_available_accounts(client, finished).set_index("origin_id")
    assert available.loc["17841405123456789", "is_connected"]


async def test_an_async_client_attaches(
    sim: Simulator, client: Client, async_client: AsyncClient
) -> None:
    """Both calls are awaited."""
    finished = login(sim, client, "facebook")
    async with async_client:
        frame = await ghl.fetch_available_accounts(async_client, finished)
        attached = await ghl.attach(async_client, finished, frame["origin_id"].iloc[1])
    assert attached.name == frame["name"].iloc[1]


def test_an_unknown_origin_id_lists_the_choices(sim: Simulator, client: Client) -> None:
    """The error names the ids that can be attached, and nothing is sent."""
    finished = login(sim, client, "instagram", tick=["cafe.lumiere"])
    before = len(sim.requests)
    with pytest.raises(ghl.errors.ArgumentError) as caught:
        ghl.attach(client, finished, "12345")
    assert caught.value.what == "The login cannot attach '12345'."
    assert caught.value.next_step.endswith(": 17841405123456789.")
    assert [r.method for r in sim.requests[before:]] == ["GET"]


def test_a_login_that_allows_nothing_offers_no_choice(sim: Simulator, client: Client) -> None:
    """The error says that there is none."""
    finished = login(sim, client, "instagram", tick=[])
    with pytest.raises(ghl.errors.ArgumentError, match="none"):
        ghl.attach(client, finished, "17841405123456789")


CALLS = [
    lambda c, x: ghl.fetch_accounts(c),
    lambda c, x: ghl.fetch_available_accounts(c, x),
    lambda c, x: ghl.attach(c, x, "1"),
]


@folded("call", CALLS)
@folded("wrong", [None, "pit-token", Client, Finished("instagram", "1")])
def test_what_is_no_client_is_an_argument_error(call, wrong: object) -> None:
    """The error says where a client comes from."""
    with pytest.raises(ghl.errors.ArgumentError, match="not a client") as caught:
        call(wrong, Finished("instagram", "65f2d989a4f2f1e5322c3856"))
    assert "ghl_notebook.demo()" in caught.value.next_step


@pytest.mark.parametrize("call", CALLS[1:])
@pytest.mark.parametrize("wrong", [None, "65f2d989a4f2f1e5322c3856"])
def test_what_is_no_login_is_an_argument_error(client: Client, call, wrong: object) -> None:
    """The error says what to pass."""
    with pytest.raises(ghl.errors.ArgumentError, match="not a login") as caught:
        call(client, wrong)
    assert "ConnectAccount" in caught.value.next_step


@pytest.mark.parametrize("call", CALLS[1:])
def test_a_login_without_a_result_says_why(sim: Simulator, client: Client, call) -> None:
    """The login's own error comes out, and the service is not asked."""
    with pytest.raises(ghl.errors.LoginCancelledError):
        call(client, NotFinished())
    assert sim.requests == []


async def test_a_login_without_a_result_says_why_when_awaited(async_client: AsyncClient) -> None:
    """The error belongs to the await."""
    pending = ghl.fetch_available_accounts(async_client, NotFinished())
    with pytest.raises(ghl.errors.LoginCancelledError):
        await pending


def test_an_account_id_of_another_platform_is_refused(sim: Simulator, client: Client) -> None:
    """The service knows which platform a login was for."""
    finished = login(sim, client, "instagram")
    with pytest.raises(ghl.errors.BadRequestError):
        ghl.fetch_available_accounts(client, Finished("facebook", finished.account_id))
