"""Members that read slowly, or not at all: they lose nothing, get nothing twice, and hold up nobody."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from lanchat.server import limits
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import RawClient


def speak(author: RawClient, first: int, count: int, size: int = 900) -> None:
    """`count` messages, each through the server before the next: a batch for each."""
    for n in range(first, first + count):
        author.say(str(n), f"{n} " + "x" * (size + n % 97))
        author.until("message", id=str(n))


def read_to(client: RawClient, seq: int) -> None:
    while not client.messages() or client.seen[-1].get("seq", 0) < seq:
        if client.next() is None:
            raise AssertionError(f"closed at {client.messages()[-1:]}")
        if client.seen[-1]["type"] == "page" and client.messages()[-1]["seq"] >= seq:
            return


@pytest.fixture
def small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RING_BYTES", 32 * 1024)


@pytest.mark.usefixtures("small_ring")
@pytest.mark.parametrize("tls", [False, True])
def test_who_stops_reading_while_the_ring_goes_round_gets_every_entry_once(connect: Connect, tls: bool) -> None:
    ana = connect("Ana")
    slow = connect("Slow", tls=tls)
    speak(ana, 1, 2)
    rounds = 6000 // 9  # 4 MB: beyond what the sockets of both sides take
    for n in range(rounds):
        first = 3 + n * 9
        for i in range(9):
            ana.say(str(first + i), "y" * 700)
        ana.until("message", id=str(first + 8))
    last = ana.messages()[-1]["seq"]
    read_to(slow, last)
    assert [m["seq"] for m in slow.messages()] == list(range(1, last + 1))
    assert any(f["type"] == "page" and f.get("catchup") for f in slow.seen), "it never fell behind"
    ana.say("end", "in step again")
    assert slow.until("message", id="end")["seq"] == last + 1


@pytest.mark.usefixtures("small_ring")
def test_presence_between_the_entries_hides_none_of_them(serve: Serve, clients: ExitStack) -> None:
    """Each entry has a change of the roster before it, and many members are left behind, each somewhere else."""
    server = serve()
    ana = clients.enter_context(RawClient(server.port))
    ana.join("Ana")
    slow = []
    for n in range(12):
        member = clients.enter_context(RawClient(server.port, tls=n % 2 == 0))
        member.join(f"Slow {n}", history=0)
        slow.append(member)
        speak(ana, 1 + n, 1, size=150 * n)
    start = 13
    for n in range(start, start + 700):
        ana.tell(kind="rename", nick=f"Ana {n}")
        ana.say(str(n), "z" * (6000 + 31 * (n % 13)))
        ana.until("message", id=str(n))
    last = ana.messages()[-1]["seq"]
    for number, member in enumerate(slow):
        read_to(member, last)
        assert [m["seq"] for m in member.messages()] == list(range(number + 1, last + 1)), member.seen[0]["nick"]
        assert any(f["type"] == "page" and f.get("catchup") for f in member.seen), "it never fell behind"
    ana.tell(kind="rename", nick="Ana at last")
    for member in slow:
        member.until_here("Ana at last", *(f"Slow {n}" for n in range(12)))


@pytest.mark.usefixtures("small_ring")
def test_a_newcomer_that_reads_its_pages_slowly_knows_in_the_end_who_is_here(serve: Serve, clients: ExitStack) -> None:
    """What was told of the roster while it read pages has left the ring before it was back in step."""
    server = serve()
    ana = clients.enter_context(RawClient(server.port))
    ana.join("Ana")
    for n in range(1, 801):
        ana.say(str(n), "p" * 7000)
    read_to(ana, 800)  # live or in pages: with so small a ring she may lag, too
    slow = clients.enter_context(RawClient(server.port))
    slow.join("Slow", history=800)
    ana.until_here("Ana", "Slow")
    bob = clients.enter_context(RawClient(server.port))
    bob.join("Bob", history=0)
    ana.tell(kind="rename", nick="Eva")
    ana.until_here("Bob", "Eva", "Slow")
    for n in range(801, 831):
        ana.say(str(n), "q" * 7000)
    read_to(ana, 830)
    read_to(slow, 830)
    assert [m["seq"] for m in slow.messages()] == list(range(1, 831))
    slow.until_here("Bob", "Eva", "Slow")


def test_who_takes_nothing_for_too_long_is_put_out_and_resumes(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STALL_TIMEOUT", 0.5)
    ana = connect("Ana")
    slow = connect("Slow")
    ana.until_here("Ana", "Slow")
    n = 0
    while "Slow" in ana.roster():
        n += 1
        ana.say(str(n), "w" * 7900)
        ana.until("message", id=str(n))
    speak(ana, n + 1, 1)
    try:
        while slow.next() is not None:
            continue
    except ConnectionResetError:
        pass  # it was put out with bytes on the way
    had = [m["seq"] for m in slow.messages()]
    assert had == list(range(1, len(had) + 1))
    resume = {"journal": slow.seen[0]["journal"], "rooms": {"lobby": len(had)}}
    again = connect("Slow", resume=resume)
    read_to(again, n + 1)
    assert [m["seq"] for m in again.messages()] == list(range(len(had) + 1, n + 2))


def test_a_plain_text_member_that_reads_too_slowly_is_put_out(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be given what it missed: plain text has no history."""
    monkeypatch.setattr(limits, "RING_BYTES", 32 * 1024)
    ana = connect("Ana")
    plain = connect()
    plain.send(b"Nico\n")
    ana.until_here("Ana", "Nico")
    n = 0
    while "Nico" in ana.roster():
        n += 1
        ana.say(str(n), "w" * 7900)
        ana.until("message", id=str(n))
    ana.until_here("Ana")


def test_who_asks_without_reading_is_put_out(connect: Connect) -> None:
    """Answers to one member alone are bounded; nobody else notices."""
    ana, greedy = connect("Ana"), connect("Greedy")
    ana.until_here("Ana", "Greedy")
    try:
        while "Greedy" in ana.roster():
            greedy.send(b'{"type":"ping","nonce":"' + b"n" * 60 + b'"}\n' * 500)
            ana.sync()
    except (BrokenPipeError, ConnectionResetError):
        pass
    ana.until_here("Ana")


def test_two_members_that_do_not_read_hold_up_nobody(connect: Connect) -> None:
    ana, bob = connect("Ana"), connect("Bob", tls=True)
    connect("Deaf"), connect("Deafer", tls=True)
    for n in range(1, 601):
        ana.say(str(n), "v" * 7900)
        bob.until("message", id=str(n))
    assert [m["seq"] for m in bob.messages()] == list(range(1, 601))
