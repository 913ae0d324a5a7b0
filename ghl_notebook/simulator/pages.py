"""The HTML of the provider's side: the consent page, the finish page, the pictures."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from .platforms import PLATFORMS
from .records import Person
from .wire import World

# One warm or cool pair per platform, for the mark in the corner; no trademark is drawn.
_TINTS = {
    "facebook": ("#3b82f6", "#1d4ed8"),
    "instagram": ("#f97316", "#c026d3"),
    "google": ("#22c55e", "#2563eb"),
    "linkedin": ("#38bdf8", "#075985"),
    "tiktok": ("#22d3ee", "#e11d48"),
    "tiktok-business": ("#22d3ee", "#e11d48"),
    "youtube": ("#f87171", "#b91c1c"),
    "pinterest": ("#fb7185", "#be123c"),
    "threads": ("#64748b", "#0f172a"),
}

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
    world: World,
    platform: str,
    title: str,
    main: str,
    head: str = "",
    *,
    name: str | None = None,
) -> str:
    """Return a whole page; its notice names the platform, or what ``name`` says."""
    return _DOCUMENT.format(
        title=escape(title),
        root=escape(root(world)),
        platform=escape(platform if platform in PLATFORMS else "none"),
        name=escape(name or PLATFORMS.get(platform, "provider")),
        head=head,
        main=main,
    )


def root(world: World) -> str:
    """Return the path that leads to the simulator from whichever host serves its pages."""
    if world.public_url.startswith("/"):
        return world.public_url
    _, _, path = world.public_url.partition("://")
    _, slash, rest = path.partition("/")
    return slash + rest


def consent_page(world: World, platform: str, ticket: dict[str, Any], state: str) -> str:
    """Return the page on which a person logs in, picks pages and allows or denies."""
    name = PLATFORMS[platform]
    people = "\n".join(
        _person(world, person, platform, number == 0)
        for number, person in enumerate(world.state.people_asked(ticket))
    )
    place = world.state.locations.get(ticket["locationId"])
    direct = ticket.get("loginType") == "instagram"
    via = "Instagram itself" if direct else name
    target = f"{root(world)}/consent/{platform}"
    main = f"""
<header class="brand">
<img src="{escape(root(world))}/avatars/mark-{escape(platform)}.svg" alt="" width="48" height="48">
<div><h1>Log in with {escape(name)}</h1>
<p>LeadConnector wants to manage your accounts for
<strong dir="auto">{escape(place.name if place else "a sub-account")}</strong>.</p></div>
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
    return document(world, platform, f"Log in with {name} (simulation)", main)


def _person(world: World, person: Person, platform: str, checked: bool) -> str:
    boxes = "\n".join(
        f"""<label class="page"><input type="checkbox" name="page"
 value="{escape(person.id)}:{escape(page.origin_id)}" checked>
<img src="{escape(root(world))}/avatars/{page.avatar}.svg" alt="" width="36" height="36">
<span><bdi class="name">{escape(page.name)}</bdi>
<bdi class="handle">{escape(page.username)}</bdi></span></label>"""
        for page in person.pages_on(platform)
    )
    empty = '<p class="empty">This person has no pages here. The connection will be empty.</p>'
    return f"""<div class="person">
<input type="radio" name="person" id="person-{escape(person.id)}" value="{escape(person.id)}"
{" checked" if checked else ""}>
<label for="person-{escape(person.id)}">
<img src="{escape(root(world))}/avatars/{person.avatar}.svg" alt="" width="40" height="40">
<span><bdi class="name">{escape(person.name)}</bdi>
<span class="handle">{escape(person.email)}</span></span></label>
<div class="pages" role="group" aria-label="Pages to hand over">
{boxes or empty}
</div></div>"""


def finish_page(world: World, platform: str, messages: list[Any], *, account_id: str | None) -> str:
    """Return the page that reports back to the window that opened it, then closes itself.

    Parameters
    ----------
    messages : list
        What is posted, in this order: objects, or strings of JSON.
    account_id : str or None
        Shown only where the way back is cut.
    """
    levers = world.levers
    orders = {
        "messages": messages,
        "lateMs": levers.late_ms,
        "closeMs": None if levers.keep_open else levers.close_ms,
    }
    # The page has no other place for data that a strict Content-Security-Policy leaves alone.
    head = (
        f'<meta name="orders" content="{escape(json.dumps(orders, ensure_ascii=False))}">\n'
        f'<script type="module" src="{escape(root(world))}/static/finish.js"></script>\n'
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
    return document(world, platform, f"{outcome} (simulation)", main, head)


def trouble_page(world: World, platform: str, text: str, *, name: str | None = None) -> str:
    """Return the page of a link that does not work."""
    main = f"""
<div class="outcome"><h1>This link does not work</h1>
<p role="alert">{escape(text)} Close this window and start again.</p></div>"""
    title = "This link does not work (simulation)"
    return document(world, platform, title, main, name=name)


def avatar(name: str, number: int) -> str:
    """Return a picture made of a colour and the first letter of a name."""
    hue = (number * 67 + 20) % 360
    return _SVG.format(
        first=f"hsl({hue} 62% 52%)",
        second=f"hsl({(hue + 40) % 360} 64% 38%)",
        radius=48,
        letter=escape(next((sign for sign in name if sign.isalnum()), "?")),
    )


def mark(platform: str) -> str:
    """Return the mark of a platform: its initial on its colours."""
    first, second = _TINTS.get(platform, ("#94a3b8", "#475569"))
    letter = escape(PLATFORMS.get(platform, "?")[0])
    return _SVG.format(first=first, second=second, radius=24, letter=letter)


_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">'
    '<stop offset="0" stop-color="{first}"/><stop offset="1" stop-color="{second}"/>'
    '</linearGradient></defs><rect width="96" height="96" rx="{radius}" fill="url(#g)"/>'
    '<text x="48" y="48" dy=".36em" text-anchor="middle" font-family="system-ui, sans-serif" '
    'font-size="44" font-weight="600" fill="#fff">{letter}</text></svg>'
)
