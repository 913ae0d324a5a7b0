"""The operations of the service in groups, each a thin class: its methods are the operations."""

from .posts import Posts

__all__ = ["Posts"]
