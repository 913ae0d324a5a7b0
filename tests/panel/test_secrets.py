"""Tokens are in nothing that a panel tells its page, keeps as traits, shows, or logs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ghl_notebook import AccountsPanel, DemoAgency, DemoClient
from tests.login.page import Page, flush
from tests.panel.page import PanelPage

MakePanel = Callable[..., AccountsPanel]


def everything(panel: AccountsPanel, caplog: pytest.LogCaptureFixture) -> str:
    """Return all that a panel has said, holds as traits, shows of itself, and has logged."""
    told = [page.sent for page in Page.opened]
    shown = [panel.get_state(), panel._repr_mimebundle_()]
    return json.dumps([told, shown, repr(panel), panel.error, caplog.text], default=repr)


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")


def test_of_a_sub_account(
    make_panel: MakePanel, client: DemoClient, caplog: pytest.LogCaptureFixture
) -> None:
    """While it lists, connects and attaches, and when the service repeats the token."""
    panel = make_panel(client)
    page = PanelPage(panel)
    page.until(stage="list")
    page.say("connect", platform="instagram")
    page.until(stage="login")
    flush()
    page.log_in(client.simulator)
    flush()
    page.say_of_card("attach", origin_ids=[page.login.choices[0]["origin_id"]])
    page.until(stage="list")
    token = client.simulator.token
    refusal = json.dumps({"statusCode": 401, "message": f"Invalid JWT: Bearer {token}"})
    client.simulator.levers.fail("*/accounts", 401, refusal, times=None)
    page.say("refresh")
    shown = page.until(stage="list", notice=None)
    assert "401" in shown["error"]
    said = everything(panel, caplog)
    assert client.location_id in said
    assert token not in said


def test_of_an_agency(
    make_panel: MakePanel, agency: DemoAgency, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither its own token nor those that it mints for its sub-accounts."""
    panel = make_panel(agency)
    page = PanelPage(panel)
    page.until(kind="sub-accounts")
    place = panel.frame.loc[panel.frame["error"].isna(), "location_name"].iloc[0]
    page.say("open", **page.row(place))
    flush()
    page.until(kind="accounts", stage="list")
    tokens = {token.value for token in agency.simulator.state.tokens.values()}
    tokens |= agency.simulator.state.issued.keys()
    assert len(tokens) > 2
    said = everything(panel, caplog)
    assert panel.location_id is not None
    assert panel.location_id in said
    assert not [token for token in tokens if token in said]
