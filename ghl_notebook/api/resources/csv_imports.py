"""CSV imports: upload a file of posts, set its accounts, check its rows, and finalize it."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.models import CsvImport, CsvImportPage, CsvPostPage, UploadedCsv
from ghl_notebook.transport import File

_PLACE = "/social-media-posting/{locationId}"
_CSVS = _PLACE + "/csv"
_CSV = _CSVS + "/{csvId}"
_READ, _WRITE = "socialplanner/csv.readonly", "socialplanner/csv.write"


class CsvImports(Resource[Mode]):
    """Files of posts: `upload`, `set_accounts`, check the rows with `get`, and `finalize`."""

    @operation("POST", _CSVS, scope=_WRITE)
    async def upload(self, call: Call, file: bytes, *, file_name: str = "posts.csv") -> UploadedCsv:
        """Upload a file of posts, to import it with `set_accounts`.

        Parameters
        ----------
        file : bytes
            The content. The API requires the columns of its sample file, for instance
            ``postAtSpecificTime (YYYY-MM-DD HH:mm:ss)`` and ``content``.
        file_name : str
            The name of the file.

        Returns
        -------
        UploadedCsv
            The arguments for `set_accounts`.
        """
        content = File("file", file_name, file, "text/csv")
        return UploadedCsv.from_wire(await call(upload=content, required={"filePath": str}))

    @operation("GET", _CSVS, scope=_READ)
    async def list(
        self,
        call: Call,
        *,
        skip: int = 0,
        limit: int = 10,
        include_users: bool | None = None,
        is_from_template: bool | None = None,
        user_id: str | None = None,
    ) -> CsvImportPage:
        """List imports and their progress.

        Parameters
        ----------
        skip, limit : int
            The part of the list, whose length is `CsvImportPage.count`.
        include_users : bool, optional
            Include the users who made the imports.
        is_from_template : bool, optional
            Return only imports from the template library (version v3).
        user_id : str, optional
            The requesting user; by default, the client's user.

        Returns
        -------
        CsvImportPage
            The imports, newest first.
        """
        return await call.page(
            CsvImportPage.from_wire,
            required={"csvs": (list, dict)},
            user_id=user_id or await call.user_id(),
        )

    @operation("POST", _PLACE + "/set-accounts", scope=_WRITE)
    async def set_accounts(
        self,
        call: Call,
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
            `Account.id` values.
        file_path, rows_count, file_name
            The values from `UploadedCsv`.
        approver : str, optional
            The user who has to approve the posts.
        user_id : str, optional
            The owner of the posts; by default, the client's user.
        csv_file_type : str, optional
            ``"basic"`` or ``"advance"``, from `UploadedCsv` (version v3).

        Returns
        -------
        str or None
            The id of the import. Older versions return None: find the id with `list`.
        """
        results = await call(user_id=user_id or await call.user_id())
        told = results.get("csvId") if isinstance(results, dict) else None
        return None if told is None else str(told)

    @operation("GET", _CSV, scope=_READ)
    async def get(self, call: Call, csv_id: str, *, skip: int = 0, limit: int = 10) -> CsvPostPage:
        """Return an import with its rows and their errors.

        Parameters
        ----------
        csv_id : str
            `CsvImport.id`.
        skip, limit : int
            The part of its rows, whose number is `CsvPostPage.count`.

        Returns
        -------
        CsvPostPage
            The rows in the order of the file.
        """
        return CsvPostPage.from_wire(await call(required={"posts": list}))

    @operation("PATCH", _CSV, scope=_WRITE)
    async def finalize(self, call: Call, csv_id: str, *, user_id: str | None = None) -> None:
        """Plan the rows of an import that is in review.

        Parameters
        ----------
        csv_id : str
            `CsvImport.id`.
        user_id : str, optional
            The user who plans the rows; by default, the client's user.
        """
        await call(user_id=user_id or await call.user_id())

    @operation("DELETE", _CSV, scope=_WRITE)
    async def delete(self, call: Call, csv_id: str) -> CsvImport:
        """Delete an import, but not the posts that it has planned.

        Parameters
        ----------
        csv_id : str
            `CsvImport.id`.

        Returns
        -------
        CsvImport
            The deleted import, which the API returns without its id.
        """
        results = await call()
        return CsvImport.from_wire(results.get("csv") if isinstance(results, dict) else None)

    @operation("DELETE", _CSV + "/post/{postId}", scope=_WRITE)
    async def delete_post(self, call: Call, csv_id: str, post_id: str) -> str:
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
        results = await call()
        told = results.get("postId") if isinstance(results, dict) else None
        return str(told or post_id)
