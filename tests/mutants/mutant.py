"""One deliberate fault, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A change of one place, which breaks a promise.

    Attributes
    ----------
    promise : str
        What is true without the change.
    file : str
        Below ``ghl_notebook/``.
    old, new : str
        What is there exactly once, and what takes its place.
    tests : str
        Which tests catch it, separated by blanks: a file or folder below ``tests/``, ``::``, and a
        part of a test's name without its ``test_``.
    """

    promise: str
    file: str
    old: str
    new: str
    tests: str

    @property
    def room(self) -> str:
        """The room of the package that it is in."""
        return self.file.partition("/")[0].removesuffix(".py")

    def changed(self, text: str) -> str | None:
        """Return a file's text with the fault; None where it does not apply."""
        return text.replace(self.old, self.new) if text.count(self.old) == 1 else None
