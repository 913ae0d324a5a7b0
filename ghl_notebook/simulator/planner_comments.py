"""What people have said to a post before anybody called."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from .planner_records import Comment, Post

#: Where comments can be read; the others have none.
PLATFORMS = (
    "facebook", "instagram", "linkedin", "community", "tiktok", "bluesky", "youtube", "threads",
)  # fmt: skip
_SAID = (
    ("Nadia", "Lovely, see you on Saturday!"),
    ("Tomás", "¿Abren también el domingo?"),
    ("ミナ", "きれいですね。"),
    ("Olu", "Is there a vegan one, too?"),
    ("Ingrid", "❤️"),
)
_ANSWER = ("The team", "Thank you, yes!")


def comments_on(post: Post, origin_id: str, count: int, now: datetime) -> list[Comment]:
    """Return comments on a published post, and the answers to them: always the same.

    Parameters
    ----------
    origin_id : str
        The page's id on the platform.
    count : int
        How many there are in the end.
    now : datetime
        Of these, the ones until then are returned.
    """
    digest = hashlib.sha256(f"comments:{post.id}".encode()).digest()
    if post.published_at is None or post.platform not in PLATFORMS:
        return []
    found: list[Comment] = []
    for number in range(count):
        name, text = _SAID[(digest[1] + number) % len(_SAID)]
        moment = post.published_at + timedelta(minutes=20 + digest[2] * (number + 1))
        made = Comment(
            id=hashlib.sha256(f"{post.id}:{number}".encode()).hexdigest()[:24],
            post_id=post.id,
            parent_id=post.id,
            platform=post.platform,
            origin_id=origin_id,
            author=name,
            content=text,
            published_at=moment,
            likes=digest[3 + number % 29] % 9,
            is_read=number > 0,
        )
        found.append(made)
        if "?" in text:
            author, answer = _ANSWER
            found.append(
                Comment(
                    id=hashlib.sha256(f"{made.id}:answer".encode()).hexdigest()[:24],
                    post_id=post.id,
                    parent_id=made.id,
                    platform=post.platform,
                    origin_id=origin_id,
                    author=author,
                    content=answer,
                    published_at=moment + timedelta(hours=1),
                    is_read=True,
                )
            )
    return [comment for comment in found if comment.published_at <= now]
