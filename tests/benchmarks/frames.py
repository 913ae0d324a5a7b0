"""From the bytes of the accounts list to a DataFrame."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import msgspec
import pandas as pd

from ghl_notebook.frames import ACCOUNT_LAYOUT, account_rows

from .measure import Row, interleave
from .records import LOCATION, answer

PEERS = ("`json` + `pandas.json_normalize`", "floor: `msgspec.json.decode` alone")

# Accounts → rounds.
SIZES = {10: 101, 1_000: 51, 10_000: 15, 100_000: 7}


def measure(sizes: dict[int, int] = SIZES) -> list[Row]:
    """Compare with `pandas.json_normalize`, and with decoding alone, which is the floor.

    CPU time of this process: other work on the machine disturbs it least. Freeing the result is
    not in it, on either side.
    """
    rows = []
    for size, rounds in sizes.items():
        body = answer(size)
        check(body)
        samples = interleave(
            {
                "ours": _timed(read, body),
                "normalize": _timed(normalize, body),
                "floor": _timed(msgspec.json.decode, body),
            },
            rounds,
        )
        what = f"JSON → DataFrame, {size:,} accounts"
        rows += [
            Row(what, PEERS[0], samples["ours"], samples["normalize"]),
            Row(what, PEERS[1], samples["ours"], samples["floor"]),
        ]
    return rows


def read(body: bytes) -> pd.DataFrame:
    """Do what `fetch_accounts` does once the answer is there."""
    found = ACCOUNT_LAYOUT.reader.read(body)
    assert found is not None
    return account_rows(found).frame(LOCATION)


def normalize(body: bytes) -> pd.DataFrame:
    """Do what a notebook would do without us. Dates stay text, and there are no groups."""
    return pd.json_normalize(json.loads(body)["results"]["accounts"])


def check(body: bytes) -> None:
    """Raise unless both have the same accounts."""
    ours, peer = read(body), normalize(body)
    assert ours["id"].to_list() == peer["id"].to_list()
    assert ours["name"].to_list() == peer["name"].to_list()
    assert ours["is_expired"].to_list() == peer["isExpired"].to_list()
    assert ours["expire"].to_list() == pd.to_datetime(peer["expire"], utc=True).to_list()
    usernames = [json.loads(meta)["username"] for meta in ours["meta"]]
    assert usernames == peer["meta.username"].to_list()


def _timed(work: Callable[[bytes], object], body: bytes) -> Callable[[], float]:
    def sample() -> float:
        start = time.process_time()
        result = work(body)
        seconds = time.process_time() - start
        del result
        return seconds

    return sample
