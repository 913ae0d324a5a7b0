"""Clients of the embedded simulator, which works without an account on your computer."""

from __future__ import annotations

import importlib.util
import reprlib
from datetime import datetime
from typing import Final

from .api import Agency, Client, MessageEvent
from .auth import Credential
from .auth.agency_credential import passed_credential
from .errors import ArgumentError, GHLError, SettingsError, install_command
from .fetch.sent_posts import drop, keep_in_memory
from .guard import guarded
from .secret import Secret
from .settings import DEFAULT_ALLOWED_ORIGINS, read_demo_settings
from .simulator import Simulator

_MAX_SIZE: Final = 10_000
"""Sub-accounts of a demo, and accounts in each; more would fill the memory."""


@guarded
class DemoClient(Client):
    """A `Client` with its own simulator.

    Attributes
    ----------
    simulator : Simulator
        The simulator; set its `levers` to cause faults.
    """

    def __init__(self, simulator: Simulator, api_version: str | None = None) -> None:
        keep_in_memory(simulator.base_url)
        super().__init__(
            credential=Credential.of_token(
                Secret(simulator.token), simulator.location_id, source="the simulator"
            ),
            base_url=simulator.base_url,
            api_version=api_version,
            allowed_origins=(*DEFAULT_ALLOWED_ORIGINS, simulator.origin),
            clock=lambda: simulator.now,
        )
        self.simulator = simulator

    @property
    def summary(self) -> list[tuple[str, object]]:
        """The summary for notebooks, which is the same for every simulator."""
        return _without_address(super().summary)

    def close(self) -> None:
        """Close the connections and stop the simulator."""
        super().close()
        self.simulator.stop()
        drop(self.simulator.base_url)


@guarded
class DemoAgency(Agency):
    """An `Agency` with its own simulator.

    Attributes
    ----------
    simulator : Simulator
        The simulator; set its `levers` to cause faults.
    """

    def __init__(self, simulator: Simulator, api_version: str | None = None) -> None:
        def clock() -> datetime:
            return simulator.now

        # Unlike an install's token, this one does not expire when the simulator's clock advances.
        token = simulator.state.tokens["company"]
        keep_in_memory(simulator.base_url)
        super().__init__(
            credential=passed_credential(
                Secret(token.value),
                token.company_id,
                base_url=simulator.base_url,
                clock=clock,
                client_id=simulator.client_id,
                source="the simulator",
            ),
            base_url=simulator.base_url,
            allowed_origins=(*DEFAULT_ALLOWED_ORIGINS, simulator.origin),
            api_version=api_version,
            clock=clock,
        )
        self.simulator = simulator

    @property
    def summary(self) -> list[tuple[str, object]]:
        """The summary for notebooks, which is the same for every simulator."""
        return _without_address(super().summary)

    def close(self) -> None:
        """Close the connections and stop the simulator."""
        super().close()
        self.simulator.stop()
        drop(self.simulator.base_url)


def _without_address(summary: list[tuple[str, object]]) -> list[tuple[str, object]]:
    return [
        (name, value if name != "service" else "the embedded simulator") for name, value in summary
    ]


@guarded
def demo_agency(
    *, locations: int = 24, accounts: int = 5, seed: int = 0, api_version: str | None = None
) -> DemoAgency:
    """Start the embedded simulator and return its agency. You don't need an account.

    Nothing leaves your computer. The simulator's clock is fixed at 2026-01-05T09:00:00Z: some
    connections are expired, others expire soon. To advance the clock by a week, call
    ``agency.simulator.pass_time(timedelta(days=7))``. One sub-account cannot be fetched, because
    its install of the app lacks a scope.

    Parameters
    ----------
    locations : int, default 24
        The number of extra sub-accounts, besides the two that always exist.
    accounts : int, default 5
        The average number of connected accounts of each extra sub-account.
    seed : int, default 0
        The same seed creates the same accounts and ids.
    api_version : str, optional
        As for `Client`.

    Raises
    ------
    ArgumentError
        If the API version is unknown.
    """
    sizes: dict[str, object] = {"locations": locations, "accounts": accounts}
    for name, size in sizes.items():
        if not isinstance(size, int) or not 0 <= size <= _MAX_SIZE:
            raise ArgumentError(
                f"{name} is {reprlib.repr(size)}.", f"Pass a whole number from 0 to {_MAX_SIZE:,}."
            )
    simulator = Simulator(seed=seed, locations=locations, accounts=range(1, 2 * accounts))
    if locations > 1:
        refused = list(simulator.state.locations)[-locations // 2]
        simulator.levers.fail_with("scope_missing", "*/accounts", times=None, location=refused)
    simulator.start()
    try:
        return DemoAgency(simulator, api_version)
    except GHLError:
        simulator.stop()
        raise


@guarded
def demo(*, seed: int = 0, api_version: str | None = None) -> DemoClient:
    """Start the embedded simulator and return its client. You don't need an account.

    Nothing leaves your computer. The simulator's consent page opens in your browser, on 127.0.0.1;
    on a hub such as Binder, through jupyter-server-proxy. To run a notebook without a browser, set
    ``GHL_DEMO_USER=simulated``: the simulator then plays the user, too.

    Parameters
    ----------
    seed : int, default 0
        The same seed creates the same accounts and ids.
    api_version : str, optional
        As for `Client`.

    Raises
    ------
    ArgumentError
        If the API version is unknown.
    SettingsError
        If ``GHL_DEMO_USER`` is invalid, or a hub lacks jupyter-server-proxy.
    """
    settings = read_demo_settings()
    if settings.public_url and importlib.util.find_spec("jupyter_server_proxy") is None:
        raise SettingsError(
            "The browser of a hub's user cannot reach the simulator.",
            f"{install_command('binder')}, where the notebook server runs, and restart the server.",
        )
    simulator = Simulator(seed=seed, public_url=settings.public_url)
    simulator.start()
    try:
        client = DemoClient(simulator, api_version)
    except GHLError:
        simulator.stop()
        raise
    if settings.simulate_user:

        def play(url: Secret) -> MessageEvent:
            return simulator.play_user(url.reveal())

        client.browser = play
    return client
