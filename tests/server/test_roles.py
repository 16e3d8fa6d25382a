"""The owners file and the moderators, sanctions and the audit journal: on real files, without a server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lanchat.database import Database
from lanchat.errors import StoreFailed
from lanchat.identity import MemberKey
from lanchat.protocol.moderation import Role, Sanction
from lanchat.server import access, audit, roles, sanctions
from lanchat.server.access import open_database
from lanchat.server.audit import Audit, Deed
from lanchat.server.roles import OwnersFile, Roles
from lanchat.server.sanctions import Held, Sanctions

MakeKey = Callable[[str], MemberKey]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


# Owners


def test_an_owners_file_written_by_hand(tmp_path: Path, make_key: MakeKey) -> None:
    ana, ben = make_key("ana").public, make_key("ben").public
    file = OwnersFile(tmp_path)
    assert file.read() == {}
    file.path.write_bytes(b"# a word\n\n  %b   Ana of the lab\n%b\nno-key\n\xff\xfe\n" % (ana.encode(), ben.encode()))
    assert file.read() == {ana: "Ana of the lab", ben: ""}
    file.write({ben: "Ben", ana: ""})
    assert file.read() == {ben: "Ben", ana: ""}
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "owners" in path.name] == ["owners"]


def test_a_huge_owners_file_is_read_to_its_limit(tmp_path: Path, make_key: MakeKey) -> None:
    file = OwnersFile(tmp_path)
    ana = make_key("ana").public
    file.path.write_text(f"{ana} me\n" + "x" * 10 * roles.MAX_FILE)
    assert file.read() == {ana: "me"}


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
def test_an_owners_file_that_is_none_is_an_error_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    file = OwnersFile(tmp_path)
    make(file.path)
    with pytest.raises(StoreFailed):
        file.read()


def test_a_mark_in_front_of_the_file_is_passed_over(tmp_path: Path, make_key: MakeKey) -> None:
    file = OwnersFile(tmp_path)
    file.path.write_text(make_key("ana").public, encoding="utf-8-sig")
    assert list(file.read()) == [make_key("ana").public]


def test_roles_follow_the_file_and_the_appointments(tmp_path: Path, database: Database, make_key: MakeKey) -> None:
    ana, ben = make_key("ana").public, make_key("ben").public
    file = OwnersFile(tmp_path)
    file.write({ana: ""})
    held = Roles(file, database)
    assert [held.of(key) for key in (ana, ben, None)] == [Role.OWNER, Role.MEMBER, Role.MEMBER]
    assert held.appoint(ben, "Ben", moderator=True)
    held.appointed(ben, moderator=True)
    assert held.of(ben) is Role.MODERATOR
    assert Roles(file, database).of(ben) is Role.MODERATOR
    assert not held.look()
    file.write({ben: "now"})
    assert held.look()
    assert [held.of(key) for key in (ana, ben)] == [Role.MEMBER, Role.OWNER]
    assert Role.OWNER.rank > Role.MODERATOR.rank > Role.MEMBER.rank


# Sanctions


def ban(nick: str, key: str | None, until: int = 1_000, kind: str = "ban", addresses: str = "") -> Held:
    return Held(Sanction(kind, nick, key, until, "Olga", "spam"), "o", frozenset(addresses.split()))


@pytest.fixture
def held(database: Database) -> Sanctions:
    return Sanctions(database)


def test_whom_a_ban_hits(held: Sanctions) -> None:
    assert held.put(ban("Ana", "a", addresses="10.0.0.5 ::ffff:10.0.0.7 fd00::1"))
    held.reload()
    assert held.find("ban", "a", ["10.0.0.9"], True, 1), "her key, from anywhere"
    assert held.find("ban", "new", ["10.0.0.5"], False, 1), "another key from there, that nobody knew"
    assert held.find("ban", None, ["::ffff:10.0.0.5"], False, 1), "a guest from there, through another socket"
    assert held.find("ban", None, ["10.0.0.1", "10.0.0.7"], False, 1)
    assert not held.find("ban", "ben", ["10.0.0.5"], True, 1), "a neighbour behind the same router"
    assert not held.find("ban", "new", ["10.0.0.6", "fd00::2"], False, 1)
    assert not held.find("ban", "new", [], False, 1)
    assert not held.find("mute", "a", ["10.0.0.5"], False, 1)
    assert not held.find("ban", "a", ["10.0.0.5"], False, 1_000), "it has ended"


def test_a_later_one_takes_the_place_and_a_ban_is_no_mute(held: Sanctions) -> None:
    for sanction in (
        ban("Ana", "a", 10),
        ban("Anna", "a", 20),
        ban("Ana", "a", 30, "mute"),
        ban("Gast", None, 40, addresses="10.0.0.5"),
        ban("Gast", None, 50, addresses="10.0.0.6"),
        ban("Gast", None, 60, addresses="10.0.0.5"),
    ):
        held.put(sanction)
    held.reload()
    assert [(h.on.kind, h.on.until) for h in held.all(0)] == [("ban", 20), ("mute", 30), ("ban", 50), ("ban", 60)]
    assert held.next_end == 20
    held.lift(held.all(0)[2])
    held.lift(held.all(0)[0])
    held.reload()
    assert [(h.on.kind, h.on.until) for h in held.all(0)] == [("mute", 30), ("ban", 60)]


def test_what_has_ended_is_forgotten(held: Sanctions, database: Database) -> None:
    held.put(ban("Ana", "a", 10, addresses="10.0.0.5"))
    held.put(ban("Ben", "b", 20, addresses="10.0.0.6"))
    held.forget(10)
    assert database.execute("SELECT addresses FROM sanction") == [("10.0.0.6",)]


def test_sanctions_are_bounded(held: Sanctions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanctions, "MAX_SANCTIONS", 3)
    assert [held.put(ban(f"{n}", f"{n}")) for n in range(4)] == [True, True, True, False]
    assert held.put(ban("2", "2", 5)), "in place of another"


# The audit journal


def test_the_audit_keeps_the_latest(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_DEEDS", 5)
    journal = Audit(database)
    for n in range(8):
        journal.write(Deed(n, "Olga", "k", "kick", "a", "x" * 1_000))
    assert [deed.at for deed in journal.read()] == [3, 4, 5, 6, 7]
    assert len(journal.read()[0].detail) == audit.MAX_DETAIL


def test_what_is_undone_is_not_in_the_audit(database: Database, held: Sanctions) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction():
        held.put(ban("Ana", "a"))
        with database.transaction():
            Audit(database).write(Deed(1, "Olga", "k", "ban", "a", ""))
        raise ZeroDivisionError
    held.reload()
    assert (Audit(database).read(), held.all(0)) == ([], [])


# Who came in


def test_keys_that_came_in_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MAX_ADMITTED", 3)
    held = access.Access(tmp_path, "ab" * 16)
    held.set_pin("123456")
    for n in range(6):
        held.admit(f"k{n}")
    asked = [held.needs_pin(f"k{n}") for n in range(6)]
    held.close()
    assert asked.count(False) == 3
    assert not asked[5]
    again = access.Access(tmp_path, "ab" * 16)
    assert [again.needs_pin(f"k{n}") for n in range(6)] == asked
    again.close()
