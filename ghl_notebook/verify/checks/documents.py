"""What the vendor's OpenAPI files say: keys and types of each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ghl_notebook.verify.documents import faults, find_document, seen_beyond
from ghl_notebook.verify.evidence import Found, Walk, body_of
from ghl_notebook.verify.recorder import ACCOUNTS, ATTACH, STEP_2, USERS
from ghl_notebook.verify.shape import Shape

from .say import without

_SEEN = "no other key or type"


def document_users(walk: Walk) -> Found | None:
    """The users."""
    body, document = body_of(walk.last(USERS)), find_document("GET", "users")
    return None if body is None else without(faults(document, body), _SEEN)


def document_step2(walk: Walk) -> Found | None:
    """Step 2's envelope and items; what lies between is the platform's own assumption."""
    return _by_parts(walk, STEP_2, "GET", walk.platform)


def document_accounts(walk: Walk) -> Found | None:
    """The accounts and groups."""
    return _by_parts(walk, ACCOUNTS, "GET", "accounts")


def document_attach(walk: Walk) -> Found | None:
    """The attached account."""
    body, document = body_of(walk.last(ATTACH)), find_document("POST", walk.platform)
    return None if body is None or document is None else without(faults(document, body), _SEEN)


def _by_parts(walk: Walk, operation: str, verb: str, kind: str) -> Found | None:
    body, document = body_of(walk.last(operation)), find_document(verb, kind)
    if body is None or document is None:
        return None
    return without(_parts(document, body, kind), _SEEN)


def _parts(document: dict[str, Any], body: dict[str, Shape], kind: str) -> Iterator[str]:
    around = {key: inner for key, inner in body.items() if key != "results"}
    yield from faults(document, around)
    results = body.get("results")
    for name, wanted in document["results"].items():
        # A list in some answers, and one object in others: which, is the platform's assumption.
        item = wanted[0] if isinstance(wanted, list) else wanted
        found = results.get(name, []) if isinstance(results, dict) else []
        for one in found if isinstance(found, list) else [found]:
            yield from faults(item, one, f"{name}[]", seen_beyond(kind, name))
