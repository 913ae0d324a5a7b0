"""Connected accounts: listed and disconnected."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.models import AccountList, has_none
from ghl_notebook.transport import Request, body_of, rows_of

_ACCOUNTS = "/social-media-posting/{locationId}/accounts"
_ACCOUNT = _ACCOUNTS + "/{id}"


class Accounts(Resource[Mode]):
    """Accounts that are connected to a sub-account."""

    @operation("GET", _ACCOUNTS, scope="socialplanner/account.readonly")
    async def list(self, call: Call, *, fetch_all: bool = False) -> AccountList:
        """List everything connected to the sub-account, deleted rows included, and its groups.

        The API does not split this list into pages.

        Parameters
        ----------
        fetch_all : bool, default False
            Send the undocumented ``fetchAll=true`` of GoHighLevel's own page. The list may then
            also show logins without an attached account.
        """
        location_id, reader = self.context.location_id, self.context.reader
        make = functools.partial(AccountList.from_wire, location_id=location_id)
        query = {"fetchAll": "true" if fetch_all else None}
        request = Request.build(
            "GET", _ACCOUNTS, {"locationId": location_id}, query, version=call.version
        )
        if reader is None:
            read = functools.partial(body_of, shape=_lists_accounts)
            return make((await self.context.sender.send(request, read))["results"])
        read_rows = functools.partial(
            rows_of,
            read=reader.read,
            convert=lambda body: make(body["results"]),
            shape=_lists_accounts,
        )
        found: AccountList = await self.context.sender.send(request, read_rows)
        return found

    @operation("DELETE", _ACCOUNT, scope="socialplanner/account.write")
    async def delete(self, call: Call, account_key: str, *, company_id: str | None = None) -> str:
        """Disconnect an account from the sub-account and return its id.

        Parameters
        ----------
        account_key : str
            `Account.id`; not the ``account_id`` of a login.
        company_id : str, optional
            The agency.
        """
        body = await self.context.sender.call(
            "DELETE",
            _ACCOUNT,
            path={"locationId": self.context.location_id, "id": account_key},
            # Optional in the OpenAPI file, required in practice.
            query={"userId": await self.context.user_id(), "companyId": company_id},
            version=call.version,
        )
        results = body.get("results")
        deleted = results.get("id") if isinstance(results, Mapping) else None
        return str(deleted) if deleted else account_key


def _lists_accounts(body: Mapping[str, Any]) -> bool:
    results = body.get("results")
    if not isinstance(results, Mapping):
        return False
    accounts = results.get("accounts")
    return isinstance(accounts, list) or (accounts is None and has_none(results))
