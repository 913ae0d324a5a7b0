"""An agency's token makes the tokens of its sub-accounts."""

from __future__ import annotations

import pytest

MINT = "/oauth/locationToken"


def _mint(caller, token, path=MINT, version="2021-07-28", **fields):
    sim = caller.sim
    company = sim.state.tokens["company"].company_id
    return caller.http.post(
        path,
        data={"companyId": company, "locationId": sim.location_id} | fields,
        headers={"Authorization": f"Bearer {token}", "Version": version},
    )


@pytest.fixture
def agency(sim):
    """The access token of an agency that installed the app everywhere."""
    return sim.install("agency")["access_token"]


def test_a_sub_accounts_token_is_minted(caller, sim, agency):
    """The answer is 201 with the documented keys, and the API takes the token."""
    answer = _mint(caller, agency)
    minted = answer.json()
    assert answer.status_code == 201
    assert minted.keys() == {
        "access_token", "token_type", "expires_in", "refresh_token", "scope", "locationId",
        "userId", "appId", "traceId",
    }  # fmt: skip
    assert minted["locationId"] == sim.location_id
    users = caller.get(
        "/users/",
        params={"locationId": sim.location_id},
        headers={"Authorization": f"Bearer {minted['access_token']}"},
    )
    assert users.status_code == 200


def test_the_seeded_company_token_mints(caller, sim):
    """The seeded token has the scope."""
    assert _mint(caller, sim.state.tokens["company"].value).status_code == 201


def test_a_minted_refresh_token_refreshes(caller, sim, agency):
    """The token refreshes the sub-account's pair, and its reuse revokes the agency's tokens."""
    sim.levers.refresh_repeats = 0
    form = {
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": _mint(caller, agency).json()["refresh_token"],
    }
    renewed = caller.http.post("/oauth/token", data=form).json()
    assert (renewed["userType"], renewed["locationId"]) == ("Location", sim.location_id)
    assert caller.http.post("/oauth/token", data=form).status_code == 400
    assert _mint(caller, agency).status_code == 401


def test_a_paused_sub_account_gets_no_token(caller, sim, agency):
    """The others do."""
    first, second, *_ = sim.state.locations
    sim.levers.paused = {first}
    refused = _mint(caller, agency)
    assert (refused.status_code, refused.json()["message"]) == (400, "Location is not active")
    sim.levers.paused = {second}
    assert _mint(caller, agency).status_code == 201


def test_v3_has_a_path_of_its_own(caller, agency):
    """The path answers in camel case, and older versions do not have it."""
    answer = _mint(caller, agency, "/oauth/location-token", "v3")
    assert answer.status_code == 201
    assert answer.json().keys() >= {"accessToken", "refreshToken", "expiresIn"}
    assert _mint(caller, agency, "/oauth/location-token").status_code == 404


FAULTS = {
    "another company": ({"companyId": "elsewhere"}, 403),
    "another location": ({"locationId": "elsewhere"}, 403),
    "nothing": ({"locationId": ""}, 422),
    "unknown key": ({"userId": "x"}, 422),
}


@pytest.mark.parametrize(("wrong", "status"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_refused(caller, agency, wrong, status):
    """A token is issued for the agency's own sub-accounts only."""
    assert _mint(caller, agency, **wrong).status_code == status


def test_a_location_that_was_not_approved_is_refused(caller, sim):
    """The person ticked another one."""
    second = list(sim.state.locations)[1]
    token = sim.install("agency", approved=[second])["access_token"]
    answer = _mint(caller, token)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "The app is not installed on this location.",
    )
    assert _mint(caller, token, locationId=second).status_code == 201


def test_only_an_agencys_app_mints(caller, sim):
    """A sub-account, a private integration, and a token without the scope are refused."""
    without = sim.install("agency", scopes=["users.readonly"])["access_token"]
    agency = sim.state.tokens["agency"]
    agency.scopes |= {"oauth.write"}
    answers = [_mint(caller, t) for t in (sim.install()["access_token"], without, agency.value)]
    assert [answer.status_code for answer in answers] == [403, 401, 401]
