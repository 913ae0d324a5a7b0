"""The hour of the week with the most engagement per post."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded

from .inputs import ValueType, check_number, read_columns
from .look import LOW_TO_HIGH, Theme, finish, ink_of, nothing, require_altair

if TYPE_CHECKING:
    import altair as alt

_COUNTS: Final = ("like_count", "comment_count", "share_count")
_COLUMNS: Final[dict[str, ValueType]] = {
    "status": "text",
    "published_at": "time",
    "display_date": "time",
    "location_id": "text",
    **dict.fromkeys(_COUNTS, "number"),
}
_WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
_MAX_FEW: Final = 1000
_CELL_PIXELS: Final = 24


@guarded
def plot_hours(
    posts: pd.DataFrame,
    *,
    tz: str | tzinfo | pd.DataFrame = "UTC",
    few: int = 3,
    theme: Theme | None = None,
) -> alt.Chart | alt.LayerChart:
    """Draw the mean engagement per post by hour of the week, as a heat map.

    Engagement is the sum of likes, comments, and shares so far. An hour with few posts has a small
    square, because its mean is unreliable. The best of the other hours is framed, and named in the
    subtitle. Accounts with many followers dominate: pass the rows of one account to see its hours.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`. Posts that are not published, or that have no numbers, do not count.
    tz : str, datetime.tzinfo or pandas.DataFrame, default "UTC"
        The time zone of the hours, for instance ``"Europe/Berlin"``: choose the one of your
        readers. Pass ``fetch_locations(agency, installed=False)`` to use each sub-account's own;
        posts of sub-accounts without a time zone are left out. The axis names the time zone.
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
    rows = read_columns(
        posts,
        _COLUMNS,
        source="fetch_posts()",
        optional=() if isinstance(tz, pd.DataFrame) else {"location_id"},
    )
    rows = rows.assign(when=rows["published_at"].fillna(rows["display_date"]))
    rows = rows[(rows["status"] == "published").fillna(False)].dropna(subset="when")
    if rows.empty:
        return nothing("No published posts", theme)
    known = rows.dropna(subset=list(_COUNTS), how="all")
    if known.empty:
        raise ArgumentError(
            f"None of {len(rows):,} published posts has a number of likes, comments, or shares.",
            "Fetch them with a client without api_version: older versions return no numbers.",
        )
    zones, name = _zones(known, tz)
    cells = _cells(known.assign(engagement=known[list(_COUNTS)].sum(axis=1)), zones, few)
    notes = [_best(cells, few), f"Small squares: fewer than {few} posts"]
    if unknown := int(zones.isna().sum()):
        notes.append(f"{unknown:,} posts left out: the time zone of their sub-account is unknown")
    return finish(_draw(cells, name, ink), "Engagement by hour of the week", notes, theme)


def _zones(posts: pd.DataFrame, tz: object) -> tuple[pd.Series[Any], str]:
    """Return the time zone of each post, and their common name."""
    if isinstance(tz, pd.DataFrame):
        columns: dict[str, ValueType] = {"location_id": "text", "timezone": "text"}
        locations = read_columns(tz, columns, source="fetch_locations()").dropna()
        if not posts["location_id"].isin(locations["location_id"]).any():
            raise ArgumentError(
                "None of the posts' sub-accounts has a known time zone.",
                "Pass what fetch_locations(agency, installed=False) returned.",
            )
        known = dict(zip(locations["location_id"], locations["timezone"].map(_zone), strict=True))
        zones = posts["location_id"].map(known).astype("object")
        return zones, "each sub-account's time"
    zone = _zone(tz)
    return pd.Series([zone] * len(posts), index=posts.index), str(zone)


def _zone(tz: object) -> tzinfo:
    if isinstance(tz, tzinfo):
        return tz
    try:
        return ZoneInfo(str(tz))
    except (KeyError, OSError, ValueError):
        raise ArgumentError(
            f"{tz!r} is not a time zone.", 'Pass one such as "Europe/Berlin" or "UTC".'
        ) from None


def _cells(posts: pd.DataFrame, zones: pd.Series[Any], few: int) -> pd.DataFrame:
    """Return a row for each hour of the week: its number of posts, and their mean engagement."""
    local = [
        pd.DataFrame({"day": when.dt.day_of_week, "hour": when.dt.hour, "engagement": part})
        for zone, part in posts["engagement"].groupby(zones, sort=False)
        for when in [posts.loc[part.index, "when"].dt.tz_convert(zone)]
    ]
    week = pd.MultiIndex.from_product([range(7), range(24)], names=["day", "hour"])
    cells = (
        pd.concat(local)
        .groupby(["day", "hour"])["engagement"]
        .agg(mean="mean", posts="size")
        .reindex(week)
        .reset_index()
    )
    reliable = cells["mean"].where(cells["posts"] >= few)
    return cells.assign(
        posts=cells["posts"].fillna(0).astype(int),
        weekday=cells["day"].map(dict(enumerate(_WEEKDAYS))),
        engagement=cells["mean"].map("{:,.1f}".format, na_action="ignore").fillna("no posts"),
        at=[f"{hour}:00 to {hour + 1}:00" for hour in cells["hour"]],
        is_reliable=reliable.notna(),
        is_best=reliable.eq(reliable.max()),
    )


def _best(cells: pd.DataFrame, few: int) -> str:
    best = cells[cells["is_best"]]
    if best.empty:
        return f"No hour has {few} posts yet"
    one = best.iloc[0]
    return (
        f"Best: {one['weekday']} {one['at']}, {one['engagement']} per post ({one['posts']:,} posts)"
    )


def _draw(cells: pd.DataFrame, zone: str, ink: str) -> alt.LayerChart:
    import altair as alt

    highest = cells["mean"].where(cells["is_reliable"]).max()
    highest = cells["mean"].max() if pd.isna(highest) else highest
    week = alt.Chart(cells).encode(
        x=alt.X("hour:O", title=f"Hour of publishing ({zone})").axis(labelAngle=0),
        y=alt.Y("weekday:O", title=None, sort=list(_WEEKDAYS)),
        tooltip=[
            alt.Tooltip("weekday:N"),
            alt.Tooltip("at:N", title="hour"),
            alt.Tooltip("engagement:N", title="engagement per post"),
            alt.Tooltip("posts:Q", format=","),
        ],
    )
    grid = week.mark_rect(fillOpacity=0, stroke=ink, strokeOpacity=0.25)
    posts = (
        week.transform_filter("datum.posts > 0")
        .mark_square(opacity=1)
        .encode(
            color=alt.Color("mean:Q", title=["engagement", "per post"]).scale(
                domain=[0, max(1, highest)], range=list(LOW_TO_HIGH), clamp=True
            ),
            size=alt.condition(
                "datum.is_reliable",
                alt.value((_CELL_PIXELS - 2) ** 2),
                alt.value((_CELL_PIXELS / 2.5) ** 2),
            ),
        )
    )
    best = week.transform_filter("datum.is_best").mark_rect(
        fillOpacity=0, stroke=ink, strokeWidth=2.5
    )
    chart: alt.LayerChart = (grid + posts + best).properties(
        width=24 * _CELL_PIXELS, height=7 * _CELL_PIXELS
    )
    return chart
