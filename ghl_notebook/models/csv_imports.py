"""CSV imports: a file of posts to schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from .posts import GoogleDetails, TikTokDetails
from .record import Record, with_id


class UploadedCsv(Record, kw_only=True):
    """An uploaded file. To import it, set accounts for it."""

    file_path: str | None = None
    file_name: str | None = None
    rows_count: int | None = None
    file_size: int | None = None
    csv_file_type: str | None = None


class CsvImport(Record, kw_only=True):
    """An import.

    `status` is ``pending``, ``in_progress``, ``in_review``, ``importing``, ``completed``,
    ``failed`` or ``deleted``. You can finalize an import while it is in review.
    """

    has_two_ids: ClassVar[bool] = True

    id: str | None = None
    status: str | None = None
    count: int | None = None
    file_name: str | None = None
    file: str | None = None
    account_ids: list[str] = msgspec.field(default_factory=list)
    location_id: str | None = None
    created_by: str | None = None
    approver: str | None = None
    trace_id: str | None = None
    origin_id: str | None = None
    channel: str | None = None
    csv_file_type: str | None = None
    media_optimization: bool | None = None
    apply_watermark: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @classmethod
    def from_wire(cls, wire: object) -> CsvImport:
        """Make an import from decoded JSON; older API versions name the id ``_id``."""
        return super().from_wire(with_id(wire))

    @classmethod
    def list_from_wire(cls, wires: object) -> list[CsvImport]:
        """Make imports from a decoded JSON list, each by `from_wire`."""
        return [cls.from_wire(wire) for wire in wires] if isinstance(wires, list) else []


class CsvImportPage(Record, kw_only=True):
    """Some imports, and the total count."""

    csvs: list[CsvImport] = msgspec.field(default_factory=list)
    count: int | None = None

    @classmethod
    def from_wire(cls, wire: object) -> CsvImportPage:
        """Make a page from decoded JSON, with a list of imports or a single one."""
        if isinstance(wire, Mapping) and isinstance(wire.get("csvs"), Mapping):
            wire = {**wire, "csvs": [wire["csvs"]]}
        return super().from_wire(wire)


class CsvMedia(Record, kw_only=True):
    """A picture or video of a row, and its errors."""

    url: str | None = None
    type: str | None = None
    size: float | None = None
    width: float | None = None
    height: float | None = None
    duration: float | None = None
    error: str | None = None
    invalid_error: str | None = None


class CsvPost(Record, kw_only=True):
    """A row of an import. `error_message` is the reason why it cannot be scheduled."""

    id: str | None = msgspec.field(default=None, name="_id")
    summary: str | None = None
    schedule_date: str | None = None
    type: str | None = None
    status: str | None = None
    error_message: str | None = None
    account_ids: list[str] = msgspec.field(default_factory=list)
    medias: list[CsvMedia] = msgspec.field(default_factory=list)
    link: dict[str, Any] | None = None
    follow_up_comment: str | None = None
    tiktok_post_details: TikTokDetails | None = None
    gmb_post_details: GoogleDetails | None = None
    csv_file_type: str | None = None
    media_optimization: bool | None = None
    apply_watermark: bool | None = None
    updated_at: datetime | None = None


class CsvPostPage(Record, kw_only=True):
    """An import, some of its rows, and their total count."""

    csv: CsvImport | None = None
    posts: list[CsvPost] = msgspec.field(default_factory=list)
    count: int | None = None
