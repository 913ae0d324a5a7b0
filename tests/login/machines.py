"""Machines in every situation, and the claims that are made to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ghl_notebook.errors import ServiceError
from ghl_notebook.login import Claim, Status
from ghl_notebook.login.social import Appearance, LoginMachine, LoginRegistry
from ghl_notebook.models import find_platform

ORIGIN = "https://services.leadconnectorhq.com"
PAGE_ORIGIN = "http://localhost:8888"
ACCOUNT = "65f1c0ffee65f1c0ffee65f1"
ANOTHER = "65f1c0ffee65f1c0ffee65f2"
LIMIT = 600.0
ERROR = ServiceError("GET /somewhere", status=500)


def payload(**changes: Any) -> dict[str, Any]:
    """Return the one payload that was captured, with changes; None takes a key out."""
    captured = {
        "actionType": "close",
        "page": "social_media_posting",
        "platform": "instagram",
        "placement": "undefined",
        "accountId": ACCOUNT,
        "refresh": "undefined",
        "source": "undefined",
    }
    return {k: v for k, v in (captured | changes).items() if v is not None}


def claim(run: str | None, data: object = None, **changes: Any) -> Claim:
    """Return a claim that is taken, with changes."""
    fields: dict[str, Any] = {
        "run": run or "none",
        "origin": ORIGIN,
        "page_origin": PAGE_ORIGIN,
        "source": "popup",
        "data": payload() if data is None else data,
    }
    return Claim(**(fields | changes))


def make(
    registry: LoginRegistry | None = None,
    origins: tuple[str, ...] = (ORIGIN,),
    platform: str = "instagram",
    *,
    assume_mine: bool = False,
) -> LoginMachine:
    """Return a machine in which nothing has happened yet."""
    return LoginMachine(
        find_platform(platform), origins, LIMIT, registry or LoginRegistry(), assume_mine
    )


def run_of(login: LoginMachine) -> str:
    """Return the name of the run that is going, or was the last."""
    assert login.state.run is not None
    return login.state.run


def waiting(login: LoginMachine | None = None) -> LoginMachine:
    """Bring a login to where its window is open."""
    login = login or make()
    login.begin(0.0)
    login.on_baseline(run_of(login), ())
    login.authorized(run_of(login))
    assert login.state.status is Status.WAITING
    return login


def asking(login: LoginMachine | None = None) -> LoginMachine:
    """Bring a login to where its user is asked about one in the accounts list."""
    login = waiting(login)
    login.on_window_lost(run_of(login))
    login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT, ("row",))])
    assert login.state.found
    return login


def checking(login: LoginMachine | None = None) -> LoginMachine:
    """Bring a login to where the service is asked about a claim."""
    login = waiting(login)
    login.claim(claim(run_of(login)))
    assert login.state.status is Status.CHECKING
    return login


def checking_a_pasted_id() -> LoginMachine:
    """The user has entered an id, and no window was opened."""
    login = make()
    login.paste(ACCOUNT, 0.0)
    assert login.state.status is Status.CHECKING
    return login


# Every situation a login can be in. Four statuses come in two kinds, which not all events treat
# alike: idle with and without a prefetched address, waiting with and without a question, failed
# with and without a claim to recheck, checking with and without a window that may still report.


def idle() -> LoginMachine:
    """Nothing has happened yet."""
    return make()


def prefetched() -> LoginMachine:
    """The address is there, and nobody has pressed the button."""
    login = make()
    login.begin(0.0, prefetch=True)
    login.authorized(run_of(login))
    return login


def starting() -> LoginMachine:
    """The button was pressed."""
    login = make()
    login.begin(0.0)
    return login


def connected() -> LoginMachine:
    """The service has confirmed the claim."""
    login = checking()
    login.confirmed(run_of(login), ["Harbour Coffee"])
    return login


def cancelled() -> LoginMachine:
    """The user gave up while the window was open."""
    login = waiting()
    login.cancel()
    return login


def timed_out() -> LoginMachine:
    """Nothing came."""
    login = waiting()
    login.expire(LIMIT)
    return login


def failed() -> LoginMachine:
    """The service gave no address."""
    login = starting()
    login.start_failed(run_of(login), ERROR)
    return login


def failed_with_a_claim() -> LoginMachine:
    """The service could not be asked about the claim."""
    login = checking()
    login.check_failed(run_of(login), ERROR)
    return login


SITUATIONS: dict[str, Callable[[], LoginMachine]] = {
    "idle": idle,
    "prefetched": prefetched,
    "starting": starting,
    "waiting": waiting,
    "asking": asking,
    "checking": checking,
    "checking a pasted id": checking_a_pasted_id,
    "connected": connected,
    "cancelled": cancelled,
    "timed_out": timed_out,
    "failed": failed,
    "failed with a claim": failed_with_a_claim,
}
