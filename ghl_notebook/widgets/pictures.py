"""Which pictures of accounts a page loads.

The service returns the address of an account's picture. The server at that address learns who views
the page, and when; an address on this computer, or in its network, makes the browser send a request
there. So pictures come only from the platforms' own hosts, over https.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol, Self

from ghl_notebook.settings import SAME_ORIGIN

# Hosts, with their subdomains, that serve pictures of accounts as files: none with open redirects
# (such as facebook.com and google.com), and none on which everybody can store files (such as
# storage.googleapis.com, which the vendor's documents use in examples).
HOSTS: Final = {
    "cdninstagram.com": "Instagram, Threads",
    "fbcdn.net": "Facebook, Instagram",
    "graph.facebook.com": "Facebook: GET /{page}/picture leads to the next one",
    "platform-lookaside.fbsbx.com": "Facebook",
    "ggpht.com": "YouTube, Google Business Profile",
    "lh3.googleusercontent.com": "Google Business Profile",
    "lh4.googleusercontent.com": "Google Business Profile",
    "lh5.googleusercontent.com": "Google Business Profile",
    "lh6.googleusercontent.com": "Google Business Profile",
    "yt3.googleusercontent.com": "YouTube",
    "ytimg.com": "YouTube",
    "licdn.com": "LinkedIn",
    "pinimg.com": "Pinterest",
    "tiktokcdn.com": "TikTok",
    "tiktokcdn-eu.com": "TikTok, Europe",
    "tiktokcdn-us.com": "TikTok, United States",
    "twimg.com": "X",
    "images.leadconnectorhq.com": "GoHighLevel: pictures that it has resized",
    "assets.cdn.filesafe.space": "GoHighLevel: its media library",
}

# Stricter than a browser: no user, no port, and no character that a browser would drop or replace,
# so that both find the same host.
_ON_THE_WEB: Final = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)/([!-~]*)", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[!-~]*")
_MAX_ADDRESS_LENGTH: Final = 4000


class Addressed(Protocol):
    """The parts of a client that `Pictures` needs."""

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins of the service."""

    @property
    def base_url(self) -> str:
        """Base URL of the service."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Decide which pictures are loaded.

    Attributes
    ----------
    is_off : bool
        Load none.
    own : tuple of str
        Prefixes of the service's own addresses, to which the client sends requests anyway.
    """

    is_off: bool
    own: tuple[str, ...]

    @classmethod
    def of(cls, core: Addressed, pictures: str) -> Self:
        """Make one for a client.

        Parameters
        ----------
        core : Addressed
            The client whose accounts are shown.
        pictures : str
            ``"platforms"`` or ``"none"``.
        """
        # A simulator behind the notebook's server returns paths on that server.
        addresses = ["" if one == SAME_ORIGIN else one for one in core.allowed_origins]
        addresses.append(core.base_url)
        return cls(
            is_off=pictures == "none",
            own=tuple(f"{address.rstrip('/')}/" for address in addresses),
        )

    @property
    def setting(self) -> str:
        """The argument of `of`."""
        return "none" if self.is_off else "platforms"

    def choose(self, address: str | None) -> str | None:
        """Return the address of a picture that may be loaded, or None."""
        if self.is_off or address is None or len(address) > _MAX_ADDRESS_LENGTH:
            return None
        if address.startswith(self.own) and not address.startswith(("//", "/\\")):
            return address if _PLAIN.fullmatch(address) else None
        found = _ON_THE_WEB.fullmatch(address)
        if found is None:
            return None
        host = f".{found[1].lower()}"
        return address if any(host.endswith(f".{one}") for one in HOSTS) else None
