"""The operations on categories and tags, which are there from the beginning."""

from __future__ import annotations

from typing import Any

from .bodies import Body, page
from .planner_records import Label
from .routes import Add
from .state import stamp
from .wire import Answer, Call, World, enveloped

_DETAILS = Body("tagIds:texts!")


class CategoryOperations:
    """What the routes of categories and tags lead to.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, add: Add) -> None:
        """Add the routes."""
        place = "/social-media-posting/{locationId}"
        read = "socialplanner/category.readonly"
        add("GET", f"{place}/categories", read, self.categories)
        add("GET", f"{place}/categories/{{id}}", read, self.category)
        read = "socialplanner/tag.readonly"
        add("GET", f"{place}/tags", read, self.tags)
        add("POST", f"{place}/tags/details", read, self.details)

    def categories(self, call: Call) -> Answer:
        """GET …/categories: a page of those whose name holds the text."""
        found = _chosen(call, self._world.planners.of(call.params["locationId"]).categories)
        rows = [category(one) for one in found[page(call.query)]]
        return enveloped(200, "Fetched Categories", {"count": len(found), "categories": rows})

    def category(self, call: Call) -> Answer:
        """GET …/categories/{id}: 200 with words in its place where there is none."""
        found = self._world.planners.of(call.params["locationId"]).categories.get(call.params["id"])
        shown = category(found) if found else "Category not found"
        return enveloped(200, "Fetched Category", {"category": shown})

    def tags(self, call: Call) -> Answer:
        """GET …/tags: a page of those whose name holds the text."""
        found = _chosen(call, self._world.planners.of(call.params["locationId"]).tags)
        rows = [_tag(one) for one in found[page(call.query)]]
        return enveloped(200, "Fetched Tags", {"tags": rows, "count": len(found)})

    def details(self, call: Call) -> Answer:
        """POST …/tags/details: the tags of some ids."""
        wanted = _DETAILS.read(call)["tagIds"]
        tags = self._world.planners.of(call.params["locationId"]).tags
        rows = [_tag(tags[one]) for one in wanted if one in tags]
        return enveloped(201, "Fetched Tags", {"tags": rows, "count": len(rows)})


def _chosen(call: Call, labels: dict[str, Label]) -> list[Label]:
    text = call.query.get("searchText", "").casefold()
    return [one for one in labels.values() if text in one.name.casefold()]


def category(label: Label) -> dict[str, Any]:
    """Return one category."""
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
