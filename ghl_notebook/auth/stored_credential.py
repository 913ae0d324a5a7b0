"""A stored credential: its name, its content, and the text that a file holds of it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from ghl_notebook.errors import StorageError
from ghl_notebook.secret import Secret

from .tokens import Moment, Tokens

if TYPE_CHECKING:
    from .keyring_cipher import KeyringCipher

FORMAT: Final = 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """Names one stored credential.

    Attributes
    ----------
    base_url : str
        The API's address.
    client_id : str
        The app.
    owner : str
        Whose it is: ``location:…``, ``company:…``, or ``env:…`` for a refresh token from the
        environment.
    """

    base_url: str
    client_id: str
    owner: str

    @property
    def identity(self) -> bytes:
        """All of it, as bytes that an encrypted text is bound to."""
        return json.dumps([self.base_url, self.client_id, self.owner]).encode()

    @property
    def name(self) -> str:
        """A file name: the ids may hold characters that a file name must not have."""
        return hashlib.sha256(self.identity).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A credential as it is stored.

    Attributes
    ----------
    key : Key
        Its name.
    tokens : Tokens
        The pair.
    client_secret : Secret
        The app's, which a refresh needs. Empty for a pair that another credential replaces.
    refused_at : datetime or None
        When the service refused the refresh token: only a new login helps. None: it did not.
    """

    key: Key
    tokens: Tokens
    client_secret: Secret
    refused_at: Moment | None = None

    def with_tokens(self, tokens: Tokens) -> StoredCredential:
        """Return the credential with the next pair."""
        return replace(self, tokens=tokens, refused_at=None)


def to_json(credential: StoredCredential) -> Secret:
    """Write a credential with its secrets in clear: the text is a secret itself."""
    fields = msgspec.to_builtins(credential, enc_hook=_in_clear)
    return Secret(msgspec.json.encode({"format": FORMAT, **fields}).decode())


def from_json(text: Secret, where: str) -> StoredCredential:
    """Read what `to_json` has written.

    Raises
    ------
    StorageError
        If it is damaged, or was written by a newer version.
    """
    _head_of(text, where)
    return _decoded(text, StoredCredential, where)


def to_file(credential: StoredCredential, cipher: KeyringCipher | None) -> Secret:
    """Write a credential as a file holds it: in clear, or encrypted beside its name.

    Raises
    ------
    StorageError
        If the keyring is locked or fails.
    """
    text = to_json(credential)
    if cipher is None:
        return text
    key = credential.key
    sealed = base64.b64encode(cipher.encrypt(text, key.identity)).decode()
    fields = {"format": FORMAT, "key": msgspec.to_builtins(key), "sealed": sealed}
    return Secret(msgspec.json.encode(fields).decode())


def key_in_file(text: Secret, where: str) -> Key:
    """Return whose credential a file holds, without decrypting it.

    Raises
    ------
    StorageError
        If the file is damaged, or was written by a newer version.
    """
    head = _head_of(text, where)
    return head.key if head.sealed and head.key else _decoded(text, StoredCredential, where).key


def from_file(text: Secret, where: str, cipher: KeyringCipher | None) -> StoredCredential:
    """Read what `to_file` has written, with a cipher or without.

    Raises
    ------
    LogInAgainError
        If the keyring has lost the key that it was encrypted with.
    StorageError
        If it is damaged, was written by a newer version, or cannot be decrypted here.
    """
    head = _head_of(text, where)
    if not head.sealed or not head.key:
        return _decoded(text, StoredCredential, where)
    if cipher is None:
        raise StorageError(
            f"{where} is encrypted with a key in the system's keyring, which is not available "
            "here.",
            "Run it where the keyring is, or log in here with another GHL_CREDENTIALS_DIR.",
        )
    clear = cipher.decrypt(head.sealed, head.key.identity, where=where)
    return _decoded(clear, StoredCredential, where)


class _Head(msgspec.Struct):
    format: int
    key: Key | None = None
    sealed: bytes = b""  # in base64


def _head_of(text: Secret, where: str) -> _Head:
    head = _decoded(text, _Head, where)
    if head.format > FORMAT:
        raise StorageError(
            f"The stored credential in {where} was written by a newer ghl_notebook.",
            "Update ghl_notebook, or log in again with another GHL_CREDENTIALS_DIR.",
        )
    if head.format < FORMAT:
        raise _damaged(where)
    return head


def _decoded(text: Secret, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(text.reveal(), type=kind, dec_hook=_hidden)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    # Outside of the handler: the decoder's error may quote what it has read.
    raise _damaged(where)


def _damaged(where: str) -> StorageError:
    return StorageError(
        f"The stored credential in {where} is damaged.", "Delete it, and log in again."
    )


def _in_clear(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(f"{type(value).__name__} is not stored")


def _hidden(kind: type, value: Any) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError(f"{kind.__name__} is not stored so")
