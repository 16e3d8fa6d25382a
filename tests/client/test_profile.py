"""A person's profile: what it remembers, for whom alone, and from several processes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lanchat.client import profile as profile_module
from lanchat.client.outbox import Outbox, Waiting
from lanchat.client.preferences import Preferences
from lanchat.client.profile import Profile, Settings, Visit
from lanchat.client.replica import Replica
from lanchat.errors import IdentityError, StoreFailed, StoreTooNew
from lanchat.protocol.frames import Message

ONE, TWO = "1" * 32, "2" * 32

_REMEMBERS = """
import sys
from lanchat.client.profile import Profile
number = int(sys.argv[1])
for n in range(20):
    profile = Profile("ana")
    profile.remember(f"{number:016x}{n:016x}", f"Room {number}-{n}", "10.0.0.1:5055", f"host{number}-{n}")
    profile.update(nick=f"Ana {number}")
print(profile.key.public)
"""


def test_settings_last() -> None:
    assert Profile("ana").settings == Settings()
    assert Profile("ana").update(nick="Ana") == Settings(nick="Ana")
    dark = Preferences(theme="dark")
    assert Profile("ana").update(preferences=dark) == Settings(nick="Ana", preferences=dark)
    assert Profile("ana").settings == Settings(nick="Ana", preferences=dark)
    assert Profile("ana").update(emoji="🎉 👍") == Settings(nick="Ana", preferences=dark, emoji="🎉 👍")
    assert Profile("ben").settings == Settings()


def test_the_key_lasts_and_is_its_own() -> None:
    assert Profile("ana").key.public == Profile("ana").key.public
    assert Profile("ana").key.public != Profile("ben").key.public


def test_what_is_told_of_a_room_is_kept_by_server_and_room() -> None:
    profile = Profile("ana")
    profile.keep_level(ONE, "lobby", "nothing")
    profile.keep_level(ONE, "a b%_ ", "mentions")
    profile.keep_level(TWO, "lobby", "all")
    assert Profile("ana").levels(ONE) == {"lobby": "nothing", "a b%_ ": "mentions"}
    profile.keep_level(ONE, "lobby", None)
    assert profile.levels(ONE) == {"a b%_ ": "mentions"}
    profile.forget(ONE)
    assert (profile.levels(ONE), profile.levels(TWO)) == ({}, {"lobby": "all"})


def test_broken_settings_are_the_default_and_said(caplog: pytest.LogCaptureFixture) -> None:
    profile = Profile("ana")
    profile.update(preferences=Preferences(theme="dark", sound=False))
    with profile.database() as db:
        rows = [("theme", "mauve"), ("zoom", "1e9"), (f"notify {ONE} lobby", "loud"), ("of a later version", "7")]
        db.executemany("INSERT OR REPLACE INTO setting VALUES (?,?)", rows)
    assert profile.settings.preferences == Preferences(sound=False)
    assert profile.levels(ONE) == {}
    assert {"theme", "zoom"} == {name for name in ("theme", "zoom", "sound", "later") if name in caplog.text}


def test_rooms_joined_before_come_latest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_000, 2_000))
    monkeypatch.setattr(profile_module.time, "time_ns", lambda: next(clock) * 1_000_000)
    profile = Profile("ana")
    profile.remember(ONE, "North", "10.0.0.1:5055", None)
    profile.remember(TWO, "South", "10.0.0.2:5055", None)
    assert [recent.id for recent in profile.settings.recents] == [TWO, ONE]
    profile.remember(ONE, "North again", "10.0.0.3:5056", None)
    recents = profile.settings.recents
    assert [(recent.id, recent.name, recent.address) for recent in recents] == [
        (ONE, "North again", "10.0.0.3:5056"),
        (TWO, "South", "10.0.0.2:5055"),
    ]
    assert profile.known_names() == {ONE: "North again", TWO: "South"}


def test_only_so_many_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_module, "MAX_RECENTS", 3)
    profile = Profile("ana")
    for n in range(5):
        profile.remember(f"{n:032x}", f"Room {n}", "10.0.0.1:5055", None)
    assert len(profile.settings.recents) == 3


def test_what_was_typed_is_pinned() -> None:
    profile = Profile("ana")
    assert profile.pinned("studio:5055") is None
    profile.remember(ONE, "North", "10.0.0.1:5055", None)
    assert profile.pinned("10.0.0.1:5055") is None
    profile.remember(ONE, "North", "10.0.0.1:5055", "studio:5055")
    assert Profile("ana").pinned("studio:5055") == ONE
    profile.remember(TWO, "North", "10.0.0.1:5055", "studio:5055")
    assert profile.pinned("studio:5055") == TWO


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_nobody_else_reads_it(own_home: Path) -> None:
    before = os.umask(0)
    try:
        profile = Profile("ana")
        profile.update(nick="Ana")
    finally:
        os.umask(before)
    for path in (profile.directory, *profile.directory.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert own_home in profile.directory.parents


def test_a_name_cannot_leave_the_home(own_home: Path) -> None:
    assert own_home / "profiles" == Profile("../../etc/passwd").directory.parent


def test_two_processes_share_it() -> None:
    """Started at once on a home that does not exist yet: one key, no write lost."""
    processes = [
        subprocess.Popen([sys.executable, "-c", _REMEMBERS, str(n)], stdout=subprocess.PIPE, text=True)
        for n in range(2)
    ]
    keys = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0]
    profile = Profile("ana")
    assert keys == {profile.key.public + "\n"}
    assert len(profile.known_names()) == 40
    assert profile.pinned("host1-19") is not None
    assert profile.settings.nick in ("Ana 0", "Ana 1")


def test_a_newer_file_is_left_alone() -> None:
    import sqlite3

    path = Profile("ana").path
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreTooNew, match="newer lanchat"):
        Profile("ana")


def test_damage_is_named() -> None:
    profile = Profile("ana")
    (profile.directory / "member.key").write_text("no key")
    with pytest.raises(IdentityError, match=r"member\.key"):
        profile.key.sign(b"")
    (profile.directory / "member.key").unlink()
    profile.path.write_bytes(b"no database at all, but long enough to be looked at " * 40)
    with pytest.raises(StoreFailed, match=r"profile\.db"):
        Profile("ana")


def test_a_visit_is_kept_for_each_server() -> None:
    profile = Profile("ana")
    assert profile.visit(ONE) == Visit()
    profile.keep_visit(ONE, Visit("half a sent", 7, 3))
    assert Profile("ana").visit(ONE) == Visit("half a sent", 7, 3)
    assert profile.visit("2" * 32) == Visit()


def test_forgetting_leaves_nothing_of_a_server_in_any_file() -> None:
    profile, other = Profile("ana"), "2" * 32
    for server_id, word in ((ONE, "SECRET"), (other, "kept")):
        profile.remember(server_id, f"Room {word}", "10.0.0.1:5055", f"{word}.example:5055")
        profile.keep_visit(server_id, Visit(f"draft {word}"))
        box = Outbox(profile, server_id, f"run{word}")
        box.add(Waiting(f"run{word}", 1, f"waits {word}", 1))
        box.close()
        replica = Replica(profile.directory, server_id, "k")
        replica.match("j" * 32)
        replica.store([Message("lobby", 1, "x", 1, "Ben", None, f"said {word}")])
        replica.close()
    profile.forget(ONE)
    assert [recent.id for recent in profile.settings.recents] == [other]
    assert profile.visit(other) == Visit("draft kept")
    for file in profile.directory.rglob("*"):
        assert ONE not in file.name
        assert not file.is_file() or b"SECRET" not in file.read_bytes(), file.name
    Outbox(profile, other, "new").close()
    assert (profile.directory / "replicas" / f"{other}.db").exists()


def test_a_favourite_stays_however_many_are_joined_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_module, "MAX_RECENTS", 2)
    clock = iter(range(1_000, 2_000))
    monkeypatch.setattr(profile_module.time, "time_ns", lambda: next(clock) * 1_000_000)
    profile = Profile("ana")
    for number, name in enumerate(("Home", "Studio", "Lab", "Hall")):
        profile.remember(f"{number:032x}", name, f"10.0.0.{number}:5055", None)
    settings = profile.set_favourite(f"{0:032x}", True)
    assert {recent.name for recent in settings.recents} == {"Home", "Hall"}
    assert settings.known == ("10.0.0.0:5055", "10.0.0.3:5055")
    assert {recent.name for recent in profile.set_favourite(f"{0:032x}", False).recents} == {"Lab", "Hall"}
    profile.set_favourite(f"{0:032x}", True)
    profile.forget(f"{0:032x}")
    profile.remember(f"{0:032x}", "Home", "10.0.0.0:5055", None)
    assert not any(recent.favourite for recent in profile.settings.recents)
