"""What a client tells of itself: the one place that reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from ghl_notebook.api import AsyncClient


class Reading(NamedTuple):
    """What there is to read of a client. None: it does not tell.

    Attributes
    ----------
    kind : str or None
        Of the credential, for instance ``"private integration"``.
    source : str or None
        Where the credential was found, in a line without its value.
    scopes : tuple of str or None
        The credential's scopes, where it lists them.
    credential_location_id, credential_company_id : str or None
        Whose the credential is.
    limits : object or None
        The limits, with what was left at the last answer.
    clock_offset : timedelta or None
        The service's clock less the local one, at the last answer.
    """

    kind: str | None = None
    source: str | None = None
    scopes: tuple[str, ...] | None = None
    credential_location_id: str | None = None
    credential_company_id: str | None = None
    limits: Any = None
    clock_offset: timedelta | None = None


def read(core: AsyncClient) -> Reading:
    """Read a client."""
    credential = getattr(core, "credential", None)
    return Reading(
        kind=getattr(credential, "kind", None),
        source=getattr(credential, "source", None),
        scopes=getattr(credential, "scopes", None),
        credential_location_id=getattr(credential, "location_id", None),
        credential_company_id=getattr(credential, "company_id", None),
        limits=getattr(core, "limits", None),
        clock_offset=getattr(core, "clock_offset", None),
    )
