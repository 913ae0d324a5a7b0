"""The vendor's OpenAPI files: keys and types of each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.documents import faults, find_document, seen_beyond
from ghl_notebook.verify.evidence import CheckResult, Probe, body_of
from ghl_notebook.verify.recorder import ACCOUNTS, ATTACH, STEP_2, USERS
from ghl_notebook.verify.shape import Shape

from .results import without

_SEEN = "no other key or type"

assume = section("OpenAPI")


@assume("document", "The users are as in the OpenAPI file.")
def document_users(probe: Probe) -> CheckResult | None:
    """Compare keys and types."""
    return _whole(probe, USERS, "GET", "users")


@assume("document", "Step 2's items are as in the OpenAPI file, or as seen since.")
def document_step2(probe: Probe) -> CheckResult | None:
    """Compare envelope and items; the lists between them are assumptions of the platform."""
    return _by_parts(probe, STEP_2, "GET", probe.platform)


@assume("document", "The accounts are as in the OpenAPI file, or as seen since.")
def document_accounts(probe: Probe) -> CheckResult | None:
    """Compare keys and types of accounts and groups."""
    return _by_parts(probe, ACCOUNTS, "GET", "accounts")


@assume("document", "The attached account is as in the OpenAPI file.")
def document_attach(probe: Probe) -> CheckResult | None:
    """Compare keys and types (--attach)."""
    return _whole(probe, ATTACH, "POST", probe.platform)


def _whole(probe: Probe, operation: str, verb: str, kind: str) -> CheckResult | None:
    body, document = body_of(probe.last(operation)), find_document(verb, kind)
    return None if body is None or document is None else without(faults(document, body), _SEEN)


def _by_parts(probe: Probe, operation: str, verb: str, kind: str) -> CheckResult | None:
    body, document = body_of(probe.last(operation)), find_document(verb, kind)
    if body is None or document is None:
        return None
    return without(_parts(document, body, kind), _SEEN)


def _parts(document: dict[str, Any], body: dict[str, Shape], kind: str) -> Iterator[str]:
    around = {key: inner for key, inner in body.items() if key != "results"}
    yield from faults(document, around)
    results = body.get("results")
    for name, wanted in document["results"].items():
        # Whether the service sends a list or one object is an assumption of the platform.
        item = wanted[0] if isinstance(wanted, list) else wanted
        found = results.get(name, []) if isinstance(results, dict) else []
        for one in found if isinstance(found, list) else [found]:
            yield from faults(item, one, f"{name}[]", seen_beyond(kind, name))
