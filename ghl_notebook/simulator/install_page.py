"""The HTML of the authorization page."""

from __future__ import annotations

from html import escape

from .context import SimContext
from .oauth_records import MarketplaceApp
from .pages import document, radio_button, root

NAME = "GoHighLevel"
AUTHORIZE_PATH = "/v2/oauth/chooselocation"


def install_page(context: SimContext, app: MarketplaceApp, scopes: list[str], ticket: str) -> str:
    """Return the page on which a person chooses the agency or a sub-account, and decides.

    Parameters
    ----------
    ticket : str
        The signed request, which the form sends back with the decision.
    """
    state = context.state
    rows = [(one.id, one.name, "Sub-account") for one in state.locations.values()]
    rows += [(one.id, one.name, "Agency") for one in state.companies.values()]
    locations = "\n".join(_row(*row, checked=number == 0) for number, row in enumerate(rows))
    grants = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    main = f"""
<header class="brand">
<img src="{escape(root(context))}/avatars/mark-none.svg" alt="" width="48" height="48">
<div><h1>Install an app</h1>
<p><strong dir="auto">{escape(app.name)}</strong> wants access. Where should it be installed?</p>
</div>
</header>
<form method="post" action="{escape(root(context))}{AUTHORIZE_PATH}">
<input type="hidden" name="ticket" value="{escape(ticket)}">
<fieldset class="people"><legend>Install for</legend>
{locations}
</fieldset>
<ul class="grants" aria-label="The app will be able to">{grants}</ul>
<div class="actions">
<button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</div>
<p class="fine">Not a real login: no password is asked.</p>
</form>"""
    return document(context, "none", "Install an app (simulation)", main, name=NAME)


def _row(key: str, name: str, kind: str, *, checked: bool) -> str:
    return f"""<div class="person">{radio_button("location", key, checked=checked)}
<span><bdi class="name">{escape(name)}</bdi>
<span class="handle">{escape(kind)}</span></span></label></div>"""
