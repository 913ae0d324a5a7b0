"""Where a file goes: a path, which gets all of it or nothing, or an open file."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from ghl_notebook.errors import ArgumentError, GHLError


class WritableFile(Protocol):
    """An open file."""

    def write(self, data: Any, /) -> object:
        """Write some of its content."""


Destination = str | os.PathLike[str] | WritableFile


def write_to(
    destination: Destination, suffix: str, write: Callable[[IO[bytes]], object], encoding: str = ""
) -> None:
    """Write a file.

    Parameters
    ----------
    destination : str, os.PathLike or file object
        A path whose file is replaced when all is written; ``~`` is the home folder.
    suffix : str
        With which the path must end, in any case.
    write : callable
        Receives an open binary file.
    encoding : str
        Of a text, which may also be written to a file object that is opened for text.

    Raises
    ------
    ArgumentError
        If it is neither a path nor a file that is opened for writing bytes, or the suffix differs.
    GHLError
        If the system refuses to write the file.
    """
    if callable(getattr(destination, "write", None)):
        _write_open(destination, write, encoding)
        return
    if not isinstance(destination, str | os.PathLike) or isinstance(os.fspath(destination), bytes):
        raise ArgumentError(
            f"path is a {type(destination).__name__}.", "Pass a path or a file object."
        )
    path = Path(destination).expanduser()
    if path.suffix.lower() != suffix:
        raise ArgumentError(
            f"The path {str(path)!r} does not end with {suffix}.",
            f"Pass a path such as report{suffix}, or an open file.",
        )
    try:
        replace_file(path, write)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        step = "Choose a folder that exists, and in which you may write."
        if isinstance(error, PermissionError):
            step = "If the file is open in another program, close it there; or choose another path."
        reason = getattr(error, "strerror", None) or str(error)
        raise GHLError(f"The file {str(path)!r} could not be written: {reason}.", step) from None


def replace_file(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file completely, then give it its name; a pipe or device is written directly.

    Raises
    ------
    OSError
        If the file cannot be written; an existing file is unchanged.
    """
    path = path.resolve()  # the file behind a link, not the link
    try:
        mode: int | None = path.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as file:
            write(file)
        return
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        with draft.open("xb") as file:
            write(file)
        if mode is not None:
            draft.chmod(stat.S_IMODE(mode))
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def _write_open(file: Any, write: Callable[[IO[bytes]], object], encoding: str) -> None:
    content = io.BytesIO()
    write(content)
    data = content.getvalue()
    is_text = isinstance(file, io.TextIOBase)
    if is_text and not encoding:
        raise ArgumentError("The file is opened for text.", 'Open it with mode "wb".')
    try:
        file.write(data.decode(encoding) if is_text else data)
    except (OSError, ValueError, TypeError) as error:  # closed, read-only, or for text
        reason = getattr(error, "strerror", None) or str(error)
        raise GHLError(
            f"The open file could not be written: {reason}.", 'Open it with mode "wb".'
        ) from None
