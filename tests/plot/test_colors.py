"""Colours stand out from light and dark pages, and from each other, for all eyes."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from ghl_notebook.frames.posts import POST_STATUS
from ghl_notebook.models import PLATFORMS
from ghl_notebook.plot import look
from ghl_notebook.plot.look import BLUE, GREY, LOW_TO_HIGH, PLATFORM_COLORS, VERMILION, ink_of
from ghl_notebook.plot.statuses import STATUS_COLORS
from tests.folding import folded

from .sight import EYES, brightness_of, contrast, difference

WHITE, DARK = "#ffffff", "#111111"


def test_every_platform_has_a_color_of_its_own() -> None:
    """No two platforms share one, and none is missing."""
    assert set(PLATFORM_COLORS) == set(PLATFORMS)
    assert len(set(PLATFORM_COLORS.values())) == len(PLATFORMS)


def test_every_status_has_a_color_of_its_own() -> None:
    """No two statuses share one, and none is missing."""
    assert set(STATUS_COLORS) == set(POST_STATUS.values)
    assert len(set(STATUS_COLORS.values())) == len(STATUS_COLORS)


@folded("page", [WHITE, DARK])
@folded("color", sorted({*PLATFORM_COLORS.values(), *STATUS_COLORS.values()}))
def test_a_color_stands_out_from_the_page(color: str, page: str) -> None:
    """By 3:1, which WCAG 2 asks of graphics."""
    assert contrast(color, page) >= 3


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("colors", [PLATFORM_COLORS, STATUS_COLORS], ids=["platform", "status"])
def test_colors_differ_for_all_eyes(colors: dict[str, str], eyes: str) -> None:
    """By three times what is just seen, where a kind of cones is missing as well."""
    alike = [
        (one, other)
        for one, other in combinations(colors, 2)
        if difference(colors[one], colors[other], eyes) < 0.06
    ]
    assert alike == []


@pytest.mark.parametrize("eyes", EYES)
def test_what_has_expired_differs_more(eyes: str) -> None:
    """Where three colours are stacked on each other, they differ by four times what is seen."""
    assert all(difference(a, b, eyes) > 0.08 for a, b in combinations((VERMILION, BLUE, GREY), 2))


@pytest.mark.parametrize("eyes", EYES)
def test_more_is_brighter(eyes: str) -> None:
    """The scale of the heat map is one of brightness, for all eyes."""
    steps = [brightness_of(color, eyes) for color in LOW_TO_HIGH]
    assert all(more > 1.3 * less for less, more in pairwise(steps))


@pytest.mark.parametrize(
    ("theme", "page", "least"),
    [(None, WHITE, 4.25), (None, DARK, 4.25), ("light", WHITE, 7), ("dark", DARK, 7)],
)
def test_words_are_read(theme: look.Theme | None, page: str, least: float) -> None:
    """On the page that is known by 7:1; on either by as much as one grey can."""
    assert contrast(ink_of(theme), page) >= least
