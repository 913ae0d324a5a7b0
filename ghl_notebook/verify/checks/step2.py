"""Step 2, per platform: section 5."""

from __future__ import annotations

from ghl_notebook.verify.evidence import Found, Walk, body_of, dicts
from ghl_notebook.verify.recorder import STEP_2, STEP_2_SHORT
from ghl_notebook.verify.shape import Shape, brief

from .say import differs, judge, listed, without

_ENVELOPE = ("success", "statusCode", "message", "results")


def step2_path(walk: Walk) -> Found | None:
    """The long form."""
    asked = walk.last(STEP_2)
    if asked is None:
        return None
    if asked.status < 300:
        return judge(True, f"{asked.status}")
    # A wrong path reads as 404, or as a missing scope.
    is_path = asked.meaning in ("NotFoundError", "ScopeError")
    return differs(f"{asked.status} {asked.meaning}") if is_path else None


def step2_short(walk: Walk) -> Found | None:
    """The short form, where the long one works."""
    long, short = walk.last(STEP_2), walk.last(STEP_2_SHORT)
    if short is None or body_of(long) is None:
        return None
    is_so = body_of(short) is not None
    return judge(is_so, f"{short.status} {short.meaning}".strip())


def step2_envelope(walk: Walk) -> Found | None:
    """Its keys."""
    asked = walk.last(STEP_2)
    if asked is None or asked.status >= 300:
        return None
    if not isinstance(asked.body, dict):
        return differs(f"the body is {asked.kind}")
    if (body := body_of(asked)) is None:
        return None
    return without((f"no {key}" for key in _ENVELOPE if key not in body), listed(body))


def step2_facebook(walk: Walk) -> Found | None:
    """Pages."""
    keys = ("id", "name", "avatar", "isOwned", "isConnected")
    return _lists(walk, ("facebook",), {"pages": keys})


def step2_instagram(walk: Walk) -> Found | None:
    """Accounts."""
    keys = ("id or originId", "name", "avatar", "pageId", "isConnected")
    return _lists(walk, ("instagram",), {"accounts": keys})


def step2_linkedin(walk: Walk) -> Found | None:
    """Pages and the person's own profile."""
    keys = ("id", "name", "avatar")
    return _lists(walk, ("linkedin",), {"pages": keys, "profile": keys})


def step2_tiktok(walk: Walk) -> Found | None:
    """Profiles."""
    return _lists(walk, ("tiktok", "tiktok-business"), {"profile": ("id", "name")})


def step2_youtube(walk: Walk) -> Found | None:
    """Profiles or channels."""
    results = walk.results
    name = "channels" if isinstance(results, dict) and "channels" in results else "profile"
    return _lists(walk, ("youtube",), {name: ("id", "name")})


def step2_pinterest(walk: Walk) -> Found | None:
    """Profiles, of a type that attaching does not take."""
    found = _lists(walk, ("pinterest",), {"profile": ("id", "name")})
    results = walk.results
    if found is None or not isinstance(results, dict):
        return found
    kinds = {str(row.get("type", "absent")) for row in dicts(results.get("profile"))}
    return differs(f"type {listed(sorted(kinds))}") if kinds - {'"PINNER"'} else found


def step2_google(walk: Walk) -> Found | None:
    """One location, or a list of them."""
    results = walk.results
    if walk.platform != "google" or not isinstance(results, dict) or not results:
        return None
    found = results.get("locations", "absent")
    items = found if isinstance(found, list) else [found]
    is_so = all(isinstance(i, dict) and {"location", "account"} <= i.keys() for i in items)
    return judge(is_so, f"locations: {'a list' if isinstance(found, list) else _top(found)}")


def step2_threads(walk: Walk) -> Found | None:
    """Profiles."""
    return _lists(walk, ("threads",), {"profile": ("id", "name")})


def step2_empty(walk: Walk) -> Found | None:
    """Nothing to attach, and no error."""
    results = walk.results
    is_empty = isinstance(results, dict) and not any(results.values())
    return judge(True, brief(results or {})) if is_empty else None


def step2_oauth_id(walk: Walk) -> Found | None:
    """The login's rows in the accounts list."""
    if walk.own_rows():
        return judge(True, f"{len(walk.own_rows())} rows")
    return differs("no row of it, though attached") if walk.is_attached else None


def _lists(
    walk: Walk, platforms: tuple[str, ...], wanted: dict[str, tuple[str, ...]]
) -> Found | None:
    """Judge `results`: a list under each name, whose items have these keys, and nothing else."""
    results = walk.results
    if walk.platform not in platforms or results is None or results == {}:
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
