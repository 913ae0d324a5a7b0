"""Connect social accounts through GoHighLevel's Social Planner in a notebook, as DataFrames.

Everything public is here, and is loaded when it is first used:

>>> import ghl_notebook as ghl
>>> client = ghl.demo()
>>> ghl.fetch_accounts(client).columns[:3].to_list()
['id', 'platform', 'type']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._demo import DemoAgency as DemoAgency
    from ._demo import DemoClient as DemoClient
    from ._demo import demo as demo
    from ._demo import demo_agency as demo_agency
    from .api import Agency as Agency
    from .api import AsyncAgency as AsyncAgency
    from .api import AsyncClient as AsyncClient
    from .api import Client as Client
    from .auth import log_out as log_out
    from .auth.app import App as App
    from .diagnosis import Diagnosis as Diagnosis
    from .diagnosis import Finding as Finding
    from .diagnosis import doctor as doctor
    from .errors import (
        AgencyOnlyError as AgencyOnlyError,
    )
    from .errors import (
        AgencyTokenError as AgencyTokenError,
    )
    from .errors import (
        ArgumentError as ArgumentError,
    )
    from .errors import (
        AuthenticationError as AuthenticationError,
    )
    from .errors import (
        BadRequestError as BadRequestError,
    )
    from .errors import (
        ConnectionFailedError as ConnectionFailedError,
    )
    from .errors import (
        CredentialError as CredentialError,
    )
    from .errors import (
        CredentialMismatchError as CredentialMismatchError,
    )
    from .errors import (
        DailyLimitError as DailyLimitError,
    )
    from .errors import (
        FolderError as FolderError,
    )
    from .errors import (
        FrontEndError as FrontEndError,
    )
    from .errors import (
        GatewayTimeoutError as GatewayTimeoutError,
    )
    from .errors import (
        GHLError as GHLError,
    )
    from .errors import (
        InvalidTokenError as InvalidTokenError,
    )
    from .errors import (
        LocationAccessError as LocationAccessError,
    )
    from .errors import (
        LogInAgainError as LogInAgainError,
    )
    from .errors import (
        LoginCancelledError as LoginCancelledError,
    )
    from .errors import (
        LoginError as LoginError,
    )
    from .errors import (
        LoginFailedError as LoginFailedError,
    )
    from .errors import (
        LoginNotFinishedError as LoginNotFinishedError,
    )
    from .errors import (
        LoginTimeoutError as LoginTimeoutError,
    )
    from .errors import (
        NotFoundError as NotFoundError,
    )
    from .errors import (
        PermissionDeniedError as PermissionDeniedError,
    )
    from .errors import (
        PlanError as PlanError,
    )
    from .errors import (
        PlatformError as PlatformError,
    )
    from .errors import (
        RateLimitError as RateLimitError,
    )
    from .errors import (
        RefusedError as RefusedError,
    )
    from .errors import (
        ResponseError as ResponseError,
    )
    from .errors import (
        RunError as RunError,
    )
    from .errors import (
        RunStoppedError as RunStoppedError,
    )
    from .errors import (
        ScopeError as ScopeError,
    )
    from .errors import (
        ServiceError as ServiceError,
    )
    from .errors import (
        SettingsError as SettingsError,
    )
    from .errors import (
        StateMismatchError as StateMismatchError,
    )
    from .errors import (
        StorageError as StorageError,
    )
    from .errors import (
        TokenTypeError as TokenTypeError,
    )
    from .errors import (
        UnexpectedAnswerError as UnexpectedAnswerError,
    )
    from .errors import (
        UserAgentError as UserAgentError,
    )
    from .errors import (
        ValidationError as ValidationError,
    )
    from .errors import (
        VersionHeaderError as VersionHeaderError,
    )
    from .errors import (
        WorkerError as WorkerError,
    )
    from .fetch.accounts import attach as attach
    from .fetch.accounts import fetch_accounts as fetch_accounts
    from .fetch.accounts import fetch_available_accounts as fetch_available_accounts
    from .fetch.comments import fetch_comments as fetch_comments
    from .fetch.labels import fetch_categories as fetch_categories
    from .fetch.labels import fetch_tags as fetch_tags
    from .fetch.locations import failures as failures
    from .fetch.locations import fetch_locations as fetch_locations
    from .fetch.plans import fetch_csv_imports as fetch_csv_imports
    from .fetch.plans import fetch_queues as fetch_queues
    from .fetch.posts import fetch_posts as fetch_posts
    from .fetch.runs import compare_accounts as compare_accounts
    from .fetch.runs import list_runs as list_runs
    from .fetch.runs import read_run as read_run
    from .fetch.schedule import read_schedule as read_schedule
    from .fetch.schedule import schedule_posts as schedule_posts
    from .fetch.statistics import fetch_statistics as fetch_statistics
    from .fetch.statistics import fetch_statistics_breakdowns as fetch_statistics_breakdowns
    from .fetch.statistics import fetch_statistics_totals as fetch_statistics_totals
    from .login.app import AppLogin as AppLogin
    from .login.app.log_in import log_in as log_in
    from .login.social import ConnectAccount as ConnectAccount
    from .login.social.connect import connect as connect
    from .login.social.connect import reconnect as reconnect
    from .models import (
        Account as Account,
    )
    from .models import (
        AccountList as AccountList,
    )
    from .models import (
        AttachedAccount as AttachedAccount,
    )
    from .models import (
        AvailableAccount as AvailableAccount,
    )
    from .models import (
        User as User,
    )
    from .panel import AccountsPanel as AccountsPanel
    from .plot import plot_expiry as plot_expiry
    from .plot import plot_hours as plot_hours
    from .plot import plot_statistics as plot_statistics
    from .plot import plot_statuses as plot_statuses
    from .secret import Secret as Secret

__all__ = [
    "Account",
    "AccountList",
    "AccountsPanel",
    "Agency",
    "AgencyOnlyError",
    "AgencyTokenError",
    "App",
    "AppLogin",
    "ArgumentError",
    "AsyncAgency",
    "AsyncClient",
    "AttachedAccount",
    "AuthenticationError",
    "AvailableAccount",
    "BadRequestError",
    "Client",
    "ConnectAccount",
    "ConnectionFailedError",
    "CredentialError",
    "CredentialMismatchError",
    "DailyLimitError",
    "DemoAgency",
    "DemoClient",
    "Diagnosis",
    "Finding",
    "FolderError",
    "FrontEndError",
    "GHLError",
    "GatewayTimeoutError",
    "InvalidTokenError",
    "LocationAccessError",
    "LogInAgainError",
    "LoginCancelledError",
    "LoginError",
    "LoginFailedError",
    "LoginNotFinishedError",
    "LoginTimeoutError",
    "NotFoundError",
    "PermissionDeniedError",
    "PlanError",
    "PlatformError",
    "RateLimitError",
    "RefusedError",
    "ResponseError",
    "RunError",
    "RunStoppedError",
    "ScopeError",
    "Secret",
    "ServiceError",
    "SettingsError",
    "StateMismatchError",
    "StorageError",
    "TokenTypeError",
    "UnexpectedAnswerError",
    "User",
    "UserAgentError",
    "ValidationError",
    "VersionHeaderError",
    "WorkerError",
    "attach",
    "compare_accounts",
    "connect",
    "demo",
    "demo_agency",
    "doctor",
    "failures",
    "fetch_accounts",
    "fetch_available_accounts",
    "fetch_categories",
    "fetch_comments",
    "fetch_csv_imports",
    "fetch_locations",
    "fetch_posts",
    "fetch_queues",
    "fetch_statistics",
    "fetch_statistics_breakdowns",
    "fetch_statistics_totals",
    "fetch_tags",
    "list_runs",
    "log_in",
    "log_out",
    "plot_expiry",
    "plot_hours",
    "plot_statistics",
    "plot_statuses",
    "read_run",
    "read_schedule",
    "reconnect",
    "schedule_posts",
]

_MODULES = {
    "DemoAgency": "_demo",
    "DemoClient": "_demo",
    "demo": "_demo",
    "demo_agency": "_demo",
    "Agency": "api",
    "AsyncAgency": "api",
    "AsyncClient": "api",
    "Client": "api",
    "App": "auth.app",
    "log_out": "auth",
    "AppLogin": "login.app",
    "Diagnosis": "diagnosis",
    "Finding": "diagnosis",
    "doctor": "diagnosis",
    "ConnectAccount": "login.social",
    "connect": "login.social.connect",
    "log_in": "login.app.log_in",
    "reconnect": "login.social.connect",
    "attach": "fetch.accounts",
    "compare_accounts": "fetch.runs",
    "failures": "fetch.locations",
    "fetch_accounts": "fetch.accounts",
    "fetch_available_accounts": "fetch.accounts",
    "fetch_categories": "fetch.labels",
    "fetch_comments": "fetch.comments",
    "fetch_csv_imports": "fetch.plans",
    "fetch_locations": "fetch.locations",
    "fetch_posts": "fetch.posts",
    "fetch_queues": "fetch.plans",
    "fetch_statistics": "fetch.statistics",
    "fetch_statistics_breakdowns": "fetch.statistics",
    "fetch_statistics_totals": "fetch.statistics",
    "fetch_tags": "fetch.labels",
    "list_runs": "fetch.runs",
    "read_run": "fetch.runs",
    "read_schedule": "fetch.schedule",
    "schedule_posts": "fetch.schedule",
    "Account": "models",
    "AccountList": "models",
    "AttachedAccount": "models",
    "AvailableAccount": "models",
    "User": "models",
    "AccountsPanel": "panel",
    "plot_expiry": "plot",
    "plot_hours": "plot",
    "plot_statistics": "plot",
    "plot_statuses": "plot",
    "Secret": "secret",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = f".{_MODULES.get(name, 'errors')}"
    try:
        value = getattr(importlib.import_module(module, __name__), name)
    except OSError as error:
        guard = importlib.import_module(".guard", __name__)
        raise guard.out_of_files(error) or error from None
    globals()[name] = value  # the next look-up does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
