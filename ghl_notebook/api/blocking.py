"""Make a blocking method of an async operation."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ghl_notebook.background import run_in_background

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C")
Core = TypeVar("Core", covariant=True)


class HasCore(Protocol[Core]):
    """An object with a core that does the work."""

    @property
    def core(self) -> Core:
        """The core."""
        ...


def blocking(
    operation: Callable[Concatenate[C, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[HasCore[C], P], T]:
    """Make a blocking method of the core's method: the same parameters, and the result itself."""

    @functools.wraps(operation)
    def call(self: HasCore[C], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run_in_background(operation, self.core, *args, **kwargs)

    return call
