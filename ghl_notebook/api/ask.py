"""One call of an operation: from what a caller passes to the request, and back to the results."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from string import Formatter
from typing import Any, Literal

import msgspec

from ghl_notebook.errors import ArgumentError, BadRequestError, GHLError, ScopeError
from ghl_notebook.models import has_none, to_wire, wire_name
from ghl_notebook.transport import API_V3, File, Sender

Place = Literal["path", "query", "body"]

Holds = Mapping[str, type | tuple[type, ...]]
"""Keys of the results, and what is in their place where all is well."""


class Service(msgspec.Struct, frozen=True):
    """Whom an operation asks, for which sub-account, and whether its caller waits or awaits."""

    sender: Sender
    base_url: str
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
    changes : bool or None
        Whether it may change something; None: by its verb.
    v3_only : bool
        Whether older versions of the API do not know it.
    location : str
        Where the sub-account is named.
    """

    method: str
    template: str
    scope: str | None
    changes: bool | None
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

    Raises
    ------
    ArgumentError
        If the client's version of the API does not know the operation.
    """

    def __init__(
        self, service: Service, endpoint: Endpoint, name: str, given: Mapping[str, object]
    ) -> None:
        if endpoint.v3_only and service.api_version != API_V3:
            # Asked all the same, the service would answer 404.
            raise ArgumentError(
                f"{name} exists under version {API_V3} of the service's API, and this client "
                f"speaks {service.api_version}.",
                f'Make the client, or its agency, with api_version="{API_V3}".',
            )
        self._service = service
        self._endpoint = endpoint
        self._name = name
        self._given = given

    @property
    def api_version(self) -> str:
        """The version that the client speaks."""
        return self._service.api_version

    async def user_id(self) -> str:
        """Return the client's user, found out where it was not set."""
        return await self._service.user_id()

    async def __call__(
        self, *, upload: File | None = None, holds: Holds | None = None, **changed: object
    ) -> Any:
        """Send it, and return the ``results`` of the answer.

        Parameters
        ----------
        upload : File, optional
            What is sent instead of the arguments, but for those of the path.
        holds : Mapping, optional
            What the results must hold, and of which kind: they are damaged without it. A text in
            the place of a record says that there is none.
        **changed
            Arguments that are sent otherwise than they were given.

        Raises
        ------
        ArgumentError
            If a value makes no sense.
        GHLError
            See `ghl_notebook.errors`.
        """
        endpoint, service = self._endpoint, self._service
        given = {**self._given, **changed}
        if upload is not None:  # the file is what is sent
            given = {k: v for k, v in given.items() if wire_name(k) in endpoint.path_names}
        sent = {wire_name(k): to_wire(v) for k, v in given.items() if v is not None}
        path = {name: sent.pop(name, None) for name in endpoint.path_names}
        in_query = endpoint.method in ("GET", "DELETE")
        places: dict[Place, dict[str, Any]] = {
            "path": path,
            "query": sent if in_query else {},
            "body": {} if in_query else sent,
        }
        places[endpoint.location]["locationId"] = service.location_id
        try:
            answer = await service.sender.call(
                endpoint.method,
                endpoint.template,
                path=path,
                query={name: _in_query(value) for name, value in places["query"].items()},
                body=places["body"] or None,
                file=upload,
                changes=endpoint.changes,
                shape=None if holds is None else functools.partial(_holds, holds),
            )
        except GHLError as error:
            self._advise(error)
            raise
        return answer.get("results")

    def _advise(self, error: GHLError) -> None:
        """Say what is to be done in the words of this operation, not of a login."""
        if error.outcome_unknown:
            error.advise(
                "It may have been carried out all the same: look whether it was before you call "
                f"{self._name} again."
            )
        elif isinstance(error, BadRequestError) and error.next_step == BadRequestError.next_step:
            error.advise(f"Compare the API's message with what you passed to {self._name}.")
        elif isinstance(error, ScopeError) and self._endpoint.scope:
            error.advise(
                f"Add the scope {self._endpoint.scope} to the private integration, or to the app "
                "that you log in with; then use the token again."
            )


def _holds(wanted: Holds, body: Mapping[str, Any]) -> bool:
    results = body.get("results")
    return isinstance(results, Mapping) and all(
        isinstance(results.get(key), kind)
        or (_may_lack(kind, results.get(key)) and has_none(results))
        for key, kind in wanted.items()
    )


def _may_lack(kind: type | tuple[type, ...], value: object) -> bool:
    """Tell whether a list is missing, which is allowed if there are no records."""
    return value is None and (kind is list or (isinstance(kind, tuple) and list in kind))


def _in_query(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
