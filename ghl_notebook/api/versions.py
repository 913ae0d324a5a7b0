"""Which version of the API each operation is called under, as one table.

An operation is called under the version whose document has it and returns most. Nothing that a user
passes depends on it; ``api_version`` of a client pins one version for all operations that exist
under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ghl_notebook.transport import API_V3, API_VERSION, API_VERSIONS

_OLDER: Final = tuple(version for version in API_VERSIONS if version != API_V3)


class Versions(msgspec.Struct, frozen=True):
    """The versions of an operation.

    Attributes
    ----------
    path : str
        The beginning of its path.
    best : str
        The version to call it under.
    others : tuple of str
        The versions that have it as well.
    v3_parameters : tuple of str
        Parameters that only v3 has: with one of them, an operation is called under v3.
    gives : str
        What only the best version returns.
    """

    path: str
    best: str = API_VERSION
    others: tuple[str, ...] = API_VERSIONS
    v3_parameters: tuple[str, ...] = ()
    gives: str = ""

    def choose(self, pinned: str | None, given: Mapping[str, Any]) -> str | None:
        """Return the version for a call; None if the operation does not exist under the pinned one.

        Parameters
        ----------
        pinned : str or None
            The version that the user has chosen.
        given : Mapping
            The arguments of the call.
        """
        if pinned is not None:
            return pinned if pinned in (self.best, *self.others) else None
        if any(given.get(name) is not None for name in self.v3_parameters):
            return API_V3
        return self.best


_PLANNER: Final = "/social-media-posting/{locationId}"

#: The first row whose path fits counts.
VERSIONS: Final = (
    Versions(
        f"{_PLANNER}/posts",
        API_V3,
        gives="likes, comments, and shares of posts, and the details of all platforms",
    ),
    Versions(f"{_PLANNER}/csv", API_V3, gives="the id of an import, and imports from templates"),
    Versions(f"{_PLANNER}/set-accounts", API_V3, gives="the id of an import"),
    Versions("/social-media-posting/comments", API_V3, ()),
    Versions("/social-media-posting/category/queues", API_V3, ()),
    # Not under v3: the message of a login was only ever seen after this one.
    Versions("/social-media-posting/oauth/{platform}/start"),
    Versions("/social-media-posting/oauth/", v3_parameters=("search",)),
    Versions("/users/", others=_OLDER),  # v3 has no list of users
    Versions("/"),
)


def versions_of(template: str) -> Versions:
    """Return the versions of an operation, by its path."""
    return next(row for row in VERSIONS if template.startswith(row.path))
