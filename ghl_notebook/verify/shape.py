"""Shapes of values: keys, types and forms, without the values.

A *shape* is a dict or list like its value, but with a form instead of each leaf: ``24 hex``,
``date-time``, ``text``, ``true``. Only short words under a few keys are kept, in quotes. Values
that a run knows (`Names`) are replaced by their names: ``{accountId}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

Shape: TypeAlias = "dict[str, Shape] | list[Shape] | str"

# The values of these keys are words of the service, never of its users.
_WORDS: Final = frozenset(
    {"actionType", "page", "platform", "placement", "type", "loginType", "role", "status"}
)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,31}")
# A key with several digits is probably an id, and not a name.
_KEY: Final = re.compile(r"(?=\D*\d?\D*$)[A-Za-z_]\w{0,39}", re.ASCII)
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]{1,100}(:\d{1,5})?|null|file://")
_FORMS: Final = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.{0,20}"), "date-time"),
    (re.compile(r"\d+"), "{n} digits"),
    (re.compile(r"(?=.*\d)[0-9a-f]{8,}"), "{n} hex"),
    (re.compile(r"(?=.*\d)[A-Za-z0-9]{8,}"), "{n} letters and digits"),
    (re.compile(r"[a-z][a-z0-9+.-]*://.*", re.IGNORECASE | re.DOTALL), "URL"),
    (re.compile(r"[^@\s]+@[^@\s]+"), "mail address"),
    (re.compile(r"(image|video)/[a-z0-9.+-]+"), "MIME type"),
)
_MAX_DEPTH: Final = 8


class Names:
    """The values that a run knows, with their names."""

    def __init__(self) -> None:
        self._by_value: dict[str, str] = {}

    def add(self, name: str, value: str | None) -> None:
        """Replace a value by ``{name}`` from now on."""
        if value and len(value) >= 8:
            self._by_value.setdefault(value, name)

    def find(self, value: str) -> str | None:
        """Return the name of a value."""
        return self._by_value.get(value)

    def items(self) -> list[tuple[str, str]]:
        """Return values and names."""
        return list(self._by_value.items())


def shape_of(value: object, names: Names | None = None, *, key: str = "", depth: int = 0) -> Shape:
    """Return the shape of decoded JSON.

    Parameters
    ----------
    value : object
        The value.
    names : Names, optional
        Values that are replaced by names.
    key : str
        The key of the value.
    depth : int
        The depth of the value in the whole.
    """
    names = names or Names()
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return str(value) if key == "statusCode" and 99 < value < 1000 else "number"
    if depth > _MAX_DEPTH:
        return "too deep"
    if isinstance(value, Mapping):
        return {
            safe_key(str(k)): _member(str(k), v, value, names, depth + 1) for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [shape_of(item, names, key=key, depth=depth + 1) for item in value]
    return _string(key, str(value), names)


def form_of(text: str) -> str:
    """Return the form of a string."""
    if text in ("undefined", "null"):
        return f'"{text}"'
    if not text.strip():
        return "empty"
    found = next((form for pattern, form in _FORMS if pattern.fullmatch(text)), "text")
    return found.format(n=len(text))


def safe_key(key: str) -> str:
    """Return a key, or its form if it could be an id, which other services use as keys."""
    return key if _KEY.fullmatch(key) else f"<{form_of(key)}>"


def safe_origin(origin: str) -> str:
    """Return an origin, or its form if it contains more than scheme, host and port."""
    return origin if _ORIGIN.fullmatch(origin) else form_of(origin)


def type_of(shape: Shape) -> str:
    """Return the JSON type of a shape's value."""
    if isinstance(shape, dict):
        return "object"
    if isinstance(shape, list):
        return "array"
    if shape in ("true", "false"):
        return "boolean"
    if shape == "number" or shape.isdecimal():
        return "number"
    return "null" if shape == "null" else "string"


def brief(shape: Shape, max_length: int = 400) -> str:
    """Return a shape on one line; the first item of a list represents all items."""
    text = _brief(shape)
    return text if len(text) <= max_length else f"{text[: max_length - 1]}…"


def _brief(shape: Shape) -> str:
    if isinstance(shape, dict):
        return "{" + ", ".join(f"{key}: {_brief(inner)}" for key, inner in shape.items()) + "}"
    if isinstance(shape, list):
        return f"[{len(shape)} of {_brief(shape[0])}]" if shape else "[]"
    return "boolean" if type_of(shape) == "boolean" else shape


def _member(key: str, value: object, whole: Mapping[Any, Any], names: Names, depth: int) -> Shape:
    if isinstance(value, str):
        if key in ("id", "oldId") and (composed := _composed(value, whole, names)):
            return composed
        if key == "profileId" and value and value in (whole.get("id"), whole.get("oauthId")):
            return "{id}" if value == whole.get("id") else "{oauthId}"
        if key == "expire" and (days := _days(whole.get("updatedAt"), value)) is not None:
            return f"date-time, {days} days after updatedAt"
    return shape_of(value, names, key=key, depth=depth)


def _string(key: str, text: str, names: Names) -> str:
    if name := names.find(text):
        return f"{{{name}}}"
    if key in _WORDS and text != "undefined" and _WORD.fullmatch(text):
        return f'"{text}"'
    return form_of(text)


def _composed(value: str, whole: Mapping[Any, Any], names: Names) -> str | None:
    """Return the parts of a composed id, such as ``{oauthId}_{locationId}_{originId}``."""
    parts = [(whole.get(k), k) for k in ("oauthId", "oAuthId", "originId")]
    parts += [(text, name) for text, name in names.items() if name == "locationId"]
    marked = value
    for text, name in sorted(parts, key=lambda part: -len(str(part[0]))):
        if isinstance(text, str) and len(text) >= 4:
            marked = marked.replace(text, f"{{{name}}}")
    kind = whole.get("type")
    if isinstance(kind, str) and kind and marked.endswith(f"_{kind}"):
        marked = f"{marked[: -len(kind)]}{{type}}"
    if marked == value:
        return None
    pieces = re.split(r"(\{[A-Za-z]+\})", marked)
    return "".join(p if p.startswith("{") else _between(p) for p in pieces)


def _between(piece: str) -> str:
    return "_".join(p and f"<{form_of(p)}>" for p in piece.split("_"))


def _days(begin: object, end: str) -> int | None:
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(str(begin))).days
    except (ValueError, TypeError):
        return None
