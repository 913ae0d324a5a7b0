"""A decorator for public functions and classes: their errors do not show arguments."""

from __future__ import annotations

import errno
import functools
import inspect
import numbers
import traceback
import types
from collections.abc import Callable
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from .errors import ArgumentError, GHLError

T = TypeVar("T", bound=Callable[..., Any])

_MAX_LINKS = 20
"""Errors that caused each other; a cycle has no end."""
_NUMBERS = {int: numbers.Integral, float: numbers.Real}


def guarded(public: T) -> T:
    """Decorate a public function, or a class that users create, so that errors hide arguments.

    You may pass a secret in any argument by mistake, and a notebook may show the variables of all
    frames of an error (``%xmode Verbose``, captured locals). The decorator clears these variables.
    The message of a `GHLError` contains the next step, so its traceback ends at the caller's line.
    A Python error caused by an argument of the wrong type becomes an `ArgumentError`. Of a class,
    all public methods are decorated that are defined in it.
    """
    if isinstance(public, type):
        # A subclass would break pickles, which store the class by its name.
        public.__init__ = _guarded(public.__init__)  # type: ignore[misc]
        public.__repr__ = while_made(public.__repr__)  # type: ignore[method-assign, assignment, arg-type]
        for name, member in list(vars(public).items()):
            if not name.startswith("_") and isinstance(member, types.FunctionType):
                setattr(public, name, _guarded(member))
        return cast(T, public)
    return cast(T, _guarded(public))


def while_made(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Decorate a ``__repr__`` so that it also works on an object whose ``__init__`` has failed.

    Tools that show the variables of an error's frames call the ``__repr__`` of such objects.
    """

    @functools.wraps(show)
    def shown(self: Any) -> str:
        try:
            return show(self)
        except AttributeError:
            return f"<{type(self).__name__}, half made>"

    return shown


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    # Tracebacks show the frames of these functions, so neither arguments nor the error stay in a
    # variable. IPython shows the last frame always, and only other ones may be hidden.
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wait(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return await function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - raised again below
                failure = [_prepared(error, function, args, kwargs)]
            del args, kwargs
            raise failure.pop()

        return wait

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failure = [_prepared(error, function, args, kwargs)]
        del args, kwargs
        raise failure.pop()

    return call


def _prepared(
    error: BaseException, function: Callable[..., Any], args: Any, kwargs: Any
) -> BaseException:
    """Return the error to raise, without variables, and without our own frames if it is ours."""
    failure = _translated(error, function, args, kwargs)
    _forget(error, set())
    linked: BaseException | None = failure
    for _ in range(_MAX_LINKS):
        if not isinstance(linked, GHLError):
            break
        linked.__traceback__ = None
        if linked.__suppress_context__:  # nobody is shown it, but its text may quote an argument
            linked.__context__ = None
        linked = linked.__cause__ or linked.__context__
    return failure


def out_of_files(error: BaseException) -> GHLError | None:
    """Return the error for a process that has too many open files; None for any other error."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return GHLError(
            "Too many files are open.",
            "Close files and connections of this process, or raise its limit (ulimit -n).",
        )
    return None


def _translated(
    error: BaseException, function: Callable[..., Any], args: Any, kwargs: Any
) -> BaseException:
    """Return the error itself, or an `ArgumentError` that names the argument of a wrong type."""
    if isinstance(error, GHLError) or not isinstance(error, Exception):
        return error
    if (failure := out_of_files(error)) is not None:
        return failure
    try:
        signature = inspect.signature(function)
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # too many or too few arguments: Python's own message names them
        return error.with_traceback(None)
    for name, value in given.items():
        parameter, hint = signature.parameters[name], signature.parameters[name].annotation
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if hint is not inspect.Parameter.empty and not _fits(value, _resolved(hint, function)):
            return ArgumentError(
                f"{name} is a {type(value).__name__}, not {hint}.",
                f"See help(ghl_notebook.{function.__qualname__.removesuffix('.__init__')}).",
            )
    return error


def _resolved(hint: object, function: Callable[..., Any]) -> object:
    if not isinstance(hint, str):
        return hint
    try:
        return eval(hint, getattr(function, "__globals__", {}))  # noqa: S307 - our own annotation
    except Exception:  # noqa: BLE001 - a type that is imported for type checkers only
        return Any


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value matches a type hint; True if that cannot be checked."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return any(_fits(value, type(one)) for one in get_args(hint))
    if hint is None or hint is Any:
        return hint is Any or value is None
    if origin is tuple and isinstance(value, tuple):
        return all(_fits(part, get_args(hint)[0]) for part in value)
    kind = _NUMBERS.get(hint, origin or hint)
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    return isinstance(value, kind)


def _forget(error: BaseException | None, seen: set[int]) -> None:
    """Clear the variables in all frames of an error and of the errors that it is linked to."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    traceback.clear_frames(error.__traceback__)
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        _forget(other, seen)
