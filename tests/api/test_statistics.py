"""`client.statistics`, against the simulator and against answers as they were seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ghl_notebook import Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub, answer

DAY = datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 12, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize("version", ["2021-07-28", "v3"])
def test_statistics_are_of_some_accounts(sim: Simulator, version: str) -> None:
    """A number for each of the last seven days, and sums that agree with them."""
    with Client(sim.token, sim.location_id, base_url=sim.base_url, api_version=version) as client:
        accounts = client.accounts.list().accounts
        found = client.statistics.fetch([str(account.profile_id) for account in accounts])
    assert found.day_range == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert found.totals is not None
    assert found.platform_totals is not None
    assert found.post_performance is not None
    series = found.platform_totals.impressions
    assert set(series) == {one.platform for one in accounts if not one.deleted}
    assert found.totals.impressions == sum(sum(one.series) for one in series.values())
    assert found.totals.impressions == sum(found.post_performance.impressions)


def test_a_period_and_platforms_are_chosen(client: Client) -> None:
    """Both ranges may be said; the comparison is in percent."""
    ids = [str(account.profile_id) for account in client.accounts.list().accounts]
    found = client.statistics.fetch(
        ids, platforms=["google"], current_range=DAY, prev_range=("2025-11-24T00:00:00Z",) * 2
    )
    assert found.day_range == ["Mon"]
    assert found.breakdowns is not None
    assert found.breakdowns.impressions is not None
    (share,) = found.breakdowns.impressions.platforms.values()
    assert share.change == found.breakdowns.impressions.total_change


def test_a_range_is_sent_as_the_service_writes_it() -> None:
    """The sub-account is named in the query."""
    service = Stub(answer({"totals": {}}, 201))
    service.client().statistics.fetch(["p1"], current_range=DAY)
    assert json.loads(service.request.content) == {
        "profileIds": ["p1"],
        "currentRange": {
            "startDate": "2025-12-01T00:00:00.000Z",
            "endDate": "2025-12-01T23:00:00.000Z",
        },
    }
    assert dict(service.request.url.params).keys() == {"locationId"}


@pytest.mark.parametrize("count", [0, 101])
def test_there_are_limits_to_one_call(count: int) -> None:
    """The error says how many there may be; nothing is sent."""
    service = Stub(answer())
    with pytest.raises(ArgumentError, match=f"1 to 100 accounts, and not of {count}"):
        service.client().statistics.fetch(str(n) for n in range(count))
    assert service.requests == []


def test_numbers_may_be_texts_and_fractions() -> None:
    """And what is unknown is kept, by platform too."""
    results = {
        "totals": {"likes": "12"},
        "breakdowns": {"reach": {"platforms": {"threads": {"value": "1.5", "new": 1}}}},
    }
    found = Stub(answer(results)).client().statistics.fetch(["p1"])
    assert found.totals is not None
    assert found.totals.likes == 12
    assert found.breakdowns is not None
    assert found.breakdowns.reach is not None
    share = found.breakdowns.reach.platforms["threads"]
    assert (share.value, share.extra) == (1.5, {"new": 1})
