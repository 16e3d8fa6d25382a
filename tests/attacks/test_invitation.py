"""Who has an invitation, and who has only found one: a link leads to one server, and lets in as many as it says."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.client.events import Ended, Joined, PinNeeded
from lanchat.errors import JoinRefused, LocalProtocolError, ServerKeyChanged
from lanchat.protocol.limits import Code
from lanchat.protocol.target import Address, invitation_link, parse_target
from lanchat.server import Server
from lanchat.server.invitations import MAX_INVITATIONS, Invitations
from tests.attacks.between import between
from tests.client.conftest import Join, Serve
from tests.people import ServerProcess

PIN = "482913"
HOUR = 3_600_000  # ms


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(pin=PIN)


def now() -> int:
    return time.time_ns() // 1_000_000


def link(server: Server, *, uses: int | None = 1, lasts: int = HOUR, at: str = "") -> str:
    token = server.access.invitations.make("Ana", now() + lasts, uses, now())
    assert token is not None
    address = Address(*at.split(":")) if at else Address("127.0.0.1", server.port)
    return invitation_link([address], server.id, token)


def test_one_link_lets_in_one_key_which_is_known_then(server: Server, join: Join) -> None:
    invitation = link(server)
    ana = join(invitation, "Ana")
    ana.until(Joined)
    late = join(invitation, "Eve")
    assert "was used" in late.until(PinNeeded).detail
    ana.client.close()
    join(server, "Ana").until(Joined)


def test_a_link_for_many_lets_in_many(server: Server, join: Join) -> None:
    invitation = link(server, uses=None)
    for nick in ("Ana", "Ben", "Cid"):
        join(invitation, nick).until(Joined)


def test_what_has_ended_was_revoked_or_is_made_up_opens_nothing(server: Server, join: Join) -> None:
    ended, revoked = link(server, lasts=-1), link(server)
    (only,) = server.access.invitations.open(now())
    assert server.access.invitations.revoke(only.n)
    assert not server.access.invitations.revoke(only.n)
    made_up = invitation_link([Address("127.0.0.1", server.port)], server.id, "A" * 22)
    for n, invitation in enumerate((ended, revoked, made_up)):
        assert "Ask for another one" in join(invitation, f"Eve{n}").until(PinNeeded).detail
    assert server.info().users == 0


def test_a_refused_name_uses_nothing_up(server: Server, join: Join) -> None:
    join(link(server), "Ana").until(Joined)
    invitation = link(server)
    ben = join(invitation, "Ana")
    ben.client.rename("Ben")
    ben.until(Joined)


def test_first_contact_by_a_link_is_no_trust_on_first_use(server: Server, join: Join, tmp_path: Path) -> None:
    """Somebody in between hears not even a name, and the token stays good."""
    invitation = link(server)
    with between(tmp_path / "eve", server.port) as (address, eve):
        elsewhere = invitation.replace(f"127.0.0.1:{server.port}", address)
        assert isinstance(join(elsewhere, "Ana").until(Ended).error, ServerKeyChanged)
        assert eve.seen == b""
    join(invitation, "Ana").until(Joined)


def test_the_other_addresses_of_a_link_are_tried_too(server: Server, join: Join) -> None:
    token = server.access.invitations.make("", now() + HOUR, 1, now())
    assert token is not None
    addresses = [Address("127.0.0.1", 1), Address("127.0.0.1", server.port)]
    join(invitation_link(addresses, server.id, token), "Ana").until(Joined)


def test_a_token_stands_in_no_file_of_the_server_nor_of_who_came_by_it(
    server: Server, join: Join, tmp_path: Path
) -> None:
    invitation = link(server, uses=5)
    token = parse_target(invitation).token  # type: ignore[union-attr]
    ana = join(invitation, "Ana")
    ana.until(Joined)
    ana.client.close()
    server.close()
    assert Profile("ana").settings.recents[0].address == f"127.0.0.1:{server.port}"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if token.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "damaged",
    [
        "lanchat://10.0.0.7:5055?token=" + "A" * 22,  # to whoever answers
        "lanchat://10.0.0.7:5055?id=" + "ab" * 16 + "&token=" + "A" * 21,
        "lanchat://10.0.0.7:5055?id=" + "ab" * 16 + "&token=" + "A" * 21 + "%0a",
        "lanchat://10.0.0.7:5055?id=abc&token=" + "A" * 22,
        "lanchat://10.0.0.7:5055?id=" + "ab" * 16 + "&token=" + "A" * 22 + "&or=a%20b",
    ],
)
def test_a_damaged_link_is_one_sentence(damaged: str) -> None:
    with pytest.raises(LocalProtocolError):
        parse_target(damaged)


def test_links_are_read_as_they_are_written() -> None:
    addresses = [Address("10.0.0.7", 5055), Address("2001:db8::7", 5056), Address("host.lan", 5055)]
    read = parse_target(invitation_link(addresses, "ab" * 16, "A_-" + "9" * 19))
    others = ("[2001:db8::7]:5056", "host.lan:5055")
    assert read == Address("10.0.0.7", 5055, "ab" * 16, "A_-" + "9" * 19, others)


def test_there_are_not_endlessly_many(server: Server) -> None:
    invitations: Invitations = server.access.invitations
    for _ in range(MAX_INVITATIONS):
        assert invitations.make("", now() + HOUR, 1, now())
    assert invitations.make("", now() + HOUR, 1, now()) is None
    assert invitations.make("", now() + 2 * HOUR, 1, now() + HOUR) is not None, "those that ended make room"


def test_a_file_that_cannot_be_read_keeps_the_door_closed_and_ends_nothing(
    server: Server, join: Join, caplog: pytest.LogCaptureFixture
) -> None:
    invitation = link(server)
    ana = join(server, "Ana", pin=PIN)
    ana.until(Joined)
    with closing(sqlite3.connect(server.data / "access.db")) as database:
        database.execute("ALTER TABLE invitation RENAME TO mislaid")
    error = join(invitation, "Eve").until(Ended).error
    assert isinstance(error, JoinRefused)
    assert error.code == Code.NOT_STORED
    ana.client.say("still here")
    ana.until_said("still here")
    caplog.clear()


def test_an_invitation_that_cannot_be_used_up_lets_nobody_in(
    server: Server, join: Join, caplog: pytest.LogCaptureFixture
) -> None:
    invitation = link(server, uses=1)
    ana = join(server, "Ana", pin=PIN)
    ana.until(Joined)
    with closing(sqlite3.connect(server.data / "access.db")) as database:
        database.execute("ALTER TABLE admitted RENAME TO mislaid")
    for _ in range(2):
        error = join(invitation, "Eve").until(Ended).error
        assert isinstance(error, JoinRefused)
        assert error.code == Code.NOT_STORED
    with closing(sqlite3.connect(server.data / "access.db")) as database:
        assert database.execute("SELECT uses FROM invitation").fetchall() == [(1,)]
        database.execute("ALTER TABLE mislaid RENAME TO admitted")
    join(invitation, "Eve").until(Joined)
    ana.until_here("Eve")
    caplog.clear()


# By the command


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ServerProcess]:
    (tmp_path / "pin").write_text(PIN)
    with ServerProcess(tmp_path / "room", 0, "--pin-file", str(tmp_path / "pin")) as server:
        yield server


def lanchat(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lanchat", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_link_is_made_while_the_server_runs_listed_used_and_revoked(process: ServerProcess) -> None:
    here = ("--data", process.data)
    made = lanchat("invite", "--note", "for Ana", *here)
    assert (made.returncode, made.stderr) == (0, "")
    read = parse_target(made.stdout.strip())
    assert isinstance(read, Address)
    assert (read.id, read.port) == (process.id, process.port)
    link = invitation_link([Address("127.0.0.1", process.port)], process.id, read.token or "")
    assert "for Ana" in lanchat("invite", "list", *here).stdout
    assert lanchat("--profile", "ana", "send", link, "hello", "--nick", "Ana").returncode == 0
    assert lanchat("invite", "list", *here).stdout == ""
    assert lanchat("--profile", "eve", "send", link, "hello", "--nick", "Eve").returncode == 1
    lanchat("invite", "new", "--many", *here)
    number = lanchat("invite", "list", *here).stdout.split("\t")[0]
    assert lanchat("invite", "revoke", number, *here).returncode == 0
    again = lanchat("invite", "revoke", number, *here)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)


def test_what_is_kept_invites_nobody(process: ServerProcess) -> None:
    token = (parse_target(lanchat("invite", "--data", process.data).stdout.strip())).token  # type: ignore[union-attr]
    with closing(sqlite3.connect(process.data / "access.db")) as database:
        assert token not in str(database.execute("SELECT * FROM invitation").fetchall())


def test_without_a_server_there_is_nothing_to_lead_to(process: ServerProcess) -> None:
    process.close()
    done = lanchat("invite", "--data", process.data)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Start it first" in done.stderr
