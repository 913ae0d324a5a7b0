"""How far a run has come: counted by the run, looked at by whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Wall = Literal["latency", "minting"]


@dataclass
class Tally:
    """The numbers of a run. It is written in the run's thread, and may be read in any.

    Attributes
    ----------
    total : int
        Sub-accounts to fetch, those of an earlier part of the run included.
    done, failed : int
        Sub-accounts that are fetched, and that are not to be had.
    resumed : int
        Of those done: by an earlier part of the run.
    unasked : int
        Of those failed: whose turn did not come, because the run ended before.
    minted, to_mint : int
        Access tokens of sub-accounts that were minted for it, and that still have to be.
    mint_most, mint_seconds : int, float
        How many the agency's limit lets be minted, in so many seconds; 0: it is not known yet.
    in_flight : int
        Sub-accounts that are being asked.
    wall : str
        What the run waits for: the service's answers (``"latency"``), or access tokens, of which
        the agency's limit lets few be minted (``"minting"``).
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    resumed: int = 0
    unasked: int = 0
    minted: int = 0
    to_mint: int = 0
    mint_most: int = 0
    mint_seconds: float = 0.0
    in_flight: int = 0
    wall: Wall = "latency"
