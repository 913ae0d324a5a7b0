"""The simulator without a server, and without an HTTP library: for many thousand calls."""

from __future__ import annotations

from urllib.parse import parse_qsl

from ghl_notebook import AsyncClient
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.api import Api
from ghl_notebook.simulator.faults import SimFailureError
from ghl_notebook.simulator.request import SimRequest, SimResponse, write_json
from ghl_notebook.transport import API_VERSION, Request, Response

_LIMITS = {
    "content-type": "application/json", "x-ratelimit-max": "1000000",
    "x-ratelimit-remaining": "999999", "x-ratelimit-interval-milliseconds": "10000",
}  # fmt: skip


class InProcess:
    """A transport that answers with the operations of a simulator, which need not be started.

    Attributes
    ----------
    sent : list of SimRequest
        The requests so far.
    """

    base_url, host = "https://services.leadconnectorhq.com", "services.leadconnectorhq.com"
    api_version, is_closed, in_flight = API_VERSION, False, 32

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.sent: list[SimRequest] = []
        self._api = Api(sim._context)

    async def send(self, request: Request, token: Secret | None, _seconds: float) -> Response:
        """Answer a request."""
        assert token is not None
        path, _, query = request.target.partition("?")
        headers = {
            "version": request.version or API_VERSION,
            "authorization": f"Bearer {token.reveal()}",
        }
        asked = SimRequest(
            request.method, path, dict(parse_qsl(query)), headers, request.content or b""
        )
        self.sent.append(asked)
        try:
            answer = self._api.answer(asked)
        except SimFailureError as refused:
            answer = SimResponse(refused.failure.status, refused.failure.body)
        return Response(answer.status, _LIMITS, write_json(answer.body))

    def client(self, api_version: str | None = None) -> AsyncClient:
        """Return a client of the main sub-account."""
        sim = self.sim
        own = AsyncClient(sim.token, sim.location_id, base_url=self.base_url)
        client = AsyncClient.sharing(
            self,  # type: ignore[arg-type]
            own.credential,
            total_timeout=120,
            clock=lambda: sim.now,
            api_version=api_version,
        )
        client.user_id = sim.user_id
        return client
