"""The message of the finish page: section 1."""

from __future__ import annotations

from ghl_notebook.verify.evidence import Found, Walk
from ghl_notebook.verify.recorder import START
from ghl_notebook.verify.shape import Shape, brief

from .say import differs, judge, listed, without

_CAPTURED = ("actionType", "page", "platform", "placement", "accountId", "refresh", "source")
_LIST = "reconnectAccounts"


def message_arrives(walk: Walk) -> Found | None:
    """With a message, or by another way."""
    if walk.variant == "cancel" or not walk.has_started:
        return None
    if walk.messages:
        return judge(True, f"result taken by: {walk.delivered_by or walk.ended}")
    if walk.ended == "connected":
        return differs(f"no message; the login was found by: {walk.delivered_by}")
    return None


def message_once(walk: Walk) -> Found | None:
    """One message."""
    if walk.variant == "cancel" or not walk.messages:
        return None
    return judge(len(walk.messages) == 1, f"{len(walk.messages)}")


def message_origin(walk: Walk) -> Found | None:
    """The origin, and whether it was taken."""
    if not walk.messages:
        return None
    seen = listed(
        f"{m.origin}{'' if m.is_allowed else ' (refused: not an allowed origin)'}"
        for m in walk.messages
    )
    return judge(all(m.is_own for m in walk.messages), seen)


def message_object(walk: Walk) -> Found | None:
    """An object."""
    kinds = {m.kind for m in walk.messages}
    return judge(kinds == {"object"}, listed(sorted(kinds))) if kinds else None


def message_keys(walk: Walk) -> Found | None:
    """The captured keys."""
    if (data := walk.message) is None:
        return None
    missing = [f"no {key}" for key in _CAPTURED if key not in data]
    others = [f"also {key}: {brief(data[key])}" for key in data if key not in (*_CAPTURED, _LIST)]
    return without([*missing, *others], listed(data, 10))


def message_undefined(walk: Walk) -> Found | None:
    """Placement, refresh and source."""
    if (data := walk.message) is None:
        return None
    values = {key: data[key] for key in ("placement", "refresh", "source") if key in data}
    empty = ("null", "empty", '"null"')
    odd = [f"{k} is {v}" for k, v in values.items() if not isinstance(v, str) or v in empty]
    return without(odd, listed(f"{key}: {brief(value)}" for key, value in values.items()))


def message_action(walk: Walk) -> Found | None:
    """The action."""
    return _is(walk, "actionType", "close")


def message_page(walk: Walk) -> Found | None:
    """The page's spelling."""
    return _is(walk, "page", "social_media_posting")


def message_platform(walk: Walk) -> Found | None:
    """The platform."""
    return _is(walk, "platform", walk.platform)


def message_account_id(walk: Walk) -> Found | None:
    """The account id's form, which the walk keeps beside its name."""
    if walk.message is None or not walk.account_form:
        return None
    return judge(walk.account_form == "24 hex", walk.account_form)


def message_first(walk: Walk) -> Found | None:
    """No reconnected accounts when nothing was to be reconnected."""
    if walk.variant != "connect" or (data := walk.message) is None:
        return None
    return differs(_reconnected(data)) if _LIST in data else judge(True, "absent")


def message_late(walk: Walk) -> Found | None:
    """The window read closed first."""
    before = walk.seen_before_lost
    if before is None or len(walk.sightings) <= before or not walk.messages:
        return None
    return judge(True, "closed first")


def message_finish(walk: Walk) -> Found | None:
    """Where the provider returns to."""
    start = walk.last(START)
    if start is None or start.redirect is None or start.redirect.finish is None:
        return None
    is_so = start.redirect.finish
    return judge(is_so, "redirect_uri leads there" if is_so else "redirect_uri leads elsewhere")


def cancel_message(walk: Walk) -> Found | None:
    """What comes after a refusal."""
    if walk.variant != "cancel" or not walk.has_started or walk.ended != "cancelled":
        return None
    if not walk.messages:
        return differs("no message came")
    (data, *_) = [m.data for m in walk.messages]
    is_so = isinstance(data, dict) and (data.get("actionType"), data.get("accountId")) == (
        '"close"',
        '"undefined"',
    )
    return judge(is_so, brief(data))


def reconnect_message(walk: Walk) -> Found | None:
    """What comes after a reconnect."""
    if walk.variant != "reconnect" or (data := walk.message) is None:
        return None
    ids = data.get(_LIST, [])
    is_list = isinstance(ids, list) and all(isinstance(i, str) and i != "text" for i in ids)
    return judge(is_list, _reconnected(data) if _LIST in data else f"no {_LIST}")


def _is(walk: Walk, key: str, wanted: str) -> Found | None:
    if (data := walk.message) is None or key not in data:
        return None
    return judge(data[key] == f'"{wanted}"', brief(data[key]))


def _reconnected(data: dict[str, Shape]) -> str:
    return f"{_LIST}: {brief(data[_LIST])}"
