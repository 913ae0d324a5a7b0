"""The transports: what they send and keep, and what may happen in the middle of their work."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import socket
import ssl
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pyreqwest.client import ClientBuilder
from pyreqwest.logging import flush_logs

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Secret
from ghl_notebook.auth import Credential
from ghl_notebook.background import run_in_background
from ghl_notebook.models import AccountList, AvailableAccount
from ghl_notebook.settings import now
from ghl_notebook.simulator import Simulator
from ghl_notebook.transport import (
    HTTPX_IN_FLIGHT,
    PYREQWEST_IN_FLIGHT,
    Request,
    Transport,
    open_transport,
)
from ghl_notebook.transport.options import client_options
from tests.api.stub import LOCATION, TOKEN
from tests.faults import acts
from tests.faults.plots import lay_out
from tests.faults.server import Fault, FaultServer
from tests.logs import EveryLogger

LOGIN = "65f2d989a4f2f1e5322c3856"
BODY = json.dumps({"success": True, "results": {"accounts": [], "groups": []}}).encode()
LISTED = AccountList.from_wire({}, location_id=LOCATION)
PATIENCE = 20.0


@dataclass
class Service:
    """Answers every request the same, and remembers the heads of those that came.

    Attributes
    ----------
    answer : bytes or None
        None: say nothing.
    gone : int
        Connections that the other side has ended.
    """

    answer: bytes | None
    base_url: str = ""
    heads: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
                await reader.readexactly(int(length or 0))
                self.heads.append(head)
                self.arrived.set()
                if self.answer is not None:
                    writer.write(self.answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone.set()
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: bytes | None) -> AsyncIterator[Service]:
    """Serve on this computer."""
    service = Service(answer)
    async with await asyncio.start_server(service.serve, "127.0.0.1", 0) as server:
        service.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield service


def ok(body: bytes = BODY, *lines: str) -> bytes:
    """Return an answer."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"content-length: {len(body)}", *lines])
    return f"{head}\r\n\r\n".encode() + body


def client_of(
    transport: Transport,
    token: str = TOKEN,
    location: str = LOCATION,
    *,
    time_limit: float = PATIENCE,
) -> AsyncClient:
    """Return an agency's client of a sub-account."""
    credential = Credential.of_token(Secret(token), location, source="a test")
    client = AsyncClient.sharing(transport, credential, total_timeout=time_limit, clock=now)
    client.user_id = "user"
    return client


def wide(base_url: str) -> Transport:
    """Return an agency's connection."""
    transport = open_transport(base_url, timeout=PATIENCE, is_wide=True)
    assert transport.in_flight == PYREQWEST_IN_FLIGHT
    return transport


def plain(base_url: str) -> Transport:
    """Return a sub-account's connection."""
    return open_transport(base_url, timeout=PATIENCE)


BOTH = pytest.mark.parametrize("connect", [plain, wide])


async def test_the_headers_are_the_services_and_no_others() -> None:
    """What httpx sends goes out, and nothing that pyreqwest would add."""
    async with serving(ok()) as service:
        transport = wide(service.base_url)
        await client_of(transport).accounts.list()
        await transport.aclose()
    lines = service.heads[0].strip().split("\r\n")
    sent = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    assert lines[0] == f"GET /social-media-posting/{LOCATION}/accounts HTTP/1.1"
    assert sent.pop("user-agent").startswith("ghl-notebook/")
    assert sent.pop("accept-encoding") == "gzip"
    assert sent == {
        "accept": "application/json",
        "authorization": f"Bearer {TOKEN}",
        "host": service.base_url[7:],
        "version": "2021-07-28",
    }


@BOTH
@pytest.mark.parametrize("status", [302, 307])
async def test_no_redirect_is_followed(connect: Callable[[str], Transport], status: int) -> None:
    """The other server hears nothing, and so no token."""
    async with serving(ok()) as other:
        moved = ok(b"", f"location: {other.base_url}/").replace(b"200 OK", b"%d Moved" % status)
        async with serving(moved) as service:
            transport = connect(service.base_url)
            with pytest.raises(ghl.errors.UnexpectedAnswerError):
                await client_of(transport).accounts.list()
            await transport.aclose()
    assert len(service.heads) == 1
    assert other.heads == []


async def test_no_cookie_is_kept() -> None:
    """A bearer is all that the service asks for."""
    async with serving(ok(BODY, "set-cookie: session=1; path=/")) as service:
        transport = wide(service.base_url)
        for _ in range(2):
            await client_of(transport).accounts.list()
        await transport.aclose()
    assert "cookie:" not in "".join(service.heads).lower()


def test_an_address_that_is_too_long_is_an_argument_error() -> None:
    """It is refused before it is sent, as by httpx."""
    with pytest.raises(ghl.errors.ArgumentError, match="too long"):
        Request.build("GET", "/x/{id}", {"id": "a" * 70_000})


PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def test_certificates_are_loaded_for_https_alone() -> None:
    """Plain HTTP needs none, and what it is given instead trusts nobody."""
    assert client_options("https://example.com")["verify"] is True
    nobody = client_options("http://127.0.0.1:8000")["verify"]
    assert nobody.get_ca_certs() == []
    assert nobody.verify_mode is ssl.CERT_REQUIRED
    assert nobody.check_hostname


async def test_a_proxy_of_the_environment_is_asked_for_a_host_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a company's proxy there is no other way out."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with serving(ok()) as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url)
        transport = wide("http://api.test")
        await client_of(transport).accounts.list()
        await transport.aclose()
    assert proxy.heads[0].startswith(f"GET http://api.test/social-media-posting/{LOCATION}/")


async def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy cannot reach the simulator."""
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(ok()) as service:
        transport = wide(service.base_url)
        await client_of(transport).accounts.list()
        await transport.aclose()


@BOTH
async def test_a_proxy_that_refuses_is_told_as_one(
    connect: Callable[[str], Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service was not reached, and the bearer has not left."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with serving(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n") as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url.replace("//", "//me:planted@"))
        transport = connect("https://api.test")
        with pytest.raises(ghl.errors.ConnectionFailedError, match="proxy on the way") as caught:
            await client_of(transport).oauth.attach("instagram", LOGIN, AvailableAccount())
        await transport.aclose()
    assert not caught.value.outcome_unknown
    assert "planted" not in str(caught.value)
    assert TOKEN not in "".join(proxy.heads)


BEGUN = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"


@BOTH
@pytest.mark.parametrize("answer", [None, BEGUN], ids=["in silence", "in the body"])
async def test_a_cancelled_call_gives_its_connection_up(
    connect: Callable[[str], Transport], answer: bytes | None
) -> None:
    """At the latest when its time would be over; and the next call gets its own answer."""
    async with serving(answer) as service:
        transport = connect(service.base_url)
        client = client_of(transport, time_limit=0.5)
        call = asyncio.create_task(client.accounts.list())
        async with asyncio.timeout(PATIENCE):
            await service.arrived.wait()
            call.cancel()
            await service.gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await call
        service.answer = ok()
        assert (await client.accounts.list()).accounts == []
        await transport.aclose()


@pytest.mark.slow
async def test_a_call_that_is_cancelled_ends_cancelled() -> None:
    """Also when its answer comes at that very moment: who cancels it may wait for that for ever."""
    moments = random.Random(7)
    async with serving(ok()) as service:
        transport = wide(service.base_url)
        client = client_of(transport)
        await client.accounts.list()
        for _ in range(1_500):
            calls = [asyncio.create_task(client.accounts.list()) for _ in range(20)]
            for _ in range(moments.randrange(1, 60)):
                await asyncio.sleep(0)
            cancelled = [call for call in calls if call.cancel()]
            await asyncio.wait(calls)
            assert all(call.cancelled() for call in cancelled)
        await transport.aclose()


CALLS: dict[str, Callable[[AsyncClient], Any]] = {
    "GET": lambda client: client.accounts.list(),
    "POST": lambda client: client.oauth.attach("instagram", LOGIN, AvailableAccount()),
}


@BOTH
@pytest.mark.parametrize("method", CALLS)
async def test_a_client_that_is_closed_in_the_middle_says_so(
    connect: Callable[[str], Transport], method: str
) -> None:
    """A GET ends as one of a closed client; a POST may have been carried out."""
    async with serving(None) as service:
        transport = connect(service.base_url)
        call = asyncio.create_task(CALLS[method](client_of(transport)))
        async with asyncio.timeout(PATIENCE):
            await service.arrived.wait()
            await transport.aclose()
            with pytest.raises(ghl.GHLError) as caught:
                await call
    if method == "GET":
        assert isinstance(caught.value, ghl.errors.ArgumentError)
    assert caught.value.outcome_unknown == (method == "POST")
    assert len(service.heads) == 1


async def test_connections_that_end_unannounced_cost_nothing(sim: Simulator) -> None:
    """A kept connection is over whenever the service likes: nothing fails, or is done twice."""
    plot = lay_out(sim, pages=30, attached=0)
    ending = Fault("", acts.close_after_body, True)
    with FaultServer(sim.base_url, lambda _: ending) as server:
        transport = wide(server.base_url)
        client = client_of(transport, plot.token.reveal(), plot.location_id)
        failed: list[ghl.errors.ConnectionFailedError] = []
        for page in plot.pages:
            try:
                await client.oauth.attach("instagram", plot.login_id, plot.offer(page))
            except (
                ghl.errors.ConnectionFailedError
            ) as error:  # the end may meet the request on its way
                failed.append(error)
            await client.accounts.list()
        await transport.aclose()
    assert all(error.outcome_unknown for error in failed)
    posts = [r for r in sim.requests if r.method == "POST" and plot.login_id in r.path]
    assert len(plot.pages) - len(failed) <= len(posts) <= len(plot.pages)


async def test_several_event_loops_may_share_a_connection() -> None:
    """The background loop, and the page's or a thread's own."""
    async with serving(ok()) as service:
        transport = wide(service.base_url)
        client = client_of(transport)

        def there() -> AccountList:
            return run_in_background(client.accounts.list)

        def apart() -> AccountList:
            return asyncio.run(client.accounts.list())

        asked = [asyncio.to_thread(act) for act in (there, apart) for _ in range(5)]
        found = await asyncio.gather(*asked, *(client.accounts.list() for _ in range(5)))
        await asyncio.to_thread(run_in_background, transport.aclose)
    assert found == [LISTED] * 15


async def test_what_others_have_pyreqwest_log_shows_no_token() -> None:
    """Its log of the wire is another client's own matter."""
    texts: list[str] = []

    class Keep(EveryLogger):
        def emit(self, record: logging.LogRecord) -> None:
            texts.append(record.getMessage())

    async with serving(ok()) as service:
        with Keep(logging.DEBUG).installed():
            other = ClientBuilder().connection_verbose(True).build()
            async with other.get(service.base_url).build_streamed() as answer:
                await answer.bytes()
            transport = wide(service.base_url)
            await client_of(transport).accounts.list()
            await transport.aclose()
            await other.close()
            flush_logs()
    assert any("200 OK" in text for text in texts)
    assert not any(TOKEN in text for text in texts)


_BEGIN = """
import asyncio, os, resource, sys, threading, time
from ghl_notebook import AsyncClient, GHLError, Secret
from ghl_notebook.auth import Credential
from ghl_notebook.background import run_in_background, start_in_background
from ghl_notebook.settings import now
from ghl_notebook.transport import Request, open_transport

transport = open_transport(sys.argv[1], timeout=20, is_wide=True)
credential = Credential.of_token(Secret("pit-00000000-fake"), "a-location", source="a test")
client = AsyncClient.sharing(transport, credential, total_timeout=20, clock=now)

async def ask(times=20):
    return await asyncio.gather(*[client.accounts.list() for _ in range(times)])
"""


async def run_apart(
    base_url: str, program: str, *, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program that has an agency's client, in a process of its own."""
    whole = textwrap.dedent(before) + _BEGIN + textwrap.dedent(program)
    command = [sys.executable, "-c", whole, base_url]
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=120, check=False
    )


ENDS = {
    "idle": "asyncio.run(ask())",
    "closed": """
        async def all():
            await ask()
            await transport.aclose()
        asyncio.run(all())
    """,
    "in flight": """
        async def for_ever():
            while True:
                await ask()
        start_in_background(for_ever)
        run_in_background(ask)
    """,
}


@pytest.mark.process
@pytest.mark.parametrize("end", ENDS)
async def test_a_process_ends_well(end: str) -> None:
    """Its last line may be in the middle of anything, and it is not aborted."""
    async with serving(ok()) as service:
        for _ in range(3):
            runs = [run_apart(service.base_url, ENDS[end]) for _ in range(4)]
            for run in await asyncio.gather(*runs):
                assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.process
async def test_a_forked_child_goes_on_with_httpx() -> None:
    """The threads of pyreqwest are the parent's: the child neither waits for them nor ends them."""
    program = """
        run_in_background(ask)
        if (child := os.fork()) == 0:
            run_in_background(ask)
            print("child", transport.in_flight)
            again = open_transport(sys.argv[1], timeout=20, is_wide=True)
            print("again", again.in_flight)
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        run_in_background(ask)
        print("parent", transport.in_flight, "status", status)
    """
    async with serving(ok()) as service:
        run = await run_apart(service.base_url, program)
    assert run.stdout.split("\n") == [
        f"child {HTTPX_IN_FLIGHT}",
        f"again {HTTPX_IN_FLIGHT}",
        f"parent {PYREQWEST_IN_FLIGHT} status 0",
        "",
    ]


@pytest.mark.process
@pytest.mark.parametrize("act", [acts.gzip_bomb, acts.big_body], ids=["gzip bomb", "50 MB"])
async def test_a_huge_answer_does_not_fill_the_memory(sim: Simulator, act: Any) -> None:
    """It is given up at 32 MB: what a process takes for it is bounded."""
    program = """
        Request.build("GET", "/")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            asyncio.run(ask(1))
        except GHLError as error:
            print(type(error).__name__)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    huge = Fault("", act, False)
    with FaultServer(sim.base_url, lambda _: huge) as server:
        run = await run_apart(server.base_url, program)
    name, took = run.stdout.split()
    assert name == "UnexpectedAnswerError"
    assert int(took) < 160_000  # kB


@pytest.mark.process
async def test_without_pyreqwest_httpx_carries() -> None:
    """Where it cannot be installed all is the same, with fewer at once."""
    program = """
        print(transport.in_flight, len(run_in_background(ask)), "pyreqwest" in sys.modules)
    """
    without = """
        import sys

        class Without:
            def __init__(self, finder):
                self.finder = finder

            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "pyreqwest":
                    return None
                return self.finder.find_spec(name, path, target)

            def __getattr__(self, name):
                return getattr(self.finder, name)

        sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
    """
    async with serving(ok()) as service:
        run = await run_apart(service.base_url, program, before=without)
    assert run.stdout.split() == [str(HTTPX_IN_FLIGHT), "20", "False"]


async def test_nobody_listening_is_the_same_error() -> None:
    """As through httpx."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        transport = wide(f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(
            ghl.errors.ConnectionFailedError, match="refused or the host was not found"
        ):
            await client_of(transport).accounts.list()
        await transport.aclose()
