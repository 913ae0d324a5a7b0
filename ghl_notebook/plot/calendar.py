"""A calendar of posts: what was published and what is planned, day by day."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ghl_notebook.analysis.engagement import in_zones, zones_of
from ghl_notebook.analysis.inputs import ValueType, read_now, without_repeats
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_zone

from .bars import titles
from .inputs import read_columns
from .look import SLATE, Theme, finish, ink_of, nothing, require_altair, words_of
from .statuses import STATUS_COLORS

if TYPE_CHECKING:
    import altair as alt

_COLUMNS: Final[dict[str, ValueType]] = {
    "status": "text",
    "platform": "text",
    "display_date": "time",
    "location_id": "text",
    "account": "text",
    "id": "text",
    "account_id": "text",
}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MAX_WEEKS: Final = 10
_MAX_LINES: Final = 4
"""Lines of text in a day; the rest is in the tooltip."""
_WIDTH: Final = 96
_HEIGHT: Final = 76
_MAX_NAMES: Final = 5


@guarded
def plot_calendar(
    posts: pd.DataFrame,
    *,
    tz: str | tzinfo | pd.DataFrame = "UTC",
    now: datetime | None = None,
    theme: Theme | None = None,
) -> alt.Chart | alt.LayerChart:
    """Draw a calendar of posts: how many were published, failed, or are planned on each day.

    A row is a week from Monday to Sunday. The tooltip of a day lists its platforms and accounts.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`, of one sub-account or a whole agency. The chart shows at most 10
        weeks: the latest ones, as its subtitle reports. Filter the DataFrame to see others.
    tz : str, datetime.tzinfo or pandas.DataFrame, default "UTC"
        The time zone of the days, for instance ``"Europe/Berlin"``. Pass
        ``fetch_locations(agency, installed=False)`` to use each sub-account's own; posts of
        sub-accounts without a time zone are left out.
    now : datetime, optional
        Today, which is framed, with a time zone: ``client.clock()`` works for a demo, too. By
        default, the current time.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.LayerChart
        Weeks by weekdays, with a transparent background. If there is nothing to draw, an
        `altair.Chart` with the reason as text.

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column, or an argument is invalid.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    ink = ink_of(theme)
    optional = {"account", "id", "account_id"}
    optional |= set() if isinstance(tz, pd.DataFrame) else {"location_id"}
    rows = read_columns(posts, _COLUMNS, source="fetch_posts()", optional=optional)
    rows = without_repeats(rows, ["id", "account_id"])
    today = read_now(now)
    dated = rows.dropna(subset="display_date")
    if dated.empty:
        return nothing("No posts with a date", theme)
    zones, zone = zones_of(dated, tz)
    local = in_zones(dated["display_date"], zones).join(dated)
    monday = local["date"] - pd.to_timedelta(local["day"], unit="D")
    first = max(monday.min(), monday.max() - pd.Timedelta(weeks=_MAX_WEEKS - 1))
    shown = local[monday >= first].assign(
        week=(monday - first).dt.days // 7,
        status=local["status"].fillna("unknown"),
        platform=titles(local["platform"]),
    )
    notes = [f"{len(shown):,} posts, days in {zone}"]
    if earlier := int((monday < first).sum()):
        notes.append(f"Not shown: {earlier:,} posts before {_day(first)} {first.year}")
    if left := len(rows) - len(local):
        notes.append(f"{left:,} posts left out: they have no date, or an unknown time zone")
    this_day = today if isinstance(tz, pd.DataFrame) else today.tz_convert(read_zone(tz))
    days = _days(first, int(shown["week"].max()) + 1, this_day.tz_localize(None).normalize())
    return finish(_draw(days, _lines(shown), zone, ink), "Calendar of posts", notes, theme)


def _days(first: pd.Timestamp, weeks: int, today: pd.Timestamp) -> pd.DataFrame:
    """Return the cells of the calendar: position, and the name of the day."""
    dates = pd.date_range(first, periods=7 * weeks, freq="D")
    return pd.DataFrame(
        {
            "x": dates.day_of_week,
            "y": [number // 7 for number in range(len(dates))],
            "day": [_day(date) for date in dates],
            "is_today": dates == today,
        }
    )


def _day(date: pd.Timestamp) -> str:
    # `strftime` ends with the year 9999, which a time zone may pass.
    return f"{date.day} {date.month_name()[:3]}"


def _lines(posts: pd.DataFrame) -> pd.DataFrame:
    """Return a line of text per day and status, in the order of the statuses."""
    order = {name: number for number, name in enumerate(STATUS_COLORS)}
    groups = posts.groupby(["date", "status"])
    lines = groups.agg(
        count=("status", "size"),
        x=("day", "first"),
        y=("week", "first"),
        platforms=("platform", _counted),
        accounts=("account", _counted),
    ).reset_index()
    lines["order"] = lines["status"].map(order).fillna(len(order))
    lines = lines.sort_values(["date", "order", "status"], kind="stable")
    place = lines.groupby("date").cumcount()
    return pd.DataFrame(
        {
            "x": lines["x"],
            "y": lines["y"] + 0.4 + place * 0.16,
            "status": lines["status"].map(words_of),
            "text": lines["count"].map("{:,}".format) + " " + lines["status"].str.replace("_", " "),
            "day": [f"{_day(date)} {date.year}" for date in lines["date"]],
            "posts": lines["count"],
            "platforms": lines["platforms"],
            "accounts": lines["accounts"],
            "is_shown": place < _MAX_LINES,
        }
    )


def _counted(values: pd.Series[Any]) -> str:
    """Return values with their counts, the most frequent ones first."""
    counts = values.dropna().value_counts()
    parts = [f"{name} {count:,}" for name, count in counts.head(_MAX_NAMES).items()]
    more = len(counts) - len(parts)
    return ", ".join(parts) + (f", and {more:,} more" if more else "")


def _draw(days: pd.DataFrame, lines: pd.DataFrame, zone: str, ink: str) -> alt.LayerChart:
    import altair as alt

    weeks = len(days) // 7
    starts = days[days["x"] == 0]["day"].tolist()
    x = (
        alt.X("x:Q", title=f"Weekday ({zone})")
        .scale(domain=[0, 7], nice=False)
        .axis(
            orient="top",
            grid=False,
            ticks=False,
            values=[place + 0.5 for place in range(7)],
            labelExpr=f"{list(_WEEKDAYS)}[floor(datum.value)]",
        )
    )
    y = (
        alt.Y("y:Q", title="Week from")
        .scale(domain=[0, weeks], reverse=True, nice=False)
        .axis(
            grid=False,
            ticks=False,
            values=[week + 0.5 for week in range(weeks)],
            labelExpr=f"{starts}[floor(datum.value)]",
        )
    )
    cells = (
        alt.Chart(days)
        .transform_calculate(x2="datum.x + 1", y2="datum.y + 1")
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
    )
    grid = cells.mark_rect(fillOpacity=0, stroke=ink, strokeOpacity=0.3)
    today = cells.transform_filter("datum.is_today").mark_rect(
        fillOpacity=0, stroke=ink, strokeWidth=2.5
    )
    names = (
        alt.Chart(days)
        .mark_text(align="left", baseline="top", dx=5, dy=5, fontSize=11, color=ink)
        .encode(x=x, y=y, text="day:N")
    )
    statuses = list(dict.fromkeys(lines["status"]))
    colors = {words_of(name): color for name, color in STATUS_COLORS.items()}
    shown = (
        alt.Chart(lines)
        .transform_filter("datum.is_shown")
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("day:N"),
                alt.Tooltip("status:N"),
                alt.Tooltip("posts:Q", format=","),
                alt.Tooltip("platforms:N"),
                alt.Tooltip("accounts:N"),
            ],
        )
    )
    dots = shown.mark_square(xOffset=10, size=70, opacity=1).encode(
        color=alt.Color("status:N")
        .scale(domain=statuses, range=[colors.get(name, SLATE) for name in statuses])
        .legend(None)
    )
    words = shown.mark_text(
        align="left", baseline="middle", dx=19, fontSize=11, color=ink, limit=_WIDTH - 22
    ).encode(text="text:N")
    chart: alt.LayerChart = (grid + today + names + dots + words).properties(
        width=7 * _WIDTH, height=weeks * _HEIGHT
    )
    return chart
