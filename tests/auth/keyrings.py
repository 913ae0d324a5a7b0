"""Keyrings for tests: in memory, and in a file that several processes share."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ghl_notebook.auth.keyring_backend import Backend
from ghl_notebook.auth.keyring_cipher import KeyringCipher
from ghl_notebook.auth.login_store import Stores

ENTRY = ("ghl_notebook", "encryption key")


class KilledError(BaseException):
    """Stands for the end of the process."""


class MemoryKeyring:
    """A keyring in memory.

    Attributes
    ----------
    kept : dict
        Its entries.
    reads : int
        How often it was read.
    made : list of str
        All values that were ever written.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.reads = 0
        self.made: list[str] = []

    def get_password(self, service: str, username: str) -> str | None:
        """Return a value."""
        self.reads += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value."""
        self.made.append(password)
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a value."""
        del self.kept[service, username]


class FileKeyring:
    """A keyring in a folder: one file for the entries, and one for all values ever written.

    An entry is there or not, whenever a process is killed, as in a keyring of a system.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._entries, self._made = folder / "entries.json", folder / "made.txt"

    @property
    def made(self) -> list[str]:
        """All values that were ever written."""
        return self._made.read_text().split() if self._made.exists() else []

    def get_password(self, service: str, username: str) -> str | None:
        """Return a value."""
        return self._read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value."""
        with self._made.open("a") as file:
            file.write(f"{password}\n")
        self._write({**self._read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Forget a value."""
        entries = self._read()
        del entries[f"{service} {username}"]
        self._write(entries)

    def _read(self) -> dict[str, str]:
        with suppress(FileNotFoundError):
            entries: dict[str, str] = json.loads(self._entries.read_text())
            return entries
        return {}

    def _write(self, entries: dict[str, str]) -> None:
        draft = self._entries.with_name(f"{os.getpid()}.draft")
        draft.write_text(json.dumps(entries))
        draft.replace(self._entries)


def open_stores(folder: Path, backend: Backend | None) -> Stores:
    """Open what is stored in a folder, as another process does."""
    return Stores.at(folder, None if backend is None else KeyringCipher(backend, folder))


def spellings(secret: str) -> Iterator[bytes]:
    """Return how a secret may stand in a file: as it is, and in base64 at each offset."""
    text = secret.encode()
    yield text
    for offset in range(3):
        # Without the characters that also depend on what stands around it.
        yield base64.b64encode(b"\0" * offset + text)[4 if offset else 0 : -4].rstrip(b"=")


def holds(content: bytes, secret: str) -> bool:
    """Tell whether a file holds a secret, in whatever spelling."""
    return any(spelling in content for spelling in spellings(secret))
