"""Which sub-account has which platform: yes, no, or unknown."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import DemoAgency
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import PLATFORMS


@pytest.fixture(scope="module")
def agency() -> Iterator[DemoAgency]:
    """Return an agency of which one sub-account cannot be fetched."""
    with ghl.demo_agency(locations=10) as agency:
        yield agency


def test_what_could_not_be_fetched_is_unknown(agency: DemoAgency) -> None:
    """Its accounts are not missing: nobody knows."""
    accounts, locations = ghl.fetch_accounts(agency), ghl.fetch_locations(agency)
    found = ghl.platform_coverage(accounts, locations)
    assert list(found) == ["location_name", *sorted(PLATFORMS), "location_id"]
    assert found["location_id"].to_list() == locations["location_id"].to_list()
    by_id = found.set_index("location_id")
    (refused,) = ghl.failures(accounts)["location_id"]
    platforms = by_id.drop(columns="location_name")
    assert (platforms.loc[refused] == "unknown").all()
    assert not (platforms.drop(refused) == "unknown").any(axis=None)
    expected = {*zip(accounts["location_id"], accounts["platform"], strict=True)}
    shown = platforms.stack()
    assert {*shown[shown == "yes"].index} == expected
    assert (shown == "no").any()


def test_only_what_was_fetched_is_known(agency: DemoAgency) -> None:
    """For a selection, a single sub-account, and none at all."""
    locations = ghl.fetch_locations(agency)
    some = ghl.fetch_accounts(agency, locations=locations[:2])
    known = ghl.platform_coverage(some, locations)["facebook"] != "unknown"
    assert known.to_list() == [True, True, *[False] * (len(locations) - 2)]
    one = ghl.fetch_accounts(agency.client(locations["location_id"][1]))
    known = ghl.platform_coverage(one, locations)["facebook"] != "unknown"
    assert known.to_list() == [False, True, *[False] * (len(locations) - 2)]
    none = ghl.platform_coverage(some, locations[:0])
    assert none.dtypes.equals(ghl.platform_coverage(some, locations).dtypes)


def test_a_detached_account_does_not_count(agency: DemoAgency) -> None:
    """An expired one does."""
    locations = ghl.fetch_locations(agency)[:1]
    client = agency.client(locations["location_id"][0])
    accounts = ghl.fetch_accounts(client, deleted=True)
    row = ghl.platform_coverage(accounts[accounts["deleted"]], locations).iloc[0]
    assert {*row.drop(["location_name", "location_id"])} == {"no"}
    row = ghl.platform_coverage(accounts[accounts["is_expired"]], locations).iloc[0]
    assert row["instagram"] == "yes"


def test_frames_with_other_dtypes_show_the_same(agency: DemoAgency) -> None:
    """A sub-account without an id is unknown; a column that is there twice is an error."""
    accounts, locations = ghl.fetch_accounts(agency), ghl.fetch_locations(agency)
    expected = ghl.platform_coverage(accounts, locations)
    found = ghl.platform_coverage(accounts.astype(object), locations.astype(object))
    pd.testing.assert_frame_equal(found, expected)
    nameless = locations.assign(location_id=pd.NA)
    assert (ghl.platform_coverage(accounts, nameless)["instagram"] == "unknown").all()
    twice = pd.concat([locations, locations[["location_id"]]], axis="columns")
    with pytest.raises(ArgumentError, match="has 2 columns location_id"):
        ghl.platform_coverage(accounts, twice)


def test_frames_that_do_not_say_what_was_fetched_are_refused(agency: DemoAgency) -> None:
    """The error says what to pass."""
    accounts, locations = ghl.fetch_accounts(agency), ghl.fetch_locations(agency)
    for first, second, words in (
        (pd.DataFrame(accounts.to_dict("list")), locations, "before you merge"),
        (locations, locations, "accounts has no column platform"),
        (accounts, accounts.drop(columns="location_name"), "locations has no column"),
        (None, locations, "accounts has no column"),
    ):
        with pytest.raises(ArgumentError, match=words):
            ghl.platform_coverage(first, second)
