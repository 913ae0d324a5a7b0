"""What may happen to a file or folder, and the public functions that read folders of runs."""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ghl_notebook as ghl
from ghl_notebook.fetch.options import FetchOptions

Damage = Callable[[Path, Path], None]
"""Is given what to damage, and what stands in its place in another run (or is not there)."""


def _write(content: Callable[[bytes], bytes]) -> Damage:
    return lambda path, _: path.write_bytes(content(path.read_bytes())) and None


def _in_its_place(make: Callable[[Path, Path], object]) -> Damage:
    def damage(path: Path, other: Path) -> None:
        away = path.with_name(f"..{path.name}")
        path.rename(away)
        make(path, other)
        shutil.rmtree(away) if away.is_dir() else away.unlink()

    return damage


def _link(path: Path, _: Path) -> None:
    away = path.parents[1] / f"..{path.name}"
    path.rename(away)
    path.symlink_to(away)


def _flipped(at: float) -> Damage:
    def flip(content: bytes) -> bytes:
        place = int(at * (len(content) - 1))
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return _write(lambda content: flip(content) if content else b"\1")


def _copied(path: Path, _: Path) -> None:
    name = f"{path.stem}1{path.suffix}"
    (shutil.copytree if path.is_dir() else shutil.copy2)(path, path.with_name(name))


def _swapped(path: Path, other: Path) -> None:
    if other.exists():
        shutil.copy2(other, path)


def _added(path: Path, other: Path) -> None:
    if other.exists():
        shutil.copy2(other, path.with_name(other.name if other.name != path.name else "_more.json"))


def _other_content(path: Path, _: Path) -> None:
    others = [one for one in path.parent.glob(f"*{path.suffix}") if one != path and one.is_file()]
    if others:
        path.write_bytes(others[0].read_bytes())


DAMAGES: dict[str, Damage] = {
    "nothing": lambda *_: None,
    "removed": lambda path, _: path.unlink(),
    "empty": _write(lambda _: b""),
    "half": _write(lambda content: content[: len(content) // 2]),
    "longer": _write(lambda content: content + b" x"),
    "flipped first": _flipped(0),
    "flipped third": _flipped(1 / 3),
    "flipped middle": _flipped(1 / 2),
    "flipped last": _flipped(1),
    "not UTF-8": _write(lambda _: b'{"sha256": "\xff\xfe"}'),
    "null": _write(lambda _: b"null"),
    "zeros": _write(lambda content: bytes(len(content))),
    "list": _write(lambda _: b"[]"),
    "object": _write(lambda _: b"{}"),
    "half a character": _write(lambda _: b'{"format": "\\ud83d"}'),
    "large number": _write(lambda _: b'{"format": ' + b"9" * 5_000 + b"}"),
    "nested lists": _write(lambda _: b"[" * 10_000),
    "nested objects": _write(lambda _: b'{"a":' * 10_000),
    "folder": _in_its_place(lambda path, _: path.mkdir()),
    "link to it": _link,
    "link to nothing": _in_its_place(lambda path, _: path.symlink_to(path.parent / "nothing")),
    "link to itself": _in_its_place(lambda path, _: path.symlink_to(path)),
    "device": _in_its_place(lambda path, _: path.symlink_to("/dev/zero")),
    "pipe": _in_its_place(lambda path, _: os.mkfifo(path)),
    "copied to the next": _copied,
    "of another run": _swapped,
    "beside that of another run": _added,
    "of another file": _other_content,
    "huge": lambda path, _: os.truncate(path, 2**40),
    "unreadable": lambda path, _: path.chmod(0),
}
"""What happens to a file."""

FOLDER_DAMAGES = (
    *("nothing", "link to it", "link to nothing", "link to itself", "pipe", "unreadable"),
    *("copied to the next", "folder"),
)
"""What happens to a folder."""


def entries(folder: Path) -> Iterator[Path]:
    """Yield every file and folder below one, as they are found."""
    yield from sorted(folder.rglob("*"))


def run_makers() -> dict[str, Callable[..., Any]]:
    """Return the public functions that take a folder among the options of a run."""
    return {name: one for name, one in _functions() if _takes_options(one)}


def run_readers() -> dict[str, Callable[..., Any]]:
    """Return the public functions that read a folder, or a path."""
    names = {"folder", "path", "directory"}
    return {
        name: one
        for name, one in _functions()
        if names & {*inspect.signature(one).parameters}
        and not _takes_options(one)
        and not name.startswith("write_")
    }


def _functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in ghl.__all__:
        if inspect.isfunction(function := getattr(ghl, name)):
            yield name, function


def _takes_options(function: Callable[..., Any]) -> bool:
    return FetchOptions.__annotations__.keys() <= inspect.signature(function).parameters.keys()
