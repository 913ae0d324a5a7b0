"""Runs every fault against every operation, and makes the table of what came of it."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import trustme

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, GHLError
from ghl_notebook.auth import Credential
from ghl_notebook.settings import now
from ghl_notebook.simulator import Simulator
from ghl_notebook.transport import open_transport
from tests.logs import EveryLogger

from .catalog import CASES, SURVIVED, Case, Must
from .plots import Plot, lay_out
from .server import Asked, Fault, FaultServer

MATRIX = Path(__file__).with_name("MATRIX.md")

Operation = Literal["GET accounts", "POST attach", "GET start"]
OPERATIONS: tuple[Operation, ...] = ("GET accounts", "POST attach", "GET start")
Mode = Literal["once", "lasting"]
MODES: tuple[Mode, ...] = ("once", "lasting")
Whose = Literal["a sub-account's", "an agency's"]
"""Whose client it is: an agency's requests are carried by pyreqwest instead of httpx."""
OWNERS: tuple[Whose, ...] = ("a sub-account's", "an agency's")

AT_ONCE = 8
"""Cells that run at the same time."""
SILENT_AT_ONCE = 32
"""Beside them, those in which nothing happens but waiting."""
SECONDS = 60.0
"""After which a call hangs."""
TIMEOUT = 3.0
TIME_LIMIT = 20.0
"""Enough for all attempts of a call that are silent, each for its own time."""


@dataclass(frozen=True)
class Cell:
    """One fault, met by one operation."""

    case: Case
    operation: Operation
    mode: Mode
    whose: Whose = "a sub-account's"

    def __str__(self) -> str:
        of = " - agency" if self.whose == "an agency's" else ""
        return f"{self.case.name} - {self.operation} - {self.mode}{of}"

    @property
    def must(self) -> frozenset[str]:
        """What may come of it."""
        musts: dict[Operation, Must] = {
            "GET accounts": self.case.get,
            "POST attach": self.case.post,
            "GET start": self.case.start,
        }
        must = musts[self.operation]
        return must.once if self.mode == "once" else must.lasting


CELLS = [
    Cell(case, operation, mode, whose)
    for whose in OWNERS
    for case in CASES
    for operation in OPERATIONS
    for mode in MODES
    if not (case.only_lasting and mode == "once")
]


@dataclass
class Outcome:
    """What came of a cell.

    Attributes
    ----------
    result : str
        `SURVIVED`, the error's class, or words for what must never be.
    attempts : int
        How often the request was sent, or tried to be.
    done : int
        How often the simulator has attached the account.
    logged : list of str
        All that was logged meanwhile.
    """

    result: str
    attempts: int
    done: int
    plot: Plot
    error: Exception | None = field(default=None, repr=False)
    logged: list[str] = field(default_factory=list, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether the error says that the call may have been carried out."""
        return bool(getattr(self.error, "outcome_unknown", False))


_NO_CONNECTION = re.compile(r"(connect_tcp|start_tls)\.failed")
# pyreqwest does not log its connections: where no fault but that is met, this is the same.
_NO_ANSWER = re.compile(r"ghl_notebook\.transport .*: no answer, ")

_heard: ContextVar[Ear | None] = ContextVar("heard", default=None)


@dataclass
class Ear:
    """What the client of one cell logs."""

    no_connection: re.Pattern[str] = _NO_CONNECTION
    texts: list[str] = field(default_factory=list)
    dials: int = 0
    after_first_dial: Callable[[], None] | None = None


class Ears(EveryLogger):
    """Gives each line of the log to the cell in whose task it was written.

    Attributes
    ----------
    stray : list of str
        Lines that no cell has written.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.stray: list[str] = []
        self._format = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, and what a log collector would take from the record itself."""
        if str(record.threadName).startswith("ghl-simulator"):
            return
        ear = _heard.get()
        texts = self.stray if ear is None else ear.texts
        texts += [self._format.format(record), repr(vars(record))]
        if ear is not None and ear.no_connection.search(texts[-2]):
            ear.dials += 1
            if ear.after_first_dial is not None:
                ear.after_first_dial()
                ear.after_first_dial = None


Call = Callable[[Operation, Plot, str], Awaitable[tuple[str, Exception | None]]]
"""Makes a call to an address: what came of it, `SURVIVED` if it was right, and its error."""


class Stand:
    """A simulator for all cells, and another server that redirects lead to.

    Parameters
    ----------
    call : callable, optional
        What is judged; this package's client by default.

    Attributes
    ----------
    stranger : FaultServer
        Where nothing may ever arrive.
    ears : Ears
        What was logged.
    """

    def __init__(self, call: Call | None = None) -> None:
        self._stack = ExitStack()
        self._call = call
        self.ears = Ears()

    def __enter__(self) -> Stand:
        self.sim = self._stack.enter_context(Simulator())
        self.sim.levers.rate_limit = 1_000_000
        self.stranger = self._stack.enter_context(FaultServer(self.sim.base_url, lambda _: None))
        self._stack.enter_context(self.ears.installed())
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(self._tls)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    async def run(self, cells: Iterable[Cell]) -> dict[Cell, Outcome]:
        """Run cells, several at the same time, and return what came of them in their order."""
        cells = list(cells)
        gates = {True: asyncio.Semaphore(SILENT_AT_ONCE), False: asyncio.Semaphore(AT_ONCE)}
        # httpx looks names up in it: no call may wait until the server of another has started.
        threads = ThreadPoolExecutor(SILENT_AT_ONCE + AT_ONCE)
        asyncio.get_running_loop().set_default_executor(threads)

        async def one(cell: Cell) -> tuple[Cell, Outcome]:
            async with gates[cell.case.is_silent]:
                return cell, await self._run(cell)

        together = [one(cell) for cell in cells if not cell.case.is_heavy]
        outcomes = dict(await asyncio.gather(*together))
        for cell in cells:
            if cell.case.is_heavy:
                outcomes.update([await asyncio.create_task(one(cell))])  # with a log of its own
        return {cell: outcomes[cell] for cell in cells}

    async def _run(self, cell: Cell) -> Outcome:
        plot = lay_out(self.sim, pages=3, attached=2)
        case = cell.case
        ear = Ear()
        if cell.whose == "an agency's" and not case.is_connected:
            ear.no_connection = _NO_ANSWER
        _heard.set(ear)
        # What starts and stops takes a thread of its own: the loop has other cells, with timeouts.
        server = await asyncio.to_thread(
            FaultServer,
            self.sim.base_url,
            _script(case, cell.mode),
            door=case.door,
            tls=self._tls if case.door == "tls" else None,
            stranger=self.stranger.base_url,
        )
        await asyncio.to_thread(server.__enter__)
        try:
            if cell.mode == "once" and case.door in ("closed", "full"):
                ear.after_first_dial = server.open_door
            address = case.address
            if address in ("", "https"):
                address = server.base_url if not address else f"https{server.base_url[4:]}"
            call = self._call or partial(self._call_ours, cell.whose)
            result, error = await call(cell.operation, plot, address)
            if server.seen:
                attempts = len(server.seen) + ear.dials
            else:
                attempts = max(server.connections, ear.dials)
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)
        return Outcome(result, attempts, self._done(plot), plot, error, ear.texts)

    async def _call_ours(
        self, whose: Whose, operation: Operation, plot: Plot, address: str
    ) -> tuple[str, Exception | None]:
        async with new_client(plot, address, whose=whose) as client:
            try:
                async with asyncio.timeout(SECONDS):
                    is_right = await getattr(self, _DOING[operation])(client, plot)
            except TimeoutError:
                return "hangs", None
            except Exception as error:  # noqa: BLE001 - whatever it is, the table tells
                return type(error).__name__, error
        return SURVIVED if is_right else "wrong answer", None

    async def _list(self, client: AsyncClient, plot: Plot) -> bool:
        frame = await ghl.fetch_accounts(client, deleted=True)
        return frame["id"].to_list() == list(plot.attached)

    async def _attach(self, client: AsyncClient, plot: Plot) -> bool:
        page = plot.pages[-1]
        attached = await client.oauth.attach("instagram", plot.login_id, plot.offer(page))
        return attached.origin_id in (page, None)

    async def _start(self, client: AsyncClient, plot: Plot) -> bool:
        address = (await client.oauth.start("instagram")).reveal()
        return address.startswith((f"{self.sim.base_url}/consent/", self.stranger.base_url))

    def _done(self, plot: Plot) -> int:
        return sum(
            r.method == "POST" and r.status == 201 and plot.login_id in r.path
            for r in self.sim.requests
        )


_DOING: dict[Operation, str] = {
    "GET accounts": "_list",
    "POST attach": "_attach",
    "GET start": "_start",
}


@asynccontextmanager
async def new_client(
    plot: Plot, address: str, *, whose: Whose = "a sub-account's", time_limit: float = TIME_LIMIT
) -> AsyncIterator[AsyncClient]:
    """Make a client that has little patience."""
    if whose == "an agency's":
        transport = await asyncio.to_thread(open_transport, address, timeout=TIMEOUT, is_wide=True)
        client = AsyncClient.sharing(
            transport,
            Credential.of_token(plot.token, plot.location_id, source="a test"),
            total_timeout=time_limit,
            clock=now,
        )
        client.user_id = plot.user_id
        try:
            yield client
        finally:
            await transport.aclose()
        return
    made = partial(
        AsyncClient,
        plot.token,
        plot.location_id,
        plot.user_id,
        base_url=address,
        timeout=TIMEOUT,
        total_timeout=time_limit,
    )
    async with await asyncio.to_thread(made) as client:
        yield client


def _script(case: Case, mode: Mode) -> Callable[[Asked], Fault | None]:
    if case.door != "open":
        return lambda _: None
    return lambda asked: case.fault if mode == "lasting" or asked.number == 1 else None


def verdict(cell: Cell, outcome: Outcome) -> list[str]:
    """Return what is wrong with what came of a cell."""
    faults = []
    if outcome.result not in cell.must:
        wanted = " or ".join(sorted(cell.must))
        faults.append(f"{outcome.result}, must be {wanted}")
    if outcome.error is not None and not isinstance(outcome.error, GHLError):
        faults.append(f"{outcome.result} is no GHLError")
    if cell.operation != "POST attach":
        return faults + ["says that it may have changed something"] * outcome.is_open
    if outcome.result == SURVIVED and outcome.done != 1:
        faults.append(f"survived, and was carried out {outcome.done} times")
    if outcome.result != SURVIVED:
        if outcome.done > 1:
            faults.append(f"was carried out {outcome.done} times")
        if outcome.done and not outcome.is_open:
            faults.append("was carried out, and the error does not say that it may have been")
        if cell.case.is_open is not None and outcome.is_open != cell.case.is_open:
            faults.append(f"{'says' if outcome.is_open else 'does not say'} that it may have been")
    return faults


def shown(cell: Cell, outcome: Outcome) -> str:
    """Return the text of a field."""
    text = outcome.result
    if outcome.is_open:
        text += " (may have been done)"
    return f"{text}, {outcome.attempts}x" + "".join(f" **{f}**" for f in verdict(cell, outcome))


_TEXT = """\
# The fault matrix

What comes of a call when something goes wrong on its way, over real sockets: `survived` is the
right answer in the end, anything else the error, and `2x` how often the request was sent. *Once*,
the fault meets the first attempt only; *lasting*, every one. *Done* faults come after the service
has carried the request out, *not done* ones before.

Made by `python -m tests.faults --write`; `tests/faults/test_matrix.py` holds it to the run.

{figures}

{tables}"""

_TABLE = """\
## {whose} client

{about}

{table}"""
_ABOUT: dict[Whose, str] = {
    "a sub-account's": "`Client(...)`: its requests are carried by httpx.",
    "an agency's": "`Agency(...).client(location_id)`: its requests are carried by pyreqwest.",
}


def markdown(outcomes: dict[Cell, Outcome]) -> str:
    """Return the tables and their figures as Markdown."""
    tables = [
        _TABLE.format(whose=whose.capitalize(), about=_ABOUT[whose], table=_table(whose, outcomes))
        for whose in OWNERS
    ]
    return _TEXT.format(figures=figures(outcomes), tables="\n".join(tables))


def _table(whose: Whose, outcomes: dict[Cell, Outcome]) -> str:
    columns = [(operation, mode) for operation in OPERATIONS for mode in MODES]
    head = ["fault", *(f"{operation}, {mode}" for operation, mode in columns)]
    lines = [head, ["---"] * len(head)]
    for case in CASES:
        fields = []
        for operation, mode in columns:
            cell = Cell(case, operation, mode, whose)
            if case.only_lasting and mode == "once":
                fields.append("cannot come once")
            else:
                fields.append(shown(cell, outcomes[cell]) if cell in outcomes else "?")
        lines.append([case.name, *fields])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def figures(outcomes: dict[Cell, Outcome]) -> str:
    """Return how many faults were tried, survived and reported."""
    survived = sum(outcome.result == SURVIVED for outcome in outcomes.values())
    reported = sum(isinstance(outcome.error, GHLError) for outcome in outcomes.values())
    twice = sum(outcome.done > 1 for outcome in outcomes.values())
    return (
        f"{len(CASES)} faults, {len(outcomes)} calls tried: {survived} survived, {reported} "
        f"reported as an error of `ghl_notebook`, {len(outcomes) - survived - reported} neither; "
        f"{twice} attached twice."
    )
