"""Files that only their owner can read: written completely or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Final

DRAFT: Final = ".draft-"
"""Prefix of files that are being written; readers of tables ignore such names."""

_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    # Without this flag, opening a pipe would wait for a writer.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def make_private_folder(folder: Path) -> None:
    """Create a folder that only its owner can open; an existing folder is left unchanged.

    Raises
    ------
    OSError
        The folder cannot be created.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def make_private_file(path: Path, make: Callable[[Path], object]) -> None:
    """Create a file that only its owner can read, or restrict an existing file to its owner.

    Parameters
    ----------
    path : pathlib.Path
        The file. An existing file is never replaced.
    make : callable
        Receives an empty file to fill if the file does not exist.

    Raises
    ------
    OSError
        The file cannot be created, is a link or not a regular file, or belongs to another user.
    """
    if not os.path.lexists(path):
        descriptor, name = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
        os.close(descriptor)
        draft = Path(name)
        try:
            make(draft)
            with suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    # Use the name, because closing a descriptor releases all locks of this process on the file.
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a link, or not a plain file")
    if os.name == "posix":
        if status.st_uid != os.geteuid():
            raise OSError(errno.EPERM, "it belongs to another user")
        if stat.S_IMODE(status.st_mode) != 0o600:
            path.chmod(0o600)


def open_plain(path: Path, most: int) -> BufferedReader:
    """Open a regular file for reading, without following a link or waiting.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    most : int
        Maximum size in bytes.

    Raises
    ------
    OSError
        The file is a link, a folder, a pipe, or a device, is larger, or cannot be opened.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "it is a link, or not a plain file")
    file = os.fdopen(os.open(path, _READ), "rb")
    if os.fstat(file.fileno()).st_size > most:
        file.close()
        raise OSError(errno.EFBIG, f"it is larger than {most} bytes")
    return file


def write_private_file(path: Path, content: bytes) -> None:
    """Write a file (0600) completely and durably, or not at all.

    Raises
    ------
    OSError
        The file cannot be written; an existing file is unchanged.
    """
    descriptor, name = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a new name durable, on systems that can open a folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
