"""Who asks: kinds of credential, their storage, their renewal, and the ``httpx.Auth`` of each."""

from .bearer import BearerAuth

__all__ = ["BearerAuth"]
