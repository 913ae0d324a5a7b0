"""Assumptions about the live service: the decorators here put each one beside its check.

Sections refer to the project's fact sheet on the service. Confidence is ``H`` (captured, or seen by
several people), ``M`` (likely), ``L`` (a guess), ``open`` (unknown: the sentence states what the
code is prepared for), or ``document`` (the vendor's OpenAPI files). Agencies and the refresh of
tokens are not part of a probe, and have no assumptions here. Facts that need a scheduled or
published post have none either: a check could publish something.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from .evidence import CheckResult, Probe

Confidence = Literal["H", "M", "L", "open", "document"]
Check = Callable[[Probe], CheckResult | None]


class Assumption(NamedTuple):
    """An assumption about the live service.

    Attributes
    ----------
    id : str
        The name of its check.
    section : str
        Section of the fact sheet.
    confidence : str
        How certain the assumption is.
    sentence : str
        The assumption.
    check : callable
        Returns the result for a probe; None if the probe contains nothing to check.
    """

    id: str
    section: str
    confidence: Confidence
    sentence: str
    check: Check


def section(name: str) -> Callable[[Confidence, str], Callable[[Check], Assumption]]:
    """Return the decorator that makes a check an `Assumption` of a section."""

    def assume(confidence: Confidence, sentence: str) -> Callable[[Check], Assumption]:
        return lambda check: Assumption(check.__name__, name, confidence, sentence, check)

    return assume
