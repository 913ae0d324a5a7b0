"""The vendor's OpenAPI files, as far as the walk meets them: keys and types.

``documents.json`` is taken out of these files (``python -m tests.verify.extract``; CC0 1.0), and a
test compares the two. The files themselves are forty times as long, and a validator of JSON Schema
judges values, which nobody here keeps.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from .shape import Shape, type_of

# Sent by the live service beyond the documents: behaviour.md, sections 3, 5 and 6.
_EVERYWHERE: Final = frozenset({"traceId"})
_SEEN: Final = {
    "accounts": {
        "accounts": frozenset(
            {
                "avatar", "originId", "deleted", "updatedAt", "hasStatisticsPermissions",
                "buildingStatistics", "syncPosts", "active",
            }
        )
    },
    "instagram": {"accounts": frozenset({"originId", "isBusinessAccount"})},
    "pinterest": {"profile": frozenset({"websiteUrl"})},
}  # fmt: skip

# Only the v3 documents have these; they are held against the closest form of v2.
_CLOSEST: Final = {
    "youtube": "tiktok", "pinterest": "tiktok", "threads": "tiktok", "tiktok-business": "tiktok"
}  # fmt: skip


def find_document(verb: str, kind: str) -> dict[str, Any] | None:
    """Return the documented answer under 2xx; None where no document has the operation.

    Parameters
    ----------
    verb : str
        ``GET`` or ``POST``.
    kind : str
        A platform for step 2 and for attaching, else ``accounts`` or ``users``.
    """
    paths = {"accounts": "/social-media-posting/{locationId}/accounts", "users": "/users/"}
    collection = "locations" if kind == "google" else "accounts"
    for name in (kind, _CLOSEST.get(kind, kind)):
        path = paths.get(
            name, f"/social-media-posting/oauth/{{locationId}}/{name}/{collection}/{{accountId}}"
        )
        for answer in _documents().get(f"{verb} {path}", {}).values():
            found: dict[str, Any] = answer
            return found
    return None


def seen_beyond(kind: str, collection: str) -> frozenset[str]:
    """Return the keys that the live service sends in items beyond the documents."""
    return _SEEN.get(kind, {}).get(collection, frozenset())


def faults(
    document: Any, shape: Shape, where: str = "", also: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield what a shape has in another way than its document.

    Parameters
    ----------
    document : object
        A type's name, or a dict or list of such.
    shape : dict, list or str
        What was answered.
    where : str
        The way to it.
    also : frozenset of str
        Keys that may be there as well.
    """
    if shape == "null":
        return
    wanted: str = document
    if not isinstance(document, str):
        wanted = "object" if isinstance(document, dict) else "array"
    if type_of(shape) != wanted:
        yield f"{where or 'the body'} is {_a(type_of(shape))}, not {_a(wanted)}"
    elif isinstance(document, dict) and isinstance(shape, dict):
        for key, inner in shape.items():
            way = f"{where}.{key}" if where else key
            if key in document:
                yield from faults(document[key], inner, way)
            elif key not in _EVERYWHERE | also:
                yield f"{way} ({type_of(inner)}) is in no document"
    elif isinstance(document, list) and isinstance(shape, list):
        for item in shape:
            yield from faults(document[0], item, f"{where}[]", also)


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "ao" else f"a {name}"


@functools.cache
def _documents() -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath("documents.json").read_text("utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found
