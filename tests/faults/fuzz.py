"""Look for messages, answers and records that a parser does not bear.

::

    python -m tests.faults.fuzz --seconds 600            # led by coverage
    python -m tests.faults.fuzz --seconds 60 --blind     # by chance, where atheris has no wheel

It stops at the first input that breaks a law of ``tests/faults/laws.py``, shows it, and fails.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import msgspec

_STATUSES = (200, 201, 400, 401, 403, 404, 408, 422, 429, 500, 502, 504)
_TYPES = ("application/json", "text/plain", "text/html", "")

# The first byte says for which parser, the second with which status and content type.
SEEDS: tuple[bytes, ...] = (
    b"\0\0" + b'{"actionType":"close","page":"social_media_posting","platform":"facebook",'
    b'"placement":"undefined","accountId":"658a9b6833b91e0ecb8f3958","refresh":"undefined"}',
    b"\0\0" + b'{"page":"social-media-posting","reconnectAccounts":["658a9b6833b91e0ecb8f3958"]}',
    b"\0\0" + b'"{\\"actionType\\":\\"close\\",\\"reconnectAccounts\\":\\"a, b\\"}"',
    b"\1\3" + b'{"statusCode":401,"message":"Command timed out","traceId":"0f"}',
    b"\1\7" + b'{"message":["property a should not exist"],"error":"Unprocessable Entity"}',
    b"\1\0" + b'{"success":false,"message":"No"}',
    b"\1\34" + b"error code: 1010",
    b"\1\52" + b"<!doctype html><title>Bad gateway</title>",
    b"\2\0" + b'{"accounts":[{"id":"a_b_c","oauthId":"o","expire":"2026-01-05T09:00:00.000Z",'
    b'"isExpired":false,"deleted":true,"meta":{"page":{"id":"1"}}}],'
    b'"groups":[{"id":"g","name":"n","accountIds":["a_b_c"]}]}',
    b"\3\0" + b'{"pages":[{"id":"1","name":"n","isOwned":true}],"profile":{"id":"2","urn":"u"}}',
    b"\3\0" + b'{"locations":{"location":{"name":"locations/1","title":"t"},"account":{}}}',
    b"\3\0" + b'{"openId":"1","displayName":"n","avatarUrl":"https://example.com/a.png"}',
    b"\4\0" + b'{"_id":"1","oAuthId":"2","meta":{"storefrontAddress":{"addressLines":["a"]}},'
    b'"roles":{"role":"admin","locationIds":["x"]},"createdAt":"2026-01-05T09:00:00Z"}',
)


def judge(data: bytes) -> None:
    """Have one input judged by its law; raises whatever is wrong."""
    from tests.faults import laws

    target, choice, body = data[:1], (data[1:2] or b"\0")[0], data[2:]
    if target == b"\1":
        status = _STATUSES[choice % len(_STATUSES)]
        kind = _TYPES[choice // len(_STATUSES) % len(_TYPES)]
        daily = {"x-ratelimit-daily-remaining": "0"} if choice & 128 else {}
        laws.law_of_answers(status, {"content-type": kind, **daily}, body)
        return
    value: object = body.decode(errors="replace")
    # A page's message is decoded by json, the service's answers by msgspec, which is stricter.
    decode = msgspec.json.decode if target in (b"\2", b"\3", b"\4") else json.loads
    with suppress(ValueError, RecursionError):
        value = decode(body)
    if target == b"\2":
        laws.law_of_accounts(value)
    elif target == b"\3":
        laws.law_of_step_two(value)
    elif target == b"\4":
        laws.law_of_records(value)
    else:
        laws.law_of_messages(value)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return an input that is a little different."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        piece = chance.choice(
            (
                chance.randbytes(chance.randint(1, 4)),
                chance.choice(
                    (b"null", b"[]", b"{}", b'"', b"1e999", b"-0", b"\\ud800", b"[" * 2_000)
                ),
                (other := chance.choice(SEEDS))[chance.randrange(len(other)) :],
            )
        )
        changed[at : at + chance.choice((0, 0, 1, len(piece)))] = piece
    return bytes(changed[:20_000])


def run_blind(seconds: float, seed: int) -> int:
    """Try mutated seeds for so long, and return how many it were."""
    chance, end, tried = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = mutated(chance.choice(SEEDS), chance) if tried >= len(SEEDS) else SEEDS[tried]
        try:
            judge(data)
        except BaseException:
            print(f"broken by: {data!r}", file=sys.stderr)
            raise
        tried += 1
    return tried


def run_guided(seconds: float, seed: int) -> None:
    """Have atheris look for inputs that reach new code. Ends the process."""
    import atheris

    with atheris.instrument_imports(include=["ghl_notebook.transport", "ghl_notebook.models"]):
        judge(SEEDS[0])
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(SEEDS):
            (Path(folder) / str(number)).write_bytes(data)
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_total_time={seconds:.0f}",
                f"-seed={seed}",
                "-max_len=4096",
                f"-artifact_prefix={tempfile.gettempdir()}/",
                "-print_final_stats=1",
                "-verbosity=0",
                folder,
            ],
            judge,
        )
        atheris.Fuzz()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="without coverage")
    options = parser.parse_args()
    if options.blind:
        print(f"{run_blind(options.seconds, options.seed)} inputs, none broke a law.")
    else:
        run_guided(options.seconds, options.seed)


if __name__ == "__main__":
    main()
