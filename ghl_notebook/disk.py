"""Files that only their owner can read: written whole or not at all, opened only if plain."""

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
"""How the name of a file begins that is being written; readers of tables ignore such names."""

_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    # Opening a pipe would wait for a writer.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into; one that is there stays as it is.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def make_private_file(path: Path, make: Callable[[Path], object]) -> None:
    """Have a file there that only its owner can read; one that is there is narrowed to that.

    Parameters
    ----------
    path : pathlib.Path
        The file. It never takes another one's place.
    make : callable
        Is given an empty file to fill, where there is none yet.

    Raises
    ------
    OSError
        If it cannot be made, is a link or not a plain file, or belongs to somebody else.
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
    # By its name: closing a descriptor takes away all locks of this process on the file.
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a link, or not a plain file")
    if os.name == "posix":
        if status.st_uid != os.geteuid():
            raise OSError(errno.EPERM, "it belongs to another user")
        if stat.S_IMODE(status.st_mode) != 0o600:
            path.chmod(0o600)


def open_plain(path: Path, most: int) -> BufferedReader:
    """Open a file to read it, without following a link or waiting for anything.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    most : int
        Bytes that it may have.

    Raises
    ------
    OSError
        If it is a link, a folder, a pipe or a device, is larger, or cannot be opened.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "it is a link, or not a plain file")
    file = os.fdopen(os.open(path, _READ), "rb")
    if os.fstat(file.fileno()).st_size > most:
        file.close()
        raise OSError(errno.EFBIG, f"it is larger than {most} bytes")
    return file


def place(path: Path, content: bytes) -> None:
    """Write a file (0600), which is there whole and on the disk or not at all.

    Raises
    ------
    OSError
        If it cannot be written; what was there under that name is as it was.
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
    """Have the new name survive a power cut; not every system lets a folder be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
