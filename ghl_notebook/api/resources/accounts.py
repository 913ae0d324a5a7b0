"""Connected accounts: listed and disconnected."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.models import (
    AccountList,
    AccountRows,
    account_rows_of,
    has_none,
    read_account_rows,
)
from ghl_notebook.transport import Request, rows_of

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
        body = await self.context.sender.call(
            "GET",
            _ACCOUNTS,
            path={"locationId": self.context.location_id},
            query={"fetchAll": "true" if fetch_all else None},
            version=call.version,
            shape=_lists_accounts,
        )
        return AccountList.from_wire(body.get("results"), location_id=self.context.location_id)

    @operation("GET", _ACCOUNTS, scope="socialplanner/account.readonly")
    async def rows(self, call: Call) -> AccountRows:
        """List the same rows as `list`, decoded only for the columns of an agency's DataFrame."""
        path = {"locationId": self.context.location_id}
        request = Request.build("GET", _ACCOUNTS, path, version=call.version)
        return await self.context.sender.send(request, _ROWS_OF)

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


_ROWS_OF = functools.partial(
    rows_of, read=read_account_rows, convert=account_rows_of, shape=_lists_accounts
)
