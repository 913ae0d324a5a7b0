"""An agency with more sub-accounts than the two of the examples."""

from __future__ import annotations

from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.places import place_name
from tests.simulator.conftest import Caller

MANY = 10_000


def test_ten_thousand_sub_accounts_have_ids_and_names_of_their_own():
    """No two are called the same."""
    names = [place_name(number) for number in range(MANY)]
    assert len(set(names)) == MANY
    assert place_name(0) == "Harbour Dental Austin"
    assert place_name(MANY) == "Harbour Dental Austin 2"
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
    """The agency mints its token, and it has a user who is an admin."""
    with Simulator(locations=60) as sim:
        caller, place = Caller(sim), list(sim.state.locations)[-1]
        company = sim.state.locations[place].company_id
        minted = caller.http.post(
            "/oauth/locationToken",
            data={"companyId": company, "locationId": place},
            headers={"Authorization": f"Bearer {sim.install('agency')['access_token']}"},
        ).json()
        bearer = {"Authorization": f"Bearer {minted['access_token']}"}
        answer = caller.get("/users/", params={"locationId": place}, headers=bearer)
        caller.http.close()
    (user,) = answer.json()["users"]
    assert (user["roles"]["role"], place in user["roles"]["locationIds"]) == ("admin", True)
    assert sim.install(sim.state.locations[place].name)["userId"] == user["id"]
