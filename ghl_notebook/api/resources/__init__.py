"""The operations of the API in groups. A group is a thin class with the operations as methods."""

from .accounts import Accounts
from .categories import Categories, Tags
from .comments import Comments
from .csv_imports import CsvImports
from .media import Media
from .oauth import OAuth
from .posts import Posts
from .queue_items import QueueItems
from .queues import Queues
from .statistics import AccountStatistics

__all__ = [
    "AccountStatistics",
    "Accounts",
    "Categories",
    "Comments",
    "CsvImports",
    "Media",
    "OAuth",
    "Posts",
    "QueueItems",
    "Queues",
    "Tags",
]
