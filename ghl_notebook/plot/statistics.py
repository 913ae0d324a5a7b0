"""Statistics over time, in one panel per platform or account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pandas as pd

from ghl_notebook.analysis.inputs import ValueType, without_repeats
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.models import one_of, read_choice
from ghl_notebook.sanitize import defuse_markup

from .bars import titles
from .inputs import read_columns
from .look import WIDTH, Theme, color_of, finish, nothing, require_altair, words_of
from .time_steps import Step, edges, in_steps, labels, ticks

if TYPE_CHECKING:
    import altair as alt

_COLUMNS: Final[dict[str, ValueType]] = {
    "date": "time",
    "platform": "text",
    "metric": "text",
    "value": "number",
    "account_id": "text",
    "name": "text",
}
_ENGAGEMENT: Final = "engagement"
_OF_ENGAGEMENT: Final = ("likes", "comments", "shares")
_MAX_PANELS: Final = 60
_NUMBER: Final = "format(datum.value, abs(datum.value) < 1000 ? '.2~f' : '.3~s')"


class _Size(NamedTuple):
    """Sizes of panels in pixels, and the number of dates on their axes."""

    columns: int
    height: int
    row_spacing: int
    dates: int


_SIZES: Final[dict[str, _Size]] = {
    "platform": _Size(3, 120, 80, 3),
    "account": _Size(4, 76, 92, 2),
}


@guarded
def plot_statistics(
    statistics: pd.DataFrame,
    metric: str | Sequence[str] = "new_followers",
    *,
    by: Literal["platform", "account"] = "platform",
    same_scale: bool = False,
    theme: Theme | None = None,
) -> alt.Chart | alt.FacetChart | alt.VConcatChart:
    """Draw statistics over time, in one panel per platform or account.

    The values of a platform's accounts are added up for each day. A line with more than 80 days
    shows the mean of each week, month, or year instead: its unit is still a day.

    Parameters
    ----------
    statistics : pandas.DataFrame
        Statistics of `fetch_statistics`, of one sub-account or a whole agency, or any DataFrame
        with the columns `date`, `platform`, `metric`, and `value`. For example, to draw reach,
        which the API does not report per day, call `fetch_statistics_breakdowns` for each week and
        add the week as `date`.
    metric : str or sequence of str, default "new_followers"
        Values of the column `metric`, for instance ``["new_followers", "impressions"]``: one chart
        above the other. ``"engagement"`` is the sum of likes, comments, and shares, as far as the
        DataFrame has them: `fetch_statistics` returns no shares.
    by : {"platform", "account"}, default "platform"
        What each panel shows. With more than 60 accounts, the chart shows those with the highest
        values, and its subtitle reports this.
    same_scale : bool, default False
        Use the same scale in all panels, to compare their heights. By default, each has its own, so
        that small ones show their changes.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.FacetChart
        Dates are in UTC; the background is transparent. For several metrics, an
        `altair.VConcatChart`. If there is nothing to draw, an `altair.Chart` with the reason as
        text.

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column or the metric, or an argument is invalid.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    import altair as alt

    chosen = read_choice("grouping by", by, _SIZES)
    rows = _read(statistics, chosen)
    names = [_known_metric(name, rows) for name in _names_of(metric)]
    found = {name: _of_metric(rows, name) for name in names}
    lines = {
        name: _lines(part, chosen) for name, part in found.items() if part["value"].notna().any()
    }
    if not lines:
        return nothing(f"No statistics of {', '.join(names)}", theme)
    notes = list(dict.fromkeys(note for one in lines.values() for note in one.notes))
    if not same_scale and any(len(one.panels) > 1 for one in lines.values()):
        notes.insert(0, "Each panel has its own scale")
    notes += [f"No numbers of {name}" for name in names if name not in lines]
    pictures = {
        words_of(name): _draw(one, chosen, words_of(name), same_scale=same_scale)
        for name, one in lines.items()
    }
    if len(pictures) == 1:
        ((name, picture),) = pictures.items()
        return finish(picture, f"{name} by {chosen}", notes, theme)
    titled = [picture.properties(title=name) for name, picture in pictures.items()]
    return finish(alt.vconcat(*titled, spacing=30), f"Statistics by {chosen}", notes, theme)


def _names_of(metric: object) -> list[str]:
    if isinstance(metric, str):
        metric = [metric]
    found = [*metric] if isinstance(metric, Iterable) else []
    names = [name for name in found if isinstance(name, str)]
    if not names or names != found:
        raise ArgumentError(f"metric is {metric!r}.", 'Name one, such as "likes", or several.')
    return [defuse_markup(name) for name in names]  # as read_columns() does


def _read(statistics: pd.DataFrame, by: str) -> pd.DataFrame:
    optional = {"name"} if by == "account" else {"name", "account_id"}
    rows = read_columns(statistics, _COLUMNS, source="fetch_statistics()", optional=optional)
    rows = without_repeats(rows, ["account_id", "metric", "date"])
    return rows.assign(platform=titles(rows["platform"]))


def _known_metric(name: str, rows: pd.DataFrame) -> str:
    """Return a metric as the DataFrame spells it."""
    there = sorted(rows["metric"].dropna().unique())
    sums = [_ENGAGEMENT] if set(there) & set(_OF_ENGAGEMENT) else []
    if not there:
        return name
    with suppress(ArgumentError):
        return read_choice("metric", name, [*there, *sums])
    choice = one_of(name, there)
    if name.strip().lower() == "reach":
        choice += (
            " The API reports reach only as totals of a period: draw those of "
            "fetch_statistics_breakdowns(), as the docstring of plot_statistics() describes."
        )
    raise ArgumentError(f"The DataFrame has no metric {name!r}.", choice)


def _of_metric(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    is_sum = name == _ENGAGEMENT and not (rows["metric"] == name).any()
    part = rows[rows["metric"].isin(_OF_ENGAGEMENT if is_sum else [name])]
    return part[part["date"].notna()]


@dataclass(frozen=True, slots=True)
class _Lines:
    """The contents of a metric's panels."""

    points: pd.DataFrame
    step: Step
    panels: list[str]
    notes: list[str]


def _lines(rows: pd.DataFrame, by: str) -> _Lines:
    """Add up the values of each panel and day, and average them over longer steps."""
    rows = rows.assign(panel=rows["platform"] if by == "platform" else _titles_of_accounts(rows))
    days = rows.groupby(["platform", "panel", "date"])["value"].sum(min_count=1).reset_index()
    means = days.groupby(["platform", "panel"])["value"].mean().dropna().reset_index()
    shown = means.nlargest(_MAX_PANELS, "value").sort_values(
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
    """Return a unique name for each account."""
    accounts = rows.drop_duplicates("account_id").set_index("account_id")
    names = accounts["name"].fillna(accounts.index.to_series()) + " · " + accounts["platform"]
    again = names.groupby(names).cumcount()
    names = names.where(again == 0, names + " " + (again + 1).astype("string"))
    return rows["account_id"].map(names)


def _draw(lines: _Lines, by: str, title: str, *, same_scale: bool) -> alt.FacetChart:
    import altair as alt

    size = _SIZES[by]
    columns = min(size.columns, len(lines.panels))
    width = WIDTH // columns - 60
    platforms = list(lines.points["platform"].unique())
    chart: alt.FacetChart = (
        alt.Chart(lines.points, width=width, height=size.height)
        # The invisible points make tooltips easy to hit.
        .mark_line(
            strokeWidth=1.8, strokeJoin="round", point=alt.OverlayMarkDef(size=60, opacity=0)
        )
        .encode(
            x=alt.X("start:T", title=f"{lines.step.capitalize()} (UTC)")
            .scale(type="utc")
            .axis(
                grid=False,
                values=ticks(lines.points["start"], lines.step, most=size.dates),
                labelExpr=labels(lines.step),
            ),
            y=alt.Y("value:Q", title=title)
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
            # Aligns the plots, however wide their axis labels are.
            bounds="flush",
            spacing={"row": size.row_spacing, "column": 60},
        )
        .resolve_axis(x="independent")
        .resolve_scale(y="shared" if same_scale else "independent")
    )
    return chart
