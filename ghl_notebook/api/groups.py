"""The groups of the API's operations, which both clients have."""

from __future__ import annotations

from typing import Generic

from .ask import Service
from .operation import Door
from .resources import (
    Accounts,
    AccountStatistics,
    Categories,
    Comments,
    CsvImports,
    OAuth,
    Posts,
    QueueItems,
    Queues,
    Tags,
)


class Groups(Generic[Door]):
    """Base class of `AsyncClient` and `Client`: a group for each resource of the API."""

    @property
    def _service(self) -> Service:
        raise NotImplementedError

    @property
    def accounts(self) -> Accounts[Door]:
        """Connected accounts: list and disconnect them."""
        return Accounts(self._service)

    @property
    def oauth(self) -> OAuth[Door]:
        """The login at a platform, and the accounts that you may attach after it."""
        return OAuth(self._service)

    @property
    def posts(self) -> Posts[Door]:
        """Posts: planned, published, failed, and deleted."""
        return Posts(self._service)

    @property
    def statistics(self) -> AccountStatistics[Door]:
        """Statistics: views, likes, and comments, day by day."""
        return AccountStatistics(self._service)

    @property
    def categories(self) -> Categories[Door]:
        """Categories of posts."""
        return Categories(self._service)

    @property
    def tags(self) -> Tags[Door]:
        """Tags of posts."""
        return Tags(self._service)

    @property
    def csv_imports(self) -> CsvImports[Door]:
        """Files of posts: upload, check, and plan them."""
        return CsvImports(self._service)

    @property
    def comments(self) -> Comments[Door]:
        """Comments on posts, and replies to them (version v3)."""
        return Comments(self._service)

    @property
    def queues(self) -> Queues[Door]:
        """Queues: posts of a category that are published repeatedly (version v3)."""
        return Queues(self._service)

    @property
    def queue_items(self) -> QueueItems[Door]:
        """Items of a queue: posts in order (version v3)."""
        return QueueItems(self._service)
