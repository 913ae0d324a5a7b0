"""The one ASGI app: everything that happens to a request before and after its handler."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .api import Api
from .faults import Failure, RefusedError, known
from .limits import RateLimiter, counted_for
from .provider import Provider
from .recording import record
from .wire import Answer, Call, Recorded, World


class Gate:
    """Reads a request, lets the levers have their say, answers it and records both.

    Parameters
    ----------
    world : World
        What is simulated.
    limiter : RateLimiter
        Counts the API calls.
    recorded : list of Recorded
        Grows with every request.
    """

    def __init__(self, world: World, limiter: RateLimiter, recorded: list[Recorded]) -> None:
        self._recorded = recorded
        self._world = world
        self._limiter = limiter
        self._api = Api(world)
        self._provider = Provider(world)
        self._stopping = asyncio.Event()

    def stop_waiting(self) -> None:
        """End every simulated delay, so that the server can stop at once."""
        self._stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return  # it was killed while it asked: nobody waits for an answer
        call = Call(
            method=request.method,
            path=request.url.path,
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        if self._provider.serves(call.path):
            answer = self._page(call)
        else:
            answer = await self._service(call)
        if not call.path.startswith(("/static/", "/avatars/")):
            self._recorded.append(record(call, answer))
        await _response(answer)(scope, receive, send)

    def _page(self, call: Call) -> Answer:
        failure = self._world.levers.take(call.method, call.path)
        return self._failed(failure) if failure else self._provider.answer(call)

    async def _service(self, call: Call) -> Answer:
        if call.headers.get("user-agent", "").lower().startswith("python-urllib"):
            # The CDN refuses before the service sees, counts or traces anything.
            return self._failed(known("user_agent_refused").failure)
        allowed, headers = self._limiter.count(counted_for(call, self._world.state))
        answer = await self._limited(call, allowed)
        return replace(answer, headers={**headers, **answer.headers})

    async def _limited(self, call: Call, allowed: bool) -> Answer:
        levers = self._world.levers
        try:
            if not allowed:
                raise known("too_many_requests")
            if levers.latency > 0:
                await self._wait(min(levers.latency, levers.gateway_timeout))
                if levers.latency > levers.gateway_timeout:
                    raise known("command_timed_out")
            failure = levers.take(call.method, call.path)
            if failure is not None:
                return self._failed(failure)
            answer = self._api.answer(call)
        except RefusedError as refused:
            return self._failed(refused.failure)
        return replace(answer, body=self._traced(answer.body))

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _failed(self, failure: Failure) -> Answer:
        body = self._traced(failure.body) if failure.traced else failure.body
        return Answer(failure.status, body, dict(failure.headers))

    def _traced(self, body: Any) -> Any:
        """Add the ``traceId`` that is in most bodies."""
        return {**body, "traceId": self._world.state.trace_id()} if isinstance(body, dict) else body


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if isinstance(answer.body, dict | list):
        content: Any = json.dumps(answer.body, ensure_ascii=False)
        kind = "application/json; charset=utf-8"
    else:
        content, kind = answer.body, "text/plain; charset=utf-8"
    if not any(name.lower() == "content-type" for name in headers) and content:
        headers["content-type"] = kind
    return Response(content, answer.status, headers)
