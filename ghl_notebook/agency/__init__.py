"""Many sub-accounts at once: the run over them, its progress, its folder."""

from .agency_fetch import AgencyFetch
from .failures import Failure
from .fetch_spec import FetchSpec, SubAccount, facts_of
from .progress import SingleFetch, wait_for, watch
from .run_folder import RunFolder, list_run_folders, open_run, run_path

__all__ = [
    "AgencyFetch",
    "Failure",
    "FetchSpec",
    "RunFolder",
    "SingleFetch",
    "SubAccount",
    "facts_of",
    "list_run_folders",
    "open_run",
    "run_path",
    "wait_for",
    "watch",
]
