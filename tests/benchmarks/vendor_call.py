"""Calls the service through the vendor's SDK. Runs in the SDK's own environment, without ours.

Each line of its input is a call as JSON, each line of its output what came of it.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import traceback
from contextlib import suppress
from typing import Any

from highlevel import HighLevel


async def call(order: dict[str, Any]) -> Any:
    """Make one call, with a client of its own, as its documents show it."""

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = order["base_url"]

    client = Here(private_integration_token=order["token"])
    client.http_client.timeout = order["timeout"]
    try:
        async with asyncio.timeout(order["patience"]):
            if order["operation"] == "GET accounts":
                return await client.social_planner.get_account(order["location_id"])
            return await client.social_planner.attach_oauth_accounts(
                order["location_id"], "instagram", order["login_id"], order["body"]
            )
    finally:
        await client.http_client.aclose()


def fields(error: BaseException) -> str:
    """Return what an error says of itself: text, arguments, attributes, pickle."""
    text = f"{error!r} {error} {error.args} {vars(error)}"
    with suppress(Exception):
        text += pickle.dumps(error).decode("latin-1")
    return text


def frames(error: BaseException) -> str:
    """Return the variables of the frames of an error and its causes, but for this file's."""
    text, todo = "", [traceback.TracebackException.from_exception(error, capture_locals=True)]
    while todo:
        one = todo.pop()
        text += "".join(f"{frame.locals}" for frame in one.stack if frame.filename != __file__)
        todo += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
    return text


def outcome(order: dict[str, Any]) -> dict[str, Any]:
    """Return what came of a call: its value, or the error."""
    try:
        value = asyncio.run(call(order))
    except TimeoutError:
        return {"hangs": True}
    except Exception as error:  # noqa: BLE001 - whatever it is, the table tells
        kind = type(error)
        name = kind.__name__ if kind.__module__.startswith("highlevel") else str(kind)[8:-2]
        shown = [order["token"] in text for text in (fields(error), frames(error))]
        return {"error": name, "in_fields": shown[0], "in_frames": shown[1]}
    return {"value": value}


def main() -> None:
    """Answer until there is nothing more to do."""
    # The SDK logs to the standard output, too.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(outcome(json.loads(line)), default=str), file=answers, flush=True)


if __name__ == "__main__":
    main()
