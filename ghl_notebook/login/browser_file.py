"""A file that leads a browser to a one-time address, which must not be on a command line.

Every user of a computer can read the command lines of all its processes, and a browser's contains
the address that it opens. So, as in Jupyter, the browser opens a file that only its user can read,
and the file redirects to the address.
"""

from __future__ import annotations

import html
import os
import shutil
import tempfile
import weakref
from pathlib import Path

_PAGE = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="referrer" content="no-referrer" />
    <meta http-equiv="refresh" content="0; url={address}" />
    <title>Log in to GoHighLevel</title>
  </head>
  <body>
    <a href="{address}">Continue to the login</a>
  </body>
</html>
"""


class BrowserFile:
    """A file (0600, in a folder 0700) that leads a browser to an address.

    Parameters
    ----------
    address : str
        The address to which the file redirects.

    Attributes
    ----------
    url : str
        The ``file://`` address of the file; it is not secret.

    Raises
    ------
    OSError
        If the file cannot be written.
    """

    def __init__(self, address: str) -> None:
        folder = tempfile.mkdtemp(prefix="ghl_notebook-")
        # Also at exit, if the address was never used.
        self._remove = weakref.finalize(self, _remove, folder, os.getpid())
        path = Path(folder) / "login.html"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_PAGE.format(address=html.escape(address)))
        self.url = path.as_uri()

    def remove(self) -> None:
        """Remove the file, after its address was used or became invalid."""
        self._remove()


def _remove(folder: str, pid: int) -> None:
    if os.getpid() == pid:  # not in a forked child: the parent's login may still need the file
        shutil.rmtree(folder, ignore_errors=True)
