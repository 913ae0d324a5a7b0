"""The operations on the media library: upload a file, and list files."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Any

from .faults import refuse
from .forms import parts
from .planner_records import MediaFile
from .request import SimRequest, SimResponse, require
from .routes import Operations, route
from .state import stamp

#: The limits of the vendor's document of version v3.
MAX_BYTES, MAX_VIDEO_BYTES = 25_000_000, 500_000_000
_TYPES = ("image/", "video/", "audio/", "application/pdf")
_ADDRESS = "https://storage.test"


class MediaOperations(Operations):
    """The operations on the media library."""

    @route("POST", "/medias/upload-file", "medias.write")
    def upload(self, request: SimRequest) -> SimResponse:
        """Store a file; a second upload of the same content is a second file."""
        form = parts(request)
        file = form.get("file")
        if file is None or not file.content:
            raise refuse(400, "File is required")
        # The documents name the limits; how the live service words its refusals is not known.
        is_video = file.media_type.startswith("video/")
        if not file.media_type.startswith(_TYPES):
            raise refuse(400, f"File type {file.media_type} is not supported")
        if len(file.content) > (MAX_VIDEO_BYTES if is_video else MAX_BYTES):
            raise refuse(413, "File size exceeds the maximum allowed")
        state = self._state
        token = state.token_of(request.bearer)
        location = (token.location_id if token is not None else None) or ""
        name = form["name"].text if "name" in form else file.file_name
        key = state.hex_id("media")
        url = f"{_ADDRESS}/{location}/media/{key}{PurePosixPath(name).suffix}"
        made = MediaFile(
            id=key, name=name, url=url, media_type=file.media_type, size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            parent_id=form["parentId"].text if "parentId" in form else "",
            created_at=state.clock(),
        )  # fmt: skip
        self._context.planners.to_change(location).media[key] = made
        return SimResponse(200, {"fileId": made.id, "url": made.url})

    @route("GET", "/medias/files", "medias.readonly")
    def list(self, request: SimRequest) -> SimResponse:
        """List the files of a sub-account, the newest first unless ``sortOrder`` is asc."""
        require(request, "sortBy", "sortOrder", "type", "altType", "altId")
        query = request.query
        wanted = query.get("query", "").lower()
        found = [
            one
            for one in self._context.planners.of(query["altId"]).media.values()
            if wanted in one.name.lower()
            and query.get("parentId") in (None, "", one.parent_id)
            and query["type"] == "file"
        ]
        if query["sortOrder"] != "asc":
            found.reverse()
        try:
            first, limit = int(query.get("offset") or 0), int(query.get("limit") or len(found))
        except ValueError:
            raise refuse(422, ["offset and limit must be numbers"]) from None
        rows = [_shown(one, query["altId"]) for one in found[first : first + limit]]
        return SimResponse(200, {"files": rows})


def _shown(file: MediaFile, location_id: str) -> dict[str, Any]:
    return {
        "_id": file.id,
        "altId": location_id,
        "altType": "location",
        "name": file.name,
        "parentId": file.parent_id,
        "url": file.url,
        "path": f"location/{location_id}/media/{file.id}",
        "type": "file",
        "contentType": file.media_type,
        "size": file.size,
        "createdAt": stamp(file.created_at),
    }
