"""Encrypt stored tokens with a random key; the system's keyring stores only this key."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from filelock import FileLock

from ghl_notebook.errors import LogInAgainError, StorageError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .file_store import LOCK_SECONDS, lock_errors, make_private_folder, said
from .keyring_backend import Backend, Keyring

_ENTRY: Final = "encryption key"
_LOCK: Final = "keyring.lock"
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12


class KeyringCipher:
    """AES-256-GCM with a random key from the system's keyring.

    The key is made when a credential is first stored, and read once per process. A text is bound to
    its name, so that an encrypted text is refused under another name.

    Parameters
    ----------
    backend : Backend
        The keyring.
    folder : Path
        The folder of the encrypted files. Its lock lets only one process make a key.
    patience : float, optional
        Seconds that the keyring has for one answer.
    """

    def __init__(self, backend: Backend, folder: Path, *, patience: float | None = None) -> None:
        self._keyring = Keyring(backend, patience=patience)
        self._folder = folder
        self._key: _Key | None = None
        self._missing: set[bytes] = set()
        self._of = type(backend).__name__

    @while_made
    def __repr__(self) -> str:
        return f"KeyringCipher({self._of})"

    def prepare(self) -> None:
        """Read the key, or make a key if there is none.

        Call this method after the file to encrypt has a draft: `delete_unused_key` leaves the key
        as long as there is a draft.

        Raises
        ------
        StorageError
            If the keyring is locked or fails.
        """
        self._prepare()

    def encrypt(self, text: Secret, name: bytes) -> bytes:
        """Encrypt a text.

        Raises
        ------
        StorageError
            If a key has to be made, and the keyring is locked or fails.
        """
        key = self._key or self._prepare()
        nonce = os.urandom(_NONCE_BYTES)
        return key.id + nonce + key.aead.encrypt(nonce, text.reveal().encode(), name)

    def decrypt(self, sealed: bytes, name: bytes, *, where: str, asks_again: bool = True) -> Secret:
        """Return the text that `encrypt` was given.

        Parameters
        ----------
        sealed : bytes
            The result of `encrypt`.
        name : bytes
            The name that the text was encrypted under.
        where : str
            The file of the text, for errors.
        asks_again : bool
            Whether to read a key again that the keyring did not have before.

        Raises
        ------
        LogInAgainError
            If the keyring has lost the key, or has another key.
        StorageError
            If the keyring is locked or fails, or the text is damaged.
        """
        key = self._find(sealed[:_ID_BYTES], asks_again)
        if key is None:
            raise LogInAgainError(
                f"{where} is encrypted with a key that is no longer in the system's keyring."
            )
        nonce, content = sealed[_ID_BYTES:][:_NONCE_BYTES], sealed[_ID_BYTES + _NONCE_BYTES :]
        try:
            return Secret(key.aead.decrypt(nonce, content, name).decode())
        except (InvalidTag, ValueError):
            pass
        raise StorageError(f"{where} is damaged.", "Delete it, and log in again.")

    def delete_unused_key(self) -> None:
        """Delete the key if nothing in the folder is encrypted with it.

        Raises
        ------
        StorageError
            If the keyring is locked or fails.
        """
        with self._locked():
            with said(f"{self._folder} cannot be read"):
                is_unused = all(path.suffix == ".lock" for path in self._folder.iterdir())
            if is_unused:
                self._key = None
                if self._keyring.get(_ENTRY) is not None:
                    self._keyring.delete(_ENTRY)

    def _prepare(self) -> _Key:
        with self._locked():
            key = self._key = self._read() or self._make()
        return key

    def _find(self, key_id: bytes, asks_again: bool) -> _Key | None:
        key = self._key
        if (key is None or key.id != key_id) and (asks_again or key_id not in self._missing):
            self._missing.add(key_id)  # also where the keyring fails
            # Another process may have made a new key, after a log-out or if the old key was lost.
            key = self._key = self._read() or key
        return key if key is not None and key.id == key_id else None

    def _read(self) -> _Key | None:
        text = self._keyring.get(_ENTRY)
        try:
            return None if text is None else _Key(text)
        except ValueError:  # the entry is not a key of this package
            return None

    def _make(self) -> _Key:
        text = Secret(base64.b64encode(os.urandom(_KEY_BYTES)).decode())
        self._keyring.set(_ENTRY, text)
        return _Key(text)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        make_private_folder(self._folder)
        path = self._folder / _LOCK
        lock = FileLock(path, timeout=LOCK_SECONDS, mode=0o600)
        with lock_errors(path, LOCK_SECONDS):
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


class _Key:
    """A key, and an id that does not reveal the key."""

    def __init__(self, text: Secret) -> None:
        raw = base64.b64decode(text.reveal(), validate=True)
        if len(raw) != _KEY_BYTES:
            raise ValueError("no key of ours")
        self.aead = AESGCM(raw)
        self.id = hashlib.sha256(b"ghl_notebook key id" + raw).digest()[:_ID_BYTES]
