"""CSV imports: upload a file of posts, set its accounts, look at its rows, finalize it."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.api.ask import Ask
from ghl_notebook.api.operation import Door, Group, operation
from ghl_notebook.models import CsvImport, CsvImportPage, CsvPostPage, UploadedCsv
from ghl_notebook.transport import File

_PLACE = "/social-media-posting/{locationId}"
_CSVS = _PLACE + "/csv"
_CSV = _CSVS + "/{csvId}"
_READ, _WRITE = "socialplanner/csv.readonly", "socialplanner/csv.write"


class CsvImports(Group[Door]):
    """Files of posts: `upload`, `set_accounts`, look at the rows with `get`, and `finalize`."""

    @operation("POST", _CSVS, scope=_WRITE)
    async def upload(self, ask: Ask, file: bytes, *, file_name: str = "posts.csv") -> UploadedCsv:
        """Upload a file of posts; nothing is imported yet.

        Parameters
        ----------
        file : bytes
            Its content. The service wants the columns of its sample file, for instance
            ``postAtSpecificTime (YYYY-MM-DD HH:mm:ss)`` and ``content``.
        file_name : str
            What it is called.

        Returns
        -------
        UploadedCsv
            What `set_accounts` is to be told.
        """
        content = File("file", file_name, file, "text/csv")
        return UploadedCsv.from_wire(await ask(upload=content, holds={"filePath": str}))

    @operation("GET", _CSVS, scope=_READ)
    async def list(
        self,
        ask: Ask,
        *,
        skip: int = 0,
        limit: int = 10,
        include_users: bool | None = None,
        is_from_template: bool | None = None,
        user_id: str | None = None,
    ) -> CsvImportPage:
        """List imports, and how far they are.

        Parameters
        ----------
        skip, limit : int
            Which of them, of `CsvImportPage.count`.
        include_users : bool, optional
            With who made them.
        is_from_template : bool, optional
            Only those from the template library (version v3).
        user_id : str, optional
            Who asks; the client's user when left out.

        Returns
        -------
        CsvImportPage
            The newest first.
        """
        results = await ask(holds={"csvs": (list, dict)}, user_id=user_id or await ask.user_id())
        return CsvImportPage.from_wire(results)

    @operation("POST", _PLACE + "/set-accounts", scope=_WRITE)
    async def set_accounts(
        self,
        ask: Ask,
        account_ids: Iterable[str],
        *,
        file_path: str,
        rows_count: int,
        file_name: str,
        approver: str | None = None,
        user_id: str | None = None,
        csv_file_type: str | None = None,
    ) -> str | None:
        """Import an uploaded file for some accounts.

        Parameters
        ----------
        account_ids : iterable of str
            Each an `Account.id`.
        file_path, rows_count, file_name
            As `UploadedCsv` has them.
        approver : str, optional
            The user who has to approve the posts.
        user_id : str, optional
            Whose posts they are; the client's user when left out.
        csv_file_type : str, optional
            ``"basic"`` or ``"advance"``, as `UploadedCsv` has it (version v3).

        Returns
        -------
        str or None
            The id of the import; older versions do not tell it: look for it with `list`.
        """
        results = await ask(user_id=user_id or await ask.user_id())
        told = results.get("csvId") if isinstance(results, dict) else None
        return None if told is None else str(told)

    @operation("GET", _CSV, scope=_READ)
    async def get(self, ask: Ask, csv_id: str, *, skip: int = 0, limit: int = 10) -> CsvPostPage:
        """Return an import with its rows, and what is wrong with each.

        Parameters
        ----------
        csv_id : str
            `CsvImport.id`.
        skip, limit : int
            Which of its rows, of `CsvPostPage.count`.

        Returns
        -------
        CsvPostPage
            The rows in the order of the file.
        """
        return CsvPostPage.from_wire(await ask(holds={"posts": list}))

    @operation("PATCH", _CSV, scope=_WRITE)
    async def finalize(self, ask: Ask, csv_id: str, *, user_id: str | None = None) -> None:
        """Plan the rows of an import that is in review.

        Parameters
        ----------
        csv_id : str
            `CsvImport.id`.
        user_id : str, optional
            Who does it; the client's user when left out.
        """
        await ask(user_id=user_id or await ask.user_id())

    @operation("DELETE", _CSV, scope=_WRITE)
    async def delete(self, ask: Ask, csv_id: str) -> CsvImport:
        """Delete an import; posts that it has planned stay.

        Parameters
        ----------
        csv_id : str
            `CsvImport.id`.

        Returns
        -------
        CsvImport
            As it was; the service leaves out its id.
        """
        results = await ask()
        return CsvImport.from_wire(results.get("csv") if isinstance(results, dict) else None)

    @operation("DELETE", _CSV + "/post/{postId}", scope=_WRITE)
    async def delete_post(self, ask: Ask, csv_id: str, post_id: str) -> str:
        """Delete a row of an import.

        Parameters
        ----------
        csv_id, post_id : str
            `CsvImport.id` and `CsvPost.id`.

        Returns
        -------
        str
            The id of the row.
        """
        results = await ask()
        told = results.get("postId") if isinstance(results, dict) else None
        return str(told or post_id)
