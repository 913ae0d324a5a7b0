"""The panel of an agency: counts, what could not be asked, and the sub-accounts opened in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import AccountsPanel, DemoAgency, errors
from ghl_notebook.panel.rows import COUNTS, count_accounts
from tests.login.page import flush
from tests.panel.page import PanelPage

MAIN = "Lumière Hospitality"


@pytest.fixture
def panel(make_panel: Callable[..., AccountsPanel], agency: DemoAgency) -> AccountsPanel:
    """A panel of the agency."""
    return make_panel(agency)


@pytest.fixture
def page(panel: AccountsPanel) -> PanelPage:
    """Its page, which shows the sub-accounts."""
    page = PanelPage(panel)
    page.until(kind="sub-accounts")
    return page


def test_one_row_per_sub_account(
    panel: AccountsPanel, agency: DemoAgency, capsys: pytest.CaptureFixture[str]
) -> None:
    """The counts are those of the accounts; one that could not be asked has its error instead."""
    frame = panel.frame.set_index("location_id")
    accounts = ghl.fetch_accounts(agency, progress=None)
    (missing,) = ghl.failures(accounts)["location_id"]

    expected = accounts.groupby("location_id")["is_expired"].agg(["size", "sum"])
    found = frame.drop(missing)
    assert found["accounts"].to_dict() == expected["size"].to_dict()
    assert found["expired"].to_dict() == expected["sum"].to_dict()
    assert frame.loc[missing, ["accounts", "expired", "expiring"]].isna().all()
    assert frame.loc[missing, "error"] == "ScopeError"
    assert "Add the scope socialplanner/" in frame.loc[missing, "message"]
    assert panel.location_id is None
    assert capsys.readouterr().err == ""  # in a notebook it would be a red block below the panel


def test_what_counts_as_expiring_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as that of the charts."""
    now = pd.Timestamp("2026-01-05T09:00", tz="UTC")
    accounts = pd.DataFrame(
        {
            "location_id": pd.array(["a"], "string"),
            "is_expired": pd.array([False], "boolean"),
            "expire": pd.to_datetime(pd.Series([now + timedelta(days=29)]), utc=True),
        }
    )
    places = pd.DataFrame({"location_id": ["a"], "location_name": ["A"]}, dtype="string")
    none = pd.DataFrame({name: [] for name in ("location_id", "error", "message")}, dtype="string")
    for days, count in (("29", 1), ("28", 0)):
        monkeypatch.setenv("GHL_EXPIRING_DAYS", days)
        frame = count_accounts(places, accounts, none, now.to_pydatetime())
        assert frame["expiring"].to_list() == [count]


def test_counts_of_states() -> None:
    """Expired is what the service says, or what is over; expiring is what ends in 30 days."""
    now = pd.Timestamp("2026-01-05T09:00", tz="UTC")
    ends = [now, now + timedelta(days=30), now + timedelta(days=31), now + timedelta(days=9), None]
    accounts = pd.DataFrame(
        {
            "location_id": pd.array(["a"] * 5, "string"),
            "is_expired": pd.array([False, False, False, True, None], "boolean"),
            "expire": pd.to_datetime(pd.Series(ends), utc=True),
        }
    )
    places = pd.DataFrame({"location_id": ["a", "b"], "location_name": ["A", None]}, dtype="string")
    none = pd.DataFrame({name: [] for name in ("location_id", "error", "message")}, dtype="string")

    frame = count_accounts(places, accounts, none, now.to_pydatetime())

    assert frame.dtypes.astype(str).to_dict() == COUNTS
    assert frame.iloc[0, 2:5].to_list() == [5, 2, 1]
    assert frame.iloc[1, 2:5].to_list() == [0, 0, 0]


def test_no_sub_account_and_no_account() -> None:
    """The columns are the same."""
    none = pd.DataFrame(
        {
            "location_id": pd.array([], "string"),
            "location_name": pd.array([], "string"),
            "error": pd.array([], "string"),
            "message": pd.array([], "string"),
            "is_expired": pd.array([], "boolean"),
            "expire": pd.to_datetime(pd.Series([], dtype="object"), utc=True),
        }
    )
    now = pd.Timestamp("2026-01-05", tz="UTC").to_pydatetime()
    assert count_accounts(none, none, none, now).dtypes.astype(str).to_dict() == COUNTS


def test_open_and_back(panel: AccountsPanel, page: PanelPage, agency: DemoAgency) -> None:
    """A sub-account's accounts in place, then the list with what has changed since."""
    before = panel.frame.set_index("location_name").loc[MAIN, "accounts"]
    page.say("open", **page.row(MAIN))
    flush()
    assert panel.location_id == agency.simulator.location_id
    opened = PanelPage(panel)
    shown = opened.until(kind="accounts", can_leave=True)
    assert shown["name"] == MAIN
    assert set(panel.frame["location_id"]) == {panel.location_id}

    opened.say("detach", **opened.rows("Nordljus Studio"))
    opened.until(notice="Nordljus Studio is detached.")
    asked = len(agency.simulator.requests)
    opened.say("back")
    flush()
    page.until(kind="sub-accounts")
    assert panel.location_id is None
    assert panel.frame.set_index("location_name").loc[MAIN, "accounts"] == before - 1
    assert page.columns["expired"][page.columns["name"].index(MAIN)] == 0
    assert len(agency.simulator.requests) == asked


def test_a_login_in_an_opened_sub_account(
    panel: AccountsPanel, page: PanelPage, agency: DemoAgency
) -> None:
    """The card is that of the sub-account, and takes the simulator's message."""
    page.say("open", **page.row(MAIN))
    flush()
    opened = PanelPage(panel)
    opened.until(kind="accounts")
    opened.say("connect", platform="instagram")
    opened.until(stage="login")
    flush()
    assert opened.login.location_id == panel.location_id
    assert agency.simulator.origin in opened.login._login.client.allowed_origins


def test_an_agency_that_cannot_be_asked(
    make_panel: Callable[..., AccountsPanel], agency: DemoAgency
) -> None:
    """Without a list of sub-accounts there is nothing to show but the error."""
    agency.simulator.levers.fail_with("scope_missing", "*ocations*", times=None)
    panel = make_panel(agency)
    with pytest.raises(errors.GHLError):
        panel.frame  # noqa: B018
    flush()
    assert panel.status == "failed"
    assert panel.error is not None


def test_a_sub_account_that_is_opened_and_cannot_be_asked(
    panel: AccountsPanel, page: PanelPage
) -> None:
    """It says why, and the way back is there."""
    frame = panel.frame
    name = frame.loc[frame["error"].notna(), "location_name"].iloc[0]
    page.say("open", **page.row(name))
    flush()
    opened = PanelPage(panel)
    shown = opened.until(kind="accounts", can_leave=True)
    assert "Add the scope socialplanner/" in shown["error"]
    opened.say("back")
    flush()
    page.until(kind="sub-accounts")
    assert len(panel.frame) == len(frame)
