"""The samples of Markdown pages, and a way to run them: ``python -m tests.samples PAGE...``.

All ```` ```python ```` blocks of a page are one program, as the cells of a notebook. A block after
the comment ``<!-- not run: why -->`` is left out. A ```` ```text ```` block right after one that
runs is what that prints.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import sys
import tempfile
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ghl_notebook as ghl

_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>[^>\n]+) -->\n)?"
    r"(?P<indent> *)```python\n(?P<code>.*?)\n(?P=indent)```\n"
    r"(?:\n*```text\n(?P<prints>.*?)\n```\n)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A block of code.

    Attributes
    ----------
    line : int
        Of the page, at which the code begins.
    code : str
        The code.
    prints : str or None
        What it is said to print.
    not_run : str or None
        Why it is not run.
    """

    line: int
    code: str
    prints: str | None
    not_run: str | None


def samples_of(text: str) -> list[Sample]:
    """Return the samples of a page, in order."""
    return [
        Sample(
            line=text.count("\n", 0, found.start("code")) + 1,
            code=textwrap.dedent(found["indent"] + found["code"]),
            prints=found["prints"],
            not_run=found["why"],
        )
        for found in _BLOCK.finditer(text)
    ]


async def run(text: str, name: str) -> None:
    """Run a page's samples in one namespace, and compare what they print.

    Raises
    ------
    AssertionError
        If one prints something else.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for sample in samples_of(text):
        if sample.not_run:
            continue
        code = compile(
            "\n" * (sample.line - 1) + sample.code,
            name,
            "exec",
            flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        )
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            result = eval(code, names)
            if inspect.isawaitable(result):
                await result
        said = "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
        if sample.prints is not None and said != sample.prints:
            raise AssertionError(f"{name}, line {sample.line}, prints:\n{said}")
    for value in names.values():
        if isinstance(value, ghl.Client | ghl.Agency):
            value.close()


def run_page(page: Path) -> int:
    """Run a page's samples in an empty folder, and return an exit code."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            asyncio.run(run(text, str(page)))
        except Exception:  # noqa: BLE001 - whatever a reader would see
            traceback.print_exc()
            return 1
    return 0


def main(pages: list[Path]) -> int:
    """Run the samples of pages, each in a process of its own, and return an exit code."""
    for name in ghl.__all__:  # imported once for all: that is most of the work of a page
        getattr(ghl, name)
    failed = []
    for page in pages:
        if (child := os.fork()) == 0:
            code = run_page(page)
            sys.stdout.flush()
            sys.stderr.flush()
            # A forked process ends at once: a thread that imports at that moment could stop it.
            os._exit(code)
        if os.waitpid(child, 0)[1] != 0:
            failed.append(page.name)
    if failed:
        print(f"The samples of {', '.join(failed)} failed.", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main([Path(page).resolve() for page in sys.argv[1:]]))
