"""CSV imports: a file of posts on its way to be planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from .posts import GoogleDetails, TikTokDetails
from .record import Record


class UploadedCsv(Record, kw_only=True):
    """A file that was uploaded; it is imported once accounts are set for it."""

    file_path: str | None = None
    file_name: str | None = None
    rows_count: int | None = None
    file_size: int | None = None
    csv_file_type: str | None = None


class CsvImport(Record, kw_only=True):
    """An import.

    `status` is ``pending``, ``in_progress``, ``in_review``, ``importing``, ``completed``,
    ``failed`` or ``deleted``; it is finalized while it is in review.
    """

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
        """Make it from decoded JSON: older versions call the id ``_id``."""
        if isinstance(wire, Mapping) and "_id" in wire:
            wire = {"id": wire["_id"], **{k: v for k, v in wire.items() if k != "_id"}}
        return super().from_wire(wire)

    @classmethod
    def list_from_wire(cls, wires: object) -> list[CsvImport]:
        """Make imports from a decoded JSON list, each as `from_wire` does."""
        return [cls.from_wire(wire) for wire in wires] if isinstance(wires, list) else []


class CsvImportPage(Record, kw_only=True):
    """Some imports, and how many there are in all."""

    csvs: list[CsvImport] = msgspec.field(default_factory=list)
    count: int | None = None

    @classmethod
    def from_wire(cls, wire: object) -> CsvImportPage:
        """Make it from decoded JSON, with a list of imports or a single one."""
        if isinstance(wire, Mapping) and isinstance(wire.get("csvs"), Mapping):
            wire = {**wire, "csvs": [wire["csvs"]]}
        return super().from_wire(wire)


class CsvMedia(Record, kw_only=True):
    """A picture or video of a row, and what is wrong with it."""

    url: str | None = None
    type: str | None = None
    size: float | None = None
    width: float | None = None
    height: float | None = None
    duration: float | None = None
    error: str | None = None
    invalid_error: str | None = None


class CsvPost(Record, kw_only=True):
    """A row of an import. `error_message` says why it cannot be planned."""

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
    """An import, some of its rows, and how many it has in all."""

    csv: CsvImport | None = None
    posts: list[CsvPost] = msgspec.field(default_factory=list)
    count: int | None = None
