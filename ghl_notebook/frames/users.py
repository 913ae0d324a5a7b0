"""Users of a sub-account as a DataFrame."""

from __future__ import annotations

from .columns import Column, texts_or_none
from .layout import FrameLayout
from .schema import CategoryType

USER_LAYOUT = FrameLayout(
    "users",
    {
        "name": Column("string", "First and last name"),
        "email": Column("string", "Email address"),
        "phone": Column("string", "Phone number; NA if there is none", convert=texts_or_none),
        "type": Column(
            CategoryType(("account", "agency")),
            "``account``: a user of sub-accounts; ``agency``: of the agency",
            "roles.type",
        ),
        "role": Column(CategoryType(("admin", "user")), "``admin`` or ``user``", "roles.role"),
        "deleted": Column("boolean", "Whether the API marks the user as deleted"),
        "first_name": Column("string", "First name"),
        "last_name": Column("string", "Last name"),
        "id": Column("string", "The user: ``created_by`` of `fetch_posts`"),
        "location_ids": Column("list", "All sub-accounts of the user", "roles.location_ids"),
        "location_id": Column("string", "The sub-account"),
    },
)
USERS = USER_LAYOUT.schema
