"""`lanchat join` at a terminal of its own: what is typed and what comes, with real keys and a real server."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.client.events import Entered, Joined, Presence
from lanchat.protocol.rooms import Create
from tests.cli.terminal import Terminal
from tests.people import Person, ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as process:
        yield process


def test_a_terminal_keeps_what_is_half_typed_while_others_speak(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends)
        terminal.until("Ctrl-D leaves")
        terminal.until_there("#lobby  Zoe in Room · Connected")
        ana.until_here("Zoe")
        terminal.type("half typd")
        terminal.until("half typd")
        ana.client.say("hello")
        terminal.until(r"#1 Ana: hello\n")
        terminal.type("\x1b[D")  # one to the left
        terminal.type("e\n")
        ana.until_said("half typed")
        terminal.until("#2 Zoe: half typed")
        terminal.type("\x1b[A")  # what was typed before
        terminal.type(" again\n")
        ana.until_said("half typed again")
        terminal.type("/me dan\x1b\rces\n")
        ana.until_said("_dan ces_")
        terminal.until("#4 ")
        assert "\x1b[0;3" in terminal.shown  # colours
        assert terminal.leave("\x03") == 0


def test_a_name_that_is_taken_is_asked_for_again_and_then_remembered(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends, "Ana")
        terminal.until(r"“Ana” is already here")
        terminal.until(r"Your name here \(Enter: Ana 2\)")
        terminal.type("a:b\n")
        terminal.until("cannot hold a colon")
        terminal.type("\n")
        terminal.until("Ctrl-D leaves")
        ana.until_here("Ana 2")
        assert terminal.leave("\x04") == 0
        assert Profile("zoe").settings.nick == "Ana 2"


def test_rooms_and_conversations_in_a_terminal(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        ana.client.do(Create("games", "chess"))
        ana.until(Entered)
        terminal = Terminal(server.address, ends)
        terminal.until("Ctrl-D leaves")
        terminal.type("hi\n")
        terminal.until("Zoe: hi\n")  # what the server tells on joining came before
        terminal.type("/rooms\n")
        terminal.until(r"#games – /join it – chess")
        terminal.type("/jo")
        terminal.until("/join", once=True)  # is proposed
        terminal.type("in games\n")
        terminal.until("── #games: chess ──")
        terminal.type("first\n")
        terminal.until("#2 Zoe: first")
        ana.client.say("over here @Zoe")
        terminal.until(r"#lobby \d\d:\d\d #2 Ana: over here @Zoe")
        terminal.until_there(r"· #lobby 1 \(@1\) · Connected")
        terminal.type("/msg Ana psst\n")
        assert ana.until_said("psst").room.startswith("@")
        terminal.until("── @Ana ──")
        terminal.until("#1 Zoe: psst")
        terminal.type("/notify nothing\n")
        terminal.until("you see of this one: nothing")
        terminal.type("/join #lobby\n")
        terminal.until("1 message you missed")
        alone = ana.until_said("psst").room
        ana.client.say("not shown", room=alone)
        ana.until_said("not shown")
        ana.client.say("and here")
        terminal.until("Ana: and here")
        terminal.type("/join @Ana\n")
        terminal.until("Ana: not shown")
        terminal.type("/notify usual\n")
        terminal.until("all messages, as in the settings")
        terminal.type("/join #lobby\n")
        terminal.until("── #lobby", once=True)
        ana.client.say("here", room=alone)
        terminal.until(r"@Ana \d\d:\d\d #3 Ana: here")
        assert not re.search(r"@Ana \d\d:\d\d #2", terminal.text)
        assert terminal.leave("/quit\n") == 0


def test_how_one_is_here_is_typed(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends)
        terminal.until("#lobby>")
        ana.until_here("Zoe")
        for typed, *how in (("/away until one", "away", "until one"), ("/busy", "busy", "")):
            terminal.type(f"{typed}\n")
            (told,) = ana.until(Presence, lambda e: e.changes[0].change == "status").changes
            assert [told.nick, told.state, told.text] == ["Zoe", *how]
        ana.client.say("I see")
        terminal.until("Ana: I see")  # what was told of Zoe before came to her before
        terminal.type("/who\n")
        terminal.until(r"Zoe \(.*do not disturb")
        assert terminal.leave("/quit\n") == 0


def test_without_colours_and_in_a_dumb_terminal_it_reads_as_well(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        plain = Terminal(server.address, ends, NO_COLOR="1")
        dumb = Terminal(server.address, ends, "Bo", "bo", TERM="dumb")
        for terminal in (plain, dumb):
            terminal.until("#lobby>")
        ana.until_here("Bo")
        ana.client.say("hello")
        for terminal in (plain, dumb):
            terminal.until("#1 Ana: hello")
        assert "\x1b[0;3" not in plain.shown
        dumb.type("hi\n")
        ana.until_said("hi")
        plain.until("Bo: hi")
        assert plain.leave("\x04") == 0
        assert dumb.leave("\x04") == 0
        assert "\x1b" not in dumb.shown


def test_the_pin_is_asked_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("482915\n")
    with ServerProcess(tmp_path / "room", 0, "--pin-file", str(file)) as server, ExitStack() as ends:
        terminal = Terminal(server.address, ends)
        terminal.until("PIN of this room:")
        terminal.type("1\n")
        terminal.until(r"! A PIN has 6 to 64 characters.*\s+PIN of this room:")
        terminal.type("111111\n")
        terminal.until(r"! This is not the PIN.*\s+PIN of this room:")
        terminal.type("482915\n")
        terminal.until("You are Zoe in “Room”")
        terminal.until("#lobby>")
        assert "482915" not in terminal.text
        assert terminal.leave("\x04") == 0


def test_who_is_asked_for_another_name_may_leave(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ends.enter_context(Person(server.address, "Ana")).until(Joined)
        terminal = Terminal(server.address, ends, "Ana")
        terminal.until(r"Enter: Ana 2\)")
        assert terminal.leave("\x04") == 130


def test_who_waits_for_the_server_reads_on_until_it_has_all(server: ServerProcess) -> None:
    with ExitStack() as ends:
        terminal = Terminal(server.address, ends)
        terminal.until("#lobby>")
        server.signal(signal.SIGSTOP)
        ends.callback(server.signal, signal.SIGCONT)
        terminal.type("heard late\n")
        terminal.until_there("1 message waiting to be sent")
        terminal.type("/quit\n")
        terminal.until("does not have 1 message yet. Ctrl-C leaves the rest for the next time")
        server.signal(signal.SIGCONT)
        terminal.until("#1 Zoe: heard late")
        assert terminal.leave("") == 0


def test_who_does_not_want_to_wait_for_the_server_need_not(server: ServerProcess) -> None:
    """What was said is kept; the loop goes on while it waits, so that it hears the second Ctrl-C."""
    with ExitStack() as ends:
        terminal = Terminal(server.address, ends)
        terminal.until("#lobby>")
        server.signal(signal.SIGSTOP)
        ends.callback(server.signal, signal.SIGCONT)
        terminal.type("not heard\n")
        terminal.until_there("1 message waiting to be sent")
        terminal.type("\x04")
        terminal.until("Ctrl-C leaves the rest for the next time")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.leave("") == 130
        assert "Traceback" not in terminal.text
    server.signal(signal.SIGCONT)
    with Person(server.address, "Zoe", profile="zoe") as zoe:
        zoe.until_said("not heard")
