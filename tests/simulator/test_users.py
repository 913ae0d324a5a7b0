"""The look-up of users by their mail addresses."""

from __future__ import annotations

import pytest

PATH = "/users/search/filter-by-email"


@pytest.fixture
def ask(caller, sim):
    """Ask with the agency's token."""
    token = sim.state.tokens["company"]

    def ask(bearer=token.value, **body):
        headers = {"Authorization": f"Bearer {bearer}"}
        body = {"companyId": token.company_id, "emails": "piet@example.com"} | body
        return caller.http.post(PATH, json=body, headers=headers)

    return ask


def test_users_are_found_by_their_addresses(ask, sim):
    """With their ids alone, or with everything."""
    user = next(one for one in sim.state.users if one.email == "piet@example.com")
    answer = ask(emails="PIET@example.com, nobody@example.com")
    assert answer.status_code == 200
    assert answer.json()["users"] == [{"id": user.id, "email": user.email}]
    assert answer.json()["count"] == 1
    assert ask(projection="all").json()["users"][0]["firstName"] == user.first_name
    assert ask(skip="1").json()["users"] == []


def test_deleted_users_are_found_if_asked_for(ask):
    """Not with the others."""
    assert ask(emails="vera@example.com").json()["count"] == 0
    assert ask(emails="vera@example.com", deleted=True).json()["count"] == 1


def test_it_is_the_agencys(ask, sim):
    """Of its own users, and not with a sub-account's token."""
    assert ask(companyId="elsewhere").status_code == 403
    assert ask(sim.token).status_code == 403
