"""What the chat screen shows after each event of the client."""

from __future__ import annotations

from datetime import date

import pytest

from lanchat.client.events import Connecting, Delay, Ended, Error, Failed, Lost, Page, Queued, Refused
from lanchat.errors import ConnectionLost
from lanchat.gui.model.chat import Banner, ChatModel, Link, Status
from lanchat.gui.model.timeline import Sent
from lanchat.protocol.frames import Change, Member, Message
from lanchat.protocol.limits import Code
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, joined, message, presence, roster

NOW = NOON / 1000
DAY = date(2026, 9, 21)


@pytest.fixture
def model() -> ChatModel:
    return ChatModel(ME, MY_KEY, "192.168.1.23:5055")


def feed(model: ChatModel, *events: object, now: float = NOW) -> None:
    for event in events:
        model.apply(event, now)  # type: ignore[arg-type]


def texts(model: ChatModel) -> list[str]:
    line = model.timeline
    return [block.text for block in line.blocks(0, len(line), DAY)]


def mine(seq: int, number: int, text: str = "mine") -> Message:
    return message(seq, text, ME, entry_id=f"r-{number}", key=MY_KEY)


# The link


def test_status_follows_the_link(model: ChatModel) -> None:
    assert model.status == Status("Connecting", "away")
    feed(model, Connecting("nord"), joined())
    assert model.status == Status("Connected · 2 ms", "online")
    feed(model, Delay(0.3))
    assert model.status.text == "Connected · <1 ms"
    feed(model, Lost("gone", 3.0))
    assert model.status == Status("Reconnecting", "away")
    feed(model, Connecting("nord"))
    assert model.status == Status("Reconnecting", "away")
    feed(model, Ended(None))
    assert model.status == Status("Not connected", "offline")


def test_a_server_that_cannot_store_is_told_until_it_can(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "mine", NOON), Error(Code.NOT_STORED, "Its disk is full."))
    assert model.banner(NOW) == Banner(
        "warn", "Its disk is full. Messages you write are kept here, and sent when it can.", "Try now"
    )
    assert model.timeline.waiting == 1
    feed(model, mine(1, 1))
    assert model.banner(NOW) is None


def missed(model: ChatModel) -> list[tuple[int, str]]:
    line = model.timeline
    return [(block.key[0], block.missed) for block in line.blocks(0, len(line), DAY) if block.missed]


def test_what_came_while_away_has_a_line_until_we_answer(model: ChatModel) -> None:
    feed(model, joined(2), Page(ROOM, [message(1), message(2)], catchup=True))
    model.set_focused(True)
    assert missed(model) == []
    feed(model, Lost("gone", 1.0), joined(5, again=True))
    feed(model, Page(ROOM, [message(3), message(4), message(5)], catchup=True), message(6))
    assert missed(model) == [(3, "3 messages you missed")]
    feed(model, Queued("r-1", "mine", NOON))
    assert missed(model) == []


def test_after_a_restart_the_line_stands_where_we_stopped_reading(model: ChatModel) -> None:
    feed(model, joined(4), Page(ROOM, [message(n) for n in (1, 2, 3, 4)], catchup=True))
    model.current.resume_at(3)
    assert missed(model) == [(4, "1 message you missed")]
    model.current.resume_at(0)  # unknown
    model.current.resume_at(9)  # of a journal that is no more
    assert missed(model) == [(4, "1 message you missed")]


def test_what_nobody_looked_at_was_not_seen(model: ChatModel) -> None:
    model.set_focused(True)
    feed(model, joined(1), message(1))
    model.set_focused(True)
    model.set_focused(False)
    feed(model, message(2))
    assert model.current.seen == 1
    model.set_focused(True)
    assert model.current.seen == 2


def test_the_banner_counts_down_and_goes(model: ChatModel) -> None:
    feed(model, joined())
    assert model.banner(NOW) is None
    feed(model, Lost("The server closed the connection.", 3.0))
    assert model.banner(NOW) == Banner(
        "warn",
        "Lost the connection to Studio Nord. Trying again in 3 s. Messages you write now are sent afterwards.",
        "Try now",
    )
    assert "in 1 s" in model.banner(NOW + 2.5).text  # type: ignore[union-attr]
    assert "Trying again now." in model.banner(NOW + 3).text  # type: ignore[union-attr]
    feed(model, Connecting("nord"))
    assert "Trying again now." in model.banner(NOW).text  # type: ignore[union-attr]
    feed(model, joined(again=True))
    assert model.banner(NOW) is None


def test_before_the_first_join_the_reason_is_said(model: ChatModel) -> None:
    feed(model, Connecting("nord"), Lost("nord does not answer.", 2.0))
    banner = model.banner(NOW)
    assert banner
    assert banner.text.startswith("Cannot connect: nord does not answer. Trying again in 2 s.")


def test_an_end_with_an_error_is_said_and_stays(model: ChatModel) -> None:
    feed(model, joined(), message(1), Ended(ConnectionLost(detail="the room was closed")))
    banner = model.banner(NOW)
    assert banner == Banner("danger", "The connection was lost: the room was closed", "Back to rooms")
    assert texts(model) == ["message 1"]


def test_leaving_is_no_error(model: ChatModel) -> None:
    feed(model, joined(), Ended(None))
    assert (model.banner(NOW), model.link) == (None, Link.ENDED)


def test_another_journal_empties_the_list(model: ChatModel) -> None:
    feed(model, joined(5), message(1, "old"), Queued("r-1", "waits", NOON), joined(again=True, new_journal=True))
    assert texts(model) == ["waits"]


def test_reasons_of_a_hostile_server_fit_the_banner(model: ChatModel) -> None:
    feed(model, joined(), Ended(ConnectionLost(detail="x\n" * 10_000)))
    banner = model.banner(NOW)
    assert banner
    assert 290 < len(banner.text) <= 300
    assert "\n" not in banner.text


# Messages


def test_an_own_message_waits_until_it_comes_back(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "hello", NOON))
    (block,) = model.timeline.blocks(0, 1, DAY)
    assert (block.sent, block.text, block.nick) == (Sent.WAITING, "hello", ME)
    feed(model, mine(1, 1, "hello"))
    (block,) = model.timeline.blocks(0, 1, DAY)
    assert block.sent is Sent.YES


def test_a_page_acknowledges_too(model: ChatModel) -> None:
    feed(model, Queued("r-1", "hello", NOON), joined(1), Page(ROOM, [mine(1, 1, "hello")], catchup=True))
    assert (texts(model), model.timeline.waiting) == (["hello"], 0)


def test_nobody_else_acknowledges_for_us(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "hello", NOON), message(1, "forged", "Eve", entry_id="r-1", key="e"))
    assert (texts(model), model.timeline.waiting) == (["forged", "hello"], 1)


def test_live_before_its_catch_up_page_and_twice_is_in_order_once(model: ChatModel) -> None:
    feed(model, joined(3), message(4), Page(ROOM, [message(1), message(2), message(3)], catchup=True), message(3))
    assert texts(model) == ["message 1", "message 2", "message 3", "message 4"]


def test_the_footer_tells_what_waits_only_when_it_matters(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "a", NOON))
    assert model.footer(NOW) == ""  # the acknowledgement is on its way
    assert model.footer(NOW + 5) == "1 message waiting to be sent"
    feed(model, Queued("r-2", "b", NOON), Lost("gone", 3))
    assert model.footer(NOW) == "2 messages waiting to be sent"
    feed(model, joined(2, again=True), mine(1, 1), mine(2, 2))
    assert model.footer(NOW + 60) == ""


def test_the_next_message_has_its_own_patience(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "a", NOON), mine(1, 1))
    feed(model, Queued("r-2", "b", NOON), now=NOW + 100)
    assert model.footer(NOW + 101) == ""


def test_a_failed_message_can_be_deleted(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "a", NOON), Failed("r-1", "a", "The disk is full."))
    assert (texts(model), model.footer(NOW + 60)) == (["a"], "")
    model.delete("r-1")
    assert texts(model) == []


def test_an_error_without_a_place_is_said_in_the_footer(model: ChatModel) -> None:
    feed(model, joined(), Error(Code.ROOM_UNKNOWN, "There is no such room."))
    assert model.footer(NOW) == "There is no such room."
    model.clear_problem()
    assert model.footer(NOW) == ""


# Older pages


def test_older_entries_are_asked_for_once_at_a_time(model: ChatModel) -> None:
    feed(model, joined(300))
    assert model.ask_older() is None  # the catch-up comes first
    feed(model, Page(ROOM, [message(201)], catchup=True))
    assert model.ask_older() == 201
    assert model.ask_older() is None
    feed(model, Page(ROOM, [message(300)], catchup=True))
    assert model.ask_older() is None  # that was no answer
    feed(model, Page(ROOM, [message(101)]))
    assert model.ask_older() == 101
    feed(model, Page(ROOM, [message(1)], start=True))
    assert model.ask_older() is None


@pytest.mark.parametrize("event", [Lost("gone", 1.0), joined(9, again=True), Error(Code.HISTORY_BUSY, "later")])
def test_a_lost_answer_may_be_asked_for_again(model: ChatModel, event: object) -> None:
    feed(model, joined(9), message(9))
    assert model.ask_older() == 9
    feed(model, event)
    assert model.ask_older() == 9


def test_the_line_at_the_top(model: ChatModel) -> None:
    def top() -> str:
        block = model.top()
        return block.text if block else ""

    feed(model, joined(9), message(9))
    assert top() == ""
    model.ask_older()
    assert top() == "Loading older messages…"
    feed(model, Page(ROOM, [message(1)], start=True))
    assert top() == "This is the start of #lobby."


def test_a_room_in_which_nothing_was_said(model: ChatModel) -> None:
    feed(model, joined(0))
    block = model.top()
    assert block
    assert block.text.startswith("This is the start of #lobby.\nNobody has said anything yet.")


# People


def test_people_are_ourselves_and_then_by_name(model: ChatModel) -> None:
    feed(
        model, joined(), roster(Member("zoe", "z"), Member(ME, MY_KEY)), roster(Member("Ana", clear=True), first=False)
    )
    assert [(p.nick, p.note) for p in model.people()] == [(ME, "you"), ("Ana", "guest · not encrypted"), ("zoe", "")]


def test_a_new_roster_forgets_the_old(model: ChatModel) -> None:
    feed(model, roster(Member("Ana")), roster(Member("Ben")))
    assert [p.nick for p in model.people()] == ["Ben"]


def test_presence_moves_people(model: ChatModel) -> None:
    feed(model, roster(Member("Ana"), Member("Ben", "b")))
    feed(model, presence(Change("joined", "Cleo"), Change("left", "Ana"), Change("renamed", "Benno", "b", was="Ben")))
    assert [p.nick for p in model.people()] == ["Benno", "Cleo"]
    assert texts(model) == ["Cleo joined · Ben is now Benno · Ana left"]


def test_our_own_coming_is_no_news(model: ChatModel) -> None:
    feed(model, joined(), presence(Change("joined", ME, MY_KEY)))
    assert texts(model) == []


def test_a_roster_without_end_is_cut(model: ChatModel) -> None:
    for start in range(0, 12_000, 200):
        feed(model, roster(*(Member(f"n{start + i}") for i in range(200)), first=start == 0))
    assert len(model.people()) == 10_000


def test_a_colour_stays_with_its_key(model: ChatModel) -> None:
    feed(model, roster(Member("Ana", "a")))
    before = model.people()[0].hue
    feed(model, presence(Change("renamed", "Anna", "a", was="Ana")))
    assert model.people()[0].hue == before


# Our name


def test_a_new_name_is_ours_when_the_server_says_so(model: ChatModel) -> None:
    feed(model, joined(), presence(Change("renamed", "Sam", MY_KEY, was=ME)))
    assert (model.nick, model.name_error) == ("Sam", "")


def test_a_refused_name_is_said_with_a_free_one(model: ChatModel) -> None:
    feed(model, joined(), Error(Code.NICK_TAKEN, "“Ana” is taken.", suggestion="Ana 2"))
    assert (model.nick, model.name_error, model.suggestion) == (ME, "“Ana” is taken.", "Ana 2")
    assert model.footer(NOW) == ""


def test_a_name_lost_while_away_asks_for_another(model: ChatModel) -> None:
    feed(model, joined(), Lost("gone", 1), Connecting("nord"), Refused(Code.NICK_TAKEN, "“Sam” is taken.", "Sam 2"))
    banner = model.banner(NOW)
    assert banner == Banner("warn", "“Sam” is taken. Choose another name to come back in.", "Choose a name")
    feed(model, Connecting("nord"), joined(nick="Sam 2", again=True))
    assert (model.banner(NOW), model.nick) == (None, "Sam 2")


# Unread


def test_what_comes_while_nobody_looks_is_counted_in_the_title(model: ChatModel) -> None:
    feed(model, joined())
    assert model.title == "lobby – Studio Nord – lanchat"
    feed(model, message(1))
    model.set_focused(False)
    feed(model, message(2), message(2), message(3), mine(4, 1), presence(Change("joined", "Ana")))
    assert model.title == "(2) lobby – Studio Nord – lanchat"
    model.set_focused(True)
    assert model.title == "lobby – Studio Nord – lanchat"


def test_history_is_not_unread_but_what_we_missed_is(model: ChatModel) -> None:
    model.set_focused(False)
    feed(model, joined(3), Page(ROOM, [message(2), message(3)], catchup=True), Page(ROOM, [message(1)], start=True))
    assert model.unread == 0
    feed(model, Lost("gone", 1), joined(5, again=True), Page(ROOM, [message(3), message(4), message(5)], catchup=True))
    assert model.unread == 2


def test_the_title_before_the_server_is_known() -> None:
    assert ChatModel(ME, MY_KEY).title == "lobby – lanchat"
