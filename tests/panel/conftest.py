"""A simulated service, and panels whose pages are played by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ghl_notebook import AccountsPanel, DemoAgency, DemoClient, demo, demo_agency
from ghl_notebook.login.social import LoginRegistry
from tests.login.page import Page, flush
from tests.login.recording import settle


@pytest.fixture(autouse=True)
def _ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the logins of other tests out."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._REGISTRY", LoginRegistry())


@pytest.fixture
def client() -> Iterator[DemoClient]:
    """A client of a simulator of its own."""
    with demo() as client:
        client.simulator.levers.rate_interval = 0.02
        yield client
        settle()


@pytest.fixture
def agency() -> Iterator[DemoAgency]:
    """An agency of five sub-accounts, one of which cannot be asked."""
    with demo_agency(locations=3, accounts=3) as agency:
        yield agency
        settle()


@pytest.fixture
def make_panel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AccountsPanel]]:
    """Make panels whose comms have the test at their other end; closed afterwards."""
    monkeypatch.setattr("comm.create_comm", Page)
    made: list[AccountsPanel] = []

    def make(client: DemoClient | DemoAgency, **options: str) -> AccountsPanel:
        made.append(AccountsPanel(client, **options))
        return made[-1]

    yield make
    for panel in made:
        panel.close()
    flush()
    Page.opened.clear()
