"""The message of the finish page: section 1."""

from __future__ import annotations

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe
from ghl_notebook.verify.recorder import START
from ghl_notebook.verify.shape import Shape, brief

from .results import differs, judge, listed, without

_CAPTURED = ("actionType", "page", "platform", "placement", "accountId", "refresh", "source")
_LIST = "reconnectAccounts"

assume = section("1 message")


@assume("M", "The finish page's message reaches the window that opened it.")
def message_arrives(probe: Probe) -> CheckResult | None:
    """Look for a message before the login is confirmed."""
    if probe.variant == "cancel" or not probe.has_started:
        return None
    if probe.messages:
        return judge(True, f"result taken by: {probe.delivered_by or probe.ended}")
    if probe.ended == "connected":
        return differs(f"no message; the login was found by: {probe.delivered_by}")
    return None


@assume("M", "The message is posted once.")
def message_once(probe: Probe) -> CheckResult | None:
    """Count the messages."""
    if probe.variant == "cancel" or not probe.messages:
        return None
    return judge(len(probe.messages) == 1, f"{len(probe.messages)}")


@assume("M", "The message's origin is the service's own host.")
def message_origin(probe: Probe) -> CheckResult | None:
    """Compare `event.origin`, and report whether the client accepted it."""
    if not probe.messages:
        return None
    seen = listed(
        f"{m.origin}{'' if m.is_allowed else ' (refused: not an allowed origin)'}"
        for m in probe.messages
    )
    return judge(all(m.is_own for m in probe.messages), seen)


@assume("H", "The message's data is an object, not a JSON string.")
def message_object(probe: Probe) -> CheckResult | None:
    """Compare the type of the data."""
    kinds = {m.kind for m in probe.messages}
    return judge(kinds == {"object"}, listed(sorted(kinds))) if kinds else None


@assume(
    "H",
    "The data has actionType, page, platform, placement, accountId, refresh and source, perhaps "
    "reconnectAccounts, and nothing else.",
)
def message_keys(probe: Probe) -> CheckResult | None:
    """Compare the keys of the data."""
    if (data := probe.message) is None:
        return None
    missing = [f"no {key}" for key in _CAPTURED if key not in data]
    others = [f"also {key}: {brief(data[key])}" for key in data if key not in (*_CAPTURED, _LIST)]
    return without([*missing, *others], listed(data, 10))


@assume("H", 'A missing value is the string "undefined".')
def message_undefined(probe: Probe) -> CheckResult | None:
    """Compare placement, refresh and source."""
    if (data := probe.message) is None:
        return None
    values = {key: data[key] for key in ("placement", "refresh", "source") if key in data}
    empty = ("null", "empty", '"null"')
    odd = [f"{k} is {v}" for k, v in values.items() if not isinstance(v, str) or v in empty]
    return without(odd, listed(f"{key}: {brief(value)}" for key, value in values.items()))


@assume("H", "actionType is close.")
def message_action(probe: Probe) -> CheckResult | None:
    """Compare the value."""
    return _is(probe, "actionType", "close")


@assume("H", "page is social_media_posting, with underscores.")
def message_page(probe: Probe) -> CheckResult | None:
    """Compare the value."""
    return _is(probe, "page", "social_media_posting")


@assume("H", "platform is the one that was started.")
def message_platform(probe: Probe) -> CheckResult | None:
    """Compare the value."""
    return _is(probe, "platform", probe.platform)


@assume("H", "accountId has 24 hex digits.")
def message_account_id(probe: Probe) -> CheckResult | None:
    """Compare the form of the id, which the probe stores separately from the message."""
    if probe.message is None or not probe.account_form:
        return None
    return judge(probe.account_form == "24 hex", probe.account_form)


@assume("H", "On a first connect, reconnectAccounts is absent.")
def message_first(probe: Probe) -> CheckResult | None:
    """Look for the key in a login that reconnects nothing."""
    if probe.variant != "connect" or (data := probe.message) is None:
        return None
    return differs(_reconnected(data)) if _LIST in data else judge(True, "absent")


@assume("M", "The window can look closed before the message arrives.")
def message_late(probe: Probe) -> CheckResult | None:
    """Compare which of the two the login page reports first."""
    before = probe.seen_before_lost
    if before is None or len(probe.observed) <= before or not probe.messages:
        return None
    return judge(True, "closed first")


@assume(
    "H",
    "The provider returns to /social-media-posting/oauth/{platform}/finish on the service's host.",
)
def message_finish(probe: Probe) -> CheckResult | None:
    """Compare redirect_uri of the authorization URL."""
    start = probe.last(START)
    if start is None or start.redirect is None or start.redirect.finish is None:
        return None
    is_so = start.redirect.finish
    return judge(is_so, "redirect_uri leads there" if is_so else "redirect_uri leads elsewhere")


@assume("open", 'After a refusal, a close message with the accountId "undefined" is posted.')
def cancel_message(probe: Probe) -> CheckResult | None:
    """Compare the message of a login that the user refused (--cancel)."""
    if probe.variant != "cancel" or not probe.has_started or probe.ended != "cancelled":
        return None
    if not probe.messages:
        return differs("no message came")
    data = probe.messages[0].data
    wanted = ('"close"', '"undefined"')
    is_so = isinstance(data, dict) and (data.get("actionType"), data.get("accountId")) == wanted
    return judge(is_so, brief(data))


@assume(
    "open",
    "With reconnect=true, the message is the same; reconnectAccounts, if sent, is a list of ids.",
)
def reconnect_message(probe: Probe) -> CheckResult | None:
    """Compare the message of --reconnect."""
    if probe.variant != "reconnect" or (data := probe.message) is None:
        return None
    ids = data.get(_LIST, [])
    is_list = isinstance(ids, list) and all(isinstance(i, str) and i != "text" for i in ids)
    return judge(is_list, _reconnected(data) if _LIST in data else f"no {_LIST}")


def _is(probe: Probe, key: str, wanted: str) -> CheckResult | None:
    if (data := probe.message) is None or key not in data:
        return None
    return judge(data[key] == f'"{wanted}"', brief(data[key]))


def _reconnected(data: dict[str, Shape]) -> str:
    return f"{_LIST}: {brief(data[_LIST])}"
