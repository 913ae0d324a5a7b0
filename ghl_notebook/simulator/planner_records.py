"""What the simulated Social Planner keeps about each thing of a sub-account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Post:
    """A post: planned, published, failed or deleted."""

    id: str
    location_id: str
    status: str
    source: str
    account_ids: list[str]
    platform: str
    created_by: str
    created_at: datetime
    updated_at: datetime
    #: What is passed on as it came: text, media, tags, and what the platforms want.
    content: dict[str, Any]
    schedule: datetime | None = None
    published_at: datetime | None = None
    category_id: str | None = None
    #: How many more lists it is missing from.
    lag: int = 0
    #: How many see it, where another is seen by one.
    appeal: float = 1.0

    @property
    def moment(self) -> datetime:
        """When it was or will be published, or was made."""
        return self.published_at or self.schedule or self.created_at


@dataclass(frozen=True, slots=True)
class Label:
    """A category or a tag; a tag has no colours."""

    id: str
    location_id: str
    name: str
    created_by: str
    created_at: datetime
    primary_color: str = ""
    secondary_color: str = ""


@dataclass(slots=True)
class Comment:
    """A comment on a post, or a reply to one: its parent is then a comment."""

    id: str
    post_id: str
    parent_id: str
    platform: str
    origin_id: str
    author: str
    content: str
    published_at: datetime
    likes: int = 0
    liked: bool = False
    is_read: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class CsvRow:
    """A row of an import; ``fault`` says why it cannot be planned."""

    id: str
    summary: str
    schedule: str
    media: list[str]
    link: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded, under its path."""

    path: str
    name: str
    size: int
    rows: list[dict[str, str]]


@dataclass(slots=True)
class CsvImport:
    """A file of posts that is being imported."""

    id: str
    upload: Upload
    status: str
    account_ids: list[str]
    rows: dict[str, CsvRow]
    created_by: str
    approver: str
    created_at: datetime
    updated_at: datetime
