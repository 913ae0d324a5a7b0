"""Start, errors and limits: sections 2, 3 and 4."""

from __future__ import annotations

from ghl_notebook.verify.evidence import Found, Walk, body_of, dicts
from ghl_notebook.verify.recorder import START, USERS, Exchange
from ghl_notebook.verify.shape import brief, type_of

from .say import differs, judge, listed, without

_UNKNOWN = {"AuthenticationError", "PermissionDeniedError", "ServiceError", "UnexpectedAnswerError"}
_LIMITS = (
    "x-ratelimit-max", "x-ratelimit-remaining", "x-ratelimit-interval-milliseconds",
    "x-ratelimit-limit-daily", "x-ratelimit-daily-remaining", "x-ratelimit-daily-reset",
)  # fmt: skip
_SIZES = {("100", "200000"), ("25", "10000")}
_DAY_MS = 24 * 60 * 60 * 1000


def start_redirect(walk: Walk) -> Found | None:
    """302 with an address."""
    start = walk.last(START)
    if start is None or start.status >= 400:
        return None
    seen = f"{start.status}, {'a' if start.redirect else 'no'} Location, body: {start.kind}"
    return judge(start.status == 302 and start.redirect is not None, seen)


def start_location(walk: Walk) -> Found | None:
    """What the address is."""
    start = walk.last(START)
    if start is None or start.redirect is None:
        return None
    faults = [] if start.redirect.is_page else ["not an https page"]
    if not start.redirect.has_state:
        faults.append("no state")
    return without(faults, f"parameters: {listed(start.redirect.parameters, 12)}")


def start_cookies(walk: Walk) -> Found | None:
    """Whether it went without cookies; the client keeps none."""
    start = walk.last(START)
    if start is None or walk.message is None:
        return None
    sets = any(name.lower() == "set-cookie" for name in start.names)
    return judge(True, f"start sets {'a' if sets else 'no'} cookie; none was sent back")


def start_login_type(walk: Walk) -> Found | None:
    """What the accounts say of it."""
    if walk.login_type != "instagram" or not (rows := walk.own_rows()):
        return None
    kinds = [m.get("loginType", "absent") for r in rows if isinstance(m := r.get("meta"), dict)]
    return judge(bool(kinds) and set(map(str, kinds)) == {'"instagram"'}, listed(map(str, kinds)))


def users_shape(walk: Walk) -> Found | None:
    """The users' keys."""
    body = body_of(walk.last(USERS))
    if body is None:
        return None
    users = list(dicts(body.get("users")))
    faults = [] if type_of(body.get("users", "null")) == "array" else ["no list users"]
    for user in users:
        roles = user.get("roles")
        faults += [f"a user without {key}" for key in ("id", "deleted") if key not in user]
        if not (isinstance(roles, dict) and "role" in roles):
            faults.append("a user without roles.role")
    return without(faults, f"{len(users)} users") if users or faults else None


def errors_known(walk: Walk) -> Found | None:
    """Statuses and texts."""
    errors = _errors(walk)
    odd = [f"{_name(e)} at {e.operation}" for e in errors if e.meaning in _UNKNOWN]
    return without(odd, listed(map(_name, errors))) if errors else None


def errors_form(walk: Walk) -> Found | None:
    """The message's type."""
    bodies = [e.body for e in _errors(walk) if isinstance(e.body, dict)]
    if not bodies:
        return None
    odd = []
    for body in bodies:
        said = body.get("message", "null")
        parts = said if isinstance(said, list) else [said]
        if any(type_of(part) != "string" for part in parts):
            odd.append(f"message is {brief(said)}")
    traced = sum("traceId" in body for body in bodies)
    return without(odd, f"{traced} of {len(bodies)} have a traceId")


def errors_success(walk: Walk) -> Found | None:
    """Success under 2xx."""
    said = [
        (e, e.body["success"])
        for e in walk.exchanges
        if e.status < 300 and isinstance(e.body, dict) and "success" in e.body
    ]
    odd = [f"{e.status} with success {v} at {e.operation}" for e, v in said if v != "true"]
    return without(odd, f"{len(said)} answers") if said else None


def limits_headers(walk: Walk) -> Found | None:
    """Their names on all answers."""
    asked = [e for e in walk.exchanges if e.meaning != "UserAgentError"]
    faults = []
    for exchange in asked:
        names = set(exchange.names)
        lower = {name.lower() for name in names}
        for name in _LIMITS:
            if name not in lower:
                faults.append(f"no {name} at {exchange.status} {exchange.operation}")
            elif name not in names:
                faults.append(f"{name} is not in lower case")
    return without(faults, f"{len(asked)} answers") if asked else None


def limits_interval(walk: Walk) -> Found | None:
    """The interval."""
    values = _values(walk, "x-ratelimit-interval-milliseconds")
    return judge(set(values) == {"10000"}, f"{listed(values)} ms") if values else None


def limits_size(walk: Walk) -> Found | None:
    """How much is allowed."""
    sizes = {
        (e.headers.get(_LIMITS[0], ""), e.headers.get(_LIMITS[3], ""))
        for e in walk.exchanges
        if _LIMITS[0] in e.headers
    }
    seen = listed(f"{some or '?'} per interval, {day or '?'} a day" for some, day in sorted(sizes))
    return judge(sizes <= _SIZES, seen) if sizes else None


def limits_reset(walk: Walk) -> Found | None:
    """A duration of at most a day."""
    values = _values(walk, "x-ratelimit-daily-reset")
    if not values:
        return None
    odd = [v for v in values if not (v.isdecimal() and int(v) <= _DAY_MS)]
    return differs("longer than a day, or no number") if odd else judge(True, "within a day")


def limits_retry_after(walk: Walk) -> Found | None:
    """Only 429 would have it."""
    limited = [e for e in walk.exchanges if e.status == 429]
    odd = ["429 with Retry-After" for e in limited if "retry-after" in e.headers]
    return without(odd, f"{len(limited)} answers 429") if limited else None


def _errors(walk: Walk) -> list[Exchange]:
    return [e for e in walk.exchanges if e.status >= 400]


def _name(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.meaning}"


def _values(walk: Walk, header: str) -> list[str]:
    return [e.headers[header] for e in walk.exchanges if header in e.headers]
