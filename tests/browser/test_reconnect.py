"""A connection that has expired is renewed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.notebook import Notebook

CELLS = """\
import ghl_notebook as ghl

client = ghl.demo()
frame = ghl.fetch_accounts(client)
i = frame.index[frame["is_expired"]][0]
id = frame.loc[i, "id"]
client.simulator.levers.LEVER
row = frame.loc[i]
login = ghl.ConnectAccount(
    client, row["platform"], reconnect=True, account_name=row["name"]
)
login"""


MESSAGE = ("reconnect_accounts = [id]", "message")
ACCOUNTS = ('consent_coop = "same-origin"', "accounts")
"""A lever of the simulator, and the way by which the login arrives then."""


@pytest.mark.parametrize(
    ("front_end", "lever", "way"),
    [("lab-chromium", *MESSAGE), ("lab-chromium", *ACCOUNTS), ("lab-firefox", *ACCOUNTS)],
    indirect=["front_end"],
)
def test_expired_connection_is_renewed(
    open_notebook: Callable[..., Notebook], lever: str, way: str
) -> None:
    """The card names the connection; after the login the row has its new end, by whichever way."""
    notebook = open_notebook(CELLS.replace("LEVER", lever))
    notebook.run()
    notebook.card.expect_status("idle", "Reconnect Nordljus Studio", "log in as before")
    window = notebook.card.open("Reconnect Instagram").wait_until_loaded()
    window.choose("Jonas Lindqvist")
    window.page.get_by_role("button", name="Allow").click()  # a severed one does not close itself
    if way == "accounts":
        notebook.card.button("Yes, this is mine").click()
    notebook.card.expect_status("connected", "Instagram is reconnected.", "Nordljus Studio")
    delivered_by, ids = notebook.evaluate("login.delivered_by, login.reconnect_accounts == [id]")
    assert (delivered_by.replace("loopback", "message"), ids) == (way, True)
    notebook.execute("after = ghl.fetch_accounts(client).set_index('id').loc[id]")
    assert notebook.evaluate("bool(after['is_expired']), str(after['expire'].date())") == (
        False,
        "2026-03-06",
    )
    assert notebook.evaluate("after['oauth_id'] == login.account_id")
