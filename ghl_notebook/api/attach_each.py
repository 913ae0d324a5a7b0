"""Attach several accounts of one login, with an error for each account that could not be."""

from __future__ import annotations

from collections.abc import Sequence

from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.models import AttachedAccount

from .async_client import AsyncClient


async def attach_each(
    client: AsyncClient, platform: str, account_id: str, origin_ids: Sequence[str]
) -> list[AttachedAccount | GHLError]:
    """Attach accounts one after the other; an error does not stop the others.

    ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}`` once for the
    accounts' details, then ``POST`` of the same path for each.

    Parameters
    ----------
    client : AsyncClient
        The client of the sub-account.
    platform, account_id : str
        The finished login.
    origin_ids : sequence of str
        The accounts to attach.

    Returns
    -------
    list of AttachedAccount or GHLError
        For each account, what the API has stored, or the error.
    """
    try:
        found = await client.oauth.available_accounts(platform, account_id)
    except GHLError as error:
        return [error for _ in origin_ids]
    available = {account.origin_id: account for account in found}
    results: list[AttachedAccount | GHLError] = []
    for origin_id in origin_ids:
        result: AttachedAccount | GHLError
        try:
            if origin_id not in available:
                raise ArgumentError(
                    "The login can no longer attach this account.",
                    "Log in again, and share the account there.",
                )
            result = await client.oauth.attach(platform, account_id, available[origin_id])
        except GHLError as error:
            result = error
        results.append(result)
    return results
