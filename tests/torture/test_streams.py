"""Everything dies at random, behind a proxy that passes bytes on in odd pieces, freezes and cuts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.people import ServerProcess
from tests.torture.proxy import Proxy
from tests.torture.run import PATIENCE, Talker, Torture, lots, reckon, seconds

SECONDS = seconds(15)
PEOPLE = 8
PAUSE = 0.02  # s between two messages of one person


@pytest.mark.timeout(SECONDS + 3 * PATIENCE)
def test_whatever_dies_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    draw = lots()
    server = ServerProcess(tmp_path / "room")
    with Proxy(server.port, draw) as proxy:
        place = f"127.0.0.1:{proxy.port}"
        people = [Talker(f"Person{n}", place, server.id, PAUSE) for n in range(PEOPLE)]

        def freeze() -> None:
            proxy.freeze(draw.uniform(0.1, 3.0))

        with Torture(tmp_path, draw, server, people) as torture:
            torture.faults |= {proxy.cut: 3, freeze: 2}
            torture.run(SECONDS)
            torture.rest()
    reckon(torture, tmp_path)
