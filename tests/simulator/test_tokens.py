"""The token endpoint: refreshing, rotation, and what a used refresh token does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.clock import EPOCH
from tests.simulator.conftest import Caller

TOKEN = "/oauth/token"


def _as_app(sim, **fields):
    return {"client_id": sim.client_id, "client_secret": sim.client_secret} | fields


def _refresh(caller, refresh_token, **headers):
    """Send what an app sends: a form, without a bearer and a Version."""
    form = _as_app(caller.sim, grant_type="refresh_token", refresh_token=refresh_token)
    for name in ("Authorization", "Version"):
        caller.http.headers.pop(name, None)
    return caller.http.post(TOKEN, data=form, headers=headers)


def _users(caller, access_token):
    """Call the API with an access token."""
    return caller.get(
        "/users/",
        params={"locationId": caller.sim.location_id},
        headers={"Authorization": f"Bearer {access_token}", "Version": "2021-07-28"},
    )


def test_a_finished_install_is_a_pair_of_tokens(caller, sim):
    """The shortcut gives what the token endpoint would have answered, and the API takes it."""
    pair = sim.install()
    assert pair.keys() == {
        "access_token", "token_type", "expires_in", "refresh_token", "scope", "userType",
        "locationId", "companyId", "userId",
    }  # fmt: skip
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 86399)
    assert (pair["userType"], pair["locationId"]) == ("Location", sim.location_id)
    assert pair["userId"] == sim.user_id
    assert _users(caller, pair["access_token"]).status_code == 200


def test_an_agency_installs_for_its_sub_accounts(sim):
    """A company's answer names the sub-accounts instead of one."""
    pair = sim.install("agency", approved=[sim.location_id])
    assert pair["userType"] == "Company"
    assert "locationId" not in pair
    assert pair["approvedLocations"] == [sim.location_id]
    assert sim.install("agency")["approvedLocations"] == list(sim.state.locations)


def test_a_choice_that_is_not_there(sim):
    """The shortcut raises an error."""
    assert sim.install("Nordljus Studio")["locationId"] == list(sim.state.locations)[1]
    with pytest.raises(LookupError, match="no sub-account 'Elsewhere'"):
        sim.install("Elsewhere")


def test_a_refresh_rotates_both_tokens(caller, sim):
    """The new pair works, and the old access token lives on until its own end."""
    old = sim.install()
    answer = _refresh(caller, old["refresh_token"])
    new = answer.json()
    assert answer.status_code == 200
    assert new.keys() == old.keys() | {"traceId"}
    assert new["refresh_token"] != old["refresh_token"]
    assert _users(caller, new["access_token"]).status_code == 200
    assert _users(caller, old["access_token"]).status_code == 200


def test_a_refresh_token_gives_the_same_pair_for_thirty_seconds():
    """After that it is refused."""
    now = [EPOCH]
    with Simulator(clock=lambda: now[0]) as sim:
        caller, pair = Caller(sim), sim.install()
        first = _refresh(caller, pair["refresh_token"]).json()
        for seconds in (0, 1, 29.9):
            now[0] = EPOCH + timedelta(seconds=seconds)
            again = _refresh(caller, pair["refresh_token"])
            assert again.status_code == 200
            assert again.json() | {"traceId": ""} == first | {"traceId": ""}
        assert len(sim.state.refresh_tokens) == 2
        now[0] = EPOCH + timedelta(seconds=30)
        late = _refresh(caller, pair["refresh_token"])
        caller.http.close()
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")


def test_a_used_refresh_token_revokes_its_family(caller, sim):
    """Reuse is invalid_grant, and all tokens of the same install become invalid."""
    sim.levers.refresh_repeats = 0
    first, bystander = sim.install(), sim.install()
    second = _refresh(caller, first["refresh_token"]).json()
    reused = _refresh(caller, first["refresh_token"])
    assert reused.status_code == 400
    assert reused.json()["error"] == "invalid_grant"
    assert reused.json()["error_description"] == "Invalid grant: refresh token is invalid"
    assert _refresh(caller, second["refresh_token"]).status_code == 400
    for pair in (first, second):
        assert _users(caller, pair["access_token"]).status_code == 401
    assert _users(caller, bystander["access_token"]).status_code == 200


def test_tokens_end_by_the_simulated_clock():
    """An access token lives a day, a refresh token a year."""
    now = [EPOCH]
    with Simulator(clock=lambda: now[0]) as sim:
        caller, pair = Caller(sim), sim.install()
        now[0] = EPOCH + timedelta(seconds=86_398)
        assert _users(caller, pair["access_token"]).status_code == 200
        now[0] = EPOCH + timedelta(seconds=86_399)
        assert _users(caller, pair["access_token"]).json()["message"] == (
            "The access token is expired"
        )
        now[0] = EPOCH + timedelta(days=364)
        pair = _refresh(caller, pair["refresh_token"]).json()
        now[0] = EPOCH + timedelta(days=364 + 365)
        late = _refresh(caller, pair["refresh_token"])
        caller.http.close()
    assert late.json()["error_description"] == "Invalid grant: refresh token has expired"


def test_lifetimes_are_levers(caller, sim):
    """A token with lifetime 0 is expired immediately, and expires_in is 0."""
    sim.levers.token_lifetime, sim.levers.refresh_lifetime = 0, 0
    pair = sim.install()
    assert pair["expires_in"] == 0
    assert _users(caller, pair["access_token"]).status_code == 401
    assert _refresh(caller, pair["refresh_token"]).status_code == 400


def test_an_answer_for_another_location(caller, sim):
    """A lever puts a foreign locationId into the answer."""
    sim.levers.token_location = "elsewhere"
    assert _refresh(caller, sim.install()["refresh_token"]).json()["locationId"] == "elsewhere"


def test_a_refresh_whose_answer_is_lost(caller, sim):
    """The rotation is done, the answer is a page: the old refresh token is used up."""
    pair = sim.install()
    sim.levers.rotate_then_fail, sim.levers.refresh_repeats = 1, 0
    lost = _refresh(caller, pair["refresh_token"])
    assert (lost.status_code, lost.headers["content-type"]) == (502, "text/html")
    assert sim.levers.rotate_then_fail == 0
    assert _refresh(caller, pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_paused_sub_account_gets_no_token(caller, sim):
    """Its refresh token stays valid."""
    pair = sim.install()
    sim.levers.paused = {sim.location_id}
    refused = _refresh(caller, pair["refresh_token"])
    assert (refused.status_code, refused.json()["message"]) == (400, "Location is not active")
    sim.levers.paused = set()
    assert _refresh(caller, pair["refresh_token"]).status_code == 200


FAULTS = {
    "secret": ({"client_secret": "wrong"}, 401, "invalid_client"),
    "client": ({"client_id": "wrong"}, 401, "invalid_client"),
    "no client": ({"client_id": ""}, 400, "invalid_request"),
    "token": ({"refresh_token": "unknown"}, 400, "invalid_grant"),
    "no token": ({"refresh_token": ""}, 400, "invalid_request"),
    "grant": ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    "code": ({"grant_type": "authorization_code", "code": "x"}, 401, "UnAuthorized!"),
}


@pytest.mark.parametrize(("wrong", "status", "error"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_has_its_error(caller, sim, wrong, status, error):
    """The errors follow RFC 6749, except of an unknown code."""
    form = _as_app(sim, grant_type="refresh_token", refresh_token=sim.install()["refresh_token"])
    answer = caller.http.post(TOKEN, data=form | wrong)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_json_is_not_understood(caller, sim):
    """Before v3 the body is a form."""
    body = _as_app(sim, grant_type="refresh_token", refresh_token=sim.install()["refresh_token"])
    answer = caller.http.post(TOKEN, json=body)
    assert answer.json()["error_description"] == "Missing parameter: grant_type"


@pytest.mark.parametrize("kind", ["data", "json"])
def test_v3_is_camel_case(caller, sim, kind):
    """Under v3 both directions are camel case, and the request may be JSON."""
    sim.levers.refresh_repeats = 0
    body = {
        "clientId": sim.client_id,
        "clientSecret": sim.client_secret,
        "grantType": "refresh_token",
        "refreshToken": sim.install()["refresh_token"],
    }
    answer = caller.http.post(TOKEN, headers={"Version": "v3"}, **{kind: body})
    assert answer.json().keys() == {
        "accessToken", "tokenType", "expiresIn", "refreshToken", "scope", "userType", "locationId",
        "companyId", "userId", "traceId",
    }  # fmt: skip
    again = caller.http.post(TOKEN, headers={"Version": "v3"}, **{kind: body})
    assert (again.status_code, again.json()["statusCode"]) == (400, 400)
    assert again.json()["message"] == "Invalid grant: refresh token is invalid"


def test_v3_does_not_know_snake_case(caller, sim):
    """A request in the other spelling misses everything."""
    answer = _refresh(caller, sim.install()["refresh_token"], Version="v3")
    assert (answer.status_code, answer.json()["message"]) == (400, "Missing parameter: grantType")


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff"])
def test_v3_json_that_is_none(caller, body):
    """A body that is not an object is refused."""
    headers = {"Version": "v3", "Content-Type": "application/json"}
    assert caller.http.post(TOKEN, content=body, headers=headers).status_code == 400


def test_no_secret_is_recorded(caller, sim):
    """The record contains the grant type, but neither tokens nor the client secret."""
    old = sim.install()
    new = _refresh(caller, old["refresh_token"]).json()
    assert sim.requests[-1].body["grant_type"] == "refresh_token"
    seen = repr(sim.requests) + repr(list(sim.state.apps.values()))
    seen += repr(list(sim.state.issued.values())) + repr(list(sim.state.refresh_tokens.values()))
    for secret in (sim.client_secret, old["refresh_token"], new["refresh_token"]):
        assert secret not in seen
    assert new["access_token"] not in seen
