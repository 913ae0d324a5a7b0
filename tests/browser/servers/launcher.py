"""What Jupyter starts as a kernel: it has one forked, hands signals on, and ends when that ends."""

import json
import os
import signal
import socket
import sys


def main(door: str, connection_file: str) -> None:
    """Be the kernel, as far as its parent can tell."""
    with socket.socket(socket.AF_UNIX) as nursery:
        nursery.connect(door)
        socket.send_fds(nursery, [b"\0"], [0, 1, 2])
        request = {
            "connection_file": connection_file,
            "folder": os.getcwd(),  # noqa: PTH109 - pathlib takes longer than all else here
            "environ": dict(os.environ),
        }
        nursery.sendall(json.dumps(request).encode() + b"\n")
        pid = int(nursery.makefile("rb").readline())
        signal.signal(signal.SIGINT, lambda number, _: os.kill(pid, number))
        nursery.recv(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
