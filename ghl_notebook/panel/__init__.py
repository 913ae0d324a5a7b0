"""The panel: view and manage connected accounts, or an agency's sub-accounts."""

from .panel import AccountsPanel

__all__ = ["AccountsPanel"]
