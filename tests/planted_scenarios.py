"""What may happen to a login while it is watched: success, every failure, broken networks."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial

from ghl_notebook.simulator import Simulator
from tests.planted import COOKIE, STATE, Watched

Happening = Callable[[Watched, Simulator], None]


# With the simulated service.


def connects(watched: Watched, sim: Simulator) -> None:
    """Log in."""
    watched.consent(sim)


def is_denied(watched: Watched, sim: Simulator) -> None:
    """Deny consent."""
    watched.consent(sim, allow=False)


def is_cancelled(watched: Watched, sim: Simulator) -> None:
    """Open the window and give up."""
    watched.open()
    watched.login.cancel()


def start_is_refused(fault: str, watched: Watched, sim: Simulator) -> None:
    """Press the button, and get one of the errors that the service is known for."""
    sim.levers.fail_with(fault, "*/start", times=None)  # type: ignore[arg-type]
    watched.click()


def start_is_answered(
    watched: Watched, sim: Simulator, *, status: int, body: str, kind: str = "text/plain"
) -> None:
    """Press the button, and get an answer that is no redirect."""
    sim.levers.fail("*/start", status, body, {"content-type": kind}, times=None)
    watched.click()


def start_leads_to(address: str, watched: Watched, sim: Simulator) -> None:
    """Press the button, and get a redirect that no window should follow."""
    sim.levers.start_answer, sim.levers.odd_location = "odd_scheme", address
    watched.click()


def check_is_refused(fault: str, watched: Watched, sim: Simulator) -> None:
    """Log in, while the service cannot be asked about the result."""
    sim.levers.fail_with(fault, "*/accounts/*", times=None)  # type: ignore[arg-type]
    watched.consent(sim)


def check_is_repeated(fault: str, watched: Watched, sim: Simulator) -> None:
    """Log in, while the service does not answer the question about the result, and give up."""
    check_is_refused(fault, watched, sim)
    watched.until_notice()
    watched.login.cancel()


def connects_by_the_login_page(watched: Watched, sim: Simulator) -> None:
    """Log in on the page of the loopback server, outside of the notebook."""
    watched.visit_login_page(sim)


def id_is_pasted(watched: Watched, sim: Simulator) -> None:
    """Enter the account id of an earlier login."""
    url = watched.open()
    watched.login.cancel()
    watched.login.paste(watched.in_person(lambda: sim.play_user(url)).data["accountId"])


def list_shows_it(watched: Watched, sim: Simulator) -> None:
    """Log in in a window that cannot report, so that the accounts list has to tell."""
    url = watched.open()
    run = watched.page.heard("authorize")[-1]["run"]
    watched.page.say("window_lost", run=run)
    mine = watched.in_person(lambda: sim.play_user(url)).data["accountId"]
    watched.page.hear_question(mine)
    watched.page.say("mine", run=run, account_id=mine)


def claim_is_forged(watched: Watched, sim: Simulator) -> None:
    """Get a result that nobody made, and give up."""
    watched.open()
    data = {"actionType": "close", "platform": "instagram", "accountId": "f" * 24}
    watched.page.claim(watched.page.heard("authorize")[0]["run"], sim.origin, data)
    watched.login.cancel()


def origin_is_refused(watched: Watched, sim: Simulator) -> None:
    """Get the result from an address that is not allowed, and give up."""
    sim.levers.message_origin = "localhost"
    watched.consent(sim)
    watched.login.cancel()


def observer_fails(watched: Watched, sim: Simulator) -> None:
    """Log in, while a user's own function fails at every change."""
    watched.login.observe(lambda change: 1 / 0, ["status", "user_id", "account_id"])
    watched.consent(sim)


def browser_fails(watched: Watched, sim: Simulator) -> None:
    """Have a browser of the client's own raise."""

    def broken(url: object) -> None:
        raise LookupError("The browser did not start.")

    watched.client.browser = broken  # type: ignore[assignment]
    watched.click()


def service_stops(watched: Watched, sim: Simulator) -> None:
    """Press the button while nobody listens any more."""
    sim.stop()
    watched.click()


FAULTS = [
    "scope_missing",
    "wrong_auth_class",
    "user_type_mismatch",
    "command_timed_out",
    "version_missing",
    "invalid_token",
    "expired_token",
    "wrong_location",
    "agency_only",
    "user_agent_refused",
    "not_found",
    "not_found_empty",
    "unknown_property",
    "too_many_requests",
]

ENDS_WELL: dict[str, Happening] = {
    "connects": connects,
    "an observer fails": observer_fails,
    "connects by the login page": connects_by_the_login_page,
    "an id is pasted": id_is_pasted,
    "the list shows it": list_shows_it,
}

FAILS: dict[str, Happening] = {
    "is denied": is_denied,
    "is cancelled": is_cancelled,
    "a claim is forged": claim_is_forged,
    "an origin is refused": origin_is_refused,
    "a browser fails": browser_fails,
    "the service stops": service_stops,
    **{f"start: {fault}": partial(start_is_refused, fault) for fault in FAULTS},
    "check: scope_missing": partial(check_is_refused, "scope_missing"),
    **{
        f"check: {fault}": partial(check_is_repeated, fault)
        for fault in ("command_timed_out", "too_many_requests")
    },
    "start: a page": partial(
        start_is_answered, status=200, body=f"<p>state={STATE}</p>", kind="text/html"
    ),
    "start: an error page": partial(
        start_is_answered, status=502, body=f"<p>{STATE}</p>", kind="text/html"
    ),
    "start: bytes": partial(
        start_is_answered, status=200, body=f"state={STATE}", kind="application/octet-stream"
    ),
    **{
        f"start leads to {address[:20]}": partial(start_leads_to, address)
        for address in (
            f"javascript:alert('state={STATE}')",
            f"http://example.com/?state={STATE}",
            f"//example.com/?state={STATE}",
            f"data:text/html,{STATE}",
            f"https:///?state={STATE}",
        )
    },
}


# With a service that breaks the connection: what it sends before that.

_HEAD = b"HTTP/1.1 302 Found\r\nSet-Cookie: session=%b\r\n" % COOKIE.encode()
_ADDRESS = b"Location: https://example.com/consent?state=%b\r\n" % STATE.encode()

BREAKS: dict[str, bytes | None] = {
    "at once": b"",
    "in the head": _HEAD + _ADDRESS,
    "in the body": _HEAD + _ADDRESS + b"Content-Length: 100\r\n\r\n" + STATE.encode(),
    "with another protocol": b"SSH-2.0-OpenSSH_9\r\n\r\n",
    "with a damaged body": _HEAD
    + _ADDRESS
    + b"Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n"
    + gzip.compress(STATE.encode() * 9)[:15]
    + b"x" * 15,
    "with half an address": _HEAD
    + b"Location: https://[::1/consent?state=%b\r\nContent-Length: 0\r\n\r\n" % STATE.encode(),
    "with silence": None,
}
