"""The hour of the week with the most engagement per post."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ghl_notebook.analysis.engagement import (
    POST_COLUMNS,
    in_zones,
    published,
    with_engagement,
    zones_of,
)
from ghl_notebook.analysis.inputs import check_number
from ghl_notebook.guard import guarded

from .inputs import read_columns
from .look import LOW_TO_HIGH, Theme, finish, ink_of, nothing, require_altair

if TYPE_CHECKING:
    import altair as alt

_WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
_MAX_FEW: Final = 1000
_CELL_PIXELS: Final = 24
_PALE: Final = 0.4
"""The share of the highest mean above which black is easier to read than white."""


@guarded
def plot_hours(
    posts: pd.DataFrame,
    *,
    tz: str | tzinfo | pd.DataFrame = "UTC",
    relative: bool = True,
    few: int = 3,
    theme: Theme | None = None,
) -> alt.Chart | alt.LayerChart:
    """Draw the mean engagement per post by hour of the week, as a heat map.

    Engagement is the sum of likes, comments, and shares so far. By default, it is compared with
    what is usual for the account, so that accounts with many followers do not dominate: 1.5 is 50%
    more than the account's median. The number in a square counts its posts. An hour with few posts
    has a small square, because its mean is unreliable. The best of the other hours is framed, and
    named in the subtitle.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`. Posts that are not published, or that have no numbers, do not count.
    tz : str, datetime.tzinfo or pandas.DataFrame, default "UTC"
        The time zone of the hours, for instance ``"Europe/Berlin"``: choose the one of your
        readers. Pass ``fetch_locations(agency, installed=False)`` to use each sub-account's own;
        posts of sub-accounts without a time zone are left out. The axis names the time zone.
    relative : bool, default True
        Divide the engagement of each post by the median of its account. Accounts with fewer than 3
        posts, or with a median of 0, are left out. With False, the chart shows the numbers
        themselves.
    few : int, default 3
        Hours with fewer posts than this have a small square.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.LayerChart
        Weekdays by hours, with a transparent background. If there is nothing to draw, an
        `altair.Chart` with the reason as text.

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column, none of its published posts has numbers, or an argument is
        invalid.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    ink = ink_of(theme)
    check_number("few", few, 1, _MAX_FEW)
    optional = {"id"} if isinstance(tz, pd.DataFrame) else {"id", "location_id"}
    rows = published(
        read_columns(
            posts,
            POST_COLUMNS,
            source="fetch_posts()",
            optional=optional if relative else {*optional, "account_id"},
        )
    )
    if rows.empty:
        return nothing("No published posts", theme)
    known = with_engagement(rows, relative=False)
    zones, name = zones_of(known, tz)
    used = with_engagement(known, relative=relative)
    if used.empty:
        return nothing("No account has enough posts to tell what is usual", theme)
    cells = _cells(used, zones[used.index], few, "{:,.2f}" if relative else "{:,.1f}")
    unit = "the usual" if relative else "per post"
    notes = [_best(cells, few, unit), f"Numbers: posts. Small squares: fewer than {few} posts"]
    if relative:
        notes.append("1 is the median of a post's account")
    if len(used) < len(known):
        notes.append(f"{len(known) - len(used):,} posts left out: of accounts without a usual")
    if unknown := int(zones[used.index].isna().sum()):
        notes.append(f"{unknown:,} posts left out: the time zone of their sub-account is unknown")
    chart = _draw(cells, name, unit, ink)
    return finish(chart, "Engagement by hour of the week", notes, theme)


def _cells(posts: pd.DataFrame, zones: pd.Series[Any], few: int, form: str) -> pd.DataFrame:
    """Return a row for each hour of the week: its number of posts, and their mean engagement."""
    local = in_zones(posts["when"], zones).join(posts["engagement"])
    week = pd.MultiIndex.from_product([range(7), range(24)], names=["day", "hour"])
    cells = (
        local.groupby(["day", "hour"])["engagement"]
        .agg(mean="mean", posts="size")
        .reindex(week)
        .reset_index()
    )
    reliable = cells["mean"].where(cells["posts"] >= few)
    return cells.assign(
        posts=cells["posts"].fillna(0).astype(int),
        weekday=cells["day"].map(dict(enumerate(_WEEKDAYS))),
        engagement=cells["mean"].map(form.format, na_action="ignore").fillna("no posts"),
        at=[f"{hour}:00 to {hour + 1}:00" for hour in cells["hour"]],
        is_reliable=reliable.notna(),
        is_best=reliable.eq(reliable.max()),
    )


def _best(cells: pd.DataFrame, few: int, unit: str) -> str:
    best = cells[cells["is_best"]]
    if best.empty:
        return f"No hour has {few} posts yet"
    one = best.iloc[0]
    times = f"{one['engagement']} times" if unit == "the usual" else one["engagement"]
    return f"Best: {one['weekday']} {one['at']}, {times} {unit} ({one['posts']:,} posts)"


def _draw(cells: pd.DataFrame, zone: str, unit: str, ink: str) -> alt.LayerChart:
    import altair as alt

    highest = cells["mean"].where(cells["is_reliable"]).max()
    highest = cells["mean"].max() if pd.isna(highest) else highest
    week = alt.Chart(cells).encode(
        x=alt.X("hour:O", title=f"Hour of publishing ({zone})").axis(labelAngle=0),
        y=alt.Y("weekday:O", title="Weekday", sort=list(_WEEKDAYS)),
        tooltip=[
            alt.Tooltip("weekday:N"),
            alt.Tooltip("at:N", title="hour"),
            alt.Tooltip("engagement:N", title=f"engagement, {unit}"),
            alt.Tooltip("posts:Q", format=","),
        ],
    )
    grid = week.mark_rect(fillOpacity=0, stroke=ink, strokeOpacity=0.25)
    posts = (
        week.transform_filter("datum.posts > 0")
        .mark_square(opacity=1)
        .encode(
            color=alt.Color("mean:Q", title=["Engagement,", unit]).scale(
                domain=[0, max(1, highest)], range=list(LOW_TO_HIGH), clamp=True
            ),
            size=alt.condition(
                "datum.is_reliable",
                alt.value((_CELL_PIXELS - 2) ** 2),
                alt.value((_CELL_PIXELS / 2.5) ** 2),
            ),
        )
    )
    pale = max(1, highest) * _PALE
    counts = (
        week.transform_filter("datum.is_reliable")
        .mark_text(fontSize=9)
        .encode(
            text=alt.Text("posts:Q", format=",d"),
            color=alt.condition(f"datum.mean > {pale}", alt.value("black"), alt.value("white")),
        )
    )
    best = week.transform_filter("datum.is_best").mark_rect(
        fillOpacity=0, stroke=ink, strokeWidth=2.5
    )
    chart: alt.LayerChart = (grid + posts + counts + best).properties(
        width=24 * _CELL_PIXELS, height=7 * _CELL_PIXELS
    )
    return chart
