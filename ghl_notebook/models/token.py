"""The response of the token endpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from ghl_notebook.guard import while_made
from ghl_notebook.sanitize import one_line
from ghl_notebook.secret import Secret

UserType = Literal["Location", "Company"]

_MAX_ID_CHARACTERS = 200
_CAMEL_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])")


class TokenAnswer:
    """A response of ``POST /oauth/token`` or ``POST /oauth/locationToken``, in any casing.

    API version v2 writes the fields of the OAuth standard in snake case and its own in camel case;
    v3 uses camel case for all. The secrets never show themselves.

    Parameters
    ----------
    wire : Mapping
        The decoded body.

    Attributes
    ----------
    access_token, refresh_token : Secret
        Empty if the response has none.
    expires_in : float or None
        How many seconds the access token is valid.
    user_type : str
        ``"Location"`` or ``"Company"``; a sub-account token's response shows it by ``locationId``.
    location_id, company_id, user_id : str or None
        The sub-account, the agency, and the user.
    names_company : bool
        Whether the response itself has the user type ``"Company"``.
    scopes : tuple of str
        The scopes that it has.
    """

    def __init__(self, wire: Mapping[str, Any]) -> None:
        fields = {_CAMEL_BOUNDARY.sub("_", name).lower(): value for name, value in wire.items()}
        self.access_token = Secret(_text(fields.get("access_token")) or "")
        self.refresh_token = Secret(_text(fields.get("refresh_token")) or "")
        self.expires_in = _seconds(fields.get("expires_in"))
        self.location_id = _id(fields.get("location_id"))
        self.company_id = _id(fields.get("company_id"))
        self.user_id = _id(fields.get("user_id"))
        self.names_company = fields.get("user_type") == "Company"
        self.user_type: UserType = (
            "Company" if self.names_company or self.location_id is None else "Location"
        )
        self.scopes = tuple((_text(fields.get("scope")) or "").split())

    def complete(self, location_id: str | None, company_id: str | None) -> None:
        """Fill in the owner that the token was requested for, if the response names none.

        Parameters
        ----------
        location_id, company_id : str or None
            The sub-account and the agency.
        """
        is_of_agency = company_id is None or self.company_id in (None, company_id)
        if self.location_id is None and location_id and is_of_agency and not self.names_company:
            self.location_id, self.user_type = location_id, "Location"
        self.company_id = self.company_id or company_id

    @while_made
    def __repr__(self) -> str:
        return f"TokenAnswer({self.user_type}, {self.location_id or self.company_id})"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _id(value: object) -> str | None:
    text = _text(value)
    return text if text and text == one_line(text, _MAX_ID_CHARACTERS) else None


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < 10**9 else None
