"""All sub-accounts' accounts in one DataFrame, and what is said of those that are missing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, AsyncAgency
from ghl_notebook.agency import AgencyFetch, wait_for
from ghl_notebook.fetch.accounts import ACCOUNTS
from ghl_notebook.fetch.recipe import spec_of
from ghl_notebook.frames import AGENCY_ACCOUNTS, FAILURES, dtype_of
from ghl_notebook.simulator import Simulator
from tests import local
from tests.agency.conftest import LOCATIONS, make_agency

LIST = "/social-media-posting/{}/accounts"


def asked(sim: Simulator) -> Counter[str]:
    """Count the requests for accounts by the sub-account."""
    paths = [one.path for one in sim.requests]
    return Counter(path.split("/")[2] for path in paths if path.endswith("/accounts"))


def test_every_sub_accounts_rows_are_there_in_the_agencys_order(agency: Agency) -> None:
    """And in the service's order within each."""
    locations = ghl.fetch_locations(agency)
    frame = ghl.fetch_accounts(agency)
    assert len(locations) == LOCATIONS
    assert frame["location_id"].drop_duplicates().tolist() == [
        i for i in locations["location_id"] if i in set(frame["location_id"])
    ]
    one = locations["location_id"][5]
    alone = ghl.fetch_accounts(agency.client(one))
    ours = frame[frame["location_id"] == one].drop(columns="location_name")
    pd.testing.assert_frame_equal(ours[alone.columns].reset_index(drop=True), alone)


def test_the_columns_are_those_that_are_documented(agency: Agency) -> None:
    """Those of one sub-account, with the sub-account first; also when nothing is asked."""
    for frame in (ghl.fetch_accounts(agency), ghl.fetch_accounts(agency, locations=[])):
        assert frame.columns.to_list() == list(AGENCY_ACCOUNTS)
        assert frame.columns[0] == "location_name"
    assert [dtype_of(kind) for kind in AGENCY_ACCOUNTS.values()] == frame.dtypes.to_list()


def test_the_frame_names_the_sub_accounts(agency: Agency) -> None:
    """As the list of sub-accounts does."""
    names = ghl.fetch_locations(agency).set_index("location_id")["location_name"]
    frame = ghl.fetch_accounts(agency)
    assert (frame["location_name"] == frame["location_id"].map(names)).all()


def test_some_sub_accounts_are_asked(agency: Agency, sim: Simulator) -> None:
    """By rows of the list, or by id; one that is named twice is asked once."""
    locations = ghl.fetch_locations(agency)
    before = asked(sim)
    rows = ghl.fetch_accounts(agency, locations=locations[7:9])
    ids = locations["location_id"][7:9].tolist()
    by_id = ghl.fetch_accounts(agency, locations=[*ids, ids[0]])
    assert asked(sim) - before == Counter({ids[0]: 2, ids[1]: 2})
    pd.testing.assert_frame_equal(
        rows.drop(columns="location_name"), by_id.drop(columns="location_name")
    )


def test_a_sub_account_that_fails_is_a_row_and_not_the_end(agency: Agency, sim: Simulator) -> None:
    """With its error, and in the order of the sub-accounts."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    sim.levers.fail_with("scope_missing", LIST.format(ids[9]), times=None)
    sim.levers.fail(LIST.format(ids[4]), 503, "Service Unavailable", times=None)
    sim.levers.not_installed.add(ids[2])
    frame = ghl.fetch_accounts(agency, locations=ids)
    failed = ghl.failures(frame)
    assert failed["location_id"].tolist() == [ids[2], ids[4], ids[9]]
    assert failed["error"].tolist() == ["CredentialError", "ServiceError", "ScopeError"]
    assert failed["status"].tolist() == [pd.NA, 503, 401]
    assert failed["asked"].all()
    assert failed.dtypes.to_list() == [dtype_of(kind) for kind in FAILURES.values()]
    assert frame["location_id"].nunique() == LOCATIONS - 3


def test_what_is_missing_can_be_asked_again(agency: Agency, sim: Simulator) -> None:
    """The frame of failures says which sub-accounts."""
    one = ghl.fetch_locations(agency)["location_id"][3]
    sim.levers.fail_with("scope_missing", LIST.format(one), times=1)
    missing = ghl.failures(ghl.fetch_accounts(agency))
    again = ghl.fetch_accounts(agency, locations=missing)
    assert again["location_id"].unique().tolist() == [one]
    assert ghl.failures(again).empty


def test_the_failures_of_a_frame_can_be_saved_with_it(agency: Agency, tmp_path: object) -> None:
    """Plain values: pandas writes them, and compares them when it joins frames."""
    frame = ghl.fetch_accounts(agency, locations=["unknown"])
    frame.to_parquet(f"{tmp_path}/accounts.parquet")
    saved = pd.read_parquet(f"{tmp_path}/accounts.parquet")
    assert saved.attrs["failures"] == frame.attrs["failures"]
    assert pd.concat([frame, frame]).empty


def test_a_frame_of_something_else_knows_no_failures(agency: Agency) -> None:
    """It is said, and not that nothing is missing."""
    one = agency.client(ghl.fetch_locations(agency)["location_id"][3])
    for frame in (ghl.fetch_accounts(one), "frame"):
        with pytest.raises(ghl.errors.ArgumentError, match="does not list what is missing"):
            ghl.failures(frame)  # type: ignore[arg-type]


def test_a_login_that_holds_no_more_ends_the_run(agency: Agency, sim: Simulator) -> None:
    """Thousands of sub-accounts would be answered the same."""
    sim.levers.fail_with("invalid_token", "/oauth/locationToken", times=None)
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    before = len(sim.requests)
    with pytest.raises(ghl.errors.LogInAgainError):
        ghl.fetch_accounts(agency, locations=ids)
    assert len(sim.requests) - before <= 64


def test_what_is_there_stays_when_the_login_ends(agency: Agency, sim: Simulator) -> None:
    """Who has an access token is asked all the same; the rest is named as not asked."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    ghl.fetch_accounts(agency, locations=ids[:6])
    sim.levers.fail_with("invalid_token", "/oauth/locationToken", times=None)
    frame = ghl.fetch_accounts(agency, locations=ids)
    failed = ghl.failures(frame)
    assert frame["location_id"].unique().tolist() == ids[:6]
    assert failed["location_id"].tolist() == ids[6:]
    assert (~failed["asked"]).sum() >= LOCATIONS - 6 - 32
    assert set(failed["error"]) == {"LogInAgainError"}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/oauth/locationToken", "/social-media-posting/*"])
def test_a_service_that_is_out_is_not_asked_by_all(path: str) -> None:
    """Not every sub-account has its own repetitions, or waits for its own time limit."""
    with Simulator(locations=300, accounts=1) as sim, make_agency(sim) as agency:
        sim.levers.rate_limit, sim.levers.rate_interval = 1_000_000, 0.01
        ids = ghl.fetch_locations(agency)["location_id"].tolist()
        if path != "/oauth/locationToken":
            ghl.fetch_accounts(agency)
        sim.levers.fail(path, 503, "Service Unavailable", times=None)
        before = len(sim.requests)
        with pytest.raises(ghl.GHLError) as raised:
            ghl.fetch_accounts(agency, locations=ids)
        assert type(raised.value) in (ghl.errors.ServiceError, ghl.errors.CredentialError)
        assert len(sim.requests) - before < len(ids)


@pytest.mark.slow
async def test_an_agency_is_awaited(sim: Simulator, agency: Agency) -> None:
    """The same frame, in the event loop of the one who awaits it."""
    async with AsyncAgency(credential=agency.credential, base_url=sim.base_url) as other:
        frame = await ghl.fetch_accounts(other, progress=True)
        locations = await ghl.fetch_locations(other)
    assert len(locations) == LOCATIONS
    expected = await asyncio.to_thread(ghl.fetch_accounts, agency)
    pd.testing.assert_frame_equal(frame, expected)


@pytest.mark.slow
def test_no_limit_is_hit_by_ourselves(sim: Simulator, agency: Agency) -> None:
    """Neither the agency's by minting and listing, nor a sub-account's."""
    sim.levers.rate_limit, sim.levers.rate_interval = 10, 0.4
    before = len(sim.requests)
    frame = ghl.fetch_accounts(agency)
    assert ghl.failures(frame).empty
    assert [one.status for one in sim.requests[before:] if one.status == 429] == []


@pytest.mark.slow
def test_a_sub_account_is_asked_as_soon_as_its_token_is_there(
    sim: Simulator, agency: Agency
) -> None:
    """Not when all have one: minting takes most of the time."""
    sim.levers.rate_limit, sim.levers.rate_interval = 10, 0.4
    before = len(sim.requests)
    ghl.fetch_accounts(agency)
    paths = [one.path for one in sim.requests[before:]]
    first = next(n for n, path in enumerate(paths) if path.endswith("/accounts"))
    last = max(n for n, path in enumerate(paths) if path == "/oauth/locationToken")
    assert first < last - 10


def test_an_interrupt_gives_what_is_there(sim: Simulator, agency: Agency) -> None:
    """The stop button, or Ctrl-C; the rest is named as not asked."""
    sim.levers.rate_limit, sim.levers.rate_interval = 10, 0.4
    fetching = AgencyFetch(agency.core, spec_of(ACCOUNTS, {"deleted": False}))

    def stop() -> None:
        while not fetching.progress.done:
            time.sleep(0.001)
        assert fetching.stop()

    threading.Thread(target=stop).start()
    frame = wait_for(fetching, "accounts", progress=False)
    failed = ghl.failures(frame)
    assert 0 < frame["location_id"].nunique() < LOCATIONS
    assert set(failed["error"]) == {"RunStoppedError"}
    assert not failed["asked"].any()
    assert fetching.progress.done + fetching.progress.failed == fetching.progress.total == LOCATIONS


@pytest.mark.slow
def test_no_more_are_in_flight_than_the_connections_are_sound_for(sim: Simulator) -> None:
    """Also where more are asked for: httpx's own pool grows slow beyond 32."""
    credential = make_agency(sim).credential
    transport = httpx.AsyncHTTPTransport(**local.OPTIONS)
    with Agency(credential=credential, base_url=sim.base_url, transport=transport) as plain:
        fetching = AgencyFetch(plain.core, spec_of(ACCOUNTS, {"deleted": False}), in_flight=500)
        wait_for(fetching, "accounts", progress=False)
    assert fetching._run is not None
    assert fetching._run._limit.limit == 32


@pytest.mark.parametrize("options", [{"progress": True}, {"folder": "x"}, {"in_flight": 2}])
def test_one_sub_account_makes_no_run(agency: Agency, options: dict[str, object]) -> None:
    """An option that would do nothing is refused."""
    with pytest.raises(ghl.errors.ArgumentError, match="for an agency only"):
        ghl.fetch_accounts(agency.client("x"), **options)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "locations",
    [[""], [1], [None], pd.DataFrame({"id": ["x"]}), pd.DataFrame({"location_id": [1]})],
)
def test_what_names_no_sub_account_is_refused(agency: Agency, locations: object) -> None:
    """Before anything is asked."""
    with pytest.raises(ghl.errors.ArgumentError):
        ghl.fetch_accounts(agency, locations=locations)  # type: ignore[call-overload]


def test_what_is_for_one_sub_account_says_so(agency: Agency) -> None:
    """And how to get one."""
    with pytest.raises(ghl.errors.ArgumentError, match=r"agency\.client"):
        ghl.fetch_available_accounts(agency, None)  # type: ignore[call-overload]
