"""Where credentials are kept between notebooks: what a store is asked for."""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from ghl_notebook.errors import StorageError
from ghl_notebook.secret import Secret

from .tokens import Moment, Tokens

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Key:
    """Names one stored credential.

    Attributes
    ----------
    base_url : str
        The API's address.
    client_id : str
        The app.
    subject : str
        Whose it is: ``location:…``, ``company:…``, or ``seed:…`` for one from the environment.
    """

    base_url: str
    client_id: str
    subject: str

    @property
    def name(self) -> str:
        """A file's name: the ids may hold what a file's name may not."""
        text = json.dumps([self.base_url, self.client_id, self.subject])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A credential as it is kept.

    Attributes
    ----------
    key : Key
        Its name.
    tokens : Tokens
        The pair.
    client_secret : Secret
        The app's; renewing takes it. Empty for a pair that another credential renews.
    refused_at : datetime or None
        When the service has refused its refresh token: only a new login helps. None: it has not.
    """

    key: Key
    tokens: Tokens
    client_secret: Secret
    refused_at: Moment | None = None

    def renewed(self, tokens: Tokens) -> StoredCredential:
        """Return it with the next pair."""
        return replace(self, tokens=tokens, refused_at=None)


class Place(Protocol):
    """Room that was made for the next pair, before it is asked for."""

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential: whole and on disk, or not at all."""
        ...

    def leave_mark(self) -> None:
        """Let `Store.was_interrupted` tell: what was asked for may be lost."""
        ...


class Store(Protocol):
    """Keeps credentials. Each method may be called from any thread.

    All raise `StorageError` where it cannot be done.
    """

    @property
    def folder(self) -> Path:
        """Where its locks are: two stores of one folder are the same."""
        ...

    def load(self, key: Key) -> StoredCredential | None:
        """Return a credential, or None if there is none."""
        ...

    def place(self, key: Key) -> AbstractContextManager[Place]:
        """Make room for a credential, so that the later write of it can hardly fail."""
        ...

    def delete(self, key: Key) -> bool:
        """Forget a credential; tell whether there was one."""
        ...

    def list(self) -> list[Key]:
        """Name all credentials."""
        ...

    def was_interrupted(self, key: Key) -> bool:
        """Tell whether the last renewal ended between asking and writing. Ask under the lock."""
        ...

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a renewal holds."""
        ...


def to_json(credential: StoredCredential) -> Secret:
    """Write a credential, its secrets in clear: the text is one itself."""
    fields = msgspec.to_builtins(credential, enc_hook=_in_clear)
    return Secret(msgspec.json.encode({"format": FORMAT, **fields}).decode())


def from_json(text: Secret, where: str) -> StoredCredential:
    """Read what `to_json` has written.

    Raises
    ------
    StorageError
        If it is damaged, or was written by a newer version.
    """
    wrong = StorageError(
        f"The stored credential in {where} is damaged.", "Delete it, and log in again."
    )
    try:
        head = msgspec.json.decode(text.reveal(), type=_Head)
        if head.format > FORMAT:
            wrong = StorageError(
                f"The stored credential in {where} was written by a newer ghl_notebook.",
                "Update ghl_notebook, or log in again with another GHL_CREDENTIALS_DIR.",
            )
        elif head.format == FORMAT:
            return msgspec.json.decode(text.reveal(), type=StoredCredential, dec_hook=_hidden)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    raise wrong  # out here: the decoder's error may quote what it has read


class _Head(msgspec.Struct):
    format: int


def _in_clear(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(f"{type(value).__name__} is not stored")


def _hidden(kind: type, value: Any) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError(f"{kind.__name__} is not stored so")
