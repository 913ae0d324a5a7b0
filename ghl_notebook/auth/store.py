"""Where credentials are kept between notebooks: what a store is asked for."""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from ghl_notebook.errors import StorageError
from ghl_notebook.secret import Secret

from .tokens import Tokens

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
    refused_at: datetime | None = None

    def renewed(self, tokens: Tokens) -> StoredCredential:
        """Return it with the next pair."""
        return replace(self, tokens=tokens, refused_at=None)


class Place(Protocol):
    """Room that was made for the next pair, before it is asked for."""

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential: whole and on disk, or not at all."""
        ...


class Store(Protocol):
    """Keeps credentials. Each method may be called from any thread.

    All raise `StorageError` where it cannot be done.
    """

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
        """Tell whether a process has died between making room and writing. Ask under the lock."""
        ...

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a renewal holds."""
        ...


def to_json(credential: StoredCredential) -> bytes:
    """Write a credential, secrets in clear."""
    key = credential.key
    return json.dumps(
        {
            "format": FORMAT,
            "key": {"base_url": key.base_url, "client_id": key.client_id, "subject": key.subject},
            "tokens": credential.tokens.to_stored(),
            "client_secret": credential.client_secret.reveal(),
            "refused_at": credential.refused_at and credential.refused_at.isoformat(),
        }
    ).encode()


def from_json(content: bytes | str, where: str) -> StoredCredential:
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
        data: Any = json.loads(content)
        if isinstance(data, dict) and isinstance(data["format"], int) and data["format"] > FORMAT:
            wrong = StorageError(
                f"The stored credential in {where} was written by a newer ghl_notebook.",
                "Update ghl_notebook, or log in again with another GHL_CREDENTIALS_DIR.",
            )
        elif data["format"] == FORMAT:
            refused_at = data["refused_at"]
            return StoredCredential(
                key=Key(**data["key"]),
                tokens=Tokens.from_stored(data["tokens"]),
                client_secret=Secret(data["client_secret"]),
                refused_at=refused_at and datetime.fromisoformat(refused_at),
            )
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    del content  # a traceback may show this frame's locals
    data = None
    raise wrong
