"""A picture or video on this computer: checked and read before it is uploaded."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec

from ghl_notebook.disk import open_plain
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import HEAD_BYTES, check_text, media_type_of

MAX_BYTES: Final = 25_000_000
MAX_VIDEO_BYTES: Final = 500_000_000
"""The limits of ``POST /medias/upload-file``, from the vendor's apps/v3/medias-v3.json."""

_MEDIA: Final = ("image/", "video/")
_LIBRARY: Final = (*_MEDIA, "audio/", "application/pdf")
_BLOCK: Final = 2**20


class LocalFile(msgspec.Struct, frozen=True):
    """A file that can be uploaded.

    Attributes
    ----------
    path : pathlib.Path
        Where it is.
    type : str
        Its media type.
    size : int
        In bytes.
    sha256 : str
        The checksum of its content, in hex.
    """

    path: Path
    type: str
    size: int
    sha256: str

    @property
    def stored_name(self) -> str:
        """Its name in the media library, which identifies the content."""
        stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in self.path.stem)[:60]
        return f"{stem}-{self.sha256[:16]}{self.path.suffix.lower()}"

    def read(self) -> bytes:
        """Return the content.

        Raises
        ------
        ArgumentError
            If the file has changed since it was checked, or cannot be read.
        """
        try:
            with open_plain(self.path, limit_of(self.type)) as file:
                content = file.read()
        except OSError as error:
            _cannot_be_read(self.path, error)
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ArgumentError(
                f"{self.path.name} has changed while it was read.", "Run the call again."
            )
        return content


def limit_of(media_type: str) -> int:
    """Return the size in bytes that the media library accepts."""
    return MAX_VIDEO_BYTES if media_type.startswith("video/") else MAX_BYTES


def check_local_file(path: Any, *, only_media: bool = False) -> LocalFile:
    """Check a file: that it is there, its media type, and its size.

    Parameters
    ----------
    path : str or os.PathLike
        The file; ``~`` is your home folder.
    only_media : bool
        Reject everything but pictures and videos.

    Raises
    ------
    ArgumentError
        If it cannot be read, is of another type, is empty, or is too large.
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(
            f"The file is {type(path).__name__}, not a path.", 'Pass a path, as in "beach.jpg".'
        )
    found = Path(check_text("path", os.fsdecode(path)))
    try:
        found = found.expanduser().resolve()
        with open_plain(found, MAX_VIDEO_BYTES) as file:
            head = file.read(HEAD_BYTES)
            media_type = media_type_of(found.name, head)
            size = os.fstat(file.fileno()).st_size
            _check(found.name, media_type, size, _MEDIA if only_media else _LIBRARY)
            digest = hashlib.sha256(head)
            while block := file.read(_BLOCK):
                digest.update(block)
    except ArgumentError:
        raise
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: a null character
        _cannot_be_read(found, error)
    return LocalFile(found, str(media_type), size, digest.hexdigest())


def _check(name: str, media_type: str | None, size: int, accepted: tuple[str, ...]) -> None:
    if media_type is None or not media_type.startswith(accepted):
        kinds = ", ".join(one.strip("/") for one in accepted)
        raise ArgumentError(
            f"{name} is {media_type or 'a file of an unknown type'}; allowed: {kinds}.",
            "Save it in another format, for instance as .jpg, .png, or .mp4.",
        )
    if size == 0:
        raise ArgumentError(f"{name} is empty.", "Save it again.")
    most = limit_of(media_type)
    if size > most:
        raise ArgumentError(
            f"{name} has {size / 1e6:,.1f} MB; allowed: {most // 10**6} MB.",
            "Save it smaller.",
        )


def _cannot_be_read(path: Path, error: Exception) -> NoReturn:
    words = getattr(error, "strerror", None) or "it is not a file that can be read"
    raise ArgumentError(
        f"{path.name or path} cannot be read: {words}.",
        "Check the path; a path without a folder starts in the notebook's folder.",
    )
