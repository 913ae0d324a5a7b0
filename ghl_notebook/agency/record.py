"""What a run's folder says of the run: one file, written anew with each part."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from .failures import Failure

FORMAT: Final = 2
RECORD: Final = "_run.json"


class Version(msgspec.Struct):
    """What is in the file whatever its version."""

    format: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is to fetch, and how far it is.

    Attributes
    ----------
    id : str
        Of the run, and of no other.
    job, options
        What is asked for.
    company_id, base_url : str
        Of whom.
    is_choice : bool
        Whether the caller has named the sub-accounts.
    location_ids : list of str
        The sub-accounts, in the order of the frame.
    parts : list of str
        Names of the parts that were written.
    is_ended : bool
        Whether all sub-accounts had their turn.
    failures : list of Failure
        Those that were not to be had, when it has ended.
    """

    format: int = FORMAT
    id: str
    job: str
    options: dict[str, Any]
    company_id: str
    base_url: str
    is_choice: bool
    location_ids: list[str]
    parts: list[str] = []
    is_ended: bool = False
    failures: list[Failure] = []
