"""The accounts list, and attaching: sections 6 and 7."""

from __future__ import annotations

import re

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe, body_of, dicts, results_of
from ghl_notebook.verify.recorder import ACCOUNTS, ATTACH, Exchange
from ghl_notebook.verify.shape import brief

from .results import differs, judge, listed, without

# A connection that another login has extended keeps its first id.
_ID = re.compile(r"(\{oauthId\}|<\d+ [a-z ]+>)_\{locationId\}_\{originId\}(_\{type\})?")
_DAYS = re.compile(r"date-time, (-?\d+) days after updatedAt")
_TWO_MONTHS = range(50, 71)

assume_account = section("6 accounts")
assume_attach = section("7 attach")


@assume_account("H", "results has accounts[] and groups[], but not pages.")
def accounts_keys(probe: Probe) -> CheckResult | None:
    """Compare the keys of results."""
    results = results_of(probe.last(ACCOUNTS))
    if results is None:
        return None
    if not isinstance(results, dict):
        return differs(f"results is {brief(results)}")
    faults = [
        f"no list {k}" for k in ("accounts", "groups") if not isinstance(results.get(k), list)
    ]
    faults += [f"also {key}" for key in results if key not in ("accounts", "groups")]
    return without(faults, f"{len(probe.rows())} accounts")


@assume_account(
    "H",
    "id is {oauthId}_{locationId}_{originId}, perhaps with _{type}; oauthId may be that of an "
    "earlier login.",
)
def accounts_id(probe: Probe) -> CheckResult | None:
    """Compare the parts of each id."""
    ids = [str(r["id"]) for r in probe.rows() if {"id", "oauthId", "originId"} <= r.keys()]
    odd = [i for i in ids if not _ID.fullmatch(i)]
    return without(odd, listed(ids)) if ids else None


@assume_account("H", "profileId differs from id and oauthId.")
def accounts_profile_id(probe: Probe) -> CheckResult | None:
    """Compare each row."""
    ids = [
        str(row["profileId"]) for row in probe.rows() if row.get("profileId", "empty") != "empty"
    ]
    odd = [f"profileId is {i}" for i in ids if i in ("{id}", "{oauthId}", "{accountId}")]
    return without(odd, listed(ids)) if ids else None


@assume_account("H", "Rows with deleted true appear.")
def accounts_deleted(probe: Probe) -> CheckResult | None:
    """Count the deleted rows."""
    count = sum(row.get("deleted") == "true" for row in probe.rows())
    return judge(True, f"{count} of {len(probe.rows())}") if count else None


@assume_account("H", "facebook, instagram: a new login expires after about 60 days.")
def accounts_expire(probe: Probe) -> CheckResult | None:
    """Compare expire and updatedAt of the login's rows."""
    if probe.platform not in ("facebook", "instagram"):
        return None
    found = [_DAYS.fullmatch(str(row.get("expire", ""))) for row in probe.own_rows()]
    days = sorted({int(match[1]) for match in found if match})
    seen = f"{listed(map(str, days))} days"
    return judge(all(d in _TWO_MONTHS for d in days), seen) if days else None


@assume_account("H", "groups[] have id, name and accountIds.")
def accounts_groups(probe: Probe) -> CheckResult | None:
    """Compare the keys of each group."""
    results = results_of(probe.last(ACCOUNTS))
    groups = list(dicts(results.get("groups"))) if isinstance(results, dict) else []
    wanted = ("id", "name", "accountIds")
    faults = [f"a group without {key}" for group in groups for key in wanted if key not in group]
    return without(faults, f"{len(groups)} groups") if groups else None


@assume_account("open", "fetchAll=true also lists a login that nothing is attached from.")
def accounts_fetch_all(probe: Probe) -> CheckResult | None:
    """Compare the list with and without fetchAll, if the login can be listed."""
    plain = probe.last(ACCOUNTS)
    everything = probe.last(ACCOUNTS, fetch_all=True)
    has_pages = isinstance(probe.results, dict) and any(probe.results.values())
    if body_of(plain) is None or body_of(everything) is None or not has_pages or probe.is_attached:
        return None
    if any(row.get("oauthId") == "{accountId}" for row in probe.rows()):
        return None
    is_so = any(row.get("oauthId") == "{accountId}" for row in probe.rows(fetch_all=True))
    return judge(is_so, "listed" if is_so else "not listed")


@assume_attach("H", "The service accepts the body that we send: 201.")
def attach_body(probe: Probe) -> CheckResult | None:
    """Compare the status (--attach)."""
    asked = probe.last(ATTACH)
    return None if probe.platform == "tiktok-business" else _taken(asked)


@assume_attach("H", "results has the fields of the vendor's page, oAuthId so cased.")
def attach_fields(probe: Probe) -> CheckResult | None:
    """Compare the keys (--attach)."""
    results = results_of(probe.last(ATTACH))
    if not isinstance(results, dict):
        return None
    return judge("oAuthId" in results, listed(results, 20))


@assume_attach("open", "tiktok-business cannot be attached: 404.")
def attach_tiktok_business(probe: Probe) -> CheckResult | None:
    """Compare the status (--attach)."""
    asked = probe.last(ATTACH)
    if asked is None or probe.platform != "tiktok-business":
        return None
    return judge(asked.status == 404, f"{asked.status} {asked.meaning}".strip())


def _taken(asked: Exchange | None) -> CheckResult | None:
    if asked is None:
        return None
    if body_of(asked) is not None:
        return judge(asked.status == 201, f"{asked.status}, sent {brief(asked.asked)}")
    if asked.meaning in ("BadRequestError", "NotFoundError", "ValidationError"):
        return differs(f"{asked.status} {asked.meaning}, sent {brief(asked.asked)}")
    return None
