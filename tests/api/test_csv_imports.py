"""`client.csv_imports`: a file of posts, from its upload to the plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ghl_notebook import Client
from ghl_notebook.errors import BadRequestError
from ghl_notebook.models import CsvImport, UploadedCsv
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub, answer

CSV = """\
postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content,OGmetaUrl (url),imageUrls (comma-separated)
2026-02-01 09:00:00,"Café, dès 8 h",https://example.com,"https://example.com/a.png, b.png"
soon,Never,,
""".encode()


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(params=["2021-07-28", "v3"])
def client(sim: Simulator, request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client of either version."""
    with Client(
        sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version=request.param
    ) as client:
        yield client


def imported(client: Client, uploaded: UploadedCsv) -> CsvImport:
    """Import an uploaded file for the first account."""
    assert uploaded.file_path
    assert uploaded.file_name
    assert uploaded.rows_count
    client.csv_imports.set_accounts(
        [str(client.accounts.list().accounts[0].id)],
        file_path=uploaded.file_path,
        rows_count=uploaded.rows_count,
        file_name=uploaded.file_name,
    )
    return client.csv_imports.list().csvs[0]


def test_a_file_becomes_planned_posts(client: Client) -> None:
    """Uploaded, given accounts, looked at, finalized: the sound rows are planned."""
    uploaded = client.csv_imports.upload(CSV, file_name="february.csv")
    assert (uploaded.file_name, uploaded.rows_count) == ("february.csv", 2)
    begun = imported(client, uploaded)
    assert begun.id
    page = client.csv_imports.get(begun.id)
    assert page.csv is not None
    assert (page.csv.id, page.csv.status, page.count) == (begun.id, "in_review", 2)
    assert [row.summary for row in page.posts] == ["Café, dès 8 h", "Never"]
    assert [bool(row.error_message) for row in page.posts] == [False, True]
    assert len(page.posts[0].medias) == 2
    client.csv_imports.finalize(begun.id)
    assert client.csv_imports.list().csvs[0].status == "completed"
    planned = client.posts.list("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", type="scheduled")
    assert [(post.summary, post.source) for post in planned.posts] == [("Café, dès 8 h", "csv")]


def test_a_row_and_an_import_are_deleted(client: Client) -> None:
    """First a row, then all of it."""
    begun = imported(client, client.csv_imports.upload(CSV))
    assert begun.id
    row, *_ = client.csv_imports.get(begun.id).posts
    assert client.csv_imports.delete_post(begun.id, str(row.id)) == row.id
    assert client.csv_imports.get(begun.id).count == 1
    assert client.csv_imports.delete(begun.id).status == "deleted"
    with pytest.raises(BadRequestError, match="CSV not found"):
        client.csv_imports.get(begun.id)


def test_a_single_import_is_a_list_of_one(sim: Simulator, client: Client) -> None:
    """One document has an object where the other has a list."""
    begun = imported(client, client.csv_imports.upload(CSV))
    sim.levers.csv_imports = "one"
    assert [one.id for one in client.csv_imports.list(limit=1).csvs] == [begun.id]


def test_an_upload_is_a_form_and_can_be_sent_again() -> None:
    """After an answer 429 the file is sent once more, whole."""
    refused = answer(status=429)
    refused.headers["x-ratelimit-interval-milliseconds"] = "1"
    service = Stub(refused, answer({"filePath": "a/b.csv"}, 201))
    found = service.client().csv_imports.upload(CSV, file_name="b.csv")
    assert found.file_path == "a/b.csv"
    one, two = service.requests
    assert one.content == two.content
    assert one.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="b.csv"' in one.content
    assert CSV in one.content


@pytest.mark.parametrize("results", [None, {}, "done"])
def test_an_id_that_is_not_told_is_none(results: object) -> None:
    """Older versions say nothing of the import."""
    client = Stub(answer(results, 201)).client()
    made = client.csv_imports.set_accounts(["a"], file_path="p", rows_count=1, file_name="n")
    assert made is None
