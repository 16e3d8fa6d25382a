"""`lanchat admin`, and the commands of a chat in the terminal, as those who keep a room in order use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.client.events import Deleted, Edited, Ended, Joined, Message, Presence, Reacted, Rules
from lanchat.errors import PutOut
from lanchat.identity import MemberKey
from tests.cli.terminal import Terminal, lanchat, sentence
from tests.people import Person, ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """The room of whoever has the profile “default”."""
    with ServerProcess(tmp_path / "room") as process:
        yield process


def admin(*arguments: object, profile: str = "default", said: str | None = None) -> str:
    """What an admin command prints that works."""
    done = lanchat("admin", *arguments, profile=profile, said=None if said is None else said.encode())
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def test_who_serves_owns_the_room_and_scripts_keep_it_in_order(server: ServerProcess) -> None:
    room = server.address
    with Person(room, "Ana") as ana:
        ana.until(Joined)
        assert admin("slow", room, "10s") == "Slow mode: one message every 10 s.\n"
        assert ana.until(Rules).slow == 10
        assert admin("slow", room, "off") == "Slow mode: off.\n"
        assert admin("mute", room, "Ana", "1h", "too", "loud") == "Ana is muted for 1 h.\n"
        muted = ana.until(Presence, lambda told: any(c.change == "muted" for c in told.changes))
        assert [(c.nick, c.why) for c in muted.changes if c.change == "muted"] == [("Ana", "too loud")]
        assert re.search("^Ana is muted until .*: too loud$", admin("bans", room), re.MULTILINE)
        assert admin("unmute", room, "Ana") == "Ana may speak again.\n"
        ana.client.say("to be deleted")
        seq = ana.until_said("to be deleted").seq
        assert admin("delete", room, seq) == "The message is deleted.\n"
        assert ana.until(Deleted).target == seq
        assert admin("kick", room, "Ana", "go") == "Ana is put out.\n"
        ended = ana.until(Ended)
        assert isinstance(ended.error, PutOut)
        assert str(ended.error).endswith(" put you out of the room. go")
    key = Profile("ana").key.public
    log = lanchat("admin", "log", "--data", server.data).stdout.splitlines()
    assert [line.split("\t")[2] for line in log] == ["slow", "slow", "mute", "unmute", "delete", "kick"]
    assert log[2].split("\t")[3:] == [key, "“Ana” for 1 h. too loud"]


def test_what_is_not_allowed_or_wrong_is_one_sentence(server: ServerProcess) -> None:
    room = server.address
    assert "Only moderators and owners" in sentence(
        lanchat("admin", "kick", room, "Ana", "--nick", "Eve", profile="eve")
    )
    assert "Only owners" in sentence(lanchat("admin", "close", room, "--nick", "Eve", profile="eve"))
    assert "nobody called “Ana”" in sentence(lanchat("admin", "kick", room, "Ana", profile="default"))
    assert "Say /slow TIME|off." in sentence(lanchat("admin", "slow", room, profile="default"))
    assert "is no member key" in sentence(lanchat("admin", "owner", "add", "Ana", "--data", server.data))
    assert "is no owner" in sentence(lanchat("admin", "owner", "remove", "Ana", "--data", server.data))
    assert lanchat("admin", "pin", room, "file", profile="default").returncode == 2


def test_owners_are_made_by_who_may_write_the_servers_files(server: ServerProcess) -> None:
    ana = Profile("ana").key.public
    assert lanchat("key", "show", profile="ana").stdout == f"{ana}\n"
    mine = Profile("default").key.public
    assert admin("owner", "list", "--data", server.data).startswith(f"{mine} made the room (")
    admin("owner", "add", ana, "--note", "Ana of the lab", "--data", server.data)
    assert f"{ana} Ana of the lab\n" in admin("owner", "list", "--data", server.data)
    assert admin("lock", server.address, profile="ana") == "Nobody new comes in from now on.\n"
    admin("owner", "remove", ana, "--data", server.data)
    assert "Only moderators" in sentence(lanchat("admin", "unlock", server.address, profile="ana"))
    assert re.search(f"the server's files\town\t{ana}", admin("log", "--data", server.data))


def test_a_key_and_a_reason_may_begin_with_a_hyphen(server: ServerProcess, tmp_path: Path) -> None:
    keys = (MemberKey(tmp_path / f"{n}.key").public for n in range(10_000))
    key = next(key for key in keys if key.startswith("-") and "h" in key)
    admin("owner", "add", key, "--data", server.data)
    assert f"{key}\n" in admin("owner", "list", "--data", server.data)
    admin("owner", "remove", key, "--data", server.data)
    assert key not in admin("owner", "list", "--data", server.data)
    with Person(server.address, "-Ana") as ana:
        ana.until(Joined)
        assert admin("kick", server.address, "-Ana", "-hush") == "-Ana is put out.\n"
        assert str(ana.until(Ended).error).endswith(" -hush")


def test_the_pin_is_changed_without_standing_among_the_arguments(server: ServerProcess, tmp_path: Path) -> None:
    room = server.address
    new = re.search(r"The PIN is (\d{6})\.\n", admin("pin", room, "generate"))
    assert new is not None
    assert "has a PIN" in sentence(lanchat("send", room, "hi", "--nick", "Eve", profile="eve"))
    file = tmp_path / "pin"
    file.write_text(f"{new[1]}\n")
    assert lanchat("send", room, "hi", "--pin-file", file, "--nick", "Eve", profile="eve").returncode == 0
    admin("pin", room, "file", "-", said="987 654\n")
    assert "This is not the PIN" in sentence(
        lanchat("send", room, "hi", "--pin-file", file, "--nick", "Ben", profile="ben")
    )
    admin("pin", room, "off")
    assert lanchat("send", room, "hi", "--nick", "Ben", profile="ben").returncode == 0


def test_an_invitation_from_afar_leads_in(server: ServerProcess) -> None:
    admin("pin", server.address, "generate")
    link = admin("invite", server.address, "1h").strip()
    assert link.startswith("lanchat://")
    # The host that a test may use: this server listens on the loopback alone
    here = re.sub(r"//[^?]*", f"//{server.address}", link)
    assert lanchat("send", here, "I am in", "--nick", "Eve", profile="eve").returncode == 0
    assert "invitation was used" in sentence(lanchat("send", here, "me too", "--nick", "Ben", profile="ben"))


def test_an_owner_closes_the_room_and_the_server_ends(server: ServerProcess) -> None:
    with Person(server.address, "Ana") as ana:
        ana.until(Joined)
        admin("close", server.address, "good", "night")
        assert "closed the room. good night" in str(ana.until(Ended).error)
    assert server._process.wait(20) == 0


def test_commands_in_a_terminal(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana Lindqvist", profile="ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends, "Olga", "default")
        terminal.until("Ctrl-D leaves")
        ana.until_here("Olga")
        terminal.type("/help\n")
        terminal.until(r"/close \[WHY\] – put everybody out")
        terminal.type("/mute Ana Lindqvist 1h loud\n")
        terminal.until(r"\* Olga muted Ana Lindqvist \(loud\)")
        terminal.until(r"\* Ana Lindqvist is muted for 1 h\.")
        terminal.type("/bans\n")
        terminal.until(r"\* Ana Lindqvist is muted until .*, by Olga: loud")
        terminal.type("/unmute Ana Lindqvist\n")
        terminal.until("may speak again")
        ana.client.say("oops")
        terminal.until("Ana Lindqvist: oops")
        terminal.type("/delete Ana Lindqvist\n")
        terminal.until(r"\* Olga deleted a message: #1")
        assert ana.until(Deleted).target == 1
        terminal.type("/slow 10m\n")
        terminal.until(r"\* Now: slow mode, one message every 10 min")
        terminal.type("/slow off\n")
        terminal.until(r"\* Now: everybody may come")
        terminal.type("/frob\n")
        terminal.until("There is no command /frob")
        terminal.type(" /kick is said\n")
        ana.until_said(" /kick is said")
        terminal.type("/invite 1h\n")
        terminal.until(r"\* lanchat://")
        terminal.type('/kick "Ana Lindqvist" enough\n')
        terminal.until(r"\* Olga put out Ana Lindqvist \(enough\)")
        assert isinstance(ana.until(Ended).error, PutOut)
        assert terminal.leave("\x04") == 0


def test_answers_changes_and_reactions_in_a_terminal(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends)
        ana.until_here("Zoe")
        ana.client.say("lunch?")
        terminal.until(r"Ana: lunch\?")
        terminal.type("/reply Ana yess,  at one\n")
        answer = ana.until(Message, lambda m: m.text == "yess,  at one")
        assert answer.reply == 1
        terminal.until(r"┌ #1 Ana: lunch\?\n\d\d:\d\d #2 Zoe: yess,  at one")
        terminal.type("/edit yes,  at one\n")
        assert ana.until(Edited).text == "yes,  at one"
        terminal.until(r"\* Zoe changed a message: #2\n +Zoe: yes,  at one")
        terminal.type("/react Ana \U0001f44d\n")
        assert ana.until(Reacted).emoji == "\U0001f44d"
        terminal.until(r"\* Zoe reacted with \U0001f44d to #1 “lunch\?”")
        terminal.type("/react Ana lol\n")
        terminal.until("A reaction is one emoji")
        terminal.type("/search ye -no from:zoe\n")
        terminal.until(r"\* #lobby \d+ \[[\d :-]+\] Zoe: yes, at one")
        terminal.until(r"\* 1 message\.")
        terminal.type("/search has:cheese\n")
        terminal.until("Say has:link or has:file")
        terminal.type("/delete Zoe\n")
        assert ana.until(Deleted).target == answer.seq
        terminal.type("/who\n")
        terminal.until(r"\* Here: Ana, Zoe\n")
        terminal.type("/nick Zoë\n")
        terminal.until(r"\* Zoe is now Zoë")
        assert terminal.leave("/quit\n") == 0


def test_in_a_pipe_a_slash_is_said(server: ServerProcess) -> None:
    done = lanchat("join", server.address, said=b"/kick Ana\n", profile="default")
    assert ": /kick Ana\n" in done.stdout
