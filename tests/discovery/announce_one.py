"""Announces one server that is not there: `python -m tests.discovery.announce_one NAME PORT [ID [RUN]]`.

--no-mdns and --no-beacon leave a way out; --no-root runs as another user.
Says "ready" on stdout; ends by SIGTERM with a goodbye, by SIGKILL without.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading

from lanchat.discovery import Announcer
from lanchat.protocol.frames import ServerInfo

NOBODY = 65534


def main() -> None:
    ways = [a for a in sys.argv[1:] if a.startswith("--no-")]
    name, port, *rest = [a for a in sys.argv[1:] if a not in ways]
    identity = rest[0] if rest else secrets.token_hex(16)
    run = rest[1] if len(rest) > 1 else secrets.token_hex(8)
    info = ServerInfo(identity, run, name, int(port), users=3, max_users=50, locked=False)
    if "--no-root" in ways:  # once everything is imported: another user may not read this interpreter
        os.setgroups([])
        os.setuid(NOBODY)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    announcer = Announcer(lambda: info, mdns="--no-mdns" not in ways, beacon="--no-beacon" not in ways)
    announcer.start()
    print("ready", flush=True)
    ended.wait()
    announcer.close()


if __name__ == "__main__":
    main()
