"""The groups of the service's operations, as both doors have them."""

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
    """What `AsyncClient` and `Client` have in common: a group for each thing of the service."""

    @property
    def _service(self) -> Service:
        raise NotImplementedError

    @property
    def accounts(self) -> Accounts[Door]:
        """Connected accounts: list and disconnect them."""
        return Accounts(self._service)

    @property
    def oauth(self) -> OAuth[Door]:
        """The login at a platform, and what may be attached after it."""
        return OAuth(self._service)

    @property
    def posts(self) -> Posts[Door]:
        """Posts: planned, published, failed and deleted ones."""
        return Posts(self._service)

    @property
    def statistics(self) -> AccountStatistics[Door]:
        """Statistics: what was seen, liked and said, day by day."""
        return AccountStatistics(self._service)

    @property
    def categories(self) -> Categories[Door]:
        """Categories that posts are in."""
        return Categories(self._service)

    @property
    def tags(self) -> Tags[Door]:
        """Tags that posts have."""
        return Tags(self._service)

    @property
    def csv_imports(self) -> CsvImports[Door]:
        """Files of posts: uploaded, looked at, and planned."""
        return CsvImports(self._service)

    @property
    def comments(self) -> Comments[Door]:
        """Comments on posts, and replies to them (version v3)."""
        return Comments(self._service)

    @property
    def queues(self) -> Queues[Door]:
        """Queues: posts of a category, published again and again (version v3)."""
        return Queues(self._service)

    @property
    def queue_items(self) -> QueueItems[Door]:
        """Items of a queue, each a post in its place (version v3)."""
        return QueueItems(self._service)
