"""The credential that a client uses: an argument, the environment, or a stored login."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx

from ghl_notebook.errors import SettingsError
from ghl_notebook.guard import guarded
from ghl_notebook.settings import (
    Settings,
    check_id,
    now,
    read_base_url,
    read_company_id,
    read_credentials_folder,
    read_renewal_settings,
)

from .credential import Clock, Credential

if TYPE_CHECKING:
    from ghl_notebook.secret import Secret

    from .agency_credential import AgencyCredential
    from .login_store import LoginStore
    from .stored_credential import Key

_LOG = logging.getLogger("ghl_notebook.auth")


def open_login_store(
    base_url: str, *, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
) -> LoginStore:
    """Open the stored logins of an API address, in the folder that the settings name.

    Raises
    ------
    SettingsError
        If the environment's settings are invalid.
    """
    # Imported only when needed: most clients have a token.
    from .login_store import LoginStore, Stores

    folder, is_named = read_credentials_folder()
    return LoginStore(
        Stores.open(folder, keyring=not is_named),
        base_url,
        clock=clock,
        renewal=read_renewal_settings(),
        transport=transport,
    )


def resolve_credential(
    settings: Settings, *, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
) -> Credential:
    """Return the credential to use, and log its source in one line.

    The order: the token that was passed, ``GHL_TOKEN``, ``GHL_REFRESH_TOKEN``, the stored login
    of the sub-account, the stored login of its agency. Without a sub-account, the only stored
    login.

    Raises
    ------
    SettingsError
        If no credential is found, or several to choose from.
    StorageError
        If the stored logins cannot be read.
    """
    found = _resolve(settings, clock, transport)
    _LOG.info("Using the %s", found.source)
    return found


def _resolve(
    settings: Settings, clock: Clock, transport: httpx.AsyncBaseTransport | None
) -> Credential:
    location_id = settings.location_id
    if settings.token and location_id:
        return Credential.of_token(settings.token, location_id, source=settings.token_source)
    logins = open_login_store(settings.base_url, clock=clock, transport=transport)
    renewal = read_renewal_settings()
    if renewal is not None and renewal.refresh_token:
        if location_id is None:
            raise SettingsError(
                "GHL_REFRESH_TOKEN is set, and GHL_LOCATION_ID is not.",
                "Set it to the sub-account that the login is for.",
            )
        return logins.from_environment(renewal, location_id)
    client_id = renewal.client_id if renewal is not None else None
    return logins.credential(_choose(logins.list(), location_id, client_id), location_id)


def resolve_agency_credential(
    token: Secret | None,
    company_id: str | None,
    *,
    base_url: str,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AgencyCredential:
    """Return the credential of an agency to use, and log its source in one line.

    The order: the token that was passed, ``GHL_REFRESH_TOKEN``, the stored login of the
    agency, or the only stored login of an agency.

    Parameters
    ----------
    token : Secret or None
        The agency's access token.
    company_id : str or None
        The agency; None means ``GHL_COMPANY_ID``.

    Raises
    ------
    SettingsError
        If no credential is found, or several to choose from.
    StorageError
        If the stored logins cannot be read.
    """
    company_id = check_id("company_id", company_id or "") or read_company_id()
    found = _resolve_agency(token, company_id, base_url, clock, transport)
    _LOG.info("Using the %s", found.source)
    return found


def _resolve_agency(
    token: Secret | None,
    company_id: str | None,
    base_url: str,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None,
) -> AgencyCredential:
    if token is not None:
        # Imported only when needed: most clients have a sub-account's token.
        from .agency_credential import passed_credential

        if token.reveal().startswith("pit-"):
            raise SettingsError(
                "This is a private integration's token, which cannot issue sub-account tokens.",
                "Log in for the agency with an app: ghl_notebook.log_in(); or use Client() with "
                "the private integration of one sub-account.",
            )
        if company_id is None:
            raise SettingsError(
                "There is an agency's access token, and no agency.",
                "Pass company_id, or set GHL_COMPANY_ID.",
            )
        return passed_credential(
            token, company_id, base_url=base_url, clock=clock, transport=transport
        )
    logins = open_login_store(base_url, clock=clock, transport=transport)
    renewal = read_renewal_settings()
    if renewal is not None and renewal.refresh_token:
        return logins.agency_from_environment(renewal, company_id)
    client_id = renewal.client_id if renewal is not None else None
    return logins.agency_credential(_choose_agency(logins.list(), company_id, client_id))


def _choose_agency(keys: list[Key], company_id: str | None, client_id: str | None) -> Key:
    agencies = _agencies(keys, company_id)
    if not agencies:
        raise SettingsError(
            f"No login of agency {company_id} is stored."
            if company_id
            else "No login of an agency is stored" + (", only of sub-accounts." if keys else "."),
            "Log in with ghl_notebook.log_in(), and choose the agency on GoHighLevel's page. To "
            "try everything without an account: agency = ghl_notebook.demo_agency().",
        )
    return _only(
        agencies,
        client_id,
        "logins of agencies",
        "Say which: pass company_id, or set GHL_COMPANY_ID; of two apps, name one in "
        "GHL_CLIENT_ID and GHL_CLIENT_SECRET.",
    )


def _choose(keys: list[Key], location_id: str | None, client_id: str | None) -> Key:
    if location_id is not None:
        own = [k for k in keys if k.owner == f"location:{location_id}"]
        keys = own or _agencies(keys, read_company_id())
    if not keys:
        raise SettingsError(
            "There is no credential: GHL_TOKEN is not set, and no login is stored"
            + (f" for sub-account {location_id}." if location_id else "."),
            "Set GHL_TOKEN and GHL_LOCATION_ID before Jupyter starts, pass them to Client(), or "
            "log in with ghl_notebook.log_in(). To try everything without an account: "
            "client = ghl_notebook.demo().",
        )
    return _only(
        keys,
        client_id,
        "logins",
        "Say which sub-account: pass location_id, or set GHL_LOCATION_ID."
        if location_id is None
        else "Name the agency in GHL_COMPANY_ID; of two apps, name one in GHL_CLIENT_ID and "
        "GHL_CLIENT_SECRET.",
    )


def _agencies(keys: list[Key], company_id: str | None) -> list[Key]:
    owners = [key.owner.partition(":") for key in keys]
    return [
        key
        for key, (kind, _, whose) in zip(keys, owners, strict=True)
        if kind == "company" and company_id in (None, whose)
    ]


def _only(keys: list[Key], client_id: str | None, what: str, next_step: str) -> Key:
    """Return the only login, or the only login of the app in the environment."""
    if len(keys) > 1:
        keys = [k for k in keys if k.client_id == client_id] or keys
    if len(keys) > 1:
        names = ", ".join(sorted(k.owner.replace(":", " ") for k in keys))
        raise SettingsError(f"Several {what} are stored: {names}.", next_step)
    return keys[0]


@guarded
def log_out(location_id: str | None = None, *, base_url: str | None = None) -> list[str]:
    """Delete stored logins from this computer, and return their sub-accounts and agencies.

    The API cannot revoke a login: a copy of its refresh token works until you uninstall the app in
    GoHighLevel.

    Parameters
    ----------
    location_id : str, optional
        The sub-account, or the agency, whose login to delete. By default, all logins, including the
        login that ``GHL_REFRESH_TOKEN`` started; that token cannot start it again.
    base_url : str, optional
        The API's address; as for `Client`.

    Returns
    -------
    list of str
        The sub-accounts and agencies, as in ``["location ve9EPM428h8vShlRW1KT"]``.

    Raises
    ------
    StorageError
        If the stored logins cannot be read or deleted.
    """
    logins = open_login_store(read_base_url(base_url), clock=now)
    forgotten = []
    for key in logins.list_all() if location_id is None else logins.list():
        kind, _, whose = key.owner.partition(":")
        if location_id in (None, whose) and logins.forget(key):
            forgotten.append("GHL_REFRESH_TOKEN" if kind == "env" else f"{kind} {whose}")
    return forgotten
