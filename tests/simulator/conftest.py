"""A running simulator, and a caller that knows its token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ghl_notebook.simulator import Simulator
from tests import local

OAUTH = "/social-media-posting/oauth"


class Caller:
    """Calls a simulator the way a client with a valid token does."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        headers = {
            "Authorization": f"Bearer {sim.token}",
            "Version": "2021-07-28",
            "User-Agent": "tests",
        }
        self.http = local.Client(base_url=sim.base_url, headers=headers)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET."""
        return self.http.get(path, **options)

    def start(self, platform: str, **query: str) -> httpx.Response:
        """Ask for a start with the right ids."""
        both = {"locationId": self.sim.location_id, "userId": self.sim.user_id}
        return self.http.get(f"{OAUTH}/{platform}/start", params=both | query)

    def url(self, platform: str = "instagram", **query: str) -> str:
        """Return the address of a consent page."""
        return self.start(platform, **query).headers["location"]

    def connect(self, platform: str = "instagram", **choices: Any) -> str:
        """Log in as a person would, and return the account id of the message."""
        event = self.sim.play_user(self.url(platform), **choices)
        return str(event.data["accountId"])

    def path(self, platform: str, account_id: str) -> str:
        """Return the documented path of step 2."""
        part = "locations" if platform == "google" else "accounts"
        return f"{OAUTH}/{self.sim.location_id}/{platform}/{part}/{account_id}"

    def available(self, platform: str, account_id: str) -> Any:
        """Return the results of step 2."""
        return self.get(self.path(platform, account_id)).json()["results"]

    def accounts(self, **query: str) -> list[dict[str, Any]]:
        """Return the rows of the accounts list."""
        path = f"/social-media-posting/{self.sim.location_id}/accounts"
        rows: list[dict[str, Any]] = self.get(path, params=query).json()["results"]["accounts"]
        return rows


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as running:
        yield running


@pytest.fixture
def caller(sim: Simulator) -> Iterator[Caller]:
    """A caller with a valid token."""
    caller = Caller(sim)
    yield caller
    caller.http.close()
