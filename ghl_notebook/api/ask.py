"""One call of an operation: from what a caller passes to the request, and back to the results."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from string import Formatter
from typing import Any, Literal

import msgspec

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import to_wire, wire_name
from ghl_notebook.wire import API_V3

from .file import File
from .request import Requester

Place = Literal["path", "query", "body"]


class Service(msgspec.Struct, frozen=True):
    """Whom an operation asks, for which sub-account, and whether its caller waits or awaits."""

    requester: Requester
    location_id: str
    api_version: str
    user_id: Callable[[], Awaitable[str]]
    waits: bool


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as the service documents it.

    Attributes
    ----------
    method, template : str
        Verb and path; what the path names in braces is a parameter, but for the sub-account.
    scope : str or None
        What a token needs; None where the service does not say.
    changes : bool
        Whether it may change something.
    v3_only : bool
        Whether older versions of the API do not know it.
    location : str
        Where the sub-account is named.
    """

    method: str
    template: str
    scope: str | None
    changes: bool
    v3_only: bool = False
    location: Place = "path"

    @property
    def path_names(self) -> list[str]:
        """What the path names in braces."""
        return [name for _, name, _, _ in Formatter().parse(self.template) if name]


class Ask:
    """A call. Called itself, it sends what the caller has given.

    The arguments are sent under the service's names for them: those that the path names in the
    path, the others in the query of a GET or a DELETE and in the body of anything else. What is
    None is left out.

    Parameters
    ----------
    service : Service
        Whom it asks.
    endpoint : Endpoint
        What is asked.
    name : str
        What the caller knows it by.
    given : Mapping
        The arguments, by the names of the parameters.
    """

    def __init__(
        self, service: Service, endpoint: Endpoint, name: str, given: Mapping[str, object]
    ) -> None:
        self._service = service
        self._endpoint = endpoint
        self._name = name
        self._given = given

    async def user_id(self) -> str:
        """Return the client's user, found out where it was not set."""
        return await self._service.user_id()

    async def __call__(
        self, *, upload: File | None = None, holds: str | None = None, **changed: object
    ) -> Any:
        """Send it, and return the ``results`` of the answer.

        Parameters
        ----------
        upload : File, optional
            What is sent instead of the arguments, but for those of the path.
        holds : str, optional
            A key that the results must have: they are damaged without it. Empty: any results.
        **changed
            Arguments that are sent otherwise than they were given.

        Raises
        ------
        ArgumentError
            If the client's version of the API does not know the operation, or a value makes no
            sense.
        GHLError
            See `ghl_notebook.errors`.
        """
        endpoint, service = self._endpoint, self._service
        if endpoint.v3_only and service.api_version != API_V3:
            raise ArgumentError(
                f"{self._name} exists under version {API_V3} of the service's API, and this client "
                f"speaks {service.api_version}.",
                f'Make the client with api_version="{API_V3}".',
            )
        given = {**self._given, **changed}
        sent = {wire_name(k): to_wire(v) for k, v in given.items() if v is not None}
        path = {name: sent.pop(name, None) for name in endpoint.path_names}
        if upload is not None:
            sent = {}
        in_query = endpoint.method in ("GET", "DELETE")
        places: dict[Place, dict[str, Any]] = {
            "path": path,
            "query": sent if in_query else {},
            "body": {} if in_query else sent,
        }
        places[endpoint.location]["locationId"] = service.location_id
        answer = await service.requester.call(
            endpoint.method,
            endpoint.template,
            path=path,
            query={name: _in_query(value) for name, value in places["query"].items()},
            body=places["body"] or None,
            file=upload,
            changes=endpoint.changes,
            shape=None if holds is None else functools.partial(_holds, holds),
        )
        return answer.get("results")


def _holds(key: str, body: Mapping[str, Any]) -> bool:
    results = body.get("results")
    return isinstance(results, Mapping) and (not key or key in results)


def _in_query(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
