"""The keys of JSON bodies and their types: all other keys are refused with 422."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .faults import refuse
from .request import SimRequest

#: The type names of `Body`: the check, and the service's words for a value that fails it.
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda v: isinstance(v, str), "a string"),
    "number": (
        lambda v: isinstance(v, int | float) and not isinstance(v, bool),
        "a number conforming to the specified constraints",
    ),
    "boolean": (lambda v: isinstance(v, bool), "a boolean value"),
    "object": (lambda v: isinstance(v, dict), "an object"),
    "texts": (lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v), "an array"),
    "objects": (lambda v: isinstance(v, list) and all(isinstance(i, dict) for i in v), "an array"),
    "position": (lambda v: isinstance(v, str | int | float), "a number or a position"),
}
#: The keys of nested objects, in the notation of `Body`.
_INSIDE = {
    "media": "url:text! caption:text type:text thumbnail:text id:text",
    "variations": "content:text mentions:objects ogTags:object",
    "timeSlots": "dayOfWeek:number! time:text!",
    "attachments": "url:text! type:text!",
    "mentions": "name:text id:text offset:number length:number slug:text",
    "ogTagsDetails": "metaImage:text metaLink:text",
    "postApprovalDetails": "approver:text requesterNote:text approverNote:text approvalStatus:text",
    "tiktokPostDetails": "privacyLevel:text promoteOtherBrand:boolean enableComment:boolean"
    " enableDuet:boolean enableStitch:boolean videoDisclosure:boolean promoteYourBrand:boolean",
    "gmbPostDetails": "gmbEventType:text title:text offerTitle:text startDate:object endDate:object"
    " termsConditions:text url:text couponCode:text redeemOnlineUrl:text actionType:text",
    "linkedinPostDetails": "pdfTitle:text! postAsPdf:boolean! poll:object",
    "pinterestPostDetails": "title:text link:text boardIds:object pinterestBoards:objects"
    " shortenedLinks:texts",
    "facebookPostDetails": "type:text! textFormatPresetId:text",
    "instagramPostDetails": "type:text! collaborators:object showOnFeed:boolean"
    " publishViaPushNotification:boolean publisherNote:text",
    "youtubePostDetails": "title:text privacyLevel:text type:text!",
}
#: Additions of v3: keys that it alone accepts or requires.
_INSIDE_V3 = {
    "media": "type:text! originalUrl:text watermarkedUrl:text optimizedUrl:text optimizedType:text"
    " isModified:boolean altText:text",
    "ogTagsDetails": "ogTitle:text ogDescription:text",
    "tiktokPostDetails": "privacyLevel:text!",
    "gmbPostDetails": "gmbEventType:text!",
}
_INSIDE_OLD = {"media": "defaultThumb:text"}


@dataclass(frozen=True, slots=True)
class Body:
    """The keys of a body, for example ``"summary:text accountIds:texts!"``; ``!``: required.

    Attributes
    ----------
    keys : str
        The keys of every version.
    v3 : str
        More keys of v3. It may repeat an optional key as required.
    """

    keys: str
    v3: str = ""

    def read(self, request: SimRequest) -> dict[str, Any]:
        """Return the body of a call.

        Raises
        ------
        SimFailureError
            400 for a body that is not a JSON object; 422 with one line for each fault.
        """
        body, is_v3 = parse_object(request.body), request.is_v3
        known = f"{self.keys} {self.v3 if is_v3 else ''}"
        faults = _faults(known, body)
        for key, keys in _INSIDE.items():
            more = (_INSIDE_V3 if is_v3 else _INSIDE_OLD).get(key, "")
            value = body.get(key) if f"{key}:" in known else None
            faults += [
                f"{path}.{fault}"
                for path, one in (
                    [(f"{key}.{n}", one) for n, one in enumerate(value)]
                    if isinstance(value, list)
                    else [(key, value)]
                )
                if isinstance(one, dict)
                for fault in _faults(f"{keys} {more}", one)
            ]
        if faults:
            raise refuse(422, faults)
        return body


def _faults(keys: str, body: dict[str, Any]) -> list[str]:
    rules = {name: kind for name, _, kind in (part.partition(":") for part in keys.split())}
    faults = [f"property {key} should not exist" for key in body if key not in rules]
    for key, kind in rules.items():
        if key not in body:
            if kind.endswith("!"):
                faults.append(f"{key} should not be empty")
            continue
        fits, words = _KINDS[kind.rstrip("!")]
        if not fits(body[key]):
            faults.append(f"{key} must be {words}")
    return faults


def parse_object(raw: bytes) -> dict[str, Any]:
    """Return a body that is a JSON object; refuse any other with 400."""
    try:
        body = json.loads(raw or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # a response cannot repeat a lone surrogate
    except ValueError:
        raise refuse(400, "Unexpected token in JSON") from None
    if not isinstance(body, dict):
        raise refuse(400, "The body is not an object")
    return body


def page(query_or_body: dict[str, Any], default_limit: int = 10) -> slice:
    """Return the slice that ``skip`` and ``limit`` select; both may be numbers or strings."""
    try:
        skip = int(query_or_body.get("skip") or 0)
        limit = int(query_or_body.get("limit") or default_limit)
    except ValueError:
        raise refuse(422, ["skip and limit must be numbers"]) from None
    if skip < 0 or limit < 1:
        raise refuse(422, ["skip must not be less than 0", "limit must not be less than 1"])
    return slice(skip, skip + limit)
