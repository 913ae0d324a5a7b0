"""All assumptions about the live service, each with its check."""

from __future__ import annotations

from typing import Final

from ghl_notebook.verify.assumptions import Assumption

from . import accounts, available_accounts, documents, draft, message, planner, service

ASSUMPTIONS: Final[tuple[Assumption, ...]] = tuple(
    found
    for module in (message, service, available_accounts, accounts, planner, draft, documents)
    for found in vars(module).values()
    if isinstance(found, Assumption)
)
