"""A service in whose every text a stranger has been, and every public function that shows some.

The functions are found by introspection, and called with arguments by the names of their
parameters: a new function is among them by itself, and one with a new parameter fails until `World`
says what to pass.
"""

from __future__ import annotations

import inspect
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self, get_args, get_origin

import httpx
import msgspec
import pandas as pd

import ghl_notebook as ghl
from ghl_notebook.auth.agency_credential import passed_credential
from ghl_notebook.diagnosis.finding import Mark
from ghl_notebook.models import TimeSlot
from ghl_notebook.models.record import Record
from ghl_notebook.simulator import Simulator

from .payloads import PAYLOADS, PICTURES, STRANGE_PICTURES

ALL = " ".join(PAYLOADS)
SINCE, UNTIL = "2025-12-01", "2026-01-31"

# What is no text that a stranger writes: ids, times, tokens and what leads from page to page.
_KEPT = re.compile(
    r"id|ids|.*(Id|Ids|_id)|.*([Tt]oken|[Dd]ate|At|[Tt]ime|Zone|zone|[Cc]ursor)|scope|expires?|path"
)
_NO_TEXT = re.compile(r"\d{4}-\d\d-\d\d.*|[0-9a-f]{24}|[0-9A-Za-z_]{20}|")
# Words that the service chooses, without which there would be nothing to show: each second one.
_CHOSEN = {"platform", "status", "type", "userType", "key", "source", "approvalStatus"}


class Planting(httpx.AsyncHTTPTransport):
    """Adds payloads to the texts of all answers, each payload in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self._payloads = itertools.cycle(PAYLOADS)
        self._pictures = itertools.cycle(PICTURES), itertools.cycle(STRANGE_PICTURES)
        self._seen: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and plant payloads in the answer."""
        self._seen.clear()
        response = await super().handle_async_request(request)
        content = await response.aread()
        try:
            planted = json.dumps(self._plant(json.loads(content))).encode()
        except ValueError:
            return response
        lengths = {"content-length", "content-encoding", "transfer-encoding"}
        headers = [pair for pair in response.headers.multi_items() if pair[0] not in lengths]
        return httpx.Response(response.status_code, headers=headers, content=planted)

    def _plant(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._plant(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self._plant(part, key) for part in value]
        if key.startswith("avatar"):  # most accounts of the simulator have none
            self._seen[key] += 1
            # In turn, so that a list of a few rows has both kinds. An account has the key twice.
            number = self._seen[key] // 2
            return value if number == 0 else next(self._pictures[number % 2])
        if not isinstance(value, str) or _KEPT.fullmatch(key) or _NO_TEXT.fullmatch(value):
            return value
        self._seen[key] += 1
        if key in _CHOSEN and self._seen[key] % 2:
            return value
        return value + next(self._payloads)


class Login:
    """A login that is over."""

    def finished(self) -> tuple[str, str]:
        """Say how it has ended."""
        return "instagram", "66a1b2c3d4e5f60718293a4b"


class World:
    """The planted service, and what functions are called with."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self.simulator = self._stack.enter_context(Simulator(locations=3, accounts=3))
        sim = self.simulator
        sim.levers.rate_limit = 1_000_000
        options: dict[str, Any] = {
            "base_url": sim.base_url,
            "api_version": "v3",
            "clock": lambda: sim.now,
            "allowed_origins": (sim.origin,),
        }
        self.client = self._stack.enter_context(
            ghl.Client(sim.token, sim.location_id, transport=Planting(), **options)
        )
        token = sim.state.tokens["company"]
        credential = passed_credential(
            ghl.Secret(token.value),
            str(token.company_id),
            base_url=sim.base_url,
            clock=options["clock"],
            client_id=sim.client_id,
        )
        self.agency = self._stack.enter_context(
            ghl.Agency(credential=credential, transport=Planting(), **options)
        )
        self.app = ghl.App(
            sim.client_id, ghl.Secret(sim.client_secret), sim.redirect_uri, ("users.readonly",)
        )
        with ghl.Client(sim.token, sim.location_id, **options) as plain:
            _fill(plain)
        runs = folder / "runs"
        accounts = ghl.fetch_accounts(self.agency, folder=runs)
        own = ghl.fetch_accounts(self.client)
        posts = ghl.fetch_posts(self.agency, SINCE, UNTIL)
        days = ghl.fetch_statistics(self.client, SINCE, SINCE)
        days = days[days["account_id"] == days["account_id"].iloc[0]]
        frames = {
            "accounts": planted(accounts),
            "posts": planted(posts.iloc[:: len(posts) // 10]),
            # The metric is what a user chooses by: also with that as it is.
            "statistics": pd.concat([planted(days), planted(days, keep="metric")]),
        }
        metric = next(name for name in days["metric"] if "followers" in name)
        plan = pd.DataFrame(
            {
                "summary": PAYLOADS,
                "schedule_date": "2026-03-01T09:00Z",
                "account_ids": [own["id"].iloc[0], *PAYLOADS[1:]],
            }
        )
        self.arguments: dict[str, list[Any]] = {
            **{name: [frame] for name, frame in frames.items()},
            "after": [frames["accounts"].iloc[1:]],
            "account": [own[own["platform"].isin(["facebook", "instagram"])].iloc[0]],
            "agency": [self.agency],
            "app": [self.app],
            "before": [frames["accounts"].iloc[:-1]],
            "client": [self.client],
            "client_secret": [ghl.Secret("planted")],
            "findings": [[ghl.Finding(ALL, Mark.PROBLEM, ALL, ALL)]],
            "folder": [runs, *ghl.list_runs(runs)["folder"], folder / ALL[:40].replace("/", "")],
            "frame": [accounts, plan],
            "frames": [accounts],
            "locations": [ghl.fetch_locations(self.agency)],
            "login": [Login()],
            "mark": [Mark.PROBLEM],
            "metric": [[metric, *(f"{metric}{payload}" for payload in PAYLOADS[:5])]],
            "now": [sim.now],
            "path": [folder / "written.xlsx"],
            "platform": ["instagram", ALL],
            "scopes": [(ALL,)],
            "simulator": [sim],
            "since": [SINCE],
            "timeout": [0.01],
            "time_limit": [0.01],
            "tz": [planted(ghl.fetch_locations(self.agency, installed=False), keep="timezone")],
            "until": [UNTIL],
        }

        self.others: list[Callable[[], object]] = [
            *(partial(_record, kind) for kind in _kinds_of(Record)),
            *(partial(_itself, one) for one in (self.client, self.client.core)),
            *(partial(_itself, one) for one in (self.agency, self.agency.core)),
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def at_the_end(self, made: object) -> None:
        """Close what a function has made, if it can be closed here."""
        close = getattr(made, "close", None)
        if callable(close) and not inspect.iscoroutinefunction(close):
            self._stack.callback(close)

    def calls(self) -> Iterator[Call]:
        """Yield every public function and class, called with what it takes."""
        for name, thing in public().items():
            if inspect.isclass(thing) and issubclass(thing, ghl.GHLError):
                yield Call(name, partial(_fail, thing))
            elif inspect.isclass(thing) and issubclass(thing, msgspec.Struct):
                yield Call(name, partial(_record, thing))
            else:
                for arguments in self._choices(name, thing):
                    words = ", ".join(
                        f"{key}={str(value)[:20]!r}" for key, value in arguments.items()
                    )
                    yield Call(f"{name}({words})", partial(thing, **arguments))
        for make in self.others:
            yield Call("a record or a client", make)

    def _choices(self, name: str, function: Callable[..., Any]) -> Iterator[dict[str, Any]]:
        """Yield the least that a function takes, and that with each other argument, one by one."""
        needed: dict[str, Any] = {}
        others: list[tuple[str, Any]] = []
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                continue
            values = self._values(function, parameter)
            if parameter.default is parameter.empty or parameter.name in (
                "now",
                "timeout",
                "time_limit",
            ):
                assert values, f"say in World.arguments what {parameter.name} of {name} may be"
                needed[parameter.name], *values = values
            others += [(parameter.name, one) for one in values if one is not parameter.default]
        yield needed
        yield from (needed | {key: value} for key, value in others)

    def _values(self, function: Callable[..., Any], parameter: inspect.Parameter) -> list[Any]:
        annotation = str(parameter.annotation)
        if parameter.name in self.arguments and annotation not in ("int", "bool"):
            found = list(self.arguments[parameter.name])
            is_of_all = parameter.name == "client" and re.search("Agency|AnyClient", annotation)
            return [*found, self.agency] if is_of_all else found
        module = inspect.getmodule(function)
        choice = getattr(module, annotation, None)
        if get_origin(choice) is Literal:
            return list(get_args(choice))
        return [ALL] if re.match("str|Secret|Post|Comment|Platform", annotation) else []


class Call(NamedTuple):
    """A call by what it says, and the call."""

    name: str
    make: Callable[[], object]


def public() -> dict[str, Any]:
    """Return what is public by its name: of the package, all errors, and the usual records."""
    records = ("Account", "AccountList", "AttachedAccount", "AvailableAccount", "User")
    return {
        **{name: getattr(ghl, name) for name in ghl.__all__ if name not in ("errors", "models")},
        **{name: getattr(ghl.errors, name) for name in ghl.errors.__all__},
        **{name: getattr(ghl.models, name) for name in records},
    }


def _fill(client: ghl.Client) -> None:
    """Make what no sub-account of the simulator has by itself."""
    category = ghl.fetch_categories(client)["id"].iloc[0]
    client.queues.create(category, [TimeSlot(day_of_week=1, time="09:00")])
    file = b"postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content\n2026-05-04 09:00:00,Tea\n"
    sent = client.csv_imports.upload(file, file_name="may.csv")
    accounts = ghl.fetch_accounts(client)["id"].to_list()[:1]
    client.csv_imports.set_accounts(
        accounts, file_path=str(sent.file_path), rows_count=1, file_name="may.csv"
    )


def planted(frame: pd.DataFrame, keep: str | None = None) -> pd.DataFrame:
    """Return a frame, and once more with each payload in all texts; a column's name is one, too.

    The texts of a column can be kept.
    """
    texts = [name for name in frame if isinstance(frame[name].dtype, pd.StringDtype)]
    texts += [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    plain = frame.astype(dict.fromkeys(texts, "object"))
    parts = [plain]
    for payload in PAYLOADS:
        ended = {
            name: plain[name].map(lambda text, end=payload: f"{text}{end}", na_action="ignore")
            for name in texts
            if name != keep
        }
        parts.append(plain.assign(**ended))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(**dict.fromkeys(PAYLOADS, ALL))


def _fail(kind: type[ghl.GHLError]) -> object:
    if issubclass(kind, ghl.errors.ResponseError):
        raise kind(ALL, status=422, service_message=ALL, trace_id=ALL)
    raise kind(ALL, ALL)


def _itself(thing: object) -> object:
    return thing


def _record(kind: type[msgspec.Struct]) -> object:
    fields = msgspec.structs.fields(kind)
    if issubclass(kind, Record):
        return kind.from_wire({field.encode_name: ALL for field in fields} | {ALL: ALL})
    return kind(**{field.name: ALL for field in fields if field.required})


def _kinds_of(kind: type[Record]) -> Iterator[type[Record]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds_of(inner)
