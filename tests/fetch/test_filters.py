"""A filter that nothing can match is an error that names what there is, not an empty table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import one_of
from ghl_notebook.simulator import Simulator

FETCHES: dict[str, Callable[..., pd.DataFrame]] = {
    name: getattr(ghl, name)
    for name in (
        "fetch_posts",
        "fetch_comments",
        "fetch_statistics",
        "fetch_statistics_totals",
        "fetch_statistics_breakdowns",
    )
}
OF_ACCOUNTS = [name for name in FETCHES if name != "fetch_comments"]


@pytest.fixture(scope="module")
def client() -> Iterator[ghl.DemoClient]:
    """The sub-account of the demo."""
    with ghl.demo() as client:
        yield client


@pytest.fixture(scope="module")
def agency() -> Iterator[ghl.DemoAgency]:
    """A small agency."""
    with ghl.demo_agency(locations=5) as agency:
        yield agency


@pytest.mark.parametrize("name", FETCHES)
def test_an_unknown_platform_is_named_with_the_nearest_first(
    client: ghl.DemoClient, name: str
) -> None:
    """One wrong platform among several is enough."""
    for platform in ("instagrm", ["facebook", "instagrm"]):
        with pytest.raises(ArgumentError, match="There is no platform 'instagrm'") as caught:
            FETCHES[name](client, platform=platform)
        assert caught.value.next_step.startswith("Choose one of: instagram, facebook")


@pytest.mark.parametrize("name", FETCHES)
def test_platforms_are_read_in_any_case_and_by_their_display_names(
    client: ghl.DemoClient, name: str
) -> None:
    """Several give the rows of each."""
    fetch = FETCHES[name]
    there = fetch(client)["platform"].dropna() if name != "fetch_statistics_totals" else []
    for platform in set(there) & {"instagram", "facebook", "tiktok"}:
        only = fetch(client, platform=platform)
        pd.testing.assert_frame_equal(only, fetch(client, platform=[platform.upper()]))
        assert set(only["platform"]) == {platform}
    assert set(fetch(client, platform=("Instagram", "FaceBook")).get("platform", ())) <= {
        "instagram",
        "facebook",
    }


@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_an_unknown_account_is_an_error_that_names_the_accounts(
    client: ghl.DemoClient, name: str
) -> None:
    """What is nearest comes first; for an agency, no sub-account has it."""
    known = ghl.fetch_accounts(client)["id"][0]
    wrong = known[:-1] + "x"
    with pytest.raises(ArgumentError, match=f"has no account '{wrong}'") as caught:
        FETCHES[name](client, accounts=[known, wrong])
    assert known in caught.value.next_step


@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_an_account_that_no_sub_account_has_is_an_error(agency: ghl.DemoAgency, name: str) -> None:
    """Of an account of one sub-account, the others have no rows."""
    accounts = ghl.fetch_accounts(agency)
    one = accounts.iloc[0]
    fetched = list(dict.fromkeys(accounts["location_id"]))
    with pytest.raises(ArgumentError, match="None of the sub-accounts has an account 'nobody'"):
        FETCHES[name](agency, accounts=[one["id"], "nobody"], locations=fetched)
    with pytest.raises(ArgumentError, match=r"\(1 could not\) has an account 'nobody'"):
        FETCHES[name](agency, accounts="nobody")
    frame = FETCHES[name](agency, accounts=accounts.iloc[:1])
    assert set(frame["location_id"]) <= {one["location_id"]}


def test_a_sub_account_that_failed_leaves_open_whether_it_has_the_account(
    agency: ghl.DemoAgency,
) -> None:
    """Where another one matches, there is no error: the failures name what is missing."""
    one = ghl.fetch_accounts(agency)["id"][0]
    frame = ghl.fetch_statistics(agency, accounts=[one, "nobody"])
    assert set(frame["account_id"]) == {one}
    assert len(ghl.failures(frame)) == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [("PUBLISHED", "published"), ("In Review", "in_review"), (" in-progress ", "in_progress")],
)
def test_a_status_is_read_in_any_case(client: ghl.DemoClient, given: str, status: str) -> None:
    """And as people write it."""
    found = ghl.fetch_posts(client, status=given)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found, ghl.fetch_posts(client, status=status))  # type: ignore[arg-type]


def test_the_clients_own_methods_check_their_filters(client: ghl.DemoClient) -> None:
    """The service would answer with an empty list, or with all."""
    now = client.clock()
    period = (now - timedelta(days=3), now)
    with pytest.raises(ArgumentError, match="There is no type 'publishd'") as caught:
        client.posts.list(*period, type="publishd")
    assert caught.value.next_step.startswith("Choose one of: published")
    assert client.posts.list(*period, type="Published", post_type="Post").posts
    with pytest.raises(ArgumentError, match="There is no post_type 'clip'"):
        client.posts.list(*period, post_type="clip")
    with pytest.raises(ArgumentError, match="There is no platform 'orkut'"):
        client.comments.list("orkut", ["1"])


def test_without_a_period_it_is_the_last_thirty_days_of_the_clients_clock(
    client: ghl.DemoClient,
) -> None:
    """The same all day, so that an interrupted run can be resumed."""
    today = client.clock().date()
    expected = ghl.fetch_posts(client, today - timedelta(days=29), today)
    pd.testing.assert_frame_equal(ghl.fetch_posts(client), expected)
    days = ghl.fetch_statistics(client)["date"].dt.date
    assert (days.min(), days.max()) == (today - timedelta(days=29), today)


@pytest.mark.parametrize("name", FETCHES)
def test_what_the_future_does_not_have_yet_is_an_error(client: ghl.DemoClient, name: str) -> None:
    """Posts can be planned: only published ones cannot."""
    tomorrow = client.clock().date() + timedelta(days=1)
    wanted = {"status": "published"} if name == "fetch_posts" else {}
    with pytest.raises(ArgumentError, match="in the future"):
        FETCHES[name](client, tomorrow, tomorrow, **wanted)
    assert isinstance(ghl.fetch_posts(client, tomorrow, tomorrow), pd.DataFrame)


def test_a_long_list_is_shortened() -> None:
    """What is nearest, then how many more."""
    known = [f"account{number}" for number in range(40)]
    words = one_of("account39", known)
    assert words.startswith("Choose one of: account39, ")
    assert words.endswith(", and 28 more.")


def test_without_the_scope_of_accounts_posts_are_filtered_all_the_same() -> None:
    """Which accounts there are is not known then."""
    with Simulator() as simulator, ghl.DemoClient(simulator) as client:
        one = ghl.fetch_accounts(client)["id"][0]
        simulator.levers.fail_with("scope_missing", "*/accounts", times=None)
        assert isinstance(ghl.fetch_posts(client, accounts=one), pd.DataFrame)
