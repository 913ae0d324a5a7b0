"""The bar of a run, and waiting beside it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, Self

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import ArgumentError

from .tally import Tally

if TYPE_CHECKING:
    from tqdm.auto import tqdm

_SECONDS: Final = 0.2


class Watched(Protocol):
    """What can be waited for beside a bar: `Fetching`, `One`."""

    @property
    def is_of_this_loop(self) -> bool:
        """Whether it needs the event loop of the caller, who must not block it then."""
        ...

    async def go(self) -> Any:
        """Do it."""
        ...

    def look(self) -> Tally:
        """Return how far it has come."""
        ...

    def stop(self) -> bool:
        """End it and keep what is there; False: there is nothing to keep."""
        ...


class Bar:
    """A tqdm bar of a run: a widget in a notebook, text in a terminal.

    Parameters
    ----------
    name : str
        What is fetched.
    is_shown : bool
        False: nothing is shown.
    monotonic : callable
        Seconds that only grow.
    """

    def __init__(
        self, name: str, *, is_shown: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._is_shown = is_shown
        self._monotonic = monotonic
        self._began = monotonic()
        self._bar: tqdm[NoReturn] | None = None
        self._tally = Tally()
        self._words = ""
        self._minted, self._minted_at = 0, self._began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._write(words_at_the_end(self._tally, self._seconds))
            self._bar.close()

    def show(self, tally: Tally) -> None:
        """Show how far the run has come."""
        if not self._is_shown or not tally.total:
            return
        self._tally = tally
        if self._bar is None:
            self._bar = _new_bar(self._name, tally)
        if tally.minted != self._minted:
            self._minted, self._minted_at = tally.minted, self._monotonic()
        pause = self._monotonic() - self._minted_at
        self._write(words_of(tally, self._seconds, pause))

    @property
    def _seconds(self) -> float:
        return self._monotonic() - self._began

    def _write(self, words: str) -> None:
        assert self._bar is not None
        count = _had_their_turn(self._tally)
        # Not by tqdm's update(), which shows nothing as long as nothing comes.
        if (count, words) != (self._bar.n, self._words):
            self._bar.n, self._words = count, words
            self._bar.set_postfix_str(words)


def words_of(tally: Tally, seconds: float = 0.0, pause: float = 0.0) -> str:
    """Say what a bar cannot show: how fast and how long, failures, and what the run waits for.

    Parameters
    ----------
    tally : Tally
        How far it has come.
    seconds, pause : float
        Since it began, and since an access token was minted last.
    """
    waits_for_tokens = tally.wall == "minting" and tally.minted < tally.to_mint
    rate, left = _rate(tally, seconds), _seconds_left(tally, seconds, pause)
    parts = [_per_second(rate)] if rate and not waits_for_tokens else []
    if left:
        parts.append(f"{_clock(left)} left")
    if tally.failed > tally.unasked:
        parts.append(f"{tally.failed - tally.unasked} failed")
    if waits_for_tokens:
        limit = tally.mint_most / tally.mint_seconds if tally.mint_seconds else 0.0
        # Else minting is slow for another reason, and the limit explains nothing.
        is_why = 0 < limit * seconds <= 2 * tally.minted
        parts.append("waits for access tokens" + (f" ({_per_second(limit)})" if is_why else ""))
    elif tally.in_flight:
        parts.append(f"{tally.in_flight} in flight")
    return ", ".join(parts)


def words_at_the_end(tally: Tally, seconds: float) -> str:
    """Say how a run has ended.

    Parameters
    ----------
    tally : Tally
        How far it has come.
    seconds : float
        How long it has taken.
    """
    rate, failed = _rate(tally, seconds), tally.failed - tally.unasked
    parts = [f"took {_clock(seconds)}", *([_per_second(rate)] if rate else [])]
    if failed:
        parts.append(f"{failed} failed")
    if tally.unasked:
        parts.append(f"{tally.unasked} not asked")
    if tally.failed:
        parts.append("see failures()")
    return ", ".join(parts)


def _new_bar(name: str, tally: Tally) -> tqdm[NoReturn]:
    from tqdm.auto import tqdm

    bar = tqdm(
        desc=name,
        total=tally.total,
        # As every saved notebook then shows it; how far it is follows at once.
        initial=tally.resumed,
        bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}{postfix}",
        dynamic_ncols=True,
    )
    box = getattr(bar, "container", None)
    if box is not None:  # in a narrow cell the words go below the bar, and do not push it away
        box.children[1].layout.min_width = "6em"
    return bar


def _had_their_turn(tally: Tally) -> int:
    return tally.done + tally.failed - tally.unasked


def _rate(tally: Tally, seconds: float) -> float:
    # What an earlier part of the run has done says nothing of how fast this one is.
    return (_had_their_turn(tally) - tally.resumed) / seconds if seconds else 0.0


def _seconds_left(tally: Tally, seconds: float, pause: float) -> float:
    """Estimate how long it still takes; 0: nothing is known."""
    left, rate = tally.total - _had_their_turn(tally), _rate(tally, seconds)
    if not left or not rate:
        return 0.0
    # As many tokens as the limit allows are minted at once, and then none for an interval: what
    # the rate was so far does not last.
    intervals = (
        math.ceil((tally.to_mint - tally.minted) / tally.mint_most) if tally.mint_most else 0
    )
    return max(left / rate, intervals * tally.mint_seconds - pause, 0.0)


def _per_second(rate: float) -> str:
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def wait_for(fetching: Watched, name: str, *, progress: bool) -> Any:
    """Fetch in the background, and show how far it is.

    An interrupt (the stop button, Ctrl-C) ends the run, and gives what is there; one more gives
    nothing.

    Raises
    ------
    ArgumentError
        If its engine needs the event loop that this would block.
    """
    if fetching.is_of_this_loop:
        raise ArgumentError(
            "The dask client is asynchronous, and an Agency waits.",
            "Use AsyncAgency and await it, or make the Client without asynchronous=True.",
        )
    future = start_in_background(fetching.go)
    is_stopping = False
    try:
        with Bar(name, is_shown=progress) as bar:
            is_shown = False
            while not is_shown:
                # All of the loop: an interrupt comes anywhere, also as the bar is told to stay.
                try:
                    is_done = future.done()
                    bar.show(fetching.look())
                    if not is_done:
                        concurrent.futures.wait([future], timeout=_SECONDS)
                    is_shown = is_done
                except KeyboardInterrupt:
                    if is_stopping or not (future.done() or fetching.stop()):
                        raise
                    is_stopping = True
    except BaseException:
        future.cancel()
        raise
    return future.result()


async def watch(fetching: Watched, name: str, *, progress: bool) -> Any:
    """Fetch in the event loop that awaits it, and show how far it is."""
    if not progress:
        return await fetching.go()
    task = asyncio.ensure_future(fetching.go())
    try:
        with Bar(name, is_shown=True) as bar:
            while not task.done():
                await asyncio.wait([task], timeout=_SECONDS)
                bar.show(fetching.look())
    finally:
        task.cancel()
    return await task
