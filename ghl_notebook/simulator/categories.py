"""The operations on categories and tags; all of them are initial ones."""

from __future__ import annotations

from typing import Any

from .bodies import Body, page
from .planner_records import Label
from .request import SimRequest, SimResponse, enveloped
from .routes import Operations, route
from .state import stamp

_DETAILS = Body("tagIds:texts!")
_PLANNER = "/social-media-posting/{locationId}"
_READ = "socialplanner/category.readonly"
_TAGS_READ = "socialplanner/tag.readonly"


class CategoryOperations(Operations):
    """The operations on categories and tags."""

    @route("GET", f"{_PLANNER}/categories", _READ)
    def categories(self, request: SimRequest) -> SimResponse:
        """List the categories whose name contains a text."""
        found = _chosen(request, self._planner(request).categories)
        rows = [category(one) for one in found[page(request.query)]]
        return enveloped(200, "Fetched Categories", {"count": len(found), "categories": rows})

    @route("GET", f"{_PLANNER}/categories/{{id}}", _READ)
    def category(self, request: SimRequest) -> SimResponse:
        """Return a category; for an unknown id, 200 with a text instead of the category."""
        found = self._planner(request).categories.get(request.params["id"])
        shown = category(found) if found else "Category not found"
        return enveloped(200, "Fetched Category", {"category": shown})

    @route("GET", f"{_PLANNER}/tags", _TAGS_READ)
    def tags(self, request: SimRequest) -> SimResponse:
        """List the tags whose name contains a text."""
        found = _chosen(request, self._planner(request).tags)
        rows = [_tag(one) for one in found[page(request.query)]]
        return enveloped(200, "Fetched Tags", {"tags": rows, "count": len(found)})

    @route("POST", f"{_PLANNER}/tags/details", _TAGS_READ)
    def details(self, request: SimRequest) -> SimResponse:
        """Return the tags with some ids."""
        wanted = _DETAILS.read(request)["tagIds"]
        tags = self._planner(request).tags
        rows = [_tag(tags[one]) for one in wanted if one in tags]
        return enveloped(201, "Fetched Tags", {"tags": rows, "count": len(rows)})


def _chosen(request: SimRequest, labels: dict[str, Label]) -> list[Label]:
    text = request.query.get("searchText", "").casefold()
    return [one for one in labels.values() if text in one.name.casefold()]


def category(label: Label) -> dict[str, Any]:
    """Return the JSON of a category."""
    return {
        "name": label.name,
        "primaryColor": label.primary_color,
        "secondaryColor": label.secondary_color,
        **_common(label),
    }


def _tag(label: Label) -> dict[str, Any]:
    return {"tag": label.name, **_common(label)}


def _common(label: Label) -> dict[str, Any]:
    return {
        "_id": label.id,
        "locationId": label.location_id,
        "createdBy": label.created_by,
        "deleted": False,
        "createdAt": stamp(label.created_at),
        "updatedAt": stamp(label.created_at),
    }
