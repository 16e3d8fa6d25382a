"""Rooms that are found by asking each address of a network alone."""

from __future__ import annotations

import json
import re
import sys

import pytest

from lanchat.discovery.found import Via
from tests.discovery.conftest import announce, finder_on, live, serve, wait
from tests.lan import Lan, repository

pytestmark = pytest.mark.lan


@pytest.mark.parametrize("blocked", [("multicast", "broadcast"), ("udp",)])
def test_where_nothing_else_gets_through_a_sweep_finds(lan: Lan, blocked: tuple[str, ...]) -> None:
    sued, nord = lan.host(), lan.host()
    lan.block(*blocked)
    serve(nord, "Nord")
    with finder_on(sued) as finder:
        finder.sweep()
        assert finder.progress is not None
        assert wait(finder, live)[0].via == (Via.SWEEP,)
        wait(finder, lambda _: finder.progress is None)


def test_a_firewall_that_lets_only_answers_in_lets_a_sweep_find(lan: Lan) -> None:
    sued, nord = lan.host(), lan.host()
    sued.firewall()
    announce(nord, "Nord")
    with finder_on(sued) as finder:
        finder.sweep()
        assert wait(finder, live)[0].via == (Via.SWEEP,)


def test_a_sweep_that_finds_nobody_ends(lan: Lan) -> None:
    host = lan.host()
    host.run("ip addr flush dev eth0; ip addr add 10.77.0.1/29 dev eth0")
    with finder_on(host) as finder:
        finder.sweep()
        wait(finder, lambda _: finder.progress is None)


def test_another_subnet_of_the_settings_is_found(lan: Lan) -> None:
    nord, far = lan.host(), lan.host()
    far.run("ip addr flush dev eth0; ip addr add 10.99.0.1/24 dev eth0; ip route add 10.77.0.0/24 dev eth0")
    nord.run("ip route add 10.99.0.0/24 dev eth0")
    announce(nord, "Nord")
    with finder_on(far, subnets=["10.77.0.0/28", "no network"], mdns=False) as finder:
        room = wait(finder, live)[0]
        assert Via.SWEEP in room.via
        assert room.host == nord.ip


def test_the_command_finds_by_a_sweep_and_in_another_subnet(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("multicast", "broadcast")
    announce(nord, "Nord")
    find = [sys.executable, "-m", "lanchat", "find", "--json", "--timeout", "0.3"]
    told = {
        more: sued.run([*find, *more], cwd=repository(), check=False)
        for more in ((), ("--sweep",), ("--subnet", "10.77.0.0/30"), ("--subnet", "10.0.0.0/8"))
    }
    assert json.loads(told[()].stdout) == []
    assert json.loads(told["--sweep",].stdout)[0]["via"] == ["sweep"]
    assert re.search(r"Asking [1-9]\d* addresses", told["--sweep",].stderr)
    assert json.loads(told["--subnet", "10.77.0.0/30"].stdout)[0]["name"] == "Nord"
    assert "too large" in told["--subnet", "10.0.0.0/8"].stderr
