"""The panel: connected accounts, or an agency's sub-accounts, to look at and to act on."""

from .panel import AccountsPanel

__all__ = ["AccountsPanel"]
