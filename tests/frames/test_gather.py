"""The frame of many sub-accounts: what the records would have given, whatever was answered."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ghl_notebook.frames import (
    ACCOUNT_LAYOUT,
    ACCOUNTS,
    AGENCY_ACCOUNTS,
    Rows,
    RowsTable,
    account_rows,
    dtype_of,
)
from ghl_notebook.frames import agency_frame as frame_of_tables
from ghl_notebook.frames.layout import BLOCK_ROWS
from ghl_notebook.frames.schema import table_schema
from ghl_notebook.models import (
    BLOCK_BYTES,
    PLATFORMS,
    AccountList,
)
from tests.benchmarks.records import answer

DATES = (
    "2026-01-05T09:00:00.000Z",
    "2026-01-05T09:00:00Z",
    "2026-01-05T09:00:00.5Z",
    "2026-01-05T09:00:00.015999Z",
    "1969-12-31T23:59:59.9999Z",
    "2026-01-05 09:00:00.015Z",
    "2026-01-05t09:00:00.015z",
    "2026-01-05T09:00:00.015",
    "2026-01-05T10:00:00+01:00",
    "2026-01-05T10:00:00.0+01",
    "2026-01-05T10:00:00+0100",
    "2026-01-05T09Z",
    "2026-01-05T09:00Z",
    "2026-01-05Z",
    "2026-01-05",
    "2026-02-30T09:00:00.000Z",
    "2026-01-05T09:00:60.000Z",
    "2026-01-05T24:00:00.000Z",
    "0000-01-05T09:00:00.000Z",
    "0001-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999-05:00",
    "12026-01-05T09:00:00Z",
    "1767603600",
    "",
    "soon",
)
ODD = (*DATES, "true", "True", "1", "null", "INSTAGRAM", "orkut", 'é\u2028\\"', 0, 1, 1.0, 2**70)
LEAVES = (
    st.sampled_from(ODD)
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
TEXT = st.sampled_from(["a", "b", "c"]) | st.text(max_size=12)
DATE = st.sampled_from(DATES)
OBJECT = st.dictionaries(st.text(max_size=6), JSON, max_size=3)
FITTING = {
    **dict.fromkeys(("id", "oauthId", "profileId", "originId", "name", "avatar"), TEXT),
    "platform": st.sampled_from([*PLATFORMS, "orkut"]),
    "type": st.sampled_from(["page", "profile", "PINNER"]),
    **dict.fromkeys(("expire", "createdAt", "updatedAt"), DATE),
    **dict.fromkeys(
        (
            "isExpired",
            "active",
            "deleted",
            "hasStatisticsPermissions",
            "buildingStatistics",
            "syncPosts",
        ),
        st.booleans(),
    ),
    "meta": OBJECT,
}
ACCOUNT = st.fixed_dictionaries({}, optional=FITTING) | st.fixed_dictionaries(
    {}, optional={name: kind | JSON for name, kind in FITTING.items()} | {"(extra)": JSON}
)
IDS = st.lists(st.sampled_from(["a", "b", "c", "5"]) | JSON, max_size=3)
GROUP = st.fixed_dictionaries({}, optional={"id": TEXT, "name": TEXT, "accountIds": IDS | JSON})
RESULTS = st.fixed_dictionaries(
    {"accounts": st.lists(ACCOUNT, max_size=4) | st.lists(ACCOUNT | JSON, max_size=4)},
    optional={"groups": st.lists(GROUP, max_size=3) | st.lists(GROUP | JSON, max_size=3) | JSON},
)
ANSWER = st.builds(
    lambda results, message, style: json.dumps(
        {"success": True, "message": message, "results": results, "traceId": "t"}, **style
    ).encode(),
    RESULTS,
    st.sampled_from(["Fetched Accounts", "Fetched Accounts", "x" * BLOCK_BYTES]),
    st.sampled_from(
        [{"separators": (",", ":"), "ensure_ascii": False}, {"separators": (",", ":")}, {}]
    ),
)


ACCOUNTS_TABLE = table_schema(AGENCY_ACCOUNTS)
agency_accounts_frame = partial(frame_of_tables, ACCOUNT_LAYOUT)


def rows_of(body: bytes, *, deleted: bool = False) -> Rows:
    """Read the rows of a good answer, whatever it takes."""
    listed = ACCOUNT_LAYOUT.reader.read(body)
    if listed is None:
        listed = AccountList.from_wire(msgspec.json.decode(body).get("results"))
    return account_rows(listed, deleted=deleted)


def gathered(bodies: Mapping[str, bytes], *, deleted: bool = False) -> pa.Table:
    """Gather the bodies of some sub-accounts, which are called like their ids."""
    table = RowsTable(ACCOUNT_LAYOUT)
    for location_id, body in bodies.items():
        rows = rows_of(body, deleted=deleted)
        table.add(rows, location_id=location_id, location_name=location_id.upper())
    return table.take()


def by_records(bodies: Iterable[tuple[str, bytes]], *, deleted: bool = False) -> pd.DataFrame:
    """Make the same frame of records, a sub-account at a time."""
    frames = []
    for location_id, body in bodies:
        results = msgspec.json.decode(body).get("results")
        found = AccountList.from_wire(results)
        frame = account_rows(found, deleted=deleted).frame(location_id)
        names = pd.Series(location_id.upper(), frame.index, pd.StringDtype("pyarrow"))
        frame.insert(0, "location_name", names)
        frames.append(frame)
    for name in ("platform", "type"):
        kinds = [frame[name].cat.categories for frame in frames]
        every = pd.Index(dict.fromkeys(itertools.chain(*kinds)), dtype="str")
        for frame in frames:
            frame[name] = frame[name].cat.set_categories(every)
    return pd.concat(frames, ignore_index=True)


def assert_same(frame: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare cell by cell, with dtypes; of `meta` what the JSON says."""
    pd.testing.assert_frame_equal(
        frame.drop(columns="meta"), expected.drop(columns="meta"), check_exact=True
    )
    for name in ("platform", "type"):
        assert list(frame[name].cat.categories) == list(expected[name].cat.categories)
    assert frame["meta"].dtype == expected["meta"].dtype
    assert frame["meta"].isna().to_list() == expected["meta"].isna().to_list()
    for ours, theirs in zip(frame["meta"].dropna(), expected["meta"].dropna(), strict=True):
        assert json.loads(ours) == json.loads(theirs)


def listing(*accounts: Any, groups: Any = ()) -> bytes:
    """Write the body that lists these accounts."""
    return json.dumps(
        {"success": True, "results": {"accounts": accounts, "groups": groups}},
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()


@pytest.mark.exhaustive
@settings(derandomize=True, deadline=None, database=None, max_examples=150)
@given(st.lists(ANSWER, min_size=1, max_size=3), st.booleans())
@example([listing(*({"expire": d, "createdAt": d} for d in DATES))], True)
@example([listing({"expire": d, "createdAt": d, "updatedAt": d}) for d in DATES], True)
@example([listing({"deleted": d}) for d in (True, "true", 1, "1", "yes")], False)
@example([b'{"results":{"accounts":[{"id":5,"id":"a","name":"b","name":5}]}}'], False)
@example([b'{"results":{"accounts":[{"\\u0069d":"a","meta":{"a":1,"a":2}}]}}'], False)
@example([b'{"results":[],"results":{"accounts":[ null , {} ],"groups":null}}'], False)
@example([b'{"results":{"accounts":[{"meta":{"\\/":"\\ud83d\\ude00\\u0000"}}]}}'], False)
def test_any_answers(bodies: list[bytes], deleted: bool) -> None:
    """Whatever is answered, a cell is what the records' frame has there."""
    named = {f"loc{n}": body for n, body in enumerate(bodies)}
    frame = agency_accounts_frame([gathered(named, deleted=deleted)])
    assert_same(frame, by_records(named.items(), deleted=deleted))


@pytest.mark.slow
def test_a_thousand_accounts_are_the_same() -> None:
    """Those that the benchmarks are measured with, in one answer and in many."""
    one = {"loc": answer(1_000)}
    many = {f"loc{n}": answer(5, seed=n) for n in range(200)}
    for bodies in (one, many):
        frame = agency_accounts_frame([gathered(bodies)])
        assert len(frame) == 1_000
        assert_same(frame, by_records(bodies.items()))
        expected = by_records(bodies.items())["meta"]
        assert frame["meta"].equals(expected)


def test_the_columns_are_those_of_fetch_accounts() -> None:
    """After the sub-account's name; each dtype is that of a single sub-account's frame."""
    for tables in ([], [gathered({})], [gathered({"loc": answer(3)})]):
        frame = agency_accounts_frame(tables)
        assert list(frame) == ["location_name", *ACCOUNTS]
        assert dict(frame.dtypes) == {n: dtype_of(kind) for n, kind in AGENCY_ACCOUNTS.items()}
        assert frame.index.equals(pd.RangeIndex(len(frame)))


def test_rows_come_in_the_order_that_is_asked_for() -> None:
    """By sub-account; those that are not named come last; within one, in the service's order."""
    ids = {loc: [f"{loc}{n}" for n in range(3)] for loc in "abcd"}
    bodies = {loc: listing(*({"id": i} for i in ids[loc])) for loc in ids}
    tables = [gathered({k: bodies[k] for k in part}) for part in ("cb", "", "da")]
    frame = agency_accounts_frame(tables, location_ids=["a", "x", "b"])
    assert frame["id"].to_list() == [*ids["a"], *ids["b"], *ids["c"], *ids["d"]]
    frame = agency_accounts_frame(tables, location_ids=["c", "b", "d", "a"])
    assert frame["id"].to_list() == [*ids["c"], *ids["b"], *ids["d"], *ids["a"]]


def test_new_categories_do_not_depend_on_how_the_tables_were_made() -> None:
    """They come after the known ones, in the order of the rows."""
    bodies = {loc: listing({"platform": loc}) for loc in ("orkut", "myspace")}
    tables = [gathered({loc: body}) for loc, body in bodies.items()]
    frame = agency_accounts_frame(tables, location_ids=["myspace", "orkut"])
    assert list(frame["platform"].cat.categories) == [*sorted(PLATFORMS), "myspace", "orkut"]


def test_what_was_taken_is_not_taken_again() -> None:
    """Each table has what was added since the one before, none where nothing was."""
    table = RowsTable(ACCOUNT_LAYOUT)
    sizes = []
    for number in (2, 0, 3):
        table.add(rows_of(listing(*[{}] * number)), location_id="loc", location_name=None)
        sizes.append(len(table.take()))
    assert [*sizes, len(table.take())] == [2, 0, 3, 0]


def test_a_table_survives_parquet(tmp_path: Any) -> None:
    """Written and read, it has the same schema and gives the same frame."""
    table = gathered({"loc": answer(20), "odd": listing({"id": 5, "expire": "soon"})})
    pq.write_table(table, tmp_path / "part.parquet")
    read = pq.read_table(tmp_path / "part.parquet")
    assert read.schema.equals(ACCOUNTS_TABLE)
    pd.testing.assert_frame_equal(agency_accounts_frame([read]), agency_accounts_frame([table]))


def test_only_a_block_of_rows_is_kept() -> None:
    """What was added becomes Arrow arrays, which take less, before all of it is there."""
    table = RowsTable(ACCOUNT_LAYOUT)
    for number in range(8):
        rows = rows_of(answer(BLOCK_ROWS // 2, seed=number))
        table.add(rows, location_id=str(number), location_name=None)
    assert table.take()["id"].num_chunks >= 4


def test_a_group_counts_in_its_own_sub_account_only() -> None:
    """Another's account of the same id is not in it."""
    bodies = {
        "a": listing({"id": "x"}, groups=[{"name": "Spring", "accountIds": ["x"]}]),
        "b": listing({"id": "x"}),
    }
    frame = agency_accounts_frame([gathered(bodies)])
    assert frame["groups"].to_list() == [["Spring"], []]
