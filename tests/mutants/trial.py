"""Whether each deliberate fault is caught by the tests that are named for it."""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .copy_of_tree import Copy, StoppedError
from .mutant import Mutant


class Verdict(StrEnum):
    """What has come of a fault."""

    CAUGHT = "caught"
    NOT_CAUGHT = "NOT caught"
    DOES_NOT_APPLY = "does not apply"
    NO_TEST = "no such test"
    NOT_SOUND = "test did not pass without it"
    TIMED_OUT = "timed out"
    BROKEN = "could not be run"


@dataclass(frozen=True)
class Result:
    """What has come of a fault, how long it took, and which test has failed first."""

    mutant: Mutant
    verdict: Verdict
    seconds: float = 0.0
    test: str = ""

    def __str__(self) -> str:
        return (
            f"{self.verdict:14} {self.mutant.room:11} {self.seconds:6.1f} s  {self.mutant.promise}"
        )


def try_all(
    mutants: Sequence[Mutant],
    tree: Path,
    python: Path,
    *,
    jobs: int = 1,
    seconds: float = 180.0,
    tell: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """Make each fault in a copy of a tree, and run the tests that are named for it.

    Parameters
    ----------
    mutants : sequence of Mutant
        The faults.
    tree, python : pathlib.Path
        The checkout, and the interpreter of its environment.
    jobs : int
        How many are tried at once, each in a copy of its own.
    seconds : float
        How long the tests of one fault may take.
    tell : callable
        Is told each result as it comes, by whichever thread.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Copy(tree, python, Path(folder).resolve() / f"copy{n}") for n in range(jobs)]
        try:
            tests = _find_tests(mutants, copies[0])
            sound = _sound_tests(tests.values(), copies)
            trials = queue.SimpleQueue[Mutant]()
            for mutant in mutants:
                trials.put(mutant)
            results: list[Result] = []

            def work(copy: Copy) -> None:
                while True:
                    try:
                        mutant = trials.get_nowait()
                        result = _try(mutant, tests[mutant], sound, copy, seconds)
                    except (queue.Empty, StoppedError):
                        return
                    results.append(result)
                    tell(result)

            with ThreadPoolExecutor(jobs) as pool:
                try:
                    list(pool.map(work, copies))
                except BaseException:
                    _stop(copies)
                    raise
        finally:
            _stop(copies)
    return sorted(results, key=lambda result: mutants.index(result.mutant))


def _stop(copies: Iterable[Copy]) -> None:
    for copy in copies:
        copy.stop()


def _find_tests(mutants: Sequence[Mutant], copy: Copy) -> dict[Mutant, list[str]]:
    """Return the ids of the tests that are named for each fault."""
    named = {test.partition("::")[0] for mutant in mutants for test in mutant.tests.split()}
    ids = copy.collect({file for file in named if (copy.folder / "tests" / file).exists()})
    return {
        mutant: [one for test in mutant.tests.split() for one in _chosen(test, ids)]
        for mutant in mutants
    }


def _chosen(test: str, ids: Iterable[str]) -> list[str]:
    place, _, name = test.partition("::")
    found = []
    for one in ids:
        path, _, function = one.partition("::")
        in_place = path == f"tests/{place}" or path.startswith(f"tests/{place}/")
        if in_place and name in function.partition("[")[0]:
            found.append(one)
    # One engine is enough to catch a fault.
    twins = set(found)
    return [
        one
        for one in found
        if "firefox" not in one or one.replace("firefox", "chromium") not in twins
    ]


def _sound_tests(chosen: Iterable[Sequence[str]], copies: Sequence[Copy]) -> set[str]:
    """Return the tests that pass where no fault is, of those that are named for any."""
    folders: dict[Path, list[str]] = {}
    for test in dict.fromkeys(one for tests in chosen for one in tests):
        folders.setdefault(Path(test.partition("::")[0]).parent, []).append(test)
    parts: list[list[list[str]]] = [[] for _ in copies]
    for number, tests in enumerate(folders.values()):
        parts[number % len(parts)].append(tests)
    with ThreadPoolExecutor(len(copies)) as pool:
        try:
            runs = list(pool.map(_run_each, copies, parts))
        except BaseException:
            _stop(copies)
            raise
    return {test for run in runs for test, passed in run.items() if passed}


def _run_each(copy: Copy, parts: Iterable[Sequence[str]]) -> dict[str, bool]:
    return {test: passed for part in parts for test, passed in copy.test(part, None).items()}


def _try(
    mutant: Mutant, tests: Sequence[str], sound: set[str], copy: Copy, seconds: float
) -> Result:
    path = copy.folder / "ghl_notebook" / mutant.file
    text = path.read_text(encoding="utf-8")
    changed = mutant.changed(text)
    if changed is None:
        return Result(mutant, Verdict.DOES_NOT_APPLY)
    if not tests:
        return Result(mutant, Verdict.NO_TEST)
    if not sound.issuperset(tests):
        return Result(mutant, Verdict.NOT_SOUND, test=min(set(tests) - sound))
    began = time.monotonic()
    path.write_text(changed, encoding="utf-8")
    test = ""
    try:
        outcome = copy.test(tests, seconds, "-x")
        test = next((name for name, passed in outcome.items() if not passed), "")
        verdict = Verdict.CAUGHT if test else Verdict.NOT_CAUGHT
    except TimeoutError:
        verdict = Verdict.TIMED_OUT
    except RuntimeError:
        verdict = Verdict.BROKEN
    finally:
        path.write_text(text, encoding="utf-8")
    return Result(mutant, verdict, time.monotonic() - began, test)
