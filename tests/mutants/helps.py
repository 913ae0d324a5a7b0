"""What helps a user: doctor, verify-live, the command, the demo and the door."""

from __future__ import annotations

from .mutant import Mutant

MUTANTS = [
    Mutant(
        "A reader that leaves early gets the status of SIGPIPE",
        "__main__.py",
        "sys.exit(main())",
        "main()",
        "command/test_read.py::a_reader_may_leave",
    ),
    Mutant(
        "The doctor names a missing scope",
        "diagnosis/service.py",
        "    if _is_scope(error):\n",
        "    if False:\n",
        "diagnosis/test_doctor.py::missing_scopes_are_named",
    ),
    Mutant(
        "The doctor sees that no message could be taken",
        "diagnosis/environment.py",
        "if {own, SAME_ORIGIN} & set(core.allowed_origins):",
        "if True:",
        "diagnosis/test_doctor.py::origins_that_cannot_be_right_are_said",
    ),
    Mutant(
        "The doctor's table shows the service's words as text",
        "diagnosis/finding.py",
        "return escape(strip_controls(text))",
        "return strip_controls(text)",
        "diagnosis/test_doctor.py::html_is_escaped",
    ),
    Mutant(
        "verify-live keeps the values of a few headers only",
        "verify/recorder.py",
        "if (name in _SAFE_HEADERS or name.startswith(_LIMITS)) and _PLAIN.fullmatch(value)",
        "if _PLAIN.fullmatch(value)",
        "verify/test_recorder.py::values_are_not_kept",
    ),
    Mutant(
        "verify-live names a message of another origin",
        "verify/checks/message.py",
        "judge(all(m.is_own for m in probe.messages), seen)",
        "judge(True, seen)",
        "verify/test_levers.py::a_deviation_is_named",
    ),
    Mutant(
        "verify-live names another interval of the limit",
        "verify/checks/service.py",
        'judge(set(values) == {"10000"},',
        "judge(True,",
        "verify/test_levers.py::a_deviation_is_named",
    ),
    Mutant(
        "verify-live writes nothing unless it is asked to",
        "verify/probe.py",
        "if options.attach is not None and account_id is not None and",
        "if account_id is not None and",
        "verify/test_report.py::without_attach_nothing_is_written",
    ),
    Mutant(
        "verify-live edits its draft with a status",
        "verify/reading.py",
        '            status="draft",  # without a status, the service may publish the post\n',
        "",
        "verify/test_reading.py::a_draft_is_made_edited_and_deleted",
    ),
    Mutant(
        "verify-live shortens only a draft that stayed a draft",
        "verify/reading.py",
        "    if edited is not None:\n",
        "    if True:\n",
        "verify/test_reading.py::a_draft_that_cannot_be_edited_is_edited_once",
    ),
    Mutant(
        "verify-live names half a character",
        "verify/recorder.py",
        'is_cut=kind == "json" and content != response.content,',
        "is_cut=False,",
        "verify/test_levers.py::a_deviation_of_what_is_read_is_named",
    ),
    Mutant(
        "The command's status says whether anything differs",
        "command/tools.py",
        "return 1 if report.differing else 0",
        "return 0",
        "verify/test_command.py::verify_live_prints_the_table_alone",
    ),
    Mutant(
        "A seed gives the demo other accounts",
        "_demo.py",
        "simulator = Simulator(seed=seed, public_url=settings.public_url)",
        "simulator = Simulator(public_url=settings.public_url)",
        "agency/test_demo.py::a_seed_gives_other_accounts",
    ),
    Mutant(
        "One sub-account of the demo's agency cannot be fetched",
        "_demo.py",
        "    if locations > 1:\n",
        "    if False:\n",
        "agency/test_demo.py::one_of_them_cannot_be_fetched",
    ),
    Mutant(
        "The bare import loads nothing heavy",
        "__init__.py",
        "import lazy_loader as _lazy_loader\n",
        "import lazy_loader as _lazy_loader\nimport pandas\n",
        "test_door.py::importing_loads_nothing_heavy",
    ),
    Mutant(
        "An error's name leads to its module",
        "__init__.py",
        "if name in module.__all__:",
        "if name in ():",
        "test_door.py::an_error_or_record_is_suggested_by_its_module",
    ),
    Mutant(
        "A caption in a CSV file is not a formula",
        "export/csv_file.py",
        'return f"\'{text}" if escape_formulas and _FORMULA.match(text) else text',
        "return text",
        "export/test_csv.py::text_like_a_formula_gets_an_apostrophe",
    ),
    Mutant(
        "The command's status says that a sub-account is missing",
        "command/read.py",
        "return 1 if len(missing) else 0",
        "return 0",
        "command/test_read.py::an_agency_with_a_sub_account_that_failed",
    ),
]
