"""What all frames of records have in common: columns, both doors, an agency, a bar."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.fetch import comments, labels, plans, posts, statistics, users
from ghl_notebook.fetch.recipe import FetchRecipe, spec_of
from ghl_notebook.frames import dtype_of
from ghl_notebook.models import TimeSlot
from ghl_notebook.simulator import Simulator
from tests.frames.test_schema import KINDS as DTYPES
from tests.frames.test_schema import documented

Fetch = Callable[..., Any]

CSV = b"postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content\n2026-02-01 09:00:00,Hello\n"

PERIOD = ("2025-10-01", "2026-02-01")

RECIPES: list[tuple[FetchRecipe, Fetch, tuple[Any, ...], dict[str, Any]]] = [
    (labels.CATEGORIES, ghl.fetch_categories, (), {"search_text": None}),
    (labels.TAGS, ghl.fetch_tags, (), {"search_text": None}),
    (users.USERS, ghl.fetch_users, (), {"deleted": False}),
    (posts.POSTS, ghl.fetch_posts, PERIOD, {"since": "2025-10-01T00:00:00.000Z"}),
    (statistics.STATISTICS, ghl.fetch_statistics, PERIOD, {"accounts": None}),
    (statistics.TOTALS, ghl.fetch_statistics_totals, PERIOD, {"accounts": None}),
    (statistics.BREAKDOWNS, ghl.fetch_statistics_breakdowns, PERIOD, {"accounts": None}),
    (comments.COMMENTS, ghl.fetch_comments, PERIOD, {"search": None}),
    (plans.CSV_IMPORTS, ghl.fetch_csv_imports, (), {}),
    (plans.QUEUES, ghl.fetch_queues, (), {}),
]
"""Each recipe, its function, what that is given, and what the recipe is asked then."""

all_recipes = pytest.mark.parametrize(
    ("recipe", "function", "given"),
    [
        pytest.param(recipe, function, given, id=recipe.name)
        for recipe, function, given, _ in RECIPES
    ],
)


@pytest.fixture(autouse=True)
def _filled(agency: Agency) -> None:
    """Have two sub-accounts make what there is none of in the beginning."""
    for location_id in ghl.fetch_locations(agency)["location_id"][[0, 2]]:
        client = agency.client(location_id)
        account = str(client.accounts.list().accounts[0].id)
        for category in client.categories.list().categories[:2]:
            client.queues.create(str(category.id), [TimeSlot(day_of_week=1, time="09:00")])
            sent = client.csv_imports.upload(CSV, file_name=f"{category.name}.csv")
            client.csv_imports.set_accounts(
                [account],
                file_path=str(sent.file_path),
                rows_count=sent.rows_count or 0,
                file_name=str(sent.file_name),
            )
        client.csv_imports.list()  # the simulator is done with them when they have been looked at


@pytest.mark.slow
@all_recipes
def test_the_columns_are_the_documented_ones(
    client: Client, recipe: FetchRecipe, function: Fetch, given: tuple[Any, ...]
) -> None:
    """Names, order and dtypes, with rows and without; rows are numbered from zero."""
    expected = {name: DTYPES[word] for name, word in documented(function).items()}
    full, empty = function(client, *given), recipe.layout.frame([], "loc")
    assert len(full) > 1
    for frame in (full, empty):
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == expected
        assert frame.index.equals(pd.RangeIndex(len(frame)))
    schema = recipe.layout.schema
    assert [dtype_of(one) for one in schema.values()] == empty.dtypes.to_list()
    assert set(full["location_id"]) == {client.location_id}


@pytest.mark.slow
@all_recipes
def test_the_docstring_names_the_dtypes_of_its_kinds(
    recipe: FetchRecipe, function: Fetch, given: tuple[Any, ...]
) -> None:
    """A reader can predict `frame.dtypes` from it."""
    doc = " ".join((function.__doc__ or "").split())
    for word in set(documented(function).values()):
        assert f"``{DTYPES[word]}``" in doc


@pytest.mark.slow
@all_recipes
def test_an_agencys_frame_is_those_of_its_sub_accounts(
    agency: Agency, recipe: FetchRecipe, function: Fetch, given: tuple[Any, ...]
) -> None:
    """One after the other, with the sub-account's name in front."""
    locations = ghl.fetch_locations(agency)
    frame = function(agency, *given)
    alone = [function(agency.client(one), *given) for one in locations["location_id"]]
    for one in alone:
        one.attrs.clear()
    expected = pd.concat(alone, ignore_index=True)
    names = locations.set_index("location_id")["location_name"]
    assert frame.columns[0] == "location_name"
    assert (frame["location_name"] == frame["location_id"].map(names)).all()
    assert ghl.failures(frame).empty
    frame.attrs.clear()
    ours = frame.drop(columns="location_name")[expected.columns]
    assert ours["location_id"].nunique() > 1
    for name in ours.select_dtypes("category"):  # concat drops those that do not agree
        ours[name], expected[name] = ours[name].astype("str"), expected[name].astype("str")
    pd.testing.assert_frame_equal(ours, expected)


@all_recipes
def test_an_agency_without_sub_accounts_has_the_same_columns(
    agency: Agency, recipe: FetchRecipe, function: Fetch, given: tuple[Any, ...]
) -> None:
    """Dtypes included."""
    frame = function(agency, *given, locations=[])
    assert frame.columns.to_list() == list(recipe.layout.of_agency)
    assert [dtype_of(one) for one in recipe.layout.of_agency.values()] == frame.dtypes.to_list()


@pytest.mark.slow
@all_recipes
async def test_the_async_doors_give_the_same_frames(
    sim: Simulator, client: Client, agency: Agency, recipe: FetchRecipe, function: Fetch, given: Any
) -> None:
    """They are awaited, with a bar or without."""
    async with AsyncClient(
        credential=client.credential, base_url=sim.base_url, api_version="v3"
    ) as other:
        pd.testing.assert_frame_equal(await function(other, *given), function(client, *given))
        shown = await function(other, *given, progress=True)
        pd.testing.assert_frame_equal(shown, function(client, *given))
    async with AsyncAgency(
        credential=agency.credential, base_url=sim.base_url, api_version="v3"
    ) as all_of:
        frame = await function(all_of, *given)
    assert len(frame) > len(shown)


@pytest.mark.slow
@all_recipes
def test_a_bar_shows_how_far_it_is(
    client: Client,
    capsys: pytest.CaptureFixture[str],
    recipe: FetchRecipe,
    function: Fetch,
    given: tuple[Any, ...],
) -> None:
    """Of one sub-account too; the frame is the same."""
    frame = function(client, *given, progress=True)
    said = capsys.readouterr().err
    assert said.startswith(f"\r{recipe.name}: ")
    assert "took" in said
    pd.testing.assert_frame_equal(frame, function(client, *given))


@pytest.mark.slow
@all_recipes
def test_a_run_is_kept_and_gone_on_with(
    agency: Agency,
    sim: Simulator,
    tmp_path: Any,
    recipe: FetchRecipe,
    function: Fetch,
    given: tuple[Any, ...],
) -> None:
    """What is in the folder is read, and is the same frame."""
    frame = function(agency, *given, folder=tmp_path)
    assert frame.attrs["folder"].startswith(f"{tmp_path}/{recipe.name}-")
    parts = pd.read_parquet(frame.attrs["folder"])
    assert len(parts) == len(frame)


@pytest.mark.parametrize(("recipe", "asked"), [(recipe, asked) for recipe, _, _, asked in RECIPES])
def test_a_job_can_be_sent_to_a_worker(recipe: FetchRecipe, asked: dict[str, Any]) -> None:
    """Everything in it is a name of a module, or a plain value."""
    spec = spec_of(recipe, asked)
    sent = pickle.loads(pickle.dumps(spec))
    assert sent.options == spec.options
    assert sent.new_table(**sent.options).take().equals(spec.new_table(**spec.options).take())


@pytest.mark.slow
@all_recipes
def test_what_is_for_an_agency_is_refused_elsewhere(
    client: Client, recipe: FetchRecipe, function: Fetch, given: tuple[Any, ...]
) -> None:
    """The error names it; what nobody knows is a type error."""
    with pytest.raises(ghl.errors.ArgumentError, match="folder: for an agency only"):
        function(client, *given, folder="x")
    with pytest.raises(TypeError, match="foldr"):
        function(client, *given, foldr="x")
    with pytest.raises(ghl.errors.ArgumentError, match="not a client"):
        function("client", *given)
