"""A member that stops reading while 100,000 messages pass: it gets them all, and the server hardly grows."""

from __future__ import annotations

from pathlib import Path

from tests.people import ServerProcess, resident
from tests.server.raw_client import RawClient

COUNT = 100_000
WINDOW = 500  # messages under way
MOST = 16 * 1024  # KiB that the server may grow by: the ring has 8 MiB, SQLite's caches 4


def speak(author: RawClient, first: int, last: int) -> None:
    """Says `first` to `last`, and hears them."""
    for start in range(first, last + 1, WINDOW):
        end = min(start + WINDOW, last + 1)
        lines = (f'{{"type":"say","id":"{n}","text":"{n} {"x" * 90}"}}\n' for n in range(start, end))
        author.send("".join(lines).encode())
        line, wanted = b"", f'"id":"{end - 1}",'.encode()
        while wanted not in line:
            line = author.read_line() or b""
            assert line, "the server closed"


def test_who_stops_reading_for_100_000_messages_gets_every_one(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room") as server:
        with RawClient(server.port) as author, RawClient(server.port, tls=True) as slow:
            author.join("Ana")
            slow.join("Slow")
            slow.sync()
            speak(author, 1, 2_000)
            before = resident(server.pid)
            speak(author, 2_001, COUNT)
            grown = resident(server.pid) - before
            had = [entry["seq"] for entry in slow.messages()]
            while len(had) < COUNT:
                frame = slow.next()
                assert frame is not None, f"closed at {had[-1:]}"
                had += [frame["seq"]] if frame["type"] == "message" else [e["seq"] for e in frame.get("entries", [])]
                slow.seen.clear()
        assert had == list(range(1, COUNT + 1))
        assert grown < MOST, f"{grown} KiB"
