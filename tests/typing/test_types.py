"""A type checker's view of the public names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

HERE = Path(__file__).parent


def test_the_public_names_have_the_types_they_promise() -> None:
    """mypy, strict, finds every `assert_type` right and every wrong use wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(HERE / "public.py")],
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("Success"), done.stdout + done.stderr
