"""Reads the arguments that several charts have."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.errors import ArgumentError


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Raise an `ArgumentError` for what is none of the choices."""
    known = list(choices)
    if value not in known:
        named = " or ".join(f'"{one}"' for one in known)
        raise ArgumentError(f"{name} is {value!r}.", f"Choose {named}.")


def check_number(name: str, value: object, least: int, most: int) -> None:
    """Raise an `ArgumentError` for what is no number between two others."""
    if not isinstance(value, int | float) or not least <= value <= most:
        raise ArgumentError(f"{name} is {value!r}.", f"Pass a number from {least} to {most}.")
