"""Requests with one value bent: whatever is answered is in the documents, and never a breakdown."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ghl_notebook import Client
from ghl_notebook.simulator import Simulator
from tests import local

from .calls import CALLS, Stage
from .openapi import validate_answer
from .walk import Documented, method_of, operations

OF_GROUPS = [
    o
    for o in operations()
    if o.version == "v3" and not str(method_of(o)).startswith(("accounts.", "oauth."))
]
BENT: list[Any] = [
    "", 0, -1, True, [], {}, ["x"], [{}], "x", "12", "9999-12-31T00:00:00Z", "\ud83d", "ü" * 3000,
    {"accountIds": 7}, {"startDate": 1}, [{"dayOfWeek": "1"}], "active", "deleted",
]  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize("operation", OF_GROUPS, ids=str)
def test_a_bent_request_is_answered_as_documented(operation: Documented) -> None:
    """Each parameter in turn holds what it should not."""
    method = str(method_of(operation))
    pattern = re.compile(f"{operation.method} " + re.sub(r"\{\w+\}", "[^/]+", operation.template))
    with (
        Simulator() as sim,
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version="v3"
        ) as client,
        local.Client(base_url=sim.base_url) as http,
    ):
        sim.levers.rate_limit = 1_000_000
        CALLS[method](Stage(sim, client, operation.name, operation.template))
        sound = [s for s in sim.requests if pattern.fullmatch(f"{s.method} {s.path}")][-1]
        body = sound.body if isinstance(sound.body, dict) else {}
        bent = [(sound.query | {key: str(value)}, body) for key in sound.query for value in BENT]
        bent += [(sound.query, body | {key: value}) for key in body for value in BENT]
        headers = {"Authorization": f"Bearer {sim.token}", "Version": "v3", "User-Agent": "tests"}
        for query, changed in bent:
            answer = http.request(
                operation.method,
                sound.path,
                params={key: value.encode(errors="replace") for key, value in query.items()},
                content=json.dumps(changed) if body else None,
                headers=headers,
            )
            said = answer.json()
            validate_answer(operation.method, sound.path, answer.status_code, said, "v3")
