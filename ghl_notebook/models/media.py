"""Files of the media library, and the media types of pictures and videos."""

from __future__ import annotations

import mimetypes
from typing import Final, Self

from .record import Record, with_id

_SIGNATURES: Final = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
_ALIASES: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "video/mov": "video/quicktime",
    "video/x-m4v": "video/mp4",
}
HEAD_BYTES: Final = 16
"""How many bytes of a file `media_type_of` needs."""


class UploadedMedia(Record, kw_only=True):
    """A file that was uploaded to the media library.

    `url` and `type` are what `PostMedia` needs; `sha256` is the checksum of the content, in hex.
    """

    file_id: str | None = None
    url: str | None = None
    type: str | None = None
    name: str | None = None
    sha256: str | None = None


class LibraryFile(Record, kw_only=True):
    """A file or folder of the media library."""

    id: str | None = None
    name: str | None = None
    url: str | None = None
    type: str | None = None
    parent_id: str | None = None
    path: str | None = None

    @classmethod
    def from_wire(cls, wire: object) -> Self:
        """Make a record from decoded JSON; the id has either of two names."""
        return super().from_wire(with_id(wire))


def media_type_of(name: str, head: bytes) -> str | None:
    """Return the media type of a file, such as ``image/jpeg``; None if it is unknown.

    The content decides; the name does for formats without a known signature.

    Parameters
    ----------
    name : str
        The file's name.
    head : bytes
        Its first bytes.
    """
    for offset, signature, found in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return found
    return plain_media_type(mimetypes.guess_type(name)[0])


def plain_media_type(value: object) -> str | None:
    """Return a media type in lower case, without parameters and aliases; None if it is not one."""
    if not isinstance(value, str):
        return None
    found = value.partition(";")[0].strip().lower()
    kind, _, subtype = found.partition("/")
    if not (kind and subtype):
        return None
    return _ALIASES.get(found, found)
