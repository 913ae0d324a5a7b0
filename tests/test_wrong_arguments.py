"""Whatever is passed to anything public, the error is one of this package, and comes soon.

Public functions, constructors, and methods are found by introspection. Each parameter gets every
wrong value while the other arguments are right. Python's own errors remain for missing and unknown
arguments: here, all calls are complete.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import random
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ghl_notebook as ghl
from tests.login.page import Page
from tests.test_planted_arguments import PUBLIC, SIMULATOR, UNBOUNDED, right

pytestmark = pytest.mark.exhaustive

SHARE = 0.25
"""Of all calls, how many a run makes: which ones differ from parameter to parameter."""


async def _coroutine() -> None:
    pass


WRONG: dict[str, Callable[[], object]] = {
    "None": lambda: None,
    "empty": lambda: "",
    "blank": lambda: " ",
    "zero": lambda: 0,
    "negative": lambda: -1,
    "fraction": lambda: 0.5,
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "large": lambda: 10**30,
    "complex": lambda: 1j,
    "True": lambda: True,
    "bytes": lambda: b"x",
    "object": object,
    "list": list,
    "dict": dict,
    "set": set,
    "[None]": lambda: [None],
    "nested": lambda: [[["x"]]],
    "items": lambda: {"x": object()},
    "range": lambda: range(3),
    "function": lambda: lambda: None,
    "failing function": lambda: lambda *_: 1 / 0,
    "empty DataFrame": pd.DataFrame,
    "wrong DataFrame": lambda: pd.DataFrame({"id": [None, 1], "date": ["x", object()]}),
    "repeated columns": lambda: pd.DataFrame([["a", "b"]], columns=["id", "id"]),
    "Series": lambda: pd.Series([1, None]),
    "NA": lambda: pd.NA,
    "NaT": lambda: pd.NaT,
    "naive datetime": lambda: datetime(2026, 1, 1),  # noqa: DTZ001
    "first datetime": lambda: datetime.min.replace(tzinfo=UTC),
    "last datetime": lambda: datetime.max.replace(tzinfo=UTC),
    "date": lambda: date(2026, 1, 1),
    "last date": lambda: date.max,
    "half a character": lambda: "\ud83d",
    "null": lambda: "a\0b",
    "long": lambda: "x" * 100_000,
    "path": lambda: Path("/proc/nothing/here"),
    "generator": lambda: (one for one in "ab"),
    "numpy integer": lambda: np.int64(3),
    "numpy array": lambda: np.zeros((2, 2)),
    "secret": lambda: ghl.Secret("x"),
    "coroutine": _coroutine,
    "class": lambda: int,
    "exception": lambda: ValueError("x"),
}

# They end what other calls use; `sharing` makes the clients of an agency.
LEFT_OUT = {"close", "aclose", "sharing"}


@pytest.fixture(scope="module", autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No page, no browser, and a folder of its own."""
    folder = str(tmp_path_factory.mktemp("own"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GHL_CREDENTIALS_DIR", folder)
        patch.setenv("GHL_PLANS_DIR", folder)
        patch.setattr("comm.create_comm", Page)
        patch.chdir(folder)
        yield


@pytest.fixture(scope="module")
def client() -> Iterator[ghl.DemoClient]:
    """A client whose answers come at once."""
    with SIMULATOR, ghl.DemoClient(SIMULATOR) as client:
        yield client


def parameters(public: Callable[..., object]) -> dict[str, inspect.Parameter]:
    """Return what can be passed by name."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    found = inspect.signature(public).parameters.items()
    return {name: one for name, one in found if one.kind in named and name != "self"}


def given(public: Callable[..., object], client: ghl.DemoClient) -> dict[str, object]:
    """Return arguments that make sense, where they are needed."""
    known = right() | {"client": client, "frame": "posts"}
    known |= dict.fromkeys(("timeout", "time_limit"), 0.001)
    return {
        name: known.get(name, "x")
        for name, one in parameters(public).items()
        if one.default is one.empty or name in ("timeout", "time_limit", "client")
    }


def fault(call: Callable[..., object], arguments: dict[str, object]) -> str:
    """Return what is wrong with how a call went; empty if nothing is."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            value = call(**arguments)
            if inspect.iscoroutine(value):
                value = asyncio.run(asyncio.wait_for(value, 30))
            if getattr(value, "simulator", SIMULATOR) is not SIMULATOR:
                value.close()
        except ghl.GHLError as error:
            if UNBOUNDED in str(error):
                return str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            return f"{type(error).__name__}: {error}"[:200]
        value = None
        gc.collect(0)
    texts = [str(one.message) for one in warned]
    forgotten = [text for text in texts if "never awaited" in text and "_coroutine" not in text]
    return forgotten[0] if forgotten else ""


def faults(name: str, public: Callable[..., Any], client: ghl.DemoClient) -> list[str]:
    """Return the faults of a function, with a share of the wrong values in each parameter."""
    found = []
    base = given(public, client)
    for parameter in parameters(public):
        chance = random.Random(f"{name} {parameter}")
        for kind, make in WRONG.items():
            if chance.random() > SHARE:
                continue
            value = make()
            if how := fault(public, base | {parameter: value}):
                found.append(f"{name}({parameter}: {kind}) {how}")
            if inspect.iscoroutine(value):
                value.close()
    return found


@pytest.mark.parametrize("name", PUBLIC)
def test_every_error_of_a_public_function_is_ours(name: str, client: ghl.DemoClient) -> None:
    """Functions and constructors."""
    found = faults(name, PUBLIC[name], client)
    assert not found, "\n".join(found)


def members(thing: object) -> dict[str, Callable[..., Any]]:
    """Return the public methods of an object, and of its groups of operations."""
    found = {}
    for name in dir(type(thing)):
        if name.startswith("_") or name in LEFT_OUT:
            continue
        member = getattr(thing, name)
        module = getattr(member, "__module__", None) or type(member).__module__
        if not str(module).startswith("ghl_notebook"):
            continue
        if callable(member):
            found[name] = member
        elif type(member).__module__.startswith("ghl_notebook.api.resources"):
            found |= {f"{name}.{inner}": one for inner, one in members(member).items()}
    return found


def test_every_error_of_a_clients_method_is_ours(client: ghl.DemoClient) -> None:
    """Blocking and awaited, of all groups of operations."""
    found: list[str] = []
    for thing in (client, client.core):
        for name, member in members(thing).items():
            found += faults(f"{type(thing).__name__}.{name}", member, client)
    assert not found, "\n".join(found)


def test_every_error_of_an_agencys_method_is_ours(client: ghl.DemoClient) -> None:
    """Blocking and awaited."""
    found: list[str] = []
    with ghl.DemoAgency(client.simulator) as agency:
        for thing in (agency, agency.core):
            for name, member in members(thing).items():
                found += faults(f"{type(thing).__name__}.{name}", member, client)
    assert not found, "\n".join(found)
