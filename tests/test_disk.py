"""Files of their owner alone, there whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ghl_notebook.disk import make_private_folder, open_plain, write_private_file


def test_what_is_written_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask allows; a folder that was there stays as it is."""
    umask = os.umask(0)
    try:
        make_private_folder(tmp_path / "folder")
        write_private_file(tmp_path / "folder" / "file", b"content")
    finally:
        os.umask(umask)
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.rglob("*")}
    assert modes == {"folder": 0o700, "file": 0o600}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_what_cannot_be_placed_leaves_what_was_there(tmp_path: Path) -> None:
    """And no draft."""
    (tmp_path / "taken" / "by").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_private_file(tmp_path / "taken", b"content")
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]


def test_only_a_plain_file_is_opened(tmp_path: Path) -> None:
    """Nothing is waited for, and no link followed."""
    write_private_file(tmp_path / "file", b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with open_plain(tmp_path / "file", 7) as file:
        assert file.read() == b"content"
    for name in ("link", "folder", "pipe"):
        with pytest.raises(OSError, match="not a plain file"):
            open_plain(tmp_path / name, 7)
    with pytest.raises(OSError, match="larger than 6 bytes"):
        open_plain(tmp_path / "file", 6)
