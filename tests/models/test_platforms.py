"""The platforms, by their names."""

from __future__ import annotations

from typing import get_args

import pytest

from ghl_notebook.errors import ArgumentError, PlatformError
from ghl_notebook.models import (
    PLATFORMS,
    CommentPlatform,
    PlatformName,
    find_platform,
    read_platforms,
    same_platform,
)
from tests.folding import folded


@pytest.mark.parametrize("key", PLATFORMS)
def test_a_platform_is_found_by_its_key(key: str) -> None:
    """Under its name in paths, and in any spelling of it."""
    assert find_platform(key) is PLATFORMS[key]
    assert find_platform(f" {key.upper().replace('-', '_')} ") is PLATFORMS[key]


@pytest.mark.parametrize("key", PLATFORMS)
def test_a_key_is_what_paths_are_made_of(key: str) -> None:
    """Lower case, without anything that a path would have to encode."""
    assert PLATFORMS[key].key == key
    assert key.replace("-", "").isalpha()
    assert key == key.lower()


def test_x_is_twitter() -> None:
    """The new name leads to the old key."""
    assert find_platform("X").key == "twitter"


def test_an_unknown_platform_lists_the_known_ones() -> None:
    """The error says what there is to choose from."""
    with pytest.raises(PlatformError) as caught:
        find_platform("myspace")
    assert caught.value.next_step == f"Choose one of: {', '.join(PLATFORMS)}."


def test_bluesky_is_connected_elsewhere() -> None:
    """Its start answers an error, whoever asks."""
    with pytest.raises(PlatformError, match="Social Planner"):
        find_platform("bluesky")


def test_spellings_of_one_platform_are_the_same() -> None:
    """Payloads and paths need not spell alike."""
    assert same_platform("TikTok_Business", "tiktok-business")
    assert not same_platform("tiktok", "tiktok-business")


def test_every_platform_that_can_be_connected_is_named() -> None:
    """The type `PlatformName` has them, and those that accounts have without OAuth."""
    assert set(get_args(PlatformName)) == {*PLATFORMS, "bluesky", "community"}
    assert set(get_args(CommentPlatform)) < set(get_args(PlatformName))


@folded(
    ("name", "keys"),
    [
        ("instagram", ["instagram"]),
        ("TikTok_Business", ["tiktok-business"]),
        ("TikTok Business", ["tiktok-business"]),
        ("Google Business Profile", ["google"]),
        (" X ", ["twitter"]),
        ("X (Twitter)", ["twitter"]),
        ("community", ["community"]),
        (["LinkedIn", "linkedin", "TIKTOK"], ["linkedin", "tiktok"]),
        (None, None),
    ],
)
def test_a_filter_takes_any_spelling_of_a_platform(name: object, keys: list[str] | None) -> None:
    """Case, blanks, ``_`` and ``-`` do not matter; None stands for all."""
    assert read_platforms(name) == keys


def test_a_filter_by_no_platform_is_an_error() -> None:
    """It would match nothing."""
    with pytest.raises(ArgumentError, match="platform is empty"):
        read_platforms([])


def test_a_filter_by_an_unknown_platform_lists_those_that_there_are() -> None:
    """It is an argument's fault, and not a login's."""
    with pytest.raises(ArgumentError, match="There is no platform 'orkut'") as caught:
        read_platforms("orkut")
    assert caught.value.next_step.startswith("Choose one of: facebook, instagram, google")
