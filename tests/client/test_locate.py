"""An address without a port, with several servers on that machine: which one is meant, and what is no alarm."""

from __future__ import annotations

import queue
from contextlib import closing
from pathlib import Path

import pytest

from lanchat.client import Profile, trust
from lanchat.client.dialer import Dialed, Dialer, Outcome
from lanchat.discovery import ask
from lanchat.errors import NotTheOneKnown, ServerKeyChanged
from lanchat.protocol.target import Address
from lanchat.server import Server
from tests.client.conftest import Serve
from tests.people import PATIENCE

HOST = Address("127.0.0.1")


@pytest.fixture(autouse=True)
def ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "DISCOVERY_UDP_PORT", 1)  # that of this machine is shared with others


def look_at(monkeypatch: pytest.MonkeyPatch, *servers: Server) -> None:
    """Where no port is said, these are asked; the first has the usual port."""
    monkeypatch.setattr(ask, "TCP_PORTS", tuple(server.port for server in servers))
    monkeypatch.setattr(ask, "DEFAULT_TCP_PORT", servers[0].port)


def dial(profile: Profile) -> Outcome:
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    with closing(Dialer(HOST, profile)) as dialer:
        dialer.dial(outcomes.put)
        outcome = outcomes.get(timeout=PATIENCE)
    if isinstance(outcome, Dialed):
        outcome.channel.close()
        profile.remember(outcome.id, "Room", str(outcome.address), str(HOST))
    return outcome


def test_the_server_that_is_known_there_is_the_one_that_is_meant(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, new = serve(data=tmp_path / "known"), serve(data=tmp_path / "new")
    profile = Profile("default")
    look_at(monkeypatch, known)
    first = dial(profile)
    look_at(monkeypatch, new, known)
    again = dial(profile)
    assert isinstance(first, Dialed)
    assert isinstance(again, Dialed)
    assert (first.id, again.id) == (known.id, known.id)
    assert trust.meet(HOST, profile).found == known.id


def test_joined_by_its_port_it_is_known_on_that_machine(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, new = serve(data=tmp_path / "known"), serve(data=tmp_path / "new")
    look_at(monkeypatch, new, known)
    profile = Profile("default")
    profile.remember(known.id, "Room", f"127.0.0.1:{known.port}", f"127.0.0.1:{known.port}")
    outcome = dial(profile)
    assert isinstance(outcome, Dialed)
    assert outcome.id == known.id


def test_another_server_beside_the_place_of_the_known_one_is_no_alarm(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = serve(data=tmp_path / "known")
    profile = Profile("default")
    look_at(monkeypatch, known)
    dial(profile)
    new = serve(name="Attic", data=tmp_path / "new")
    known.close()
    look_at(monkeypatch, known, new)
    outcome = dial(profile)
    assert isinstance(outcome, NotTheOneKnown)
    assert f"“Attic” (127.0.0.1:{new.port})" in str(outcome)
    assert profile.pinned("127.0.0.1") == known.id


def test_another_server_in_its_place_is_one_and_trust_is_for_what_was_typed(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = serve(data=tmp_path / "known")
    profile = Profile("default")
    look_at(monkeypatch, known)
    dial(profile)
    known.close()
    new = serve(data=tmp_path / "new", port=known.port)
    outcome = dial(profile)
    assert isinstance(outcome, ServerKeyChanged)
    assert str(outcome).endswith("lanchat trust 127.0.0.1")
    trust.accept(trust.meet(HOST, profile), profile)
    again = dial(profile)
    assert isinstance(again, Dialed)
    assert again.id == new.id
