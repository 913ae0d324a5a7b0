"""The walk over the vendor's Social Planner documents: each operation, and the method that asks it.

An operation is covered when a method asks it, has a parameter for everything that the documents
name, and has sent all of it to the simulator in a request that the documents allow, with an answer
that they allow too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from ghl_notebook import Client
from ghl_notebook.api.operation import Operation, Resource
from ghl_notebook.api.resource_groups import Resources
from ghl_notebook.errors import PlatformError
from ghl_notebook.models import AvailableAccount, wire_name
from ghl_notebook.simulator import Simulator

from .calls import CALLS, Stage
from .openapi import FOLDER, validate_answer, validate_request

DOCUMENTS = {
    "apps/social-media-posting.json": "2021-07-28",
    "apps/v3/social-planner-v3.json": "v3",
}

# Methods for which the documents have an operation per platform, by what they ask.
_OF_EVERY_PLATFORM = {
    r"GET /social-media-posting/oauth/[^/]+/start": "oauth.start",
    r"GET /social-media-posting/oauth/\{locationId\}/.*": "oauth.available_accounts",
    r"POST /social-media-posting/oauth/\{locationId\}/.*": "oauth.attach",
}
# Of the documents on the media library, of which only these are asked; see test_media.py.
MEDIA = {"media.upload", "media.list"}

# What the client knows, so that no method asks for it.
_KNOWN = {"locationId", "Version", "Authorization"}
# What methods of these groups take out of the client, and attaching out of an `AvailableAccount`.
_GIVEN_BY_THE_CLIENT = {"oauth": {"userId"}, "accounts": {"userId"}}
_OF_AN_ACCOUNT = {wire_name(name) for name in AvailableAccount.__struct_fields__} | {
    "location",
    "account",
}

# The vendor's API has not connected X since 2024-12: the method says so, and asks nothing.
REFUSED_BY_US = {"start-twitter-oauth"}


@dataclass(frozen=True)
class Documented:
    """An operation of a document."""

    document: str
    method: str
    template: str
    content: dict[str, Any]

    @property
    def name(self) -> str:
        """What the document calls it."""
        return str(self.content["operationId"])

    @property
    def version(self) -> str:
        """The version of the API that the document is about."""
        return DOCUMENTS[self.document]

    @property
    def parameters(self) -> set[str]:
        """What a caller may say in the query and in the body."""
        query = {p["name"] for p in self.content.get("parameters", []) if p["in"] == "query"}
        return query | set(self._body())

    def _body(self) -> Iterator[str]:
        for content in self.content.get("requestBody", {}).get("content", {}).values():
            schemas = _as_published(self.document)["components"]["schemas"]
            for one in content["schema"].get("oneOf", [content["schema"]]):
                named = schemas[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
                yield from named["properties"]

    def __str__(self) -> str:
        return f"{self.version}: {self.method} {self.template}"


@dataclass(frozen=True)
class Seen:
    """What has come of one operation."""

    operation: Documented
    asked_by: str
    status: str
    faults: tuple[str, ...]


@cache
def operations() -> list[Documented]:
    """Return all operations of the two documents."""
    return [
        Documented(name, method.upper(), template, content)
        for name in DOCUMENTS
        for template, methods in _as_published(name)["paths"].items()
        for method, content in methods.items()
    ]


@cache
def _as_published(document: str) -> dict[str, Any]:
    published: dict[str, Any] = json.loads((FOLDER / document).read_text("utf-8"))
    return published


@cache
def methods() -> dict[str, str]:
    """Return the groups' methods, by verb and path with its placeholders left open."""
    found = {}
    for group, kind in _groups().items():
        for name, value in vars(kind).items():
            if isinstance(value, Operation):
                asked = f"{value.endpoint.method} {_open(value.endpoint.template)}"
                assert asked not in found, f"{group}.{name} and {found[asked]} ask the same"
                found[asked] = f"{group}.{name}"
    return found


def _groups() -> dict[str, type[Resource[Any]]]:
    found = {}
    for name, value in vars(Resources).items():
        if isinstance(value, property) and not name.startswith("_"):
            assert value.fget is not None
            hint = get_type_hints(value.fget)["return"]
            found[name] = hint.__origin__
            assert get_args(hint)
    return found


def _open(template: str) -> str:
    return re.sub(r"\{\w+\}", "{}", template)


def method_of(operation: Documented) -> str | None:
    """Return the name of the method that asks an operation."""
    asked = f"{operation.method} {operation.template}"
    for pattern, name in _OF_EVERY_PLATFORM.items():
        if re.fullmatch(pattern, asked):
            return name
    return methods().get(f"{operation.method} {_open(operation.template)}")


def parameters_of(method: str) -> set[str]:
    """Return the parameters of a method, by the service's names."""
    group, _, name = method.rpartition(".")
    names = {wire_name(p) for p in vars(_groups()[group])[name].signature.parameters}
    known = _GIVEN_BY_THE_CLIENT.get(group, set())
    return names | known | (_OF_AN_ACCOUNT if name == "attach" else set())


def see(operation: Documented) -> Seen:
    """Look for an operation's method, and call it with all that the documents name."""
    method = method_of(operation)
    if method is None:
        return Seen(operation, "", "", ("no method",))
    missing = sorted(operation.parameters - _KNOWN - parameters_of(method))
    faults = [f"no parameter for {name}" for name in missing]
    if method not in CALLS:
        return Seen(operation, method, "", (*faults, "no call"))
    with (
        Simulator() as sim,
        Client(
            sim.token,
            sim.location_id,
            sim.user_id,
            base_url=sim.base_url,
            api_version=operation.version,
        ) as client,
    ):
        stage = Stage(sim, client, operation.name, operation.template)
        try:
            CALLS[method](stage)
        except PlatformError:
            if operation.name not in REFUSED_BY_US:
                raise
            return Seen(operation, method, "not asked", tuple(faults))
        except stage.expected:
            pass
        status, found = _judge(operation, sim)
    return Seen(operation, method, status, (*faults, *found))


def _judge(operation: Documented, sim: Simulator) -> tuple[str, list[str]]:
    """Hold the requests that were this operation against the documents."""
    pattern = re.compile(f"{operation.method} " + re.sub(r"\{\w+\}", "[^/]+", operation.template))
    asked = [one for one in sim.requests if pattern.fullmatch(f"{one.method} {one.path}")]
    if not asked:
        return "", ["it was not asked"]
    faults, sent = [], set()
    for seen in asked:
        body = form_of(seen.body) if isinstance(seen.body, str) else seen.body
        sent |= {*seen.query, *(body or ())}
        try:
            validate_request(seen.method, seen.path, seen.query, seen.headers, body)
            validate_answer(seen.method, seen.path, seen.status, seen.answer, operation.version)
        except AssertionError as error:
            faults.append(str(error))
    faults += [f"{name} was not sent" for name in sorted(operation.parameters - sent - _KNOWN)]
    return str(asked[-1].status), faults


def form_of(body: str) -> dict[str, str]:
    """Return the fields of a recorded form, without their values."""
    return dict.fromkeys(re.findall(r'; name="(\w+)"', body), "")
