"""The lists of an agency's sub-accounts: the search, and the installs of its app."""

from __future__ import annotations

import pytest

from ghl_notebook.simulator import Simulator
from tests.contract.openapi import validate_answer, validate_request
from tests.simulator.conftest import Caller

SEARCH, INSTALLED = "/locations/search", "/oauth/installedLocations"
INSTALLED_V3 = "/oauth/installed-locations"


class Agency:
    """Asks as an agency's app does, and holds all of it against the documents."""

    def __init__(self, sim: Simulator, **install) -> None:
        self.sim, self.caller = sim, Caller(sim)
        self.token = sim.install("agency", **install)["access_token"]
        self.ids = list(sim.state.locations)

    def get(self, path, *, token=None, version="2021-07-28", **query):
        """Ask with the agency's token, or with another one."""
        headers = {"Authorization": f"Bearer {token or self.token}", "Version": version}
        answer = self.caller.get(path, params=query, headers=headers)
        seen = self.sim.requests[-1]
        validate_request(seen.method, seen.path, seen.query, seen.headers, seen.body)
        validate_answer(seen.method, seen.path, seen.status, seen.answer, version)
        return answer

    def search(self, **query):
        """Return the ids that the search finds."""
        return [row["id"] for row in self.get(SEARCH, **query).json()["locations"]]

    def installed(self, **query):
        """Ask where the app is installed."""
        both = {"companyId": self.sim.company_id, "appId": self.sim.client_id}
        return self.get(INSTALLED, **both | query)

    def installed_v3(self, **query):
        """Ask the same as v3 has it."""
        both = {"companyId": self.sim.company_id, "appId": self.sim.client_id}
        return self.get(INSTALLED_V3, version="v3", **both | query)


@pytest.fixture
def agency():
    """An agency of 62 sub-accounts."""
    with Simulator(locations=60) as sim:
        agency = Agency(sim)
        yield agency
        agency.caller.http.close()


def test_the_search_gives_ten_unless_asked_for_more(agency):
    """The documented default; the order is that in which they were made."""
    assert agency.search() == agency.ids[:10]
    assert agency.search(skip="58", limit="100") == agency.ids[58:]


def test_the_search_goes_either_way(agency):
    """From the first to the last, or from the last to the first."""
    assert agency.search(order="asc", limit="3") == agency.ids[:3]
    assert agency.search(order="desc", limit="3") == agency.ids[:-4:-1]


def test_the_search_finds_an_address(agency):
    """The search returns the sub-account with this address."""
    row = agency.get(SEARCH, skip="30", limit="1").json()["locations"][0]
    assert agency.search(email=row["email"]) == [row["id"]]
    assert agency.search(email="nobody@example.com") == []


def test_the_search_keeps_to_the_company(agency):
    """Nothing of another agency's is shown."""
    assert agency.search(companyId=agency.sim.company_id, limit="100") == agency.ids
    assert agency.search(companyId="elsewhere") == []


def test_a_sub_account_is_described(agency):
    """With its town, so that a time there means something."""
    row = agency.get(SEARCH, skip="2", limit="1").json()["locations"][0]
    assert (row["name"], row["city"], row["country"], row["timezone"]) == (
        "Harbour Dental Austin",
        "Austin",
        "US",
        "America/Chicago",
    )


@pytest.mark.parametrize(
    "query",
    [{"limit": "101"}, {"limit": "0"}, {"limit": "x"}, {"skip": "-1"}, {"order": "newest"}],
)
def test_the_search_refuses_a_page_that_it_does_not_have(agency, query):
    """422, in the service's form."""
    answer = agency.get(SEARCH, **query)
    assert answer.status_code == 422
    assert isinstance(answer.json()["message"], list)


def test_where_the_app_is_installed(agency):
    """All sub-accounts are listed with their state; the count includes all pages."""
    agency.sim.levers.not_installed = {agency.ids[4], agency.ids[50]}
    body = agency.installed().json()
    assert [row["_id"] for row in body["locations"]] == agency.ids[:20]
    assert [row["_id"] for row in body["locations"] if not row["isInstalled"]] == [agency.ids[4]]
    assert (body["count"], body["installToFutureLocations"]) == (62, True)


def test_only_where_the_app_is_installed_or_is_not(agency):
    """The filter is one of the answer and of its count."""
    agency.sim.levers.not_installed = {agency.ids[4], agency.ids[50]}
    with_app = agency.installed(isInstalled="true", limit="100").json()
    without = agency.installed(isInstalled="false").json()
    assert (len(with_app["locations"]), with_app["count"]) == (60, 60)
    assert [row["_id"] for row in without["locations"]] == [agency.ids[4], agency.ids[50]]


def test_an_app_that_was_approved_for_some_is_installed_there(agency):
    """Only the approved sub-accounts have the app, and no future ones."""
    other = Agency(agency.sim, approved=agency.ids[:2])
    body = other.installed(isInstalled="true").json()
    other.caller.http.close()
    assert [row["_id"] for row in body["locations"]] == agency.ids[:2]
    assert body["installToFutureLocations"] is False


FILTERS = {
    "by name": ({"query": "harbour DENTAL aust"}, 1),
    "by id": ({"locationId": "elsewhere"}, 0),
    "on trial": ({"onTrial": "true"}, 0),
    "not on trial": ({"onTrial": "false"}, 62),
    "on a plan": ({"planId": "p"}, 0),
    "of another company": ({"companyId": "elsewhere"}, 0),
}


@pytest.mark.parametrize(("query", "count"), FILTERS.values(), ids=FILTERS)
def test_the_filters_of_the_installs(agency, query, count):
    """Every documented filter works in both forms."""
    assert agency.installed(**query).json()["count"] == count
    assert agency.installed_v3(**query).json()["pagination"]["totalRecords"] == count


def test_the_app_is_known_by_either_id(agency):
    """The client id, or the part of it that is the app's own."""
    app = agency.sim.client_id.partition("-")[0]
    assert agency.installed(appId=app).status_code == 200
    assert agency.installed(appId="unknown").status_code == 400


def test_a_list_of_installs_is_refused(agency):
    """A filter that is neither true nor false, and a page that there is not."""
    assert agency.installed(isInstalled="maybe").status_code == 422
    assert agency.installed(limit="101").status_code == 422


def test_v3_pages_by_token(agency):
    """Until there is no next page; and a page leads back to the one before."""
    found, back, query = [], [], {"pageSize": "25"}
    while True:
        body = agency.installed_v3(**query).json()
        found += [row["_id"] for row in body["items"]]
        pagination = body["pagination"]
        assert pagination["currentPageSize"] == len(body["items"])
        back.append(pagination.get("prevPageToken"))
        if not pagination["hasNextPage"]:
            break
        query["pageToken"] = pagination["nextPageToken"]
    assert found == agency.ids
    assert (len(back), back[0]) == (3, None)
    again = agency.installed_v3(pageSize="25", pageToken=back[2]).json()
    assert [row["_id"] for row in again["items"]] == agency.ids[25:50]


WRONG = [{"pageSize": "0"}, {"pageSize": "101"}, {"pageSize": "x"}, {"pageToken": "2"},
         {"pageToken": "eyJza2lwIjotMX0"}, {"pageToken": "\u00e9"}]  # fmt: skip


@pytest.mark.parametrize("query", WRONG, ids=str)
def test_v3_refuses_a_page_in_an_envelope_of_its_own(agency, query):
    """400 with a code."""
    answer = agency.installed_v3(**query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_ARGUMENT")


def test_v3_says_that_there_is_no_such_app(agency):
    """404 with a code, unlike a path that does not exist."""
    answer = agency.installed_v3(appId="unknown")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")
    before = agency.get(INSTALLED_V3, companyId=agency.sim.company_id, appId="unknown")
    assert before.json()["message"] == f"Cannot GET {INSTALLED_V3}"


@pytest.mark.parametrize(("path", "version"), [(INSTALLED, "2021-07-28"), (INSTALLED_V3, "v3")])
def test_installs_are_for_agencies_that_may_read_them(agency, path, version):
    """A sub-account's token is refused, and so is one without the scope."""
    query = {"companyId": agency.sim.company_id, "appId": agency.sim.client_id}
    without = agency.sim.install("agency", scopes=["oauth.write"])["access_token"]
    answers = [
        agency.get(path, token=token, version=version, **query)
        for token in (agency.sim.token, without, agency.sim.state.tokens["agency"].value)
    ]
    assert [answer.status_code for answer in answers] == [403, 401, 200]


def test_nothing_is_minted_where_the_app_is_not_installed(agency):
    """The agency's login does not list it either, and the refusal states the reason."""
    place, sim = agency.ids[9], agency.sim
    sim.levers.not_installed.add(place)
    answers = [
        agency.caller.http.post(
            "/oauth/locationToken",
            data={"companyId": sim.company_id, "locationId": one},
            headers={"Authorization": f"Bearer {agency.token}"},
        )
        for one in (place, agency.ids[10])
    ]
    assert [answer.status_code for answer in answers] == [400, 201]
    assert answers[0].json()["message"] == "The app is not installed on this location."
    assert place not in sim.install("agency")["approvedLocations"]
