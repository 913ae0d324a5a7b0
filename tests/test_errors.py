"""The error tree, and that every fault on the way becomes a part of it."""

from __future__ import annotations

import ast
import copy
import inspect
import pickle
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import ghl_notebook
from ghl_notebook import Client, GHLError, errors
from ghl_notebook.errors import ConnectionFailedError, ResponseError, raise_without_context
from tests.folding import folded

NAMES = sorted(errors.__all__)
CLASSES = [getattr(errors, name) for name in NAMES]
ANSWERS = [kind for kind in CLASSES if issubclass(kind, ResponseError)]


def make(kind: type[GHLError]) -> GHLError:
    """Make an error of any class, as full as it can be."""
    if issubclass(kind, ResponseError):
        return kind("GET /users/", status=418, service_message="No.", trace_id="0f-trace")
    return kind("Something happened.")


def drawn() -> dict[str, str]:
    """Read the tree in the docstring of `errors`: name → name of its parent."""
    tree: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    (?P<lead>[│├└─ ]*)(?P<name>\w+Error)\b", line)
        if found is None:
            continue
        depth = len(found["lead"]) // 4
        path[depth:] = [found["name"]]
        tree[found["name"]] = path[depth - 1] if depth else "Exception"
    return tree


def test_the_drawn_tree_is_the_real_one() -> None:
    """Names and nesting of the tree in the docstring are those of the classes."""
    assert drawn() == {kind.__name__: kind.__bases__[0].__name__ for kind in CLASSES}


def test_every_error_class_of_the_module_is_public() -> None:
    """Users can name every error that can be raised: as ``ghl.errors.…``."""
    defined = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and value.__module__ == errors.__name__
    }
    assert defined == set(NAMES)
    assert errors.__all__ == NAMES
    assert ghl_notebook.errors is errors
    assert ghl_notebook.GHLError is errors.GHLError


@folded("kind", CLASSES)
def test_the_drawing_says_what_the_class_says(kind: type[GHLError]) -> None:
    """Each class has a docstring of its own, which names its status where it has one."""
    assert kind.__doc__
    line = next(x for x in (errors.__doc__ or "").splitlines() if f" {kind.__name__} " in f"{x} ")
    for status in re.findall(r"\b[45]\d\d\b", line):
        assert status in kind.__doc__


@folded("kind", [k for k in ANSWERS if k is not ResponseError])
def test_an_answers_error_says_the_next_step(kind: type[ResponseError]) -> None:
    """Every class of answer tells the user what to do, in a sentence at the text's end."""
    error = make(kind)
    assert error.next_step.endswith(".")
    assert str(error).endswith(f" {error.next_step}")


def test_the_next_steps_differ() -> None:
    """No two classes of answer give the same advice: else they would be one class."""
    steps = [kind.next_step for kind in ANSWERS if kind is not ResponseError]
    assert len(set(steps)) == len(steps)


def test_an_answers_error_is_made_of_its_fields() -> None:
    """The text holds what was asked, the status, the service's words and the trace id."""
    error = errors.NotFoundError("GET /x", status=404, service_message="No.", trace_id="0f-1")
    assert (error.status, error.service_message, error.trace_id) == (404, "No.", "0f-1")
    assert error.what == "GET /x failed with HTTP 404: No (trace id 0f-1)."
    assert str(error) == f"{error.what} {errors.NotFoundError.next_step}"


def test_an_error_may_have_a_next_step_of_its_own() -> None:
    """The next step that is passed replaces the class's, for this one error."""
    error = ConnectionFailedError("It broke.", "Mend it.")
    assert str(error) == "It broke. Mend it."
    assert ConnectionFailedError.next_step != "Mend it."


def test_an_argument_error_is_a_value_error() -> None:
    """Code that knows nothing of this package catches a wrong argument as usual."""
    assert issubclass(errors.ArgumentError, ValueError)


@folded("kind", CLASSES)
@folded("through", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy])
def test_an_error_survives_a_process_boundary(kind: type[GHLError], through) -> None:
    """Pickled or copied, an error keeps its class, its text and its fields."""
    error = make(kind)
    error.add_note("seen in cell 3")
    back = through(error)
    assert type(back) is kind
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_an_own_next_step_survives_a_process_boundary() -> None:
    """The text does not grow on its way."""
    error = ConnectionFailedError("It broke.", "Mend it.")
    assert str(pickle.loads(pickle.dumps(error))) == "It broke. Mend it."


def _below(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*map(_below, kind.__subclasses__()))


FAULTS = sorted(
    _below(httpx.HTTPError) | _below(httpx.StreamError) | {httpx.InvalidURL},
    key=lambda kind: kind.__name__,
)


def _fault(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "https://api.test")
        return kind("planted", request=request, response=httpx.Response(500))
    if kind in (
        httpx.StreamConsumed,
        httpx.ResponseNotRead,
        httpx.RequestNotRead,
        httpx.StreamClosed,
    ):
        return kind()
    return kind("planted")


def test_httpx_has_no_fault_that_is_not_tested() -> None:
    """The exceptions that httpx exports are those below, but for one about cookies."""
    exported = {
        value
        for name in httpx.__all__
        if inspect.isclass(value := getattr(httpx, name)) and issubclass(value, Exception)
    }
    assert exported - set(FAULTS) == {httpx.CookieConflict}


@folded("kind", FAULTS)
def test_every_fault_of_httpx_becomes_one_of_ours(kind: type[Exception]) -> None:
    """`except GHLError` catches whatever the transport raises, and no frame of it is kept."""

    def carry(request: httpx.Request) -> httpx.Response:
        raise _fault(kind)

    with (
        Client("token", "location", "user", transport=httpx.MockTransport(carry)) as client,
        pytest.raises(GHLError) as caught,
    ):
        client.accounts.delete("account-1")  # a DELETE is sent once
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert caught.value.next_step
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (httpx.ConnectTimeout, "Connecting took too long"),
        (httpx.ReadTimeout, "No answer came within the time limit"),
        (httpx.PoolTimeout, "No answer came within the time limit"),
        (httpx.ConnectError, "The connection was refused or the host was not found"),
        (httpx.ReadError, "The connection broke"),
        (httpx.RemoteProtocolError, "The connection broke in the middle of the answer"),
        (httpx.ProxyError, "The proxy on the way refused the connection"),
        (httpx.DecodingError, "The answer was damaged on the way"),
    ],
)
def test_a_failed_connection_is_told_in_plain_words(fault: type[Exception], words: str) -> None:
    """The error says what broke, not which class of a library."""

    def carry(request: httpx.Request) -> httpx.Response:
        raise fault("planted")

    with (
        Client("token", "location", "user", transport=httpx.MockTransport(carry)) as client,
        pytest.raises(ConnectionFailedError) as caught,
    ):
        client.accounts.delete("account-1")
    verb = "DELETE /social-media-posting/{locationId}/accounts/{id}"
    assert caught.value.what == f"{verb} failed: {words}."


def test_an_error_can_be_raised_without_what_it_came_from() -> None:
    """The exception that is being handled, with its frames and their variables, stays behind."""

    def handle() -> None:
        try:
            raise KeyError("planted")
        except KeyError:
            errors.raise_without_context(errors.SettingsError("No."))

    with pytest.raises(errors.SettingsError) as caught:
        handle()
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    *_, (last, _) = traceback.walk_tb(caught.value.__traceback__)
    assert last.f_code.co_name == "raise_without_context"
    assert last.f_locals == {}


def test_a_cause_that_is_named_is_kept() -> None:
    """Only the link that Python makes by itself is removed."""
    cause = KeyError("planted")
    failure = errors.SettingsError("No.")
    failure.__cause__ = cause
    try:
        raise cause
    except KeyError:
        with pytest.raises(errors.SettingsError) as caught:
            errors.raise_without_context(failure)
    assert caught.value.__cause__ is cause
    assert caught.value.__context__ is None


def _raises_by_hand(tree: ast.AST) -> list[int]:
    """Return the lines that hide a handled error in another way than the helper.

    ``from None`` keeps it in ``__context__``. A raise after the handler has it there as well, in a
    context manager.
    """
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
        inside = {id(node) for handler in handlers for node in ast.walk(handler)}
        made = {
            node.id
            for handler in handlers
            for node in ast.walk(handler)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(function):
            if not isinstance(node, ast.Raise) or node.exc is None:
                continue
            is_bare = isinstance(node.cause, ast.Constant)
            raised = node.exc
            while isinstance(raised, ast.Call | ast.Attribute):
                raised = raised.func if isinstance(raised, ast.Call) else raised.value
            is_made = isinstance(raised, ast.Name) and raised.id in made
            if is_bare or (id(node) not in inside and is_made):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("room", ["auth", "agency", "fetch"])
def test_an_error_is_raised_without_the_handled_one_by_the_helper_alone(room: str) -> None:
    """The frames of the handled error may hold a token."""
    files = sorted(Path(ghl_notebook.__file__).parent.joinpath(room).rglob("*.py"))
    assert files
    found = {f.name: _raises_by_hand(ast.parse(f.read_text(encoding="utf-8"))) for f in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n try: g()\n except E: raise X() from None",
        "def f():\n x = None\n try: g()\n except E: x = X()\n if x: raise x",
        "async def f():\n try: g()\n except E as e: x = X(e)\n raise x.with_traceback(None)",
    ],
)
def test_a_raise_by_hand_is_found(code: str) -> None:
    """In both forms."""
    assert _raises_by_hand(ast.parse(code))


def test_the_helper_leaves_nothing_of_the_handled_error() -> None:
    """Also in a context manager, where a raise after the handler would."""

    @contextmanager
    def turning() -> Iterator[None]:
        try:
            yield
        except OSError:
            raise_without_context(errors.StorageError("It failed."))

    with pytest.raises(errors.StorageError) as caught, turning():
        raise OSError("planted")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
