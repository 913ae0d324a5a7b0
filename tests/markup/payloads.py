"""What a stranger may put into a name so that it does something where it is shown.

Each payload that comes to run calls ``attacked`` with its number.
"""

from __future__ import annotations

import re
from typing import Final

PAYLOADS: Final = (
    "</script><img src=x onerror=attacked(0)>",
    "</SCRIPT ><script>attacked(1)</script>",
    "<img src=x onerror=attacked(2)>",
    '"><svg onload=attacked(3)></svg>',
    "'><svg/onload=attacked(4)>",
    "<!--<script>",  # until the next "-->", "</script>" ends no script
    "--><script>attacked(6)</script>",
    "]]><script>attacked(7)</script>",
    "</textarea></title></style></pre></table><script>attacked(8)</script>",
    "<iframe srcdoc='<script>parent.attacked(9)</script>'></iframe>",
    "<a href=javascript:attacked(10)>x</a>",
    "javascript:attacked(11)",
    "[x](javascript:attacked(12))",
    "$\\href{javascript:attacked(13)}{x}$",
    "{{constructor.constructor('attacked(14)')()}} {% raw %}",
    "${attacked(15)} `;attacked(15)//",
    "\\\";attacked(16)//",
    "');attacked(17)//",
    "\u2028attacked(18)//",
    "&lt;img src=x onerror=attacked(19)&gt; &#60;svg onload=attacked(19)>",
    "datum.x']+attacked(20)+datum['",
    "\x1b]8;;javascript:attacked(21)\x07x\x1b]8;;\x07\x1b[2J",
    "\u202eattacked\u202c \u2066x",
    "<x onclick=attacked(23) style='position:fixed;inset:0' autofocus tabindex=0>",
    "\x00<\x00img src=x onerror=attacked(24)>\x0c\uffff",
)  # fmt: skip

MARKUP: Final = re.compile(r"<[!/?a-z]", re.IGNORECASE)
"""Where HTML would begin a tag or a comment."""

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey, or what turns the text around it."""

PICTURES: Final = (
    "https://scontent.xx.fbcdn.net/v/t1/picture.jpg?a=1&b=2",
    "https://SCONTENT-ams2-1.cdninstagram.com/v/picture.jpg",
    "https://graph.facebook.com/244405123411687/picture",
    "https://media.licdn.com/dms/image/v2/picture",
    "https://yt3.ggpht.com/example-avatar",
    "https://i.pinimg.com/example-avatar.jpg",
    "https://p16-sign-va.tiktokcdn.com/picture.jpeg",
    "https://pbs.twimg.com/profile_images/1/picture.jpg",
    "https://lh3.googleusercontent.com/a/picture=s96-c",
)
"""Pictures on the platforms' own hosts."""

STRANGE_PICTURES: Final = (
    "http://127.0.0.1:8888/api/shutdown",
    "http://localhost:8888/a.png",
    "https://127.0.0.1/a.png",
    "https://[::1]/a.png",
    "https://2130706433/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "https://evil.example/a.png",
    "http://scontent.xx.fbcdn.net/a.png",
    "https://fbcdn.net.evil.example/a.png",
    "https://evilfbcdn.net/a.png",
    "https://someone:secret@scontent.xx.fbcdn.net/a.png",
    "https://scontent.xx.fbcdn.net@evil.example/a.png",
    "https://scontent.xx.fbcdn.net:8443/a.png",
    "https://evil.example\\.fbcdn.net/a.png",
    "https://scontent.xx.fbcdn.net\\@evil.example/a.png",
    "https://evil.example/.fbcdn.net/a.png",
    "https://evil.example?.fbcdn.net/a.png",
    "https://evil.example#.fbcdn.net/a.png",
    "https://evil.example\n.fbcdn.net/a.png",
    "\thttps://evil.example/a.png",
    "ht\ntps://evil.example/a.png",
    "https:evil.example/a.png",
    "https:/\\evil.example/a.png",
    "https://scontent.xx.fbcdn\u3002net/a.png",
    "https://scontent.xx.\u24d5bcdn.net/a.png",
    "https://storage.googleapis.com/anybody/a.png",
    "https://facebook.com/l.php?u=https://evil.example",
    "//evil.example/a.png",
    "/\\evil.example/a.png",
    "\\\\evil.example\\a.png",
    "a.png",
    "file:///etc/passwd",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='attacked(1)'/>",
    "javascript:attacked(1)",
    "blob:https://evil.example/1",
    "https://scontent.xx.fbcdn.net/" + "a" * 5000,
    "",
)
"""Pictures that would be loaded from elsewhere, or from nowhere."""
