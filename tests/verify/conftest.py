"""A simulated service, and probes of it as its users run them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ghl_notebook.login.social import LoginRegistry
from ghl_notebook.simulator import Simulator
from ghl_notebook.verify import Report, verify_live
from tests.login.recording import PATIENCE, plain_http, settle
from tests.verify.person import Person

RunProbe = Callable[..., Report]
RunReading = Callable[..., Report]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's desktop, and the logins of other tests, out."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._REGISTRY", LoginRegistry())


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as running:
        yield running


@pytest.fixture
def said() -> list[str]:
    """The texts for the user."""
    return []


@pytest.fixture
def probe(sim: Simulator, said: list[str]) -> Iterator[RunProbe]:
    """Probe with the login page on the loopback server, whose user `Person` plays.

    With ``browser`` the client's own browser plays the user instead.
    """
    people: list[Person] = []

    def go(*platforms: str, **how: Any) -> Report:
        variants = how.pop("variants", ("connect",))
        transport = how.pop("transport", None)
        person = Person(sim, allow="cancel" not in variants)
        people.append(person)
        return verify_live(
            platforms=platforms or ("instagram",),
            variants=variants,
            token=sim.token,
            location_id=sim.location_id,
            base_url=sim.base_url,
            allowed_origins=(sim.origin,),
            transport=transport or plain_http(),
            show=person.visit,
            say=said.append,
            time_limit=PATIENCE,
            **how,
        )

    yield go
    for person in people:
        person.leave()
    settle()


@pytest.fixture
def read(sim: Simulator, said: list[str]) -> RunReading:
    """Probe the simulator without a login."""

    def go(**options: Any) -> Report:
        return verify_live(
            token=sim.token,
            location_id=sim.location_id,
            base_url=sim.base_url,
            clock=lambda: sim.now,
            say=said.append,
            **({"read_only": True, "transport": plain_http()} | options),
        )

    return go


def differing(report: Report) -> dict[str, str]:
    """Return what differs, by the assumption's name."""
    return {row.assumption.id: row.seen for row in report.differing}


def seen(report: Report, name: str) -> tuple[str, str]:
    """Return what was found of one assumption."""
    row = next(row for row in report.rows if row.assumption.id == name)
    return row.verdict, row.seen
