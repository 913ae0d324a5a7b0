"""The operations on CSV imports: upload, set accounts, review and finalize."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from .bodies import Body, page
from .context import SimContext
from .faults import SimFailure, SimFailureError, refuse
from .forms import parts
from .planner_records import CsvImport, CsvRow, Upload
from .posts import PostOperations
from .request import SimRequest, SimResponse, enveloped, require
from .routes import Operations, route
from .state import stamp

_SET = Body(
    "accountIds:texts! filePath:text! rowsCount:number! fileName:text! approver:text userId:text",
    "userId:text! csvFileType:text",
)
_FINALIZE = Body("userId:text", "userId:text!")
#: Required columns of the service's sample file, up to the first space; others are optional.
_REQUIRED = ("postAtSpecificTime", "content")
_TYPE = "basic"
_READ = "socialplanner/csv.readonly"
_WRITE = "socialplanner/csv.write"
_PLANNER = "/social-media-posting/{locationId}"


class CsvOperations(Operations):
    """The operations on CSV imports."""

    def __init__(self, context: SimContext) -> None:
        super().__init__(context)
        self._posts = PostOperations(context)

    @route("POST", f"{_PLANNER}/csv", _WRITE)
    def upload(self, request: SimRequest) -> SimResponse:
        """Store the file of a form; it is not imported yet."""
        name, content = _file(request)
        rows = _rows(request, content)
        path = f"{request.params['locationId']}/social-import/{self._state.hex_id('file')}.csv"
        planner = self._context.planners.to_change(request.params["locationId"])
        planner.uploads[path] = Upload(path, name, len(content), rows)
        results: dict[str, Any] = {"filePath": path, "rowsCount": len(rows), "fileName": name}
        if request.is_v3:
            results |= {"fileSize": len(content), "csvFileType": _TYPE}
        return enveloped(201, "Uploaded CSV", results)

    @route("POST", f"{_PLANNER}/set-accounts", _WRITE)
    def set_accounts(self, request: SimRequest) -> SimResponse:
        """Start the import of an uploaded file to some accounts."""
        try:
            body = _SET.read(request)
        except SimFailureError as refused:
            if refused.failure.status != 422:
                raise
            raise _in_full(request, refused, "UnprocessableEntityException") from None
        state, planner = self._state, self._planner(request)
        upload = planner.uploads.get(body["filePath"])
        if upload is None:
            raise refuse(400, "CSV file not found")
        if not 1 <= body["rowsCount"] <= len(upload.rows):
            fault = refuse(422, ["rowsCount must be between 1 and number of posts in CSV"])
            raise _in_full(request, fault, "UnprocessableEntityException")
        if any(state.account(one, planner.location_id) is None for one in body["accountIds"]):
            raise refuse(400, "Account not found")
        now = state.clock()
        rows = [self._row(row) for row in upload.rows[: int(body["rowsCount"])]]
        made = CsvImport(
            id=state.hex_id("csv"), upload=upload, status="in_progress",
            account_ids=[*body["accountIds"]], rows={row.id: row for row in rows},
            created_by=body.get("userId", ""), approver=body.get("approver", ""), created_at=now,
            updated_at=now,
        )  # fmt: skip
        planner.imports[made.id] = made
        return enveloped(
            201, "Set Accounts Successfully", {"csvId": made.id} if request.is_v3 else None
        )

    def _row(self, row: dict[str, str]) -> CsvRow:
        when = row["postAtSpecificTime"]
        try:
            moment = stamp(datetime.strptime(when, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
        except ValueError:
            moment = ""
        return CsvRow(
            id=self._state.hex_id("csv-row"), summary=row["content"], schedule=moment,
            media=[part.strip() for part in row.get("imageUrls", "").split(",") if part.strip()],
            link=row.get("OGmetaUrl", ""),
            fault="" if moment else f"{when} is not a date of the form YYYY-MM-DD HH:mm:ss",
        )  # fmt: skip

    @route("GET", f"{_PLANNER}/csv", _READ)
    def list(self, request: SimRequest) -> SimResponse:
        """List the imports, the newest first; they are in review afterwards."""
        if request.is_v3:
            require(request, "userId")
        found = [one for one in self._planner(request).imports.values() if one.status != "deleted"]
        rows: Any = [self._shown(request, one) for one in found[::-1][page(request.query)]]
        for one in found:
            _review(one)
        if self._levers.csv_imports == "one" and rows:
            rows = rows[0]
        return enveloped(200, "Fetched CSVs", {"csvs": rows, "count": len(found)})

    @route("GET", f"{_PLANNER}/csv/{{id}}", _READ)
    def get(self, request: SimRequest) -> SimResponse:
        """Return an import with its rows."""
        found = self._import(request, "id")
        _review(found)
        rows = [*found.rows.values()]
        results = {
            "csv": self._shown(request, found),
            "count": len(rows),
            "posts": [self._shown_row(request, found, row) for row in rows[page(request.query)]],
        }
        return enveloped(200, "Fetched CSV Posts", results)

    @route("PATCH", f"{_PLANNER}/csv/{{id}}", _WRITE)
    def finalize(self, request: SimRequest) -> SimResponse:
        """Plan each valid row of an import."""
        body, found = _FINALIZE.read(request), self._import(request, "id")
        if found.status == "completed":
            raise refuse(400, "CSV is finalized already")
        for row in found.rows.values():
            if not row.fault:
                post = {
                    "accountIds": found.account_ids,
                    "type": "post",
                    "summary": row.summary,
                    "media": [{"url": url, "type": "image/png"} for url in row.media],
                    "scheduleDate": row.schedule,
                    "userId": body.get("userId") or found.created_by,
                }
                self._posts.add(request.params["locationId"], post, "csv")
        found.status, found.updated_at = "completed", self._state.clock()
        return enveloped(200, "Finalized CSV")

    @route("DELETE", f"{_PLANNER}/csv/{{id}}", _WRITE)
    def delete(self, request: SimRequest) -> SimResponse:
        """Delete an import, but not the posts that it planned."""
        found = self._import(request, "id")
        found.status, found.updated_at = "deleted", self._state.clock()
        shown = self._shown(request, found)
        for key in ("_id", "id", "createdAt"):
            shown.pop(key, None)
        return enveloped(200, "Deleted CSV", {"csv": shown})

    @route("DELETE", f"{_PLANNER}/csv/{{csvId}}/post/{{postId}}", _WRITE)
    def delete_post(self, request: SimRequest) -> SimResponse:
        """Delete a row of an import."""
        found = self._import(request, "csvId")
        row = found.rows.pop(request.params["postId"], None)
        if row is None:
            raise refuse(400, "Post not found")
        return enveloped(200, "Deleted CSV Post", {"postId": row.id})

    def _import(self, request: SimRequest, name: str) -> CsvImport:
        found = self._planner(request).imports.get(request.params[name])
        if found is None or found.status == "deleted":
            raise refuse(400, "CSV not found")
        return found

    def _shown(self, request: SimRequest, found: CsvImport) -> dict[str, Any]:
        row: dict[str, Any] = {
            "_id": found.id,
            "locationId": request.params["locationId"],
            "fileName": found.upload.name,
            "accountIds": [*found.account_ids],
            "file": found.upload.path,
            "status": found.status,
            "count": len(found.rows),
            "createdBy": found.created_by,
            "approver": found.approver,
            "createdAt": stamp(found.created_at),
        }
        if request.is_v3:
            # v3's document lists `id`, but requires `_id`.
            row |= {"id": found.id, "csvFileType": _TYPE, "updatedAt": stamp(found.updated_at)}
        return row

    def _shown_row(self, request: SimRequest, found: CsvImport, row: CsvRow) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "_id": row.id,
            "accountIds": [*found.account_ids],
            "medias": [{"url": url, "type": "image"} for url in row.media],
            "scheduleDate": row.schedule,
            "summary": row.summary,
            "type": "post",
            "errorMessage": row.fault,
        }
        if row.link:
            shown["link"] = {"url": row.link}
        if request.is_v3:
            shown |= {"csvFileType": _TYPE, "status": "rejected" if row.fault else "pending"}
        return shown


def _review(found: CsvImport) -> None:
    if found.status == "in_progress":
        found.status = "in_review"


def _file(request: SimRequest) -> tuple[str, bytes]:
    """Return name and content of the file in a form."""
    part = parts(request).get("file")
    if part is None:
        raise _in_full(request, refuse(400, "CSV file is required"), "BadRequestException")
    return part.file_name or "file.csv", part.content


def _in_full(request: SimRequest, refused: SimFailureError, name: str) -> SimFailureError:
    """Return a refusal in the form that v3 uses for CSV imports only."""
    if not request.is_v3:
        return refused
    failure = refused.failure
    error = HTTPStatus(failure.status).phrase.replace("Content", "Entity")
    details = {"status": failure.status, "options": {}, "name": name, "error": error}
    return SimFailureError(SimFailure(failure.status, failure.body | details))


def _unreadable(request: SimRequest, code: str) -> SimFailureError:
    """Return the refusal of a file in another format."""
    if not request.is_v3:
        return refuse(400, code)
    words = code.replace("_", " ").capitalize()
    body = {"code": code, "message": words, "fileType": "CSV", "csvFileType": _TYPE}
    return SimFailureError(SimFailure(400, body))


def _rows(request: SimRequest, content: bytes) -> list[dict[str, str]]:
    """Return the rows; column names end at their first space."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        names = [name.partition(" ")[0] for name in reader.fieldnames or ()]
        rows = [dict(zip(names, row.values(), strict=False)) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(request, "CSV_INVALID_FORMAT") from None
    if not set(_REQUIRED) <= set(names):
        raise _unreadable(request, "CSV_HEADERS_NOT_MATCHING")
    if not rows:
        raise _unreadable(request, "CSV_EMPTY_FILE")
    return [{name: value or "" for name, value in row.items()} for row in rows]
