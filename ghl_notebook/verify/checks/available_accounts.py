"""Step 2, per platform: section 5."""

from __future__ import annotations

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe, body_of, dicts
from ghl_notebook.verify.recorder import STEP_2, STEP_2_SHORT
from ghl_notebook.verify.shape import Shape, brief

from .results import differs, judge, listed, without

_ENVELOPE = ("success", "statusCode", "message", "results")

assume = section("5 step 2")


@assume("H", "Step 2's path has the location.")
def offered_path(probe: Probe) -> CheckResult | None:
    """Compare the status of the long form."""
    asked = probe.last(STEP_2)
    if asked is None:
        return None
    if asked.status < 300:
        return judge(True, f"{asked.status}")
    # The service answers a wrong path as 404, or as a missing scope.
    is_path = asked.meaning in ("NotFoundError", "ScopeError")
    return differs(f"{asked.status} {asked.meaning}") if is_path else None


@assume("L", "The form without the location, of the vendor's page, works too.")
def offered_short(probe: Probe) -> CheckResult | None:
    """Compare the status of the short form, if the long form works."""
    long, short = probe.last(STEP_2), probe.last(STEP_2_SHORT)
    if short is None or body_of(long) is None:
        return None
    is_so = body_of(short) is not None
    return judge(is_so, f"{short.status} {short.meaning}".strip())


@assume("H", "The answer has success, statusCode, message and results.")
def offered_envelope(probe: Probe) -> CheckResult | None:
    """Compare the keys of the answer."""
    asked = probe.last(STEP_2)
    if asked is None or asked.status >= 300:
        return None
    if not isinstance(asked.body, dict):
        return differs(f"the body is {asked.kind}")
    if (body := body_of(asked)) is None:
        return None
    return without((f"no {key}" for key in _ENVELOPE if key not in body), listed(body))


@assume("H", "facebook: pages[] with id, name, avatar, isOwned, isConnected.")
def offered_facebook(probe: Probe) -> CheckResult | None:
    """Compare results."""
    keys = ("id", "name", "avatar", "isOwned", "isConnected")
    return _lists(probe, ("facebook",), {"pages": keys})


@assume("H", "instagram: accounts[] with id or originId, name, avatar, pageId, isConnected.")
def offered_instagram(probe: Probe) -> CheckResult | None:
    """Compare results."""
    keys = ("id or originId", "name", "avatar", "pageId", "isConnected")
    return _lists(probe, ("instagram",), {"accounts": keys})


@assume("M", "linkedin: pages[] and profile[], both lists.")
def offered_linkedin(probe: Probe) -> CheckResult | None:
    """Compare results."""
    keys = ("id", "name", "avatar")
    return _lists(probe, ("linkedin",), {"pages": keys, "profile": keys})


@assume("M", "tiktok, tiktok-business: profile[].")
def offered_tiktok(probe: Probe) -> CheckResult | None:
    """Compare results."""
    return _lists(probe, ("tiktok", "tiktok-business"), {"profile": ("id", "name")})


@assume("L", "youtube: profile[] or channels[].")
def offered_youtube(probe: Probe) -> CheckResult | None:
    """Compare results."""
    results = probe.results
    name = "channels" if isinstance(results, dict) and "channels" in results else "profile"
    return _lists(probe, ("youtube",), {name: ("id", "name")})


@assume("M", "pinterest: profile[], of type PINNER.")
def offered_pinterest(probe: Probe) -> CheckResult | None:
    """Compare results; attaching does not accept the type PINNER."""
    found = _lists(probe, ("pinterest",), {"profile": ("id", "name")})
    results = probe.results
    if found is None or not isinstance(results, dict):
        return found
    kinds = {str(row.get("type", "absent")) for row in dicts(results.get("profile"))}
    return differs(f"type {listed(sorted(kinds))}") if kinds - {'"PINNER"'} else found


@assume("open", "google: locations is one {location, account} or a list of them.")
def offered_google(probe: Probe) -> CheckResult | None:
    """Compare results."""
    results = probe.results
    if probe.platform != "google" or not isinstance(results, dict) or not results:
        return None
    found = results.get("locations", "absent")
    items = found if isinstance(found, list) else [found]
    is_so = all(isinstance(i, dict) and {"location", "account"} <= i.keys() for i in items)
    return judge(is_so, f"locations: {'a list' if isinstance(found, list) else _top(found)}")


@assume("L", "threads: profile[].")
def offered_threads(probe: Probe) -> CheckResult | None:
    """Compare results."""
    return _lists(probe, ("threads",), {"profile": ("id", "name")})


@assume("H", "An empty list with success true is normal.")
def offered_empty(probe: Probe) -> CheckResult | None:
    """Look at the results of a login without pages."""
    results = probe.results
    is_empty = isinstance(results, dict) and not any(results.values())
    return judge(True, brief(results or {})) if is_empty else None


@assume("M", "The message's accountId is oauthId in the accounts list.")
def offered_oauth_id(probe: Probe) -> CheckResult | None:
    """Look for the login's rows in the accounts list."""
    if probe.own_rows():
        return judge(True, f"{len(probe.own_rows())} rows")
    return differs("no row of it, though attached") if probe.is_attached else None


def _lists(
    probe: Probe, platforms: tuple[str, ...], wanted: dict[str, tuple[str, ...]]
) -> CheckResult | None:
    """Compare `results` with the wanted lists, by name, and the keys of their items."""
    results = probe.results
    if probe.platform not in platforms or results is None or results == {}:
        return None
    if not isinstance(results, dict):
        return differs(f"results is {brief(results)}")
    faults = [f"also {key}: {_top(results[key])}" for key in results if key not in wanted]
    for name, keys in wanted.items():
        found = results.get(name, "absent")
        if not isinstance(found, list):
            faults.append(f"{name} is {_top(found)}")
        for item in dicts(found):
            faults += [
                f"{name}[] without {key}"
                for key in keys
                if not any(one in item for one in key.split(" or "))
            ]
    names = {"originId" if "originId" in i else "id" for v in results.values() for i in dicts(v)}
    counts = (f"{k}: {len(v)}" for k, v in results.items() if isinstance(v, list))
    return without(faults, f"{listed(counts)}; ids are named {' or '.join(sorted(names)) or '?'}")


def _top(shape: Shape) -> str:
    if isinstance(shape, dict):
        return "one object"
    return "a list" if isinstance(shape, list) else shape
