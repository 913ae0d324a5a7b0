"""The keys of an attach body, per platform: unknown keys are refused with 422."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .bodies import parse_object
from .faults import refuse
from .records import Login, Page
from .request import SimRequest
from .shapes import google_name

_BOOLEANS = {"verified", "protected"}
_OBJECTS = {"location", "account"}
_GOOGLE_V3 = {
    "location": {
        "name", "storeCode", "title", "storefrontAddress", "metadata", "maxLocation",
        "isVerified", "isConnected",
    },
    "account": {"name", "accountName", "type", "verificationState", "vettedState"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rules:
    allowed: frozenset[str]
    required: tuple[str, ...]
    required_v3: tuple[str, ...]
    types: tuple[str, ...] = ()


def _rules(extra: str, required: str, required_v3: str, types: tuple[str, ...] = ()) -> _Rules:
    # Every platform accepts companyId, a v2 key.
    allowed = frozenset(extra.split()) | {"companyId"}
    return _Rules(allowed, tuple(required.split()), tuple(required_v3.split()), types)


_ALL_TYPES = ("page", "group", "profile", "location", "business")
_FOUR = "type originId name avatar"

#: tiktok-business is absent: neither a document nor a capture attaches such an account.
RULES = {
    # No document has `platform`, but the live service accepted a body with it.
    "facebook": _rules(f"{_FOUR} platform", "originId", _FOUR, ("page",)),
    "instagram": _rules("originId name avatar pageId", "originId pageId", "originId pageId"),
    "google": _rules("location account", "location account", "location account"),
    "linkedin": _rules(f"{_FOUR} urn", "originId", f"{_FOUR} urn", _ALL_TYPES),
    "twitter": _rules("originId name username avatar protected verified", "originId", "originId"),
    "tiktok": _rules(f"{_FOUR} verified username", "originId", _FOUR, _ALL_TYPES),
    "youtube": _rules(f"{_FOUR} verified username", _FOUR, _FOUR, ("profile",)),
    "pinterest": _rules(
        f"{_FOUR} verified username websiteUrl originAccountType",
        "originId",
        "originId",
        ("profile",),
    ),
    "threads": _rules(_FOUR, _FOUR, _FOUR, ("profile",)),
}


def read_body(request: SimRequest) -> dict[str, Any]:
    """Return the body of an attach.

    Raises
    ------
    SimFailureError
        400 for a body that is not a JSON object; 422 with one line for each fault.
    """
    platform = request.params["platform"]
    body, rules = parse_object(request.body), RULES[platform]
    required = rules.required_v3 if request.is_v3 else rules.required
    faults = [f"property {key} should not exist" for key in body if key not in rules.allowed]
    for key in sorted(rules.allowed):
        if key in body:
            faults += _type_faults(key, body[key], rules)
        elif key in required:
            faults.append(f"{key} should not be empty")
    if request.is_v3 and platform == "google":
        faults += _nested_faults(body)
    if faults:
        raise refuse(422, faults)
    return body


def _type_faults(key: str, value: Any, rules: _Rules) -> list[str]:
    if key == "type" and rules.types:
        if value not in rules.types:
            return [f"type must be one of the following values: {', '.join(rules.types)}"]
        return []
    expected, name = (
        (bool, "a boolean value")
        if key in _BOOLEANS
        else (dict, "an object")
        if key in _OBJECTS
        else (str, "a string")
    )
    return [] if isinstance(value, expected) else [f"{key} must be {name}"]


def _nested_faults(body: dict[str, Any]) -> list[str]:
    return [
        f"{part}.property {key} should not exist"
        for part, allowed in _GOOGLE_V3.items()
        if isinstance(body.get(part), dict)
        for key in body[part]
        if key not in allowed
    ]


def wanted_page(login: Login, body: dict[str, Any]) -> Page | None:
    """Return the page of the login that a body names, or None."""
    for page in login.pages:
        if login.platform == "google":
            if body["location"].get("name") == google_name(page):
                return page
        elif body["originId"] == page.origin_id and body.get("type", page.type) == page.type:
            return page
    return None
