"""From records to frames and charts."""

from __future__ import annotations

from .mutant import Mutant

MUTANTS = [
    Mutant(
        "What the service does not say is NA, and not zero",
        "frames/posts.py",
        "return None if post.insights is None else post.insights.like",
        "return 0 if post.insights is None else post.insights.like",
        "fetch/test_fetch_posts.py::contradictions_do_not_change_the_frame",
    ),
    Mutant(
        "A category that is known is there where no row has it",
        "frames/schema.py",
        "pa.array(dict.fromkeys((*kind.values, *found)),",
        "pa.array(dict.fromkeys(found),",
        "frames/test_schema.py::a_known_platform_needs_no_new_category",
    ),
    Mutant(
        "An agency's rows come in the order of its sub-accounts",
        "frames/records.py",
        "if np.any(order[1:] < order[:-1]):",
        "if False:",
        "frames/test_gather.py::rows_come_in_the_order_that_is_asked_for",
    ),
    Mutant(
        "The first weekday says which day a number is of",
        "frames/statistics.py",
        "_first_day(found.day_range, first)",
        "first",
        "fetch/test_fetch_statistics.py::the_first_weekday_says_which_day_it_is",
    ),
    Mutant(
        "A list ends by the count, and not by a short page",
        "fetch/paging.py",
        "    return skip + len(page) >= count",
        "    return len(page) < size",
        "fetch/test_paging.py::a_service_may_give_fewer_rows",
    ),
    Mutant(
        "No row is lost where rows in front are deleted meanwhile",
        "fetch/paging.py",
        "if skip and all(is_new) and has_shrunk and went_back < _BACK_AT_MOST:",
        "if False:",
        "fetch/test_paging.py::rows_that_go_in_front_let_none_be_lost",
    ),
    Mutant(
        "No accounts are not all accounts",
        "fetch/posts.py",
        "if accounts is not None and not accounts:",
        "if False:",
        "fetch/test_fetch_posts.py::no_accounts_are_not_all",
    ),
    Mutant(
        "A time without a time zone is refused",
        "fetch/period.py",
        "        if read.tzinfo is None:",
        "        if False:",
        "fetch/test_fetch_posts.py::a_time_without_a_time_zone_is_refused",
    ),
    Mutant(
        "Nothing is scheduled unless it is asked for",
        "fetch/schedule.py",
        "is_dry=dry_run",
        "is_dry=False",
        "fetch/test_schedule_posts.py::nothing_is_sent_unless_it_is_asked_for",
    ),
    Mutant(
        "A post whose outcome is not known is not sent again",
        "fetch/schedule.py",
        "        if error.outcome_unknown:\n",
        "        if False:\n",
        "fetch/test_schedule_posts.py::an_outcome_that_is_not_known_is_not_tried_again",
    ),
    Mutant(
        "A name of others is no markup in a chart",
        "plot/columns.py",
        "return defuse_markup(value) if isinstance(value, str) else value",
        "return value",
        "markup/test_markup.py::a_chart_holds_no_markup",
    ),
    Mutant(
        "A connection that broke before its time has expired",
        "plot/expiry.py",
        'found[rows["is_expired"] | (rows["expire"] <= today)] = expired',
        'found[rows["expire"] <= today] = expired',
        "plot/test_plot_expiry.py::what_broke_before_its_time_is_expired",
    ),
    Mutant(
        "An hour with few posts is not the best",
        "plot/hours.py",
        'cells["mean"].where(cells["posts"] >= few)',
        'cells["mean"].where(cells["posts"] > 0)',
        "plot/test_plot_hours.py::the_best_hour_is_framed_and_named",
    ),
    Mutant(
        "Hours are those of the time zone",
        "plot/hours.py",
        ".dt.tz_convert(zone)",
        '.dt.tz_convert("UTC")',
        "plot/test_plot_hours.py::hours_are_those_of_the_time_zone",
    ),
    Mutant(
        "A chart has 60 panels at the most",
        "plot/statistics.py",
        "_MOST_PANELS: Final = 60",
        "_MOST_PANELS: Final = 6000",
        "plot/test_plot_statistics.py::of_more_accounts_the_highest_are_shown",
    ),
    Mutant(
        "A long time is drawn in longer steps",
        "plot/steps.py",
        "MOST: Final = 80",
        "MOST: Final = 8000",
        "plot/test_plot_statistics.py::a_long_time_is_drawn_in_longer_steps",
    ),
]
