"""What a JSON body may and must carry: every other key is refused with 422."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .faults import refuse
from .wire import Call

#: How a kind is written in `Body`, and what the service says of a value that is none.
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
    "place": (lambda v: isinstance(v, str | int | float), "a number or a position"),
}
#: What the objects of some keys may and must carry, written as in `Body`.
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
#: Of those, what only v3 knows or wants.
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
    """The keys of a body, for instance ``"summary:text accountIds:texts!"``; ``!``: wanted.

    Attributes
    ----------
    keys : str
        Under every version.
    v3 : str
        More of them under v3; it may also want one that older versions do not.
    """

    keys: str
    v3: str = ""

    def read(self, call: Call) -> dict[str, Any]:
        """Return the body of a call.

        Raises
        ------
        RefusedError
            400 where it is not a JSON object; 422 with one line per fault in it.
        """
        body, is_v3 = _parsed(call.body), call.headers["version"] == "v3"
        known = f"{self.keys} {self.v3 if is_v3 else ''}"
        faults = _faults(known, body)
        for key, keys in _INSIDE.items():
            more = (_INSIDE_V3 if is_v3 else _INSIDE_OLD).get(key, "")
            value = body.get(key) if f"{key}:" in known else None
            faults += [
                f"{place}.{fault}"
                for place, one in (
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


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # half a character could not be answered
    except ValueError:
        raise refuse(400, "Unexpected token in JSON") from None
    if not isinstance(body, dict):
        raise refuse(400, "The body is not an object")
    return body


def page(call_or_body: dict[str, Any], most: int = 10) -> slice:
    """Return what ``skip`` and ``limit`` choose; both may be numbers or texts."""
    try:
        skip = int(call_or_body.get("skip") or 0)
        limit = int(call_or_body.get("limit") or most)
    except ValueError:
        raise refuse(422, ["skip and limit must be numbers"]) from None
    if skip < 0 or limit < 1:
        raise refuse(422, ["skip must not be less than 0", "limit must not be less than 1"])
    return slice(skip, skip + limit)
