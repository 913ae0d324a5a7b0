"""All deliberate faults, room by room."""

from __future__ import annotations

from . import agency, api, auth, basics, data, helps, login, pages, simulator
from .mutant import Mutant

MUTANTS: list[Mutant] = [
    mutant
    for module in (basics, auth, api, data, agency, login, pages, helps, simulator)
    for mutant in module.MUTANTS
]
