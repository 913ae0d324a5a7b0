"""The rooms of the package: which may import which, and where the tests of each are.

::

    python -m tests.rooms fetch    # tests of a room and of those that import it, one path a line
    python -m tests.rooms card     # a folder of tests that are not one room's
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent

# Room → the rooms that it may import; its own modules are always allowed.
MAY_IMPORT: dict[str, set[str]] = {
    "sanitize": set(),
    "errors": {"sanitize"},
    "secret": {"errors"},
    "guard": {"errors"},
    "summary": {"sanitize"},
    "disk": set(),
    "settings": {"errors", "sanitize", "secret"},
    "background": {"errors"},
    "gc_pause": set(),
    "transport": {
        "background", "gc_pause", "errors", "guard", "sanitize", "secret", "settings",
    },
    "models": {"gc_pause", "errors", "guard", "sanitize", "secret", "summary"},
    "auth": {
        "background", "errors", "guard", "models", "sanitize", "secret", "settings", "transport",
    },
    "api": {
        "auth", "background", "disk", "errors", "guard", "models", "secret", "settings", "summary",
        "transport",
    },
    "frames": {"errors", "models"},
    "agency": {
        "api", "background", "disk", "errors", "guard", "models", "sanitize", "transport",
    },
    "fetch": {
        "agency", "api", "background", "disk", "errors", "frames", "guard", "models", "settings",
    },
    "analysis": {"errors", "frames", "guard", "models"},
    "export": {"errors", "guard", "models", "sanitize"},
    "plot": {"analysis", "errors", "guard", "models", "sanitize", "settings"},
    "widgets": {"errors", "settings"},
    "login": {
        "api", "auth", "background", "errors", "guard", "models", "sanitize", "secret", "settings",
        "transport", "widgets",
    },
    "panel": {
        "api", "background", "errors", "fetch", "guard", "login", "models", "settings", "widgets",
    },
    "diagnosis": {
        "api", "background", "errors", "guard", "login", "models", "sanitize", "settings",
    },
    "verify": {
        "api", "errors", "login", "models", "sanitize", "secret", "settings", "transport",
    },
    "command": {
        "_demo", "api", "diagnosis", "errors", "export", "fetch", "models", "sanitize", "verify",
    },
    "__main__": {"command"},
    "simulator": set(),
    "_demo": {
        "api", "auth", "background", "errors", "fetch", "guard", "login", "models", "secret",
        "settings", "simulator", "transport",
    },
}  # fmt: skip
MAY_IMPORT["__init__"] = set(MAY_IMPORT)

_SCREENS = {"IPython", "anywidget", "ipykernel", "ipywidgets"}
_FRAMES = {"pandas", "pyarrow"}
CHARTS = {"altair", "vl_convert"}

# Room → libraries that it must never know.
MUST_NOT_KNOW: dict[str, set[str]] = {
    "secret": {"httpx", *_FRAMES, *_SCREENS},
    "sanitize": {"httpx", *_FRAMES, *_SCREENS},
    "errors": {"httpx", *_FRAMES, *_SCREENS},
    "guard": {"httpx", *_FRAMES, *_SCREENS},
    "summary": {"httpx", *_FRAMES, *_SCREENS},
    "disk": {"httpx", *_FRAMES, *_SCREENS},
    "settings": {"httpx", *_FRAMES, *_SCREENS},
    "background": {"httpx", *_FRAMES, *_SCREENS},
    "gc_pause": {"httpx", *_FRAMES, *_SCREENS},
    "transport": {*_FRAMES, *_SCREENS},
    "models": {"httpx", *_FRAMES, *_SCREENS},
    "auth": {*_FRAMES, *_SCREENS},
    "api": {*_FRAMES, *_SCREENS},
    "frames": {"httpx", *_SCREENS},
    "agency": {"httpx", *_SCREENS},
    "fetch": {"httpx", "pyarrow", *_SCREENS},
    "analysis": {"httpx", "pyarrow", *_SCREENS},
    "export": {"httpx", "pyarrow", *_SCREENS},
    "plot": {"httpx", "pyarrow", *_SCREENS},
    "widgets": {"httpx", *_FRAMES, *_SCREENS},
    "login": {"httpx", *_FRAMES},
    "panel": {"httpx", "pyarrow"},
    "diagnosis": {"httpx", *_FRAMES, *_SCREENS},
    "verify": {*_FRAMES, *_SCREENS},
    "command": {"httpx", *_FRAMES, *_SCREENS},
    "__main__": {"httpx", *_FRAMES, *_SCREENS},
    "simulator": {*_FRAMES, *_SCREENS},
    "_demo": {"httpx", *_FRAMES, *_SCREENS},
    "__init__": {"httpx", *_FRAMES, *_SCREENS},
}


# Room → its tests beyond `tests/<room>` and `tests/test_<room>.py`.
TESTED_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "__init__": ("tests/test_door.py", "tests/typing"),
    "command": ("tests/diagnosis", "tests/verify/test_command.py"),
    "__main__": ("tests/verify/test_command.py",),
    "_demo": ("tests/agency/test_demo.py",),
    "login": ("tests/test_sockets.py",),
    "simulator": ("tests/test_sockets.py",),
    "transport": ("tests/auth/test_endpoint.py",),
}


def importers(room: str) -> list[str]:
    """Return the rooms that may import a room, in the order of the table."""
    return [other for other, allowed in MAY_IMPORT.items() if room in allowed]


def own_tests(name: str) -> list[str]:
    """Return where the tests called by a name are: of a room, or of a folder or file of tests."""
    by_name = [f"tests/test_{name}.py"] if (TESTS / f"test_{name}.py").exists() else []
    if any((TESTS / name).glob("test_*.py")):
        by_name.append(f"tests/{name}")
    return [*by_name, *TESTED_ELSEWHERE.get(name, ())]


def names() -> list[str]:
    """Return all names that have tests: the rooms, then the other folders and files of tests."""
    found = {path.parent.name for path in TESTS.glob("*/test_*.py")}
    found |= {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    return [*MAY_IMPORT, *sorted(found - set(MAY_IMPORT))]


def paths_of(name: str) -> list[str]:
    """Return where the tests of a room and of the rooms that import it are.

    Raises
    ------
    KeyError
        There is neither a room nor a folder or file of tests of this name.
    """
    if name not in names():
        raise KeyError(name)
    rooms = [name, *importers(name)] if name in MAY_IMPORT else [name]
    return _distinct(path for room in rooms for path in own_tests(room))


def _distinct(paths: Iterable[str]) -> list[str]:
    """Return paths once each, without those in a folder that is among them."""
    once = dict.fromkeys(paths)
    return [path for path in once if not any(path.startswith(f"{other}/") for other in once)]


def main() -> None:
    """Print the paths of the tests of the rooms that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.rooms", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="room", choices=names())
    asked = parser.parse_args().names
    print(*_distinct(path for name in asked for path in paths_of(name)), sep="\n")


if __name__ == "__main__":
    main()
