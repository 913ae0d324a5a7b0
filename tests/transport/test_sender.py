"""The one way to send a request: headers, paths, retries."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.metadata import version

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client, Secret
from ghl_notebook.auth import StaticTokenProvider, TokenAuth
from ghl_notebook.models import AvailableAccount
from ghl_notebook.settings import now
from ghl_notebook.simulator import Simulator
from ghl_notebook.transport import HttpxTransport, RateLimiter, Sender
from tests.api.stub import LOCATION, TOKEN, Stub, answer

TIMED_OUT = httpx.Response(401, json={"statusCode": 401, "message": "Command timed out"})
LISTED = answer({"accounts": []})


def test_every_request_has_the_services_headers() -> None:
    """Bearer, `Version`, `Accept` and a named `User-Agent` go with each request."""
    stub = Stub(LISTED)
    with stub.client() as client:
        client.accounts.list()
    headers = stub.request.headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["version"] == "2021-07-28"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"] == f"ghl-notebook/{version('ghl-notebook')}"


def test_a_body_is_json() -> None:
    """What is posted says that it is JSON."""
    stub = Stub(answer({}, 201))
    with stub.client() as client:
        client.oauth.attach("facebook", "65f2d989a4f2f1e5322c3856", AvailableAccount(origin_id="1"))
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
        client.accounts.list()
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
async def test_no_other_host_is_sent_the_bearer(url: str) -> None:
    """A request to another host or port goes without the token."""
    stub = Stub(LISTED)
    for base_url in (url, "https://api.example:444/"):
        sender = Sender(
            HttpxTransport(base_url, timeout=5.0, transport=stub),
            bearer=TokenAuth(StaticTokenProvider(Secret(TOKEN)), host="api.example:444"),
            rate_limiter=RateLimiter(),
            time_limit=5.0,
            clock=now,
        )
        await sender.call("GET", "/")
    other, own = stub.requests
    assert "authorization" not in other.headers
    assert own.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_token_that_comes_too_late_leaves_nothing_open() -> None:
    """The time of a call holds for its token too, and a POST without one was never sent."""

    class Waiting(TokenAuth):
        async def token(self) -> Secret:
            await asyncio.Event().wait()
            raise AssertionError

    stub = Stub(LISTED)
    sender = Sender(
        HttpxTransport("https://api.example", timeout=5.0, transport=stub),
        bearer=Waiting(StaticTokenProvider(Secret(TOKEN)), host="api.example"),
        rate_limiter=RateLimiter(),
        time_limit=0.05,
        clock=now,
    )
    with pytest.raises(
        ghl.errors.ConnectionFailedError, match="No whole answer came in time"
    ) as caught:
        await sender.call("POST", "/")
    assert not caught.value.was_sent
    assert not caught.value.outcome_unknown
    assert stub.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    """The service's redirects are for the user's window, or not for us at all."""
    stub = Stub(httpx.Response(status, headers={"location": "https://evil.example/"}))
    with stub.client() as client, pytest.raises(ghl.errors.UnexpectedAnswerError):
        client.accounts.list()
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
        client.oauth.available_accounts("instagram", account_id)
    prefix = f"/social-media-posting/oauth/{LOCATION}/instagram/accounts/".encode()
    assert stub.request.url.raw_path == prefix + segment


def test_an_odd_id_arrives_as_it_was_given(sim: Simulator, client: Client) -> None:
    """Over a real connection the service does not know the id, and nothing else happens."""
    with pytest.raises(ghl.errors.NotFoundError):
        client.oauth.available_accounts("instagram", "../accounts")
    path = f"/social-media-posting/oauth/{sim.location_id}/instagram/accounts/../accounts"
    assert sim.requests[-1].path == path


@pytest.mark.parametrize("account_id", ["", " ", ".", "..", "...", None, 7])
def test_an_id_that_is_none_is_refused_before_it_is_sent(account_id: object) -> None:
    """Empty ids, dots and things that are no string would ask for something else."""
    stub = Stub(answer({}))
    said = r"account_?[iI]d is"
    with stub.client() as client, pytest.raises(ghl.errors.ArgumentError, match=said):
        client.oauth.available_accounts("instagram", account_id)
    assert stub.requests == []


@pytest.mark.parametrize(
    ("account_id", "words"), [("a" * 70_000, "too long"), ("\ud800", "half a character")]
)
def test_an_id_that_cannot_be_sent_is_an_argument_error(account_id: str, words: str) -> None:
    """Too long for an address, or half a character: no other library's error comes out."""
    stub = Stub(answer({}))
    with stub.client() as client, pytest.raises(ghl.errors.ArgumentError, match=words):
        client.oauth.available_accounts("instagram", account_id)
    assert stub.requests == []


def test_a_closed_client_says_so() -> None:
    """A client that was closed is not used by mistake."""
    stub = Stub(LISTED)
    client = stub.client()
    client.close()
    with pytest.raises(ghl.errors.ArgumentError, match="closed"):
        client.accounts.list()


TRANSIENT = [
    pytest.param(TIMED_OUT, ghl.errors.GatewayTimeoutError, id="command timed out"),
    pytest.param(httpx.Response(504), ghl.errors.GatewayTimeoutError, id="504"),
    pytest.param(httpx.Response(500), ghl.errors.ServiceError, id="500"),
    pytest.param(httpx.Response(503), ghl.errors.ServiceError, id="503"),
    pytest.param(httpx.ConnectError("x"), ghl.errors.ConnectionFailedError, id="refused"),
    pytest.param(httpx.ReadTimeout("x"), ghl.errors.ConnectionFailedError, id="timeout"),
    pytest.param(
        RuntimeError("Event loop is closed"), ghl.errors.ConnectionFailedError, id="event loop"
    ),
    pytest.param(OSError("x"), ghl.errors.ConnectionFailedError, id="not wrapped by httpx"),
]


@pytest.mark.parametrize(("trouble", "kind"), TRANSIENT)
def test_a_get_is_repeated_until_it_is_answered(trouble, kind: type[ghl.GHLError]) -> None:
    """A passing trouble is not seen by the user."""
    stub = Stub(trouble, LISTED)
    with stub.client() as client:
        assert client.accounts.list().accounts == []
    assert len(stub.requests) == 2


@pytest.mark.parametrize(("trouble", "kind"), TRANSIENT)
def test_a_get_is_given_up_after_four_times(trouble, kind: type[ghl.GHLError]) -> None:
    """A lasting trouble is raised as what it is, never as an error of the token."""
    stub = Stub(trouble)
    with stub.client() as client, pytest.raises(ghl.GHLError) as caught:
        client.accounts.list()
    assert type(caught.value) is kind
    assert not isinstance(caught.value, ghl.errors.AuthenticationError)
    assert caught.value.__context__ is None
    assert len(stub.requests) == 4


CHANGES = [
    pytest.param(lambda c: c.accounts.delete("account-1"), id="DELETE"),
    pytest.param(
        lambda c: c.oauth.attach("instagram", "65f2d989a4f2f1e5322c3856", AvailableAccount()),
        id="POST",
    ),
]
NEVER_SENT = [
    pytest.param(httpx.ConnectError("x"), id="refused"),
    pytest.param(httpx.ConnectTimeout("x"), id="no way there"),
    pytest.param(httpx.PoolTimeout("x"), id="no connection free"),
]


@pytest.mark.parametrize(("trouble", "kind"), [t for t in TRANSIENT if t.id != "refused"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_may_have_happened_is_not_sent_twice(
    change, trouble, kind: type[ghl.GHLError]
) -> None:
    """Nobody knows whether a POST or a DELETE that got no sound answer was carried out."""
    stub = Stub(trouble, answer({}))
    with stub.client() as client, pytest.raises(kind, match="may have been carried out") as caught:
        change(client)
    assert caught.value.outcome_unknown
    assert len(stub.requests) == 1


@pytest.mark.parametrize("body", [b"", b"[1, 2", b"<html>", b"null"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_whose_answer_was_damaged_may_have_happened(change, body: bytes) -> None:
    """The status is good, so the service did something; the rest is lost."""
    stub = Stub(httpx.Response(201, content=body))
    with stub.client() as client, pytest.raises(ghl.errors.UnexpectedAnswerError) as caught:
        change(client)
    assert caught.value.outcome_unknown
    assert len(stub.requests) == 1


@pytest.mark.parametrize("trouble", NEVER_SENT)
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_never_sent_is_repeated(change, trouble) -> None:
    """Without a connection the service cannot have done anything."""
    stub = Stub(trouble, answer({}))
    with stub.client() as client:
        change(client)
    assert len(stub.requests) == 2


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_refused_has_not_happened(change) -> None:
    """A refusal leaves no doubt, and says so by not mentioning it."""
    with (
        Stub(httpx.Response(422, json={"message": "No"})).client() as client,
        pytest.raises(ghl.errors.ValidationError) as caught,
    ):
        change(client)
    assert not caught.value.outcome_unknown
    assert "may have" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b'{"results": {"acc', b"<html>", b"[]", b"\xff"])
def test_a_damaged_answer_to_a_get_is_asked_for_again(body: bytes) -> None:
    """An answer that was cut off on its way is not the service's last word."""
    stub = Stub(httpx.Response(200, content=body), LISTED)
    with stub.client() as client:
        assert client.accounts.list().accounts == []
    assert len(stub.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_repeated(status: int) -> None:
    """Asking again would be answered the same."""
    stub = Stub(httpx.Response(status, json={"message": "No"}), LISTED)
    with stub.client() as client, pytest.raises(ghl.errors.ResponseError):
        client.accounts.list()
    assert len(stub.requests) == 1


BUSY = httpx.Response(
    429,
    json={"statusCode": 429, "message": "Too Many Requests"},
    headers={"x-ratelimit-interval-milliseconds": "10"},
)


@pytest.mark.parametrize("change", [*CHANGES, pytest.param(lambda c: c.accounts.list(), id="GET")])
def test_a_call_above_the_limit_is_sent_again(change) -> None:
    """429 says that nothing was done: even a POST is repeated, an interval later."""
    stub = Stub(BUSY, BUSY, answer({"accounts": []}))
    with stub.client() as client:
        change(client)
    assert len(stub.requests) == 3


def test_a_limit_that_others_use_up_is_told_in_the_end() -> None:
    """Six times refused, an interval apart: the user learns why nothing comes."""
    stub = Stub(BUSY)
    with (
        stub.client() as client,
        pytest.raises(ghl.errors.RateLimitError, match="Something else calls"),
    ):
        client.accounts.list()
    assert len(stub.requests) == 6


def test_with_no_calls_left_today_nothing_more_is_sent() -> None:
    """The error says until when, and the next call is not sent to be told the same."""
    clock = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    stub = Stub(
        httpx.Response(
            429,
            json={"message": "Too Many Requests"},
            headers={"x-ratelimit-daily-remaining": "0", "x-ratelimit-daily-reset": "5400000"},
        )
    )
    with stub.client(clock=lambda: clock) as client:
        for _ in range(2):
            with pytest.raises(
                ghl.errors.DailyLimitError, match="until 2026-03-02 00:00 UTC"
            ) as caught:
                client.accounts.list()
            assert caught.value.until == datetime(2026, 3, 2, tzinfo=UTC)
    assert len(stub.requests) == 1


def test_an_outage_costs_at_most_half_as_much_again() -> None:
    """Of many calls into an outage few are repeated: the service gets room to recover."""
    stub = Stub(httpx.Response(503))
    calls = 400

    async def all_at_once() -> list[object]:
        async with stub.async_client() as client:
            asked = [client.accounts.list() for _ in range(calls)]
            return await asyncio.gather(*asked, return_exceptions=True)

    found = asyncio.run(all_at_once())
    assert {type(error) for error in found} == {ghl.errors.ServiceError}
    assert len(stub.requests) <= 1.5 * calls


def test_an_answer_that_never_ends_is_given_up() -> None:
    """A byte now and then keeps no phase waiting too long; the call's own time limit ends it."""

    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.01)

    stub = Stub(lambda _: httpx.Response(200, stream=Dripping()))
    with (
        stub.client(total_timeout=0.1) as client,
        pytest.raises(ghl.errors.ConnectionFailedError, match="No whole answer came in time"),
    ):
        client.accounts.list()
    assert len(stub.requests) == 1


def test_an_answer_larger_than_any_of_the_service_is_not_read() -> None:
    """It is told as what it is, before it fills the memory."""
    given: list[int] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                given.append(2**20)
                yield b" " * 2**20

    stub = Stub(lambda _: httpx.Response(200, stream=Endless()))
    with (
        stub.client() as client,
        pytest.raises(ghl.errors.UnexpectedAnswerError, match="more than 32 MB"),
    ):
        client.accounts.delete("account-1")
    assert sum(given) < 40 * 2**20


def test_each_attempt_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Verb, path as documented, status, time, attempt, trace id; nothing of the caller's."""
    bad = httpx.Response(404, json={"message": "No", "traceId": "0f-trace"})
    stub = Stub(httpx.Response(503), bad)
    with (
        caplog.at_level(logging.INFO, "ghl_notebook.transport"),
        stub.client() as client,
        pytest.raises(ghl.errors.NotFoundError),
    ):
        client.oauth.available_accounts("instagram", "65f2d989a4f2f1e5322c3856")
    lines = [r.getMessage() for r in caplog.records if r.name == "ghl_notebook.transport"]
    what = "GET /social-media-posting/oauth/{locationId}/instagram/accounts/{accountId}"
    assert re.fullmatch(re.escape(what) + r": 503, \d+ ms, attempt 1, ServiceError", lines[0])
    assert lines[1].endswith("attempt 2, NotFoundError, trace id 0f-trace")
    assert "65f2d989a4f2f1e5322c3856" not in "".join(lines)


def test_the_gateways_timeout_is_repeated_over_a_real_connection(
    sim: Simulator, client: Client
) -> None:
    """The simulator's slow answer is its gateway's 401, and the next one is good."""
    sim.levers.fail_with("command_timed_out", "*/accounts", times=2)
    before = len(sim.requests)
    assert client.accounts.list().location_id == sim.location_id
    assert [r.status for r in sim.requests[before:]] == [401, 401, 200]


def test_a_slow_service_is_a_gateway_timeout_and_not_a_bad_token(
    sim: Simulator, client: Client
) -> None:
    """A service that is slower than its gateway allows says 401, and means 504."""
    sim.levers.gateway_timeout, sim.levers.latency = 0.01, 0.02
    with pytest.raises(ghl.errors.GatewayTimeoutError):
        client.accounts.list()


def test_a_service_slower_than_the_timeout_is_a_failed_connection() -> None:
    """The client's own timeout ends the wait."""
    with Simulator() as sim:  # its own: the answer that nobody waits for is late for other tests
        sim.levers.latency = 20.0
        with (
            Client(sim.token, sim.location_id, "u", base_url=sim.base_url, timeout=0.05) as client,
            pytest.raises(
                ghl.errors.ConnectionFailedError, match="No answer came within the time limit"
            ),
        ):
            client.accounts.delete("account-1")


def test_a_service_that_is_not_there_is_a_failed_connection() -> None:
    """Nobody listens at the address of a simulator that has stopped."""
    with Simulator() as sim:
        address = sim.base_url
    with (
        Client("token", "location", "user", base_url=address) as client,
        pytest.raises(ghl.errors.ConnectionFailedError, match="refused or the host was not found"),
    ):
        client.accounts.delete("account-1")


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
