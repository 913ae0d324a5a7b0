"""An agency with more sub-accounts than the two of the examples."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from datetime import timedelta

import pytest

from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.clock import EPOCH
from ghl_notebook.simulator.many_locations import location_name
from tests.simulator.conftest import Caller

MANY = 10_000


def test_ten_thousand_sub_accounts_have_ids_and_names_of_their_own():
    """No two are called the same."""
    names = [location_name(number) for number in range(MANY)]
    assert len(set(names)) == MANY
    assert location_name(0) == "Harbour Dental Austin"
    assert location_name(MANY) == "Harbour Dental Austin 2"
    assert len(Simulator(locations=MANY).state.locations) == MANY + 2


def test_more_of_them_change_nothing_for_the_others():
    """Ids are the same for every number, and everything else is as before."""
    none, few, many = (Simulator(locations=number) for number in (0, 3, 30))
    assert list(many.state.locations)[:5] == list(few.state.locations)
    assert (few.location_id, few.user_id) == (none.location_id, none.user_id)
    assert few.client_id == none.client_id
    assert list(few.state.accounts) == list(none.state.accounts)
    assert list(Simulator(seed=1, locations=3).state.locations) != list(few.state.locations)


def test_all_of_them_are_found_page_by_page():
    """The search goes on until a short page."""
    with Simulator(locations=250) as sim:
        caller, found = Caller(sim), []
        bearer = {"Authorization": f"Bearer {sim.install('agency')['access_token']}"}
        while len(found) % 100 == 0:
            query = {"skip": str(len(found)), "limit": "100"}
            page = caller.get("/locations/search", params=query, headers=bearer).json()
            found += [row["id"] for row in page["locations"]]
        caller.http.close()
    assert found == list(sim.state.locations)


def test_each_of_them_can_be_worked_in():
    """The agency can issue its token, and it has a user who is an admin."""
    with Simulator(locations=60) as sim:
        caller, location = Caller(sim), list(sim.state.locations)[-1]
        company = sim.state.locations[location].company_id
        minted = caller.http.post(
            "/oauth/locationToken",
            data={"companyId": company, "locationId": location},
            headers={"Authorization": f"Bearer {sim.install('agency')['access_token']}"},
        ).json()
        bearer = {"Authorization": f"Bearer {minted['access_token']}"}
        answer = caller.get("/users/", params={"locationId": location}, headers=bearer)
        caller.http.close()
    user, editor = answer.json()["users"]
    assert (editor["roles"]["role"], bool(editor["phone"])) == ("user", True)
    assert (user["roles"]["role"], location in user["roles"]["locationIds"]) == ("admin", True)
    assert sim.install(sim.state.locations[location].name)["userId"] == user["id"]


class Agency:
    """Calls a simulator for any of its further sub-accounts."""

    def __init__(self, sim):
        self.sim, self.caller = sim, Caller(sim)
        self.locations = list(sim.state.locations)[2:]

    def _bearer(self, location):
        return {"Authorization": f"Bearer {self.sim.install(location)['access_token']}"}

    def get(self, location, path="accounts", **query):
        """Ask for something of the Social Planner."""
        path = f"/social-media-posting/{location}/{path}"
        return self.caller.get(path, headers=self._bearer(location), params=query)

    def rows(self, location, **query):
        """Return the accounts list."""
        return self.get(location, **query).json()["results"]["accounts"]

    def delete(self, location, account):
        """Disconnect an account."""
        path = f"/social-media-posting/{location}/accounts/{account}"
        query = {"userId": "anyone"}
        return self.caller.http.delete(path, params=query, headers=self._bearer(location))


@pytest.fixture
def agency():
    """An agency of thirty further sub-accounts with nine accounts each."""
    with Simulator(locations=30, accounts=9) as sim:
        agency = Agency(sim)
        yield agency
        agency.caller.http.close()


def test_each_of_them_has_so_many_accounts(agency):
    """The accounts are on as many platforms as possible, all with different ids."""
    rows = [row for location in agency.locations for row in agency.rows(location)]
    assert len(rows) == 30 * 9
    assert {len({row[key] for row in rows}) for key in ("id", "oauthId", "profileId")} == {270}
    assert set(Counter(row["platform"] for row in rows).values()) == {30}


def test_each_has_another_number_of_accounts():
    """Of a range: as of clients of whom some have one page and others are everywhere."""
    sims = [Simulator(locations=number, accounts=range(1, 10)) for number in (40, 80)]
    few, many = (
        [len(sim.state.accounts_of(location)) for location in list(sim.state.locations)[2:42]]
        for sim in sims
    )
    assert few == many
    assert set(few) == set(range(1, 10))
    assert 4 < sum(few) / len(few) < 6


def test_a_connection_ends_before_its_time_and_is_renewed(agency):
    """As after a new password, and after another login."""
    location, sim = agency.locations[4], agency.sim
    before = agency.rows(location)[0]
    assert not before["isExpired"]
    sim.revoke(location, before["id"])
    assert agency.rows(location)[0] == before | {
        "isExpired": True,
        "hasStatisticsPermissions": False,
        "updatedAt": agency.rows(location)[0]["updatedAt"],
    }
    sim.reconnect(location, before["id"])
    after = agency.rows(location)[0]
    assert (after["isExpired"], after["id"]) == (False, before["id"])
    assert after["expire"] > before["expire"]
    with pytest.raises(LookupError, match="no account 'other'"):
        sim.revoke(location, "other")


def test_some_of_their_accounts_have_expired_and_some_will_soon(agency):
    """By the dates around the clock's now; most have long to run."""
    rows = [row for location in agency.locations for row in agency.rows(location)]
    soon = (EPOCH + timedelta(days=30)).isoformat()
    kinds = Counter(
        "expired" if row["isExpired"] else "soon" if row["expire"] < soon else "later"
        for row in rows
    )
    assert kinds["later"] > kinds["soon"] > kinds["expired"] > 0
    assert all((row["expire"] <= EPOCH.isoformat()) == row["isExpired"] for row in rows)


def test_their_accounts_have_names_in_several_scripts(agency):
    """Beside the name of the sub-account."""
    names = {row["name"] for location in agency.locations for row in agency.rows(location)}
    text = "".join(names)
    assert "Harbour Dental Austin" in names
    assert not [sign for sign in ("Пекарня", "מאפיית", "港の", "한강", "🌿") if sign not in text]


def test_their_accounts_are_fixed_by_the_seed():
    """However many there are of either."""
    few, many = Simulator(locations=2, accounts=2), Simulator(locations=9, accounts=5)
    other = Simulator(seed=1, locations=2, accounts=2)
    location = list(few.state.locations)[-1]
    assert many.state.accounts_of(location)[:2] == few.state.accounts_of(location)
    ids = [sim.state.accounts_of(list(sim.state.locations)[3])[0].id for sim in (few, other)]
    assert ids[0] != ids[1]


def test_the_examples_have_the_accounts_that_they_always_had():
    """Further sub-accounts change neither the lists of the first two nor what is kept."""
    plain, large = Simulator(), Simulator(locations=5, accounts=5)
    assert large.state.accounts == plain.state.accounts
    assert large.state.logins == plain.state.logins


def test_an_expiry_among_them_follows_the_clock():
    """A list that was sent before is another one when an account has expired."""
    now = [EPOCH]
    with Simulator(locations=1, accounts=2, clock=lambda: now[0]) as sim:
        agency = Agency(sim)
        (location,) = agency.locations
        before = [row["isExpired"] for row in agency.rows(location)]
        now[0] += timedelta(days=61)
        after = [row["isExpired"] for row in agency.rows(location)]
        now[0] = EPOCH
        again = [row["isExpired"] for row in agency.rows(location)]
        agency.caller.http.close()
    assert (before, after, again) == ([True, False], [True, True], [True, False])


def test_one_of_them_can_disconnect_an_account(agency):
    """The row stays, marked as deleted; other rows and other sub-accounts do not change."""
    location, other = agency.locations[:2]
    before, theirs = agency.rows(location), agency.rows(other)
    assert agency.delete(location, before[3]["id"]).status_code == 200
    assert agency.delete(location, before[3]["id"]).status_code == 400
    after = agency.rows(location)
    assert [row["deleted"] for row in after].count(True) == 1
    assert after[3]["deleted"]
    assert after[:3] + after[4:] == before[:3] + before[4:]
    assert agency.rows(other) == theirs


def test_a_login_of_one_of_them_offers_its_page_again(agency):
    """Step 2 knows every login of the list."""
    location = agency.locations[5]
    row = next(row for row in agency.rows(location) if row["platform"] == "facebook")
    path = f"oauth/{location}/facebook/accounts/{row['oauthId']}"
    answer = agency.caller.get(f"/social-media-posting/{path}", headers=agency._bearer(location))
    (page,) = answer.json()["results"]["pages"]
    assert (page["name"], page["isConnected"]) == (row["name"], True)


def test_one_of_them_can_connect_another_account(agency):
    """A person logs in, and the new row comes after those from before."""
    location, sim = agency.locations[7], agency.sim
    before = agency.rows(location)
    user = sim.state.users_of(location)[0].id
    bearer, query = agency._bearer(location), {"locationId": location, "userId": user}
    start = "/social-media-posting/oauth/instagram/start"
    url = agency.caller.get(start, params=query, headers=bearer).headers["location"]
    login = sim.play_user(url).data["accountId"]
    path = f"/social-media-posting/oauth/{location}/instagram/accounts/{login}"
    found = agency.caller.get(path, headers=bearer).json()["results"]["accounts"][0]
    body = {"originId": found["id"], "pageId": found["pageId"], "name": found["name"]}
    assert agency.caller.http.post(path, json=body, headers=bearer).status_code == 201
    after = agency.rows(location)
    assert after[:-1] == before
    assert after[-1]["oauthId"] == login


def test_all_accounts_of_one_that_nothing_happened_to(agency):
    """There is nothing beside the list yet, so fetchAll gives the same."""
    location = agency.locations[0]
    assert agency.rows(location, fetchAll="true") == agency.rows(location)


def test_their_pictures_can_be_seen(agency):
    """Every sub-account has a picture; an unknown sub-account has none."""
    address = agency.rows(agency.locations[-1])[0]["avatar"]
    there = agency.caller.get(address)
    beyond = agency.caller.get(address.replace("1029", "1030"))
    assert (there.status_code, there.headers["content-type"]) == (200, "image/svg+xml")
    assert beyond.status_code == 404


def test_each_list_has_a_trace_id_of_its_own(agency):
    """Also where the list itself was written down before."""
    location = agency.locations[0]
    first, second = (agency.get(location).json() for _ in range(2))
    assert first.pop("traceId") != second.pop("traceId")
    assert first == second


def test_what_they_were_answered_is_recorded_like_everything_else(agency):
    """Parsed, and as it was sent."""
    sent = agency.get(agency.locations[0]).json()
    assert agency.sim.requests[-1].answer == sent


@pytest.mark.slow
def test_ten_thousand_of_them_cost_little_before_anybody_asks():
    """The fifty thousand accounts are generated for a request, and not stored."""
    tracemalloc.start()
    sim = Simulator(locations=MANY, accounts=5)
    before = tracemalloc.get_traced_memory()[0]
    for location in list(sim.state.locations)[2:502]:
        assert len(sim.state.accounts_of(location)) == 5
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert before < 16_000_000
    assert after - before < 100_000
