"""The groups of the API's operations, which both clients have."""

from __future__ import annotations

from typing import Generic

from .call import CallContext
from .operation import Mode
from .resources import (
    Accounts,
    AccountStatistics,
    Categories,
    Comments,
    CsvImports,
    Media,
    OAuth,
    Posts,
    QueueItems,
    Queues,
    Tags,
)


class Resources(Generic[Mode]):
    """Base class of `AsyncClient` and `Client`: a group for each resource of the API."""

    @property
    def _context(self) -> CallContext:
        raise NotImplementedError

    @property
    def accounts(self) -> Accounts[Mode]:
        """Connected accounts: list and disconnect them."""
        return Accounts(self._context)

    @property
    def oauth(self) -> OAuth[Mode]:
        """The login at a platform, and the accounts that you may attach after it."""
        return OAuth(self._context)

    @property
    def posts(self) -> Posts[Mode]:
        """Posts: planned, published, failed, and deleted."""
        return Posts(self._context)

    @property
    def media(self) -> Media[Mode]:
        """The media library: upload pictures and videos, and list its files."""
        return Media(self._context)

    @property
    def statistics(self) -> AccountStatistics[Mode]:
        """Statistics: views, likes, and comments, day by day."""
        return AccountStatistics(self._context)

    @property
    def categories(self) -> Categories[Mode]:
        """Categories of posts."""
        return Categories(self._context)

    @property
    def tags(self) -> Tags[Mode]:
        """Tags of posts."""
        return Tags(self._context)

    @property
    def csv_imports(self) -> CsvImports[Mode]:
        """Files of posts: upload, check, and plan them."""
        return CsvImports(self._context)

    @property
    def comments(self) -> Comments[Mode]:
        """Comments on posts, and replies to them (version v3)."""
        return Comments(self._context)

    @property
    def queues(self) -> Queues[Mode]:
        """Queues: posts of a category that are published repeatedly (version v3)."""
        return Queues(self._context)

    @property
    def queue_items(self) -> QueueItems[Mode]:
        """Items of a queue: posts in order (version v3)."""
        return QueueItems(self._context)
