"""Asking the firewalls: programs that print what the real ones do, slow ones, and those that never stop."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lanchat.discovery.networks import Interface, Kind
from lanchat.doctor import firewall
from lanchat.doctor.facts import Firewall
from tests.doctor.test_packet_filter import FIREWALLD, IPTABLES, NFT, PLACES, UFW

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these programs are those of Linux")
INTERFACES = (Interface("eth0", 2, "192.168.1.23", 24, Kind.PHYSICAL),)
CLOSED = dict.fromkeys(PLACES, False)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the system's."""
    monkeypatch.setattr(firewall, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(firewall, "_program", lambda name: str(p) if (p := tmp_path / name).exists() else None)
    monkeypatch.setattr(firewall, "_UFW_CONFIG", tmp_path / "ufw.conf")
    return tmp_path


def put(folder: Path, name: str, said: str, *, code: int = 0) -> None:
    (folder / f"{name}.said").write_text(said)
    script(folder, name, f'cat "{folder}/{name}.said"; exit {code}')


def script(folder: Path, name: str, lines: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{lines}\n")
    (folder / name).chmod(0o755)


def read() -> Firewall:
    return firewall.read(PLACES, INTERFACES)


def test_nothing_is_installed(programs: Path) -> None:
    assert read() == Firewall("unknown", readable=True)


def test_ufw(programs: Path) -> None:
    put(programs, "ufw", UFW.format(rules="5054/udp                   ALLOW IN    Anywhere"))
    assert read() == Firewall("ufw", {**CLOSED, "udp/5054": True, "udp/5353": True})
    put(programs, "ufw", "Status: inactive\n")
    put(programs, "nft", '{"nftables": []}')
    assert read() == Firewall("none")


def test_ufw_without_root(programs: Path) -> None:
    put(programs, "ufw", "ERROR: You need to be root to run this script\n", code=1)
    (programs / "ufw.conf").write_text("# enabled on boot\nENABLED=yes\nLOGLEVEL=low\n")
    assert read() == Firewall("ufw", readable=False)
    (programs / "ufw.conf").write_text("ENABLED=no\n")
    put(programs, "nft", "Operation not permitted\n", code=1)
    assert read() == Firewall("unknown", readable=False)


def test_firewalld(programs: Path) -> None:
    zone = FIREWALLD.format(zone="public", target="default", services="mdns", ports="5055/tcp", rich="")
    (programs / "zone").write_text(zone)
    script(programs, "firewall-cmd", f'[ "$1" = --state ] && echo running || cat "{programs}/zone"')
    assert read() == Firewall("firewalld", {**CLOSED, "udp/5353": True, "tcp/5055": True}, ("public",))
    script(programs, "firewall-cmd", "echo not running; exit 252")
    assert read().kind == "unknown"


def test_nftables(programs: Path) -> None:
    put(programs, "nft", NFT)
    found = {"tcp/5055": True, "udp/5353": True, "udp/5054": False, "udp/5055": False}
    assert read() == Firewall("nftables", found, ("inet filter input",))


def test_iptables_beside_an_empty_nft(programs: Path) -> None:
    put(programs, "nft", '{"nftables": []}')
    put(programs, "iptables-save", IPTABLES)
    found = {"udp/5054": True, "udp/5055": False, "udp/5353": True, "tcp/5055": False}
    assert read() == Firewall("iptables", found)


MISBEHAVIOUR = {
    "prints for ever": "while :; do echo y; done",
    "prints too much": "head -c 200000 /dev/zero",
    "hangs": "exec sleep 60",
    "closes its output and hangs": "exec >&-; exec sleep 60",
    "is killed": "kill -9 $$",
}


@pytest.mark.parametrize("lines", MISBEHAVIOUR.values(), ids=list(MISBEHAVIOUR))
def test_a_program_that_does_not_behave_is_ended(programs: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr(firewall, "TIMEOUT", 0.3)
    monkeypatch.setattr(firewall, "MAX_OUTPUT", 10_000)
    script(programs, "nft", lines)
    assert firewall.run("nft", "-j", "list", "ruleset") is None
    assert read() == Firewall("unknown", readable=False)
