"""Categories and tags of posts."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.errors import NotFoundError, UnexpectedAnswerError
from ghl_notebook.models import Category, CategoryPage, TagPage, total_of

_LOG: Final = logging.getLogger("ghl_notebook.api")
_MAX_QUOTE: Final = 100
_CATEGORIES = "/social-media-posting/{locationId}/categories"
_CATEGORY = _CATEGORIES + "/{categoryId}"
_TAGS = "/social-media-posting/{locationId}/tags"
_SOME_TAGS = {"tags": (list, str)}
"""An empty list may arrive as a text."""
_CATEGORY_READ, _TAG_READ = "socialplanner/category.readonly", "socialplanner/tag.readonly"


class Categories(Resource[Mode]):
    """Categories of a sub-account's posts."""

    @operation("GET", _CATEGORIES, scope=_CATEGORY_READ)
    async def list(
        self, call: Call, *, search_text: str | None = None, limit: int = 10, skip: int = 0
    ) -> CategoryPage:
        """List categories.

        Parameters
        ----------
        search_text : str, optional
            Return only categories with this text in their name.
        limit, skip : int
            The part of the list, whose length is `CategoryPage.count`.

        Returns
        -------
        CategoryPage
            The chosen categories.
        """
        return await call.page(CategoryPage.from_wire, required={"categories": list})

    @operation("GET", _CATEGORY, scope=_CATEGORY_READ)
    async def get(self, call: Call, category_id: str) -> Category:
        """Return one category.

        Parameters
        ----------
        category_id : str
            `Category.id`.

        Returns
        -------
        Category
            The category; `NotFoundError` if the id is unknown.
        """
        results = await call()
        found = results.get("category") if isinstance(results, dict) else results
        if isinstance(found, list):
            raise UnexpectedAnswerError(
                f"GET {_CATEGORY}",
                status=200,
                service_message="a list where one category was expected",
            )
        if not isinstance(found, dict):
            # The API answers 200, with the text "Category not found" instead of a category.
            raise NotFoundError(
                f"GET {_CATEGORY}",
                status=200,
                service_message="no category of this id",
                next_step="Pass an id that categories.list() shows.",
            )
        return Category.from_wire(found)


class Tags(Resource[Mode]):
    """Tags of a sub-account's posts."""

    @operation("GET", _TAGS, scope=_TAG_READ)
    async def list(
        self, call: Call, *, search_text: str | None = None, limit: int = 10, skip: int = 0
    ) -> TagPage:
        """List tags.

        Parameters
        ----------
        search_text : str, optional
            Return only tags with this text in their name.
        limit, skip : int
            The part of the list, whose length is `TagPage.count`.

        Returns
        -------
        TagPage
            The chosen tags.
        """
        return await call.page(_tag_page, required=_SOME_TAGS)

    @operation("POST", _TAGS + "/details", scope=_TAG_READ, changes=False)
    async def details(self, call: Call, tag_ids: Iterable[str]) -> TagPage:
        """Return the tags of some ids.

        Parameters
        ----------
        tag_ids : iterable of str
            Ids from `Post.tags`.

        Returns
        -------
        TagPage
            The tags that exist.
        """
        return _tag_page(await call(required=_SOME_TAGS))


def _tag_page(results: Mapping[str, Any]) -> TagPage:
    tags = results.get("tags")
    texts = [tag for tag in (tags if isinstance(tags, list) else [tags]) if isinstance(tag, str)]
    if any(text.strip() for text in texts) and total_of(results) != 0:
        _LOG.warning(
            "tags: GoHighLevel returned text instead of tags, which is left out: %s",
            repr(", ".join(texts)[:_MAX_QUOTE]),
        )
    return TagPage.from_wire(results)
