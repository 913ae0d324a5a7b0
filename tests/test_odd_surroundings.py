"""A proxy, certificates, dates, loops and limits that make no sense: an error of ours, and soon."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.background import _background, run_in_background, start_in_background
from ghl_notebook.simulator import Simulator
from ghl_notebook.transport import open_transport
from ghl_notebook.transport.options import open_client
from tests.login.recording import PATIENCE
from tests.planted import traceback_with_locals

ELSEWHERE = "https://ghl.invalid"
OPENERS: dict[str, Callable[[], object]] = {
    "a client": lambda: open_transport(ELSEWHERE, timeout=1),
    "an agency": lambda: open_transport(ELSEWHERE, timeout=1, is_wide=True),
    "a login": lambda: open_client(ELSEWHERE),
}
every_opener = pytest.mark.parametrize("opener", OPENERS)
PASSWORD = "planted-5f2c"


@pytest.fixture(autouse=True)
def _no_network_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the computer's own proxies and certificates."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)


# The network.


@every_opener
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "value",
    ["socks4://x:1", "ftp://x", "http://", "http://[::1", "://", "http://a b:3", "http://h\u00e4",
     f"http://u:{PASSWORD}@127.0.0.1:99999", f"http://u:{PASSWORD}@h:x"],
)  # fmt: skip
def test_a_proxy_that_is_none(
    opener: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is named, its password is not shown, and nothing is asked."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ghl.errors.SettingsError, match=f"(?i){name}") as caught:
        OPENERS[opener]()
    error = caught.value
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    assert PASSWORD not in traceback_with_locals(error)


@pytest.mark.parametrize("opener", ["a client", "a login"])
def test_a_proxy_that_needs_another_package(opener: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Httpx has no SOCKS of its own; pyreqwest has."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(ghl.errors.SettingsError, match="ALL_PROXY"):
        OPENERS[opener]()


def spoil(kind: str, folder: Path) -> Path:
    """Put something in the place of a file of certificates."""
    path = folder / "certificates"
    match kind:
        case "folder":
            path.mkdir()
        case "loop of links":
            path.symlink_to(path)
        case "empty" | "text" | "cut":
            inside = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
            path.write_text({"empty": "", "text": "x"}.get(kind, inside))
    return path


@every_opener
@pytest.mark.parametrize("kind", ["nothing", "folder", "loop of links", "empty", "text", "cut"])
def test_certificates_that_are_none(
    opener: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting is named."""
    monkeypatch.setenv("SSL_CERT_FILE", str(spoil(kind, tmp_path)))
    with pytest.raises(ghl.errors.SettingsError, match="SSL_CERT_FILE"):
        OPENERS[opener]()


@pytest.mark.process
@every_opener
def test_a_pipe_in_the_place_of_certificates_is_not_opened(
    opener: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens it waits for the other end, for ever."""
    path = tmp_path / "certificates"
    os.mkfifo(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    # The other end, which says that it was opened before it ends.
    command = ["sh", "-c", 'exec 3> "$1"; echo opened', "sh", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other_end:
        try:
            with pytest.raises(ghl.errors.SettingsError, match="SSL_CERT_FILE"):
                OPENERS[opener]()
        finally:
            other_end.kill()
        assert other_end.communicate()[0] == b""


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one would look for the fault at the service."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = ghl.Client("pit-00000000-fake", "loc", base_url=ELSEWHERE, total_timeout=0.5)
    with client, pytest.raises(ghl.errors.ConnectionFailedError, match="HTTPS_PROXY"):
        client.accounts.list()


# Dates.


class Broken(tzinfo):
    """A time zone of somebody's own."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        """Fail."""
        raise ZeroDivisionError


EARLY, LATE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
DATES: list[object] = [
    "0001-01-01+14:00", "0001-01-01T00:00+14:00", "9999-12-31", "9999-12-31T23:59-14:00",
    "0000-01-01", "10000-01-01", "2026-02-30", "2026-01-01T24:01Z", "", "\ud83d", "x" * 100_000,
    "2026-01-01T00:00+99:99", pd.NaT, pd.Timestamp.max, pd.Timestamp.min.tz_localize("UTC"),
    pd.Timestamp.max.tz_localize("UTC"), datetime.min.replace(tzinfo=EARLY),
    datetime.max.replace(tzinfo=LATE), date.max, date.min, datetime(2026, 1, 1, tzinfo=Broken()),
    float("nan"), 10**30, timedelta(1), pd.Period("2026-01"),
]  # fmt: skip


def dated() -> list[tuple[str, str]]:
    """Return all public functions and their arguments that are dates, by introspection."""
    found = []
    for name in ghl.__all__:
        public = getattr(ghl, name)
        if inspect.isfunction(public):
            names = inspect.signature(public).parameters.keys() & {"since", "until", "now"}
            found += [(name, parameter) for parameter in names]
    return sorted(found)


@pytest.mark.parametrize(("name", "parameter"), dated())
def test_a_date_at_the_edge(name: str, parameter: str) -> None:
    """Whatever its form, it is refused in a few words before anything is asked."""
    client = ghl.Client("pit-00000000-fake", "loc", base_url=ELSEWHERE, api_version="v3")
    given: dict[str, Any] = {"client": client, "since": "2026-01-01", "until": "2026-01-02"}
    if parameter == "now":
        account = {"expire": "2026-01-05", "is_expired": False, "platform": "x", "deleted": False}
        frame = pd.DataFrame([account])
        day = pd.Series([pd.Timestamp("2026-01-05", tz="UTC")])
        columns = ghl.columns("posts")["column"].to_list()
        frames = {
            "accounts": frame.assign(
                expire=pd.to_datetime(frame["expire"], utc=True), id="x", name="x", location_id="x"
            ),
            "frame": pd.DataFrame({"account_ids": ["x"], "schedule_date": ["x"]}),
            "posts": pd.DataFrame(
                {name: day if "_at" in name or "date" in name else ["x"] for name in columns}
            ),
        }
        wanted = inspect.signature(getattr(ghl, name)).parameters
        given = {key: value for key, value in frames.items() if key in wanted}
    for value in DATES:
        with pytest.raises(ghl.errors.ArgumentError, match=parameter) as caught:
            getattr(ghl, name)(**given | {parameter: value})
        assert len(str(caught.value)) < 500
    client.close()


def test_a_plan_with_dates_at_the_edge(sim: Simulator) -> None:
    """Its rows are refused, and the report has one line for each."""
    with ghl.Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
        account = str(client.accounts.list().accounts[0].id)
        plan = pd.DataFrame({"schedule_date": pd.Series(DATES, dtype=object), "summary": "x"})
        report = ghl.schedule_posts(client, plan.assign(account_ids=account))
    assert len(report) == len(DATES)
    assert set(report["action"]) == {"refused"}


# Loops.


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """The service."""
    with Simulator() as sim:
        yield sim


@pytest.fixture
def client(sim: Simulator) -> Any:
    """A client of the simulator."""
    with ghl.Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
        client.accounts.list()
        yield client


# anyio leaves a connection's coroutine behind when the loop ends in the middle of it.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:coroutine 'connect_tcp:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_client_in_several_loops(sim: Simulator) -> None:
    """`asyncio.run` ends its loop each time; the connections go with it."""
    client = ghl.AsyncClient(sim.token, sim.location_id, base_url=sim.base_url)

    async def leave() -> None:
        """End while a request is going."""
        begun = asyncio.ensure_future(client.accounts.list())
        await asyncio.sleep(0)
        assert not begun.done()

    async def ask() -> int:
        return len((await client.accounts.list()).accounts)

    assert len({asyncio.run(ask()) for _ in range(3)}) == 1
    asyncio.run(leave())
    assert asyncio.run(ask())
    asyncio.run(client.aclose())
    gc.collect()  # here, where the warning is expected


def stop() -> None:
    """Stop the background loop, as a user's own code may."""
    loop, thread = _background.loop(), _background._thread
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE)


def end_the_thread() -> None:
    """End the thread of the background loop."""

    async def leave() -> None:
        raise SystemExit

    thread = _background._thread
    start_in_background(leave)
    thread.join(PATIENCE)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("end", [stop, end_the_thread])
def test_after_the_background_loop_has_ended(client: ghl.Client, end: Callable[[], None]) -> None:
    """The next call has another one."""
    end()
    assert client.accounts.list().accounts


def test_a_loop_that_is_stopped_in_the_middle() -> None:
    """Who waits is told, and told to look."""

    async def wait() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.stop)
        await asyncio.Event().wait()

    with pytest.raises(ghl.errors.ConnectionFailedError, match="was stopped") as caught:
        run_in_background(wait)
    assert caught.value.outcome_unknown


# Limits.


FULL = """
    import asyncio, resource
    import pandas as pd
    import ghl_notebook as ghl
    from ghl_notebook.simulator import Simulator

    loop = asyncio.new_event_loop()
    sim = Simulator().start()
    # Nobody listens there.
    given = {"token": "pit-00000000-fake", "location_id": "loc", "total_timeout": 0.2,
             "base_url": "http://127.0.0.1:9"}
    warm = ghl.Client(**given)
    try:
        warm.accounts.list()
    except ghl.errors.ConnectionFailedError:
        pass
    plan = pd.DataFrame(
        {"account_ids": ["x"], "summary": ["Hello"], "schedule_date": ["2026-02-01T10:00Z"]}
    )

    async def ask():
        await ghl.AsyncClient(**given).accounts.list()

    def login():
        card = ghl.ConnectAccount(warm)
        try:
            card.open_in_browser(lambda _: True)
        finally:
            card.cancel()

    calls = {
        "a client": lambda: ghl.Client(**given).accounts.list(),
        "elsewhere": lambda: ghl.Client("pit-00000000-fake", "x", base_url="https://ghl.invalid"),
        "an async client": lambda: loop.run_until_complete(ask()),
        "an agency": lambda: ghl.DemoAgency(sim),
        "a frame": lambda: ghl.fetch_accounts(warm), "a login": login,
        "a demo": lambda: ghl.demo().close(), "agencies": lambda: ghl.demo_agency().close(),
        "a folder": lambda: ghl.list_runs("."), "log out": lambda: ghl.log_out(),
        "a plan": lambda: ghl.schedule_posts(warm, plan, dry_run=False),
        "a report": lambda: ghl.read_schedule(warm), "a doctor": lambda: ghl.doctor(warm),
    }
    held = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
    try:
        while True:
            held.append(open("/dev/null"))
    except OSError:
        pass
    for free in (0, 3):
        while len(held) and free:
            held.pop().close()
            free -= 1
        for name, call in calls.items():
            try:
                call()
            except ghl.GHLError as error:
                assert error.next_step, name
            except BaseException as error:
                print(len(held), name, type(error).__name__, error)
    while held:
        held.pop().close()
    with ghl.demo() as demo:
        assert demo.accounts.list().accounts
    print("over")
"""


@pytest.mark.process
def test_no_more_files_can_be_opened(tmp_path: Path) -> None:
    """Whoever is called says so; and afterwards, all goes on."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GHL_")}
    environ |= {"GHL_CREDENTIALS_DIR": str(tmp_path), "GHL_PLANS_DIR": str(tmp_path / "plans")}
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL)],
        env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.stdout == "over\n", ended.stdout + ended.stderr[-2000:]


# Objects.


# Records are made at once, in C.
MADE = [
    kind
    for kind in (getattr(ghl, name) for name in ghl.__all__)
    if inspect.isclass(kind) and not issubclass(kind, msgspec.Struct)
]


@pytest.mark.parametrize("kind", MADE)
def test_a_half_made_object_shows_itself(kind: type) -> None:
    """Who shows the variables of an error's frames meets one."""
    assert isinstance(repr(kind.__new__(kind)), str)
