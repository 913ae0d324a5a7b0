"""What every public function and class has around it: its errors show no argument."""

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

_NUMBERS = {int: numbers.Integral, float: numbers.Real}


def guarded(public: T) -> T:
    """Decorate a public function, or a class that callers make.

    An argument may hold a secret, also one that was passed in a wrong place, and a notebook may
    show the variables of all frames of an error (``%xmode Verbose``, captured locals). So an error
    leaves without them; where it was raised is still seen. An error of Python that an argument of a
    wrong type has brought about leaves as an `ArgumentError`.
    """
    if isinstance(public, type):
        # Not a subclass: pickles and `isinstance` know the class by its name.
        public.__init__ = _guarded(public.__init__)  # type: ignore[misc]
        public.__repr__ = while_made(public.__repr__)  # type: ignore[method-assign, assignment, arg-type]
        return cast(T, public)
    return cast(T, _guarded(public))


def while_made(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Decorate a ``__repr__``: an object that is only half made shows itself, too.

    Whoever shows the variables of an error's frames meets such objects, and must not fail by them.
    """

    @functools.wraps(show)
    def shown(self: Any) -> str:
        try:
            return show(self)
        except AttributeError:
            return f"<{type(self).__name__}, half made>"

    return shown


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failure = _told(error, function, args, kwargs)
            _forget(error, set())
        del args, kwargs  # this frame is one that is shown
        try:
            raise failure
        finally:
            del failure

    return call


def out_of_files(error: BaseException) -> GHLError | None:
    """Return what is said when a process can open no more files; None for any other error."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return GHLError(
            "Too many files are open.",
            "Close files and connections of this process, or raise its limit (ulimit -n).",
        )
    return None


def _told(
    error: BaseException, function: Callable[..., Any], args: Any, kwargs: Any
) -> BaseException:
    """Return what is raised: the error itself, or one that names the argument it came from."""
    if isinstance(error, GHLError) or not isinstance(error, Exception):
        return error
    if (failure := out_of_files(error)) is not None:
        return failure
    try:
        signature = inspect.signature(function)
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # an argument too many, or one too few: Python has said it
        return error
    for name, value in given.items():
        hint = signature.parameters[name].annotation
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
    except Exception:  # noqa: BLE001 - a type that only the type checker has imported
        return Any


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value may be of a type; True where that cannot be told."""
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
    """Clear the variables of all frames that an error, and what it came from, have passed."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    traceback.clear_frames(error.__traceback__)
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        _forget(other, seen)
