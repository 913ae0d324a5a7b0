"""The fixtures of the tests of `api`: most tests send by a client."""

from tests.api.conftest import client, running, sim

__all__ = ["client", "running", "sim"]
