"""API versions, posts and statistics: sections 7b and 8; only `--read-only` asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe, body_of, dicts, results_of
from ghl_notebook.verify.recorder import (
    ACCOUNTS,
    CREATE_POST,
    DELETE_POST,
    EDIT_POST,
    POST,
    POSTS,
    STATISTICS,
    Exchange,
)
from ghl_notebook.verify.shape import Shape, brief, type_of

from .results import judge, listed, without

assume_version = section("8 versions")
assume_post = section("7b posts")
assume_statistic = section("7b statistics")


@assume_version("M", "The versions 2021-04-15, 2021-07-28, 2023-02-21 and v3 are accepted.")
def versions_accepted(probe: Probe) -> CheckResult | None:
    """Compare the status of the accounts list under each version."""
    if probe.variant != "read":
        return None
    asked = [e for e in probe.exchanges if e.operation == ACCOUNTS]
    odd = [f"{e.status} {e.meaning} under {_version(e)}" for e in asked if e.status >= 300]
    return without(odd, listed(map(_version, asked))) if asked else None


@assume_post("M", "posts/list answers 201.")
def posts_status(probe: Probe) -> CheckResult | None:
    """Compare the status."""
    asked = probe.last(POSTS)
    if body_of(asked) is None or asked is None:
        return None
    return judge(asked.status == 201, str(asked.status))


@assume_post("M", "A post has _id, platform, status, and a list accountIds.")
def posts_keys(probe: Probe) -> CheckResult | None:
    """Compare the keys of each post."""
    posts = _posts(probe)
    faults = [f"no {k}" for p in posts for k in ("_id", "platform", "status") if k not in p]
    kinds = {type_of(post.get("accountIds", "null")) for post in posts}
    faults += [f"accountIds is {kind}" for kind in sorted(kinds - {"array"})]
    return without(faults, f"{len(posts)} posts") if posts else None


@assume_post("M", "tags is a list, also of a post without tags.")
def posts_tags(probe: Probe) -> CheckResult | None:
    """Compare the types of tags."""
    posts = [post for post in _posts(probe) if "tags" in post]
    kinds = {type_of(post["tags"]) for post in posts}
    return judge(kinds == {"array"}, listed(sorted(kinds))) if posts else None


@assume_post("M", "The error of a post is a text, or an object with a message.")
def posts_error(probe: Probe) -> CheckResult | None:
    """Compare the types of error."""
    found = [post["error"] for post in _posts(probe) if post.get("error", "null") != "null"]
    odd = [
        brief(error)
        for error in found
        if type_of(error) != "string" and not (isinstance(error, dict) and "message" in error)
    ]
    return without(odd, listed(type_of(error) for error in found)) if found else None


@assume_post("L", "A listed post has its platform and its parentPostId.")
def posts_parent(probe: Probe) -> CheckResult | None:
    """Count the posts with a parent; the evidence alone."""
    posts = _posts(probe)
    count = sum(post.get("parentPostId", "empty") not in ("empty", "null") for post in posts)
    return judge(True, f"{count} of {len(posts)} with parentPostId") if posts else None


@assume_post("H", "Creating a draft answers 201 with its id in results.post._id (--draft).")
def draft_created(probe: Probe) -> CheckResult | None:
    """Compare the answer."""
    asked = probe.last(CREATE_POST)
    if asked is None:
        return None
    results = results_of(asked)
    post = results.get("post") if isinstance(results, dict) else None
    has_id = isinstance(post, dict) and "_id" in post
    seen = f"{asked.status} {asked.meaning}".strip()
    return judge(asked.status == 201 and has_id, seen if has_id else f"{seen}, no results.post._id")


@assume_post("H", "A whole draft that is edited stays a draft, with its accounts (--draft).")
def draft_edited(probe: Probe) -> CheckResult | None:
    """Compare the draft after its edit."""
    edited, read = probe.last(EDIT_POST), _read(probe, after_delete=False)
    if edited is None:
        return None
    if edited.status >= 300 or read is None:
        return judge(False, f"{edited.status} {edited.meaning}, sent {brief(edited.asked)}")
    faults = [] if read.get("status") == '"draft"' else [f"status is {brief(_of(read, 'status'))}"]
    if read.get("accountIds", []) == []:
        faults.append("no accountIds")
    return without(faults, "a draft, with accountIds")


@assume_post("M", "A draft that is deleted cannot be read (--draft).")
def draft_deleted(probe: Probe) -> CheckResult | None:
    """Compare the status of a read after the deletion."""
    deleted = probe.last(DELETE_POST)
    if deleted is None:
        return None
    if deleted.status >= 300:
        return judge(False, f"{deleted.status} {deleted.meaning}")
    return judge(_read(probe, after_delete=True) is None, f"{deleted.status}")


@assume_statistic("M", "Statistics answer 201 (200 under v3), without success.")
def statistics_status(probe: Probe) -> CheckResult | None:
    """Compare status and keys."""
    asked = probe.last(STATISTICS)
    body = body_of(asked)
    if asked is None or body is None:
        return None
    faults = (
        [] if asked.status == (200 if _version(asked) == "v3" else 201) else [str(asked.status)]
    )
    faults += ["with success"] if "success" in body else []
    return without(faults, f"{asked.status} under {_version(asked)}")


@assume_statistic("M", "By default, a series has a value for each of seven days.")
def statistics_daily(probe: Probe) -> CheckResult | None:
    """Compare the lengths of the series; a value may be a number, a text, or null."""
    series = list(_series(body_of(probe.last(STATISTICS)) or {}))
    if not series:
        return None
    odd = [f"a series of {len(one)}" for one in series if len(one) != 7]
    kinds = sorted({type_of(value) for one in series for value in one})
    return without(odd, f"{len(series)} series of 7; values: {listed(kinds)}")


def _posts(probe: Probe) -> list[dict[str, Shape]]:
    results = results_of(probe.last(POSTS))
    return list(dicts(results.get("posts"))) if isinstance(results, dict) else []


def _read(probe: Probe, *, after_delete: bool) -> dict[str, Shape] | None:
    """Return the draft as it was read before or after its deletion; None: it was not there."""
    gone, found = False, None
    for one in probe.exchanges:
        gone = gone or one.operation == DELETE_POST
        if one.operation == POST and gone == after_delete:
            results = results_of(one)
            post = results.get("post") if isinstance(results, dict) else None
            found = post if isinstance(post, dict) else None
    return found


def _of(record: dict[str, Shape], key: str) -> Shape:
    return record.get(key, "absent")


def _series(shape: Shape) -> Iterator[list[Shape]]:
    if isinstance(shape, dict):
        for inner in shape.values():
            yield from _series(inner)
    elif isinstance(shape, list) and shape:
        if all(not isinstance(value, dict | list) for value in shape):
            if {type_of(value) for value in shape} & {"number"}:
                yield shape
        else:
            for inner in shape:
                yield from _series(inner)


def _version(exchange: Exchange) -> str:
    found = (line.partition(": ") for line in exchange.sent if line.lower().startswith("version:"))
    return next((value for _, _, value in found), "no version")
