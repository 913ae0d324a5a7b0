"""The bar of a run, and waiting beside it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import ArgumentError

from .fetching import Fetching
from .tally import Tally

if TYPE_CHECKING:
    from tqdm.auto import tqdm

_SECONDS: Final = 0.2


class Bar:
    """A tqdm bar of a run: a widget in a notebook, text in a terminal.

    Parameters
    ----------
    name : str
        What is fetched.
    is_shown : bool
        False: nothing is shown.
    """

    def __init__(self, name: str, *, is_shown: bool) -> None:
        self._name = name
        self._is_shown = is_shown
        self._began = time.time()
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, tally: Tally) -> None:
        """Show how far the run has come."""
        if not self._is_shown or not tally.total:
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(
                desc=self._name,
                unit=" sub-accounts",
                total=tally.total,
                # What an earlier part of the run has done says nothing of how fast this one is.
                initial=tally.resumed,
            )
            self._bar.start_t = self._bar.last_print_t = self._began
        self._bar.set_postfix_str(words_of(tally), refresh=False)
        self._bar.update(tally.done + tally.failed - self._bar.n)


def words_of(tally: Tally) -> str:
    """Say what a bar cannot show: failures, and what the run waits for."""
    parts = [f"{tally.failed} failed"] if tally.failed else []
    if tally.wall == "minting" and tally.minted < tally.to_mint:
        parts.append(f"waits for access tokens, {tally.to_mint - tally.minted} to mint")
    elif tally.in_flight:
        parts.append(f"{tally.in_flight} in flight")
    return ", ".join(parts)


def wait_for(fetching: Fetching, name: str, *, progress: bool) -> Any:
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
            while not future.done():
                try:
                    concurrent.futures.wait([future], timeout=_SECONDS)
                    bar.show(fetching.tally)
                except KeyboardInterrupt:
                    if is_stopping or not fetching.stop():
                        raise
                    is_stopping = True
            bar.show(fetching.tally)
    except BaseException:
        future.cancel()
        raise
    return future.result()


async def watch(fetching: Fetching, name: str, *, progress: bool) -> Any:
    """Fetch in the event loop that awaits it, and show how far it is."""
    if not progress:
        return await fetching.go()
    task = asyncio.ensure_future(fetching.go())
    try:
        with Bar(name, is_shown=True) as bar:
            while not task.done():
                await asyncio.wait([task], timeout=_SECONDS)
                bar.show(fetching.tally)
    finally:
        task.cancel()
    return await task
