"""A client of the embedded simulator: everything works as with an account, and nothing leaves."""

from __future__ import annotations

import importlib.util
from datetime import datetime

from .api import Agency, Client, MessageEvent
from .auth import TokenCredential
from .auth.agency_credential import passed_credential
from .errors import GHLError, SettingsError
from .fetch.sent_posts import drop, keep_in_memory
from .guard import guarded
from .secret import Secret
from .settings import DEFAULT_ALLOWED_ORIGINS, read_demo_settings
from .simulator import Simulator
from .wire import API_VERSION


@guarded
class DemoClient(Client):
    """A `Client` of a simulator of its own.

    Attributes
    ----------
    simulator : Simulator
        The simulator; its `levers` make it misbehave.
    """

    def __init__(self, simulator: Simulator, api_version: str = API_VERSION) -> None:
        keep_in_memory(simulator.base_url)
        super().__init__(
            credential=TokenCredential(
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
        """What a notebook shows of it: the same for every simulator."""
        return _without_address(super().summary)

    def close(self) -> None:
        """Close the connections and end the simulator."""
        super().close()
        self.simulator.stop()
        drop(self.simulator.base_url)


@guarded
class DemoAgency(Agency):
    """An `Agency` of a simulator of its own.

    Attributes
    ----------
    simulator : Simulator
        The simulator; its `levers` make it misbehave.
    """

    def __init__(self, simulator: Simulator, api_version: str = API_VERSION) -> None:
        def clock() -> datetime:
            return simulator.now

        # Unlike one of an install, it holds when days pass in the simulator.
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
        """What a notebook shows of it: the same for every simulator."""
        return _without_address(super().summary)

    def close(self) -> None:
        """Close the connections and end the simulator."""
        super().close()
        self.simulator.stop()
        drop(self.simulator.base_url)


def _without_address(summary: list[tuple[str, object]]) -> list[tuple[str, object]]:
    return [
        (name, value if name != "service" else "the embedded simulator") for name, value in summary
    ]


@guarded
def demo_agency(
    *, locations: int = 24, accounts: int = 5, seed: int = 0, api_version: str = API_VERSION
) -> DemoAgency:
    """Start the embedded simulator and return an agency of it. No account, nothing leaves.

    Its clock stands still at 2026-01-05T09:00:00Z: some of the connections have expired by then,
    others are about to. ``agency.simulator.pass_time(timedelta(days=7))`` lets a week pass. One
    sub-account cannot be fetched: its install of the app lacks a scope.

    Parameters
    ----------
    locations : int, default 24
        How many sub-accounts it has, besides two that are always there.
    accounts : int, default 5
        How many connected accounts each of them has on average.
    seed : int, default 0
        The same seed gives the same accounts and ids.
    api_version : str
        As for `demo`.

    Raises
    ------
    ArgumentError
        If there is no such version of the API.
    """
    simulator = Simulator(seed=seed, locations=locations, accounts=range(1, 2 * accounts))
    if locations > 1:
        places = list(simulator.state.locations)
        simulator.levers.fail_with(
            "scope_missing", "*/accounts", times=None, location=places[-locations // 2]
        )
    simulator.start()
    try:
        return DemoAgency(simulator, api_version)
    except GHLError:
        simulator.stop()
        raise


@guarded
def demo(*, seed: int = 0, api_version: str = API_VERSION) -> DemoClient:
    """Start the embedded simulator and return a client of it. No account, nothing leaves.

    The simulator's consent page opens in the browser, on 127.0.0.1; on a hub such as Binder it is
    reached through jupyter-server-proxy. With ``GHL_DEMO_USER=simulated`` the simulator plays the
    user as well, so that a notebook runs without a browser.

    Parameters
    ----------
    seed : int, default 0
        The same seed gives the same accounts and ids.
    api_version : str
        The version of the API that the client speaks; comments and queues want ``"v3"``.

    Raises
    ------
    ArgumentError
        If there is no such version of the API.
    SettingsError
        If ``GHL_DEMO_USER`` makes no sense, or a hub lacks jupyter-server-proxy.
    """
    settings = read_demo_settings()
    if settings.public_url and importlib.util.find_spec("jupyter_server_proxy") is None:
        raise SettingsError(
            "The browser of a hub's user cannot reach the simulator.",
            "Install ghl-notebook[binder] where the notebook server runs, and restart the server.",
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
