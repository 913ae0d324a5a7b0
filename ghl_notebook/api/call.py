"""One call of an operation: from what a caller passes to the request, and back to the results."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from string import Formatter
from typing import Any, Literal, TypeVar

import msgspec

from ghl_notebook.errors import ArgumentError, BadRequestError, GHLError
from ghl_notebook.models import Reader, has_none, to_wire, wire_name
from ghl_notebook.transport import File, Request, Sender, body_of, rows_of

from .versions import Versions, versions_of

T = TypeVar("T")

ParameterLocation = Literal["path", "query", "body"]

RequiredKeys = Mapping[str, type | tuple[type, ...]]
"""Keys that the results must have, and the types of their values."""


class CallContext(msgspec.Struct, frozen=True):
    """What the calls of a client have in common.

    With a `reader`, lists have rows instead of records.
    """

    sender: Sender
    base_url: str
    location_id: str
    api_version: str | None
    clock: Callable[[], datetime]
    user_id: Callable[[], Awaitable[str]]
    is_sync: bool
    reader: Reader[Any] | None = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as the API documents it.

    Attributes
    ----------
    method, template : str
        Verb and path. Each name in braces is a parameter, except for the sub-account.
    scope : str or None
        The scope that a token needs, or None if the API does not document one.
    changes : bool or None
        Whether it may change data; None derives that from the verb.
    location : str
        Where the request contains the sub-account.
    """

    method: str
    template: str
    scope: str | None
    changes: bool | None
    location: ParameterLocation = "path"

    @property
    def path_names(self) -> list[str]:
        """The names in braces in the path."""
        return [name for _, name, _, _ in Formatter().parse(self.template) if name]

    @property
    def versions(self) -> Versions:
        """The versions of the API that have it."""
        return versions_of(self.template)


class Call:
    """One bound call of an operation: ``await call()`` sends its arguments.

    Arguments are sent under the API's names: path parameters in the path, others in the query of a
    GET or DELETE, and in the body of any other request. Arguments of None are left out.

    Parameters
    ----------
    context : CallContext
        The client's part.
    endpoint : Endpoint
        The operation.
    name : str
        The public name, for errors.
    given : Mapping
        The arguments by parameter name.

    Attributes
    ----------
    given : Mapping
        The arguments.
    version : str
        The version of the API that it is sent under.

    Raises
    ------
    ArgumentError
        If the version that the user has chosen does not have the operation.
    """

    def __init__(
        self, context: CallContext, endpoint: Endpoint, name: str, given: Mapping[str, object]
    ) -> None:
        version = endpoint.versions.choose(context.api_version, given)
        if version is None:  # the API would respond with 404
            raise ArgumentError(
                f"Version {context.api_version} of the API, which you have chosen for this client, "
                f"does not have {name}.",
                "Leave out api_version: each operation is then called under a version that has it.",
            )
        self._context = context
        self._endpoint = endpoint
        self._name = name
        self.given = given
        self.version = version

    async def user_id(self) -> str:
        """Return the client's user id, looked up if it is not set."""
        return await self._context.user_id()

    async def page(self, make: Callable[[Any], T], *, required: RequiredKeys, **changed: Any) -> T:
        """Send it, and return the page that `make` makes of the ``results``.

        If the context has a reader, the page has rows where the body allows it.

        Parameters
        ----------
        make : callable
            Makes the page.
        required, **changed
            As for the call itself.
        """
        reader = self._context.reader
        if reader is None:
            return make(await self(required=required, **changed))
        read = functools.partial(
            rows_of, read=reader.read, convert=lambda body: make(body["results"])
        )
        page: T = await self._send(read, required=required, **changed)
        return page

    async def __call__(
        self,
        *,
        upload: File | None = None,
        required: RequiredKeys | None = None,
        has_envelope: bool = True,
        or_nothing: bool = False,
        **changed: Any,
    ) -> Any:
        """Send it, and return the ``results`` of the answer.

        Parameters
        ----------
        upload : File, optional
            Sent instead of all arguments except those of the path.
        required : Mapping, optional
            Keys that the results must have; without them the response counts as damaged. A text
            instead of a record means that there is none.
        has_envelope : bool
            Whether the answer has ``results``; if not, return all of it.
        or_nothing : bool
            Whether an answer without results is good as well.
        **changed
            Arguments to send instead of those of the caller.

        Raises
        ------
        ArgumentError
            If a value is invalid.
        GHLError
            See `ghl_notebook.errors`.
        """
        body = await self._send(
            body_of,
            upload=upload,
            required=required,
            has_envelope=has_envelope,
            or_nothing=or_nothing,
            **changed,
        )
        return body.get("results") if has_envelope else body

    async def _send(
        self,
        read: Callable[..., Any],
        *,
        upload: File | None = None,
        required: RequiredKeys | None = None,
        has_envelope: bool = True,
        or_nothing: bool = False,
        **changed: Any,
    ) -> Any:
        endpoint, context = self._endpoint, self._context
        given = {**self.given, **changed}
        if upload is not None:  # the file is what is sent
            given = {k: v for k, v in given.items() if wire_name(k) in endpoint.path_names}
        sent = {wire_name(k): to_wire(v) for k, v in given.items() if v is not None}
        path = {name: sent.pop(name, None) for name in endpoint.path_names}
        in_query = endpoint.method in ("GET", "DELETE")
        parameters: dict[ParameterLocation, dict[str, Any]] = {
            "path": path,
            "query": sent if in_query else {},
            "body": {} if in_query else sent,
        }
        parameters[endpoint.location]["locationId"] = context.location_id
        try:
            request = Request.build(
                endpoint.method,
                endpoint.template,
                path,
                {name: _in_query(value) for name, value in parameters["query"].items()},
                parameters["body"] or None,
                upload,
                self.version,
            )
            shape = (
                None
                if required is None
                else functools.partial(_has_required, required, has_envelope, or_nothing)
            )
            return await context.sender.send(
                request, functools.partial(read, shape=shape), changes=endpoint.changes
            )
        except GHLError as error:
            self._advise(error)
            raise

    def _advise(self, error: GHLError) -> None:
        """Replace the advice for a login with advice for this operation."""
        if error.outcome_unknown:
            error.advise(
                "It may have been carried out all the same: look whether it was before you call "
                f"{self._name} again."
            )
        elif isinstance(error, BadRequestError) and error.next_step == BadRequestError.next_step:
            error.advise(f"Compare the API's message with what you passed to {self._name}.")


def _has_required(
    required: RequiredKeys, has_envelope: bool, or_nothing: bool, body: Mapping[str, Any]
) -> bool:
    results = body.get("results") if has_envelope else body
    return (or_nothing and results is None) or (
        isinstance(results, Mapping)
        and all(
            isinstance(results.get(key), kind)
            or (_may_lack(kind, results.get(key)) and has_none(results))
            for key, kind in required.items()
        )
    )


def _may_lack(kind: type | tuple[type, ...], value: object) -> bool:
    """Tell whether a list is missing, which is allowed if there are no records."""
    return value is None and (kind is list or (isinstance(kind, tuple) and list in kind))


def _in_query(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
