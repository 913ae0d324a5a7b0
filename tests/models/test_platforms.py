"""The platforms, by their names."""

from __future__ import annotations

import pytest

from ghl_notebook.errors import PlatformError
from ghl_notebook.models import PLATFORMS, find_platform, same_platform


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
