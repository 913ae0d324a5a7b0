"""The media library: upload pictures and videos once, and list files."""

from __future__ import annotations

import asyncio
import builtins
import time
from os import PathLike
from typing import Final

import msgspec

from ghl_notebook.api.call import Call
from ghl_notebook.api.local_file import LocalFile, check_local_file
from ghl_notebook.api.operation import AsyncMode, Mode, Resource, operation
from ghl_notebook.api.upload_record import UploadEntry, UploadRecord
from ghl_notebook.background import run_in_own_thread
from ghl_notebook.errors import GHLError
from ghl_notebook.models import LibraryFile, UploadedMedia
from ghl_notebook.transport import File

_READ, _WRITE = "medias.readonly", "medias.write"
_ON_ITS_WAY: Final = 1.0
"""For so many seconds after it began, an upload without an answer may still reach the API."""
_SEARCH_SECONDS: Final = 0.2


class Media(Resource[Mode]):
    """The media library of a sub-account: pictures, videos, and other files."""

    @operation("POST", "/medias/upload-file", scope=_WRITE)
    async def upload(
        self, call: Call, path: str | PathLike[str], *, parent_id: str | None = None
    ) -> UploadedMedia:
        """Upload a picture or video, and return its address for posts.

        A content is uploaded once to a sub-account: its SHA-256 checksum is recorded on this
        computer, in the folder ``uploads`` of ``GHL_PLANS_DIR``, and a repeated call returns the
        known address without a request. If an earlier upload was interrupted, the media library is
        searched for it first (``GET /medias/files``, scope ``medias.readonly``).

        Parameters
        ----------
        path : str or os.PathLike
            The file: a picture, audio, or PDF of up to 25 MB, or a video of up to 500 MB.
        parent_id : str, optional
            The folder of the media library, `LibraryFile.id`.

        Returns
        -------
        UploadedMedia
            Its address, id, media type, and checksum. In a post, pass
            ``media=[{"url": uploaded.url, "type": uploaded.type}]``.

        Raises
        ------
        ArgumentError
            If the file cannot be read, is too large, or is of another type.
        PlanError
            If the record of uploads cannot be read or written; nothing was uploaded.
        """
        file = await run_in_own_thread(check_local_file, path)
        record = UploadRecord(self.context.base_url, self.context.location_id)
        async with record.locked(file.sha256):
            known = record.find(file.sha256)
            if known is not None and known.url is None:
                known = await self._find_late(file, known.begun)
                if known is not None:
                    record.put(file.sha256, known)
            if known is None:
                known = await self._upload(call, file, record, parent_id)
        return UploadedMedia(
            file_id=known.file_id,
            url=known.url,
            type=file.type,
            name=known.name,
            sha256=file.sha256,
        )

    async def _upload(
        self, call: Call, file: LocalFile, record: UploadRecord, parent_id: str | None
    ) -> UploadEntry:
        """Upload a file, and record it before and after."""
        name = file.stored_name
        fields = {"name": name}
        if parent_id is not None:
            fields["parentId"] = parent_id
        content = await run_in_own_thread(file.read)
        record.put(file.sha256, UploadEntry(name, begun=time.time()))
        try:
            answer = await call(
                upload=File("file", name, content, file.type, fields),
                required={"url": str},
                has_envelope=False,
            )
        except GHLError as error:
            if error.outcome_unknown:
                record.put(file.sha256, UploadEntry(name))  # no longer on its way
            else:
                record.remove(file.sha256)
            raise
        file_id = answer.get("fileId")
        entry = UploadEntry(name, file_id if isinstance(file_id, str) else None, answer["url"])
        record.put(file.sha256, entry)
        return entry

    async def _find_late(self, file: LocalFile, begun: float) -> UploadEntry | None:
        """Find an upload, which may be on its way if it began a moment ago."""
        while True:
            found = await self._find(file)
            if found is not None or not 0 <= time.time() - begun < _ON_ITS_WAY:
                return found
            await asyncio.sleep(_SEARCH_SECONDS)

    async def _find(self, file: LocalFile) -> UploadEntry | None:
        """Return the upload of a file whose answer did not arrive, if it is in the library."""
        name = file.stored_name
        media: Media[AsyncMode] = Media(msgspec.structs.replace(self.context, is_sync=False))
        found = await media.list(query=name)
        return next(
            (UploadEntry(name, one.id, one.url) for one in found if one.name == name and one.url),
            None,
        )

    @operation("GET", "/medias/files", scope=_READ)
    async def list(
        self,
        call: Call,
        *,
        query: str | None = None,
        type: str = "file",
        parent_id: str | None = None,
        offset: int = 0,
        limit: int = 100,
        sort_by: str = "createdAt",
        sort_order: str = "desc",
    ) -> builtins.list[LibraryFile]:
        """List files of the media library.

        Parameters
        ----------
        query : str, optional
            Return only files whose name contains this text.
        type : str, default "file"
            ``"file"`` or ``"folder"``.
        parent_id : str, optional
            Return only the contents of this folder.
        offset, limit : int
            The part of the list.
        sort_by, sort_order : str
            The order: a field of the files, and ``"asc"`` or ``"desc"``.

        Returns
        -------
        list of LibraryFile
            The files.
        """
        answer = await call(
            required={"files": builtins.list},
            has_envelope=False,
            alt_type="location",
            alt_id=self.context.location_id,
        )
        return [LibraryFile.from_wire(one) for one in answer.get("files") or ()]
