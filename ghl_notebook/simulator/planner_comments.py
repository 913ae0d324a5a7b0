"""The initial comments on posts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from .planner_records import Comment, Post

#: The platforms whose comments the service lists.
PLATFORMS = (
    "facebook", "instagram", "linkedin", "community", "tiktok", "bluesky", "youtube", "threads",
)  # fmt: skip
_TEXTS = (
    ("Nadia", "Lovely, see you on Saturday!"),
    ("Tomás", "¿Abren también el domingo?"),
    ("ミナ", "きれいですね。"),
    ("Olu", "Is there a vegan one, too?"),
    ("Ingrid", "❤️"),
)
_ANSWER = ("The team", "Thank you, yes!")


def comments_on(post: Post, origin_id: str, count: int, now: datetime) -> list[Comment]:
    """Return the comments on a published post, with the answers to them: always the same ones.

    Parameters
    ----------
    origin_id : str
        The page's id on the platform.
    count : int
        The final number of comments.
    now : datetime
        Only comments up to this time are returned.
    """
    digest = hashlib.sha256(f"comments:{post.id}".encode()).digest()
    if post.published_at is None or post.platform not in PLATFORMS:
        return []
    found: list[Comment] = []
    for number in range(count):
        name, text = _TEXTS[(digest[1] + number) % len(_TEXTS)]
        made = Comment(
            id=hashlib.sha256(f"{post.id}:{number}".encode()).hexdigest()[:24], post_id=post.id,
            parent_id=post.id, platform=post.platform, origin_id=origin_id, author=name,
            content=text,
            published_at=post.published_at + timedelta(minutes=20 + digest[2] * (number + 1)),
            likes=digest[3 + number % 29] % 9, is_read=number > 0,
        )  # fmt: skip
        found.append(made)
        is_answered = digest[4 + number % 28] % 3 > 0
        if "?" in text and is_answered:
            author, content = _ANSWER
            answer = replace(
                made, id=hashlib.sha256(f"{made.id}:answer".encode()).hexdigest()[:24],
                parent_id=made.id, author=author, content=content, likes=0, is_read=True,
                published_at=made.published_at + timedelta(hours=1), attachments=[],
            )  # fmt: skip
            found.append(answer)
    return [comment for comment in found if comment.published_at <= now]
