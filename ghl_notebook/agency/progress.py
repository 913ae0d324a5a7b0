"""The progress of a run: its numbers, its bar, and waiting beside it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import ArgumentError

if TYPE_CHECKING:
    from tqdm.auto import tqdm

_REFRESH_SECONDS: Final = 0.2

Bottleneck = Literal["responses", "tokens"]


@dataclass
class Progress:
    """The numbers of a run. The run's thread writes them; any thread may read them.

    Attributes
    ----------
    total : int
        Sub-accounts to fetch, including those that an interrupted run has stored.
    done, failed : int
        Sub-accounts that were fetched, and that are missing.
    resumed : int
        Sub-accounts of `done` that an interrupted run has stored.
    not_reached : int
        Sub-accounts of `failed` that the run did not reach.
    tokens_issued, tokens_to_issue : int
        Sub-account tokens issued so far, and needed in all.
    token_limit, token_interval : int, float
        How many tokens the agency's rate limit allows in how many seconds; 0 if unknown.
    in_flight : int
        Sub-accounts being fetched.
    bottleneck : str
        What the run waits for: ``"responses"``, or ``"tokens"``, which the agency's rate limit
        delays.
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    resumed: int = 0
    not_reached: int = 0
    tokens_issued: int = 0
    tokens_to_issue: int = 0
    token_limit: int = 0
    token_interval: float = 0.0
    in_flight: int = 0
    bottleneck: Bottleneck = "responses"

    @property
    def finished(self) -> int:
        """Sub-accounts that were fetched or have failed."""
        return self.done + self.failed - self.not_reached

    def rate(self, seconds: float) -> float:
        """Return the sub-accounts per second since the run was started or resumed."""
        return (self.finished - self.resumed) / seconds if seconds else 0.0


class Fetch:
    """A fetch that a bar can accompany.

    Attributes
    ----------
    progress : Progress
        The numbers so far.
    """

    needs_callers_loop = False
    """Whether it runs in the caller's event loop, which the caller then must not block."""

    def __init__(self) -> None:
        self.progress = Progress()

    async def run(self) -> Any:
        """Fetch."""
        raise NotImplementedError

    def current_progress(self) -> Progress:
        """Return the numbers so far."""
        return self.progress

    def stop(self) -> bool:
        """Stop, and have `run` return what was fetched; False if this makes no sense."""
        return False


class SingleFetch(Fetch):
    """A fetch from one sub-account, in pages or account by account.

    An interrupt stops it without a result: some of the pages alone would be misleading.

    Parameters
    ----------
    fetch : callable
        Fetches. Its argument is a function that it calls with the rows so far and the total.
    """

    def __init__(self, fetch: Callable[[Callable[[int, int], None]], Awaitable[Any]]) -> None:
        super().__init__()
        self._fetch = fetch

    async def run(self) -> Any:
        """Fetch."""
        return await self._fetch(self._report)

    def _report(self, done: int, total: int) -> None:
        self.progress.total, self.progress.done = total, done


class ProgressBar:
    """A tqdm bar: a widget in a notebook, text in a terminal.

    Parameters
    ----------
    name : str
        What is fetched.
    is_shown : bool
        Whether anything is displayed.
    monotonic : callable
        A clock that never goes back, in seconds.
    """

    def __init__(
        self, name: str, *, is_shown: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._is_shown = is_shown
        self._monotonic = monotonic
        self._began = monotonic()
        self._bar: tqdm[NoReturn] | None = None
        self._progress = Progress()
        self._text = ""
        self._issued, self._issued_at = 0, self._began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._write(describe_result(self._progress, self._seconds))
            self._bar.close()

    def show(self, progress: Progress) -> None:
        """Display the numbers so far."""
        if not self._is_shown or not progress.total:
            return
        self._progress = progress
        if self._bar is None:
            self._bar = _new_bar(self._name, progress)
        if progress.tokens_issued != self._issued:
            self._issued, self._issued_at = progress.tokens_issued, self._monotonic()
        pause = self._monotonic() - self._issued_at
        self._write(describe_progress(progress, self._seconds, pause))

    @property
    def _seconds(self) -> float:
        return self._monotonic() - self._began

    def _write(self, text: str) -> None:
        assert self._bar is not None
        count = self._progress.finished
        # tqdm's update() displays nothing while the count stays the same.
        if (count, text) != (self._bar.n, self._text):
            self._bar.n, self._text = count, text
            self._bar.set_postfix_str(text)


def describe_progress(progress: Progress, seconds: float = 0.0, pause: float = 0.0) -> str:
    """Describe what a bar cannot show: rate, time left, failures, and the bottleneck.

    Parameters
    ----------
    progress : Progress
        The numbers so far.
    seconds, pause : float
        Seconds since the start, and since the last token was issued.
    """
    waits_for_tokens = (
        progress.bottleneck == "tokens" and progress.tokens_issued < progress.tokens_to_issue
    )
    rate, left = progress.rate(seconds), _seconds_left(progress, seconds, pause)
    parts = [_per_second(rate)] if rate and not waits_for_tokens else []
    if left:
        parts.append(f"{_clock(left)} left")
    if progress.failed > progress.not_reached:
        parts.append(f"{progress.failed - progress.not_reached} failed")
    if waits_for_tokens:
        interval = progress.token_interval
        limit = progress.token_limit / interval if interval else 0.0
        # If tokens arrive far below the limit, the limit is not the reason.
        is_reason = 0 < limit * seconds <= 2 * progress.tokens_issued
        parts.append("waiting for access tokens" + (f" ({_per_second(limit)})" * is_reason))
    elif progress.in_flight:
        parts.append(f"{progress.in_flight} in flight")
    return ", ".join(parts)


def describe_result(progress: Progress, seconds: float) -> str:
    """Describe a finished run.

    Parameters
    ----------
    progress : Progress
        Its numbers.
    seconds : float
        How long it took.
    """
    rate, failed = progress.rate(seconds), progress.failed - progress.not_reached
    parts = [f"took {_clock(seconds)}", *([_per_second(rate)] if rate else [])]
    if failed:
        parts.append(f"{failed} failed")
    if progress.not_reached:
        parts.append(f"{progress.not_reached} not fetched")
    if progress.failed:
        parts.append("see failures()")
    return ", ".join(parts)


def _new_bar(name: str, progress: Progress) -> tqdm[NoReturn]:
    from tqdm.auto import tqdm

    bar = tqdm(
        desc=name,
        total=progress.total,
        # Saved notebooks show this first state; the current one follows at once.
        initial=progress.resumed,
        bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}{postfix}",
        dynamic_ncols=True,
    )
    box = getattr(bar, "container", None)
    if box is not None:  # in a narrow cell, the text wraps below the bar and keeps it visible
        box.children[1].layout.min_width = "6em"
    return bar


def _seconds_left(progress: Progress, seconds: float, pause: float) -> float:
    """Estimate the seconds left; 0 if unknown."""
    left, rate = progress.total - progress.finished, progress.rate(seconds)
    if not left or not rate:
        return 0.0
    # The limit allows a burst of tokens at once, then none for an interval: the rate so far
    # does not last.
    limit = progress.token_limit
    missing = progress.tokens_to_issue - progress.tokens_issued
    intervals = math.ceil(missing / limit) if limit else 0
    return max(left / rate, intervals * progress.token_interval - pause, 0.0)


def _per_second(rate: float) -> str:
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def wait_for(fetch: Fetch, name: str, *, progress: bool) -> Any:
    """Fetch in the background and show the progress.

    The first interrupt (the stop button, Ctrl-C) ends the run and returns what was fetched; the
    second one returns nothing.

    Raises `ArgumentError` if the fetch needs the event loop that this function would block.
    """
    if fetch.needs_callers_loop:
        raise ArgumentError(
            "The dask client is asynchronous, and an Agency waits.",
            "Use AsyncAgency and await it, or make the Client without asynchronous=True.",
        )
    future = start_in_background(fetch.run)
    is_stopping = False
    try:
        with ProgressBar(name, is_shown=progress) as bar:
            is_shown = False
            while not is_shown:
                # The whole loop body: an interrupt can arrive anywhere, also in the bar.
                try:
                    is_done = future.done()
                    bar.show(fetch.current_progress())
                    if not is_done:
                        concurrent.futures.wait([future], timeout=_REFRESH_SECONDS)
                    is_shown = is_done
                except KeyboardInterrupt:
                    if is_stopping or not (future.done() or fetch.stop()):
                        raise
                    is_stopping = True
    except BaseException:
        future.cancel()
        raise
    return future.result()


async def watch(fetch: Fetch, name: str, *, progress: bool) -> Any:
    """Fetch in the caller's event loop and show the progress."""
    if not progress:
        return await fetch.run()
    task = asyncio.ensure_future(fetch.run())
    try:
        with ProgressBar(name, is_shown=True) as bar:
            while not task.done():
                await asyncio.wait([task], timeout=_REFRESH_SECONDS)
                bar.show(fetch.current_progress())
    finally:
        task.cancel()
    return await task
