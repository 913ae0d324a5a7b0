"""What a type checker has to know about the public names. Checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, assert_type

import altair as alt
import httpx
import pandas as pd

import ghl_notebook as ghl
from ghl_notebook.models import Post, PostPage, Queue, Statistics, UploadedCsv


def blocking(
    client: ghl.Client, login: ghl.ConnectAccount, available: ghl.models.AvailableAccount
) -> None:
    """`Client`: results, not coroutines."""
    assert_type(client.users(), list[ghl.models.User])
    assert_type(client.resolve_user_id(), str)
    assert_type(client.oauth.start("instagram", page="integration", reconnect=True), ghl.Secret)
    assert_type(
        client.oauth.available_accounts("instagram", "id"), list[ghl.models.AvailableAccount]
    )
    assert_type(client.oauth.attach("instagram", "id", available), ghl.models.AttachedAccount)
    assert_type(client.accounts.list(), ghl.models.AccountList)
    assert_type(client.accounts.list().accounts, list[ghl.models.Account])
    assert_type(client.accounts.delete("key"), str)
    assert_type(client.posts.list("2026-01-01Z", "2026-02-01Z"), PostPage)
    assert_type(client.posts.create(["id"], summary="Hello"), Post)
    assert_type(client.posts.bulk_delete(["id"]), int | None)
    assert_type(client.statistics.fetch(["id"]), Statistics)
    assert_type(client.csv_imports.upload(b"", file_name="posts.csv"), UploadedCsv)
    assert_type(client.queues.list().queues, list[Queue])
    assert_type(client.comments.like("facebook", "id"), None)
    assert_type(client.user_id, str | None)
    assert_type(ghl.doctor(client), ghl.Diagnosis)
    assert_type(ghl.doctor(client).problems, list[ghl.Finding])
    assert_type(ghl.fetch_accounts(client, deleted=True), pd.DataFrame)
    assert_type(ghl.fetch_available_accounts(client, login), pd.DataFrame)
    assert_type(ghl.fetch_categories(client, search="offers", progress=True), pd.DataFrame)
    assert_type(ghl.fetch_posts(client, "2026-01-01", "2026-01-31"), pd.DataFrame)
    assert_type(ghl.schedule_posts(client, pd.DataFrame(), dry_run=False), pd.DataFrame)
    assert_type(
        ghl.schedule_posts(client, pd.DataFrame(), enforce_limits=False, resend=[3]), pd.DataFrame
    )
    assert_type(ghl.check_posts(pd.DataFrame(), pd.DataFrame(), now="2026-01-01Z"), pd.DataFrame)
    assert_type(client.media.upload("beach.jpg"), ghl.models.UploadedMedia)
    assert_type(client.media.list(query="beach"), list[ghl.models.LibraryFile])
    assert_type(ghl.attach(client, login, "origin"), ghl.models.AttachedAccount)
    assert_type(ghl.detach(client, ["id"]), pd.DataFrame)
    assert_type(ghl.detach(client, ghl.fetch_accounts(client).iloc[0]), pd.DataFrame)
    assert_type(ghl.connect(client, "instagram", time_limit=300), ghl.ConnectAccount)
    assert_type(ghl.reconnect(client, {"platform": "instagram"}), ghl.ConnectAccount)
    assert_type(ghl.log_in(), ghl.Client | ghl.Agency)
    assert_type(ghl.__version__, str)


def charts(frame: pd.DataFrame) -> None:
    """Frames in, Altair's charts out."""
    assert_type(ghl.plot_expiry(frame, soon=7), alt.Chart | alt.LayerChart)
    assert_type(ghl.plot_hours(frame, tz="Europe/Berlin"), alt.Chart | alt.LayerChart)
    assert_type(ghl.plot_statuses(frame, by="platform"), alt.Chart | alt.FacetChart)
    by_account = ghl.plot_statistics(frame, ["new_followers", "likes"], by="account", theme="dark")
    assert_type(by_account, alt.Chart | alt.FacetChart | alt.VConcatChart)


async def awaited(client: ghl.AsyncClient, login: ghl.ConnectAccount) -> None:
    """`AsyncClient`: the same, awaited."""
    assert_type(await client.users(), list[ghl.models.User])
    assert_type(await client.oauth.start("instagram"), ghl.Secret)
    assert_type(await client.accounts.list(), ghl.models.AccountList)
    assert_type(await client.posts.get("id"), Post)
    assert_type(await client.posts.bulk_delete(["id"]), int | None)
    pending: Coroutine[Any, Any, pd.DataFrame] = ghl.fetch_accounts(client)
    assert_type(await pending, pd.DataFrame)
    assert_type(await ghl.fetch_available_accounts(client, login), pd.DataFrame)
    assert_type(await ghl.fetch_categories(client), pd.DataFrame)
    assert_type(await ghl.schedule_posts(client, pd.DataFrame()), pd.DataFrame)
    assert_type(await client.media.upload(Path("beach.jpg")), ghl.models.UploadedMedia)
    assert_type(await ghl.attach(client, login, "origin"), ghl.models.AttachedAccount)
    assert_type(await ghl.detach(client, "id"), pd.DataFrame)
    assert_type(await ghl.doctor(client), ghl.Diagnosis)
    async with client as same:
        assert_type(same, ghl.AsyncClient)


def made(transport: httpx.AsyncBaseTransport) -> None:
    """Ways to a client and to a login."""
    with ghl.Client("token", "location", transport=transport) as client:
        assert_type(client, ghl.Client)
    with ghl.demo(seed=1) as demo:
        assert_type(demo, ghl.DemoClient)
        assert_type(ghl.ConnectAccount(demo, "instagram"), ghl.ConnectAccount)
    ghl.Client(ghl.Secret("token"), location_id="location", timeout=5)


def errors(error: ghl.errors.ResponseError) -> None:
    """The fields of an answer's error."""
    assert_type(error.status, int)
    assert_type(error.service_message, str)
    assert_type(error.trace_id, str | None)
    assert_type(error.next_step, str)


def wrong(client: ghl.Client) -> None:
    """Each line is an error, which mypy has to see: an unused ignore is one itself."""
    client.oauth.start(platform=5)  # type: ignore[arg-type]
    client.oauth.start("instagram", "integration")  # type: ignore[call-arg]
    client.acounts()  # type: ignore[attr-defined]
    client.posts.get(5)  # type: ignore[arg-type]
    client.posts.create(["id"], sumary="Hello")  # type: ignore[call-arg]
    ghl.fetch_accounts("client")  # type: ignore[call-overload]
    ghl.fetch_categories(client, serch="offers")  # type: ignore[call-overload]
    ghl.fetch_categories(client, search=5)  # type: ignore[call-overload]
    ghl.fetch_posts(client, "2026-01-01", "2026-01-31", status="x")  # type: ignore[call-overload]
    ghl.fetch_statistics(client, "2026-01-01", "2026-01-31", platform="x")  # type: ignore[arg-type]
    ghl.connect(client, "orkut")  # type: ignore[arg-type]
    ghl.detach(client, 5)  # type: ignore[call-overload]
    ghl.RateLimitError  # type: ignore[attr-defined]  # noqa: B018
    ghl.Client(token=5)  # type: ignore[arg-type]


async def of_an_agency(agency: ghl.Agency, other: ghl.AsyncAgency, engine: object) -> None:
    """One frame of all sub-accounts; a lazy one is dask's, which has no types."""
    assert_type(ghl.fetch_accounts(agency, progress=True), pd.DataFrame)
    assert_type(ghl.fetch_accounts(agency, engine=engine), pd.DataFrame)
    assert_type(await ghl.fetch_accounts(other, engine=engine), pd.DataFrame)
    assert_type(ghl.fetch_accounts(agency, engine=engine, lazy=True), Any)
    assert_type(await ghl.fetch_accounts(other, engine=engine, lazy=True), Any)
    assert_type(ghl.fetch_categories(agency, in_flight=5), pd.DataFrame)
    assert_type(await ghl.fetch_categories(other, folder="runs"), pd.DataFrame)
    assert_type(ghl.fetch_categories(agency, engine=engine, lazy=True), Any)
    assert_type(await ghl.fetch_categories(other, engine=engine, lazy=True), Any)
