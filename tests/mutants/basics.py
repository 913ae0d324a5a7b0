"""What everybody needs: secrets, errors, settings, the loop, the common part of requests."""

from __future__ import annotations

from .mutant import Mutant

MUTANTS = [
    Mutant(
        "A secret's repr shows stars",
        "secret.py",
        'return f"Secret({_HIDDEN!r})"',
        'return f"Secret({self._reveal()!r})"',
        "test_secret.py::no_way_of_showing_shows_it",
    ),
    Mutant(
        "A secret is not pickled",
        "secret.py",
        'raise TypeError("a Secret is not pickled: hand the credential over by the environment")',
        "return (Secret, (self._reveal(),))",
        "test_secret.py::it_is_not_pickled",
    ),
    Mutant(
        "An error keeps its text and fields across processes",
        "errors.py",
        "return (_rebuild, (type(self), self.args, dict(self.__dict__)))",
        "return (type(self), self.args)",
        "test_errors.py::survives_a_process_boundary",
    ),
    Mutant(
        "An error of a change that may have been carried out says so",
        "errors.py",
        "        self.outcome_unknown = True\n",
        "",
        "api/test_request.py::what_may_have_happened_is_not_sent_twice",
    ),
    Mutant(
        "Words of others do not move a terminal",
        "sanitize.py",
        'return _CONTROLS.sub(" ", text)',
        "return text",
        "diagnosis/test_doctor.py::html_is_escaped_and_terminals_are_not_moved",
    ),
    Mutant(
        "The frames of a refused argument hold no secret",
        "guard.py",
        "            _forget(error, set())\n",
        "",
        "test_planted_arguments.py::an_argument_of_any_kind_shows_no_secret",
    ),
    Mutant(
        "Markup in a value is text in the table that a cell shows",
        "summary.py",
        "_ROW.format(escape(name), escape(text))",
        "_ROW.format(escape(name), text)",
        "test_summary.py::markup_in_a_name_is_text",
    ),
    Mutant(
        "Plain http is for this computer only",
        "settings.py",
        'if parts.scheme != "https" and not (parts.scheme == "http" and '
        "is_loopback(parts.hostname)):",
        'if parts.scheme not in ("https", "http"):',
        "test_settings.py::an_address_that_is_no_plain_https_is_refused",
    ),
    Mutant(
        "The frames of a settings error hold no bare token",
        "settings.py",
        "    del token\n",
        "",
        "test_settings.py::an_error_shows_no_token_that_was_passed",
    ),
    Mutant(
        "An interrupt cancels the call that it ends the wait for",
        "background.py",
        "        loop.call_soon_threadsafe(_cancel, coroutine)\n",
        "",
        "api/test_doors.py::the_stop_button_ends_a_slow_call",
    ),
    Mutant(
        "A proxy of the environment is not asked for this computer",
        "wire/options.py",
        '"trust_env": not is_loopback(url.host)',
        '"trust_env": True',
        "api/test_request.py::a_proxy_of_the_environment_is_not_asked",
    ),
    Mutant(
        "The header Version is the one that was chosen",
        "wire/options.py",
        '"Version": api_version,',
        '"Version": API_VERSION,',
        "api/test_versions.py::the_version_is_sent",
    ),
    Mutant(
        "An answer that is packed twice is not unpacked",
        "wire/unpacking.py",
        'if packed not in ([], ["gzip"], ["x-gzip"]):',
        "if False:",
        "api/test_packed_answers.py::what_cannot_be_unpacked_within_limits_is_asked_for_once",
    ),
    Mutant(
        "No redirect of the token endpoint is followed",
        "wire/options.py",
        '"follow_redirects": False,',
        '"follow_redirects": True,',
        "auth/test_endpoint.py::what_is_wrong_with_the_app_does_not_end_a_login",
    ),
    Mutant(
        "A job of the screen that was cancelled does not end its thread",
        "widgets/ui_thread.py",
        "if not done.set_running_or_notify_cancel():",
        "if False:",
        "test_screen.py::a_job_that_was_cancelled_is_left_out",
    ),
    Mutant(
        "A pipe in the place of certificates is not waited for",
        "settings.py",
        '("SSL_CERT_FILE", os.path.isfile, "a file of certificates in PEM"),',
        '("SSL_CERT_FILE", os.path.exists, "a file of certificates in PEM"),',
        "test_odd_surroundings.py::certificates_that_are_none",
    ),
    Mutant(
        "A proxy's address makes sense before anything is asked",
        "settings.py",
        "if not _is_proxy(_get(environ, name)):",
        "if False:",
        "test_odd_surroundings.py::a_proxy_that_is_none",
    ),
    Mutant(
        "A process that can open no more files is told so",
        "guard.py",
        "error.errno in (errno.EMFILE, errno.ENFILE)",
        "error.errno in ()",
        "test_odd_surroundings.py::no_more_files_can_be_opened",
    ),
    Mutant(
        "What only half is made shows itself",
        "guard.py",
        "except AttributeError:",
        "except ZeroDivisionError:",
        "test_odd_surroundings.py::a_half_made_object_shows_itself",
    ),
]
