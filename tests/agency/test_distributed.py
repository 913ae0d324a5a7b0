"""A run on the workers of dask.distributed: the same answer, and no secret on the way."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dask
import httpx
import pandas as pd
import pytest
from dask.base import tokenize
from distributed import Client, LocalCluster

import ghl_notebook as ghl
from ghl_notebook import Agency, AsyncAgency
from ghl_notebook.agency import AgencyFetch, FetchSpec, list_run_folders, wait_for
from ghl_notebook.agency.batch import Batch
from ghl_notebook.agency.dask_client import DaskExecutor
from ghl_notebook.api import AsyncClient
from ghl_notebook.fetch.accounts import ACCOUNTS
from ghl_notebook.fetch.recipe import spec_of
from ghl_notebook.frames import ACCOUNT_LAYOUT, RowsTable, agency_frame
from ghl_notebook.simulator import Simulator
from tests import local
from tests.agency.conftest import make_agency
from tests.agency.test_fetch_all import LIST, asked

pytestmark = pytest.mark.process

LOCATIONS = 302
MINT = "/oauth/locationToken"


_SECONDS = 120
"""A bound, not a wait: on a busy machine a worker was seen to start and never be heard of."""


@contextmanager
def make_cluster(workers: int) -> Iterator[LocalCluster]:
    """Start workers in processes of their own, with one thread each."""
    with LocalCluster(
        n_workers=0,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        cluster.scale(workers)
        cluster.wait_for_workers(workers, timeout=_SECONDS)
        yield cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Three workers."""
    with make_cluster(3) as cluster:
        yield cluster


@pytest.fixture
def engine(cluster: LocalCluster) -> Iterator[Client]:
    """A client of the three workers, all of which are there."""
    with Client(cluster) as client:
        client.wait_for_workers(3, timeout=_SECONDS)
        yield client


@pytest.fixture(scope="module")
def crowd() -> Iterator[Simulator]:
    """An agency of 302 sub-accounts."""
    with Simulator(locations=LOCATIONS - 2, accounts=3) as simulator:
        yield simulator


@pytest.fixture
def sim(crowd: Simulator) -> Simulator:
    """It is well-behaved, and without a limit."""
    crowd.levers.reset()
    crowd.levers.rate_limit, crowd.levers.rate_interval = 1_000_000, 0.01
    return crowd


@pytest.fixture
def agency(sim: Simulator) -> Iterator[Agency]:
    """The agency, without a single access token of a sub-account."""
    with make_agency(sim) as agency:
        yield agency


@pytest.fixture(scope="module")
def warmed(crowd: Simulator) -> Iterator[tuple[Agency, pd.DataFrame]]:
    """The agency with all access tokens, and what a run without workers gives."""
    crowd.levers.reset()
    crowd.levers.rate_limit, crowd.levers.rate_interval = 1_000_000, 0.01
    with make_agency(crowd) as agency:
        yield agency, ghl.fetch_accounts(agency)


@pytest.fixture
def warm(sim: Simulator, warmed: tuple[Agency, pd.DataFrame]) -> Agency:
    """The agency with all access tokens."""
    return warmed[0]


@pytest.fixture
def expected(warmed: tuple[Agency, pd.DataFrame]) -> pd.DataFrame:
    """What a run without workers gives."""
    return warmed[1]


def until(condition: Callable[[], object]) -> None:
    """Wait for something that comes soon."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def in_the_middle(fetching: AgencyFetch, act: Callable[[], object]) -> pd.DataFrame:
    """Do something as soon as a run has got its first batch, and return what it gives."""

    def wait_and_act() -> None:
        until(lambda: fetching.progress.done)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    frame = wait_for(fetching, "accounts", progress=False)
    assert isinstance(frame, pd.DataFrame)
    thread.join()
    return frame


def slow(sim: Simulator) -> None:
    """Let batches take so long that something can happen to them."""
    sim.levers.latency = 0.05


def fetching_slowly(sim: Simulator, agency: Agency, engine: Client, **options: Any) -> AgencyFetch:
    """Return a run that is slow enough for something to happen in the middle."""
    slow(sim)
    spec = spec_of(ACCOUNTS, {"deleted": False})
    return AgencyFetch(agency.core, spec, engine=engine, in_flight=3, **options)


def odd_spec(ask: Any) -> FetchSpec:
    """Return a spec that does something else on the worker."""
    return FetchSpec(
        "accounts", ask, partial(RowsTable, ACCOUNT_LAYOUT), partial(agency_frame, ACCOUNT_LAYOUT)
    )


async def fail(client: AsyncClient) -> bytes:
    """Fail as nothing here does: with the access token in the error."""
    token = await client.credential.auth("x").token()
    raise RuntimeError(token.reveal())


async def die(_: AsyncClient) -> bytes:
    """End the worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def facts(frame: pd.DataFrame) -> dict[Hashable, object]:
    """Return the attrs that do not depend on the time."""
    return {name: value for name, value in frame.attrs.items() if name != "fetched_at"}


def test_the_answer_is_that_of_a_run_without_workers(
    agency: Agency, engine: Client, expected: pd.DataFrame
) -> None:
    """Cold, and warm: order, columns and failures."""
    for _ in range(2):
        frame = ghl.fetch_accounts(agency, engine=engine, progress=True)
        pd.testing.assert_frame_equal(frame, expected)
        assert facts(frame) == facts(expected)


def test_each_sub_account_is_asked_once_and_by_the_workers(
    agency: Agency, sim: Simulator, engine: Client
) -> None:
    """So a worker's own pacing is enough; each of its tokens is minted once, here."""
    before, mints = asked(sim), sum(one.path == MINT for one in sim.requests)
    ghl.fetch_accounts(agency, engine=engine)
    count = asked(sim) - before
    assert len(count) == LOCATIONS
    assert set(count.values()) == {1}
    assert sum(one.path == MINT for one in sim.requests) - mints == LOCATIONS
    assert agency.core.credential.is_warm(next(iter(count)))


def test_sub_accounts_that_fail_are_the_same(
    agency: Agency, sim: Simulator, engine: Client
) -> None:
    """With the same words: those whose token is not minted, and those that the worker asks."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()[:60]
    sim.levers.fail_with("scope_missing", LIST.format(ids[9]), times=None)
    sim.levers.fail_with("invalid_token", LIST.format(ids[50]), times=None)
    sim.levers.fail(LIST.format(ids[4]), 503, "Service Unavailable", times=None)
    sim.levers.not_installed.add(ids[2])
    near = ghl.failures(ghl.fetch_accounts(agency, locations=ids))
    far = ghl.failures(ghl.fetch_accounts(agency, locations=ids, engine=engine))
    assert far["location_id"].tolist() == [ids[2], ids[4], ids[9], ids[50]]
    near, far = (frame.drop(columns="trace_id") for frame in (near, far))
    near["message"] = near["message"].str.replace(r"[Tt]race id \S+", "", regex=True)
    far["message"] = far["message"].str.replace(r"[Tt]race id \S+", "", regex=True)
    pd.testing.assert_frame_equal(near, far)


def test_a_token_that_holds_no_more_is_minted_anew_here(
    warm: Agency, sim: Simulator, engine: Client, expected: pd.DataFrame
) -> None:
    """Once, and its sub-account is asked again; the worker has nothing to mint with."""
    ids = expected["location_id"].unique()[[3, 77]]
    for one in ids:
        sim.levers.fail_with("invalid_token", LIST.format(one), times=1)
    before, first = asked(sim), len(sim.requests)
    frame = ghl.fetch_accounts(warm, engine=engine)
    pd.testing.assert_frame_equal(frame, expected)
    assert Counter({one: n for one, n in (asked(sim) - before).items() if n > 1}) == Counter(
        dict.fromkeys(ids, 2)
    )
    assert sum(one.path == MINT for one in sim.requests[first:]) == 2


def test_workers_that_are_killed_change_nothing(
    warm: Agency, sim: Simulator, engine: Client, expected: pd.DataFrame
) -> None:
    """Two of three, in the middle of their batches."""
    workers = list(engine.run(os.getpid).values())
    assert os.getpid() not in workers

    def kill() -> None:
        for pid in workers[:2]:
            os.kill(pid, signal.SIGKILL)

    frame = in_the_middle(fetching_slowly(sim, warm, engine), kill)
    pd.testing.assert_frame_equal(frame, expected)
    assert facts(frame) == facts(expected)
    until(lambda: len(engine.nthreads()) == 3)
    assert not set(workers[:2]) & set(engine.run(os.getpid).values())


def test_what_kills_its_workers_is_a_failure(
    warm: Agency, cluster: LocalCluster, engine: Client
) -> None:
    """Its sub-accounts are named, and the run goes on."""
    ids = ghl.fetch_locations(warm)["location_id"].tolist()[:3]
    allowed, cluster.scheduler.allowed_failures = cluster.scheduler.allowed_failures, 0
    try:
        frame = wait_for(
            AgencyFetch(warm.core, odd_spec(die), locations=ids, engine=engine), "", progress=False
        )
    finally:
        cluster.scheduler.allowed_failures = allowed
    assert ghl.failures(frame)["error"].tolist() == ["WorkerError"] * 3
    until(lambda: len(engine.nthreads()) == 3)


def test_an_interrupt_gives_what_is_there(warm: Agency, sim: Simulator, engine: Client) -> None:
    """As without workers."""
    fetching = fetching_slowly(sim, warm, engine)
    frame = in_the_middle(fetching, fetching.stop)
    failed = ghl.failures(frame)
    assert 0 < frame["location_id"].nunique() < LOCATIONS
    assert set(failed["error"]) == {"RunStoppedError"}
    assert fetching.progress.done + fetching.progress.failed == fetching.progress.total == LOCATIONS


def test_a_cluster_that_goes_leaves_what_is_there(
    warm: Agency, sim: Simulator, cluster: LocalCluster
) -> None:
    """The rest is named as not asked."""
    client = Client(cluster)
    frame = in_the_middle(fetching_slowly(sim, warm, client), client.close)
    assert 0 < frame["location_id"].nunique() < LOCATIONS
    assert set(ghl.failures(frame)["error"]) == {"RunError"}
    assert not ghl.failures(frame)["asked"].any()


def test_a_run_with_a_folder_goes_on_where_it_was(
    warm: Agency, sim: Simulator, engine: Client, expected: pd.DataFrame, tmp_path: Path
) -> None:
    """Parts are written here as batches come."""
    fetching = fetching_slowly(sim, warm, engine, folder=tmp_path, write_every=0.0)
    in_the_middle(fetching, fetching.stop)
    (run,) = list_run_folders(tmp_path, "accounts")
    done = run.check().location_ids
    assert 0 < len(done) < LOCATIONS
    until(lambda: not any(engine.processing().values()))
    before = asked(sim)
    frame = ghl.fetch_accounts(warm, engine=engine, folder=tmp_path)
    assert not done & (asked(sim) - before).keys()
    pd.testing.assert_frame_equal(frame, expected)
    assert len(list_run_folders(tmp_path, "accounts")) == 1


def test_a_service_that_is_out_is_not_asked_by_all(
    warm: Agency, sim: Simulator, engine: Client
) -> None:
    """Batches are too small to tell, so it is told here."""
    sim.levers.fail("/social-media-posting/*", 503, "Service Unavailable", times=None)
    before = asked(sim)
    with pytest.raises(ghl.errors.ServiceError):
        ghl.fetch_accounts(warm, engine=engine)
    assert len(asked(sim) - before) < LOCATIONS


def test_a_lazy_frame_computes_to_the_same(
    warm: Agency, engine: Client, expected: pd.DataFrame
) -> None:
    """Its partitions are batches; its columns are there before it is computed."""
    lazy = ghl.fetch_accounts(warm, engine=engine, lazy=True)
    assert lazy.npartitions > 3
    pd.testing.assert_frame_equal(lazy._meta, expected.iloc[:0])
    pd.testing.assert_frame_equal(lazy.compute().reset_index(drop=True), expected)
    assert lazy["is_expired"].sum().compute() == expected["is_expired"].sum()


def test_the_partitions_of_a_lazy_frame_name_what_is_missing(
    agency: Agency, sim: Simulator, engine: Client
) -> None:
    """What the workers met, and what was known before."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()[:60]
    sim.levers.not_installed.add(ids[2])
    sim.levers.fail_with("scope_missing", LIST.format(ids[9]), times=None)
    lazy = ghl.fetch_accounts(agency, locations=ids, engine=engine, lazy=True)
    none = ghl.failures(ghl.fetch_accounts(agency, locations=[]))
    frame, failed = dask.compute(lazy, lazy.map_partitions(ghl.failures, meta=none))
    assert frame["location_id"].nunique() == len(ids) - 2
    assert dict(zip(failed["location_id"], failed["error"], strict=True)) == {
        ids[2]: "CredentialError",
        ids[9]: "ScopeError",
    }


def test_a_lazy_frame_of_nothing_is_empty(warm: Agency, engine: Client) -> None:
    """With all columns."""
    lazy = ghl.fetch_accounts(warm, locations=[], engine=engine, lazy=True)
    pd.testing.assert_frame_equal(
        lazy.compute().reset_index(drop=True), ghl.fetch_accounts(warm, locations=[])
    )


async def test_an_agency_and_a_client_that_are_awaited(
    sim: Simulator, warm: Agency, cluster: LocalCluster, expected: pd.DataFrame
) -> None:
    """In the same event loop; one that waits would block it, and says so."""
    async with (
        AsyncAgency(credential=warm.credential, base_url=sim.base_url) as other,
        Client(cluster.scheduler_address, asynchronous=True) as client,
    ):
        with pytest.raises(ghl.errors.ArgumentError, match="AsyncAgency"):
            ghl.fetch_accounts(warm, engine=client)
        frame = await ghl.fetch_accounts(other, engine=client)
    pd.testing.assert_frame_equal(frame, expected)


def test_what_is_sent_holds_tokens_of_its_sub_accounts_only(agency: Agency, sim: Simulator) -> None:
    """Neither the agency's, nor a refresh token, nor another sub-account's."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()[:3]
    before = set(sim.state.issued)
    ghl.fetch_accounts(agency, locations=ids)
    batch = Batch(agency.core.delegate(ids[:2]), spec_of(ACCOUNTS, {"deleted": False}), (), None)
    sent = pickle.dumps(batch)
    found = [token for token in sim.state.issued if token.encode() in sent]
    assert len(found) == 2
    assert not before & set(found)
    assert not [token for token in found if token in f"{batch!r}{batch.agency!r}{vars(batch)!r}"]
    again = pickle.loads(sent)
    assert ids[0] in again.agency
    assert ids[2] not in again.agency


def test_dask_names_no_task_after_tokens(agency: Agency) -> None:
    """Tokens that are delegated twice have two names: none is made of what they are."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()[:2]
    ghl.fetch_accounts(agency, locations=ids)
    one, two = (
        Batch(agency.core.delegate(ids), spec_of(ACCOUNTS, {"deleted": False}), (), None)
        for _ in "ab"
    )
    assert tokenize(one) == tokenize(pickle.loads(pickle.dumps(one)))
    assert tokenize(one) != tokenize(two)


def verbose(dask_scheduler: object = None) -> None:
    """Have everything logged, in the process where it is called."""
    for name in ("distributed", "ghl_notebook"):
        logging.getLogger(name).setLevel(logging.DEBUG)


def test_no_secret_is_shown_by_dask(
    agency: Agency, sim: Simulator, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in its state in the middle of a run, its logs, its events, nor when a task fails."""
    level = logging.getLogger("distributed").level
    shown: list[str] = []
    with make_cluster(2) as cluster, Client(cluster) as engine:
        engine.run(verbose)
        engine.run_on_scheduler(verbose)
        fetching = fetching_slowly(sim, agency, engine)
        in_the_middle(
            fetching, lambda: engine.dump_cluster_state(tmp_path / "state", format="yaml")
        )
        lazy = ghl.fetch_accounts(agency, engine=engine, lazy=True)
        shown += [repr(lazy), repr(lazy.dask), repr(lazy.__dask_keys__()), repr(lazy.expr.operands)]
        tasks = dict(lazy.__dask_graph__())
        shown += [repr(tasks), repr([task.args for task in tasks.values()]), lazy._name]
        lazy.persist()
        with pytest.raises(ghl.errors.RunError, match="RuntimeError") as raised:
            wait_for(
                AgencyFetch(agency.core, odd_spec(fail), locations=None, engine=engine),
                "",
                progress=False,
            )
        shown += [str(raised.value), repr(raised.value.__cause__ or raised.value.__context__)]
        shown += [repr(engine.get_worker_logs()), repr(engine.get_scheduler_logs())]
        shown += [repr(engine.get_events()), repr(list(cluster.scheduler.transition_log))]
    logging.getLogger("distributed").setLevel(level)
    logging.getLogger("ghl_notebook").setLevel(logging.NOTSET)
    shown += capfd.readouterr()
    shown.append((tmp_path / "state.yaml").read_text())
    everything = "\n".join(shown)
    assert "Compute Failed" in everything
    assert "ghl-accounts" in everything
    assert "<accounts of " in everything
    assert [token for token in sim.state.issued if token in everything] == []


def test_an_engine_that_is_none_is_refused(
    warm: Agency, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is asked; where dask is missing it names the extra."""
    with Client(cluster) as client:
        pass
    with pytest.raises(ghl.errors.ArgumentError, match="closed"):
        ghl.fetch_accounts(warm, engine=client)
    with pytest.raises(ghl.errors.ArgumentError, match="is a str"):
        ghl.fetch_accounts(warm, engine="dask")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ghl.errors.ArgumentError, match=r"\.\[dask\]"):
        ghl.fetch_accounts(warm, engine=client)


def test_options_that_make_no_sense_together_are_refused(
    warm: Agency, sim: Simulator, engine: Client, tmp_path: Path
) -> None:
    """A lazy frame needs an engine and has no folder; one sub-account needs neither."""
    one = warm.client("x")
    with pytest.raises(ghl.errors.ArgumentError, match="engine="):
        ghl.fetch_accounts(warm, lazy=True)
    with pytest.raises(ghl.errors.ArgumentError, match="folder="):
        ghl.fetch_accounts(warm, engine=engine, lazy=True, folder=tmp_path)
    for options in ({"engine": engine}, {"lazy": True}):
        with pytest.raises(ghl.errors.ArgumentError, match="for an agency only"):
            ghl.fetch_accounts(one, **options)  # type: ignore[call-overload]


def test_an_agency_with_its_own_transport_is_refused(
    warm: Agency, sim: Simulator, engine: Client
) -> None:
    """It cannot be sent; nothing is minted for it."""
    other = Agency(
        credential=warm.credential,
        base_url=sim.base_url,
        transport=httpx.AsyncHTTPTransport(**local.OPTIONS),
    )
    before = len(sim.requests)
    for lazy in (False, True):
        with pytest.raises(ghl.errors.ArgumentError, match="transport"):
            ghl.fetch_accounts(other, locations=["x"], engine=engine, lazy=lazy)
    assert len(sim.requests) == before
    other.close()


async def test_a_batch_is_neither_small_nor_large(cluster: LocalCluster) -> None:
    """A task has its price, and what a worker that dies has lost is repeated."""
    async with Client(cluster.scheduler_address, asynchronous=True) as client:
        engine = DaskExecutor(client)
        assert [await engine.batch_size(count) for count in (0, 300, 1200, 10_000)] == [
            25, 25, 100, 200,
        ]  # fmt: skip
