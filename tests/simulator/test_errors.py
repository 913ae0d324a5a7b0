"""The errors of the live service: each by its own cause, and each by a lever."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.simulator.conftest import OAUTH


@dataclass
class Cause:
    """A mistake, and the answer of the service."""

    status: int
    message: Any
    method: str = "GET"
    path: str = "{accounts}"
    token: str = "main"
    version: str | None = "2021-07-28"
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None


ACCOUNTS = "/social-media-posting/{location}/accounts"
SCOPE = "The token is not authorized for this scope."
CLASS = "This authClass type is not allowed to access this scope. Please check with HighLevel team."
START = f"{OAUTH}/instagram/start"

CAUSES = {
    "scope missing": Cause(401, SCOPE, token="no_scopes"),
    "mis-cased path": Cause(401, SCOPE, path=f"{OAUTH}/Instagram/start"),
    "mis-cased service": Cause(401, SCOPE, path="/Social-Media-Posting/oauth/instagram/start"),
    "slash missing": Cause(401, SCOPE, path="/users"),
    "company token": Cause(401, CLASS, token="company"),
    "agency token": Cause(401, "Token's user type mismatch!", token="agency"),
    "version missing": Cause(401, "version header was not found.", version=None),
    "version invalid": Cause(401, "version header is invalid", version="2020-01-01"),
    "unknown token": Cause(401, "Invalid token: access token is invalid", token="unknown"),
    "expired token": Cause(401, "The access token is expired", token="expired"),
    "wrong location": Cause(
        403, "The token does not have access to this location.", token="second"
    ),
    "agency only": Cause(403, "Forbidden resource", path="/oauth/installedLocations"),
    "unknown path": Cause(
        404,
        "Cannot GET /social-media-posting/oauth/instagram/nothing",
        path=f"{OAUTH}/instagram/nothing",
    ),
    "wrong method": Cause(404, f"Cannot POST {START}", method="POST", path=START),
    "unknown platform": Cause(
        404, f"Cannot GET {OAUTH}/community/start", path=f"{OAUTH}/community/start"
    ),
    "ids missing": Cause(
        422, ["locationId should not be empty", "userId should not be empty"], path=START
    ),
    "X": Cause(
        400,
        "Twitter is not supported anymore",
        path=f"{OAUTH}/twitter/start",
        query={"locationId": "{location}", "userId": "{user}"},
    ),
    "bluesky": Cause(
        400,
        "Bluesky does not support OAuth",
        path=f"{OAUTH}/bluesky/start",
        query={"locationId": "{location}", "userId": "{user}"},
    ),
}


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES.keys())
def test_each_cause_has_its_error(caller, sim, cause):
    """The right cause gives the message that was captured, with a trace id."""
    known = sim.state.tokens.get(cause.token)
    names = {"location": sim.location_id, "user": sim.user_id}
    headers = {"Authorization": f"Bearer {known.value if known else 'pit-unknown'}"}
    if cause.version is None:
        del caller.http.headers["Version"]
    else:
        headers["Version"] = cause.version
    answer = caller.http.request(
        cause.method,
        cause.path.replace("{accounts}", ACCOUNTS).format(**names),
        params={key: value.format(**names) for key, value in cause.query.items()},
        headers=headers,
    )
    body = answer.json()
    assert (answer.status_code, body["statusCode"]) == (cause.status, cause.status)
    assert body["message"] == cause.message
    assert len(body["traceId"]) == 36


def test_urllib_is_refused_by_the_cdn(sim):
    """The default User-Agent of urllib gets plain text without headers of the service."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{sim.base_url}/users/?locationId={sim.location_id}")
    with caught.value as answer:
        assert (answer.status, answer.read()) == (403, b"error code: 1010")
        assert answer.headers["content-type"].startswith("text/plain")
        assert "x-ratelimit-max" not in answer.headers


def test_a_slow_answer_becomes_a_timeout_dressed_as_401(caller, sim):
    """A service that is slower than its gateway answers 401 "Command timed out"."""
    sim.levers.latency, sim.levers.gateway_timeout = 60, 0.01
    answer = caller.start("instagram")
    assert (answer.status_code, answer.json()["message"]) == (401, "Command timed out")


def test_unknown_keys_of_a_body_are_refused(caller):
    """Body keys are whitelisted, and each unknown one is named."""
    path = caller.path("facebook", caller.connect("facebook"))
    answer = caller.http.post(path, json={"originId": "1", "isOwned": True, "isConnected": False})
    assert answer.status_code == 422
    assert answer.json()["message"] == [
        "property isOwned should not exist",
        "property isConnected should not exist",
    ]


def test_a_page_that_was_not_handed_over_is_not_successful(caller):
    """Attaching an unticked page is refused by success alone."""
    path = caller.path("facebook", caller.connect("facebook", tick=[]))
    answer = caller.http.post(path, json={"originId": "1", "type": "page"})
    assert (answer.status_code, answer.json()["success"]) == (201, False)


def test_a_v3_form_is_unknown_to_older_versions(caller, sim):
    """Google's pages are locations in v2; the v3 path is 404 there, and v3 removed the other."""
    account_id = caller.connect("google")
    v2, v3 = caller.path("google", account_id), f"{OAUTH}/{sim.location_id}/google/accounts/"
    statuses = [
        caller.get(path, headers={"Version": version}).status_code
        for version in ("2021-07-28", "v3")
        for path in (v2, v3 + account_id)
    ]
    assert statuses == [200, 404, 400, 200]


@pytest.mark.parametrize("version", ["2021-04-15", "2021-07-28", "2023-02-21", "v3"])
def test_an_existing_path_answers_under_every_version(caller, version):
    """Four versions are accepted."""
    caller.http.headers["Version"] = version
    assert caller.start("instagram").status_code == 302


LEVERS = {
    "scope_missing": (401, SCOPE),
    "wrong_auth_class": (401, CLASS),
    "user_type_mismatch": (401, "Token's user type mismatch!"),
    "command_timed_out": (401, "Command timed out"),
    "version_missing": (401, "version header was not found."),
    "version_invalid": (401, "version header is invalid"),
    "invalid_token": (401, "Invalid token: access token is invalid"),
    "expired_token": (401, "The access token is expired"),
    "wrong_location": (403, "The token does not have access to this location."),
    "agency_only": (403, "Forbidden resource"),
    "not_found": (404, f"Cannot GET {START}"),
    "unknown_property": (422, ["property unexpected should not exist"]),
    "too_many_requests": (429, "Too Many Requests"),
    "not_successful": (200, "Something went wrong"),
}


@pytest.mark.parametrize(("name", "expected"), LEVERS.items(), ids=LEVERS.keys())
def test_each_error_has_a_lever(caller, sim, name, expected):
    """A lever answers the error once, whatever was asked, and then it is gone."""
    sim.levers.fail_with(name, "*/start")
    answer = caller.start("instagram")
    assert (answer.status_code, answer.json()["message"]) == expected
    assert ("traceId" in answer.json()) == (name != "too_many_requests")
    assert caller.start("instagram").status_code == 302


@pytest.mark.parametrize(
    ("name", "expected"),
    [("user_agent_refused", (403, "error code: 1010")), ("not_found_empty", (404, ""))],
)
def test_each_error_without_json_has_a_lever(caller, sim, name, expected):
    """Two errors are not JSON."""
    sim.levers.fail_with(name)
    answer = caller.start("instagram")
    assert (answer.status_code, answer.text) == expected
