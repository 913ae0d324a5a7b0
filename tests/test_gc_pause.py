"""Many records at once come out as they would one by one."""

from __future__ import annotations

import gc

import pytest

from ghl_notebook.models import Account, AttachedAccount, without_collector
from ghl_notebook.models.record import Record

FITS = {"id": "a", "expire": "2026-03-01T09:00:00.000Z", "meta": {"pageId": "7"}}
UNKNOWN = {"id": "b", "colour": "blue", "extra": 1, "(extra)": {"x": 1}}
NUMBER = {"id": 17, "name": "Harbour Coffee"}
NO_DATE = {"id": "c", "expire": ""}


@pytest.mark.parametrize(
    "wires",
    [
        [FITS, FITS],
        [FITS, UNKNOWN, FITS],
        [FITS, NUMBER, UNKNOWN],
        [NO_DATE, FITS],
        [None, FITS, "text", 3],
        [],
    ],
)
def test_a_list_gives_what_each_record_gives(wires: list[object]) -> None:
    """Fitting or not, a record of a list is the one that it would be alone."""
    assert Account.list_from_wire(wires) == [Account.from_wire(wire) for wire in wires]


def test_records_within_records_keep_their_own_unknown_fields() -> None:
    """A class that holds records is read record by record."""
    wire = {"_id": "a", "meta": {"pageId": "7", "colour": "blue"}}
    assert AttachedAccount.list_from_wire([wire]) == [AttachedAccount.from_wire(wire)]


@pytest.mark.parametrize("wires", [None, {}, {"id": "a"}, "text", 3])
def test_what_is_no_list_gives_no_records(wires: object) -> None:
    """An answer of another shape is an empty list, not an error."""
    assert Account.list_from_wire(wires) == []


def test_records_that_fit_share_nothing() -> None:
    """Each record has an `extra` of its own."""
    first, second = Account.list_from_wire([FITS, FITS])
    first.extra["mine"] = 1
    assert second.extra == {}


def test_the_collector_runs_again_afterwards() -> None:
    """It is held off inside, and on again outside, also after an error."""

    def fail() -> None:
        with without_collector():
            assert not gc.isenabled()
            Record.from_wire({}).extra["missing"]

    with pytest.raises(KeyError):
        fail()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """Whoever switched it off before is not overruled."""
    gc.disable()
    try:
        with without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
