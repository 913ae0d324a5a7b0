"""`plot_expiry`: what has expired, what will soon, and when."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

import ghl_notebook as ghl

from .made import NOW, accounts, at, rows_of, said_by, spec_of


def test_connections_are_counted_by_day_and_state() -> None:
    """Where they end within a few weeks of each other; the tooltip says which platforms."""
    frame = accounts(
        {"expire": at("2026-01-03"), "is_expired": True},
        {"expire": at("2026-01-07"), "platform": "facebook"},
        {"expire": at("2026-01-07")},
        {"expire": at("2026-01-07")},
        {"expire": at("2026-02-07")},
    )
    chart = ghl.plot_expiry(pd.concat([frame] * 9), now=NOW)
    shown = [(r["when"], r["state"], r["count"], r["platforms"]) for r in rows_of(chart)[:3]]
    assert shown == [
        ("3 Jan 2026", "expired", 9, "Instagram 9"),
        ("7 Jan 2026", "expire within 30 days", 27, "Instagram 18, Facebook 9"),
        ("7 Feb 2026", "expire later", 9, "Instagram 9"),
    ]
    assert (
        said_by(chart)
        == "When connections expire | 9 expired, 27 expire within 30 days, 9 expire later"
    )


def test_a_few_are_named() -> None:
    """Each has a line with its account, platform and sub-account, the next one first."""
    frame = accounts(
        {"expire": at("2026-02-07"), "name": "Late", "platform": "facebook"},
        {"expire": at("2026-01-03"), "name": "Early", "is_expired": True},
        {"expire": at("2026-01-07")},
        {"expire": at("2026-01-08")},
    ).assign(location_name=["Client", None, None, None])
    chart = ghl.plot_expiry(frame, now=NOW)
    named = [row for row in rows_of(chart) if "account" in row]
    assert [(row["account"], row["when"], row["state"]) for row in named] == [
        ("Early · Instagram", "3 Jan 2026", "expired"),
        ("Account without a name · Instagram", "7 Jan 2026", "expire within 30 days"),
        ("Account without a name · Instagram 2", "8 Jan 2026", "expire within 30 days"),
        ("Late · Facebook · Client", "7 Feb 2026", "expire later"),
    ]
    assert spec_of(chart)["layer"][0]["encoding"]["y"]["title"] == "Account"


def test_far_apart_they_are_counted_by_week() -> None:
    """From Monday to Sunday."""
    frame = accounts(
        *({"expire": at(f"2026-01-{day:02}")} for day in (11, 12, 18, 19)),
        {"expire": at("2026-06-01")},
    )
    chart = ghl.plot_expiry(pd.concat([frame] * 9), now=NOW)
    assert [(row["when"], row["count"]) for row in rows_of(chart)[:3]] == [
        ("5 Jan to 11 Jan 2026", 9),
        ("12 Jan to 18 Jan 2026", 18),
        ("19 Jan to 25 Jan 2026", 9),
    ]


def test_what_broke_before_its_time_is_expired() -> None:
    """The service says so, whatever its end date is; and one that has ended is expired anyway."""
    frame = accounts(
        {"expire": NOW + timedelta(days=40), "is_expired": True},
        {"expire": NOW - timedelta(hours=1), "is_expired": False},
    )
    assert "2 expired" in said_by(ghl.plot_expiry(frame, now=NOW))


def test_soon_is_as_the_reader_says() -> None:
    """A connection that ends after so many days ends later."""
    frame = accounts({"expire": NOW + timedelta(days=10)})
    assert "1 expire within 10 days" in said_by(ghl.plot_expiry(frame, soon=10, now=NOW))
    assert "1 expire later" in said_by(ghl.plot_expiry(frame, soon=9.5, now=NOW))


def test_soon_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as that of the panel."""
    frame = accounts({"expire": NOW + timedelta(days=29)})
    assert "1 expire within 30 days" in said_by(ghl.plot_expiry(frame, now=NOW))
    monkeypatch.setenv("GHL_EXPIRING_DAYS", "7")
    assert "1 expire later" in said_by(ghl.plot_expiry(frame, now=NOW))


def test_today_is_marked() -> None:
    """By a line and a word, at the time that was passed."""
    spec = spec_of(ghl.plot_expiry(accounts(*[{"expire": at("2026-02-01")}] * 26), now=NOW))
    bars, line, word = spec["layer"]
    assert [part["mark"]["type"] for part in (bars, line, word)] == ["bar", "rule", "text"]
    assert word["mark"]["text"] == "today, 5 Jan 2026"
    (today,) = spec["datasets"][line["data"]["name"]]
    assert today["today"] == "2026-01-05T09:00:00+00:00"


def test_the_present_is_today_when_nothing_is_passed() -> None:
    """What ended an hour ago has expired, what ends in an hour has not."""
    now = pd.Timestamp.now("UTC").to_pydatetime()
    hour = timedelta(hours=1)
    said = said_by(ghl.plot_expiry(accounts({"expire": now - hour}, {"expire": now + hour})))
    assert "1 expired, 1 expire within 30 days" in said


def test_days_are_those_of_utc() -> None:
    """On the axis and in the data, whatever the browser's time zone."""
    chart = ghl.plot_expiry(accounts(*[{"expire": at("2026-02-01T23:59:59")}] * 26), now=NOW)
    x = spec_of(chart)["layer"][0]["encoding"]["x"]
    assert x["scale"]["type"] == "utc"
    assert "utcFormat" in x["axis"]["labelExpr"]
    assert "(UTC)" in x["title"]
    assert rows_of(chart)[0]["start"] == "2026-02-01T00:00:00+00:00"


def test_what_has_expired_stands_out() -> None:
    """It has a colour of its own, the same ones for all charts, and lies at the bottom."""
    chart = ghl.plot_expiry(accounts(*[{"expire": at("2026-02-01")}] * 26), now=NOW)
    encoding = spec_of(chart)["layer"][0]["encoding"]
    assert encoding["color"]["scale"] == {
        "domain": ["expired", "expire within 30 days", "expire later"],
        "range": ["#d55e00", "#0072b2", "#72727a"],
    }
    assert encoding["order"]["field"] == "order"


def test_thousands_of_connections_are_a_few_bars() -> None:
    """The front end gets counts, and they are all there."""
    frame = accounts(
        *(
            {"expire": NOW + timedelta(hours=n % 4000), "is_expired": n % 9 == 0}
            for n in range(9000)
        )
    )
    rows = rows_of(ghl.plot_expiry(frame, now=NOW))
    assert len(rows) < 100
    assert sum(row.get("count", 0) for row in rows) == 9000


def test_deleted_accounts_do_not_count() -> None:
    """`fetch_accounts(deleted=True)` has them."""
    frame = accounts({"expire": NOW, "deleted": True}, {"expire": NOW})
    assert "| 1 expired" in said_by(ghl.plot_expiry(frame, now=NOW))


def test_connections_without_an_end_are_told_of() -> None:
    """The service gives no date for some platforms."""
    frame = accounts({"expire": at("2026-03-01")}, {}, {"is_expired": True})
    said = said_by(ghl.plot_expiry(frame, now=NOW))
    assert "1 expired, 1 expire later, 1 have no expiry date" in said


def test_a_date_far_away_does_not_squeeze_the_others() -> None:
    """It is counted in the subtitle; a year is as far as the chart goes."""
    frame = accounts({"expire": at("2026-02-01")}, {"expire": at("9999-12-31")})
    chart = ghl.plot_expiry(frame, now=NOW)
    assert [row["when"] for row in rows_of(chart) if "when" in row] == ["1 Feb 2026"]
    assert "Not shown: 1 that expire more than a year from today" in said_by(chart)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (accounts(), "No connected accounts"),
        (accounts({"deleted": True}), "No connected accounts"),
        (accounts({}, {}), "No connection expires within a year: 2 have no expiry date"),
    ],
    ids=["no rows", "deleted", "no end date"],
)
def test_where_nothing_ends_the_chart_says_so(frame: pd.DataFrame, said: str) -> None:
    """A loop over clients does not stop at one without connections."""
    chart = ghl.plot_expiry(frame, now=NOW)
    assert said_by(chart) == said


def test_the_chart_is_of_a_whole_agency_too() -> None:
    """Its frame has two more columns."""
    with ghl.demo_agency(locations=3) as agency:
        frame = ghl.fetch_accounts(agency)
        chart = ghl.plot_expiry(frame, now=agency.simulator.now)
    assert len([row for row in rows_of(chart) if "account" in row]) == frame["expire"].notna().sum()


@pytest.mark.parametrize("soon", [-1, 400, "14"])
def test_soon_has_to_be_days(soon: object) -> None:
    """Anything else is an error that says what to pass."""
    with pytest.raises(ghl.errors.ArgumentError, match=r"soon is .* Pass a number from 0 to 365"):
        ghl.plot_expiry(accounts(), soon=soon)  # type: ignore[arg-type]


@pytest.mark.parametrize("now", [NOW.replace(tzinfo=None), "2026-01-05", pd.NaT, 5])
def test_now_is_a_time_with_a_time_zone(now: object) -> None:
    """Nobody could tell which moment is meant."""
    with pytest.raises(ghl.errors.ArgumentError, match="not a time with a time zone"):
        ghl.plot_expiry(accounts(), now=now)  # type: ignore[arg-type]
