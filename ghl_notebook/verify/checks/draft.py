"""The draft that `--draft` creates, edits, and deletes: section 7b."""

from __future__ import annotations

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe, post_of
from ghl_notebook.verify.recorder import CREATE_POST, DELETE_POST, EDIT_POST, POST, Exchange
from ghl_notebook.verify.shape import Shape, brief

from .results import NOTHING, judge, listed, without

assume = section("7b drafts")


@assume("H", "Creating a draft answers 201 with its id in results.post._id (--draft).")
def draft_created(probe: Probe) -> CheckResult | None:
    """Compare the answer."""
    asked = probe.last(CREATE_POST)
    if asked is None:
        return None
    has_id = "_id" in (post_of(asked) or {})
    seen = f"{asked.status} {asked.meaning}".strip()
    return judge(asked.status == 201 and has_id, seen if has_id else f"{seen}, no results.post._id")


@assume("L", "A new draft is in the list at once (--draft).")
def draft_listed(probe: Probe) -> CheckResult | None:
    """Look for the draft in the list of drafts."""
    drafts = probe.posts("draft")
    if drafts is None:
        return None
    is_listed = any(draft.get("_id") == "{draftId}" for draft in drafts)
    return judge(is_listed, "listed" if is_listed else "not listed")


@assume("M", "The platform of a draft is google, whatever its account is (--draft).")
def draft_platform(probe: Probe) -> CheckResult | None:
    """Compare the platform of the draft, unless all accounts are Google's."""
    shown = [brief(draft.get("platform", "absent")) for draft in probe.single_posts("draftId")]
    platforms = {row.get("platform") for row in probe.rows() if row.get("deleted") != "true"}
    if not shown or not platforms - {'"google"'}:
        return None
    return judge(set(shown) == {'"google"'}, f"platform is {listed(shown)}")


@assume("H", "A complete draft that is edited stays a draft, with its accounts (--draft).")
def draft_edited(probe: Probe) -> CheckResult | None:
    """Compare the draft after its edit."""
    edited, read = _changed(probe, "edited")
    if edited is None:
        return None
    if edited.status >= 300 or read is None:
        return judge(False, f"{edited.status} {edited.meaning}, sent {brief(edited.asked)}")
    status = read.get("status", "absent")
    faults = [] if status == '"draft"' else [f"status is {brief(status)}"]
    if read.get("accountIds", []) == []:
        faults.append("no accountIds")
    return without(faults, "a draft, with accountIds")


@assume("H", "PUT replaces a draft: without a summary, it has none (--draft).")
def draft_replaced(probe: Probe) -> CheckResult | None:
    """Compare the summary after an edit without one, if the service accepts that."""
    edited, read = _changed(probe, "shortened")
    if edited is None or edited.status >= 300 or read is None:
        return None
    summary = brief(read.get("summary", "absent"))
    return judge(summary in NOTHING, f"summary is {summary}")


@assume("M", "A draft that is deleted cannot be read (--draft).")
def draft_deleted(probe: Probe) -> CheckResult | None:
    """Compare the status of a read after the deletion."""
    deleted, read = _changed(probe, "deleted")
    if deleted is None:
        return None
    if deleted.status >= 300:
        return judge(False, f"{deleted.status} {deleted.meaning}")
    return judge(read is None, f"{deleted.status}")


def _changed(probe: Probe, change: str) -> tuple[Exchange | None, dict[str, Shape] | None]:
    """Return the last change of a kind, and the draft that was read before the next change."""
    asked, read, latest = None, None, ""
    for one in probe.exchanges:
        if kind := _change_of(one):
            latest = kind
            asked, read = (one, None) if kind == change else (asked, read)
        elif one.operation == POST and latest == change:
            read = post_of(one)
    return asked, read


def _change_of(exchange: Exchange) -> str:
    if exchange.operation == DELETE_POST:
        return "deleted"
    if exchange.operation != EDIT_POST:
        return ""
    return "edited" if "summary" in exchange.asked else "shortened"
