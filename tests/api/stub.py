"""A service that answers what a test says, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from ghl_notebook import AsyncClient, Client

TOKEN = "pit-00000000-planted"
LOCATION = "ve9EPM428h8vShlRW1KT"
USER = "kAa4v33CUQoyyVLyxvUK"

Answer = httpx.Response | Exception


class Stub(httpx.MockTransport):
    """Answers in turn, the last answer for ever."""

    def __init__(self, *answers: Answer | Callable[[httpx.Request], httpx.Response]) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A response is read once: each request gets its own.
            return httpx.Response(
                answer.status_code, headers=answer.headers.raw, content=answer.content
            )
        return answer(request)

    @property
    def request(self) -> httpx.Request:
        """The only request."""
        (request,) = self.requests
        return request

    def client(self, **settings: Any) -> Client:
        """Return a client of this service."""
        return Client(**(_DEFAULTS | settings), transport=self)

    def async_client(self, **settings: Any) -> AsyncClient:
        """Return a client of this service for code that awaits."""
        return AsyncClient(**(_DEFAULTS | settings), transport=self)


_DEFAULTS = {
    "token": TOKEN,
    "location_id": LOCATION,
    "user_id": USER,
    "base_url": "https://services.leadconnectorhq.com",  # whatever the environment says
}


def answer(results: object = None, status: int = 200) -> httpx.Response:
    """Return an answer in the service's envelope."""
    body = {"success": True, "statusCode": status, "message": "Done", "results": results}
    return httpx.Response(status, json=body)
