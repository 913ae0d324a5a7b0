"""A string that is never shown, for access tokens and authorization URLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn, final

from .errors import ArgumentError

_HIDDEN: Final = "********"


@final
class Secret:
    """Hold a string that must not reach a ``repr``, a log line, a traceback or a pickle.

    Parameters
    ----------
    value : str or Secret
        The string to hide. You can wrap a `Secret` again.

    Examples
    --------
    >>> Secret("pit-00000000-fake")
    Secret('********')
    >>> Secret("pit-00000000-fake").reveal()
    'pit-00000000-fake'
    """

    __slots__ = ("_reveal",)
    _reveal: Callable[[], str]

    def __init__(self, value: str | Secret) -> None:
        passed: object = value  # not every caller has a type checker
        if not isinstance(passed, str | Secret):
            kind = type(passed).__name__
            del value, passed  # a traceback may show this frame's variables
            raise ArgumentError(
                f"A token or another secret must be a string, not {kind}.",
                "Pass a string. Decode bytes first: token.decode().",
            )
        # A closure keeps the string from debuggers and dumps, which print attributes.
        held = value.reveal() if isinstance(value, Secret) else value
        object.__setattr__(self, "_reveal", lambda: held)

    def reveal(self) -> str:
        """Return the hidden string. Call this only where the value leaves the process."""
        return self._reveal()

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN!r})"

    def __str__(self) -> str:
        return _HIDDEN

    def __format__(self, spec: str) -> str:
        return format(_HIDDEN, spec)

    def __bool__(self) -> bool:
        return bool(self._reveal())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled: hand the credential over by the environment")

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __copy__(self) -> Secret:
        return self
