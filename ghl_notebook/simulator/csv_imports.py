"""The operations on CSV imports: uploaded, given accounts, looked at, and planned."""

from __future__ import annotations

import csv
import email
import email.policy
import io
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from .bodies import Body, page
from .faults import Failure, RefusedError, refuse
from .planner_records import CsvImport, CsvRow, Upload
from .planners import Planner
from .posts import PostOperations
from .routes import Add
from .state import stamp
from .wire import Answer, Call, World, enveloped, require

_SET = Body(
    "accountIds:texts! filePath:text! rowsCount:number! fileName:text! approver:text userId:text",
    "userId:text! csvFileType:text",
)
_FINALIZE = Body("userId:text", "userId:text!")
#: Of the service's sample file, up to the first space; the others may be left out.
_WANTED = ("postAtSpecificTime", "content")
_TYPE = "basic"


class CsvOperations:
    """What the routes of CSV imports lead to.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._posts = PostOperations(world)

    def add_to(self, add: Add) -> None:
        """Add the routes."""
        read, write = "socialplanner/csv.readonly", "socialplanner/csv.write"
        place = "/social-media-posting/{locationId}"
        add("POST", f"{place}/csv", write, self.upload)
        add("GET", f"{place}/csv", read, self.list)
        add("POST", f"{place}/set-accounts", write, self.set_accounts)
        add("GET", f"{place}/csv/{{id}}", read, self.get)
        add("PATCH", f"{place}/csv/{{id}}", write, self.finalize)
        add("DELETE", f"{place}/csv/{{id}}", write, self.delete)
        add("DELETE", f"{place}/csv/{{csvId}}/post/{{postId}}", write, self.delete_post)

    def upload(self, call: Call) -> Answer:
        """POST …/csv: a form with the file; it is kept, and nothing is imported."""
        name, content = _file(call)
        rows = _rows(call, content)
        path = f"{call.params['locationId']}/social-import/{self._world.state.hex_id('file')}.csv"
        planner = self._world.planners.to_change(call.params["locationId"])
        planner.uploads[path] = Upload(path, name, len(content), rows)
        results: dict[str, Any] = {"filePath": path, "rowsCount": len(rows), "fileName": name}
        if _is_v3(call):
            results |= {"fileSize": len(content), "csvFileType": _TYPE}
        return enveloped(201, "Uploaded CSV", results)

    def set_accounts(self, call: Call) -> Answer:
        """POST …/set-accounts: the import begins."""
        try:
            body = _SET.read(call)
        except RefusedError as refused:
            if refused.failure.status != 422:
                raise
            raise _in_full(call, refused, "UnprocessableEntityException") from None
        state, planner = self._world.state, self._planner(call)
        upload = planner.uploads.get(body["filePath"])
        if upload is None:
            raise refuse(400, "CSV file not found")
        if not 1 <= body["rowsCount"] <= len(upload.rows):
            fault = refuse(422, ["rowsCount must be between 1 and number of posts in CSV"])
            raise _in_full(call, fault, "UnprocessableEntityException")
        if any(state.account(one, planner.location_id) is None for one in body["accountIds"]):
            raise refuse(400, "Account not found")
        now = state.clock()
        rows = [self._row(row) for row in upload.rows[: int(body["rowsCount"])]]
        made = CsvImport(
            id=state.hex_id("csv"),
            upload=upload,
            status="in_progress",
            account_ids=[*body["accountIds"]],
            rows={row.id: row for row in rows},
            created_by=body.get("userId", ""),
            approver=body.get("approver", ""),
            created_at=now,
            updated_at=now,
        )
        planner.imports[made.id] = made
        return enveloped(
            201, "Set Accounts Successfully", {"csvId": made.id} if _is_v3(call) else None
        )

    def _row(self, row: dict[str, str]) -> CsvRow:
        when = row["postAtSpecificTime"]
        try:
            moment = stamp(datetime.strptime(when, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
        except ValueError:
            moment = ""
        return CsvRow(
            id=self._world.state.hex_id("csv-row"),
            summary=row["content"],
            schedule=moment,
            media=[part.strip() for part in row.get("imageUrls", "").split(",") if part.strip()],
            link=row.get("OGmetaUrl", ""),
            fault="" if moment else f"{when} is not a date of the form YYYY-MM-DD HH:mm:ss",
        )

    def list(self, call: Call) -> Answer:
        """GET …/csv: the newest first; one that was looked at is in review afterwards."""
        if _is_v3(call):
            require(call, "userId")
        found = [one for one in self._planner(call).imports.values() if one.status != "deleted"]
        rows: Any = [self._shown(call, one) for one in found[::-1][page(call.query)]]
        for one in found:
            _go_on(one)
        if self._world.levers.csv_imports == "one" and rows:
            rows = rows[0]
        return enveloped(200, "Fetched CSVs", {"csvs": rows, "count": len(found)})

    def get(self, call: Call) -> Answer:
        """GET …/csv/{id}: its rows."""
        found = self._import(call, "id")
        _go_on(found)
        rows = [*found.rows.values()]
        results = {
            "csv": self._shown(call, found),
            "count": len(rows),
            "posts": [self._shown_row(call, found, row) for row in rows[page(call.query)]],
        }
        return enveloped(200, "Fetched CSV Posts", results)

    def finalize(self, call: Call) -> Answer:
        """PATCH …/csv/{id}: each sound row is planned."""
        body, found = _FINALIZE.read(call), self._import(call, "id")
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
                self._posts.made(call.params["locationId"], post, "csv")
        found.status, found.updated_at = "completed", self._world.state.clock()
        return enveloped(200, "Finalized CSV")

    def delete(self, call: Call) -> Answer:
        """DELETE …/csv/{id}: posts that it has planned stay."""
        found = self._import(call, "id")
        found.status, found.updated_at = "deleted", self._world.state.clock()
        shown = self._shown(call, found)
        for key in ("_id", "id", "createdAt"):
            shown.pop(key, None)
        return enveloped(200, "Deleted CSV", {"csv": shown})

    def delete_post(self, call: Call) -> Answer:
        """DELETE …/csv/{csvId}/post/{postId}."""
        found = self._import(call, "csvId")
        row = found.rows.pop(call.params["postId"], None)
        if row is None:
            raise refuse(400, "Post not found")
        return enveloped(200, "Deleted CSV Post", {"postId": row.id})

    def _planner(self, call: Call) -> Planner:
        return self._world.planners.of(call.params["locationId"])

    def _import(self, call: Call, name: str) -> CsvImport:
        found = self._planner(call).imports.get(call.params[name])
        if found is None or found.status == "deleted":
            raise refuse(400, "CSV not found")
        return found

    def _shown(self, call: Call, found: CsvImport) -> dict[str, Any]:
        row: dict[str, Any] = {
            "_id": found.id,
            "locationId": call.params["locationId"],
            "fileName": found.upload.name,
            "accountIds": [*found.account_ids],
            "file": found.upload.path,
            "status": found.status,
            "count": len(found.rows),
            "createdBy": found.created_by,
            "approver": found.approver,
            "createdAt": stamp(found.created_at),
        }
        if _is_v3(call):
            # v3's document names `id`, and wants `_id`.
            row |= {"id": found.id, "csvFileType": _TYPE, "updatedAt": stamp(found.updated_at)}
        return row

    def _shown_row(self, call: Call, found: CsvImport, row: CsvRow) -> dict[str, Any]:
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
        if _is_v3(call):
            shown |= {"csvFileType": _TYPE, "status": "rejected" if row.fault else "pending"}
        return shown


def _is_v3(call: Call) -> bool:
    return call.headers["version"] == "v3"


def _go_on(found: CsvImport) -> None:
    if found.status == "in_progress":
        found.status = "in_review"


def _file(call: Call) -> tuple[str, bytes]:
    """Return name and content of the form's file."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    form = email.message_from_bytes(head + call.body, policy=email.policy.HTTP)
    for part in form.iter_parts() if form.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == "file":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return part.get_filename() or "file.csv", content
    raise _in_full(call, refuse(400, "CSV file is required"), "BadRequestException")


def _in_full(call: Call, refused: RefusedError, name: str) -> RefusedError:
    """Return a refusal as v3 words it here, and nowhere else."""
    if not _is_v3(call):
        return refused
    failure = refused.failure
    error = HTTPStatus(failure.status).phrase.replace("Content", "Entity")
    told = {"status": failure.status, "options": {}, "name": name, "error": error}
    return RefusedError(Failure(failure.status, failure.body | told))


def _unreadable(call: Call, code: str) -> RefusedError:
    """Return what is answered to a file of another form."""
    if not _is_v3(call):
        return refuse(400, code)
    words = code.replace("_", " ").capitalize()
    body = {"code": code, "message": words, "fileType": "CSV", "csvFileType": _TYPE}
    return RefusedError(Failure(400, body))


def _rows(call: Call, content: bytes) -> list[dict[str, str]]:
    """Return the rows, by the names of the columns up to their first space."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        names = [name.partition(" ")[0] for name in reader.fieldnames or ()]
        rows = [dict(zip(names, row.values(), strict=False)) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(call, "CSV_INVALID_FORMAT") from None
    if not set(_WANTED) <= set(names):
        raise _unreadable(call, "CSV_HEADERS_NOT_MATCHING")
    if not rows:
        raise _unreadable(call, "CSV_EMPTY_FILE")
    return [{name: value or "" for name, value in row.items()} for row in rows]
