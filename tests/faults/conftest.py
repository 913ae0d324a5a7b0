"""How hypothesis runs here: the same examples every time, unless one asks for others."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, database=None, max_examples=75)
settings.register_profile("explore", deadline=None, database=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
