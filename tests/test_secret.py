"""A secret shows itself to `reveal()` only."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import traceback

import pytest

from ghl_notebook import Secret

TOKEN = "pit-00000000-planted"


@pytest.fixture
def secret() -> Secret:
    """A secret with a planted value."""
    return Secret(TOKEN)


def test_reveal_returns_the_value(secret: Secret) -> None:
    """The value is had where it is asked for by name."""
    assert secret.reveal() == TOKEN


@pytest.mark.parametrize(
    "show",
    [
        repr, str, ascii, format, pprint.pformat, "{}".format, "{!r:>40}".format, "%s".__mod__,
        lambda s: f"{s:>20}", lambda s: repr([s]), lambda s: repr({"token": s}),
    ],
)  # fmt: skip
def test_no_way_of_showing_shows_it(secret: Secret, show) -> None:
    """Whatever makes text of a secret makes stars."""
    text = show(secret)
    assert TOKEN not in text
    assert "********" in text


def test_a_log_line_does_not_show_it(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    """A secret that is logged by mistake stays one."""
    logging.getLogger("test").warning("token %s %r", secret, secret)
    assert TOKEN not in caplog.text
    assert "********" in caplog.text


def test_a_traceback_with_locals_does_not_show_it(secret: Secret) -> None:
    """A traceback that prints local variables prints stars."""
    try:
        raise ValueError(secret)
    except ValueError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "secret = Secret('********')" in shown
    assert TOKEN not in shown


def test_no_attribute_holds_it(secret: Secret) -> None:
    """A tool that prints attributes, as a debugger does, finds no string."""
    shown = [repr(getattr(secret, name)) for name in dir(secret) if name != "__doc__"]
    assert not [text for text in shown if TOKEN in text]
    with pytest.raises(TypeError):
        vars(secret)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(secret: Secret, protocol: int) -> None:
    """No pickle holds it, whatever the protocol."""
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret, protocol)


def test_it_is_not_json(secret: Secret) -> None:
    """JSON does not know what to do with it, rather than to write it."""
    with pytest.raises(TypeError):
        json.dumps({"token": secret})


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, Secret])
def test_a_copy_is_as_secret(secret: Secret, make) -> None:
    """Copies, and a secret wrapped twice, hold the same and show nothing."""
    assert make(secret).reveal() == TOKEN
    assert TOKEN not in repr(make(secret))


def test_it_cannot_be_changed(secret: Secret) -> None:
    """Nothing is set on a secret."""
    with pytest.raises(AttributeError):
        secret.reveal = "x"


def test_two_of_the_same_value_are_equal(secret: Secret) -> None:
    """Equality and hash go by the value."""
    assert {secret, Secret(TOKEN)} == {secret}
    assert secret != Secret("other")


def test_it_never_equals_a_string(secret: Secret) -> None:
    """A comparison with a plain string is false, so that none is needed to be at hand."""
    assert secret != TOKEN


@pytest.mark.parametrize(("value", "truth"), [("", False), ("x", True)])
def test_an_empty_one_is_false(value: str, truth: bool) -> None:
    """Its truth tells whether there is a value."""
    assert bool(Secret(value)) is truth
