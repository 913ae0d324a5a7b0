"""The groups of the service's operations, as both doors have them."""

from __future__ import annotations

from typing import Generic

from .ask import Service
from .operation import Door
from .resources import AccountStatistics, Categories, CsvImports, Posts, Tags


class Groups(Generic[Door]):
    """What `AsyncClient` and `Client` have in common: a group for each thing of the service."""

    @property
    def _service(self) -> Service:
        raise NotImplementedError

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
