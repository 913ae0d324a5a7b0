"""Whatever calls do, and in whatever order: none is refused, and all are served."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ghl_notebook.transport import Permit
from ghl_notebook.transport.rate_limit_headers import Limits
from tests.transport.clock import Clock, Service, Window, settle

SECONDS = 10.0


@dataclass(eq=False)
class Call:
    """One request, on its way to the service and back."""

    task: asyncio.Task[Permit]
    answer: Limits | None = None
    is_over: bool = False


def pick(calls: list[Call], which: int) -> Call:
    """Choose one of them."""
    return calls[which % len(calls)]


class Calls(RuleBasedStateMachine):
    """Calls of one client to a service that counts them when they arrive there."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.limiter = self.clock.limiter()
        self.calls: list[Call] = []
        self.logged = 0

    @initialize(window=st.sampled_from(["fixed", "aligned", "sliding"]), most=st.integers(25, 30))
    def begin(self, window: Window, most: int) -> None:
        """Choose a service, with a limit that is not below the lowest one known of."""
        self.service = Service(window, most, SECONDS, self.clock.monotonic)

    @rule(number=st.integers(1, 40))
    def ask(self, number: int) -> None:
        """Ask for permits."""
        self.run()
        self.calls += [Call(self.loop.create_task(self.limiter.acquire())) for _ in range(number)]
        self.run()

    @rule(seconds=st.sampled_from([0.001, 0.1, 1.0, 5.0, 9.0, 9.9, 9.999, 10.006, 25.0]))
    def pass_by(self, seconds: float) -> None:
        """Let seconds pass."""
        self.run(seconds)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 10**6))
    def arrive(self, which: int) -> None:
        """Let one arrive at the service, which counts it."""
        pick(self.sent, which).answer = self.service.call()

    @precondition(lambda self: self.answered)
    @rule(which=st.integers(0, 10**6))
    def answer(self, which: int) -> None:
        """Let an answer arrive."""
        self.end(pick(self.answered, which), lost=False)

    @precondition(lambda self: self.sent or self.answered)
    @rule(which=st.integers(0, 10**6))
    def lose(self, which: int) -> None:
        """Lose a call or its answer on the way."""
        self.end(pick(self.sent + self.answered, which), lost=True)

    @rule()
    def serve(self) -> None:
        """Let all arrive there and back, and those as well that are sent then."""
        while self.sent or self.answered:
            for call in self.sent:
                call.answer = self.service.call()
            for call in self.answered:
                self.end(call, lost=False)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 10**6))
    def fail_to_send(self, which: int) -> None:
        """Have one fail before it leaves."""
        call = pick(self.sent, which)
        call.is_over = True
        call.task.result().give_back()
        self.run()

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 10**6))
    def cancel(self, which: int) -> None:
        """Cancel one that waits."""
        call = pick(self.waiting, which)
        call.is_over = True
        call.task.cancel()
        self.run()

    @invariant()
    def none_is_refused(self) -> None:
        """The service has never been asked too often."""
        assert getattr(self, "service", None) is None or self.service.refused == 0

    @invariant()
    def they_go_in_turn(self) -> None:
        """Nobody is served before somebody who asked earlier."""
        served = [call.task.done() for call in self.calls if not call.task.cancelled()]
        assert served == sorted(served, reverse=True)

    @invariant()
    def nobody_else_is_seen(self) -> None:
        """Every permit in the log is one of these calls, however late an answer comes."""
        assert self.limiter._forgotten + len(self.limiter._answered) == self.logged

    def teardown(self) -> None:
        """Let everything come to its end, in the time that the limit needs."""
        try:
            if hasattr(self, "service"):
                self.finish()
        finally:
            for call in self.calls:
                call.task.cancel()
            self.run()
            self.loop.close()

    # What the rules are made of.

    @property
    def waiting(self) -> list[Call]:
        """Those without a permit."""
        return [call for call in self.calls if not call.is_over and not call.task.done()]

    @property
    def sent(self) -> list[Call]:
        """Those with a permit that the service has not counted."""
        return [
            call
            for call in self.calls
            if not call.is_over and call.task.done() and call.answer is None
        ]

    @property
    def answered(self) -> list[Call]:
        """Those that the service has counted, with the answer still on its way."""
        return [call for call in self.calls if not call.is_over and call.answer is not None]

    def finish(self) -> None:
        """Answer all that are sent, and let an interval pass, as often as the limit asks for it."""
        for _ in range(len(self.calls) // self.service.most + 3):
            self.serve()
            self.run(SECONDS + 0.01)
        assert not self.waiting
        assert self.service.refused == 0
        assert self.limiter.is_idle

    def end(self, call: Call, *, lost: bool) -> None:
        """End a call."""
        self.logged += 1
        call.is_over = True
        call.task.result().release(None if lost else call.answer)
        self.run()

    def run(self, seconds: float = 0.0) -> None:
        """Let the event loop run, and seconds pass meanwhile."""

        async def go() -> None:
            await settle()
            self.clock.pass_by(seconds)
            await settle()

        self.loop.run_until_complete(go())


TestCalls = pytest.mark.exhaustive(Calls.TestCase)
TestCalls.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
