"""The context of every operation: state, levers and addresses of one simulator."""

from __future__ import annotations

from dataclasses import dataclass, field

from .installs import Installs
from .levers import Levers
from .planners import Planners
from .state import State


@dataclass(slots=True)
class SimContext:
    """The state, the levers, and the addresses of one simulator.

    Attributes
    ----------
    installs : Installs
        Who installed the app, with the tokens of each install.
    planners : Planners
        Planned and published posts, by sub-account.
    public_url : str
        Without a final slash; a path such as "/user/x/proxy/8123" behind a reverse proxy.
    base_url : str
        The address on this machine.
    """

    state: State
    levers: Levers
    public_url: str = ""
    base_url: str = ""
    installs: Installs = field(init=False)
    planners: Planners = field(init=False)

    def __post_init__(self) -> None:
        self.installs = Installs(self.state, self.levers)
        self.planners = Planners(self.state)

    def avatar(self, number: int) -> str:
        """Return the address of a picture."""
        return f"{self.public_url}/avatars/{number}.svg"


class SimPart:
    """Base of the classes that work on the context.

    Parameters
    ----------
    context : SimContext
        State, levers and addresses of the simulator.
    """

    def __init__(self, context: SimContext) -> None:
        self._context = context
        self._state = context.state
        self._levers = context.levers
