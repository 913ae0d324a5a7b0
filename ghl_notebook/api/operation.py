"""An operation of the API: written once, then either awaited or blocking."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from ghl_notebook.background import run_in_background
from ghl_notebook.guard import while_made
from ghl_notebook.models import check_argument

from .ask import Ask, Endpoint, Place, Service

P = ParamSpec("P")
T = TypeVar("T")
Door = TypeVar("Door")

Asking = Callable[Concatenate[Any, Ask, P], Coroutine[Any, Any, T]]
"""The method that `operation` decorates: an `Ask` comes before its own parameters."""


class Awaiting:
    """The mode of `AsyncClient`: you await an operation."""


class Waiting:
    """The mode of `Client`: an operation waits for its result."""


class Group(Generic[Door]):
    """Operations that belong together, in one of the two modes.

    Parameters
    ----------
    service : Service
        The context of their calls.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    @while_made
    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.service.location_id}>"


class Operation(Generic[P, T]):
    """A method of a group: with `AsyncClient` you await it, with `Client` it blocks.

    Parameters
    ----------
    function : callable
        The method.
    endpoint : Endpoint
        The endpoint that it calls.
    """

    def __init__(self, function: Asking[P, T], endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._function = function
        signature = inspect.signature(function)
        group, ask, *own = signature.parameters.values()
        self.signature = signature.replace(parameters=own)

        async def awaiting(group: Group[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await self._call(group, self._bind(*args, **kwargs))

        def waiting(group: Group[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
            # Bind here, so that an iterable's code does not run in the background thread.
            return run_in_background(self._call, group, self._bind(*args, **kwargs))

        self._awaiting, self._waiting = awaiting, waiting
        doors: list[Any] = [self, awaiting, waiting]
        for called in doors:
            functools.update_wrapper(called, function)
            called.__doc__ = _documented(function.__doc__ or "", endpoint)
            # Help and notebooks show this signature: the arguments that a caller passes.
            vars(called)["__signature__"] = signature.replace(parameters=[group, *own])
            hints = function.__annotations__
            called.__annotations__ = {name: hints[name] for name in hints if name != ask.name}
            del called.__wrapped__

    @overload
    def __get__(self, group: None, owner: type[Any]) -> Operation[P, T]: ...

    @overload
    def __get__(
        self, group: Group[Awaiting], owner: type[Any]
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...

    @overload
    def __get__(self, group: Group[Waiting], owner: type[Any]) -> Callable[P, T]: ...

    def __get__(self, group: Group[Any] | None, owner: type[Any]) -> Any:
        """Return the method in the group's mode."""
        if group is None:
            return self
        return MethodType(self._waiting if group.service.waits else self._awaiting, group)

    def __call__(self, group: Group[Any], /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Call the operation as a function of its class."""
        called = self._waiting if group.service.waits else self._awaiting
        return called(group, *args, **kwargs)

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

    async def _call(self, group: Group[Any], bound: inspect.BoundArguments) -> T:
        given = dict(bound.arguments)
        ask = Ask(group.service, self.endpoint, self._function.__qualname__, given)
        return await self._function(group, ask, *bound.args, **bound.kwargs)


def operation(
    method: str,
    template: str,
    *,
    scope: str | None,
    changes: bool | None = None,
    v3_only: bool = False,
    location: Place = "path",
) -> Callable[[Asking[P, T]], Operation[P, T]]:
    """Make a group's method an operation of the API.

    The method has an `Ask` before its own parameters, which are the API's documented parameters in
    snake case. Verb, path, and scope are added to its docstring.

    Parameters
    ----------
    method, template, scope, v3_only, location
        See `Endpoint`.
    changes : bool, optional
        Whether the operation may change data; by default, every method except GET may.
    """
    endpoint = Endpoint(
        method=method,
        template=template,
        scope=scope,
        changes=changes,
        v3_only=v3_only,
        location=location,
    )

    def make(function: Asking[P, T]) -> Operation[P, T]:
        return Operation(function, endpoint)

    return make


def _documented(text: str, endpoint: Endpoint) -> str:
    summary, *rest = inspect.cleandoc(text).split("\n\n", 1)
    needs = [f"scope ``{endpoint.scope}``"] if endpoint.scope else []
    needs += ["version v3 only"] if endpoint.v3_only else []
    call = f"``{endpoint.method} {endpoint.template}``"
    if needs:
        call += f" ({', '.join(needs)})"
    raises = "Raises\n------\nGHLError\n    See `ghl_notebook.errors`."
    body, _, own = "\n\n".join([summary, call, *rest]).partition("\n\nRaises\n------")
    return f"{body}\n\n{raises}{own}"
