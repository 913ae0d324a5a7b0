"""The pacers of a process: who shares one, what a forked child has, and what is forgotten."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import weakref

from ghl_notebook.pacing.limits import Limits
from ghl_notebook.pacing.pacers import Pacers
from tests.pacing.clock import Clock, settle, told

FORKED = """
import asyncio, os
from ghl_notebook.pacing.pacers import PACERS
from tests.pacing.clock import told

class User: pass
user = User()
pacer = PACERS.of("https://example.com", "location:1", user)

async def call():
    assert PACERS.of("https://example.com", "location:1", user) is pacer
    for _ in range(5):
        with await pacer.acquire() as slot:
            slot.release(told(3, 2, 0.05))

async def fork():
    with await pacer.acquire() as slot:
        slot.release(told(3, 2, 0.05))
    slots = [await pacer.acquire() for _ in range(2)]
    waits = asyncio.ensure_future(pacer.acquire())
    await asyncio.sleep(0.001)
    with pacer._turn, PACERS._lock:
        child = os.fork()
        if child == 0:
            asyncio._set_running_loop(None)
            asyncio.new_event_loop().run_until_complete(call())
            os._exit(0)
    waits.cancel()
    assert os.waitpid(child, 0)[1] == 0
    print("the child has called")

asyncio.run(fork())
"""


def test_a_forked_child_paces_itself() -> None:
    """What its parent has in flight or waiting, and who was at it, does not hold it up."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=False
    )
    assert "the child has called" in done.stdout, done.stderr


class User:
    """Somebody who uses a pacer."""


def test_all_who_use_a_location_share_its_pacer() -> None:
    """Another location, or another service, has its own."""
    pacers, user = Pacers(), User()
    one = pacers.of("https://a.example", "location:1", user)
    assert pacers.of("https://a.example", "location:1", User()) is one
    assert pacers.of("https://a.example", "location:2", user) is not one
    assert pacers.of("https://b.example", "location:1", user) is not one


async def test_calls_of_a_client_that_is_gone_still_count() -> None:
    """A script that makes a client for each call is paced as well."""
    clock = Clock()
    pacers, user = Pacers(clock.pacer), User()
    pacer = pacers.of("https://a.example", "location:1", user)
    (await pacer.acquire()).release(told(1, 0))
    await settle()  # the event loop holds on to the last thing that was awaited
    known = weakref.ref(pacer)
    del pacer, user
    gc.collect()
    clock.pass_by(9.9)
    assert pacers.of("https://a.example", "location:1", User()) is known()


async def test_a_pacer_is_forgotten_when_nothing_of_it_counts() -> None:
    """Its clients are gone and an interval has passed: the next one that is asked for ends it."""
    clock = Clock()
    pacers, user = Pacers(clock.pacer), User()
    pacer = pacers.of("https://a.example", "location:1", user)
    (await pacer.acquire()).release(told(1, 0))
    waits = asyncio.create_task(pacer.acquire())
    await settle()
    waits.cancel()
    await settle()
    known = weakref.ref(pacer)
    del pacer, user, waits
    clock.pass_by(5.0)
    gc.collect()
    assert known() is not None
    clock.pass_by(6.0)
    pacers.of("https://a.example", "location:2", User())
    gc.collect()
    assert known() is None


async def test_a_timer_holds_no_pacer() -> None:
    """It may be for a minute from now, and nobody waits any longer."""
    clock = Clock()
    pacer = clock.pacer()
    (await pacer.acquire()).release(Limits(), refused=True, retry_after=60)
    waits = asyncio.create_task(pacer.acquire())
    await settle()
    waits.cancel()
    await settle()
    known = weakref.ref(pacer)
    del pacer, waits
    gc.collect()
    assert known() is None
    clock.pass_by(61.0)


def test_a_pacer_that_was_never_used_is_forgotten_at_the_next() -> None:
    """Nothing remains of a client that has asked for nothing."""
    pacers = Pacers()
    known = weakref.ref(pacers.of("https://a.example", "location:1", User()))
    pacers.of("https://a.example", "location:2", User())
    gc.collect()
    assert known() is None
