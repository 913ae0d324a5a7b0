"""The kernel's side of the messages benchmark: a login, a bare widget, and when each was seen."""

from __future__ import annotations

import time
from typing import Any

import anywidget
import httpx
import ipywidgets
import traitlets

import ghl_notebook as ghl

__all__ = ["show"]


class Bare(anywidget.AnyWidget):
    """An empty widget that hands its model to the page, and the page what it is told."""

    _esm = """
    export default {
      initialize({ model }) {
        globalThis.bare = model;
        globalThis.heard = [];
        const now = () => (performance.timeOrigin + performance.now()) / 1000;
        model.on("msg:custom", (message) => heard.push({ ...message, back: now() }));
      },
    };
    """
    plain = traitlets.Int().tag(sync=True)
    asking = traitlets.Int().tag(sync=True)

    def tell(self, what: str) -> None:
        """Tell the page that something is seen now."""
        self.send({"what": what, "at": time.time()})


class Bench:
    """Shows one login after the other, and the bare widget beside them."""

    def __init__(self) -> None:
        self._client = ghl.demo()
        simulator = self._client.simulator
        simulator.levers.late_ms = 3_600_000  # the benchmark posts the message, and notes when
        simulator.levers.rate_limit = 1_000_000
        self._http = httpx.Client(
            base_url=simulator.base_url,
            headers={"Authorization": f"Bearer {simulator.token}", "Version": "2021-07-28"},
        )
        self._account_id: str | None = None
        self._logins = ipywidgets.VBox()
        self._bare = Bare()
        self._bare.observe(lambda change: self._bare.tell("plain"), "plain")
        self._bare.observe(self._ask, "asking")
        self._bare.on_msg(self._next)
        self._next()
        self.view = ipywidgets.VBox([self._bare, self._logins])

    def _ask(self, change: Any) -> None:
        oauth = f"/social-media-posting/oauth/{self._client.location_id}"
        step_2 = self._http.get(f"{oauth}/instagram/accounts/{self._account_id}")
        assert step_2.raise_for_status().json()["results"]["accounts"]
        self._bare.tell("asking")

    def _see(self, change: Any) -> None:
        self._bare.tell(change.new)
        self._account_id = change.owner.account_id

    def _next(self, *message: object) -> None:
        for login in self._logins.children:
            login.close()
        login = ghl.ConnectAccount(self._client, "instagram")
        login.observe(self._see, "status")
        self._logins.children = [login]


def show() -> ipywidgets.VBox:
    """Return what the notebook shows."""
    return Bench().view
