"""Notebooks that are run as tests, by nbval."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# Nothing else that pytest would load by itself, and not what jsonschema compiles for the format
# `iri` of other documents: either takes longer than most notebooks.
_PYTEST = """
import sys
sys.modules["rfc3987_syntax"] = None
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""

# A kernel that does not start is an error, and what it was to run is skipped.
_FAULTS = ("failure", "error", "skipped")
_COLORS = re.compile(r"#x1B\[[\d;]*m")


@dataclass(frozen=True)
class Judged:
    """What nbval has said of one notebook.

    Attributes
    ----------
    passed : int
        Cells that gave what they were to give.
    failed : list of str
        What is said of each of the others.
    """

    passed: int
    failed: list[str]


def run_nbval(paths: Iterable[Path], folder: Path, *, strict: bool = True) -> dict[str, Judged]:
    """Run notebooks, and return what is said of each, by its name without the ending.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        The notebooks; no two of one name.
    folder : pathlib.Path
        An empty one, for the report.
    strict : bool
        The outputs have to be those that are saved.
    """
    report = folder / "report.xml"
    done = subprocess.run(
        [
            *(sys.executable, "-c", _PYTEST, "-p", "nbval.plugin", "-p", "no:cacheprovider"),
            *("-c", os.devnull, "--rootdir", str(folder), f"--junit-xml={report}"),
            *("-o", "junit_family=xunit1"),  # which names the files
            *("--nbval" if strict else "--nbval-lax", "--nbval-current-env", *map(str, paths)),
        ],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    judged: dict[str, Judged] = {}
    for cell in ET.parse(report).iter("testcase"):
        name = Path(cell.attrib["file"]).stem
        one = judged.get(name, Judged(0, []))
        failed = [
            f"{cell.attrib['name']}: {_COLORS.sub('', fault.text or '')}"
            for fault in cell
            if fault.tag in _FAULTS
        ]
        judged[name] = Judged(one.passed + (not failed), one.failed + failed)
    return judged
