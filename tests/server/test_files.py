"""Files on the server, by raw clients: tickets, uploads, downloads, quotas, lies."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from lanchat.client.events import Joined, Progress
from lanchat.identity import MemberKey
from lanchat.server import Server, tickets, transfer
from lanchat.server import files as server_files
from lanchat.server.files import Quota
from lanchat.server.tickets import MAX_HELD
from tests.people import Person, ServerProcess
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import Frame, RawClient, wait_until

DATA = bytes(range(256)) * 4_000  # 1 MB: some pieces


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Mover:
    """Moves files for one raw member of `server`."""

    def __init__(self, server: Server | ServerProcess, member: RawClient, clients: ExitStack) -> None:
        self.server, self.member, self.clients = server, member, clients
        self.count = 0

    def ask(self, **frame: Any) -> Frame:
        self.count += 1
        self.member.tell(id=f"f{self.count}", **frame)
        return self.member.until("ticket", id=f"f{self.count}")

    def offer(self, data: bytes, **lies: Any) -> Frame:
        return self.ask(kind="offer", **{"size": len(data), "sha256": digest(data), **lies})

    def begin(self, token: str, offset: int = 0) -> tuple[RawClient, Frame]:
        line = self.clients.enter_context(RawClient(self.server.port, tls=True))
        line.tell(kind="transfer", token=token, offset=offset)
        answer = line.next()
        assert answer is not None
        return line, answer

    def upload(self, data: bytes, **lies: Any) -> Frame:
        """The server's last word."""
        ticket = self.offer(data, **lies)
        if not ticket.get("token"):
            return ticket
        line, go = self.begin(ticket["token"])
        assert go["type"] == "go", go
        line.send(data[go["offset"] :])
        last = line.next()
        assert last is not None
        return last

    def say(self, data: bytes, name: str = "plan.pdf", **lies: Any) -> Frame:
        self.count += 1
        file = {"name": name, "size": len(data), "sha256": digest(data), **lies}
        self.member.tell(kind="say", id=f"run-{self.count}", text=name, file=file)
        while True:
            frame = self.member.next()
            assert frame is not None
            if frame.get("id") == f"run-{self.count}":
                return frame

    def download(self, seq: int, offset: int = 0) -> bytes:
        line, go = self.begin(self.ask(kind="fetch", seq=seq)["token"], offset)
        assert go["type"] == "go", go
        return line.read_all()


Enter = Callable[[Server | ServerProcess, str], Mover]


@pytest.fixture
def enter(clients: ExitStack, make_key: Callable[[str], MemberKey]) -> Enter:
    """A member with a key on any server."""

    def come(server: Server | ServerProcess, nick: str) -> Mover:
        member = clients.enter_context(RawClient(server.port, tls=True))
        member.join(nick, key=make_key(nick))
        return Mover(server, member, clients)

    return come


@pytest.fixture
def mover(server: Server, enter: Enter) -> Callable[[str], Mover]:
    return lambda nick: enter(server, nick)


def stored(server: Server) -> list[Path]:
    return [path for path in (server.data / "files").glob("??/*") if path.is_file()]


def test_a_file_goes_in_and_out(server: Server, mover: Callable[[str], Mover]) -> None:
    ana, ben = mover("Ana"), mover("Ben")
    assert ana.upload(DATA) == {"type": "arrived"}
    said = ana.say(DATA)
    assert said["file"] == {"name": "plan.pdf", "size": len(DATA), "sha256": digest(DATA)}
    assert ben.member.until("message")["file"] == said["file"]
    assert ben.download(said["seq"]) == DATA
    assert ben.download(said["seq"], offset=1_000) == DATA[1_000:]
    assert (server.data / "files" / digest(DATA)[:2] / digest(DATA)).read_bytes() == DATA


def test_an_upload_goes_on_where_it_broke(mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    line, go = ana.begin(ana.offer(DATA)["token"])
    assert go == {"type": "go", "offset": 0, "size": len(DATA)}
    line.send(DATA[:600_000])
    line.close()
    wait_until(lambda: ana.begin(ana.offer(DATA)["token"])[1]["offset"], "the part is there")
    assert ana.upload(DATA) == {"type": "arrived"}


def test_who_comes_back_ends_the_connection_that_hangs(mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    hanging, _ = ana.begin(ana.offer(DATA)["token"])
    hanging.send(DATA[:100])
    assert ana.upload(DATA) == {"type": "arrived"}
    assert hanging.next() is None


def test_what_lies_about_its_digest_is_not_kept(server: Server, mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    last = ana.upload(DATA, sha256=digest(b"something else"))
    assert last["code"] == "file_wrong"
    assert ana.say(b"something else", size=len(DATA))["code"] == "file_unknown"
    assert stored(server) == []
    assert list((server.data / "files" / "part").iterdir()) == []


@pytest.mark.parametrize("more", [1, -1])
def test_an_entry_says_the_size_that_is_stored(mover: Callable[[str], Mover], more: int) -> None:
    ana = mover("Ana")
    ana.upload(DATA)
    assert ana.say(DATA, size=len(DATA) + more)["code"] == "file_wrong"
    assert ana.say(DATA)["type"] == "message"


def test_less_than_was_announced_is_no_file(server: Server, mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    line, _ = ana.begin(ana.offer(DATA, size=len(DATA) + 1)["token"])
    line.send(DATA)
    line.close()
    wait_until(lambda: not server.tickets._under_way)
    assert stored(server) == []
    assert ana.say(DATA)["code"] == "file_unknown"


def test_more_than_was_announced_is_not_taken(server: Server, mover: Callable[[str], Mover]) -> None:
    """Not one byte beyond: what comes as announced is right, and what does not is none."""
    ana = mover("Ana")
    line, _ = ana.begin(ana.offer(DATA)["token"])
    line.send(DATA + b"x" * 1_000)
    assert line.next() == {"type": "arrived"}
    assert [path.read_bytes() for path in stored(server)] == [DATA]
    longer = DATA + b"x"
    assert ana.upload(longer, size=len(DATA))["code"] == "file_wrong"
    assert len(stored(server)) == 1


def test_a_ticket_counts_once(mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    token = ana.offer(DATA)["token"]
    ana.begin(token)
    assert ana.begin(token)[1]["code"] == "ticket"
    assert ana.begin("0" * 32)[1]["code"] == "ticket"


def test_a_digest_alone_opens_nothing(mover: Callable[[str], Mover]) -> None:
    ana, eve = mover("Ana"), mover("Eve")
    ana.upload(DATA)
    assert eve.say(DATA)["code"] == "file_unknown"
    assert eve.offer(DATA)["token"], "she hears nothing of its being here"
    assert ana.offer(DATA) == {"type": "ticket", "id": "f2"}, "who brought it need not bring it again"


def test_the_same_file_twice_is_stored_once(server: Server, mover: Callable[[str], Mover]) -> None:
    ana, ben = mover("Ana"), mover("Ben")
    for person in (ana, ben):
        assert person.upload(DATA) == {"type": "arrived"}
        assert person.say(DATA)["type"] == "message"
    assert [path.name for path in stored(server)] == [digest(DATA)]


def test_what_nobody_refers_to_any_more_goes(server: Server, mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    ana.upload(DATA)
    first, second = ana.say(DATA)["seq"], ana.say(DATA)["seq"]
    ana.member.tell(kind="moderate", id="m1", do={"action": "delete", "seq": first})
    ana.member.until("outcome", id="m1")
    assert stored(server), "the second message still needs it"
    ana.member.tell(kind="moderate", id="m2", do={"action": "delete", "seq": second})
    ana.member.until("outcome", id="m2")
    assert stored(server) == []
    wait_until(lambda: not list((server.data / "files" / "gone").iterdir()), "the disk has its bytes back")
    assert ana.ask(kind="fetch", seq=second)["code"] == "file_unknown"
    assert not any("file" in entry for entry in history(ana.member) if entry["type"] == "message")


def history(member: RawClient) -> list[Frame]:
    member.tell(kind="history", limit=50)
    entries: list[Frame] = member.until("page")["entries"]
    return entries


def test_a_guest_reads_files_and_sends_none(connect: Connect, mover: Callable[[str], Mover], server: Server) -> None:
    ana = mover("Ana")
    ana.upload(DATA)
    seq = ana.say(DATA)["seq"]
    guest = Mover(server, connect("Gil", tls=True), ana.clients)
    assert guest.offer(DATA)["code"] == "not_allowed"
    assert guest.download(seq) == DATA


@pytest.mark.parametrize("name", ["../../x", "a\\b", "a\nb", "invoice\u202egpj.exe", "\u200b", "x" * 201])
def test_names_that_no_file_can_have(mover: Callable[[str], Mover], name: str) -> None:
    ana = mover("Ana")
    ana.upload(DATA)
    ana.member.tell(kind="say", id="run-9", text="x", file={"name": name, "size": len(DATA), "sha256": digest(DATA)})
    assert ana.member.until("error")["code"] in ("file_name", "invalid")


def test_plain_text_reads_a_line(connect: Connect, mover: Callable[[str], Mover], clients: ExitStack) -> None:
    ana = mover("Ana")
    plain = clients.enter_context(RawClient(ana.server.port))
    plain.send(b"Nora\n")
    ana.upload(DATA)
    ana.say(DATA)
    wait_until(lambda: b"sent a file" in (plain.read_line() or b""))


@pytest.mark.parametrize(
    ("quota", "code"),
    [
        (Quota(file=len(DATA) - 1), "file_too_large"),
        (Quota(file=0), "file_too_large"),
        (Quota(member=len(DATA) + 10), "quota"),
        (Quota(total=len(DATA) + 10), "quota"),
    ],
)
def test_quotas(serve: Serve, enter: Enter, quota: Quota, code: str) -> None:
    server = serve(quota=quota)
    ana = enter(server, "Ana")
    ana.offer(b"a small one of 20 by")
    refused = ana.offer(DATA)
    assert refused["code"] == code
    assert refused["detail"].endswith(".")


def test_what_is_left_behind_goes_by_itself(serve: Serve, enter: Enter, make_key: Callable[[str], MemberKey]) -> None:
    server = serve()
    ana = enter(server, "Ana")
    ana.upload(DATA)
    line, _ = ana.begin(ana.offer(b"other")["token"])
    line.send(b"oth")
    line.close()
    files = server._broadcaster._files
    assert stored(server)
    part = files.blobs.part(make_key("Ana").public, digest(b"other"))
    wait_until(lambda: server.tickets.parts.size(part) == part.stat().st_size == 3)
    server.close()
    later = time.time() + 2 * 24 * 3600
    again = serve()
    again._broadcaster._files.on_time(1e12, round(later * 1000))
    assert stored(again) == []
    wait_until(lambda: not again.tickets.parts.total and not part.exists())


def test_what_is_no_longer_kept_takes_its_file_along(server: Server, mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    ana.upload(DATA)
    seq = ana.say(DATA)["seq"]
    broadcaster = server._broadcaster
    ana.member.sync()
    broadcaster._journal.redact("lobby", seq, 10)  # nobody says anything meanwhile
    files = broadcaster._files
    files.on_time(1e12, round(time.time() * 1000))
    assert stored(server) == []
    assert ana.ask(kind="fetch", seq=seq)["code"] == "file_unknown"


def test_who_is_put_out_moves_nothing_more(
    server: Server, mover: Callable[[str], Mover], make_key: Callable[[str], MemberKey]
) -> None:
    (server.data / "owners").write_text(make_key("Olga").public)
    olga, ben = mover("Olga"), mover("Ben")
    line, _ = ben.begin(ben.offer(DATA)["token"])
    token = ben.offer(b"another")["token"]
    line.send(DATA[:1_000])
    olga.member.tell(kind="moderate", id="m1", do={"action": "kick", "who": "Ben"})
    assert "code" not in olga.member.until("outcome", id="m1")
    assert line.next() is None
    assert ben.begin(token)[1]["code"] == "ticket"


def test_a_member_holds_so_many_tickets(mover: Callable[[str], Mover]) -> None:
    ana = mover("Ana")
    codes = [ana.offer(b"%d" % n).get("code") for n in range(MAX_HELD + 1)]
    assert codes == [None] * MAX_HELD + ["too_many"]


def test_two_tickets_for_one_part_count_as_the_larger(serve: Serve, enter: Enter) -> None:
    server = serve(quota=Quota(member=3_000))
    mallory = enter(server, "Mallory")
    assert mallory.offer(b"1" * 2_000)["token"]
    assert mallory.offer(b"1" * 2_000, size=1)["token"]
    assert mallory.offer(b"2" * 2_000)["code"] == "quota"


def test_the_quota_holds_when_all_has_come(serve: Serve, enter: Enter) -> None:
    server = serve(quota=Quota(member=3_000))
    mallory = enter(server, "Mallory")
    line, _ = mallory.begin(mallory.offer(b"1" * 2_000)["token"])
    server._broadcaster._files._quota = Quota(member=1_000)  # whatever made it wrong meanwhile
    line.send(b"1" * 2_000)
    assert line.until("error")["code"] == "quota"
    assert stored(server) == []
    assert server.tickets.parts.total == 0


def test_a_byte_now_and_then_gains_no_time(
    server: Server, mover: Callable[[str], Mover], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PATIENCE", 0.5)
    mallory = mover("Mallory")
    line, _ = mallory.begin(mallory.offer(DATA)["token"])

    def over() -> bool:
        with suppress(OSError):
            line.send(b"x")
        return not server.tickets._under_way

    wait_until(over)


def test_one_address_does_not_hold_all_and_a_ticket_outlives_that(
    mover: Callable[[str], Mover], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "MAX_OF_SOURCE", 2)
    mallory, ana = mover("Mallory"), mover("Ana")
    lines = [mallory.begin(mallory.offer(data)["token"])[0] for data in (b"one", b"two")]
    token = ana.offer(DATA)["token"]
    assert ana.begin(token)[1]["code"] == "too_many"
    lines[0].close()
    wait_until(lambda: len(server.tickets._under_way) < 2)
    assert ana.begin(token)[1]["type"] == "go"


def test_a_client_waits_until_the_server_has_a_hand_free(
    mover: Callable[[str], Mover], server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tickets, "MAX_OF_SOURCE", 1)
    (tmp_path / "plan").write_bytes(DATA)
    mallory = mover("Mallory")
    line, _ = mallory.begin(mallory.offer(b"one")["token"])
    with Person(f"127.0.0.1:{server.port}", "Ana") as ana:
        ana.until(Joined)
        ana.client.send_file(tmp_path / "plan")
        ana.until(Progress, lambda progress: progress.state == "waiting" and progress.size == len(DATA))
        line.close()
        assert ana.until(Progress, lambda progress: progress.over).state == "done"


def test_what_has_no_byte_leaves_no_part(server: Server, mover: Callable[[str], Mover]) -> None:
    mallory = mover("Mallory")
    line, _ = mallory.begin(mallory.offer(DATA)["token"])
    assert list((server.data / "files" / "part").iterdir())
    line.close()
    wait_until(lambda: not list((server.data / "files" / "part").iterdir()))


def test_a_member_leaves_so_many_parts(
    server: Server, mover: Callable[[str], Mover], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_files, "MAX_PARTS", 1)
    ana = mover("Ana")
    line, _ = ana.begin(ana.offer(DATA)["token"])
    line.send(DATA[:1_000])
    wait_until(lambda: server.tickets.parts.total == 1_000)
    line.close()
    refused = ana.offer(b"another")
    assert (refused["code"], refused["detail"][:38]) == ("quota", "Too many of your files were sent in pa")
    assert mover("Ben").offer(b"another")["token"]
    assert ana.upload(DATA) == {"type": "arrived"}
    assert ana.offer(b"another")["token"]


def test_a_transfer_is_no_hello(server: Server, clients: ExitStack, connect: Connect) -> None:
    clear = clients.enter_context(RawClient(server.port))
    clear.tell(kind="transfer", token="0" * 32)
    assert clear.until("error")["code"] == "clear_text"
    ana = connect("Ana")
    ana.tell(kind="transfer", token="0" * 32)
    assert ana.until("error")["code"] == "hello_again"


def test_a_file_that_cannot_be_written_down_leaves_nothing(
    server: Server, mover: Callable[[str], Mover], caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody could ask for it, and it would lie there for ever."""
    ana = mover("Ana")
    with closing(sqlite3.connect(server.data / "files.db", isolation_level=None)) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON holder BEGIN SELECT RAISE(ABORT, 'no room'); END")
        assert ana.upload(DATA)["code"] == "not_stored"
        assert stored(server) == []
        database.execute("DROP TRIGGER full")
    assert ana.upload(DATA) == {"type": "arrived"}
    assert ana.say(DATA)["type"] == "message"
    caplog.clear()


def test_what_a_crash_left_without_a_row_goes_at_the_next_start(
    serve: Serve, clients: ExitStack, make_key: Callable[[str], MemberKey]
) -> None:
    """What a message refers to stays, though the books may be lost."""
    server = serve()
    member = clients.enter_context(RawClient(server.port, tls=True))
    member.join("Ana", key=make_key("ana"))
    ana = Mover(server, member, clients)
    for data in (DATA, b"of lost books"):
        assert ana.upload(data) == {"type": "arrived"}
        ana.say(data)
    server.close()
    with closing(sqlite3.connect(server.data / "files.db", isolation_level=None)) as database:
        database.execute("DELETE FROM blob WHERE sha256 = ?", (digest(b"of lost books"),))
    stray = server.data / "files" / digest(b"stray")[:2] / digest(b"stray")
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"stray")
    again = serve()
    assert sorted(path.name for path in stored(again)) == sorted([digest(DATA), digest(b"of lost books")])
