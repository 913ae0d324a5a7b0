"""Routes: which method of which class answers which operation of the service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from .context import SimPart
from .planner_records import Planner
from .request import SimRequest, SimResponse

Audience = Literal["sub_account", "agency", "both"]
Handler = TypeVar("Handler", bound=Callable[..., SimResponse])


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: its verb and path, its scope (None: any token), who may call it, and when.

    ``v3_only``: other versions answer 404. ``until_v3``: v3 refuses it.
    """

    method: str
    pattern: re.Pattern[str]
    scope: str | None
    audience: Audience
    v3_only: bool
    until_v3: bool


def route(
    method: str,
    template: str,
    scope: str | None,
    audience: Audience = "sub_account",
    *,
    v3_only: bool = False,
    until_v3: bool = False,
) -> Callable[[Handler], Handler]:
    """Make a method of `Operations` the handler of an operation; may be repeated.

    The ``Api`` checks version, token, scope and sub-account before it calls the method.
    """
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

    def mark(handler: Handler) -> Handler:
        routes = handler.__dict__.setdefault("routes", [])
        routes.append(Route(method, pattern, scope, audience, v3_only, until_v3))
        return handler

    return mark


class Operations(SimPart):
    """Base of the classes that answer the operations of one part of the service."""

    def _planner(self, request: SimRequest) -> Planner:
        """Return the planner of the sub-account in the path."""
        return self._context.planners.of(request.params["locationId"])

    def routes(self) -> Iterator[tuple[Route, Callable[[SimRequest], SimResponse]]]:
        """Yield each route with its bound handler, in the order of their definition."""
        for name, handler in vars(type(self)).items():
            for found in getattr(handler, "routes", ()):
                yield found, getattr(self, name)
