"""The exchange of a code for tokens, as a notebook of the tests does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from ghl_notebook.auth.app import App
from ghl_notebook.secret import Secret


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint has answered."""

    user_type: str
    location_id: str | None
    company_id: str | None
    user_id: str | None
    access_token: Secret


class Exchange:
    """Asks the token endpoint, and writes down what must be found nowhere else."""

    def __init__(self, app: App, base_url: str) -> None:
        self._app = app
        self._url = f"{base_url}/oauth/token"

    async def __call__(self, code: Secret, verifier: Secret) -> Tokens:
        """Exchange a code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret.reveal(),
            "code": code.reveal(),
            "redirect_uri": self._app.redirect_uri,
            "code_verifier": verifier.reveal(),
        }
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = (await http.post(self._url, data=form)).raise_for_status().json()
        planted = [form["client_secret"], form["code_verifier"], answer["access_token"]]
        Path("planted.txt").write_text("\n".join(planted))  # noqa: ASYNC240
        return Tokens(
            answer["userType"],
            answer.get("locationId"),
            answer.get("companyId"),
            answer.get("userId"),
            Secret(answer["access_token"]),
        )
