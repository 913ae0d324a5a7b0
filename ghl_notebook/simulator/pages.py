"""The HTML of the provider: consent page, finish page and pictures."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from .context import SimContext
from .platforms import PLATFORMS
from .records import Person

#: The text of `trouble_page` for a ticket that another simulator signed.
FOREIGN = "It was not made by this simulation."

_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{root}/avatars/mark-{platform}.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}/static/page.css">
{head}</head>
<body>
<p class="notice" role="note">Simulation &ndash; no real {name}, nothing leaves this computer</p>
<main>
{main}
</main>
</body>
</html>
"""


def document(
    context: SimContext,
    platform: str,
    title: str,
    main: str,
    head: str = "",
    *,
    name: str | None = None,
) -> str:
    """Return a complete page; its notice names the platform, or ``name``."""
    return _DOCUMENT.format(
        title=escape(title),
        root=escape(root(context)),
        platform=escape(platform if platform in PLATFORMS else "none"),
        name=escape(name or _name(platform, "provider")),
        head=head,
        main=main,
    )


def _name(platform: str, default: str) -> str:
    return PLATFORMS[platform].name if platform in PLATFORMS else default


def root(context: SimContext) -> str:
    """Return the simulator's path, which is the same on every host that serves its pages."""
    if context.public_url.startswith("/"):
        return context.public_url
    _, _, path = context.public_url.partition("://")
    _, slash, rest = path.partition("/")
    return slash + rest


def consent_page(context: SimContext, platform: str, ticket: dict[str, Any], state: str) -> str:
    """Return the page on which a person logs in, picks pages and allows or denies."""
    name = PLATFORMS[platform].name
    people = "\n".join(
        _person(context, person, platform, number == 0)
        for number, person in enumerate(context.state.people_asked(ticket))
    )
    location = context.state.locations.get(ticket["locationId"])
    direct = ticket.get("loginType") == "instagram"
    via = "Instagram itself" if direct else name
    target = f"{root(context)}/consent/{platform}"
    main = f"""
<header class="brand">
<img src="{escape(root(context))}/avatars/mark-{escape(platform)}.svg" alt="" width="48"
 height="48">
<div><h1>Log in with {escape(name)}</h1>
<p>LeadConnector wants to manage your accounts for
<strong dir="auto">{escape(location.name if location else "a sub-account")}</strong>.</p></div>
</header>
<form method="post" action="{escape(target)}">
<input type="hidden" name="state" value="{escape(state)}">
<fieldset class="people"><legend>Continue as</legend>
{people}
</fieldset>
<ul class="grants" aria-label="LeadConnector will be able to">
<li>See the accounts that you tick</li><li>Publish posts and read their statistics</li>
</ul>
<div class="actions">
<button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</div>
<p class="fine">Logs in through {escape(via)}. Not a real login: no password is asked.</p>
</form>"""
    return document(context, platform, f"Log in with {name} (simulation)", main)


def _person(context: SimContext, person: Person, platform: str, checked: bool) -> str:
    boxes = "\n".join(
        f"""<label class="page"><input type="checkbox" name="page"
 value="{escape(person.id)}:{escape(page.origin_id)}" checked>
<img src="{escape(root(context))}/avatars/{page.avatar}.svg" alt="" width="36" height="36">
<span><bdi class="name">{escape(page.name)}</bdi>
<bdi class="handle">{escape(page.username)}</bdi></span></label>"""
        for page in person.pages_on(platform)
    )
    empty = '<p class="empty">This person has no pages here. The connection will be empty.</p>'
    return f"""<div class="person">
{radio_button("person", person.id, checked=checked)}
<img src="{escape(root(context))}/avatars/{person.avatar}.svg" alt="" width="40" height="40">
<span><bdi class="name">{escape(person.name)}</bdi>
<span class="handle">{escape(person.email)}</span></span></label>
<div class="pages" role="group" aria-label="Pages to hand over">
{boxes or empty}
</div></div>"""


def radio_button(name: str, key: str, *, checked: bool) -> str:
    """Return a radio button and the start of its label."""
    key = escape(key)
    is_checked = " checked" if checked else ""
    return f"""<input type="radio" name="{name}" id="{name}-{key}" value="{key}"{is_checked}>
<label for="{name}-{key}">"""


def finish_page(
    context: SimContext, platform: str, messages: list[Any], *, account_id: str | None
) -> str:
    """Return the page that posts its messages to the opener, then closes itself.

    Parameters
    ----------
    messages : list
        The messages in their order: objects, or JSON strings.
    account_id : str or None
        Shown only if the page has no opener.
    """
    levers = context.levers
    orders = {
        "messages": messages,
        "lateMs": levers.late_ms,
        "closeMs": None if levers.keep_open else levers.close_ms,
    }
    # A meta element is the only one for data that a strict Content-Security-Policy allows.
    head = (
        f'<meta name="orders" content="{escape(json.dumps(orders, ensure_ascii=False))}">\n'
        f'<script type="module" src="{escape(root(context))}/static/finish.js"></script>\n'
    )
    outcome = "Connected" if account_id else "Not connected"
    hint = (
        "The account id of this connection, to paste there:"
        f' <code id="account">{escape(account_id)}</code>'
        if account_id
        else "Nothing was connected."
    )
    main = f"""
<div class="outcome">
<h1>{outcome}</h1>
<p id="reported" role="status">You can close this window</p>
<p id="unreported" role="alert" hidden>This window could not report back: its link to the page that
opened it is cut. Go back to that page. {hint}</p>
</div>"""
    return document(context, platform, f"{outcome} (simulation)", main, head)


def trouble_page(context: SimContext, platform: str, text: str, *, name: str | None = None) -> str:
    """Return the page for a link that does not work."""
    main = f"""
<div class="outcome"><h1>This link does not work</h1>
<p role="alert">{escape(text)} Close this window and start again.</p></div>"""
    title = "This link does not work (simulation)"
    return document(context, platform, title, main, name=name)


def avatar(name: str, number: int) -> str:
    """Return a picture: the first letter of a name on a color."""
    hue = (number * 67 + 20) % 360
    return _SVG.format(
        first=f"hsl({hue} 62% 52%)",
        second=f"hsl({(hue + 40) % 360} 64% 38%)",
        radius=48,
        letter=escape(next((sign for sign in name if sign.isalnum()), "?")),
    )


def mark(platform: str) -> str:
    """Return the mark of a platform: its initial on its colors."""
    known = platform in PLATFORMS
    first, second = PLATFORMS[platform].colors if known else ("#94a3b8", "#475569")
    letter = escape(_name(platform, "?")[0])
    return _SVG.format(first=first, second=second, radius=24, letter=letter)


_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">'
    '<stop offset="0" stop-color="{first}"/><stop offset="1" stop-color="{second}"/>'
    '</linearGradient></defs><rect width="96" height="96" rx="{radius}" fill="url(#g)"/>'
    '<text x="48" y="48" dy=".36em" text-anchor="middle" font-family="system-ui, sans-serif" '
    'font-size="44" font-weight="600" fill="#fff">{letter}</text></svg>'
)
