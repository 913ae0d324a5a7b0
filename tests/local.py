"""HTTP for tests that speak to a server of this computer themselves: without TLS, without proxies.

httpx otherwise loads the machine's certificates for each client and each call, which takes 50 ms.
"""

from __future__ import annotations

import ssl
from functools import partial
from typing import Any

import httpx

OPTIONS: dict[str, Any] = {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "trust_env": False}

Client = partial(httpx.Client, **OPTIONS)
AsyncClient = partial(httpx.AsyncClient, **OPTIONS)
request = partial(httpx.request, **OPTIONS)
get = partial(httpx.get, **OPTIONS)
post = partial(httpx.post, **OPTIONS)
delete = partial(httpx.delete, **OPTIONS)
