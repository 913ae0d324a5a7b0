"""Start, errors, texts and limits: sections 2, 3, 4 and 7b."""

from __future__ import annotations

from ghl_notebook.verify.assumptions import section
from ghl_notebook.verify.evidence import CheckResult, Probe, body_of, dicts
from ghl_notebook.verify.recorder import START, USERS, Exchange
from ghl_notebook.verify.shape import brief, type_of

from .results import differs, judge, listed, without

_UNKNOWN = {"AuthenticationError", "PermissionDeniedError", "ServiceError", "UnexpectedAnswerError"}
_LIMITS = (
    "x-ratelimit-max", "x-ratelimit-remaining", "x-ratelimit-interval-milliseconds",
    "x-ratelimit-limit-daily", "x-ratelimit-daily-remaining", "x-ratelimit-daily-reset",
)  # fmt: skip
_SIZES = {("100", "200000"), ("25", "10000")}
_DAY_MS = 24 * 60 * 60 * 1000

assume_start = section("2 start")
assume_error = section("3 errors")
assume_limit = section("4 limits")
assume_text = section("7b texts")


@assume_start("H", "start answers 302 with a Location.")
def start_redirect(probe: Probe) -> CheckResult | None:
    """Compare status and headers."""
    start = probe.last(START)
    if start is None or start.status >= 400:
        return None
    seen = f"{start.status}, {'a' if start.redirect else 'no'} Location, body: {start.kind}"
    return judge(start.status == 302 and start.redirect is not None, seen)


@assume_start("H", "The Location is the provider's https page, with a state.")
def start_location(probe: Probe) -> CheckResult | None:
    """Compare scheme, host and parameter names."""
    start = probe.last(START)
    if start is None or start.redirect is None:
        return None
    faults = [] if start.redirect.is_page else ["not an https page"]
    if not start.redirect.has_state:
        faults.append("no state")
    return without(faults, f"parameters: {listed(start.redirect.parameters, 12)}")


@assume_start("M", "The window does not need a cookie of the call.")
def start_cookies(probe: Probe) -> CheckResult | None:
    """Look whether a login without cookies succeeds; the client stores none."""
    start = probe.last(START)
    if start is None or probe.message is None:
        return None
    sets = any(name.lower() == "set-cookie" for name in start.names)
    return judge(True, f"start sets {'a' if sets else 'no'} cookie; none was sent back")


@assume_start("M", "loginType=instagram gives accounts with meta.loginType.")
def start_login_type(probe: Probe) -> CheckResult | None:
    """Compare the accounts list after --login-type instagram."""
    if probe.login_type != "instagram" or not (rows := probe.own_rows()):
        return None
    kinds = [m.get("loginType", "absent") for r in rows if isinstance(m := r.get("meta"), dict)]
    return judge(bool(kinds) and set(map(str, kinds)) == {'"instagram"'}, listed(map(str, kinds)))


@assume_start("H", "GET /users/?locationId= lists users with id, roles.role and deleted.")
def users_shape(probe: Probe) -> CheckResult | None:
    """Compare the keys of the users."""
    body = body_of(probe.last(USERS))
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


@assume_error("H", "An error has one of the known statuses and texts.")
def errors_known(probe: Probe) -> CheckResult | None:
    """Compare status and text of each error."""
    errors = _errors(probe)
    odd = [f"{_name(e)} at {e.operation}" for e in errors if e.meaning in _UNKNOWN]
    return without(odd, listed(map(_name, errors))) if errors else None


@assume_error("H", "An error's message is a string or a list of strings.")
def errors_form(probe: Probe) -> CheckResult | None:
    """Compare the body of each error."""
    bodies = [e.body for e in _errors(probe) if isinstance(e.body, dict)]
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


@assume_error("H", "A 2xx answer has success true.")
def errors_success(probe: Probe) -> CheckResult | None:
    """Compare the bodies of 2xx answers."""
    said = [
        (e, e.body["success"])
        for e in probe.exchanges
        if e.status < 300 and isinstance(e.body, dict) and "success" in e.body
    ]
    odd = [f"{e.status} with success {v} at {e.operation}" for e, v in said if v != "true"]
    return without(odd, f"{len(said)} answers") if said else None


@assume_text("M", "Texts have complete characters.")
def texts_complete(probe: Probe) -> CheckResult | None:
    """Look for half a character in each answer."""
    answers = [e for e in probe.exchanges if e.kind == "json"]
    odd = (f"half a character at {e.operation}" for e in answers if e.is_cut)
    return without(odd, f"{len(answers)} answers") if answers else None


@assume_limit("H", "Six x-ratelimit headers are on every answer, in lower case.")
def limits_headers(probe: Probe) -> CheckResult | None:
    """Compare the headers of all answers except the CDN's."""
    asked = [e for e in probe.exchanges if e.meaning != "UserAgentError"]
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


@assume_limit("H", "The interval is 10 s.")
def limits_interval(probe: Probe) -> CheckResult | None:
    """Compare x-ratelimit-interval-milliseconds."""
    values = _values(probe, "x-ratelimit-interval-milliseconds")
    return judge(set(values) == {"10000"}, f"{listed(values)} ms") if values else None


@assume_limit("H", "100 calls per interval and 200000 a day; on trial 25 and 10000.")
def limits_size(probe: Probe) -> CheckResult | None:
    """Compare x-ratelimit-max and -limit-daily."""
    sizes = {
        (e.headers.get(_LIMITS[0], ""), e.headers.get(_LIMITS[3], ""))
        for e in probe.exchanges
        if _LIMITS[0] in e.headers
    }
    seen = listed(f"{some or '?'} per interval, {day or '?'} a day" for some, day in sorted(sizes))
    return judge(sizes <= _SIZES, seen) if sizes else None


@assume_limit("H", "The daily reset is a duration in ms, not a datetime.")
def limits_reset(probe: Probe) -> CheckResult | None:
    """Compare x-ratelimit-daily-reset with the length of a day."""
    values = _values(probe, "x-ratelimit-daily-reset")
    if not values:
        return None
    odd = [v for v in values if not (v.isdecimal() and int(v) <= _DAY_MS)]
    return differs("longer than a day, or no number") if odd else judge(True, "within a day")


@assume_limit("H", "429 has no Retry-After.")
def limits_retry_after(probe: Probe) -> CheckResult | None:
    """Compare the headers of 429."""
    limited = [e for e in probe.exchanges if e.status == 429]
    odd = ["429 with Retry-After" for e in limited if "retry-after" in e.headers]
    return without(odd, f"{len(limited)} answers 429") if limited else None


def _errors(probe: Probe) -> list[Exchange]:
    return [e for e in probe.exchanges if e.status >= 400]


def _name(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.meaning}"


def _values(probe: Probe, header: str) -> list[str]:
    return [e.headers[header] for e in probe.exchanges if header in e.headers]
