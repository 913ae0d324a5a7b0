"""Keys and types from the vendor's OpenAPI files, for the operations of a probe.

``documents.json`` is extracted from these files (``python -m tests.verify.extract``; CC0 1.0), and
a test compares the two. The files themselves are forty times as long. A JSON Schema validator is
not used, because it needs values, and a probe does not keep them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from .shape import Shape, type_of

# Keys that the live service sends, although the documents lack them.
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

# Only the v3 documents have these platforms; they are compared with the closest v2 form.
_CLOSEST: Final = {
    "youtube": "tiktok", "pinterest": "tiktok", "threads": "tiktok", "tiktok-business": "tiktok"
}  # fmt: skip


def find_document(verb: str, kind: str) -> dict[str, Any] | None:
    """Return the documented 2xx answer; None if no document has the operation.

    Parameters
    ----------
    verb : str
        ``GET`` or ``POST``.
    kind : str
        A platform for step 2 and attach, else ``accounts`` or ``users``.
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
    """Return the keys of items that the live service sends and the documents lack."""
    return _SEEN.get(kind, {}).get(collection, frozenset())


def faults(
    document: Any, shape: Shape, where: str = "", also: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the differences between a shape and its document.

    Parameters
    ----------
    document : object
        The name of a type, or a dict or list of documents.
    shape : dict, list or str
        The shape of the answer.
    where : str
        The path of the shape in the answer.
    also : frozenset of str
        Additional allowed keys.
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
