"""Cells as users write them."""

DEMO = """\
import ghl_notebook as ghl

client = ghl.demo()
login = ghl.ConnectAccount(client, "instagram")
login"""

PANEL = """\
import ghl_notebook as ghl

client = ghl.demo()
panel = ghl.AccountsPanel(client)
panel"""


def demo(**levers: object) -> str:
    """Return the first cell, with levers of the simulator set before the card shows."""
    lines = [f"client.simulator.levers.{name} = {value!r}" for name, value in levers.items()]
    return DEMO.replace("\nlogin =", "\n".join(["", *lines, "login ="]))
