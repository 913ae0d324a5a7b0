"""An operation of the API: written once, then either awaited or blocking."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import msgspec

from ghl_notebook.background import run_in_background
from ghl_notebook.guard import guarded, while_made
from ghl_notebook.models import Reader, check_argument

from .call import Call, CallContext, Endpoint, ParameterLocation
from .scopes import naming_scope

P = ParamSpec("P")
T = TypeVar("T")
Mode = TypeVar("Mode")
R = TypeVar("R", bound="Resource[Any]")

OperationMethod = Callable[Concatenate[Any, Call, P], Coroutine[Any, Any, T]]
"""The method that `operation` decorates: a `Call` comes before its own parameters."""


class AsyncMode:
    """The mode of `AsyncClient`: you await an operation."""


class SyncMode:
    """The mode of `Client`: an operation waits for its result."""


class Resource(Generic[Mode]):
    """Operations that belong together, in one of the two modes.

    Parameters
    ----------
    context : CallContext
        The context of their calls.
    """

    def __init__(self, context: CallContext) -> None:
        self.context = context

    @while_made
    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.context.location_id}>"


def with_rows(resource: R, reader: Reader[Any]) -> R:
    """Return operations whose lists have the reader's rows instead of records."""
    return type(resource)(msgspec.structs.replace(resource.context, reader=reader))


class Operation(Generic[P, T]):
    """A method of a group: with `AsyncClient` you await it, with `Client` it blocks.

    Parameters
    ----------
    function : callable
        The method.
    endpoint : Endpoint
        The endpoint that it calls.
    """

    def __init__(self, function: OperationMethod[P, T], endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._function = function
        signature = inspect.signature(function)
        resource, call, *own = signature.parameters.values()
        self.signature = signature.replace(parameters=own)

        async def awaiting(resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await self._call(resource, self._bind(*args, **kwargs))

        def waiting(resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
            # Bind here, so that an iterable's code does not run in the background thread.
            return run_in_background(self._call, resource, self._bind(*args, **kwargs))

        functions: list[Any] = [self, awaiting, waiting]
        for called in functions:
            functools.update_wrapper(called, function)
            called.__doc__ = _documented(function.__doc__ or "", endpoint)
            # Help and notebooks show this signature: the arguments that a caller passes.
            vars(called)["__signature__"] = signature.replace(parameters=[resource, *own])
            hints = function.__annotations__
            called.__annotations__ = {name: hints[name] for name in hints if name != call.name}
            del called.__wrapped__
        self._async, self._sync = guarded(awaiting), guarded(waiting)

    @overload
    def __get__(self, resource: None, owner: type[Any]) -> Operation[P, T]: ...

    @overload
    def __get__(
        self, resource: Resource[AsyncMode], owner: type[Any]
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...

    @overload
    def __get__(self, resource: Resource[SyncMode], owner: type[Any]) -> Callable[P, T]: ...

    def __get__(self, resource: Resource[Any] | None, owner: type[Any]) -> Any:
        """Return the method in the group's mode."""
        if resource is None:
            return self
        return MethodType(self._sync if resource.context.is_sync else self._async, resource)

    def __call__(self, resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Call the operation as a function of its class."""
        called = self._sync if resource.context.is_sync else self._async
        return called(resource, *args, **kwargs)

    def _bind(self, *args: P.args, **kwargs: P.kwargs) -> inspect.BoundArguments:
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:  # with Python's own message
            raise TypeError(f"{self._function.__qualname__}(): {error}") from None
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            kind = str(self.signature.parameters[name].annotation)
            bound.arguments[name] = check_argument(name, value, kind)
        return bound

    async def _call(self, resource: Resource[Any], bound: inspect.BoundArguments) -> T:
        given = dict(bound.arguments)
        call = Call(resource.context, self.endpoint, self._function.__qualname__, given)
        with naming_scope(self.endpoint.scope):
            return await self._function(resource, call, *bound.args, **bound.kwargs)


def operation(
    method: str,
    template: str,
    *,
    scope: str | None,
    changes: bool | None = None,
    location: ParameterLocation = "path",
) -> Callable[[OperationMethod[P, T]], Operation[P, T]]:
    """Make a group's method an operation of the API.

    The method has a `Call` before its own parameters, which are the API's documented parameters in
    snake case. Verb, path, and scope are added to its docstring.

    Parameters
    ----------
    method, template, scope, location
        See `Endpoint`.
    changes : bool, optional
        Whether the operation may change data; by default, every method except GET may.
    """
    endpoint = Endpoint(
        method=method,
        template=template,
        scope=scope,
        changes=changes,
        location=location,
    )

    def make(function: OperationMethod[P, T]) -> Operation[P, T]:
        return Operation(function, endpoint)

    return make


def _documented(text: str, endpoint: Endpoint) -> str:
    summary, *rest = inspect.cleandoc(text).split("\n\n", 1)
    needs = [f"scope ``{endpoint.scope}``"] if endpoint.scope else []
    needs += ["version v3 only"] if not endpoint.versions.others else []
    call = f"``{endpoint.method} {endpoint.template}``"
    if needs:
        call += f" ({', '.join(needs)})"
    raises = "Raises\n------\nGHLError\n    See `ghl_notebook.errors`."
    body, _, own = "\n\n".join([summary, call, *rest]).partition("\n\nRaises\n------")
    return f"{body}\n\n{raises}{own}"
