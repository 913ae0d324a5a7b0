"""A run over an agency's sub-accounts: isolation, folder, level, workers."""

from __future__ import annotations

from .mutant import Mutant

MUTANTS = [
    Mutant(
        "A sub-account that fails does not end the run",
        "agency/run.py",
        "if is_down or self._concerns_all(sub_account, error):",
        "if True:",
        "agency/test_fetch_all.py::a_sub_account_that_fails_is_a_row_and_not_the_end",
    ),
    Mutant(
        "A service that is out is not asked by all",
        "agency/run.py",
        "if is_down or self._concerns_all(sub_account, error):",
        "if self._concerns_all(sub_account, error):",
        "agency/test_fetch_all.py::a_service_that_is_out_is_not_asked_by_all",
    ),
    Mutant(
        "A run goes on with the sub-accounts that are missing",
        "agency/agency_fetch.py",
        "left = [one for one in sub_accounts if one.location_id not in done]",
        "left = [*sub_accounts]",
        "agency/test_resume.py::a_run_goes_on_where_it_was",
    ),
    Mutant(
        "A run that was stopped is not marked as whole",
        "agency/agency_fetch.py",
        "if writer is not None and run.ended_by is None:",
        "if writer is not None:",
        "agency/test_resume.py::a_run_goes_on_where_it_was",
    ),
    Mutant(
        "An old run is not gone on with",
        "agency/run_writer.py",
        "elif age > within:",
        "elif False:",
        "agency/test_resume.py::an_old_run_is_not_gone_on_with",
    ),
    Mutant(
        "Two runs do not write to one folder",
        "agency/run_writer.py",
        "                self._lock.acquire()\n",
        "                pass\n",
        "agency/test_resume.py::two_runs_do_not_share_a_folder",
    ),
    Mutant(
        "A part is on the disk before it has its name",
        "disk.py",
        "            os.fsync(file.fileno())\n",
        "",
        "agency/test_resume.py::a_part_is_on_the_disk_before_it_has_its_name",
    ),
    Mutant(
        "A part that is damaged is not taken for what was fetched",
        "agency/run_folder.py",
        'if part_name(hashlib.file_digest(file, "sha256").hexdigest()) == path.name:',
        "if True:",
        "agency/test_resume.py::a_part_that_is_damaged_is_said",
    ),
    Mutant(
        "The level goes back where answers take twice as long",
        "agency/concurrency.py",
        "elif mean > self._shortest * _TOO_SLOW:",
        "elif False:",
        "agency/test_concurrency.py::it_goes_back_where_answers_take_twice_as_long",
    ),
    Mutant(
        "Pages side by side count as requests of the run",
        "agency/concurrency.py",
        "is_free = self.in_flight < self.limit and not self._waiting",
        "is_free = True",
        "agency/test_concurrency.py::pages_side_by_side_count_as_requests",
    ),
    Mutant(
        "No more are in flight than the level says",
        "agency/concurrency.py",
        "while self.in_flight >= self.limit:",
        "while False:",
        "agency/test_concurrency.py::no_more_are_let_in_than_may_be",
    ),
    Mutant(
        "The stop button gives what is there",
        "agency/progress.py",
        "if is_stopping or not (future.done() or fetch.stop()):",
        "if True:",
        "agency/test_progress.py::ctrl_c_gives_what_is_there",
    ),
    Mutant(
        "The bar counts the sub-accounts that failed",
        "agency/progress.py",
        "return self.done + self.failed - self.not_reached",
        "return self.done",
        "agency/test_progress.py::a_bar_ends_with_all_sub_accounts",
    ),
    Mutant(
        "A token that a worker saw rejected is minted anew here",
        "agency/distributed.py",
        "if is_rejected and not is_last:",
        "if False:",
        "agency/test_distributed.py::a_token_that_holds_no_more_is_minted_anew_here",
    ),
]
