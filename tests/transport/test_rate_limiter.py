"""The log of permits: who may send when, without a service and without a second of waiting."""

from __future__ import annotations

import asyncio
import gc
import math
import threading
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from ghl_notebook.transport import MAX_IN_FLIGHT, Permit, RateLimiter
from ghl_notebook.transport.rate_limit_headers import Limits
from tests.transport.clock import Clock, Service, Window, settle, told


class Crowd:
    """Requests at a limiter, in the order in which they have asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.limiter = clock.limiter()
        self.tasks: list[asyncio.Task[Permit]] = []

    async def ask(self, number: int) -> list[asyncio.Task[Permit]]:
        """Let so many more ask for a permit."""
        tasks = [asyncio.create_task(self.limiter.acquire()) for _ in range(number)]
        self.tasks += tasks
        await settle()
        return tasks

    @property
    def let_in(self) -> list[Permit]:
        """The permits of all that have one."""
        return [task.result() for task in self.tasks if task.done() and not task.cancelled()]

    async def learn(self, limits: Limits) -> None:
        """Let one request be answered, before all others."""
        (task,) = await self.ask(1)
        task.result().release(limits)
        self.tasks.remove(task)
        await settle()

    async def pass_by(self, seconds: float) -> None:
        """Let seconds pass."""
        self.clock.pass_by(seconds)
        await settle()


@pytest.fixture
async def crowd() -> Crowd:
    """Nobody yet."""
    return Crowd(Clock())


# What the answers say.


async def test_before_the_first_answer_a_few_are_let_in(crowd: Crowd) -> None:
    """Nobody knows the limit: fewer are sent than any plan is known to allow."""
    await crowd.ask(100)
    assert len(crowd.let_in) == 8


async def test_without_any_answer_no_more_are_sent_than_any_plan_allows(crowd: Crowd) -> None:
    """The service may have counted what it has not answered."""
    await crowd.ask(100)
    for expected in (8, 16, 24, 25):
        assert len(crowd.let_in) == expected
        for permit in crowd.let_in:
            permit.release(None)
        await settle()
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 33


@pytest.mark.parametrize("most", [10, 25, 30])
async def test_the_first_answer_tells_the_limit(crowd: Crowd, most: int) -> None:
    """One answer is enough to know how many may be sent."""
    await crowd.ask(100)
    crowd.let_in[0].release(told(most, most - 1))
    await settle()
    assert len(crowd.let_in) == most


async def test_the_first_answer_tells_the_interval(crowd: Crowd) -> None:
    """What was answered is free again after the interval that the answer told."""
    await crowd.learn(told(1, 0, 3.0))
    await crowd.ask(1)
    await crowd.pass_by(2.99)
    assert not crowd.let_in
    await crowd.pass_by(0.02)
    assert len(crowd.let_in) == 1


async def test_no_more_are_in_flight_than_there_are_connections(crowd: Crowd) -> None:
    """A request that waits for a connection would use its call's time up."""
    await crowd.learn(told(100, 99))
    await crowd.ask(99)
    assert len(crowd.let_in) == MAX_IN_FLIGHT
    crowd.let_in[0].release(told(100, 98))
    await settle()
    assert len(crowd.let_in) == MAX_IN_FLIGHT + 1


async def test_a_limit_that_grows_and_shrinks_is_followed_within_one_answer(crowd: Crowd) -> None:
    """25, 30, 25: each answer's word is the one that counts."""
    await crowd.learn(told(25, 24))
    first = await crowd.ask(60)
    assert len(crowd.let_in) == 24
    first[0].result().release(told(30, 5))
    await settle()
    assert len(crowd.let_in) == 29
    first[1].result().release(told(25, 0))
    await settle()
    assert len(crowd.let_in) == 29
    await crowd.pass_by(10.1)  # the three that were answered count no longer, four too many do
    assert len(crowd.let_in) == 29
    for permit in crowd.let_in[2:7]:
        permit.release(told(25, 0))
    await settle()
    assert len(crowd.let_in) == 29
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 32


async def test_what_others_have_used_is_not_used_again(crowd: Crowd) -> None:
    """A kernel that was restarted finds the limit half used up."""
    await crowd.ask(100)
    crowd.let_in[0].release(told(25, 9))  # 15 of others, and the one that is answered
    await settle()
    assert len(crowd.let_in) == 10
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 10 + 25 - 9  # nine are still without an answer


async def test_of_those_in_flight_none_is_thought_to_be_counted_already(crowd: Crowd) -> None:
    """Eight are sent at once where others have left eight: no ninth is let in."""
    await crowd.ask(100)
    crowd.let_in[0].release(told(25, 7))
    await settle()
    assert len(crowd.let_in) == 8


async def test_a_slow_answer_is_not_read_as_calls_of_others(crowd: Crowd) -> None:
    """It says what had been used long ago, by calls of ours that count no longer."""
    await crowd.learn(told(10, 9))
    first = await crowd.ask(9)
    for task in first[1:]:
        task.result().release(told(10, 0))
    await crowd.pass_by(10.1)
    first[0].result().release(told(10, 0))
    await crowd.ask(20)
    assert len(crowd.let_in) == 9 + 9


@pytest.mark.parametrize(
    "limits",
    [
        told(None, None, None),
        told(None, 5, None),
        told(None, None, 10.0),
        Limits(daily_max=10, daily_remaining=9),
    ],
    ids=str,
)
async def test_answers_without_a_limit_let_a_few_in_at_a_time(crowd: Crowd, limits: Limits) -> None:
    """A proxy may drop the headers; the calls go on."""
    await crowd.ask(100)
    for expected in range(8, 40):
        assert len(crowd.let_in) == expected
        crowd.let_in[expected - 8].release(limits)
        await settle()


async def test_answers_without_headers_leave_nothing_behind(crowd: Crowd) -> None:
    """The log does not grow for ever."""
    for _ in range(100):
        await crowd.learn(Limits())
        await crowd.pass_by(1.0)
    assert len(crowd.limiter._answered) <= 11


async def test_an_answer_that_lacks_a_header_takes_nothing_back(crowd: Crowd) -> None:
    """The limit is known from an earlier one."""
    await crowd.learn(told(10, 9))
    await crowd.learn(told(None, None, 10.0))
    await crowd.learn(told(10, 7))
    await crowd.learn(Limits())
    assert crowd.limiter.limits.remaining == 7
    await crowd.ask(20)
    assert len(crowd.let_in) == 6
    assert (crowd.limiter.limits.max, crowd.limiter.limits.interval) == (10, told(1, 1).interval)


@pytest.mark.parametrize(
    "limits",
    [
        told(10**12 - 1, 0),
        told(10**12 - 1, 10**12 - 1),
        told(10, 10**12 - 1),
        told(10, 0, 10**9),
        told(1, 0, 0.001),
    ],
    ids=str,
)
async def test_headers_that_make_no_sense_stop_nothing_for_long(
    crowd: Crowd, limits: Limits
) -> None:
    """Neither the memory is filled nor a year waited for."""
    await crowd.learn(limits)
    await crowd.ask(1)
    await crowd.pass_by(61.0)
    assert len(crowd.let_in) == 1


async def test_with_few_calls_left_today_few_are_in_flight(crowd: Crowd) -> None:
    """The call that is told that the day is used up is one, not a hundred."""
    await crowd.learn(Limits(max=100, remaining=99, daily_max=1000, daily_remaining=3))
    await crowd.ask(50)
    assert len(crowd.let_in) == 3
    crowd.let_in[0].release(Limits(max=100, remaining=98, daily_max=1000, daily_remaining=0))
    await settle()
    assert len(crowd.let_in) == 3
    for permit in crowd.let_in:
        permit.release(None)
    await settle()
    assert len(crowd.let_in) == 4


# Who is let in.


async def test_first_come_first_served(crowd: Crowd) -> None:
    """Whoever asked first is let in first, across every wait."""
    await crowd.learn(told(10, 9))
    tasks = await crowd.ask(40)
    done = 0
    for expected in (9, 19, 29, 39, 40):
        assert [task.done() for task in tasks] == [True] * expected + [False] * (40 - expected)
        for task in tasks[done:expected]:
            task.result().release(None)
        done = expected
        await crowd.pass_by(10.1)


async def test_a_single_user_never_waits(crowd: Crowd) -> None:
    """One call after the other, slower than the limit: each goes at once."""
    for number in range(200):
        (task,) = await crowd.ask(1)
        task.result().release(told(25, 24 - number % 20))
        await crowd.pass_by(0.5)


async def test_a_permit_counts_until_an_interval_after_its_answer(crowd: Crowd) -> None:
    """When it was sent does not matter: nobody knows when the service has counted it."""
    await crowd.learn(told(2, 1))
    (slow,) = await crowd.ask(1)
    await crowd.pass_by(30.0)
    slow.result().release(told(2, 0))
    await crowd.ask(2)
    assert len(crowd.let_in) == 1 + 1
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 1 + 2


async def test_what_was_not_sent_counts_nothing(crowd: Crowd) -> None:
    """A request that fails before it leaves gives its permit back as it was."""
    await crowd.learn(told(2, 1))
    for _ in range(20):
        (task,) = await crowd.ask(1)
        with pytest.raises(ZeroDivisionError), task.result():
            _ = 1 / 0
    assert crowd.limiter.is_idle is False  # the first one
    await crowd.pass_by(10.1)
    assert crowd.limiter.is_idle


async def test_a_permit_is_given_back_once(crowd: Crowd) -> None:
    """However often it is said."""
    await crowd.learn(told(2, 1))
    (task,) = await crowd.ask(1)
    with task.result() as permit:
        permit.release(told(2, 0))
        permit.release(None)
    permit.give_back()
    await crowd.ask(4)
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 1 + 2


# Refusals.


async def test_a_refusal_holds_everybody_up_for_an_interval(crowd: Crowd) -> None:
    """Before anybody is let in by the permit that it frees."""
    await crowd.ask(20)
    crowd.let_in[0].release(told(25, 0), refused=True)
    await settle()
    assert len(crowd.let_in) == 8
    for permit in crowd.let_in[1:]:
        permit.release(None)
    await crowd.pass_by(9.9)
    assert len(crowd.let_in) == 8
    await crowd.pass_by(0.2)
    assert len(crowd.let_in) == 20


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [(None, 10.0), (3.0, 3.0), (0, 10.0), (45, 45.0), (10**9, 60.0)]
)
async def test_a_refusal_may_say_how_long(
    crowd: Crowd, retry_after: float | None, seconds: float
) -> None:
    """``Retry-After`` counts, but for 0 and for years."""
    (task,) = await crowd.ask(1)
    task.result().release(Limits(), refused=True, retry_after=retry_after)
    await crowd.ask(1)
    await crowd.pass_by(seconds - 0.1)
    assert len(crowd.let_in) == 1
    await crowd.pass_by(0.2)
    assert len(crowd.let_in) == 2


async def test_a_short_wait_does_not_end_a_long_one(crowd: Crowd) -> None:
    """Of several refusals the last instant counts."""
    first, second = await crowd.ask(2)
    first.result().release(Limits(), refused=True, retry_after=20)
    second.result().release(Limits(), refused=True, retry_after=1)
    await crowd.ask(1)
    await crowd.pass_by(19.0)
    assert len(crowd.let_in) == 2


# Those who leave.


async def test_one_who_leaves_the_queue_is_not_served(crowd: Crowd) -> None:
    """The next one gets the permit."""
    await crowd.learn(told(2, 1))
    first, second, third = await crowd.ask(3)
    second.cancel()
    await settle()
    first.result().release(None)
    await crowd.pass_by(10.1)
    assert third.done()


async def test_the_first_in_the_queue_may_leave(crowd: Crowd) -> None:
    """Its timer serves whoever is next."""
    await crowd.learn(told(1, 0))
    first, second = await crowd.ask(2)
    first.cancel()
    await crowd.pass_by(10.1)
    assert second.done()


@pytest.mark.parametrize("steps", range(6))
async def test_one_who_is_cancelled_at_any_moment_keeps_no_permit(crowd: Crowd, steps: int) -> None:
    """Before it was let in, when it was and does not know, and when it knows."""
    await crowd.learn(told(2, 1))
    task = asyncio.create_task(crowd.limiter.acquire())
    for _ in range(steps):
        await asyncio.sleep(0)
    if task.done():
        task.result().give_back()
    task.cancel()
    await settle()
    await crowd.ask(1)
    assert len(crowd.let_in) == 1
    assert crowd.limiter._in_flight == 1


@pytest.mark.parametrize("steps", range(6))
async def test_one_who_is_cancelled_at_a_timers_moment_keeps_no_permit(
    crowd: Crowd, steps: int
) -> None:
    """The same, when the permit comes by a timer."""
    await crowd.learn(told(1, 0))
    task = asyncio.create_task(crowd.limiter.acquire())
    await settle()
    crowd.clock.pass_by(10.1)
    for _ in range(steps):
        await asyncio.sleep(0)
    if task.done():
        task.result().give_back()
    task.cancel()
    await settle()
    assert crowd.limiter._in_flight == 0
    assert crowd.limiter.is_idle


async def test_a_wait_that_the_garbage_collector_ends_keeps_no_permit(crowd: Crowd) -> None:
    """Even in the middle of what the limiter does: it is in nobody's way, not even its own."""
    await crowd.learn(told(2, 1))
    waiting: list[Coroutine[Any, Any, Permit]] = [crowd.limiter.acquire() for _ in range(3)]
    crowd.limiter._blocked_until = math.inf  # until all of them wait
    for one in waiting:
        one.send(None)
    crowd.limiter._blocked_until = -math.inf

    def monotonic() -> float:
        if waiting:
            waiting.pop().close()
        return crowd.clock.now

    crowd.limiter._monotonic = monotonic
    await crowd.ask(1)
    assert waiting == []
    await settle()
    assert len(crowd.let_in) == 1
    assert crowd.limiter._in_flight == 1


async def test_a_timer_that_rings_early_is_set_again(crowd: Crowd) -> None:
    """The clocks of event loops are coarse."""
    later = crowd.clock.later
    crowd.limiter._later = lambda seconds, callback: later(seconds * 0.9, callback)
    await crowd.learn(told(1, 0))
    await crowd.ask(1)
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 1


# Threads and event loops.


def in_thread(act: Any) -> threading.Thread:
    """Start a function in a thread."""
    thread = threading.Thread(target=act)
    thread.start()
    return thread


@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_several_threads_share_the_permits(window: Window) -> None:
    """Each has its own event loop; together they never ask too often, and all are served."""
    limiter = RateLimiter()
    service = Service(window, 40, 0.1, time.monotonic)
    turn = threading.Lock()
    served: list[int] = []

    async def call(number: int) -> None:
        with await limiter.acquire() as permit:
            await asyncio.sleep(0)
            with turn:
                answer = service.call()
            await asyncio.sleep(0)
            permit.release(answer)
        served.append(number)

    async def calls() -> None:
        await asyncio.gather(*[call(number) for number in range(50)])

    threads = [in_thread(lambda: asyncio.run(calls())) for _ in range(4)]
    for thread in threads:
        thread.join(30)
    assert len(served) == 200
    assert service.refused == 0


async def test_an_event_loop_that_ends_leaves_its_place(crowd: Crowd) -> None:
    """Its tasks are cancelled; nobody else waits for them."""
    await crowd.learn(told(1, 0))

    async def give_up() -> None:
        waits = asyncio.ensure_future(crowd.limiter.acquire())
        await asyncio.wait([waits], timeout=0.01)

    await asyncio.to_thread(asyncio.run, give_up())
    await crowd.ask(1)
    await crowd.pass_by(10.1)
    assert len(crowd.let_in) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("is_closed", [True, False])
async def test_an_event_loop_that_stands_still_holds_nobody_up(
    crowd: Crowd, *, is_closed: bool
) -> None:
    """It was first in the queue, and its task was left behind as it was."""
    await crowd.learn(told(1, 0))
    left: list[asyncio.Task[Permit]] = []
    loop = asyncio.new_event_loop()

    async def leave_behind() -> None:
        left.append(asyncio.ensure_future(crowd.limiter.acquire()))
        await settle()

    await asyncio.to_thread(loop.run_until_complete, leave_behind())
    if is_closed:
        loop.close()
    (mine,) = await crowd.ask(1)
    await crowd.pass_by(10.1)
    assert mine.done()
    mine.result().give_back()
    if not is_closed:  # it goes on, and is served like others
        permit = await asyncio.to_thread(loop.run_until_complete, left.pop())
        permit.give_back()
        loop.close()
    left.clear()
    gc.collect()
    assert crowd.limiter._in_flight == 0


def test_the_background_thread_wakes_whoever_waits() -> None:
    """Without a clock of a test, the seconds are real ones."""

    async def call_twice() -> None:
        limiter = RateLimiter()
        for _ in range(2):
            with await limiter.acquire() as permit:
                permit.release(told(1, 0, 0.02))

    asyncio.run(asyncio.wait_for(call_twice(), 30))
