"""Every answer of the token endpoint, what it means, and that nothing of it shows a secret."""

from __future__ import annotations

import asyncio
import gc
import logging
import pickle
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.auth.tokens import Tokens
from ghl_notebook.errors import CredentialError, LogInAgainError
from ghl_notebook.models import TokenAnswer
from ghl_notebook.secret import Secret
from ghl_notebook.transport import RateLimiter
from tests.auth.bench import Bench
from tests.auth.test_file_store import NOW, SECRETS, make, shown
from tests.folding import folded

PLANTED = (*SECRETS, "planted-code", "planted-verifier")
SNAKE = {
    "access_token": "new-access",
    "token_type": "Bearer",
    "expires_in": 86399,
    "refresh_token": "new-refresh",
    "scope": "users.readonly oauth.write",
    "userType": "Location",
    "locationId": "ve9EPM428h8vShlRW1KT",
    "companyId": "5DP4iH6HLkQsiKESj6rh",
    "userId": "0IHuJvc2ofPAAA8GzTRi",
}
CAMEL = {
    "accessToken": "new-access",
    "tokenType": "Bearer",
    "expiresIn": 86399,
    "refreshToken": "new-refresh",
    "scope": "users.readonly oauth.write",
    "userType": "Location",
    "locationId": "ve9EPM428h8vShlRW1KT",
    "companyId": "5DP4iH6HLkQsiKESj6rh",
    "userId": "0IHuJvc2ofPAAA8GzTRi",
}

Answer = httpx.Response | Exception
Ask = Callable[[TokenEndpoint], Awaitable[Tokens]]


def refresh(endpoint: TokenEndpoint) -> Awaitable[Tokens]:
    """Ask for the next pair."""
    return endpoint.refresh(make().tokens)


def exchange(endpoint: TokenEndpoint) -> Awaitable[Tokens]:
    """Exchange a code."""
    return endpoint.exchange(Secret(PLANTED[3]), Secret(PLANTED[4]), "http://localhost:8765/")


def mint(endpoint: TokenEndpoint) -> Awaitable[Tokens]:
    """Mint a sub-account's token."""
    return endpoint.mint(make().tokens, "ve9EPM428h8vShlRW1KT")


class Service:
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def ask(self, ask: Ask = refresh) -> Tokens:
        """Ask it."""
        endpoint = TokenEndpoint(
            "https://services.leadconnectorhq.com",
            "65a1-client",
            Secret(SECRETS[2]),
            clock=lambda: NOW,
            transport=httpx.MockTransport(self),
        )
        return await ask(endpoint)


def ok(body: Any) -> httpx.Response:
    """Return an answer with a body."""
    return httpx.Response(200, json=body)


def refused(status: int, error: str, text: str = "") -> httpx.Response:
    """Return an error as RFC 6749 has it."""
    return httpx.Response(status, json={"error": error, "error_description": text})


# What is sent.


def form(request: httpx.Request) -> dict[str, str]:
    """Return the fields of a form."""
    return {name: value for name, (value,) in parse_qs(request.content.decode()).items()}


async def test_a_refresh_token_is_sent_as_a_form() -> None:
    """With what the service's documents name, to the one path."""
    service = Service(ok(SNAKE))
    await service.ask(refresh)
    (request,) = service.requests
    assert (request.method, request.url.path) == ("POST", "/oauth/token")
    assert "authorization" not in request.headers
    assert request.headers["user-agent"].startswith("ghl-notebook/")
    assert form(request) == {
        "client_id": "65a1-client",
        "client_secret": "planted-client-secret",
        "grant_type": "refresh_token",
        "refresh_token": "planted-refresh",
        "user_type": "Location",
    }


async def test_a_code_is_sent_with_its_verifier() -> None:
    """And with the redirect URI that it was asked for with."""
    service = Service(ok(SNAKE))
    await service.ask(exchange)
    assert form(service.requests[0]) == {
        "client_id": "65a1-client",
        "client_secret": "planted-client-secret",
        "grant_type": "authorization_code",
        "code": "planted-code",
        "code_verifier": "planted-verifier",
        "redirect_uri": "http://localhost:8765/",
    }


async def test_a_minting_is_sent_with_the_agencys_token() -> None:
    """And with neither the client's secret nor a refresh token."""
    service = Service(httpx.Response(201, json=SNAKE))
    await service.ask(mint)
    (request,) = service.requests
    assert request.url.path == "/oauth/locationToken"
    assert request.headers["authorization"] == "Bearer planted-access"
    assert form(request) == {"locationId": "ve9EPM428h8vShlRW1KT"}


# What is answered.


@pytest.mark.parametrize("body", [SNAKE, CAMEL], ids=["v2", "v3"])
async def test_both_spellings_are_read(body: dict[str, Any]) -> None:
    """All of a pair is there."""
    tokens = await Service(ok(body)).ask()
    assert tokens == Tokens(
        access_token=Secret("new-access"),
        refresh_token=Secret("new-refresh"),
        issued_at=NOW,
        expires_at=NOW + timedelta(seconds=86399),
        user_type="Location",
        location_id="ve9EPM428h8vShlRW1KT",
        company_id="5DP4iH6HLkQsiKESj6rh",
        user_id="0IHuJvc2ofPAAA8GzTRi",
        scopes=("users.readonly", "oauth.write"),
    )


@pytest.mark.parametrize("version", ["2021-07-28", "v3"])
async def test_the_simulators_answers_are_read(bench: Bench, version: str) -> None:
    """In the spelling of each version, for a sub-account and for an agency."""
    spell = (lambda name: name) if version != "v3" else (lambda name: CAMEL_NAMES.get(name, name))
    for choose in (None, "agency"):
        answer = {spell(name): value for name, value in bench.sim.install(choose).items()}
        tokens = await Service(ok(answer)).ask()
        assert tokens.user_type == ("Company" if choose else "Location")
        assert (tokens.location_id is None) == bool(choose)
        assert tokens.company_id
        assert "oauth.write" in tokens.scopes


CAMEL_NAMES = dict(zip(SNAKE, CAMEL, strict=True))


@pytest.mark.parametrize("seconds", [None, "soon", 0, -5, 10**12, [], "Infinity"])
async def test_a_lifetime_that_makes_no_sense_is_an_hour(seconds: Any) -> None:
    """Too short costs a renewal, too long an answer 401."""
    tokens = await Service(ok(SNAKE | {"expires_in": seconds})).ask()
    assert tokens.expires_at == NOW + timedelta(hours=1)


def test_an_answer_shows_no_secret() -> None:
    """Neither its repr nor a pickle of it."""
    answer = TokenAnswer(SNAKE)
    assert "new-" not in repr(answer)
    with pytest.raises(TypeError):
        pickle.dumps(answer)


PASSING: dict[str, Answer] = {
    "429": httpx.Response(
        429,
        json={"statusCode": 429, "message": "Too Many Requests"},
        headers={"x-ratelimit-interval-milliseconds": "1"},
    ),
    "500": httpx.Response(500, json={"message": "oops"}),
    "502 as a page": httpx.Response(502, html="<h1>502 Bad Gateway</h1>"),
    "503 empty": httpx.Response(503),
    "504": httpx.Response(504),
    "408": httpx.Response(408),
    "401 of the gateway": httpx.Response(401, json={"message": "Command timed out"}),
    "empty": httpx.Response(200),
    "a page": httpx.Response(200, html="<p>Welcome</p>"),
    "half": httpx.Response(200, content=b'{"access_token": "new-acc'),
    "a list": ok([SNAKE]),
    "no token": ok({"success": True}),
    "null as token": ok(SNAKE | {"access_token": None}),
    "number as token": ok(SNAKE | {"access_token": 5}),
    "bad gzip": httpx.Response(200, headers={"content-encoding": "gzip"}),
    "refused": httpx.ConnectError("refused"),
    "reset": httpx.ReadError("reset"),
    "timeout": httpx.ReadTimeout("timeout"),
    "event loop": RuntimeError("cannot schedule new futures after shutdown"),
}
NOT_DONE = {"429", "refused"}


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between attempts are tested elsewhere."""
    monkeypatch.setattr("ghl_notebook.transport.retry._FIRST_WAIT", 0.0)


@folded("name", PASSING)
async def test_what_may_pass_is_tried_again(name: str) -> None:
    """Some times, and then it is an error which says whether the login may be lost."""
    service = Service(PASSING[name], PASSING[name], ok(SNAKE))
    assert (await service.ask()).access_token == Secret("new-access")
    service = Service(PASSING[name])
    with pytest.raises(CredentialError, match="could not be had") as caught:
        await service.ask()
    assert not isinstance(caught.value, LogInAgainError)
    assert caught.value.outcome_unknown == (name not in NOT_DONE)
    assert ("the login is kept" in str(caught.value)) == (name in NOT_DONE)
    assert len(service.requests) == (3 if name == "429" else 5)


USED_UP: dict[str, httpx.Response] = {
    "RFC 6749": refused(400, "invalid_grant", "Invalid grant: refresh token is invalid"),
    "RFC 6749, 401": refused(401, "invalid_grant"),
    "denied": refused(400, "access_denied"),
    "v3": httpx.Response(400, json={"message": "Invalid grant: refresh token is invalid"}),
    "the gateway": httpx.Response(
        400, json={"statusCode": 400, "message": "Refresh token expired", "error": "Bad Request"}
    ),
}


@pytest.mark.parametrize("name", USED_UP)
@pytest.mark.parametrize("ask", [refresh, exchange])
async def test_what_is_used_up_takes_a_new_login(ask: Ask, name: str) -> None:
    """And it is not tried again."""
    service = Service(USED_UP[name])
    with pytest.raises(LogInAgainError, match=r"log_in\(\)") as caught:
        await service.ask(ask)
    assert len(service.requests) == 1
    assert not caught.value.outcome_unknown


async def test_what_is_used_up_after_an_answer_was_lost_says_so() -> None:
    """It was this client's own first attempt that used it up."""
    service = Service(httpx.ReadError("reset"), USED_UP["RFC 6749"])
    with pytest.raises(LogInAgainError) as caught:
        await service.ask()
    assert caught.value.outcome_unknown


OTHERS: dict[str, httpx.Response] = {
    "client": refused(401, "invalid_client", "Invalid client: client is invalid"),
    "client, 400": refused(400, "invalid_client", "Invalid client"),
    "client, v3": httpx.Response(400, json={"message": "Invalid client credentials"}),
    "grant type": refused(400, "unsupported_grant_type", "grant_type is invalid"),
    "request": refused(400, "invalid_request", "Missing parameter: client_id is invalid"),
    "unauthorized client": refused(400, "unauthorized_client", "invalid"),
    "CDN": httpx.Response(403, text="error code: 1010"),
    "404": httpx.Response(404, json={"message": "Cannot POST /oauth/token"}),
    "422": httpx.Response(422, json={"message": ["property x should not exist"]}),
    "redirect": httpx.Response(302, headers={"location": "https://example.com"}),
}


@pytest.mark.parametrize("name", OTHERS)
async def test_what_is_wrong_with_the_app_does_not_end_a_login(name: str) -> None:
    """The refresh token is still good when that is mended, and the app is named if it is that."""
    service = Service(OTHERS[name])
    with pytest.raises(CredentialError) as caught:
        await service.ask()
    assert ("GHL_CLIENT_ID" in str(caught.value)) is ("client" in name)
    assert not isinstance(caught.value, LogInAgainError)
    assert not caught.value.outcome_unknown
    assert len(service.requests) == 1


async def test_an_agencys_token_that_is_invalid_is_said_to_be() -> None:
    """It can be renewed."""
    with pytest.raises(LogInAgainError):
        await Service(httpx.Response(401, json={"message": "Invalid JWT"})).ask(mint)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "The token is not authorized for this scope."),
        (401, "This authClass type is not allowed to access this scope."),
        (403, "The token does not have access to this location."),
        (400, "The app is not installed on this location: invalid."),
    ],
)
async def test_a_minting_that_is_refused_is_no_reason_to_renew(status: int, message: str) -> None:
    """Another token of the same agency is refused the same."""
    with pytest.raises(CredentialError, match=r"oauth\.write") as caught:
        await Service(httpx.Response(status, json={"message": message})).ask(mint)
    assert not isinstance(caught.value, LogInAgainError)


async def test_an_answer_that_never_ends_is_not_waited_for() -> None:
    """A byte now and then is no answer: the lock is held meanwhile."""

    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            while True:
                yield b" "
                await asyncio.sleep(0.01)

    endpoint = TokenEndpoint(
        "https://services.leadconnectorhq.com",
        "65a1-client",
        Secret(SECRETS[2]),
        clock=lambda: NOW,
        timeout=0.1,
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping())),
    )
    with pytest.raises(CredentialError, match="No whole answer came in time"):
        await endpoint.refresh(make().tokens)


# Secrets.

REPEATING = " ".join(PLANTED)
SENT = {refresh: PLANTED[1:3], exchange: PLANTED[2:], mint: PLANTED[:1]}
ALL = {
    **PASSING,
    **USED_UP,
    **OTHERS,
    "repeated in a refusal": refused(400, "invalid_grant", f"no {REPEATING}"),
    "repeated as text": httpx.Response(403, text=f"no {REPEATING}"),
    "repeated as code": refused(400, REPEATING, "no"),
    "repeated in a failure": httpx.Response(500, json={"message": REPEATING}),
    "repeated without a token": ok({"refresh_token": REPEATING}),
    "invalid agency": httpx.Response(401, json={"message": f"Invalid token {REPEATING}"}),
}


@pytest.mark.slow
@folded("ask", [refresh, exchange, mint])
@folded("name", ALL)
async def test_no_error_and_no_log_shows_a_secret(
    ask: Ask, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does a traceback that prints every frame's locals, and those of its causes."""
    with caplog.at_level(logging.DEBUG), pytest.raises(CredentialError) as caught:
        await Service(ALL[name]).ask(ask)
    text = shown(caught.value) + caplog.text + repr([vars(r) for r in caplog.records])
    assert "endpoint.py" in text
    assert not [secret for secret in SENT[ask] if secret in text]
    assert "new-" not in text


# The connections that minting keeps.


def _company(bench: Bench) -> Tokens:
    return Tokens.of(TokenAnswer(bench.sim.install("agency")), bench.time())


def _minting(bench: Bench) -> TokenEndpoint:
    return TokenEndpoint(bench.sim.base_url, "", Secret(""), clock=bench.time)


async def test_minting_keeps_its_connections_until_it_is_closed(bench: Bench) -> None:
    """And opens others when it goes on."""
    endpoint, company, limiter = _minting(bench), _company(bench), RateLimiter()
    used = []
    for _ in range(2):
        for _ in range(2):
            await endpoint.mint(company, bench.sim.location_id, limiter=limiter)
            assert endpoint._kept is not None
            used.append(endpoint._kept)
        await endpoint.aclose()
        assert used[-1].is_closed
    assert used[0] is used[1] is not used[2]
    assert used[2] is used[3]


async def test_connections_in_use_are_closed_by_the_last_who_uses_them(bench: Bench) -> None:
    """Nobody's call breaks because another one is done."""
    arrived, may_go, waiting = asyncio.Event(), asyncio.Event(), []

    async def meet(request: httpx.Request) -> httpx.Response:
        waiting.append(request)
        if len(waiting) == 4:
            arrived.set()
        await may_go.wait()
        return httpx.Response(201, json=SNAKE)

    endpoint = TokenEndpoint(
        bench.sim.base_url,
        "",
        Secret(""),
        clock=bench.time,
        transport=httpx.MockTransport(meet),
    )
    company, limiter = _company(bench), RateLimiter()
    calls = [
        asyncio.create_task(endpoint.mint(company, bench.sim.location_id, limiter=limiter))
        for _ in range(4)
    ]
    await arrived.wait()
    assert endpoint._kept is not None
    kept = endpoint._kept
    await endpoint.aclose()
    assert not kept.is_closed
    may_go.set()
    await asyncio.gather(*calls)
    assert kept.is_closed
    assert len(waiting) == 4


async def test_connections_that_nobody_closes_go_with_what_minted(bench: Bench) -> None:
    """A sub-account's client leaves them to the others, of which there may be none."""
    endpoint, company, limiter = _minting(bench), _company(bench), RateLimiter()
    await endpoint.mint(company, bench.sim.location_id, limiter=limiter)
    assert endpoint._kept is not None
    kept = endpoint._kept
    del endpoint
    gc.collect()
    await asyncio.sleep(0)  # the collector has left it to the loop
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    assert kept.is_closed
