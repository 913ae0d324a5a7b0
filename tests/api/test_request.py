"""The one way in which a request is sent: headers, paths, repetitions."""

from __future__ import annotations

import json
from importlib.metadata import version

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import AvailableAccount, Client, Secret
from ghl_notebook.auth import BearerAuth
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, TOKEN, Stub, answer

TIMED_OUT = httpx.Response(401, json={"statusCode": 401, "message": "Command timed out"})
LISTED = answer({"accounts": []})


def test_every_request_has_the_services_headers() -> None:
    """Bearer, `Version`, `Accept` and a named `User-Agent` go with each request."""
    stub = Stub(LISTED)
    with stub.client() as client:
        client.accounts()
    headers = stub.request.headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["version"] == "2021-07-28"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"] == f"ghl-notebook/{version('ghl-notebook')}"


def test_a_body_is_json() -> None:
    """What is posted says that it is JSON."""
    stub = Stub(answer({}, 201))
    with stub.client() as client:
        client.attach("facebook", "65f2d989a4f2f1e5322c3856", AvailableAccount(origin_id="1"))
    assert stub.request.headers["content-type"] == "application/json"
    assert json.loads(stub.request.content)["originId"] == "1"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://services.leadconnectorhq.com",
        "https://services.leadconnectorhq.com/",
        "https://services.leadconnectorhq.com:443",
        "https://Services.LeadConnectorHQ.com",
        "https://proxy.example:8443/ghl",
        "http://127.0.0.1:8123",
        "http://[::1]:8123",
    ],
)
def test_the_configured_host_is_sent_the_bearer(base_url: str) -> None:
    """However the address is written, its own host sees the token."""
    stub = Stub(LISTED)
    with stub.client(base_url=base_url) as client:
        client.accounts()
    assert stub.request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (
        str(stub.request.url).lower().startswith(base_url.rstrip("/").replace(":443", "").lower())
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example:8443/",
        "https://evil.example/",
        "https://api.example.evil.example/",
        "https://evil.example/api.example",
        "http://api.example:80/",
    ],
)
def test_no_other_host_is_sent_the_bearer(url: str) -> None:
    """A request to another host or port goes without the token."""
    stub = Stub(httpx.Response(200))
    auth = BearerAuth(Secret(TOKEN), host="api.example:444")
    with httpx.Client(transport=stub, auth=auth) as http:
        http.get(url)
        http.get("https://api.example:444/")
    other, own = stub.requests
    assert "authorization" not in other.headers
    assert own.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    """The service's redirects are for the user's window, or not for us at all."""
    stub = Stub(httpx.Response(status, headers={"location": "https://evil.example/"}))
    with stub.client() as client, pytest.raises(ghl.UnexpectedAnswerError):
        client.accounts()
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("account_id", "segment"),
    [
        ("65f2d989a4f2f1e5322c3856", b"65f2d989a4f2f1e5322c3856"),
        ("../x", b"..%2Fx"),
        ("a/b", b"a%2Fb"),
        ("ä", b"%C3%A4"),
        ("a?b#c", b"a%3Fb%23c"),
        ("%2e%2e", b"%252e%252e"),
        ("a b", b"a%20b"),
        ("{x}", b"%7Bx%7D"),
    ],
)
def test_an_id_is_one_segment_of_the_path(account_id: str, segment: bytes) -> None:
    """Whatever an id holds, it stays within its place."""
    stub = Stub(answer({}))
    with stub.client() as client:
        client.available_accounts("instagram", account_id)
    prefix = f"/social-media-posting/oauth/{LOCATION}/instagram/accounts/".encode()
    assert stub.request.url.raw_path == prefix + segment


def test_an_odd_id_arrives_as_it_was_given(sim: Simulator, client: Client) -> None:
    """Over a real connection the service does not know the id, and nothing else happens."""
    with pytest.raises(ghl.NotFoundError):
        client.available_accounts("instagram", "../accounts")
    path = f"/social-media-posting/oauth/{sim.location_id}/instagram/accounts/../accounts"
    assert sim.requests[-1].path == path


@pytest.mark.parametrize("account_id", ["", " ", ".", "..", "...", None, 7])
def test_an_id_that_is_none_is_refused_before_it_is_sent(account_id: object) -> None:
    """Empty ids, dots and things that are no string would ask for something else."""
    stub = Stub(answer({}))
    with stub.client() as client, pytest.raises(ghl.ArgumentError, match="accountId is"):
        client.available_accounts("instagram", account_id)
    assert stub.requests == []


@pytest.mark.parametrize("account_id", ["a" * 70_000, "\ud800"])
def test_an_id_that_cannot_be_sent_is_an_argument_error(account_id: str) -> None:
    """Too long for an address, or half a character: no other library's error comes out."""
    stub = Stub(answer({}))
    with stub.client() as client, pytest.raises(ghl.ArgumentError, match="too long"):
        client.available_accounts("instagram", account_id)
    assert stub.requests == []


def test_a_closed_client_says_so() -> None:
    """A client that was closed is not used by mistake."""
    stub = Stub(LISTED)
    client = stub.client()
    client.close()
    with pytest.raises(ghl.ArgumentError, match="closed"):
        client.accounts()


TRANSIENT = [
    pytest.param(TIMED_OUT, ghl.GatewayTimeoutError, id="command timed out"),
    pytest.param(httpx.Response(504), ghl.GatewayTimeoutError, id="504"),
    pytest.param(httpx.Response(500), ghl.ServiceError, id="500"),
    pytest.param(httpx.Response(503), ghl.ServiceError, id="503"),
    pytest.param(httpx.ConnectError("x"), ghl.ConnectionFailedError, id="refused"),
    pytest.param(httpx.ReadTimeout("x"), ghl.ConnectionFailedError, id="timeout"),
]


@pytest.mark.parametrize(("trouble", "kind"), TRANSIENT)
def test_a_get_is_repeated_until_it_is_answered(trouble, kind: type[ghl.GHLError]) -> None:
    """A passing trouble is not seen by the user."""
    stub = Stub(trouble, LISTED)
    with stub.client() as client:
        assert client.accounts().accounts == []
    assert len(stub.requests) == 2


@pytest.mark.parametrize(("trouble", "kind"), TRANSIENT)
def test_a_get_is_given_up_after_three_times(trouble, kind: type[ghl.GHLError]) -> None:
    """A lasting trouble is raised as what it is, never as an error of the token."""
    stub = Stub(trouble)
    with stub.client() as client, pytest.raises(ghl.GHLError) as caught:
        client.accounts()
    assert type(caught.value) is kind
    assert not isinstance(caught.value, ghl.AuthenticationError)
    assert caught.value.__context__ is None
    assert len(stub.requests) == 3


@pytest.mark.parametrize(("trouble", "kind"), TRANSIENT)
@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.delete_account("account-1"),
        lambda c: c.attach("instagram", "65f2d989a4f2f1e5322c3856", AvailableAccount()),
    ],
    ids=["DELETE", "POST"],
)
def test_what_may_change_something_is_sent_once(change, trouble, kind: type[ghl.GHLError]) -> None:
    """Nobody knows whether a POST or a DELETE that failed was carried out."""
    stub = Stub(trouble, answer({}))
    with stub.client() as client, pytest.raises(kind):
        change(client)
    assert len(stub.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429])
def test_a_refusal_is_not_repeated(status: int) -> None:
    """Asking again would be answered the same."""
    stub = Stub(httpx.Response(status, json={"message": "No"}), LISTED)
    with stub.client() as client, pytest.raises(ghl.ResponseError):
        client.accounts()
    assert len(stub.requests) == 1


def test_the_gateways_timeout_is_repeated_over_a_real_connection(
    sim: Simulator, client: Client
) -> None:
    """The simulator's slow answer is its gateway's 401, and the next one is good."""
    sim.levers.fail_with("command_timed_out", "*/accounts", times=2)
    before = len(sim.requests)
    assert client.accounts().location_id == sim.location_id
    assert [r.status for r in sim.requests[before:]] == [401, 401, 200]


def test_a_slow_service_is_a_gateway_timeout_and_not_a_bad_token(
    sim: Simulator, client: Client
) -> None:
    """A service that is slower than its gateway allows says 401, and means 504."""
    sim.levers.gateway_timeout, sim.levers.latency = 0.01, 0.02
    with pytest.raises(ghl.GatewayTimeoutError):
        client.accounts()


def test_a_service_slower_than_the_timeout_is_a_failed_connection(sim: Simulator) -> None:
    """The client's own timeout ends the wait."""
    sim.levers.latency = 20.0
    with (
        Client(sim.token, sim.location_id, "u", base_url=sim.base_url, timeout=0.05) as client,
        pytest.raises(ghl.ConnectionFailedError, match="No answer came within the time limit"),
    ):
        client.delete_account("account-1")


def test_a_service_that_is_not_there_is_a_failed_connection() -> None:
    """Nobody listens at the address of a simulator that has stopped."""
    with Simulator() as sim:
        address = sim.base_url
    with (
        Client("token", "location", "user", base_url=address) as client,
        pytest.raises(ghl.ConnectionFailedError, match="refused or the host was not found"),
    ):
        client.delete_account("account-1")


def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy cannot reach the simulator: the demo works behind one all the same."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
        assert client.users()
