"""The planted service, and what every public function shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ipywidgets import Widget

from tests.login.page import Page

from .shown import Shown, charts_of, composed, show_all
from .world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service in whose every text a stranger has been."""
    folder = tmp_path_factory.mktemp("markup")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GHL_CREDENTIALS_DIR", str(folder / "credentials"))
        patch.setattr("comm.create_comm", Page)
        with World(folder) as world:
            yield world
            Widget.close_all()  # also logins that a call has waited for in vain
    Page.opened.clear()


@pytest.fixture(scope="module")
def plain(world: World) -> list[Shown]:
    """What is shown of each call."""
    return list(show_all(world))


@pytest.fixture(scope="module")
def charts(plain: list[Shown]) -> dict[str, Any]:
    """A chart of each function that makes one."""
    return charts_of(plain)


@pytest.fixture(scope="module")
def shown(world: World, plain: list[Shown], charts: dict[str, Any]) -> list[Shown]:
    """What is shown of each call, and of charts as users and renderers change them."""
    return [*plain, *composed(world, charts)]
