"""A JupyterHub with its proxy: users log in on its page, and each gets a JupyterLab."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from . import files
from .jupyter import TOKEN, JupyterServer
from .program import FOLDERS, free_port, python, run

_PROXY = Path(__file__).parent / "proxy"
_USER = "someone"
_PASSWORD = "password-of-the-tests"


@dataclass(frozen=True, slots=True)
class HubUser(JupyterServer):
    """The server of a user of the hub; the hub starts it when the user logs in.

    Attributes
    ----------
    hub : str
        Where a browser finds the hub.
    """

    hub: str = ""

    def sign_in(self, page: Page) -> None:
        """Log in on the hub's page, and wait for the server."""
        page.goto(self.hub)
        page.get_by_label("Username").fill(_USER)
        page.get_by_label("Password").fill(_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}lab**", wait_until="commit")


@contextmanager
def serve(folder: Path, kernel: Sequence[str], *, host: str) -> Iterator[HubUser]:
    """Start a hub on free ports of this machine, and stop it and all that it has started.

    Parameters
    ----------
    folder : Path
        Empty, for all that it reads and writes.
    kernel : sequence of str
        The command of the user's kernel.
    host : str
        How browsers call this machine.
    """
    home = folder / "homes" / _USER
    home.mkdir(parents=True)
    files.write_kernel(folder, command=kernel)
    config = folder / FOLDERS["JUPYTER_CONFIG_DIR"]
    files.set_up(config)
    port = free_port()
    settings = folder / "jupyterhub_config.json"
    settings.write_text(json.dumps(_settings(folder, port)), encoding="utf-8")
    command = python("jupyterhub", f"--config={settings}")
    with run(command, folder, re.compile("JupyterHub is now running")):
        hub, path = f"http://{host}:{port}/", f"user/{_USER}/"
        yield HubUser(hub + path, f"http://127.0.0.1:{port}/{path}", home, config, hub=hub)


def _settings(folder: Path, port: int) -> dict[str, Any]:
    return {
        "JupyterHub": {
            "bind_url": f"http://127.0.0.1:{port}/",
            "hub_bind_url": f"http://127.0.0.1:{free_port()}/",
            "authenticator_class": "dummy",
            "spawner_class": "simple",
            "cookie_secret_file": str(folder / "cookie_secret"),
            "db_url": f"sqlite:///{folder / 'hub.sqlite'}",
            "services": [{"name": "tests", "api_token": TOKEN}],
            "load_roles": [{"name": "tests", "services": ["tests"], "scopes": ["access:servers"]}],
        },
        "ConfigurableHTTPProxy": {
            "command": [str(_install_proxy())],
            "api_url": f"http://127.0.0.1:{free_port()}",
            "auth_token": "proxy-token-of-the-tests",
            "pid_file": str(folder / "proxy.pid"),
        },
        "DummyAuthenticator": {"allowed_users": [_USER], "password": _PASSWORD},
        "SimpleLocalProcessSpawner": {"home_dir_template": str(folder / "homes" / "{username}")},
        "Spawner": {
            "cmd": python("jupyterhub.singleuser"),
            "args": ["--allow-root", "--LabApp.expose_app_in_browser=True"],
            "ip": "127.0.0.1",
            "environment": {name: str(folder / part) for name, part in FOLDERS.items()},
        },
    }


def _install_proxy() -> Path:
    """Bring the proxy that package.json names, unless it is there."""
    command = _PROXY / "node_modules" / ".bin" / "configurable-http-proxy"
    if not command.exists():
        npm = shutil.which("npm")
        assert npm, "npm is missing"
        subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=_PROXY, check=True)
    return command
