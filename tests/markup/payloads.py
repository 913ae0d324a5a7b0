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
