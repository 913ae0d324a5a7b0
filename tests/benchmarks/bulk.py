"""The accounts of many sub-accounts, from the bodies of the answers to one DataFrame."""

from __future__ import annotations

import gc
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import pandas as pd

from ghl_notebook.frames import ACCOUNT_LAYOUT, RowsTable, account_rows, agency_frame

from .measure import Row, interleave
from .records import answers, in_one

EACH = 5
"""Accounts of one sub-account."""

# Accounts → rounds.
SIZES = {10_000: 15, 100_000: 7, 1_000_000: 2}
FRAME_EACH_ROUNDS = 1
"""A frame for each sub-account takes as long as all else together."""

FRAME_EACH_UP_TO = 100_000
"""Accounts."""

NORMALIZE = "`json` + `pandas.json_normalize` + `pandas.to_datetime`"
FRAME_EACH = "the same for each sub-account, then `pandas.concat`"
FLOOR = "floor: `msgspec` to typed records, without the garbage collector"

ONE = "one answer"
MANY = f"answers of {EACH}"

# Form of ours, peer, and the samples of both.
_PAIRS = (
    (ONE, NORMALIZE, "one", "normalize"),
    (ONE, FLOOR, "one", "floor"),
    (MANY, NORMALIZE, "many", "normalize"),
    (MANY, FLOOR, "many", "floor of many"),
    (MANY, FRAME_EACH, "many again", "each"),
)

_ROOT = Path(__file__).parents[2]
_DATES = ("expire", "createdAt", "updatedAt")


class Record(msgspec.Struct, rename="camel", gc=False):
    """All that an account has, but for the inside of ``meta``, which is only a dict."""

    id: str
    oauth_id: str
    profile_id: str
    origin_id: str
    name: str
    platform: str
    type: str
    avatar: str
    expire: datetime
    is_expired: bool
    meta: dict[str, object]
    active: bool
    deleted: bool
    has_statistics_permissions: bool
    building_statistics: bool
    sync_posts: bool
    created_at: datetime
    updated_at: datetime


class Results(msgspec.Struct):
    """What the answer is about."""

    accounts: list[Record]


class Body(msgspec.Struct):
    """The answer."""

    results: Results


_BODY = msgspec.json.Decoder(Body)


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory of a process next to that of its peer, in bytes."""

    what: str
    peer: str
    ours: int
    peers: int


def measure(sizes: dict[int, int] = SIZES) -> list[Row]:
    """Compare the same accounts in one large answer, and in many small ones.

    CPU time of this process. Freeing the result is not in it, on any side.
    """
    rows = []
    for size, rounds in sizes.items():
        many = answers(size, each=EACH)
        one = [in_one(many)]
        check(one, many)
        samples = interleave(
            {
                "one": timed(gather, one),
                "many": timed(gather, many),
                "normalize": timed(normalize, one),
                "floor": timed(floor, one),
                "floor of many": timed(floor, many),
            },
            rounds,
        )
        if size <= FRAME_EACH_UP_TO:
            pair = {"many again": timed(gather, many), "each": timed(frame_each, many)}
            samples |= interleave(pair, FRAME_EACH_ROUNDS)
        rows += [
            Row(_described(size, form), peer, samples[ours], samples[peers])
            for form, peer, ours, peers in _PAIRS
            if peers in samples
        ]
    return rows


def memory(accounts: int) -> list[Peak]:
    """Compare what a process takes at most, the bodies of the large answer included."""
    many = answers(accounts, each=EACH)
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "many"), Path(folder, "one")
        small.write_bytes(b"\n".join(many))
        large.write_bytes(in_one(many))
        del many
        normalized = _peak("normalize", large)
        return [
            Peak(_described(accounts, form), NORMALIZE, _peak("gather", path), normalized)
            for form, path in ((ONE, large), (MANY, small))
        ]


def memory_table(peaks: Sequence[Peak]) -> str:
    """Return them as a Markdown table."""
    lines = ["| measured | MB | peer | MB | ours ÷ peer |", "| --- | ---: | --- | ---: | --- |"]
    lines += [
        f"| {p.what} | {p.ours / 1e6:,.0f} | {p.peer} | {p.peers / 1e6:,.0f} "
        f"| **{p.ours / p.peers:.2f}** |"
        for p in peaks
    ]
    return "\n".join(lines)


def gather(bodies: Iterable[bytes]) -> pd.DataFrame:
    """Do what an agency's run does with the answers."""
    table = RowsTable(ACCOUNT_LAYOUT)
    for number, body in enumerate(bodies):
        listed = ACCOUNT_LAYOUT.reader.read(body)
        assert listed is not None
        rows = account_rows(listed)
        table.add(rows, location_id=f"location-{number}", location_name=f"Client {number}")
    return agency_frame(ACCOUNT_LAYOUT, [table.take()])


def normalize(bodies: Iterable[bytes]) -> pd.DataFrame:
    """Do what a notebook would do without us, with the dates as dates."""
    (body,) = bodies
    frame = pd.json_normalize(json.loads(body)["results"]["accounts"])
    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name])
    return frame


def frame_each(bodies: Iterable[bytes]) -> pd.DataFrame:
    """Do what is written first, in a loop over the sub-accounts."""
    return pd.concat([normalize([body]) for body in bodies], ignore_index=True)


def floor(bodies: Iterable[bytes]) -> list[Body]:
    """Make typed records and no frame."""
    gc.disable()
    try:
        return [_BODY.decode(body) for body in bodies]
    finally:
        gc.enable()


def check(one: list[bytes], many: list[bytes]) -> None:
    """Raise unless all have the same accounts."""
    peer, records = normalize(one), floor(one)[0].results.accounts
    for ours in (gather(one), gather(many)):
        assert ours["id"].to_list() == peer["id"].to_list() == [r.id for r in records]
        assert ours["is_expired"].to_list() == peer["isExpired"].to_list()
        assert ours["expire"].to_list() == peer["expire"].to_list()
        usernames = [json.loads(meta)["username"] for meta in ours["meta"]]
        assert usernames == peer["meta.username"].to_list()


def pairs(accounts: int) -> list[tuple[str, str]]:
    """Return what is compared at a number of accounts."""
    return [
        (_described(accounts, form), peer)
        for form, peer, *_ in _PAIRS
        if accounts <= FRAME_EACH_UP_TO or peer != FRAME_EACH
    ]


def memory_pairs(accounts: int) -> list[tuple[str, str]]:
    """Return whose memory is compared."""
    return [(_described(accounts, form), NORMALIZE) for form in (ONE, MANY)]


def _described(accounts: int, form: str) -> str:
    return f"{accounts:,} accounts in {form}"


def timed(work: Callable[[list[bytes]], object], bodies: list[bytes]) -> Callable[[], float]:
    """Return a function that works once and returns the seconds of CPU time."""

    def sample() -> float:
        start = time.process_time()
        result = work(bodies)
        seconds = time.process_time() - start
        del result
        return seconds

    return sample


def _peak(way: str, path: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bulk", way, str(path)],
        check=True,
        cwd=_ROOT,
        stdout=subprocess.PIPE,
    )
    return int(done.stdout)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


if __name__ == "__main__":
    FRAME = {"gather": gather, "normalize": normalize}[sys.argv[1]](_lines(Path(sys.argv[2])))
    # Not `ru_maxrss`: a program that was started has at least that of the one that started it.
    (PEAK,) = re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    print(int(PEAK) * 1024)
