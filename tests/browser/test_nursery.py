"""Kernels that are forked behave as those that Jupyter starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.browser.servers import nursery

pytestmark = pytest.mark.process
SECONDS = 120

WAIT = "import time\nprint('waits')\ntime.sleep(600)"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[KernelManager]:
    """Jupyter's manager of a kernel that is forked."""
    with nursery.serve(tmp_path) as command:
        manager = KernelManager()
        manager._kernel_spec = KernelSpec(argv=command, display_name="forked", language="python")
        manager.start_kernel()
        yield manager
        manager.shutdown_kernel(now=True)


def connect(manager: KernelManager) -> BlockingKernelClient:
    """Return a client of a kernel that is ready."""
    client: BlockingKernelClient = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=SECONDS)
    return client


def evaluate(client: BlockingKernelClient, expression: str) -> str:
    """Return how a kernel shows a value."""
    asked = {"value": expression}
    reply = client.execute("", user_expressions=asked, reply=True, timeout=SECONDS)
    return str(reply["content"]["user_expressions"]["value"]["data"]["text/plain"])


def test_a_forked_kernel(manager: KernelManager) -> None:
    """It has pandas and nothing of ours, is interrupted and restarted, and ends with its parent."""
    client = connect(manager)
    of_ours = "[name for name in __import__('sys').modules if name.startswith('ghl_notebook')]"
    assert evaluate(client, "'pandas' in __import__('sys').modules") == "True"
    assert evaluate(client, of_ours) == "[]"

    def interrupt(said: dict[str, Any]) -> None:
        if said["msg_type"] == "stream":
            manager.interrupt_kernel()

    reply = client.execute_interactive(WAIT, timeout=SECONDS, output_hook=interrupt)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    first = psutil.Process(int(evaluate(client, "__import__('os').getpid()")))
    client.stop_channels()

    manager.restart_kernel(now=True)
    first.wait(SECONDS)
    client = connect(manager)
    second = psutil.Process(int(evaluate(client, "__import__('os').getpid()")))
    client.stop_channels()
    assert manager.is_alive()
    second.kill()
    manager.provisioner.process.wait(SECONDS)
