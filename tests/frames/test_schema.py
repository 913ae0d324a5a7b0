"""The frames' schemas: what the docstrings promise, the same with rows and without."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.frames import (
    ACCOUNTS,
    AVAILABLE_ACCOUNTS,
    account_rows,
    available_accounts_frame,
    dtype_of,
)
from ghl_notebook.models import (
    PLATFORMS,
    Account,
    AccountGroup,
    AccountList,
    AvailableAccount,
    available_accounts,
    find_platform,
)

KINDS = {
    "string": "string",
    "category": "category",
    "boolean": "boolean",
    "integer": "Int64",
    "number": "Float64",
    "timestamp": "datetime64[ms, UTC]",
    "list": "list<item: string>[pyarrow]",
}


def documented(function: Callable[..., Any]) -> dict[str, str]:
    """Read the table of columns in a docstring: name → type."""
    lines = inspect.cleandoc(function.__doc__ or "").splitlines()
    rulers = [n for n, line in enumerate(lines) if re.fullmatch(r"\s*=+ =+ =+", line)]
    header, body, end = rulers
    assert lines[header + 1].split() == ["Column", "Type", "Meaning"]
    table = {}
    for line in lines[body + 1 : end]:
        name, kind, meaning = line.split(maxsplit=2)
        assert meaning
        table[name] = kind
    return table


def accounts_frame(listed: AccountList, *, deleted: bool = False) -> pd.DataFrame:
    """Return the frame of a list of accounts."""
    return account_rows(listed, deleted=deleted).frame("loc")


def listed(*accounts: dict[str, Any], groups: tuple[AccountGroup, ...] = ()) -> AccountList:
    """Make a list of accounts from their JSON."""
    return AccountList(
        location_id="loc",
        accounts=[Account.from_wire(a) for a in accounts],
        groups=list(groups),
    )


FULL = {
    "id": "65f2_loc_1789",
    "oauthId": "65f2",
    "profileId": "77aa",
    "originId": "1789",
    "name": "Café Lumière",
    "platform": "instagram",
    "type": "page",
    "avatar": "https://x.example/a.png",
    "expire": "2026-03-06T09:00:00.000Z",
    "isExpired": False,
    "active": True,
    "deleted": False,
    "hasStatisticsPermissions": True,
    "buildingStatistics": False,
    "syncPosts": False,
    "createdAt": "2026-01-05T09:00:00.015Z",
    "updatedAt": "2026-01-05T10:00:00+01:00",
    "meta": {"pageId": "107", "verified": True},
}


def _available(*rows: AvailableAccount) -> pd.DataFrame:
    return available_accounts_frame(rows, account_id="65f2d989", location_id="loc")


FRAMES = [
    pytest.param(ghl.fetch_accounts, accounts_frame(listed()), id="accounts-empty"),
    pytest.param(ghl.fetch_accounts, accounts_frame(listed({})), id="accounts-nothing-known"),
    pytest.param(ghl.fetch_accounts, accounts_frame(listed(FULL)), id="accounts-full"),
    pytest.param(ghl.fetch_accounts, accounts_frame(listed(FULL, {})), id="accounts-mixed"),
    pytest.param(ghl.fetch_available_accounts, _available(), id="available-empty"),
    pytest.param(
        ghl.fetch_available_accounts, _available(AvailableAccount()), id="available-nothing-known"
    ),
    pytest.param(
        ghl.fetch_available_accounts,
        _available(
            AvailableAccount(origin_id="1", platform="facebook", type="page", verified=True)
        ),
        id="available-full",
    ),
]


@pytest.mark.parametrize(("function", "frame"), FRAMES)
def test_the_columns_are_the_documented_ones(
    function: Callable[..., Any], frame: pd.DataFrame
) -> None:
    """Names and order of the columns are those of the docstring's table."""
    assert list(frame.columns) == list(documented(function))


@pytest.mark.parametrize(("function", "frame"), FRAMES)
def test_the_dtypes_are_the_documented_ones(
    function: Callable[..., Any], frame: pd.DataFrame
) -> None:
    """Each column has the dtype of its kind, however many rows there are."""
    expected = {name: KINDS[kind] for name, kind in documented(function).items()}
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == expected


@pytest.mark.parametrize("function", [ghl.fetch_accounts, ghl.fetch_available_accounts])
def test_the_docstring_names_the_dtypes_of_its_kinds(function: Callable[..., Any]) -> None:
    """A reader can predict `frame.dtypes` from the docstring."""
    doc = " ".join((function.__doc__ or "").split())
    for kind in set(documented(function).values()):
        assert f"``{KINDS[kind]}``" in doc


@pytest.mark.parametrize(("function", "frame"), FRAMES)
def test_the_index_is_fresh(function: Callable[..., Any], frame: pd.DataFrame) -> None:
    """Rows are numbered from zero."""
    assert frame.index.equals(pd.RangeIndex(len(frame)))


@pytest.mark.parametrize("schema", [ACCOUNTS, AVAILABLE_ACCOUNTS])
def test_a_schema_has_the_dtypes_of_its_frames(schema: dict[str, Any]) -> None:
    """The dtype of a kind, as it is written down, is that of the columns."""
    frame = accounts_frame(listed()) if schema is ACCOUNTS else _available()
    assert {name: dtype_of(kind) for name, kind in schema.items()} == dict(frame.dtypes)


def test_the_values_of_a_full_row() -> None:
    """Each value of the JSON is in its column, times in UTC."""
    frame = accounts_frame(listed(FULL))
    assert frame.iloc[0].dropna().to_dict() == {
        "id": "65f2_loc_1789",
        "platform": "instagram",
        "type": "page",
        "name": "Café Lumière",
        "is_expired": False,
        "expire": pd.Timestamp("2026-03-06T09:00:00Z"),
        "oauth_id": "65f2",
        "profile_id": "77aa",
        "origin_id": "1789",
        "location_id": "loc",
        "groups": [],
        "active": True,
        "deleted": False,
        "has_statistics_permissions": True,
        "building_statistics": False,
        "sync_posts": False,
        "created_at": pd.Timestamp("2026-01-05T09:00:00.015Z"),
        "updated_at": pd.Timestamp("2026-01-05T09:00:00Z"),
        "avatar": "https://x.example/a.png",
        "meta": '{"pageId":"107","verified":true}',
    }


def test_what_is_not_known_is_missing() -> None:
    """A field that the service leaves out is NA, not a made-up value."""
    frame = accounts_frame(listed({}))
    assert frame.drop(columns=["location_id", "groups"]).isna().all(axis=None)


def test_the_values_of_an_available_account() -> None:
    """A row of step 2 carries the login and the sub-account it belongs to."""
    frame = _available(AvailableAccount(origin_id="1", platform="facebook", is_owned=True))
    row = frame.iloc[0].dropna().to_dict()
    assert row == {
        "origin_id": "1",
        "platform": "facebook",
        "is_owned": True,
        "account_id": "65f2d989",
        "location_id": "loc",
    }


def test_deleted_accounts_are_hidden() -> None:
    """Rows that the service marks as deleted are not shown."""
    frame = accounts_frame(listed(FULL, {"id": "gone", "deleted": True}, {"id": "odd"}))
    assert frame["id"].to_list() == ["65f2_loc_1789", "odd"]


def test_deleted_accounts_are_shown_when_asked_for() -> None:
    """In the service's order, and marked."""
    frame = accounts_frame(listed({"id": "gone", "deleted": True}, FULL), deleted=True)
    assert frame["id"].to_list() == ["gone", "65f2_loc_1789"]
    assert frame["deleted"].to_list() == [True, False]


def test_groups_are_named() -> None:
    """An account in two groups shows both names, one in none has an empty list."""
    groups = (
        AccountGroup(id="g1", name="Café", account_ids=["a", "b", "not-listed"]),
        AccountGroup(id="g2", name="All", account_ids=["a"]),
        AccountGroup(id="g3", account_ids=["b"]),
        AccountGroup(account_ids=[]),
    )
    frame = accounts_frame(listed({"id": "a"}, {"id": "b"}, {"id": "c"}, groups=groups))
    assert frame["groups"].to_list() == [["Café", "All"], ["Café", "g3"], []]


def test_empty_and_full_frames_are_joined_without_a_loss() -> None:
    """Many sub-accounts' frames become one: no dtype changes, whichever comes first."""
    empty, full = accounts_frame(listed()), accounts_frame(listed(FULL, {}))
    for frames in ([empty, full], [full, empty], [empty, empty], [full, full]):
        joined = pd.concat(frames, ignore_index=True)
        assert joined.dtypes.equals(empty.dtypes)
        assert len(joined) == sum(map(len, frames))


def test_a_known_platform_needs_no_new_category() -> None:
    """The categories are the platforms, in every frame the same."""
    frame = accounts_frame(listed(FULL))
    assert frame["platform"].cat.categories.to_list() == sorted(PLATFORMS)


def test_a_platform_unknown_to_us_becomes_a_category() -> None:
    """It is shown, after the known ones."""
    frame = accounts_frame(listed(FULL, {"platform": "orkut"}, {"platform": "orkut"}))
    assert frame["platform"].to_list() == ["instagram", "orkut", "orkut"]
    assert frame["platform"].cat.categories.to_list() == [*sorted(PLATFORMS), "orkut"]


def test_meta_is_json_that_pandas_leaves_alone() -> None:
    """Whatever a platform says is one string, or missing."""
    frame = accounts_frame(listed({"meta": {"ä": [1, None]}}, {"meta": {}}, {"meta": [1]}))
    assert frame["meta"].iloc[:2].to_list() == ['{"ä":[1,null]}', "{}"]
    assert frame["meta"].isna().to_list() == [False, False, True]


@pytest.mark.parametrize(
    "wire",
    [
        {"id": 5, "name": [1], "isExpired": "perhaps", "expire": "soon", "platform": {"a": 1}},
        {"expire": "0001-01-01T00:00:00Z", "createdAt": "9999-12-31T23:59:59.999Z"},
        {"expire": "2024-03-14T11:03:37"},
        {"name": "👩‍🚀 \u202e\x00 مقهى"},
    ],
)
def test_odd_values_do_not_break_a_frame(wire: dict[str, Any]) -> None:
    """What does not fit is missing; times far away and any text are kept; dtypes stay."""
    frame = accounts_frame(listed(wire, FULL))
    assert frame.dtypes.equals(accounts_frame(listed()).dtypes)


def test_odd_google_locations_do_not_break_a_frame() -> None:
    """Wrong types in step 2 neither."""
    location = {"name": 5, "title": ["x"], "isConnected": "perhaps"}
    found = available_accounts(find_platform("google"), {"locations": {"location": location}})
    assert _available(*found)["origin_id"].to_list() == ["5"]
