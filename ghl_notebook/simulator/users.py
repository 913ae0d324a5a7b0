"""The look-up of an agency's users by their mail addresses, which the vendor's SDK calls."""

from __future__ import annotations

from . import shapes
from .bodies import Body, page
from .faults import refuse
from .request import SimRequest, SimResponse
from .routes import Operations, route

_BY_EMAIL = Body(
    "companyId:text! emails:text! deleted:boolean skip:position limit:position projection:text"
)


class UserOperations(Operations):
    """The look-up by mail address."""

    @route("POST", "/users/search/filter-by-email", "users.readonly", "agency")
    def filter_by_email(self, request: SimRequest) -> SimResponse:
        """List the users with these addresses: ids and addresses, or with "all" all of them."""
        body = _BY_EMAIL.read(request)
        token = self._state.token_of(request.bearer)
        if token is None or token.company_id != body["companyId"]:
            raise refuse(403, "The token does not have access to this company.")
        wanted = {one.strip().lower() for one in body["emails"].split(",")}
        found = [
            shapes.user(one)
            for one in self._state.users
            if one.email.lower() in wanted and one.deleted == body.get("deleted", False)
        ]
        if body.get("projection") != "all":
            found = [{"id": one["id"], "email": one["email"]} for one in found]
        return SimResponse(200, {"users": found[page(body, 25)], "count": len(found)})
