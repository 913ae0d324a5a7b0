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


def run(page: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a page's samples in an empty folder, the simulator playing the user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GHL_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.samples", str(page)],
        cwd=folder,
        env={**kept, "GHL_DEMO_USER": "simulated", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_samples_of_a_page_run(name: str, tmp_path: Path) -> None:
    """Pasted one after the other, they do what the page says."""
    done = run(PAGES[name], tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_pages_have_samples() -> None:
    """The test above has something to run."""
    assert {"README.md", "docs/quickstart.md", "docs/agency.md"} <= PAGES.keys()


def test_a_page_is_read_as_one_program(tmp_path: Path) -> None:
    """Samples share their names, may await, and are compared with what they are to print."""
    page = tmp_path / "page.md"
    page.write_text(TWO + PAGE, encoding="utf-8")

    assert run(page, tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (TWO + PAGE.replace("3", "4"), "page.md, line 7, prints:\n3"),
        (PAGE, "NameError: name 'two' is not defined"),
        (TWO + PAGE.replace("<!-- not run: it would fail -->", ""), "ZeroDivisionError"),
    ],
)
def test_a_sample_that_is_wrong_is_noticed(page: str, said: str, tmp_path: Path) -> None:
    """Another output, a missing name, an error."""
    path = tmp_path / "page.md"
    path.write_text(page, encoding="utf-8")

    done = run(path, tmp_path)

    assert done.returncode == 1
    assert said in done.stderr
