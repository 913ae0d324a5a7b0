"""API versions, posts and statistics: sections 7b and 8; only `--read-only` fetches them."""

from __future__ import annotations

from collections.abc import Iterator

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe, body_of, dicts, results_of
from ghl_notebook.verify.recorder import ACCOUNTS, IMPORTS, POSTS, STATISTICS, Exchange
from ghl_notebook.verify.shape import Shape, brief, type_of

from .results import NOTHING, differs, judge, listed, without

assume_version = section("8 versions")
assume_post = section("7b posts")
assume_import = section("OpenAPI")
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
    posts = probe.posts() or []
    faults = [f"no {k}" for p in posts for k in ("_id", "platform", "status") if k not in p]
    kinds = {type_of(post.get("accountIds", "null")) for post in posts}
    faults += [f"accountIds is {kind}" for kind in sorted(kinds - {"array"})]
    return without(faults, f"{len(posts)} posts") if posts else None


@assume_post("M", "tags is a list, also of a post without tags.")
def posts_tags(probe: Probe) -> CheckResult | None:
    """Compare the types of tags."""
    posts = [post for post in probe.posts() or () if "tags" in post]
    kinds = {type_of(post["tags"]) for post in posts}
    return judge(kinds == {"array"}, listed(sorted(kinds))) if posts else None


@assume_post("M", "The error of a post is a text.")
def posts_error(probe: Probe) -> CheckResult | None:
    """Compare the types of error; an object with a message is handled, too."""
    errors = [post.get("error", "absent") for post in probe.posts() or ()]
    found = [error for error in errors if error not in NOTHING]
    odd = (brief(error) for error in found if type_of(error) != "string")
    return without(odd, f"{len(found)} texts") if found else None


@assume_post("L", "A post of several accounts is listed once, without a parentPostId.")
def posts_parent(probe: Probe) -> CheckResult | None:
    """Count the posts with a parent, and those with several accounts."""
    posts = probe.posts() or []
    count = sum(post.get("parentPostId", "absent") not in NOTHING for post in posts)
    if count:
        return differs(f"{count} posts with parentPostId")
    several = sum(len(found) > 1 for p in posts if isinstance(found := p.get("accountIds"), list))
    return judge(True, f"{several} posts with several accounts") if several else None


@assume_post("H", "Media are shown with a word as their type, such as image, and a thumbnail.")
def posts_media(probe: Probe) -> CheckResult | None:
    """Compare the media of the listed posts, and of planned posts that were read."""
    posts = [*(probe.posts() or ()), *probe.single_posts("post")]
    media = [one for post in posts for one in dicts(post.get("media"))]
    kinds = [str(one.get("type", "absent")) for one in media]
    odd = [f"type is {kind}" for kind in kinds if not kind.startswith('"')]
    odd += ["no thumbnail" for one in media if "thumbnail" not in one]
    return without(odd, listed(kinds)) if media else None


@assume_post("L", "A planned post with several media is listed with all of them.")
def posts_media_count(probe: Probe) -> CheckResult | None:
    """Compare the list with the planned posts that were read."""
    rows = {str(row.get("_id")): row for row in probe.posts("scheduled") or ()}
    read = [(rows.get(str(post["_id"])), _media(post)) for post in probe.single_posts("post")]
    counts = [(_media(row), count) for row, count in read if row is not None and count > 1]
    odd = (f"{few} of {count} media listed" for few, count in counts if few != count)
    return without(odd, f"{len(counts)} planned posts") if counts else None


@assume_import("document", "CSV imports are a list (v3), not a single object (2021-07-28).")
def imports_list(probe: Probe) -> CheckResult | None:
    """Compare the type of csvs, if there are imports."""
    results = results_of(probe.last(IMPORTS))
    found = results.get("csvs") if isinstance(results, dict) else None
    return judge(isinstance(found, list), f"csvs is {type_of(found)}") if found else None


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


def _media(post: dict[str, Shape]) -> int:
    return len(list(dicts(post.get("media"))))


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
