"""The system's keyring, if it encrypts, found and called in bounded time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from ghl_notebook.background import UnansweredError, run_within
from ghl_notebook.errors import StorageError, raise_without_context
from ghl_notebook.secret import Secret

_SERVICE: Final = "ghl_notebook"

# The keyrings of operating systems. Other backends store plain text (keyrings.alt), or nothing.
_SOUND: Final = frozenset(
    f"keyring.backends.{name}"
    for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
)
PATIENCE: Final = 60.0
"""Seconds for one answer, during which the keyring may prompt its user for a password."""
_ADVICE: Final = "Unlock it, or name a folder to use instead in GHL_CREDENTIALS_DIR."

T = TypeVar("T")


class Backend(Protocol):
    """The methods of a backend of the package ``keyring``."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a value."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a value."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Delete a value."""
        ...


class Keyring:
    """Calls a backend in bounded time: a backend raises its system's errors, or never answers.

    The methods raise a `StorageError` if the backend fails.

    Parameters
    ----------
    backend : Backend
        The keyring.
    patience : float, optional
        Seconds that the keyring has for one answer.
    """

    def __init__(self, backend: Backend, *, patience: float | None = None) -> None:
        self._backend = backend
        self._patience = PATIENCE if patience is None else patience
        self._stuck: threading.Thread | None = None

    def get(self, name: str) -> Secret | None:
        """Return an entry, or None if there is none."""

        def get() -> Secret | None:
            text = self._backend.get_password(_SERVICE, name)
            return None if text is None else Secret(text)

        return self._ask("The system's keyring cannot be read", get)

    def set(self, name: str, text: Secret) -> None:
        """Store an entry, and read it back."""
        self._ask(
            "The system's keyring cannot be written",
            lambda: self._backend.set_password(_SERVICE, name, text.reveal()),
        )
        if self.get(name) != text:
            raise StorageError(
                "The system's keyring does not return what was written to it.", _ADVICE
            )

    def delete(self, name: str) -> None:
        """Delete an entry."""
        self._ask(
            "The entry of the system's keyring cannot be deleted",
            lambda: self._backend.delete_password(_SERVICE, name),
        )

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        # While a call hangs, the keyring is not called again: each attempt would cost a thread.
        if self._stuck is not None and self._stuck.is_alive():
            raise StorageError(f"{what} (it has not answered before).", _ADVICE)
        try:
            return run_within(self._patience, call)
        except UnansweredError as error:
            self._stuck = error.thread
            # The backend's frames and errors may hold the text to write.
            raise_without_context(StorageError(f"{what} ({error}).", _ADVICE))


def find_backend() -> Backend | None:
    """Return the system's keyring if it encrypts, otherwise None.

    Raises
    ------
    StorageError
        If no keyring was found in time.
    """

    def find() -> Backend | None:
        import keyring

        found: Any = keyring.get_keyring()
        is_chain = type(found).__module__ == "keyring.backends.chainer"
        chain = found.backends if is_chain else [found]
        return next((one for one in chain if type(one).__module__ in _SOUND), None)

    try:
        return run_within(PATIENCE, find)
    except UnansweredError as error:
        if error.thread.is_alive():
            # With plain files instead, encrypted logins would seem to be lost.
            raise_without_context(
                StorageError(f"The system's keyring cannot be found ({error}).", _ADVICE)
            )
        return None  # a backend raises its own system's errors
