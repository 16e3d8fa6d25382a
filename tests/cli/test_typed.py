"""What is typed in the terminal, and what is done for it; what a word that was begun may become."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from lanchat.cli.completing import Completing
from lanchat.cli.screen_lines import ScreenLines
from lanchat.cli.terminal import _Completer
from lanchat.cli.typed import Typed
from lanchat.client.commands import Deed
from lanchat.client.events import Entered, Event, Outcome, Rooms
from lanchat.client.mentions import Completion
from lanchat.errors import LocalProtocolError
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol import rooms
from lanchat.protocol.frames import Member, React, Say
from lanchat.protocol.moderation import Delete
from lanchat.protocol.presence import Status
from tests.cli.test_screen_lines import ANA, NOW, PAIR, said, texts
from tests.gui.stand_in import ME, MY_KEY, joined, roster


class Said:
    """Stands for the client: notes what it is asked for."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def say(self, text: str, reply: int = 0, room: str = "") -> str:
        self.done.append(Say("", text, room, reply))
        return "r-1"

    def do(self, deed: Deed) -> str:
        self.done.append(deed)
        return f"m{len(self.done)}"

    def direct(self, *keys: str) -> str:
        return self.do(rooms.Direct(list(keys)))

    def rename(self, nick: str) -> None:
        self.done.append(nick)


class Dice:
    """Commands of one more subject."""

    names = ("dice",)
    help = ("/dice – throw one",)

    def command(self, line: str) -> str | None:
        return {"/dice": "a four", "/dice :tada:": "as typed"}.get(line)

    def told(self, _: Event) -> Sequence[str]:
        return ()


class Desk:
    def __init__(self) -> None:
        self.client, self.model = Said(), ChatModel(ME, MY_KEY)
        screen = ScreenLines(self.model, str, UTC)
        self.typed = Typed(self.client, self.model, screen, lambda: NOW, [Dice()], last=False)
        people = [rooms.Person(MY_KEY, ME), rooms.Person(ANA, "Ana Lind")]
        self.apply(joined(0))
        self.apply(roster(Member(ME, MY_KEY), Member("Ana Lind", ANA), Member("Gus")))
        known = [rooms.RoomInfo("lobby"), rooms.RoomInfo("games", 0, "chess"), rooms.RoomInfo("old")]
        self.apply(Rooms([*known, rooms.RoomInfo(PAIR, people=people)]))
        self.apply(Entered("games"))
        self.apply(said(1, "hello", nick="Ana Lind"))

    def apply(self, event: Event) -> None:
        self.model.apply(event, NOW)

    def type(self, line: str) -> list[str]:
        return texts(self.typed.take(line))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("hello", Say("", "hello")),
        (" /kick is said", Say("", " /kick is said")),
        (" /quit is said", Say("", " /quit is said")),
        (" /search is said", Say("", " /search is said")),
        ("/reply 1 yes", Say("", "yes", reply=1)),
        ("/reply Ana Lind yes", Say("", "yes", reply=1)),
        ("/me dances  here", Say("", "_dances  here_")),
        ("/react 1 👍", React("", 1, "👍")),
        ("/delete 1", Delete(1)),
        ("/topic tea", rooms.SetTopic("lobby", "tea")),
        ("/join old", rooms.Enter("old")),
        ("/msg Ana Lind", rooms.Direct([ANA])),
        ("/nick Zo", "Zo"),
        ("party :tada:", Say("", "party 🎉")),
        ("/me :tada:", Say("", "_🎉_")),
        ("/reply 1 :tada:", Say("", "🎉", reply=1)),
        ("/away lunch", Status("away", "lunch", last=False)),
    ],
)
def test_what_is_typed_is_done(desk: Desk, line: str, done: object) -> None:
    assert desk.type(line) == []
    assert desk.client.done == [done]


@pytest.mark.parametrize("line", ["/frob", "/nick", "/msg", "/msg Gus hi", "/msg Nobody hi", "/reply"])
def test_what_cannot_be_done_is_one_sentence(desk: Desk, line: str) -> None:
    with pytest.raises(LocalProtocolError):
        desk.type(line)
    assert desk.client.done == []


def test_a_room_that_we_are_in_is_opened_at_once(desk: Desk) -> None:
    assert desk.type("/join #games") == ["── #games: chess ──"]
    assert desk.model.room == "games"
    desk.type("in games")
    assert desk.client.done == [Say("", "in games", "games")]


def test_a_room_is_opened_once_the_server_lets_us_in(desk: Desk) -> None:
    desk.type("/join old")
    desk.apply(Entered("old"))
    assert texts(desk.typed.answered(Outcome("m1", room="old"))) == ["── #old ──"]
    assert desk.typed.answered(Outcome("m1", room="games")) == []
    assert desk.model.room == "old"


def test_a_word_to_somebody_alone_waits_for_the_conversation(desk: Desk) -> None:
    desk.type("/msg Ana Lind are you  there? :tada:")
    assert desk.client.done == [rooms.Direct([ANA])]
    desk.apply(Entered(PAIR))
    assert texts(desk.typed.answered(Outcome("m1", room=PAIR))) == ["── @Ana Lind ──"]
    assert desk.client.done[1:] == [Say("", "are you  there? 🎉", PAIR)]
    desk.type("/join lobby")
    assert desk.type("/join @ana lind") == ["── @Ana Lind ──"]


def test_a_word_to_somebody_alone_is_shown_when_it_could_not_be_said(desk: Desk) -> None:
    desk.type("/msg Ana Lind psst")
    assert texts(desk.typed.answered(Outcome("m1", "too_many", "Too many."))) == ["* Not said: “psst”"]
    assert desk.client.done == [rooms.Direct([ANA])]


def test_lists(desk: Desk) -> None:
    assert desk.type("/who") == [f"* Here: Ana Lind, Gus (guest), {ME}"]
    assert desk.type("/rooms") == ["  #lobby – you are here", "  #games – chess", "  #old – /join it"]
    told = {line.split()[0] for line in desk.type("/help")}
    assert told >= {"/help", "/rooms", "/msg", "/join", "/me", "/reply", "/topic", "/dice", "/quit"}
    assert "/kick" not in told  # for moderators
    assert desk.type("/dice") == ["* a four"]
    assert desk.type("/dice :tada:") == ["* as typed"]  # a path may hold colons
    assert not desk.typed.leaving
    assert desk.type("/quit") == []
    assert desk.typed.leaving


@pytest.mark.parametrize(
    ("begun", "found"),
    [
        ("/joi", Completion(0, ["/join "])),
        ("/kic", None),  # for moderators
        ("/di", Completion(0, ["/dice "])),
        ("/join ", Completion(6, ["#games ", "#lobby ", "#old "])),
        ("/join #ga", Completion(6, ["#games "])),
        ("/msg an", Completion(5, ["Ana Lind "])),
        ("/reply @an", Completion(7, ["Ana Lind "])),
        ("hi @an", Completion(3, ["@Ana Lind "])),
        ("look :ta", Completion(5, ["🎉 "])),
        ("hi", None),
        ("/join nowhere", None),
    ],
)
def test_completion(desk: Desk, begun: str, found: Completion | None) -> None:
    def short(text: str, cursor: int) -> Completion | None:
        return Completion(cursor - 3, ["🎉 "]) if text[:cursor].endswith(":ta") else None

    completing = Completing(desk.model, desk.typed.names, [short])
    assert completing.complete(begun + "rest", len(begun)) == found
    proposed = _Completer(completing).get_completions(Document(begun), CompleteEvent())
    assert [(len(begun) + c.start_position, c.text) for c in proposed] == [
        (found.start, choice) for choice in (found.choices if found else [])
    ]
