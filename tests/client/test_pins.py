"""Whom we trust: a server is pinned when it lets us in for the first time, and no other gets a word of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat import identity
from lanchat.channel import Channel
from lanchat.client import Profile
from lanchat.client.events import Ended, Joined, Lost, Page
from lanchat.discovery.found import Found, State, Via
from lanchat.errors import ServerKeyChanged
from lanchat.server import Server
from tests.client.conftest import Join, Serve
from tests.people import PATIENCE
from tests.strangers import impostor, lets_in


@pytest.fixture
def old(serve: Serve) -> Server:
    return serve(name="Old")


@pytest.fixture
def known(old: Server, join: Join) -> Iterator[Server]:
    """A server that Ana has joined, and that is gone now."""
    ana = join(old, "Ana")
    ana.client.say("for the old one alone")
    ana.until_said("for the old one alone")
    ana.client.close()
    old.close()
    return old


def test_the_first_use_pins(old: Server, join: Join) -> None:
    place = f"127.0.0.1:{old.port}"
    join(old, "Ana").until(Joined)
    profile = Profile("ana")
    assert profile.pinned(place) == old.id
    (recent,) = profile.settings.recents
    assert (recent.id, recent.name, recent.address) == (old.id, "Old", place)


def test_another_key_is_refused_with_words_to_compare(known: Server, serve: Serve, join: Join, tmp_path: Path) -> None:
    new = serve(port=known.port, name="New", data=tmp_path / "new")
    error = join(new, "Ana").until(Ended).error
    assert isinstance(error, ServerKeyChanged)
    assert identity.words(known.id) in str(error)
    assert identity.words(new.id) in str(error)
    assert Profile("ana").pinned(f"127.0.0.1:{known.port}") == known.id


def test_an_impostor_hears_nothing(known: Server, join: Join, tmp_path: Path) -> None:
    heard: list[bytes] = []

    def talk(channel: Channel) -> None:
        while data := channel.receive(PATIENCE):
            heard.append(data)

    with impostor(tmp_path / "impostor", talk, known.port):
        ana = join(known, "Ana", patient=True)
        ana.client.say("a secret")
        assert isinstance(ana.until(Ended).error, ServerKeyChanged)
    assert heard == []


def test_what_was_read_before_can_still_be_read(known: Server, serve: Serve, join: Join, tmp_path: Path) -> None:
    ana = join(serve(port=known.port, name="New", data=tmp_path / "new"), "Ana")
    ana.until(Page)
    assert ana.texts == ["for the old one alone"]


def test_a_link_leads_to_another_server_and_changes_no_pin(
    known: Server, serve: Serve, join: Join, tmp_path: Path
) -> None:
    """Whoever sends a link may name any server in it: that one is joined, and the address stays whose it was."""
    new = serve(port=known.port, name="New", data=tmp_path / "new")
    ana = join(f"lanchat://127.0.0.1:{new.port}?id={new.id}", "Ana")
    ana.until(Joined)
    ana.client.close()
    assert Profile("ana").pinned(f"127.0.0.1:{new.port}") == known.id
    assert isinstance(join(new, "Ana").until(Ended).error, ServerKeyChanged)


def test_a_link_pins_an_address_that_nobody_had(old: Server, join: Join) -> None:
    ana = join(f"lanchat://127.0.0.1:{old.port}?id={old.id}", "Ana")
    ana.until(Joined)
    assert Profile("ana").pinned(f"127.0.0.1:{old.port}") == old.id


def test_a_link_with_another_id_is_refused(old: Server, join: Join) -> None:
    ana = join(f"lanchat://127.0.0.1:{old.port}?id={'0' * 32}", "Ana")
    assert isinstance(ana.until(Ended).error, ServerKeyChanged)


def test_a_found_server_must_prove_its_id(old: Server, join: Join) -> None:
    row = Found("Old", "127.0.0.1", old.port, (f"127.0.0.1:{old.port}",), (Via.BEACON,), State.LIVE, id="0" * 32)
    assert isinstance(join(row, "Ana").until(Ended).error, ServerKeyChanged)


def test_a_server_that_changes_while_we_are_away_ends_the_talk(
    old: Server, serve: Serve, join: Join, tmp_path: Path
) -> None:
    ana = join(old, "Ana")
    ana.until(Joined)
    old.close()
    ana.until(Lost)
    serve(port=old.port, name="New", data=tmp_path / "new")
    assert isinstance(ana.until(Ended).error, ServerKeyChanged)


def test_the_message_for_the_old_server_does_not_reach_a_new_one(
    known: Server, serve: Serve, join: Join, tmp_path: Path
) -> None:
    """Also not when the new one was accepted: what waits belongs to a server, not to an address."""
    ana = join(known, "Ana", patient=True)
    ana.client.say("waits for the old one")
    ana.until(Lost)
    ana.client.close()
    new = serve(port=known.port, name="New", data=tmp_path / "new")
    again = join(f"lanchat://127.0.0.1:{new.port}?id={new.id}", "Ana")
    again.client.say("for the new one")
    again.until_said("for the new one")
    assert again.texts == ["for the new one"]


def test_the_name_that_is_remembered_is_clean(join: Join, tmp_path: Path) -> None:
    directory = tmp_path / "hostile"
    with impostor(directory, lets_in(directory, name="\x1b[2J\u202eRoom" + "x" * 5000)) as place:
        join(place, "Ana").until(Joined)
    (recent,) = Profile("ana").settings.recents
    assert recent.name.startswith("[2JRoomxx")
    assert len(recent.name) <= 63
