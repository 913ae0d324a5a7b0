"""What this project assumes of the live service: each sentence once, with how it is checked.

Sections are those of the project's fact sheet on the service. Confidence is ``H`` (captured or seen
by several), ``M`` (likely), ``L`` (a guess), ``open`` (nobody knows; what is said is what the code
is ready for), or ``document`` (the vendor's OpenAPI files). What the walk does not meet (posts,
statistics, agencies, how tokens are renewed) is not here.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Confidence = Literal["H", "M", "L", "open", "document"]


class Assumption(NamedTuple):
    """One thing that is assumed.

    Attributes
    ----------
    id : str
        Its name, as of a function in `checks`.
    section : str
        The fact sheet's.
    confidence : str
        How sure we are.
    sentence : str
        What is assumed.
    how : str
        What of the walk is looked at.
    """

    id: str
    section: str
    confidence: Confidence
    sentence: str
    how: str


def _of(section: str, *rows: tuple[str, Confidence, str, str]) -> tuple[Assumption, ...]:
    return tuple(Assumption(row[0], section, *row[1:]) for row in rows)


ASSUMPTIONS: Final[tuple[Assumption, ...]] = (
    *_of(
        "1 message",
        ("message_arrives", "M", "The finish page's message reaches the window that opened it.",
         "a message before the login is confirmed"),
        ("message_once", "M", "It is posted once.", "how many messages come"),
        ("message_origin", "M", "Its origin is the service's own host.", "`event.origin`"),
        ("message_object", "H", "Its data is an object, not a JSON string.", "type of the data"),
        ("message_keys", "H", "It has actionType, page, platform, placement, accountId, refresh "
         "and source, perhaps reconnectAccounts, and nothing else.", "keys of the data"),
        ("message_undefined", "H", 'A missing value is the string "undefined".',
         "placement, refresh and source"),
        ("message_action", "H", "actionType is close.", "its value"),
        ("message_page", "H", "page is social_media_posting, with underscores.", "its value"),
        ("message_platform", "H", "platform is the one that was started.", "its value"),
        ("message_account_id", "H", "accountId has 24 hex digits.", "its form"),
        ("message_first", "H", "On a first connect reconnectAccounts is absent.", "its presence"),
        ("message_late", "M", "The window can read closed before the message comes.",
         "which of the two the login page tells first"),
        ("message_finish", "H", "The provider returns to /social-media-posting/oauth/"
         "{platform}/finish on the service's host.", "redirect_uri of the authorization URL"),
        ("cancel_message", "open", 'After a refusal a close is posted, its accountId the string '
         '"undefined".', "the message of a login that was refused (--cancel)"),
        ("reconnect_message", "open", "With reconnect=true the message is the same; "
         "reconnectAccounts, if there, is a list of ids.", "the message of --reconnect"),
    ),
    *_of(
        "2 start",
        ("start_redirect", "H", "start answers 302 with a Location.", "status and headers"),
        ("start_location", "H", "The Location is the provider's https page, with a state.",
         "scheme, host and parameter names"),
        ("start_cookies", "M", "The window needs no cookie of the call.",
         "whether a login without them finishes"),
        ("start_login_type", "M", "loginType=instagram gives accounts with meta.loginType.",
         "the accounts list after --login-type instagram"),
        ("users_shape", "H", "GET /users/?locationId= lists users with id, roles.role and deleted.",
         "the answer"),
    ),
    *_of(
        "3 errors",
        ("errors_known", "H", "An error has one of the known statuses and texts.",
         "status and text of each error answer"),
        ("errors_form", "H", "Its message is a string or a list of strings.",
         "the body of each error answer"),
        ("errors_success", "H", "What is answered 2xx has success true.", "the bodies"),
    ),
    *_of(
        "4 limits",
        ("limits_headers", "H", "Six x-ratelimit headers are on every answer, in lower case.",
         "the headers of all answers but the CDN's"),
        ("limits_interval", "H", "The interval is 10 s.", "x-ratelimit-interval-milliseconds"),
        ("limits_size", "H", "100 calls per interval and 200000 a day; on trial 25 and 10000.",
         "x-ratelimit-max and -limit-daily"),
        ("limits_reset", "H", "The daily reset is a duration in ms, not an instant.",
         "x-ratelimit-daily-reset"),
        ("limits_retry_after", "H", "429 has no Retry-After.", "the headers of 429"),
    ),
    *_of(
        "5 step 2",
        ("step2_path", "H", "Step 2's path has the location.", "the status of the long form"),
        ("step2_short", "L", "The form without the location, of the vendor's page, works too.",
         "the status of the short form"),
        ("step2_envelope", "H", "The answer has success, statusCode, message and results.",
         "the keys of the answer"),
        ("step2_facebook", "H", "facebook: pages[] with id, name, avatar, isOwned, isConnected.",
         "results"),
        ("step2_instagram", "H", "instagram: accounts[] with id or originId, name, avatar, pageId, "
         "isConnected.", "results"),
        ("step2_linkedin", "M", "linkedin: pages[] and profile[], both lists.", "results"),
        ("step2_tiktok", "M", "tiktok, tiktok-business: profile[].", "results"),
        ("step2_youtube", "L", "youtube: profile[] or channels[].", "results"),
        ("step2_pinterest", "M", "pinterest: profile[], of type PINNER.", "results"),
        ("step2_google", "open", "google: locations is one {location, account} or a list of them.",
         "results"),
        ("step2_threads", "L", "threads: profile[].", "results"),
        ("step2_empty", "H", "An empty list with success true is normal.",
         "results of a login without pages"),
        ("step2_oauth_id", "M", "The message's accountId is oauthId in the accounts list.",
         "the accounts list after the login"),
    ),
    *_of(
        "6 accounts",
        ("accounts_keys", "H", "results has accounts[] and groups[], and no pages.", "the keys"),
        ("accounts_id", "H", "id is {oauthId}_{locationId}_{originId}, perhaps with _{type}; "
         "oauthId may be that of an earlier login.",
         "how each id is made"),
        ("accounts_profile_id", "H", "profileId is another key than id and oauthId.", "each row"),
        ("accounts_deleted", "H", "Rows with deleted true appear.", "each row"),
        ("accounts_expire", "H", "facebook, instagram: a new login ends after about 60 days.",
         "expire and updatedAt of the login's rows"),
        ("accounts_groups", "H", "groups[] have id, name and accountIds.", "each group"),
        ("accounts_fetch_all", "open", "fetchAll=true also lists a login that nothing is attached "
         "from.", "the list with and without it, after the login"),
    ),
    *_of(
        "7 attach",
        ("attach_body", "H", "The body that we send is taken: 201.", "the status (--attach)"),
        ("attach_fields", "H", "results has the fields of the vendor's page, oAuthId so cased.",
         "the keys (--attach)"),
        ("attach_tiktok_business", "open", "tiktok-business cannot be attached: 404.",
         "the status (--attach)"),
    ),
    *_of(
        "OpenAPI",
        ("document_users", "document", "The users are as in the OpenAPI file.", "keys and types"),
        ("document_step2", "document", "Step 2's items are as in the OpenAPI file, or as seen "
         "since.", "keys and types"),
        ("document_accounts", "document", "The accounts are as in the OpenAPI file, or as seen "
         "since.", "keys and types"),
        ("document_attach", "document", "The attached account is as in the OpenAPI file.",
         "keys and types (--attach)"),
    ),
)  # fmt: skip
