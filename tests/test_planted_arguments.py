"""A secret that is passed to anything public, in any place and of any type, shows nowhere.

Every public function and class that callers make is here by introspection, with every parameter. In
each parameter the secret is planted in every form, with the other arguments right and with each of
them wrong. Whatever comes of it, an error of this package or a value, is searched.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import itertools
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pandas as pd
import pytest
from IPython.core.ultratb import VerboseTB

import ghl_notebook as ghl
from ghl_notebook.settings import SETTINGS
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub
from tests.login.page import Page
from tests.planted import Logs, faces, traceback_with_locals

pytestmark = pytest.mark.exhaustive

SECRET = "pit-5f2c91ab-planted-7f3a"
# An app's secret has no form that could be recognized, and hidden in a sentence.
FORMLESS = SECRET.removeprefix("pit-")
NUMBER = 915247363915247363


class Thing:
    """Something else, which shows what it holds."""

    def __init__(self, held: object) -> None:
        self.held = held

    def __repr__(self) -> str:
        return f"Thing({self.held!r})"


class Text(str):
    """Almost a string."""


FORMS: dict[str, Callable[[str], object]] = {
    "string": str,
    "a string's subclass": Text,
    "with a space": lambda secret: f"{secret} {secret}",
    "with a line break": lambda secret: f"{secret}\n",
    "bytes": str.encode,
    "number": lambda _: NUMBER,
    "formless": lambda _: FORMLESS,
    "formless bytes": lambda _: FORMLESS.encode(),
    "list": lambda secret: [secret],
    "tuple": lambda secret: (secret,),
    "dict": lambda secret: {secret: secret},
    "object": Thing,
    "password": lambda secret: f"https://user:{secret}@host.test",
    "password to http": lambda secret: f"http://user:{secret}@host.test/{secret}",
    "query": lambda secret: f"http://host.test/?key={secret}",
}

SIMULATOR = Simulator()
TOGETHER = ("string", "bytes", "formless")

# What is public and not in the search. Errors are made of sentences, and records and findings of
# what they show; this package makes them, callers do not.
SHOWS = (BaseException, msgspec.Struct, ghl.Diagnosis, ghl.Finding)
PUBLIC = {
    name: thing
    for name, thing in ((name, getattr(ghl, name)) for name in ghl.__all__)
    if not inspect.ismodule(thing) and not (inspect.isclass(thing) and issubclass(thing, SHOWS))
}
# How a wait for a person ends that no argument has bounded: it is over only after half a minute.
UNBOUNDED = "No card answered"
# These are no token's form, so a sentence may quote them: they are planted where a secret belongs.
OF_NO_FORM = ("number", "formless", "formless bytes")
OF_SECRETS = re.compile(r"\bSecret\b")


def parameters(public: Callable[..., object]) -> dict[str, inspect.Parameter]:
    """Return what can be passed."""
    found = inspect.signature(public).parameters
    named = {n: p for n, p in found.items() if p.kind is not inspect.Parameter.VAR_KEYWORD}
    if len(named) < len(found) and inspect.isclass(public):  # what a widget takes
        named["layout"] = inspect.Parameter("layout", inspect.Parameter.KEYWORD_ONLY)
    return named


@functools.cache
def right() -> dict[str, object]:
    """Arguments that make sense, by their names."""
    return {
        "client": Stub(httpx.ConnectError("refused")).client(),
        "app": ghl.App("an-app", ghl.Secret("x"), "http://localhost:8765/", ("users.readonly",)),
        "token": "pit-00000000-fake",
        "location_id": "ve9EPM428h8vShlRW1KT",
        "company_id": "5DP4iH6HLkQsiKESj6rh",
        "client_id": "an-app",
        "client_secret": ghl.Secret("x"),
        "redirect_uri": "http://localhost:8765/",
        "scopes": ("users.readonly",),
        "transport": Stub(httpx.ConnectError("refused")),
        "value": "x",
        "frame": pd.DataFrame(),
        "frames": pd.DataFrame(),
        "path": Path("no-such-folder"),
        "simulator": SIMULATOR,
        "agency": ghl.DemoAgency(SIMULATOR),
        "since": "2026-01-01",
        "until": "2026-01-02",
        "login": ("instagram", "65f2d989a4f2f1e5322c3856"),
        "account": "65f2d989a4f2f1e5322c3856",
        "origin_id": "17841400000000000",
        # Here nobody presses a button, and nothing answers.
        "timeout": 0.001,
        "time_limit": 0.001,
        "folder": Path("no-such-folder"),
        **dict.fromkeys(("before", "after", "accounts", "posts", "statistics"), pd.DataFrame()),
        "locations": None,
    }


def calls(public: Callable[..., object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Return every call that is tried: its words, and its arguments."""
    named = parameters(public)
    # What is right is passed also where it may be left out: so a client comes as far as its last
    # argument, and not only to there being no token.
    given = {name: right()[name] for name in named if name in right()}
    if "in_flight" in named:  # with a client, the options of a run end a call at once
        given.pop("folder", None)
    needed = {name for name, one in named.items() if one.default is one.empty} - {"layout"}
    for planted, (form, make) in itertools.product(named, FORMS.items()):
        is_secret = OF_SECRETS.search(str(named[planted].annotation))
        if form in OF_NO_FORM and not is_secret:
            continue
        if (planted, form) == ("layout", "dict"):  # ipywidgets warns of unknown keys by itself
            continue
        arguments = given | {planted: make(SECRET)}
        yield f"{planted}: {form}", arguments
        if needed <= {planted}:
            yield f"{planted}: {form}, alone", {planted: make(SECRET)}
        if form in TOGETHER:
            wrong = {other: Thing("wrong") for other in named if other != planted}
            yield f"{planted}: {form}, and all others wrong", arguments | wrong
            for other, value in wrong.items():
                yield f"{planted}: {form}, and {other} wrong", arguments | {other: value}


def outcome(
    public: Callable[..., object], arguments: dict[str, object], *, is_looked_at: bool
) -> tuple[str, str]:
    """Call something, and return how it went and everything that shows of that."""
    with warnings.catch_warnings(record=True) as warned, (logs := Logs()).installed():
        warnings.simplefilter("always")
        try:
            value = public(**arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is searched
            # This test's own frame holds the secret: what is searched begins behind it.
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            told = f"{faces(error)} {traceback_with_locals(error)}"
            told += verbose(error) if is_looked_at else ""
            is_ours = isinstance(error, ghl.GHLError) and UNBOUNDED not in str(error)
            how = "" if is_ours else f"{type(error).__name__}: {error}"
        else:
            if inspect.iscoroutine(value):
                value.close()
            told, how = f"{value!r} {value}", ""
            if dataclasses.is_dataclass(value):
                told += repr(dataclasses.asdict(value))  # type: ignore[call-overload]
    return how, f"{told} {logs.texts} {[str(w.message) for w in warned]}"


def verbose(error: BaseException) -> str:
    """Return what a notebook shows of an error after ``%xmode Verbose``."""
    shown = VerboseTB(color_scheme="NoColor", include_vars=True)
    return str(shown.text(type(error), error, error.__traceback__))


@pytest.fixture(scope="module", autouse=True)
def _alone() -> Iterator[None]:
    """No page, no browser, no terminal, and a folder of its own."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("GHL_CREDENTIALS_DIR", folder)
        patch.setenv("GHL_PLANS_DIR", folder)
        patch.setattr("comm.create_comm", Page)
        SIMULATOR.start()
        yield
        SIMULATOR.stop()


def shows(words: str, told: str, *secrets: str) -> list[str]:
    """Say where a secret is to be seen."""
    return [
        f"{words} shows …{told[max(0, at - 80) : at + 40]}…"
        for secret in secrets
        if (at := told.find(secret)) >= 0
    ]


@pytest.mark.parametrize("name", PUBLIC)
def test_an_argument_of_any_kind_shows_no_secret(name: str) -> None:
    """Neither in the error, nor its frames; and what is raised is an error of ours, and soon."""
    faults = []
    for words, arguments in calls(PUBLIC[name]):
        # What a notebook makes of an error takes longer than the call.
        is_looked_at = words.endswith((": string", ": formless", "all others wrong"))
        how, told = outcome(PUBLIC[name], arguments, is_looked_at=is_looked_at)
        if how:
            faults.append(f"{name}({words}) raises {how}")
        faults += shows(f"{name}({words})", told, FORMLESS, str(NUMBER))
    assert not faults, "\n".join(faults)


# Every variable that anything here reads, and those of the libraries.
VARIABLES = sorted(
    {"HTTPS_PROXY", "ALL_PROXY"}
    | {one for one in SETTINGS if one.startswith("GHL_") and not one.endswith("_DIR")}
)  # but names of folders, which are to be read
# What else has to be there for a variable to be looked at.
BESIDE = {
    "GHL_CLIENT_ID": "an-app", "GHL_CLIENT_SECRET": "x", "GHL_SCOPES": "users.readonly",
    "GHL_REDIRECT_URI": "http://localhost:8765/", "GHL_TOKEN": "pit-00000000-fake",
    "GHL_LOCATION_ID": "ve9EPM428h8vShlRW1KT", "GHL_COMPANY_ID": "5DP4iH6HLkQsiKESj6rh",
}  # fmt: skip


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_environment_shows_no_secret(variable: str) -> None:
    """Whatever variable a password or a token is in, and whoever reads it."""
    forms = ["string", "password"]
    forms += ["formless"] if variable.endswith(("_TOKEN", "_SECRET")) else []
    faults = []
    for (name, public), form, beside in itertools.product(PUBLIC.items(), forms, ({}, BESIDE)):
        with pytest.MonkeyPatch.context() as patch:
            for other, value in (beside | {variable: str(FORMS[form](SECRET))}).items():
                patch.setenv(other, value)
            named = parameters(public)
            waits = {"timeout", "time_limit"}
            needed = {n for n, one in named.items() if one.default is one.empty or n in waits}
            arguments = {n: right()[n] for n in needed & right().keys()}
            how, told = outcome(public, arguments, is_looked_at=False)
        words = f"{name}() with {variable}: {form}"
        faults += [f"{words} raises {how}"] if how else []
        faults += shows(words, told, FORMLESS)
    assert not faults, "\n".join(faults)
