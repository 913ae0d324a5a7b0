"""The samples of the README and of the documentation run, and print what stands beneath them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import samples_of

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
PAGES = {
    page.relative_to(ROOT).as_posix(): page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "_build" not in page.parts
    and any(not sample.not_run for sample in samples_of(page.read_text(encoding="utf-8")))
}

PAGE = """\
```python
one = 1
print(one + await two())
```

```text
3
```

<!-- not run: it would fail -->
```python
1 / 0
```
"""

TWO = "```python\nasync def two():\n    return 2\n```\n\n"


def run(*pages: Path) -> subprocess.CompletedProcess[str]:
    """Run the samples of pages, the simulator playing the user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GHL_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.samples", *map(str, pages)],
        env={**kept, "GHL_DEMO_USER": "simulated", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_samples_of_every_page_run() -> None:
    """Pasted one after the other, they do what the page says."""
    done = run(*PAGES.values())

    assert done.returncode == 0, done.stdout + done.stderr


def test_pages_have_samples() -> None:
    """The test above has something to run."""
    assert {"README.md", "docs/quickstart.md", "docs/agency.md"} <= PAGES.keys()


def test_a_page_is_read_as_one_program_and_what_is_wrong_is_noticed(tmp_path: Path) -> None:
    """Samples share their names, may await, and are compared with what they are to print."""
    pages = {
        "sound": (TWO + PAGE, ""),
        "other output": (TWO + PAGE.replace("3", "4"), "other output.md, line 7, prints:\n3"),
        "missing name": (PAGE, "NameError: name 'two' is not defined"),
        "error": (TWO + PAGE.replace("<!-- not run: it would fail -->", ""), "ZeroDivisionError"),
    }
    for name, (text, _) in pages.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")

    done = run(*(tmp_path / f"{name}.md" for name in pages))

    assert done.returncode == 1
    for _, said in pages.values():
        assert said in done.stderr
    assert "The samples of other output.md, missing name.md, error.md failed." in done.stderr
