"""Bodies of lists, of which some records are as documented and others are not: by a seed."""

from __future__ import annotations

import functools
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec

from ghl_notebook.models import PLATFORMS, Record, Statistics, listed_record

_EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_TEXTS = ["", "a", "Café 👩‍🚀", "null", "true", "12", '"\\\n', "a, b", " x ", *PLATFORMS]
_TIMES = [
    "2026-01-05T09:00:00Z",
    "2026-01-05T09:00:00.123456Z",
    "1969-12-31T23:59:59.999999Z",
    "2026-01-05T09:00:00+01:00",
    "2026-01-05 09:00:00",
    "2026-01-05T09Z",
    "2026-01-05T24:00:00Z",
    "2026-02-30T09:00:00Z",
    "0000-01-05T09:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "1767603600",
    "soon",
    "",
]
_ODD: list[Any] = [
    *(None, True, False, 0, 1, -7, 2**63, -(2**63) - 1, 10**30, 1.0, 1.5, 1e20, 1767603600000),
    *(
        *_TEXTS,
        *_TIMES,
        [],
        {},
        [None],
        ["a", None, 5],
        {"_seconds": 1767603600},
        [{}],
        [{"url": 1}],
    ),
    *({"id": 5}, {"name": None}, {"$date": "2026-01-05T09:00:00Z"}, [["a"]], {"like": "7"}),
]


def body_of(page: type[Record], records: int, seed: int, *, is_odd: bool = True) -> bytes:
    """Return the body of a list of so many records, or of as many that are as documented."""
    chance = random.Random(seed)
    _, key, record = listed_record(page)
    results = {
        key: [
            _any_record(record, chance) if is_odd else _record(record, chance, 0)
            for _ in range(records)
        ]
    }
    if chance.random() < 0.7:
        results["count"] = chance.choice([records, str(records), None, 1.5])
        results["meta"] = chance.choice([{"count": str(records), "total": records}, None, "", []])
    body = {"success": True, "results": results, "traceId": "a"}
    indent = 2 if chance.random() < 0.1 else None
    separators = None if indent else (",", ":")
    return json.dumps(
        body, ensure_ascii=chance.random() < 0.2, indent=indent, separators=separators
    ).encode()


def statistics_body(seed: int) -> bytes:
    """Return the body of statistics, of which some values are not as documented."""
    chance = random.Random(seed)
    results = _record(Statistics, chance, chance.choice([0, 1e-9, 0.05, 0.15]))
    results["dayRange"] = chance.choice([["Mon", "Tue"], ["Sun"], ["tue"], [], None, ["x"], [1]])
    return json.dumps({"success": True, "results": results}).encode()


def _any_record(record: type[Record], chance: random.Random) -> Any:
    kind = chance.random()
    if kind < 0.02:
        return chance.choice(_ODD)
    oddness = 0 if kind < 0.3 else 1e-9 if kind < 0.6 else 0.15
    return _record(record, chance, oddness)


def _record(record: type[Record], chance: random.Random, oddness: float) -> dict[str, Any]:
    fields = [*_fields(record)]
    if chance.random() < oddness:
        chance.shuffle(fields)
    found = {
        f.encode_name: chance.choice(_ODD)
        if chance.random() < oddness
        else _value(f.type, chance, oddness)
        for f in fields
        if not oddness or chance.random() < 0.8
    }
    if chance.random() < 0.3:
        found["unknown"] = chance.choice(_ODD)
    if chance.random() < oddness:
        found["_id"] = chance.choice(_ODD)
    return found


@functools.cache
def _fields(record: type[Record]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return tuple(f for f in msgspec.structs.fields(record) if f.name != "extra")


def _value(annotation: Any, chance: random.Random, oddness: float) -> Any:
    kind = get_args(annotation)[0] if type(None) in get_args(annotation) else annotation
    is_list = getattr(kind, "__origin__", None) is list
    if oddness and type(None) in get_args(annotation) and chance.random() < 0.1:
        return None
    if is_list:
        (inner,) = get_args(kind)
        return [_value(inner, chance, oddness) for _ in range(chance.choice([0, 1, 1, 3]))]
    if getattr(kind, "__origin__", None) is dict and get_args(kind)[1] is not Any:
        platforms = chance.sample(sorted(PLATFORMS), chance.choice([0, 1, 1, 2]))
        return {name: _value(get_args(kind)[1], chance, oddness) for name in platforms}
    if isinstance(kind, type) and issubclass(kind, Record):
        return _record(kind, chance, oddness)
    if kind is datetime:
        moment = _EPOCH + timedelta(milliseconds=chance.randrange(-(10**12), 10**11))
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if kind is bool:
        return chance.random() < 0.5
    if kind is int:
        return chance.randrange(-10, 10**6)
    if kind is float:
        return chance.choice([1, 1.5])
    if kind is str:
        return chance.choice(_TEXTS)
    return {"a": chance.choice(_ODD)}
