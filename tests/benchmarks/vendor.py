"""The vendor's SDK, in an environment of its own."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.faults.catalog import SURVIVED
from tests.faults.matrix import TIMEOUT, Operation
from tests.faults.plots import Plot

from .installed import environment, python_of

PACKAGE = "gohighlevel-api-client"
VERSION = "3.0.0"

PATIENCE = 8.0
"""Seconds after which a call is said to hang."""

_LONGEST = 200_000_000
"""Bytes of an answer that the SDK has handed on."""


def python() -> Path:
    """Return the interpreter of an environment with the SDK."""
    return python_of(environment(f"{PACKAGE}=={VERSION}"))


class Vendor:
    """The SDK in a process of its own, which makes one call after the other.

    Parameters
    ----------
    command : sequence of str
        What starts that process.

    Attributes
    ----------
    errors : int
        Errors that it raised.
    in_fields, in_frames : int
        Errors that show the bearer, in what they say of themselves and in a traceback's variables.
    stray : int
        Errors that are not of the SDK's own class.
    """

    def __init__(self, *command: str | Path) -> None:
        self._command = command
        self._turn = asyncio.Lock()
        self.errors = self.in_fields = self.in_frames = self.stray = 0

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.communicate()

    async def call(
        self, operation: Operation, plot: Plot, address: str
    ) -> tuple[str, Exception | None]:
        """Make one call, as `tests.faults.matrix.Stand` wants it."""
        page = plot.pages[-1]
        came = await self._ask(
            operation=operation,
            base_url=address,
            token=plot.token.reveal(),
            location_id=plot.location_id,
            login_id=plot.login_id,
            body={"originId": page, "name": page, "pageId": "1"},
            timeout=TIMEOUT,
            patience=PATIENCE,
        )
        if "value" in came:
            is_right = _is_right(operation, plot, came["value"])
            return SURVIVED if is_right else "wrong answer", None
        if "error" not in came:
            return "hangs", None
        self.errors += 1
        self.in_fields += came["in_fields"]
        self.in_frames += came["in_frames"]
        self.stray += came["error"] != "GHLError"
        return came["error"], None

    async def _ask(self, **order: object) -> dict[str, Any]:
        async with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
            return answer


def _is_right(operation: Operation, plot: Plot, value: object) -> bool:
    results = value.get("results") if isinstance(value, dict) else None
    if not isinstance(value, dict) or value.get("success") is False:
        return False
    if operation == "POST attach":
        # What was attached is known without the answer's details; so it is judged with ours.
        told = results.get("originId") if isinstance(results, dict) else None
        return told in (plot.pages[-1], None)
    rows = results.get("accounts") if isinstance(results, dict) else None
    return isinstance(rows, list) and [row.get("id") for row in rows] == list(plot.attached)
