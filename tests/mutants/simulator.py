"""The simulator: what it keeps, refuses and tells as the service does."""

from __future__ import annotations

from .mutant import Mutant

MUTANTS = [
    Mutant(
        "Reuse of a refresh token revokes its family",
        "simulator/installs.py",
        "                install.revoked = True\n",
        "                pass\n",
        "simulator/test_tokens.py::a_used_refresh_token_revokes_its_family",
    ),
    Mutant(
        "A provider's code works once",
        "simulator/state.py",
        "consent = self.codes.pop(code, None)",
        "consent = self.codes.get(code)",
        "simulator/test_login.py::a_code_works_once",
    ),
    Mutant(
        "A state that was not signed here is refused",
        "simulator/state.py",
        "if not hmac.compare_digest(self._signature(text.encode()).encode(), signature.encode()):",
        "if not signature:",
        "simulator/test_login.py::a_changed_state_is_refused",
    ),
    Mutant(
        "The seed decides the ids",
        "simulator/state.py",
        'f"{self.seed}:{kind}:{count}"',
        'f"{kind}:{count}"',
        "simulator/test_login.py::another_seed_gives_other_ids",
    ),
    Mutant(
        "A lever posts the message as a JSON string",
        "simulator/provider.py",
        "json.dumps(data) if levers.message_as_json else data",
        "data",
        "simulator/test_levers.py::the_message_as_a_json_string",
    ),
    Mutant(
        "A lever cuts the consent page from its opener",
        "simulator/provider.py",
        "if self._levers.consent_coop:",
        "if False:",
        "simulator/test_levers.py::the_consent_page_can_cut_its_opener",
    ),
    Mutant(
        "An error of a lever is used up",
        "simulator/levers.py",
        "                        fault.times -= 1\n",
        "",
        "simulator/test_errors.py::each_error_has_a_lever",
    ),
    Mutant(
        "Past the limit it is 429",
        "simulator/limits.py",
        "self._used(window) < levers.rate_limit and window.used_today < levers.daily_limit",
        "True",
        "simulator/test_limits.py::past_the_limit_it_is_429",
    ),
    Mutant(
        "A token is worth nothing in another sub-account",
        "simulator/api.py",
        "if location and location != token.location_id:",
        "if False:",
        "simulator/test_errors.py::each_cause_has_its_error",
    ),
    Mutant(
        "The record holds no bearer",
        "simulator/recording.py",
        'headers["authorization"] = headers["authorization"].partition(" ")[0]',
        "pass",
        "simulator/test_server.py::requests_are_recorded_without_the_bearer",
    ),
    Mutant(
        "The simulator is reached from this computer only",
        "simulator/server.py",
        'self._socket.bind(("127.0.0.1", port))',
        'self._socket.bind(("", port))',
        "simulator/test_server.py::it_listens_on_the_loopback_interface_only",
    ),
    Mutant(
        "The simulator sends small answers at once",
        "simulator/server.py",
        "        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n",
        "",
        "test_sockets.py::",
    ),
    Mutant(
        "The finish page closes its window",
        "simulator/static/finish.js",
        "    setTimeout(() => window.close(), orders.closeMs);\n",
        "",
        "simulator/test_window.py::the_window_closes_itself",
    ),
]
