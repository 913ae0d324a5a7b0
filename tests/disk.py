"""What is done to the disk, in its order: what a power cut leaves depends on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


def watch_disk(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return a list that grows with what is synced or given a name, by its inode."""
    steps: list[tuple[str, int]] = []
    sync, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        steps.append(("synced", os.fstat(descriptor).st_ino))

    def named(draft: Any, target: Any) -> None:
        replace(draft, target)
        steps.append(("named", Path(target).stat().st_ino))

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", named)
    return steps


def whole(path: Path) -> list[tuple[str, int]]:
    """Return the steps after which a file is there whole or not at all, and stays."""
    file, folder = path.stat().st_ino, path.parent.stat().st_ino
    return [("synced", file), ("named", file), ("synced", folder)]
