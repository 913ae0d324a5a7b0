"""Reads the arguments that a client and an agency have in common."""

from __future__ import annotations

import numbers

import httpx

from ghl_notebook.errors import ArgumentError
from ghl_notebook.settings import check_id
from ghl_notebook.transport import API_VERSIONS

_MAX_SECONDS = 1_000_000


def check_seconds(name: str, value: object) -> None:
    """Raise an `ArgumentError` for what is no time to wait; what is no number is not repeated."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (is_number and 0 < value <= _MAX_SECONDS):  # type: ignore[operator]
        shown = f"{value!r}" if is_number else f"a {type(value).__name__}"
        raise ArgumentError(
            f"{name} is {shown}.", f"Pass seconds: a number above 0, up to {_MAX_SECONDS:,}."
        )


def check_patience(timeout: object) -> None:
    """Raise an `ArgumentError` for a `timeout` that nothing can wait for; None is for no limit."""
    is_over = isinstance(timeout, numbers.Real) and timeout <= 0  # a look, without a wait
    if timeout is not None and not is_over:
        check_seconds("timeout", timeout)


def check_kind(name: str, value: object, fits: bool, wanted: str) -> None:
    """Raise an `ArgumentError` for an argument of another kind; its value is not repeated."""
    if not fits:
        raise ArgumentError(f"{name} is a {type(value).__name__}, not {wanted}.", f"Pass {wanted}.")


def check_sending(
    api_version: object, *, timeout: object, total_timeout: object, transport: object, clock: object
) -> None:
    """Raise an `ArgumentError` for an argument that a sender or its transport cannot use."""
    if api_version is not None and api_version not in API_VERSIONS:
        raise ArgumentError(
            f"There is no version {api_version!r} of the service's API.",
            f"Choose one of: {', '.join(API_VERSIONS)}.",
        )
    check_seconds("timeout", timeout)
    check_seconds("total_timeout", total_timeout)
    is_transport = transport is None or isinstance(transport, httpx.AsyncBaseTransport)
    check_kind("transport", transport, is_transport, "an httpx.AsyncBaseTransport")
    check_kind("clock", clock, callable(clock), "a function that returns the current time")


def read_location_id(text: str) -> str:
    """Return the ID of a sub-account, which may be passed as the address of one of its pages.

    Raises
    ------
    SettingsError
        If the text is an address without an ID.
    """
    return check_id("location_id", text) if "/" in text else text
