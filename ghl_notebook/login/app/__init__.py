"""Log in to GoHighLevel as a marketplace app (`log_in`, `AppLogin`), without a token."""

from .app_card import AppLogin
from .authorization_code import AuthorizationCodeFlow, AuthorizationCodeState

__all__ = ["AppLogin", "AuthorizationCodeFlow", "AuthorizationCodeState"]
