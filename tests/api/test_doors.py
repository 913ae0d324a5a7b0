"""The two doors: `Client` wherever a cell or a script runs, `AsyncClient` for code that awaits."""

from __future__ import annotations

import asyncio
import inspect
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ghl_notebook import AsyncClient, Client
from ghl_notebook.background import run_in_background, start_in_background
from ghl_notebook.errors import ArgumentError
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, TOKEN, USER, Stub, answer

LISTED = answer({"accounts": [{"id": "a1"}]})
OPERATIONS = sorted(
    name
    for name, value in vars(AsyncClient).items()
    if inspect.iscoroutinefunction(value) and not name.startswith("_") and name != "aclose"
)


@pytest.mark.parametrize("name", OPERATIONS)
def test_both_doors_have_the_same_operations(name: str) -> None:
    """Each operation has the same parameters and the same words behind both doors."""
    one, other = getattr(Client, name), getattr(AsyncClient, name)
    assert list(inspect.signature(one).parameters) == list(inspect.signature(other).parameters)
    assert one.__doc__ == other.__doc__


async def test_an_async_client_is_awaited(sim: Simulator) -> None:
    """`AsyncClient` runs in the caller's own event loop."""
    async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
        users, listed = await asyncio.gather(client.users(), client.accounts.list())
    assert users
    assert listed.accounts


async def test_an_async_client_cancels() -> None:
    """A task that awaits the service is cancelled like any other."""
    asked = asyncio.Event()

    async def never(request: httpx.Request) -> httpx.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    client = AsyncClient(TOKEN, LOCATION, USER, transport=httpx.MockTransport(never))
    task = asyncio.create_task(client.accounts.list())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_client_works_inside_a_running_loop(client: Client) -> None:
    """A notebook's cell runs inside the kernel's event loop, and may block there."""
    assert asyncio.get_running_loop().is_running()
    assert client.accounts.list().accounts


def test_a_client_outlives_the_loops_of_its_callers() -> None:
    """Each `asyncio.run` has a loop of its own; the client does not belong to any of them."""

    async def cell() -> int:
        return len(client.accounts.list().accounts)

    with Stub(LISTED).client() as client:
        assert [asyncio.run(cell()), asyncio.run(cell())] == [1, 1]


def test_a_client_is_used_from_several_threads_at_once() -> None:
    """Eight threads' requests are in flight together: none waits for another's answer."""
    together, waiting = 8, []

    async def meet(request: httpx.Request) -> httpx.Response:
        gate = asyncio.Event()
        waiting.append(gate)
        if len(waiting) == together:
            for one in waiting:
                one.set()
        await gate.wait()
        return httpx.Response(200, json={"results": {"accounts": []}})

    with (
        Client(TOKEN, LOCATION, USER, transport=httpx.MockTransport(meet)) as client,
        ThreadPoolExecutor(together) as pool,
    ):
        found = [pool.submit(client.accounts.list) for _ in range(together)]
        assert all(one.result(timeout=30).accounts == [] for one in found)


def test_many_requests_share_real_connections(sim: Simulator, client: Client) -> None:
    """Forty calls from eight threads come back whole over real sockets."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: client.accounts.list(), range(40)))
    assert all(one == found[0] for one in found)


def test_a_client_in_its_own_loop_is_refused() -> None:
    """It would wait for itself for ever."""

    async def callback(request: httpx.Request) -> httpx.Response:
        client.accounts.list()
        raise AssertionError

    with (
        Client(TOKEN, LOCATION, USER, transport=httpx.MockTransport(callback)) as client,
        pytest.raises(ArgumentError, match="own event loop") as caught,
    ):
        client.accounts.delete("account-1")
    assert "AsyncClient" in caught.value.next_step


def test_a_client_may_be_made_in_its_own_loop_and_awaited_there() -> None:
    """Code in the background loop awaits the core."""

    async def inside() -> int:
        core = Stub(LISTED).async_client()
        return len((await core.accounts.list()).accounts)

    assert run_in_background(inside) == 1


def test_a_background_call_can_be_cancelled() -> None:
    """Cancelling the future ends the coroutine."""
    started, ended = threading.Event(), threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    future = start_in_background(wait)
    assert started.wait(30)
    future.cancel()
    assert ended.wait(30)


class Silent:
    """A service that accepts a request, answers nothing, and notices when the caller goes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked, self.left = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(65_536)
            self.asked.set()
            connection.recv(1)  # returns when the other side has closed
            self.left.set()

    def close(self) -> None:
        """Stop; the caller has gone."""
        self._thread.join(30)
        self._listener.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    """A service that never answers."""
    service = Silent()
    yield service
    service.close()


def _interrupt_when(asked: threading.Event) -> threading.Thread:
    """Press the stop button: SIGINT for the main thread, as ipykernel's interrupt sends it."""

    def press() -> None:
        asked.wait(30)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    return thread


def _stop(silent: Silent, call: Client) -> None:
    button = _interrupt_when(silent.asked)
    with pytest.raises(KeyboardInterrupt):
        call.accounts.list()
    button.join()
    # Long before the time limit of the call.
    assert silent.left.wait(30)


def test_the_stop_button_ends_a_slow_call(silent: Silent) -> None:
    """An interrupt ends the wait at once, and the service sees the connection close."""
    with Client(TOKEN, LOCATION, USER, base_url=silent.base_url, timeout=300) as client:
        _stop(silent, client)


def test_the_stop_button_ends_a_slow_call_inside_a_running_loop(silent: Silent) -> None:
    """The same in a kernel, whose event loop runs around the cell."""

    async def kernel() -> None:
        _stop(silent, client)

    # Not asyncio.run: it takes SIGINT for itself, which a kernel's loop does not.
    loop = asyncio.new_event_loop()
    with Client(TOKEN, LOCATION, USER, base_url=silent.base_url, timeout=300) as client:
        loop.run_until_complete(kernel())
    loop.close()


def test_a_client_works_after_an_interrupt(silent: Silent) -> None:
    """The interrupt ends one call, not the background loop."""
    with Client(TOKEN, LOCATION, USER, base_url=silent.base_url, timeout=300) as client:
        _stop(silent, client)
    with Stub(LISTED).client() as other:
        assert other.accounts.list().accounts


SCRIPT = """
import httpx
from ghl_notebook import Client

def answer(request):
    return httpx.Response(200, json={"results": {"accounts": [{"id": "a1"}]}})

client = Client("t", "l", "u", transport=httpx.MockTransport(answer))
print(client.accounts.list().accounts[0].id, flush=True)
"""

FORK = """
import os
child = os.fork()
if not child:
    client = Client("t", "l", "u", transport=httpx.MockTransport(answer))
    print(client.accounts.list().accounts[0].id, flush=True)
    raise SystemExit
os.waitpid(child, 0)
"""


def run(script: str) -> str:
    """Run a script in an interpreter of its own, which has to come to its end."""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.process
def test_a_script_that_never_closes_its_client_comes_to_its_end() -> None:
    """Nothing waits for the background thread when the process is done."""
    assert run(SCRIPT) == "a1\n"


@pytest.mark.process
def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    """Threads are not copied by a fork: the child starts the loop anew, and ends as well."""
    assert run(SCRIPT + FORK) == "a1\na1\n"


def test_a_client_shows_its_sub_account_only() -> None:
    """The representation holds no token."""
    with Stub(LISTED).client() as client:
        shown = (
            f"(location_id={LOCATION!r}, "
            "credential='private integration, from the token that was passed')"
        )
        assert repr(client) == f"Client{shown}"
        assert repr(client.core) == f"AsyncClient{shown}"
