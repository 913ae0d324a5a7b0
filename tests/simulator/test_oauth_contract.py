"""Token requests and answers against the vendor's OpenAPI documents, in both spellings."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.contract.openapi import validate_answer, validate_request

SNAKE = {
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "grantType": "grant_type",
    "refreshToken": "refresh_token",
    "redirectUri": "redirect_uri",
    "accessToken": "access_token",
}


@pytest.fixture(params=["2021-07-28", "v3"])
def version(request):
    """The old and the v3 documents."""
    return request.param


class App:
    """An app that speaks one version to a simulator."""

    def __init__(self, caller, version):
        self.sim, self.http, self.version = caller.sim, caller.http, version
        self.http.headers.pop("Authorization")

    def key(self, camel):
        """Return how the version calls a field."""
        return camel if self.version == "v3" else SNAKE[camel]

    def token(self, **fields):
        """Call the token endpoint."""
        fields = {"clientId": self.sim.client_id, "clientSecret": self.sim.client_secret} | fields
        body = {SNAKE.get(name, name): value for name, value in fields.items()}
        if self.version == "v3":
            body = fields
        return self.http.post("/oauth/token", data=body, headers={"Version": self.version}).json()

    def code(self, choose=None):
        """Have the app installed."""
        query = {
            "response_type": "code",
            "client_id": self.sim.client_id,
            "version_id": self.sim.client_id.partition("-")[0],
            "redirect_uri": self.sim.redirect_uri,
        }
        url = f"{self.sim.authorize_url}?{urlencode(query)}"
        redirected = self.sim.play_installer(url, choose=choose)
        return dict(parse_qsl(urlsplit(redirected).query))["code"]

    def exchange(self, choose=None):
        """Return the first pair."""
        return self.token(
            grantType="authorization_code",
            code=self.code(choose),
            redirectUri=self.sim.redirect_uri,
        )

    def mint(self, token, **fields):
        """Return the pair of a sub-account."""
        path = "/oauth/location-token" if self.version == "v3" else "/oauth/locationToken"
        company = self.sim.state.tokens["company"].company_id
        both = {"companyId": company, "locationId": self.sim.location_id} | fields
        headers = {"Version": self.version, "Authorization": f"Bearer {token}"}
        return self.http.post(path, data=both, headers=headers)

    def judge(self):
        """Hold every request and answer against the documents; return the statuses."""
        calls = [seen for seen in self.sim.requests if not seen.path.endswith("/chooselocation")]
        for seen in calls:
            validate_request(seen.method, seen.path, seen.query, seen.headers, seen.body)
            validate_answer(seen.method, seen.path, seen.status, seen.answer, self.version)
        return [seen.status for seen in calls]


@pytest.fixture
def app(caller, version):
    """An app of the version."""
    return App(caller, version)


@pytest.mark.parametrize("choose", [None, "agency"])
def test_a_pair_and_its_renewal_keep_to_the_documents(app, choose):
    """For a sub-account and for an agency."""
    pair = app.exchange(choose)
    app.token(grantType="refresh_token", refreshToken=pair[app.key("refreshToken")])
    assert app.judge() == [200, 200]


def test_minting_keeps_to_the_documents(app):
    """But for the status: 201 live, 200 in the documents."""
    app.mint(app.exchange("agency")[app.key("accessToken")])
    assert app.judge() == [200, 201]


def test_errors_keep_to_the_documents(app):
    """A used refresh token, a wrong client, and a refused token request."""
    app.sim.levers.refresh_repeats = 0
    pair = app.exchange()
    for _ in range(2):
        app.token(grantType="refresh_token", refreshToken=pair[app.key("refreshToken")])
    app.token(grantType="refresh_token", refreshToken="x", clientSecret="wrong")
    app.mint("unknown")
    agency = app.exchange("agency")[app.key("accessToken")]
    app.mint(agency, locationId="elsewhere")
    assert app.judge() == [200, 200, 400, 401, 401, 200, 403]


FORM = {"content-type": "application/x-www-form-urlencoded"}
GOOD = {"client_id": "a", "client_secret": "b", "grant_type": "refresh_token"}
WRONG = [
    (GOOD, {"content-type": "application/json"}, "sent as application/json"),
    (GOOD, FORM | {"authorization": "Bearer"}, "takes no bearer"),
    (GOOD | {"grant_type": "password"}, FORM, "is not one of"),
    (GOOD | {"clientId": "a"}, FORM, "unexpected"),
    (GOOD, FORM | {"version": "v3"}, "unexpected"),
]


@pytest.mark.parametrize(("body", "headers", "reason"), WRONG)
def test_the_judge_can_refuse_a_token_request(body, headers, reason):
    """Spelling, type of body and credentials are checked."""
    validate_request("POST", "/oauth/token", {}, FORM, GOOD)
    with pytest.raises(AssertionError, match=reason):
        validate_request("POST", "/oauth/token", {}, headers, body)


def test_the_judge_can_refuse_a_token_answer():
    """v3 in the old spelling, a missing user, and the documented status of a token request."""
    answer = {"access_token": "a", "userId": "b"}
    validate_answer("POST", "/oauth/token", 200, answer)
    for body, version in ((answer, "v3"), ({"access_token": "a"}, "2021-07-28")):
        with pytest.raises(AssertionError):
            validate_answer("POST", "/oauth/token", 200, body, version)
    with pytest.raises(AssertionError, match="201 live"):
        validate_answer("POST", "/oauth/locationToken", 200, answer)
