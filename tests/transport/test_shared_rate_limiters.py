"""The limiters of a process: who shares one, what a forked child has, and what is forgotten."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import weakref

import pytest

from ghl_notebook.transport import RateLimiter
from ghl_notebook.transport.rate_limit_headers import Limits
from ghl_notebook.transport.shared_rate_limiters import RateLimiters
from tests.transport.clock import Clock, settle, told

FORKED = """
import asyncio, os
from ghl_notebook.transport.shared_rate_limiters import RATE_LIMITERS
from tests.transport.clock import told

limiter = RATE_LIMITERS.of("https://example.com", "location:1")

async def call():
    assert RATE_LIMITERS.of("https://example.com", "location:1") is limiter
    for _ in range(5):
        with await limiter.acquire() as permit:
            permit.release(told(3, 2, 0.05))

async def fork():
    with await limiter.acquire() as permit:
        permit.release(told(3, 2, 0.05))
    permits = [await limiter.acquire() for _ in range(2)]
    waits = asyncio.ensure_future(limiter.acquire())
    await asyncio.sleep(0.001)
    with limiter._turn, RATE_LIMITERS._lock:
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


@pytest.mark.process
def test_a_forked_child_paces_itself() -> None:
    """What its parent has in flight or waiting, and who was at it, does not hold it up."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=False
    )
    assert "the child has called" in done.stdout, done.stderr


def test_all_who_use_a_location_share_its_limiter() -> None:
    """Another location, or another service, has its own."""
    limiters = RateLimiters()
    one = limiters.of("https://a.example", "location:1")
    assert limiters.of("https://a.example", "location:1") is one
    assert limiters.of("https://a.example", "location:2") is not one
    assert limiters.of("https://b.example", "location:1") is not one


async def call(limiter: RateLimiter) -> None:
    """Make the one call that its limit allows."""
    (await limiter.acquire()).release(told(1, 0))
    await settle()  # the event loop holds on to the last thing that was awaited


@pytest.mark.slow
async def test_calls_of_a_client_that_is_gone_still_count() -> None:
    """A script that makes a client for each call is paced as well."""
    clock = Clock()
    limiters = RateLimiters(clock.limiter)
    for _ in range(3):  # and so is one that goes on after a while
        clock.pass_by(60.0)
        limiter = limiters.of("https://a.example", "location:1")
        for _ in range(3):  # what is idle is not kept; it was there for long
            limiters.of("https://a.example", "location:2")
        await call(limiter)
        known = weakref.ref(limiter)
        del limiter
        clock.pass_by(9.9)
        gc.collect()
        assert limiters.of("https://a.example", "location:1") is known()


async def test_a_limiter_is_forgotten_when_nothing_of_it_counts() -> None:
    """Its clients are gone and an interval has passed: the next one that is asked for ends it."""
    clock = Clock()
    limiters = RateLimiters(clock.limiter)
    limiter = limiters.of("https://a.example", "location:1")
    await call(limiter)
    waits = asyncio.create_task(limiter.acquire())
    await settle()
    waits.cancel()
    await settle()
    known = weakref.ref(limiter)
    del limiter, waits
    clock.pass_by(5.0)
    gc.collect()
    assert known() is not None
    clock.pass_by(6.0)
    limiters.of("https://a.example", "location:2")
    gc.collect()
    assert known() is None


async def test_one_that_is_always_busy_does_not_keep_the_others() -> None:
    """They are looked at in turns, and more at a time than come: a large run leaves nothing."""
    clock = Clock()
    limiters = RateLimiters(clock.limiter)
    busy = limiters.of("https://a.example", "company:1")
    await call(busy)
    known = []
    for number in range(100):
        limiter = limiters.of("https://a.example", f"location:{number}")
        await call(limiter)
        known.append(weakref.ref(limiter))
        del limiter
    clock.pass_by(5.0)
    assert all(one() is not None for one in known)
    clock.pass_by(5.1)
    await call(busy)
    for number in range(100, 160):
        await call(limiters.of("https://a.example", f"location:{number}"))
    gc.collect()
    assert not any(one() for one in known)


async def test_a_timer_holds_no_limiter() -> None:
    """It may be for a minute from now, and nobody waits any longer."""
    clock = Clock()
    limiter = clock.limiter()
    (await limiter.acquire()).release(Limits(), refused=True, retry_after=60)
    waits = asyncio.create_task(limiter.acquire())
    await settle()
    waits.cancel()
    await settle()
    known = weakref.ref(limiter)
    del limiter, waits
    gc.collect()
    assert known() is None
    clock.pass_by(61.0)


def test_a_limiter_that_was_never_used_is_forgotten_at_the_next() -> None:
    """Nothing remains of a client that has asked for nothing."""
    limiters = RateLimiters()
    known = weakref.ref(limiters.of("https://a.example", "location:1"))
    limiters.of("https://a.example", "location:2")
    gc.collect()
    assert known() is None
