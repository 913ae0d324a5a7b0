"""The one ASGI app: everything that happens to a request before and after its handler."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from .api import Api
from .faults import Failure, RefusedError, known
from .limits import RateLimiter, counted_for
from .provider import Provider
from .recording import record
from .wire import Answer, Call, Encoded, Recorded, World, write_json

_JSON = b"application/json; charset=utf-8"


class Gate:
    """Reads a request, lets the levers have their say, answers it and records both.

    Parameters
    ----------
    world : World
        What is simulated.
    limiter : RateLimiter
        Counts the API calls.
    recorded : deque of Recorded
        Every request is appended, unless it holds none.
    """

    def __init__(self, world: World, limiter: RateLimiter, recorded: deque[Recorded]) -> None:
        self._recorded = recorded
        self._world = world
        self._limiter = limiter
        self._api = Api(world)
        self._provider = Provider(world)
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
            return  # it was killed while it asked: nobody waits for an answer
        call = _call(scope, body)
        if self._provider.serves(call.path):
            answer = self._page(call)
        else:
            answer = await self._service(call)
        if self._recorded.maxlen != 0 and not call.path.startswith(("/static/", "/avatars/")):
            self._recorded.append(record(call, answer))
        await _send(answer, send)

    def _page(self, call: Call) -> Answer:
        failure = self._world.levers.take(call.method, call.path)
        return self._failed(failure) if failure else self._provider.answer(call)

    async def _service(self, call: Call) -> Answer:
        if call.headers.get("user-agent", "").lower().startswith("python-urllib"):
            # The CDN refuses before the service sees, counts or traces anything.
            return self._failed(known("user_agent_refused").failure)
        allowed, headers = self._limiter.count(counted_for(call, self._world.state))
        answer = await self._limited(call, allowed)
        answer.headers = {**headers, **answer.headers}
        return answer

    async def _limited(self, call: Call, allowed: bool) -> Answer:
        levers = self._world.levers
        try:
            if not allowed:
                raise known("too_many_requests")
            if levers.latency > 0:
                await self._wait(min(levers.latency, levers.gateway_timeout))
                if levers.latency > levers.gateway_timeout:
                    raise known("command_timed_out")
            failure = levers.take(call.method, call.path, call.names)
            if failure is not None:
                return self._failed(failure)
            answer = self._api.answer(call)
        except RefusedError as refused:
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

    def _failed(self, failure: Failure) -> Answer:
        body = self._traced(failure.body) if failure.traced else failure.body
        return Answer(failure.status, body, dict(failure.headers))

    def _traced(self, body: Any) -> Any:
        """Add the ``traceId`` that is in most bodies."""
        if isinstance(body, Encoded):
            return Encoded(body.text, self._world.state.trace_id())
        return {**body, "traceId": self._world.state.trace_id()} if isinstance(body, dict) else body


def _end(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)


async def _read(receive: Receive) -> bytes | None:
    """Return the body of a request; None where its sender is gone."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _call(scope: Scope, body: bytes) -> Call:
    query, headers = scope["query_string"].decode("latin-1"), scope["headers"]
    return Call(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in headers},
        body=body,
    )


async def _send(answer: Answer, send: Send) -> None:
    # Not by a Response of a library: that takes as long as all the rest.
    content, kind = _encoded(answer.body)
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
    """Return a body as it is sent, and its content type where the answer has none."""
    if isinstance(body, Encoded):
        return body.content(), _JSON
    if isinstance(body, dict | list):
        return write_json(body), _JSON
    return (body if isinstance(body, bytes) else body.encode()), b"text/plain; charset=utf-8"
