"""While one attacks the server, ten quiet members go on talking; afterwards its memory is what it was.

What it costs them in time: `python -m tests.bench hostile`.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lanchat.server.limits import DEFAULT_RATE
from tests.attackers import KINDS, attack
from tests.people import PATIENCE, ServerProcess, resident
from tests.quiet import Quiet

ATTACKED = 1.0  # s
MOST_GROWN = 3 * 1024  # KiB; what an attack leaves for the next one (threads' arenas, SQLite's cache) is there by then


@pytest.mark.parametrize("kind", KINDS)
def test_quiet_members_go_on_talking(kind: str, tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room", 0, "--rate-limit", str(DEFAULT_RATE)) as server:
        quiet = Quiet(server.port)
        try:
            quiet.talk(0.5)
            for _ in range(2):
                before = resident(server.pid)
                with attack(kind, server.port):
                    quiet.talk(ATTACKED)
            quiet.talk(0.5)
            deadline = time.monotonic() + PATIENCE
            while resident(server.pid) > before + MOST_GROWN:
                assert time.monotonic() < deadline, f"{before} -> {resident(server.pid)} KiB"
                time.sleep(0.05)
        finally:
            quiet.close()
