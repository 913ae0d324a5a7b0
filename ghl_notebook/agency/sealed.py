"""JSON files that carry a checksum, so that only what was written is believed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import pyarrow as pa

from ghl_notebook.disk import open_plain, write_private_file
from ghl_notebook.errors import FolderError

_LARGEST: Final = 2**26

S = TypeVar("S", bound=msgspec.Struct)


class _Sealed(msgspec.Struct):
    sha256: str
    content: msgspec.Raw


def write_sealed(path: Path, value: msgspec.Struct) -> None:
    """Write a record, with the checksum of what is written.

    Raises
    ------
    FolderError
        If it cannot be written.
    """
    # An error's words may hold half a character, which is no UTF-8.
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=1)
    content = text.encode(errors="replace")
    with told(path, "written"):
        write_private_file(
            path, b'{"sha256": "%b", "content": %b}\n' % (_checksum(content), content)
        )


def read_sealed(path: Path, kind: type[S], next_step: str) -> S | None:
    """Read a record as it was written; None where there is no file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : type
        What it holds.
    next_step : str
        What the user can do where it is damaged.

    Raises
    ------
    FolderError
        If it cannot be read, or is not as it was written.
    """
    with told(path, "read"):
        if not os.path.lexists(path):
            return None
        try:
            with open_plain(path, _LARGEST) as file:
                sealed = msgspec.json.decode(file.read(), type=_Sealed)
            if sealed.sha256.encode() == _checksum(bytes(sealed.content)):
                return msgspec.json.decode(sealed.content, type=kind)
        except (ValueError, RecursionError):  # no JSON, or other JSON
            pass
    raise FolderError(f"{path} is damaged: its checksum does not match.", next_step)


@contextmanager
def told(path: Path, done: str) -> Iterator[None]:
    """Turn what a disk or a damaged file brings about into a `FolderError`.

    Parameters
    ----------
    path : pathlib.Path
        What is concerned.
    done : str
        What cannot be done with it.
    """
    failure: FolderError | None = None
    try:
        yield
    except FolderError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        words: Any = getattr(error, "strerror", None) or type(error).__name__
        failure = FolderError(
            f"{path} cannot be {done}: {words}.",
            "Name another folder, check permissions and free disk space, or move it away.",
        )
    if failure is not None:  # not in the handler: error and cause would lead to each other
        raise failure


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
