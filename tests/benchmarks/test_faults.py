"""The comparison under faults still runs, and still shows everything; no SDK is needed for that."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from ghl_notebook import Secret
from tests.benchmarks.faults import DRIVER, RESULTS, cells, markdown
from tests.benchmarks.vendor import Vendor
from tests.faults.catalog import CASES
from tests.faults.matrix import Outcome
from tests.faults.plots import Plot

pytestmark = pytest.mark.process

PLOT = Plot(Secret("pit-planted-000009-7f3a"), "here", "user", "login", ("1", "2"), ("a", "b"))

STAND_IN = """
class GHLError(Exception):
    pass

class Http:
    async def aclose(self): pass

class HighLevel:
    def __init__(self, private_integration_token):
        self.http_client, self.social_planner = Http(), self
        self.token = private_integration_token

    async def get_account(self, location_id):
        print("The SDK logs to the standard output.")
        return {"success": True, "results": {"accounts": [{"id": "a"}, {"id": self.BASE_URL}]}}

    async def attach_oauth_accounts(self, location_id, platform, account_id, body):
        if account_id == "login":
            error = GHLError("No")
            error.request = {"Authorization": f"Bearer {self.token}"}
            raise error
"""


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """The driver of the SDK, next to a stand-in of that."""
    (tmp_path / "highlevel.py").write_text(STAND_IN, encoding="utf-8")
    return Path(shutil.copy(DRIVER, tmp_path))


async def test_a_call_of_the_sdk_is_judged(driver: Path) -> None:
    """What it returns is held against what is right; an error is counted, and searched."""
    async with Vendor(sys.executable, driver) as vendor:
        assert await vendor.call("GET accounts", PLOT, "b") == ("survived", None)
        assert await vendor.call("GET accounts", PLOT, "c") == ("wrong answer", None)
        assert await vendor.call("POST attach", PLOT, "b") == ("GHLError", None)
    assert (vendor.errors, vendor.in_fields, vendor.stray) == (1, 1, 0)


def test_a_report_has_every_fault() -> None:
    """Each fault has a line, with a field for either library and operation."""
    made = {cell: Outcome("survived", 2, 0, PLOT) for cell in cells()}
    lines = markdown(made, made, Vendor()).splitlines()
    for case in CASES:
        assert f"| {case.name} |{' survived, 2x |' * 4}" in lines


def test_the_committed_results_have_every_fault() -> None:
    """FAULTS.md was written by the comparison as it is."""
    lines = [line.split(" | ") for line in RESULTS.read_text("utf-8").splitlines()]
    rows = {fields[0].removeprefix("| "): fields[1:] for fields in lines if len(fields) == 5}
    assert [case.name for case in CASES] == [name for name in rows if name not in ("fault", "---")]
    assert all(field.strip(" |") for fields in rows.values() for field in fields)
