"""Many cases as one test, where a test of its own would be most of the work of each."""

from __future__ import annotations

import functools
import inspect
import itertools
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

_SHOWN = 10
"""Failures that are shown whole; of more, the first line."""
_NAME = 80

Names = Callable[[Any], object] | Iterable[object]


class Failures:
    """What has failed, case by case.

    Attributes
    ----------
    tried : int
        How many cases there were.
    """

    def __init__(self) -> None:
        self.tried = 0
        self._failed: list[tuple[str, BaseException]] = []

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Try a case: what it raises is kept."""
        self.tried += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - told by `tell`
            self._failed.append((name, error))

    def tell(self) -> None:
        """Fail with the names of all cases that have failed, and with what each one said."""
        if not self._failed:
            return
        lines = [f"{len(self._failed)} of {self.tried} cases failed:"]
        for name, error in self._failed:
            first, *_ = str(error).splitlines() or [""]
            lines.append(f"- {name}: {type(error).__name__}: {first}")
        for name, error in self._failed[:_SHOWN]:
            # From the test on: the frames before are those of this module.
            frames = error.__traceback__ and error.__traceback__.tb_next
            shown = traceback.format_exception(type(error), error, frames)
            lines += ["", f"---- {name}", "".join(shown).rstrip()]
        pytest.fail("\n".join(lines), pytrace=False)


def folded(
    names: str | Sequence[str], values: Iterable[Any], *, ids: Names | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Try all cases in one test; used as ``pytest.mark.parametrize`` is.

    The cases share the test's fixtures, but for ``monkeypatch``, ``tmp_path``, and what pytest has
    captured: it is for those that leave nothing behind. Applied twice, the test goes through the
    product.

    Parameters
    ----------
    names : str or sequence of str
        The arguments.
    values : iterable
        Those of each case: one value where there is one argument, otherwise a tuple.
    ids : callable or iterable, optional
        Returns what a value is called; or the names of the cases.
    """
    arguments = [one.strip() for one in names.split(",")] if isinstance(names, str) else names
    cases = list(_cases(arguments, list(values), ids or _name))
    assert cases, f"no case of {names!r}"

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        inner = getattr(test, "_cases", [("", {})])
        body = getattr(test, "_body", test)
        every = [
            ("-".join(filter(None, names)), {k: v for one in given for k, v in one.items()})
            for names, given in (
                zip(*pair, strict=True) for pair in itertools.product(inner, cases)
            )
        ]
        if inspect.iscoroutinefunction(body):

            @functools.wraps(body)
            async def run(**fixtures: Any) -> None:
                failures = Failures()
                for name, given in every:
                    with failures.of(name), _own(fixtures, failures.tried) as own:
                        await body(**own, **given)
                failures.tell()
        else:

            @functools.wraps(body)
            def run(**fixtures: Any) -> None:
                failures = Failures()
                for name, given in every:
                    with failures.of(name), _own(fixtures, failures.tried) as own:
                        body(**own, **given)
                failures.tell()

        signature = inspect.signature(test)
        left = [one for one in signature.parameters.values() if one.name not in arguments]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        run._cases, run._body = every, body  # type: ignore[attr-defined]
        return run

    return decorate


@contextmanager
def _own(fixtures: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    own = dict(fixtures)
    with ExitStack() as stack:
        if "monkeypatch" in own:
            own["monkeypatch"] = stack.enter_context(own["monkeypatch"].context())
        for name, forget in (("caplog", "clear"), ("capsys", "readouterr")):
            if name in own:
                getattr(own[name], forget)()
        if "tmp_path" in own:
            own["tmp_path"] /= f"case {number}"
            own["tmp_path"].mkdir()
        yield own


def _cases(
    arguments: Sequence[str], values: list[Any], name: Names
) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = [(value,) if len(arguments) == 1 else tuple(value) for value in values]
    named = name if callable(name) else None
    names = ["-".join(str(named(one)) for one in row) for row in rows] if named else map(str, name)
    for row, case in zip(rows, names, strict=True):
        yield case, dict(zip(arguments, row, strict=True))


def _name(value: object) -> str:
    named = getattr(value, "__name__", None) or (value if isinstance(value, str) else repr(value))
    return str(named)[:_NAME]
