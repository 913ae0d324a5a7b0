"""The authorization page, and the exchange of its code."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.clock import EPOCH
from tests import local

VERIFIER = "a-verifier-of-at-least-forty-three-characters-12345"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def _url(sim, **changed):
    query = {
        "response_type": "code",
        "client_id": sim.client_id,
        "version_id": sim.client_id.partition("-")[0],
        "redirect_uri": sim.redirect_uri,
        "scope": "users.readonly socialplanner/account.readonly",
        "state": "the-state",
    }
    return f"{sim.authorize_url}?{urlencode(query | changed)}"


def _query(redirected):
    return dict(parse_qsl(urlsplit(redirected).query))


def _exchange(sim, code, **changed):
    form = {
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": sim.redirect_uri,
    }
    return local.post(f"{sim.base_url}/oauth/token", data=form | changed)


def test_an_install_from_the_page_to_the_tokens(caller, sim):
    """The person allows, the app exchanges the code and calls the API."""
    redirected = sim.play_installer(_url(sim, **PKCE))
    assert redirected.startswith(f"{sim.redirect_uri}?")
    assert _query(redirected).keys() == {"code", "state"}
    assert _query(redirected)["state"] == "the-state"
    pair = _exchange(sim, _query(redirected)["code"], code_verifier=VERIFIER).json()
    assert pair["scope"] == "users.readonly socialplanner/account.readonly"
    assert (pair["userType"], pair["locationId"]) == ("Location", sim.location_id)
    users = caller.get(
        "/users/",
        params={"locationId": sim.location_id},
        headers={"Authorization": f"Bearer {pair['access_token']}"},
    )
    assert users.status_code == 200


@pytest.mark.parametrize("choose", ["agency", "Bright Harbour Agency"])
def test_the_agency_can_be_chosen(sim, choose):
    """The tokens are a company's then."""
    pair = _exchange(sim, _query(sim.play_installer(_url(sim), choose=choose))["code"]).json()
    assert pair["userType"] == "Company"
    assert pair["approvedLocations"] == list(sim.state.locations)


def test_another_sub_account_can_be_chosen(sim):
    """By its name; what is not on the page cannot."""
    redirected = sim.play_installer(_url(sim), choose="Nordljus Studio")
    place = _exchange(sim, _query(redirected)["code"]).json()["locationId"]
    assert sim.state.locations[place].name == "Nordljus Studio"
    with pytest.raises(LookupError, match="no sub-account 'Elsewhere'"):
        sim.play_installer(_url(sim), choose="Elsewhere")


def test_a_refusal_leads_back(sim):
    """Deny makes no code."""
    redirected = sim.play_installer(_url(sim), allow=False)
    assert _query(redirected) == {"error": "access_denied", "state": "the-state"}
    assert sim.state.grants == {}


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:1/oauth/callback", "http://127.0.0.1/oauth/callback"],
)
def test_a_loopback_redirect_may_have_any_port(sim, uri):
    """A program on this machine takes the port that is free."""
    redirected = sim.play_installer(_url(sim, redirect_uri=uri))
    assert redirected.startswith(f"{uri}?code=")
    assert _exchange(sim, _query(redirected)["code"], redirect_uri=uri).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"redirect_uri": ""},
        {"redirect_uri": "http://127.0.0.1:8765/elsewhere"},
        {"redirect_uri": "http://127.0.0.1:x/oauth/callback"},
        {"redirect_uri": "http://me@127.0.0.1/oauth/callback"},
        {"redirect_uri": "http://localhost:8765/oauth/callback"},
        {"redirect_uri": "https://evil.example/oauth/callback"},
    ],
)
def test_a_stranger_is_not_led_anywhere(sim, wrong):
    """An unknown app or redirect URI gets an error page."""
    page = local.get(_url(sim, **wrong))
    assert page.status_code == 400
    assert "This link does not work" in page.text
    assert "location" not in page.headers
    with pytest.raises(LookupError, match="answered 400"):
        sim.play_installer(_url(sim, **wrong))


def test_another_redirect_uri_can_be_registered(sim):
    """An app registers a list of addresses, and a query in an address is kept."""
    uri = "https://app.example/callback?tenant=7"
    sim.state.apps[sim.client_id].redirect_uris.append(uri)
    redirected = sim.play_installer(_url(sim, redirect_uri=uri))
    assert redirected.startswith(f"{uri}&code=")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_request_that_cannot_be_met_leads_back(sim, wrong, error):
    """The app receives the error at its redirect URI."""
    expected = {"error": error, "state": "the-state"}
    assert _query(sim.play_installer(_url(sim, **wrong))) == expected


def test_no_scope_is_every_scope_of_the_app(sim):
    """As is registered with it."""
    pair = _exchange(sim, _query(sim.play_installer(_url(sim, scope="")))["code"]).json()
    assert set(pair["scope"].split()) == sim.state.apps[sim.client_id].scopes


def test_a_code_is_used_once(sim):
    """The second exchange is answered as at the live service."""
    code = _query(sim.play_installer(_url(sim)))["code"]
    assert _exchange(sim, code).status_code == 200
    again = _exchange(sim, code)
    assert again.status_code == 401
    said = {"error": "UnAuthorized!", "error_description": "Authorization code not found"}
    assert again.json() == said | {"traceId": again.json()["traceId"]}


def test_a_code_lives_five_minutes():
    """Then it is invalid_grant."""
    now = [EPOCH]
    with Simulator(clock=lambda: now[0]) as sim:
        code = _query(sim.play_installer(_url(sim)))["code"]
        now[0] += timedelta(minutes=5)
        answer = _exchange(sim, code)
    assert answer.json()["error_description"] == "Invalid grant: authorization code has expired"


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "http://127.0.0.1:1/oauth/callback"},
        {"redirect_uri": ""},
        {"code_verifier": "another"},
        {"code_verifier": ""},
    ],
)
def test_a_code_is_bound_to_its_request(sim, wrong):
    """Redirect URI and verifier must match the request, and a wrong guess uses up the code."""
    code = _query(sim.play_installer(_url(sim, **PKCE)))["code"]
    right = {"code_verifier": VERIFIER}
    answers = [_exchange(sim, code, **(right | wrong)), _exchange(sim, code, **right)]
    assert [answer.json()["error"] for answer in answers] == ["invalid_grant", "UnAuthorized!"]


def test_a_plain_challenge_is_its_own_verifier(sim):
    """The other method of RFC 7636, which is the one that is meant when none is named."""
    code = _query(sim.play_installer(_url(sim, code_challenge=VERIFIER)))["code"]
    assert _exchange(sim, code, code_verifier=VERIFIER).status_code == 200


def test_a_challenge_that_was_taken_away_is_noticed(sim):
    """A verifier for a code without a challenge is refused."""
    code = _query(sim.play_installer(_url(sim)))["code"]
    assert _exchange(sim, code, code_verifier=VERIFIER).status_code == 400


def test_pkce_may_be_required(sim):
    """A request without a challenge leads back with an error."""
    sim.levers.pkce = "required"
    assert _query(sim.play_installer(_url(sim)))["error"] == "invalid_request"
    assert "code" in _query(sim.play_installer(_url(sim, **PKCE)))


def test_pkce_may_be_ignored(sim):
    """A service that does not know it takes any verifier, or none."""
    sim.levers.pkce = "ignored"
    code = _query(sim.play_installer(_url(sim, **PKCE)))["code"]
    assert _exchange(sim, code).status_code == 200


def test_the_page_is_a_simulation_and_loads_nothing(sim):
    """The page has the notice, the policy allows the redirect after it, and names stay text."""
    sim.state.locations[sim.location_id].name = "<script>alert(1)</script>"
    page = local.get(_url(sim))
    assert "Simulation &ndash; no real GoHighLevel, nothing leaves this computer" in page.text
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:*;" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [("http://[::1]:9/oauth/callback", "http:"), ("com.example.app:/callback", "com.example.app:")],
)
def test_a_policy_for_addresses_without_a_host_it_can_name(sim, uri, allowed):
    """IPv6 and an app's own scheme are allowed by their scheme."""
    sim.state.apps[sim.client_id].redirect_uris.append(uri)
    policy = local.get(_url(sim, redirect_uri=uri)).headers["content-security-policy"]
    assert f"form-action 'self' {allowed};" in policy


@pytest.mark.parametrize("form", [{}, {"ticket": "a.b"}, {"ticket": "a.b", "decision": "allow"}])
def test_a_form_of_somebody_else_is_refused(sim, form):
    """Only what this simulator signed is decided on."""
    assert local.post(sim.authorize_url, data=form).status_code == 400


def test_a_ticket_of_a_login_is_worth_nothing_here(caller, sim):
    """Nor the other way round."""
    login = _query(caller.url())["state"]
    page = local.get(_url(sim)).text
    install = page.partition('name="ticket" value="')[2].partition('"')[0]
    answers = [
        local.post(sim.authorize_url, data={"ticket": login, "decision": "allow"}),
        local.get(f"{sim.base_url}/consent/instagram", params={"state": install}),
        local.post(sim.authorize_url, data={"ticket": install, "decision": "allow"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert "No sub-account was chosen." in answers[-1].text


def test_the_page_wants_a_version(sim):
    """A link with the client id alone is answered as at the live service; a lever lets it in."""
    url = _url(sim, version_id="")
    page = local.get(url)
    assert page.status_code == 400
    assert "error.noversionid" in page.text
    with pytest.raises(LookupError, match="answered 400"):
        sim.play_installer(url)
    sim.levers.version_id = "optional"
    assert "code" in _query(sim.play_installer(url))


def test_it_works_behind_a_proxy():
    """The form leads back under the path of the notebook's server."""
    with Simulator(public_url="/user/someone/proxy/{port}") as sim:
        assert sim.authorize_url.startswith("/user/someone/proxy/")
        assert "code" in _query(sim.play_installer(_url(sim)))


def test_an_address_elsewhere_is_refused(sim, caller):
    """Nothing is sent to it, and a consent page is not an authorization page."""
    with pytest.raises(ValueError, match="does not lead to this simulator"):
        sim.play_installer("https://marketplace.example/oauth/chooselocation")
    with pytest.raises(LookupError, match="not an authorization page"):
        sim.play_installer(caller.url())
    with pytest.raises(LookupError, match="not a consent page"):
        sim.play_user(_url(sim))


def test_the_app_is_fixed_by_the_seed():
    """Two simulators of one seed know the same app."""
    one, two, other = Simulator(seed=1), Simulator(seed=1), Simulator(seed=2)
    assert (one.client_id, one.client_secret) == (two.client_id, two.client_secret)
    assert other.client_id != one.client_id
