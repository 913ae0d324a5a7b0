"""The file that describes a run, rewritten with each part; a checksum shows changes to it."""

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
from ghl_notebook.errors import FolderError, raise_without_context

from .failures import Failure

FORMAT: Final = 3
RECORD: Final = "_run.json"

_MAX_RECORD_BYTES: Final = 2**26

S = TypeVar("S", bound=msgspec.Struct)


class Version(msgspec.Struct):
    """The part of the file that every format has."""

    format: int


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The contents and the progress of a run.

    Attributes
    ----------
    id : str
        Unique id of the run.
    name, options
        What is fetched: see `FetchSpec`.
    company_id, base_url : str
        The agency, and where its API is.
    is_selection : bool
        Whether the caller has named the sub-accounts.
    location_ids : list of str
        The sub-accounts, in the order of the DataFrame.
    parts : list of str
        File names of the parts written so far.
    is_complete : bool
        Whether the run has reached all sub-accounts.
    failures : list of Failure
        The sub-accounts that failed, once the run is complete.
    """

    format: int = FORMAT
    id: str
    name: str
    options: dict[str, Any]
    company_id: str
    base_url: str
    is_selection: bool
    location_ids: list[str]
    parts: list[str] = []
    is_complete: bool = False
    failures: list[Failure] = []


class _Checksummed(msgspec.Struct):
    sha256: str
    content: msgspec.Raw


def write_record(path: Path, value: msgspec.Struct) -> None:
    """Write a record with its checksum.

    Raises `FolderError` if the file cannot be written.
    """
    # An error's text may contain half a surrogate pair, which is not valid UTF-8.
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=1)
    content = text.encode(errors="replace")
    with folder_errors(path, "written"):
        write_private_file(
            path, b'{"sha256": "%b", "content": %b}\n' % (_checksum(content), content)
        )


def read_record(path: Path, type_: type[S], next_step: str) -> S | None:
    """Read a record, and compare its checksum; None if there is no file.

    Raises `FolderError` if the file cannot be read, or was changed.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    type_ : type
        The record's class.
    next_step : str
        What the user can do if the file is damaged.
    """
    with folder_errors(path, "read"):
        if not os.path.lexists(path):
            return None
        try:
            with open_plain(path, _MAX_RECORD_BYTES) as file:
                found = msgspec.json.decode(file.read(), type=_Checksummed)
            if found.sha256.encode() == _checksum(bytes(found.content)):
                return msgspec.json.decode(found.content, type=type_)
        except (ValueError, RecursionError):  # not JSON, or other JSON
            pass
    raise FolderError(f"{path} is damaged: its checksum does not match.", next_step)


@contextmanager
def folder_errors(path: Path, action: str) -> Iterator[None]:
    """Turn errors of a disk or a damaged file into a `FolderError`.

    Parameters
    ----------
    path : pathlib.Path
        The file or folder.
    action : str
        What cannot be done with it, as a participle.
    """
    try:
        yield
    except FolderError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        reason: Any = getattr(error, "strerror", None) or type(error).__name__
        raise_without_context(
            FolderError(
                f"{path} cannot be {action}: {reason}.",
                "Name another folder, check permissions and free disk space, or move it away.",
            )
        )


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
