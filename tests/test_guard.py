"""Errors that are raised in the place of others, and lead to nothing of them."""

from __future__ import annotations

import gc

import pytest

from ghl_notebook.guard import Caught
from ghl_notebook.secret import Secret


def fail_with(token: Secret) -> None:
    """Raise another error than the one that had the token in its frame."""
    with (caught := Caught(ValueError)):
        plain = token.reveal()
        int(plain)
    raise LookupError(type(caught.take()).__name__)


def test_an_error_in_the_place_of_another_leads_to_nothing_of_it() -> None:
    """Neither cause nor context: their frames may hold the token."""
    with pytest.raises(LookupError, match="ValueError") as raised:
        fail_with(Secret("planted"))
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_an_error_of_another_kind_passes() -> None:
    """Only what is named is caught."""
    with pytest.raises(ZeroDivisionError), (caught := Caught(ValueError)):
        1 / 0  # noqa: B018 - it is to fail
    assert caught.take() is None


def test_a_caught_error_is_given_away_once() -> None:
    """No variable of the frame that goes on leads to it."""
    with (caught := Caught(ValueError)):
        raise ValueError
    assert caught.take() is not None
    assert caught.take() is None
    gc.collect()
    assert not [one for one in gc.get_referents(caught) if isinstance(one, BaseException)]
