"""A server or a client whose address changes in the middle of a talk, between hosts of their own network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lanchat.client import link
from lanchat.client.events import Joined, Lost
from lanchat.discovery import networks
from tests.lan import Host, Lan, repository
from tests.people import PATIENCE, Person

pytestmark = pytest.mark.lan


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PING_AFTER", 0.5)
    monkeypatch.setattr(networks, "POLL", 0.2)
    monkeypatch.setattr(networks, "SETTLE", 0.1)


def serve(host: Host, data: Path) -> None:
    """A server on `host`, once it listens. (Without mDNS, which takes its time.)"""
    command = [sys.executable, "-m", "lanchat", "serve", "--name", "Nord", "--data", str(data), "--no-mdns"]
    process = host.popen(command, stdout=-1, cwd=repository())
    assert process.stdout is not None
    assert "is open" in process.stdout.readline()


def test_a_server_with_another_address_is_found_again(
    lan: Lan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "SILENCE", 1.5)
    nord, sued = lan.host(), lan.host()
    serve(nord, tmp_path / "nord")
    with sued.network():
        ana = Person(f"{nord.ip}:5055", "Ana")
        ana.until(Joined)
        ana.client.say("before")
        ana.until_said("before")
        nord.change_ip(99)
        ana.until(Lost)
        ana.client.say("meanwhile")
        assert ana.until(Joined).again
        assert ana.client.flush(PATIENCE)
        ana.client.close()


def test_a_client_with_another_address_does_not_wait_for_silence(
    lan: Lan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is dead without a word; that its own network changed is what tells it."""
    monkeypatch.setattr(link, "SILENCE", 3600.0)
    nord, sued = lan.host(), lan.host()
    serve(nord, tmp_path / "nord")
    with sued.network():
        ana = Person(f"{nord.ip}:5055", "Ana")
        ana.until(Joined)
        sued.change_ip(98)
        ana.client.say("from another address")
        ana.until(Lost)
        assert ana.until(Joined).again
        assert ana.client.flush(PATIENCE)
        ana.client.close()
