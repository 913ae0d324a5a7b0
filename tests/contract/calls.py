"""A call of each operation, with everything that the documents let a caller say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ghl_notebook import AvailableAccount, BadRequestError, Client, GHLError
from ghl_notebook.simulator import Simulator


@dataclass
class Stage:
    """What a call is made with: a simulator, its client, and the name of the operation."""

    sim: Simulator
    client: Client
    operation: str
    template: str
    expected: tuple[type[GHLError], ...] = ()

    @property
    def is_v3(self) -> bool:
        """Whether the client speaks v3."""
        return self.client.api_version == "v3"

    @property
    def platforms(self) -> list[str]:
        """The platform that the path names, or all of them."""
        found = self.template.split("/oauth/")[1].replace("{locationId}/", "").split("/")[0]
        return V3_PLATFORMS if found == "{platform}" else [found]


V3_PLATFORMS = [
    "google", "facebook", "instagram", "linkedin", "tiktok", "youtube", "pinterest", "threads",
]  # fmt: skip
NOBODY = "0" * 24


def _log_in(on: Stage, platform: str) -> str:
    url = on.client.start(platform).reveal()
    return str(on.sim.play_user(url).data["accountId"])


def _start(on: Stage) -> None:
    for platform in on.platforms:
        on.client.start(platform, page="integration", reconnect=True)


def _available(on: Stage) -> None:
    if on.platforms == ["twitter"]:
        on.expected = (BadRequestError,)
        on.client.available_accounts("twitter", NOBODY)
    search = "Café" if on.is_v3 else None
    for platform in on.platforms:
        assert on.client.available_accounts(platform, _log_in(on, platform), search=search)


def _attach(on: Stage) -> None:
    if on.platforms == ["twitter"]:
        on.expected = (BadRequestError,)
        account = AvailableAccount(
            origin_id="1", name="X", username="x", avatar="a", protected=False, verified=True
        )
        on.client.attach("twitter", NOBODY, account, company_id="company-1")
    for platform in on.platforms:
        account_id = _log_in(on, platform)
        account, *_ = on.client.available_accounts(platform, account_id)
        if platform == "pinterest":
            account.origin_account_type = "PINNER"
        # In v3, only Pinterest's body still has the agency.
        takes_company = not on.is_v3 or platform == "pinterest"
        on.client.attach(
            platform, account_id, account, company_id="company-1" if takes_company else None
        )


CALLS: dict[str, Callable[[Stage], object]] = {
    "start": _start,
    "available_accounts": _available,
    "attach": _attach,
    "accounts": lambda on: on.client.accounts(),
    "delete_account": lambda on: on.client.delete_account(
        str(on.client.accounts().accounts[0].id), company_id="company-1"
    ),
}
