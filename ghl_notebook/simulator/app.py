"""The ASGI app: every step of a request before and after its handler."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from .api import Api
from .context import SimContext
from .faults import SimFailure, SimFailureError, known
from .limits import RequestCounter, counted_for
from .provider import Provider
from .recording import record
from .request import EncodedJSON, RecordedRequest, SimRequest, SimResponse, cut_emoji, write_json

_JSON = b"application/json; charset=utf-8"


class SimulatorApp:
    """Reads a request, applies the levers, answers the request and records both.

    Parameters
    ----------
    context : SimContext
        State, levers and addresses of the simulator.
    counter : RequestCounter
        Counts the API calls against the rate limit.
    recorded : deque of RecordedRequest
        Every request is appended, unless its maximum length is 0.
    """

    def __init__(
        self, context: SimContext, counter: RequestCounter, recorded: deque[RecordedRequest]
    ) -> None:
        self._recorded = recorded
        self._context = context
        self._counter = counter
        self._api = Api(context)
        self._provider = Provider(context)
        self._stopping = False
        self._waiting: set[asyncio.Future[None]] = set()

    def stop_waiting(self) -> None:
        """End every simulated delay, so that the server can stop at once."""
        self._stopping = True
        for over in list(self._waiting):
            _end(over)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        body = await _read(receive)
        if body is None:
            return  # the client was killed during its request: there is no one to answer
        request = _request(scope, body)
        if self._provider.serves(request.path):
            answer = self._page(request)
        else:
            answer = await self._service(request)
        if self._recorded.maxlen != 0 and not request.path.startswith(("/static/", "/avatars/")):
            self._recorded.append(record(request, answer))
        await _send(answer, send, cut=self._context.levers.half_characters)

    def _page(self, request: SimRequest) -> SimResponse:
        failure = self._context.levers.take(request.method, request.path)
        return self._failed(failure) if failure else self._provider.answer(request)

    async def _service(self, request: SimRequest) -> SimResponse:
        if request.headers.get("user-agent", "").lower().startswith("python-urllib"):
            # The CDN refuses the request before the service counts or traces it.
            return self._failed(known("user_agent_refused").failure)
        allowed, headers = self._counter.count(counted_for(request, self._context.state))
        answer = await self._limited(request, allowed)
        answer.headers = {**headers, **answer.headers}
        return answer

    async def _limited(self, request: SimRequest, allowed: bool) -> SimResponse:
        levers = self._context.levers
        try:
            if not allowed:
                raise known("too_many_requests")
            if levers.latency > 0:
                await self._wait(min(levers.latency, levers.gateway_timeout))
                if levers.latency > levers.gateway_timeout:
                    raise known("command_timed_out")
            failure = levers.take(request.method, request.path, request.names)
            if failure is not None:
                return self._failed(failure)
            answer = self._api.answer(request)
        except SimFailureError as refused:
            return self._failed(refused.failure)
        answer.body = self._traced(answer.body)
        return answer

    async def _wait(self, seconds: float) -> None:
        if self._stopping:
            return
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        self._waiting.add(over)
        timer = loop.call_later(seconds, _end, over)
        try:
            await over
        finally:
            timer.cancel()
            self._waiting.discard(over)

    def _failed(self, failure: SimFailure) -> SimResponse:
        body = self._traced(failure.body) if failure.traced else failure.body
        return SimResponse(failure.status, body, dict(failure.headers))

    def _traced(self, body: Any) -> Any:
        """Add the ``traceId`` that most bodies have."""
        if isinstance(body, EncodedJSON):
            return EncodedJSON(body.text, self._context.state.trace_id())
        return (
            {**body, "traceId": self._context.state.trace_id()} if isinstance(body, dict) else body
        )


def _end(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)


async def _read(receive: Receive) -> bytes | None:
    """Return the body of a request; None if its sender has disconnected."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _request(scope: Scope, body: bytes) -> SimRequest:
    query, headers = scope["query_string"].decode("latin-1"), scope["headers"]
    return SimRequest(
        method=scope["method"], path=scope["path"],
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in headers},
        body=body,
    )  # fmt: skip


async def _send(answer: SimResponse, send: Send, *, cut: bool) -> None:
    # Not with a library's Response, which takes as long as all other steps together.
    content, kind = _encoded(answer.body)
    if cut and kind == _JSON:
        content = cut_emoji(content)
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers.items()
    ]
    if content and not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", kind))
    if answer.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(content)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _encoded(body: Any) -> tuple[bytes, bytes]:
    """Return the bytes of a body, and the content type for a response without one."""
    if isinstance(body, EncodedJSON):
        return body.content(), _JSON
    if isinstance(body, dict | list):
        return write_json(body), _JSON
    return (body if isinstance(body, bytes) else body.encode()), b"text/plain; charset=utf-8"
