"""What a JSON body may and must carry: every other key is refused with 422."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .faults import refuse
from .wire import Call

#: How a kind is written in `Body`, and what the service says of a value that is none.
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda v: isinstance(v, str), "a string"),
    "number": (
        lambda v: isinstance(v, int | float) and not isinstance(v, bool),
        "a number conforming to the specified constraints",
    ),
    "boolean": (lambda v: isinstance(v, bool), "a boolean value"),
    "object": (lambda v: isinstance(v, dict), "an object"),
    "texts": (lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v), "an array"),
    "objects": (lambda v: isinstance(v, list) and all(isinstance(i, dict) for i in v), "an array"),
    "place": (lambda v: isinstance(v, str | int | float), "a number or a position"),
}


@dataclass(frozen=True, slots=True)
class Body:
    """The keys of a body, for instance ``"summary:text accountIds:texts!"``; ``!``: wanted.

    Attributes
    ----------
    keys : str
        Under every version.
    v3 : str
        More of them under v3; it may also want one that older versions do not.
    """

    keys: str
    v3: str = ""

    def read(self, call: Call) -> dict[str, Any]:
        """Return the body of a call.

        Raises
        ------
        RefusedError
            400 where it is not a JSON object; 422 with one line per fault in it.
        """
        body = _parsed(call.body)
        text = f"{self.keys} {self.v3 if call.headers['version'] == 'v3' else ''}"
        rules = {name: kind for name, _, kind in (part.partition(":") for part in text.split())}
        faults = [f"property {key} should not exist" for key in body if key not in rules]
        for key, kind in rules.items():
            if key not in body:
                if kind.endswith("!"):
                    faults.append(f"{key} should not be empty")
                continue
            fits, words = _KINDS[kind.rstrip("!")]
            if not fits(body[key]):
                faults.append(f"{key} must be {words}")
        if faults:
            raise refuse(422, faults)
        return body


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise refuse(400, "Unexpected token in JSON") from None
    if not isinstance(body, dict):
        raise refuse(400, "The body is not an object")
    return body


def page(call_or_body: dict[str, Any], most: int = 10) -> slice:
    """Return what ``skip`` and ``limit`` choose; both may be numbers or texts."""
    try:
        skip = int(call_or_body.get("skip") or 0)
        limit = int(call_or_body.get("limit") or most)
    except ValueError:
        raise refuse(422, ["skip and limit must be numbers"]) from None
    if skip < 0 or limit < 1:
        raise refuse(422, ["skip must not be less than 0", "limit must not be less than 1"])
    return slice(skip, skip + limit)
