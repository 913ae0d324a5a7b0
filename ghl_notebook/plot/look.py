"""The look of charts: colors, text, and sizes, on light and dark pages."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args

from ghl_notebook.errors import SettingsError, install_command
from ghl_notebook.models import platform_title, read_choice

if TYPE_CHECKING:
    import altair as alt

Theme = Literal["light", "dark"]

AnyChart = TypeVar("AnyChart", "alt.Chart", "alt.LayerChart", "alt.FacetChart", "alt.VConcatChart")

# Four of Okabe and Ito's colors with a contrast of 3:1 to white and #111, and six more that differ
# as much from these and from each other, also for color-blind readers.
BLUE: Final = "#0072b2"
VERMILION: Final = "#d55e00"
GREEN: Final = "#009e73"
PINK: Final = "#cc79a7"
BROWN: Final = "#8b534b"
VIOLET: Final = "#8b6fe6"
SLATE: Final = "#566080"
RED: Final = "#bb3509"
GREY: Final = "#72727a"
LILAC: Final = "#b07fd3"

PLATFORM_COLORS: Final = {
    "facebook": BLUE,
    "google": GREEN,
    "instagram": PINK,
    "linkedin": SLATE,
    "pinterest": RED,
    "threads": LILAC,
    "tiktok": GREY,
    "tiktok-business": BROWN,
    "twitter": VIOLET,
    "youtube": VERMILION,
}

LOW_TO_HIGH: Final = ("#414487", "#2a788e", "#22a884", "#7ad151", "#fde725")
"""Viridis without its darkest part, which is invisible on a dark page."""

WIDTH: Final = 640

# Text for light and dark pages: no gray has a contrast above 4.4:1 to both white and #111.
_EITHER: Final = "#7a7a7a"
_INKS: Final[dict[str | None, str]] = {None: _EITHER, "light": "#333333", "dark": "#d6d6d6"}


def ink_of(theme: Theme | None) -> str:
    """Return the color of text.

    Raises
    ------
    ArgumentError
        If there is no such theme.
    """
    chosen = None if theme is None else read_choice("theme", theme, get_args(Theme))
    return _INKS[chosen]


def require_altair() -> None:
    """Check that the libraries that draw charts are installed.

    Raises
    ------
    SettingsError
        If one is not.
    """
    missing = [name for name in ("altair", "vl_convert") if importlib.util.find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"Charts need {' and '.join(missing)}, which is not installed.",
            f"{install_command('plot')}, and restart the kernel.",
        )


_COLORS: Final = {platform_title(platform): color for platform, color in PLATFORM_COLORS.items()}


def color_of(title: str) -> str:
    """Return the color of a platform, by its display name."""
    return _COLORS.get(title, _EITHER)


def words_of(name: str) -> str:
    """Return a value of the API as text, for the start of a line."""
    return name.replace("_", " ").capitalize()


def finish(chart: AnyChart, title: str, subtitle: Sequence[str], theme: Theme | None) -> AnyChart:
    """Give a chart its title, a transparent background, and colors that suit the page."""
    import altair as alt

    from .display import displayed

    ink = ink_of(theme)
    words: dict[str, Any] = {"labelColor": ink, "titleColor": ink, "labelFontSize": 11}
    lines: dict[str, Any] = {"domainColor": ink, "gridColor": ink, "tickColor": ink}
    finished = chart.properties(
        background="transparent",
        title=alt.TitleParams(title, subtitle=list(subtitle), anchor="start", offset=12),
    ).configure(
        axis={**words, **lines, "gridOpacity": 0.25, "titleFontWeight": "normal"},
        header={**words, "labelFontSize": 12},
        legend={**words, "titleFontWeight": "normal"},
        title={"color": ink, "subtitleColor": ink, "fontSize": 15, "subtitleFontSize": 12},
        view={"stroke": None},
    )
    drawn: AnyChart = displayed(finished)
    return drawn


def nothing(text: str, theme: Theme | None) -> alt.Chart:
    """Return an empty chart with the reason as text."""
    import altair as alt

    chart: alt.Chart = (
        alt.Chart(alt.InlineData([{}]), width=WIDTH, height=80)
        .mark_text(text=text, color=ink_of(theme), fontSize=13)
        .encode()
    )
    return finish(chart, "", (), theme)
