"""Processes of their own: they end, fork, or are killed in the middle of a renewal.

::

    python -m tests.auth.programs NAME BASE_URL FOLDER CLIENT_ID LOCATION_ID [KEYRING]

What they are to do comes on stdin, a line each, and what came of it goes to stdout.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import anyio._backends._asyncio  # noqa: F401 - before the forks, which would each load it
import httpcore  # noqa: F401 - the same
import httpx

from ghl_notebook import Client
from ghl_notebook.auth import location_token_cache
from ghl_notebook.auth.agency_credential import AgencyCredential
from ghl_notebook.auth.credential import Credential
from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.auth.file_store import Reservation
from ghl_notebook.auth.login_store import LoginStore
from ghl_notebook.auth.stored_credential import Key
from ghl_notebook.auth.stored_token_provider import keep, remove
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import LogInAgainError
from ghl_notebook.secret import Secret
from ghl_notebook.simulator.clock import EPOCH
from ghl_notebook.transport import HttpxTransport, RateLimiter, Request, Sender
from tests.auth.keyrings import FileKeyring, open_stores
from tests.auth.test_file_store import make

TASKS, THREADS = 50, 4
STEPS = ("before room", "before asking", "before writing", "while writing", "after writing")


class Program:
    """What all of them have: a login, and a clock."""

    def __init__(
        self, base_url: str, folder: str, client_id: str, location_id: str, keyring: str = ""
    ) -> None:
        self.base_url, self.folder = base_url, Path(folder)
        self.backend = FileKeyring(Path(keyring)) if keyring else None
        self.key = Key(base_url, client_id, f"location:{location_id}")
        self.now = EPOCH

    def clock(self) -> datetime:
        """Return the time."""
        return self.now

    def credential(self) -> Credential:
        """Open the stored login, as each client does."""
        return self.logins().credential(self.key)

    def logins(self) -> LoginStore:
        """Open the stored logins."""
        stores = open_stores(self.folder, self.backend)
        return LoginStore(stores, self.base_url, clock=self.clock)

    def client(self) -> Client:
        """Return a client that uses the login."""
        return Client(credential=self.credential(), base_url=self.base_url, clock=self.clock)

    def ends(self) -> None:
        """End, as any script does, when a renewal in the background has just begun."""
        with self.client() as client:
            client.users()
            self.now += timedelta(seconds=86_399 - 3600)
            client.users()

    def forks(self) -> None:
        """Fork while a renewal is under way; the child drops its copy of it, and ends before it.

        A second child uses its parent's credential.
        """
        credential = self.credential()
        provider = credential._provider
        asyncio.run(provider.tokens())
        self.now += timedelta(seconds=86_399 - 3600)
        asyncio.run(provider.tokens())
        _in_child(_drop)
        self.now += timedelta(seconds=3601)
        _in_child(lambda: asyncio.run(provider.tokens()))
        asyncio.run(provider.tokens())

    def works(self) -> None:
        """In each round have many tasks of many threads call; print the tokens they ended with.

        Each thread has a client and an event loop of its own, and they stay over the rounds.
        """
        host = httpx.URL(self.base_url).netloc.decode()
        rejected = ""
        used: set[str] = set()

        def answer(request: httpx.Request) -> httpx.Response:
            bearer = request.headers["authorization"].removeprefix("Bearer ")
            if bearer == rejected:
                return httpx.Response(401, json={"message": "Invalid token"})
            used.add(bearer)
            return httpx.Response(200)

        loops = [asyncio.new_event_loop() for _ in range(THREADS)]
        senders = [
            Sender(
                HttpxTransport(self.base_url, timeout=60.0, transport=httpx.MockTransport(answer)),
                bearer=self.credential().auth(host),
                rate_limiter=RateLimiter(),
                time_limit=60.0,
                clock=self.clock,
            )
            for _ in range(THREADS)
        ]

        async def many(sender: Sender) -> None:
            request = Request.build("GET", "/users/")
            asked = [sender.send(request, lambda _, response: response) for _ in range(TASKS)]
            assert {response.status for response in await asyncio.gather(*asked)} == {200}

        with ThreadPoolExecutor(THREADS) as pool:
            for line in sys.stdin:
                seconds, rejected = line.rstrip("\n").split(" ")
                self.now = EPOCH + timedelta(seconds=int(seconds))
                used.clear()
                calls = [
                    pool.submit(loop.run_until_complete, many(sender))
                    for loop, sender in zip(loops, senders, strict=True)
                ]
                for call in calls:
                    call.result()
                print(*used, flush=True)

    def agency(self) -> AgencyCredential:
        """Open the stored login of an agency."""
        logins = self.logins()
        (key,) = [key for key in logins.list() if key.owner.startswith("company:")]
        return logins.agency_credential(key)

    def issues(self) -> None:
        """Issue for each line's sub-accounts, eight at a time; print how many there were.

        A login is opened for each line, and left as it is.
        """
        for line in sys.stdin:
            asyncio.run(_issue(self.agency(), line.split(), at_once=8))
            print(len(line.split()), flush=True)

    def ends_issuing(self) -> None:
        """End, as any script does, when the last token has just come."""

        async def issue(agency: AgencyCredential, ids: list[str]) -> None:
            await asyncio.gather(*map(agency.issue, ids))

        for line in sys.stdin:
            asyncio.run(issue(self.agency(), line.split()))

    def issue_nursery(self) -> None:
        """For each line begin a process that issues for its sub-accounts, and writes all the time.

        Its number is printed, and that it is issuing. It goes on until it is killed.
        """
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
        # Else each would wait for what those before it have begun, and were killed.
        location_token_cache._FIRST_LIMIT = location_token_cache.CallLimit(1_000_000, 10.0)
        for line in sys.stdin:
            if (child := os.fork()) == 0:
                _guarded(self._issue_for_ever, line)
            print(child, flush=True)

    def _issue_for_ever(self, ids: str) -> None:
        agency = self.agency()
        agency.is_warm(ids.split()[0])
        agency._issuer._tokens.clear()  # as if all of them had been rejected
        asyncio.run(_issue(agency, ids.split()[:4], at_once=4))
        print("issuing", flush=True)
        while True:
            asyncio.run(_issue(agency, ids.split(), at_once=4))
            agency._issuer._tokens.clear()

    def nursery(self) -> None:
        """For each line begin a process, and print its number.

        "once": it renews once. "ever": it renews until it is killed. Else it is killed at that
        step of its first renewal. What came of it is printed by the process itself.
        """
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
        for line in sys.stdin:
            if (child := os.fork()) == 0:
                _guarded(self._renew, line.strip())
            print(child, flush=True)

    def key_nursery(self) -> None:
        """For each line begin a process that logs in and out for that sub-account for ever.

        Its number is printed, and that it stores. It goes on until it is killed.
        """
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
        for line in sys.stdin:
            if (child := os.fork()) == 0:
                _guarded(self._store_for_ever, line.strip())
            _say(str(child))

    def _store_for_ever(self, location_id: str) -> None:
        credential, said = make(location_id), False
        while True:
            store = open_stores(self.folder, self.backend).logins
            asyncio.run(keep(store, credential))
            assert store.load(credential.key) == credential
            asyncio.run(remove(store, credential.key))
            if not said:
                _say("storing")
                said = True

    def _renew(self, how: str) -> None:
        if how in STEPS:
            _die_at(how)
        provider = self.credential()._provider
        try:
            tokens = asyncio.run(provider.tokens())
            while True:
                tokens = asyncio.run(provider.refreshed(tokens.access_token))
                if how == "once":
                    print("renewed", flush=True)
                    return
        except LogInAgainError as error:
            print(f"log in again: {error}", flush=True)


async def _issue(agency: AgencyCredential, ids: list[str], *, at_once: int) -> None:
    """Issue some at a time, each batch written before the next begins."""
    for start in range(0, len(ids), at_once):
        await asyncio.gather(*map(agency.issue, ids[start : start + at_once]))
        await asyncio.to_thread(agency._issuer.write)


def _say(line: str) -> None:
    """Print a line in one piece: others print at the same time."""
    os.write(1, f"{line}\n".encode())


def _drop() -> None:
    """Begin an event loop, so that the copy of the parent's is no longer kept."""
    run_in_background(asyncio.sleep, 0)
    gc.collect()


def _in_child(call: Callable[[], object]) -> None:
    """Do something in a forked process, and see it succeed."""
    if (child := os.fork()) == 0:
        call()
        sys.exit(0)  # with everything that Python does at its end
    _, status = os.waitpid(child, 0)
    assert status == 0


def _guarded(call: Callable[[str], object], how: str) -> None:
    """Do something in a forked process that never comes back."""
    try:
        call(how)
    except BaseException:  # noqa: BLE001 - it has to end here
        print("failed: " + traceback.format_exc().replace("\n", " | "), flush=True)
    finally:
        os._exit(0)


def _die_at(step: str) -> None:
    """Have this process killed at a step of a renewal."""

    def before(kind: type, name: str) -> None:
        setattr(kind, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))

    fill = Reservation._write

    def half(file: Reservation, text: Secret) -> None:
        if text.reveal().isspace():
            fill(file, text)
        else:
            os.pwrite(file._descriptor, text.reveal().encode()[:100], 0)
            os.kill(os.getpid(), signal.SIGKILL)

    if step == "while writing":
        Reservation._write = half  # type: ignore[method-assign]
    else:
        names = {
            "before room": (Reservation, "fill"),
            "before asking": (TokenEndpoint, "refresh"),
            "before writing": (Reservation, "write"),
            "after writing": (Reservation, "close"),
        }
        before(*names[step])


if __name__ == "__main__":
    getattr(Program(*sys.argv[2:]), sys.argv[1])()
