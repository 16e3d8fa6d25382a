"""What the terminal shows of events, as lines; and the line of status below."""

from __future__ import annotations

from datetime import UTC

import pytest

from lanchat.cli.finding import Finding
from lanchat.cli.noticing import Noticing
from lanchat.cli.screen_lines import SHOWN, Line, ScreenLines, title
from lanchat.cli.status_line import status_line
from lanchat.client import Client, events
from lanchat.client.events import Entered, Event, Found, Rooms
from lanchat.client.preferences import Level
from lanchat.errors import LocalProtocolError
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.frames import Archived, Change, Deleted, Edited, Member, Message, Page, Presence, Reacted, Topic
from lanchat.protocol.query import Hit, Query
from lanchat.protocol.rooms import Person, RoomInfo, direct_name
from tests.gui.stand_in import ME, MY_KEY, NOON, joined, roster

NOW = NOON / 1000
ANA = "a" * 43
PAIR = direct_name([MY_KEY, ANA])
HOSTILE = "\x1b[2J\x9b31m\r\x08\u202e\u2066\u2028"


def said(seq: int, text: str, room: str = "lobby", key: str | None = ANA, nick: str = "Ana", reply: int = 0) -> Message:
    return Message(room, seq, "", NOON + seq, nick, key, text, reply)


class Chat:
    def __init__(self) -> None:
        self.model = ChatModel(ME, MY_KEY)
        self.screen = ScreenLines(self.model, lambda token: f"lanchat://x?token={token}", UTC)
        people = [Person(MY_KEY, ME), Person(ANA, "Ana")]
        rooms = Rooms([RoomInfo("lobby"), RoomInfo("games", 3, "chess"), RoomInfo(PAIR, 1, people=people)])
        self.told = self.feed(joined(0), roster(Member(ME, MY_KEY), Member("Ana", ANA)), rooms)

    def feed(self, *some: Event) -> list[str]:
        lines: list[Line] = []
        for event in some:
            self.model.apply(event, NOW)
            lines += self.screen.of(event, NOW)
        return texts(lines)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for _, text in line) for line in lines]


@pytest.fixture
def chat() -> Chat:
    return Chat()


def test_joining_says_who_and_where(chat: Chat) -> None:
    assert chat.told[0].startswith(f"* You are {ME} in “Studio Nord”. /help")
    assert chat.told[1].startswith("* Here: Ana, ")


def test_a_message_has_its_time_number_and_author_on_each_line(chat: Chat) -> None:
    assert chat.feed(said(1, "one\n* Bo joined")) == ["14:13 #1 Ana: one", "         Ana: * Bo joined"]
    assert chat.feed(said(1, "one")) == []  # once
    assert chat.feed(said(2, "guest", key=None)) == ["14:13 #2 Ana: guest (guest)"]


def test_an_answer_shows_what_it_answers(chat: Chat) -> None:
    chat.feed(said(1, "lunch?\nat one?"))
    assert chat.feed(said(2, "yes", reply=1)) == ["         ┌ #1 Ana: lunch? at one?", "14:13 #2 Ana: yes"]
    assert chat.feed(said(3, "what?", reply=99))[0].endswith("┌ #99 an earlier message")


def test_what_comes_of_a_message(chat: Chat) -> None:
    chat.feed(said(1, "lunhc"))
    assert chat.feed(Edited("lobby", 2, "", NOON, "Ana", ANA, 1, "lunch")) == [
        "* Ana changed a message: #1",
        "      Ana: lunch",
    ]
    assert chat.feed(Reacted("lobby", 3, "", NOON, "Bo", None, 1, "👍", on=True)) == [
        "* Bo reacted with 👍 to #1 “lunch”"
    ]
    assert chat.feed(Reacted("lobby", 4, "", NOON, "Bo", None, 1, "👍", on=False)) == [
        "* Bo took back 👍 from #1 “lunch”"
    ]
    assert chat.feed(Deleted("lobby", 5, "", NOON, "Ana", ANA, 1)) == ["* Ana deleted a message: #1"]
    assert chat.feed(Topic("lobby", 6, "", NOON, "Ana", ANA, "tea")) == ["* Ana set the topic: tea"]
    assert chat.feed(Archived("lobby", 7, "", NOON, "Ana", ANA, on=True)) == ["* Ana archived the room"]


def test_of_a_room_that_is_not_open_only_what_is_wanted_is_shown() -> None:
    chat = Chat()
    kept: list[tuple[str, Level | None]] = []
    noticing = Noticing(chat.model, "all", lambda *of: kept.append(of))
    chat.screen = ScreenLines(chat.model, str, UTC, noticing.wants)
    chat.feed(Entered("games", 3, 3), Entered(PAIR))
    assert chat.feed(said(4, "one", "games")) == ["#games 14:13 #4 Ana: one"]
    chat.model.open("games")
    assert noticing.command("/notify mentions") == "While another room is open you see of this one: only what calls you"
    assert chat.feed(said(5, "two", "games")) == ["14:13 #5 Ana: two"]  # it is open
    chat.model.open("lobby")
    react = Reacted("games", 6, "", NOON, "Bo", None, 4, "👍", on=True)
    assert chat.feed(react, said(7, "three", "games"), said(8, f"@{ME} four", "games"), said(1, "psst", PAIR)) == [
        f"#games 14:13 #8 Ana: @{ME} four",
        "@Ana 14:13 #1 Ana: psst",
    ]
    chat.model.open("games")
    assert noticing.command("/notify nothing") == "While another room is open you see of this one: nothing"
    chat.model.open("lobby")
    assert chat.feed(said(9, f"@{ME} five", "games")) == []
    chat.model.open("games")
    assert noticing.command("/notify usual") == noticing.command("/notify")
    assert str(noticing.command("/notify")).endswith(": all messages, as in the settings")
    assert kept == [("games", "mentions"), ("games", "nothing"), ("games", None)]
    with pytest.raises(LocalProtocolError, match="Say /notify"):
        noticing.command("/notify loudly")
    assert noticing.command("/note") is None


def test_who_is_not_to_be_disturbed_sees_the_open_room_alone() -> None:
    chat = Chat()
    noticing = Noticing(chat.model, "all", lambda *_: None)
    chat.screen = ScreenLines(chat.model, str, UTC, noticing.wants)
    chat.feed(Entered("games", 3, 3), Presence("lobby", [Change("status", ME, MY_KEY, state="busy")]))
    assert chat.feed(said(4, f"@{ME}", "games"), said(1, "here")) == ["14:13 #1 Ana: here"]
    page = Page(PAIR, [said(1, "psst", PAIR)], catchup=True)
    assert chat.feed(Entered(PAIR, 1), page) == []


def test_what_was_missed_is_shown_as_it_stands_now(chat: Chat) -> None:
    page = Page(
        "lobby",
        [
            said(1, "lunhc"),
            Edited("lobby", 2, "", NOON, "Ana", ANA, 1, "lunch"),
            Reacted("lobby", 3, "", NOON, "Bo", None, 1, "👍", on=True),
            said(4, "gone"),
            Deleted("lobby", 5, "", NOON, "Ana", ANA, 4),
        ],
        catchup=True,
    )
    assert chat.feed(page) == ["14:13 #1 Ana: lunch (edited)", "         └ 👍 Bo", "14:13 #4 Ana: Deleted"]
    assert chat.feed(page) == []


def test_other_rooms_are_named_in_front_and_their_past_is_counted(chat: Chat) -> None:
    games = [said(n, f"move {n}", "games") for n in range(1, 4)]
    assert chat.feed(Entered("games", 3, 1), Page("games", [*games], catchup=True)) == []
    assert chat.feed(said(4, "mate", "games")) == ["#games 14:13 #4 Ana: mate"]
    assert chat.feed(Entered(PAIR, 1), Page(PAIR, [said(1, "psst", PAIR)], catchup=True)) == ["@Ana 14:13 #1 Ana: psst"]
    assert texts(chat.screen.rooms(chat.model.conversations(), ours=True)) == [
        "  #lobby – you are here",
        "  #games – 3 new – chess",
        "  @Ana – 1 new · 1 for you",
    ]
    assert chat.model.open("games")
    assert texts(chat.screen.room(NOW)) == [
        "── #games: chess ──",
        "── Today ──",
        "14:13 #1 Ana: move 1",
        "── 3 messages you missed ──",
        "14:13 #2 Ana: move 2",
        "14:13 #3 Ana: move 3",
        "14:13 #4 Ana: mate",
    ]


def test_of_a_room_its_last_messages_are_shown(chat: Chat) -> None:
    chat.feed(Page("lobby", [said(n, "x") for n in range(1, 200)], catchup=True))
    lines = texts(chat.screen.room(NOW))
    assert len(lines) == SHOWN + 1
    assert lines[-1] == "14:13 #199 Ana: x"


def test_what_waits_what_failed_and_the_link(chat: Chat) -> None:
    queued = events.Queued("r-1", "later", NOON)
    assert chat.feed(queued) == []
    assert chat.feed(events.Lost("No answer.", 2.0)) == [
        "! No answer. Trying again; what you say meanwhile is sent then."
    ]
    assert chat.feed(events.Lost("No answer.", 4.0)) == []
    assert chat.feed(events.Queued("r-2", "later", NOON)) == ["… later (waits to be sent)"]
    assert texts(chat.screen.room(NOW))[-1] == "… later (waits to be sent)"
    assert chat.feed(events.Failed("r-2", "later", "You are muted.")) == ["! Not sent: “later”: You are muted."]
    again = joined(0)
    assert chat.feed(events.Joined(again.welcome, 1.0, again=True))[0].endswith("Connected again.")


def test_people_come_and_go(chat: Chat) -> None:
    come = Presence("lobby", [Change("joined", "Bo"), Change("joined", "Bo"), Change("left", "Nobody")])
    assert chat.feed(come) == ["* Bo joined"]
    assert chat.feed(Presence("lobby", [Change("left", "Bo", by="Ana", why="spam", ban=True)])) == [
        "* Ana banned Bo (spam)"
    ]


def test_what_is_hostile_moves_no_cursor_and_turns_nothing(chat: Chat) -> None:
    nick, text = f"Eve{HOSTILE}", f"hi{HOSTILE}"
    lines = chat.feed(
        said(1, text, nick=nick, key=None),
        Edited("lobby", 2, "", NOON, nick, None, 1, text),
        Reacted("lobby", 3, "", NOON, nick, None, 1, text, on=True),
        Topic("lobby", 4, "", NOON, nick, None, text),
        Presence("lobby", [Change("joined", nick)]),
        Rooms([RoomInfo(f"x{HOSTILE}", 1, text)]),
        Entered(f"x{HOSTILE}", 0),
        said(1, text, f"x{HOSTILE}"),
        events.Error("x", text),
        events.Outcome("m1", detail=text),
        events.Lost(text, 1.0),
    )
    chat.model.open(f"x{HOSTILE}")
    lines += texts(chat.screen.room(NOW)) + texts([status_line(chat.model, NOW)])
    shown = "".join(lines)
    assert "hi" in shown
    assert not {c for c in shown if c < " " or "\x7f" <= c <= "\x9f"} | (set(HOSTILE[-3:]) & set(shown))


def test_the_line_below_says_where_we_are_and_what_is_new(chat: Chat) -> None:
    chat.feed(Entered("games", 0), said(1, f"move @{ME}", "games"))
    (line,) = texts([status_line(chat.model, NOW)])
    assert line.startswith(f" #lobby  {ME} in Studio Nord · #games 1 (@1) · Connected")
    chat.feed(events.Lost("No answer.", 2.0))
    assert "Lost the connection to Studio Nord. Trying again in 2 s." in texts([status_line(chat.model, NOW)])[0]


def test_a_hit_in_a_conversation_bears_the_names_of_its_people(chat: Chat) -> None:
    client = Client("127.0.0.1:1", nick=ME)  # it never starts
    finding = Finding(client, lambda name: title(chat.model, chat.model.rooms.find(name)))
    hits = [Hit(room, 1, NOON, "Ana", ANA, "psst") for room in ("games", PAIR)]
    lines = finding.told(Found("s1", Query(["psst"]), hits))
    client.close()
    assert [line.split()[0] for line in lines] == ["@Ana", "#games", "2"]
