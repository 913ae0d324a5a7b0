"""Many sub-accounts at once: the run over them, its progress, its folder."""

from .failures import Failure
from .fetching import Fetching
from .job import Job, Place
from .one import One
from .progress import wait_for, watch
from .run_folder import RunFolder, list_run_folders, open_run, run_path

__all__ = [
    "Failure",
    "Fetching",
    "Job",
    "One",
    "Place",
    "RunFolder",
    "list_run_folders",
    "open_run",
    "run_path",
    "wait_for",
    "watch",
]
