"""What goes over the wire, typed: records of the service and the message payload."""

from .account_rows import (
    ACCOUNT_BLOCK_BYTES,
    AccountRow,
    AccountRows,
    GroupRow,
    read_account_rows,
)
from .accounts import (
    Account,
    AccountGroup,
    AccountList,
    AccountMeta,
    AccountsOutline,
    AttachedAccount,
    MetaPage,
    StorefrontAddress,
    User,
    UserRoles,
)
from .available import AvailableAccount, attach_body, available_accounts
from .bulk import light_collector, without_collector
from .locations import Location
from .message import MAX_MESSAGE_CHARACTERS, MessagePayload, read_account_id, read_message
from .platforms import PLATFORMS, Platform, find_platform, same_platform
from .posts import (
    FacebookDetails,
    GoogleDetails,
    InstagramDetails,
    LinkedInDetails,
    OgTags,
    PinterestDetails,
    Post,
    PostApproval,
    PostInsights,
    PostMedia,
    PostPage,
    PostUser,
    TikTokDetails,
    YouTubeDetails,
)
from .record import Record
from .refusal import Refusal, describe_body, json_object, read_refusal
from .sent import to_wire, wire_name
from .token import TokenAnswer

__all__ = [
    "ACCOUNT_BLOCK_BYTES",
    "MAX_MESSAGE_CHARACTERS",
    "PLATFORMS",
    "Account",
    "AccountGroup",
    "AccountList",
    "AccountMeta",
    "AccountRow",
    "AccountRows",
    "AccountsOutline",
    "AttachedAccount",
    "AvailableAccount",
    "FacebookDetails",
    "GoogleDetails",
    "GroupRow",
    "InstagramDetails",
    "LinkedInDetails",
    "Location",
    "MessagePayload",
    "MetaPage",
    "OgTags",
    "PinterestDetails",
    "Platform",
    "Post",
    "PostApproval",
    "PostInsights",
    "PostMedia",
    "PostPage",
    "PostUser",
    "Record",
    "Refusal",
    "StorefrontAddress",
    "TikTokDetails",
    "TokenAnswer",
    "User",
    "UserRoles",
    "YouTubeDetails",
    "attach_body",
    "available_accounts",
    "describe_body",
    "find_platform",
    "json_object",
    "light_collector",
    "read_account_id",
    "read_account_rows",
    "read_message",
    "read_refusal",
    "same_platform",
    "to_wire",
    "wire_name",
    "without_collector",
]
