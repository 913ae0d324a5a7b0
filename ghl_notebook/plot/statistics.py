"""Statistics over time, in a panel for each platform or account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.sanitize import defuse_markup

from .arguments import check_choice
from .bars import titles
from .columns import Kind, read_columns
from .look import WIDTH, Theme, color_of, finish, nothing, require_altair, words_of
from .steps import Step, edges, in_steps, labels, ticks

if TYPE_CHECKING:
    import altair as alt

By = Literal["platform", "account"]

_COLUMNS: Final[dict[str, Kind]] = {
    "date": "time",
    "platform": "text",
    "metric": "text",
    "value": "number",
    "account_id": "text",
    "name": "text",
}
_OF_ENGAGEMENT: Final = ("likes", "comments", "shares")
_MOST_PANELS: Final = 60
_NUMBER: Final = "format(datum.value, abs(datum.value) < 1000 ? '.2~f' : '.3~s')"


class _Size(NamedTuple):
    """Of panels: how many side by side; of one, its height, the room above it, and its dates."""

    columns: int
    height: int
    room: int
    dates: int


_SIZES: Final[dict[By, _Size]] = {
    "platform": _Size(3, 120, 62, 3),
    "account": _Size(4, 50, 78, 2),
}


@guarded
def plot_statistics(
    statistics: pd.DataFrame,
    metric: str | Sequence[str] = "followers",
    *,
    by: By = "platform",
    same_scale: bool = False,
    theme: Theme | None = None,
) -> alt.Chart | alt.FacetChart | alt.VConcatChart:
    """Draw statistics over time: a panel for each platform, or for each account.

    The values of a platform's accounts are added up, day by day. Where a line would have more than
    80 days, it has the mean of each week, month or year: the unit stays that of a day.

    Parameters
    ----------
    statistics : pandas.DataFrame
        Of `fetch_statistics`, of a sub-account or of a whole agency. Other frames will do that have
        the columns `date`, `platform`, `metric` and `value`: `fetch_statistics_breakdowns` of each
        week, with the week as `date`, has the reach, of which the service gives no days.
    metric : str or sequence of str, default "followers"
        Those of the column `metric`, for instance ``["followers", "impressions"]``: one picture
        above the other. ``"engagement"`` is the sum of likes, comments and shares, as far as the
        frame has them: `fetch_statistics` gives no shares.
    by : {"platform", "account"}, default "platform"
        What has a panel of its own. Of more than 60 accounts those with the highest values are
        shown, and the subtitle says so.
    same_scale : bool, default False
        Give all panels one scale, so that their heights can be compared. Each has its own
        otherwise, so that the small ones show how they change.
    theme : {"light", "dark"}, optional
        Colours for a page whose background is known. Those of both when left out.

    Returns
    -------
    altair.FacetChart
        Dates are UTC; the background is transparent. Of several metrics an `altair.VConcatChart`.
        Where there is nothing to draw, an `altair.Chart` that says so.

    Raises
    ------
    ArgumentError
        If it is no such frame, it has no such metric, or an argument makes no sense.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    import altair as alt

    check_choice("by", by, _SIZES)
    names = _names_of(metric)
    rows = _read(statistics, by)
    found = {name: _of_metric(rows, name) for name in names}
    lines = {name: _lines(part, by) for name, part in found.items() if part["value"].notna().any()}
    if not lines:
        return nothing(f"No statistics of {', '.join(names)}", theme)
    notes = list(dict.fromkeys(note for one in lines.values() for note in one.notes))
    notes += [f"No numbers of {name}" for name in names if name not in lines]
    pictures = {
        words_of(name): _draw(one, by, same_scale=same_scale) for name, one in lines.items()
    }
    if len(pictures) == 1:
        ((name, picture),) = pictures.items()
        return finish(picture, f"{name} by {by}", notes, theme)
    titled = [picture.properties(title=name) for name, picture in pictures.items()]
    return finish(alt.vconcat(*titled, spacing=30), f"Statistics by {by}", notes, theme)


def _names_of(metric: object) -> list[str]:
    if isinstance(metric, str):
        metric = [metric]
    found = [*metric] if isinstance(metric, Iterable) else []
    names = [name for name in found if isinstance(name, str)]
    if not names or names != found:
        raise ArgumentError(f"metric is {metric!r}.", 'Name one, such as "followers", or several.')
    return [defuse_markup(name) for name in names]  # as read_columns() does


def _read(statistics: pd.DataFrame, by: By) -> pd.DataFrame:
    optional = {"name"} if by == "account" else {"name", "account_id"}
    rows = read_columns(statistics, _COLUMNS, source="fetch_statistics()", optional=optional)
    if rows["account_id"].notna().all():  # of periods that overlap
        rows = rows.drop_duplicates(["account_id", "metric", "date"], keep="last")
    return rows.assign(platform=titles(rows["platform"]))


def _of_metric(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    there = list(rows["metric"].dropna().unique())
    if name == "engagement" and name not in there and set(there) & set(_OF_ENGAGEMENT):
        part = rows[rows["metric"].isin(_OF_ENGAGEMENT)]
    elif name in there or rows.empty:
        part = rows[rows["metric"] == name]
    else:
        choice = f"Choose one of: {', '.join(sorted(there))}."
        if name == "reach":
            choice += (
                " Of the reach the service gives sums of a period only: draw those of "
                "fetch_statistics_breakdowns(), as plot_statistics() says."
            )
        raise ArgumentError(f"The DataFrame has no metric {name!r}.", choice)
    return part[part["date"].notna()]


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the panels of a metric show."""

    points: pd.DataFrame
    step: Step
    panels: list[str]
    notes: list[str]


def _lines(rows: pd.DataFrame, by: By) -> _Lines:
    """Add up the days of each panel, and take the means of longer steps."""
    rows = rows.assign(panel=rows["platform"] if by == "platform" else _titles_of_accounts(rows))
    days = rows.groupby(["platform", "panel", "date"])["value"].sum(min_count=1).reset_index()
    means = days.groupby(["platform", "panel"])["value"].mean().dropna().reset_index()
    shown = means.nlargest(_MOST_PANELS, "value").sort_values(
        ["platform", "value"], ascending=[True, False]
    )
    days = days[days["panel"].isin(shown["panel"])]
    periods, step = in_steps(days["date"])
    steps = days.assign(period=periods).groupby(["platform", "panel", "period"])
    points = steps["value"].mean().reset_index()
    notes = []
    if len(shown) < len(means):
        notes.append(f"{len(shown)} of {len(means):,} {by}s: those with the highest values")
    if by == "platform":
        notes.append("All accounts of a platform together")
    if step != "day":
        notes.append(f"Per day: the mean of each {step}")
    points = points.drop(columns="period").join(edges(points["period"]).drop(columns="end"))
    return _Lines(points, step, shown["panel"].to_list(), notes)


def _titles_of_accounts(rows: pd.DataFrame) -> pd.Series[Any]:
    """Name each account, no two of them alike."""
    accounts = rows.drop_duplicates("account_id").set_index("account_id")
    names = accounts["name"].fillna(accounts.index.to_series()) + " · " + accounts["platform"]
    again = names.groupby(names).cumcount()
    names = names.where(again == 0, names + " " + (again + 1).astype("string"))
    return rows["account_id"].map(names)


def _draw(lines: _Lines, by: By, *, same_scale: bool) -> alt.FacetChart:
    import altair as alt

    size = _SIZES[by]
    columns = min(size.columns, len(lines.panels))
    width = WIDTH // columns - 45
    platforms = list(lines.points["platform"].unique())
    chart: alt.FacetChart = (
        alt.Chart(lines.points, width=width, height=size.height)
        # The points are there for the pointer.
        .mark_line(
            strokeWidth=1.8, strokeJoin="round", point=alt.OverlayMarkDef(size=60, opacity=0)
        )
        .encode(
            x=alt.X("start:T", title=None)
            .scale(type="utc")
            .axis(
                grid=False,
                values=ticks(lines.points["start"], lines.step, most=size.dates),
                labelExpr=labels(lines.step),
            ),
            y=alt.Y("value:Q", title=None)
            .scale(zero=False)
            .axis(labelExpr=_NUMBER, tickCount=3, labelFlush=True),
            color=alt.Color("platform:N")
            .scale(domain=platforms, range=[color_of(name) for name in platforms])
            .legend(None),
            tooltip=[
                alt.Tooltip("panel:N", title=by),
                alt.Tooltip("when:N", title="when (UTC)"),
                alt.Tooltip("value:Q", title="value", format=",.1~f"),
            ],
        )
        .facet(
            facet=alt.Facet("panel:N", title=None, sort=lines.panels).header(
                labelAnchor="start", labelLimit=width + 40, labelExpr="split(datum.label, ' · ')"
            ),
            columns=columns,
            # Plots in line with each other, whatever the widths of their numbers.
            bounds="flush",
            spacing={"row": size.room, "column": 45},
        )
        .resolve_axis(x="independent")
        .resolve_scale(y="shared" if same_scale else "independent")
    )
    return chart
