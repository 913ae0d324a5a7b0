"""The doors to an agency: its sub-accounts, whole and once, and a client of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ghl_notebook import Agency, AsyncAgency
from ghl_notebook.auth.agency_credential import AgencyCredential, passed_credential
from ghl_notebook.errors import ArgumentError, LocationAccessError, SettingsError
from ghl_notebook.secret import Secret
from ghl_notebook.settings import now
from ghl_notebook.simulator import Simulator
from tests.folding import folded
from tests.planted import variables

TOKEN, COMPANY, APP = "agency-token-fake", "agency-000", "65a1b2c3-app"
OPERATIONS = [
    name
    for name, value in vars(AsyncAgency).items()
    if inspect.iscoroutinefunction(value) and not name.startswith("_") and name != "aclose"
]
SEARCH, INSTALLED = "/locations/search", "/oauth/installedLocations"
INSTALLED_V3 = "/oauth/installed-locations"

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def large() -> Iterator[Simulator]:
    """A service whose agency has 950 sub-accounts."""
    with Simulator(locations=948) as simulator:
        yield simulator


@pytest.fixture
def sim(large: Simulator) -> Simulator:
    """The same, well-behaved and without a rate limit."""
    large.levers.reset()
    large.levers.rate_limit = 1_000_000
    large._recorded.clear()
    return large


def have(sim: Simulator, count: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Leave the agency so many sub-accounts; return their ids."""
    places = dict(list(sim.state.locations.items())[:count])
    monkeypatch.setattr(sim.state, "locations", places)
    return list(places)


def of_app(sim: Simulator) -> AgencyCredential:
    """Return the credential of an agency's token whose app is known."""
    return passed_credential(
        Secret(sim.install("agency")["access_token"]),
        sim.company_id,
        base_url=sim.base_url,
        clock=now,
        client_id=sim.client_id,
    )


def open_door(sim: Simulator, **options: Any) -> Agency:
    """Open an agency's door."""
    return Agency(credential=of_app(sim), base_url=sim.base_url, **options)


def paths(sim: Simulator) -> list[str]:
    """Return what was asked."""
    return [request.path for request in sim.requests]


# The doors.


@pytest.mark.parametrize("name", OPERATIONS)
def test_both_doors_have_the_same_operations(name: str) -> None:
    """With the same parameters and the same words."""
    one, other = getattr(Agency, name), getattr(AsyncAgency, name)
    assert list(inspect.signature(one).parameters) == list(inspect.signature(other).parameters)
    assert one.__doc__ == other.__doc__


def test_both_doors_are_made_of_the_same_arguments() -> None:
    """In the same order, with the same defaults."""
    assert inspect.signature(Agency) == inspect.signature(AsyncAgency)


async def test_an_async_agency_is_awaited(sim: Simulator) -> None:
    """It runs in the caller's own event loop."""
    async with AsyncAgency(credential=of_app(sim), base_url=sim.base_url) as agency:
        assert len(await agency.locations()) == 950
        assert await agency.client(sim.location_id).users()


# Its sub-accounts.


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 950])
def test_three_lists_of_sub_accounts_agree(
    sim: Simulator, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By searching, by installs, and by installs as v3 lists them: each one, once, in order."""
    ids = have(sim, count, monkeypatch)
    with open_door(sim) as agency, open_door(sim, api_version="v3") as v3:
        searched, listed = agency.locations(installed=False), agency.locations()
        listed_v3 = v3.locations()
    names = [(place.id, place.name) for place in sim.state.locations.values()]
    for found in (searched, listed, listed_v3):
        assert [(one.id, one.name) for one in found] == names
    assert [one.id for one in listed] == ids
    assert set(paths(sim)) == {SEARCH, INSTALLED, INSTALLED_V3}


@pytest.mark.parametrize(("count", "asked"), [(0, 1), (1, 2), (99, 2), (100, 9), (101, 9)])
def test_a_short_list_costs_few_calls(
    sim: Simulator, count: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is not full is the last one, which one more call confirms."""
    have(sim, count, monkeypatch)
    with open_door(sim) as agency:
        agency.locations()
    assert len(sim.requests) == asked


def test_sub_accounts_without_the_app_are_left_out(sim: Simulator) -> None:
    """Nothing can be fetched of them; a list of all is to be had as well."""
    missing = set(list(sim.state.locations)[5:400:7])
    sim.levers.not_installed = missing
    with open_door(sim) as agency:
        installed, every = agency.locations(), agency.locations(installed=False)
    with open_door(sim, api_version="v3") as v3:
        assert [one.id for one in v3.locations()] == [one.id for one in installed]
    assert {one.id for one in every} - {one.id for one in installed} == missing
    assert len(every) == 950


def test_a_token_that_does_not_say_its_app_searches(sim: Simulator) -> None:
    """What is installed it cannot ask for, and says so."""
    token = sim.install("agency")["access_token"]
    with Agency(token, sim.company_id, base_url=sim.base_url) as agency:
        assert len(agency.locations()) == 950
        assert set(paths(sim)) == {SEARCH}
        with pytest.raises(ArgumentError, match=r"which app.*Leave `installed` out"):
            agency.locations(installed=True)


# Services that page in another way.


class Service(httpx.MockTransport):
    """Answers with a page of rows that a test has made.

    Parameters
    ----------
    page : callable
        Makes the page of a query.
    """

    def __init__(self, page: Callable[[dict[str, str]], dict[str, Any]]) -> None:
        super().__init__(self._answer)
        self._page = page
        self.queries: list[dict[str, str]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.queries.append(dict(request.url.params))
        return httpx.Response(200, json=self._page(self.queries[-1]))

    def found(self, *, installed: bool = False, **options: Any) -> list[str]:
        """Return the ids that an agency of this service lists."""
        credential = passed_credential(
            Secret(TOKEN), COMPANY, base_url="http://127.0.0.1:9", clock=now, client_id=APP
        )
        with Agency(
            credential=credential, base_url="http://127.0.0.1:9", transport=self, **options
        ) as agency:
            return [one.id for one in agency.locations(installed=installed)]


def rows(count: int, begin: int = 0) -> Rows:
    """Make rows."""
    return [{"id": f"place-{number}", "name": "x"} for number in range(begin, begin + count)]


def ids(count: int) -> list[str]:
    """Return the ids of rows."""
    return [row["id"] for row in rows(count)]


def cut(every: Rows, query: dict[str, str], most: int = 100) -> dict[str, Any]:
    """Return a page."""
    skip = int(query["skip"])
    return {"locations": every[skip : skip + min(most, int(query["limit"]))]}


@folded("most", [1, 7, 10, 50, 99])
@folded("count", [0, 1, 10, 53])
def test_pages_may_be_smaller_than_asked_for(most: int, count: int) -> None:
    """The next one begins where the last one has ended."""
    service = Service(lambda query: cut(rows(count), query, most))
    assert service.found() == ids(count)


def test_a_service_that_does_not_page_is_asked_twice() -> None:
    """It gives the same again, and that is the end."""
    service = Service(lambda _: {"locations": rows(250)})
    assert service.found() == ids(250)
    assert len(service.queries) <= 1 + 8


def test_a_short_list_of_a_service_that_does_not_page() -> None:
    """As above, of fewer than a page."""
    service = Service(lambda _: {"locations": rows(30)})
    assert service.found() == ids(30)
    assert len(service.queries) == 2


def test_a_sub_account_that_is_made_meanwhile_hides_none() -> None:
    """At the list's beginning: all the others move, and one comes twice."""
    every = rows(350)

    def page(query: dict[str, str]) -> dict[str, Any]:
        answer = cut(every, query)
        if query["skip"] == "0":
            every.insert(0, {"id": "new", "name": "x"})
        return answer

    assert Service(page).found() == ids(350)


def test_a_filter_that_the_service_does_not_know_costs_nothing() -> None:
    """It lists all of them, and says which have the app."""
    every = [{"_id": f"place-{n}", "name": "x", "isInstalled": n % 3 == 0} for n in range(200)]
    service = Service(lambda query: cut(every, query))
    assert service.found(installed=True) == [f"place-{n}" for n in range(0, 200, 3)]
    assert service.queries[0]["appId"] == "65a1b2c3"


def test_rows_without_an_id_are_no_sub_accounts() -> None:
    """Nor an endless list."""
    service = Service(
        lambda query: {"locations": [{"name": "x"}, 5, None, *cut(rows(5), query)["locations"]]}
    )
    assert service.found() == ids(5)


def test_a_page_token_that_comes_again_is_the_end() -> None:
    """Else it would be asked for ever."""
    every = rows(2)
    service = Service(lambda _: {"items": every, "pagination": {"nextPageToken": "again"}})
    assert service.found(installed=True, api_version="v3") == ids(2)
    assert [query.get("pageToken") for query in service.queries] == [None, "again"]


# A client of a sub-account.


def test_a_client_shares_the_agencys_connections(sim: Simulator) -> None:
    """It is closed alone, and the agency closes all of them."""
    one, other = list(sim.state.locations)[:2]
    with open_door(sim) as agency:
        with agency.client(one) as client:
            assert client.location_id == one
            assert client.accounts.list().accounts
        assert client.users()
        assert agency.client(other).users()
        assert len(agency.locations()) == 950
    for closed in (client.users, agency.client(other).users, agency.locations):
        with pytest.raises(ArgumentError, match="closed"):
            closed()


def test_each_clients_calls_are_made_by_its_own_token(sim: Simulator) -> None:
    """Whoever made it: the service counts them apart."""
    some = list(sim.state.locations)[:5]
    with open_door(sim) as agency:
        for where in some:
            with agency.client(where) as client:
                client.users()
    minted = [one.location_id for one in sim.state.issued.values() if one.location_id]
    assert minted[-5:] == some
    assert {request.status for request in sim.requests} == {200, 201}


def test_a_client_of_a_sub_account_that_is_not_the_agencys(sim: Simulator) -> None:
    """It shows with the first call."""
    with open_door(sim) as agency:
        client = agency.client("nowhere")
        with pytest.raises(Exception, match="sub-account nowhere was refused") as caught:
            client.users()
    assert not isinstance(caught.value, LocationAccessError)


def test_no_id_is_no_sub_account(sim: Simulator) -> None:
    """An empty cell of a table, for instance."""
    with open_door(sim) as agency, pytest.raises(ArgumentError, match="location_id is empty"):
        agency.client("")


def test_the_agencys_limits_are_its_own(sim: Simulator) -> None:
    """Minting counts, what a sub-account is asked does not."""
    with open_door(sim) as agency:
        assert agency.limits.max is None
        with agency.client(list(sim.state.locations)[20]) as client:
            client.users()
            first, of_client = agency.limits.remaining, client.limits.remaining
            client.users()
            assert agency.limits.remaining == first
            assert client.limits.remaining == (of_client or 0) - 1
        agency.locations()
        assert agency.limits.remaining != first


# What it shows.


def test_what_a_door_shows_is_whose_it_is(sim: Simulator) -> None:
    """And where its credential comes from."""
    with Agency("agency-token-fake", "agency-000", base_url=sim.base_url) as agency:
        source = "access token, from the token that was passed"
        shown = f"(company_id='agency-000', credential='{source}')"
        assert repr(agency) == f"Agency{shown}"
        assert repr(agency.core) == f"AsyncAgency{shown}"


def test_a_door_whose_settings_are_refused_shows_no_token() -> None:
    """Neither in the variables of a traceback nor where it is met half made."""
    with pytest.raises(SettingsError) as caught:
        Agency(Secret("pit-00000000-fake"), "agency-000")
    shown = variables(caught.value)
    assert "pit-00000000-fake" not in shown
    assert repr(Agency.__new__(Agency)) == "<Agency, half made>"
