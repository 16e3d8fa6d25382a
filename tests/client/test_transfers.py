"""Files between clients and a real server: up, down, cancelled, resumed, lied about; what arrives is what was sent."""

from __future__ import annotations

import hashlib
import os
import queue
import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lanchat.client import moving, transfers
from lanchat.client.asking import Answer, Make
from lanchat.client.dial import Dial
from lanchat.client.events import Joined, Progress
from lanchat.errors import LocalProtocolError, TransferFailed
from lanchat.paths import downloads
from lanchat.protocol.frames import File, Message, Ticket
from lanchat.server.files import Quota
from tests.client.conftest import Join, Serve
from tests.people import PATIENCE, Person

DATA = os.urandom(3_000_000)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "RETRY", 0.01)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.pdf"
    path.write_bytes(DATA)
    return path


def until_over(person: Person, transfer: str) -> Progress:
    return person.until(Progress, lambda p: p.id == transfer and p.over)


def send(person: Person, path: Path, text: str = "") -> Message:
    """The entry that it became."""
    over = until_over(person, person.client.send_file(path, text))
    assert over.state == "done", over.detail
    said = [entry for entry in person.entries if entry.id == over.message]
    return said[0] if said else person.until(Message, lambda m: m.id == over.message)


def get(person: Person, message: Message, folder: Path | None = None) -> Progress:
    return until_over(person, person.client.get_file(message, folder))


def test_a_file_gets_from_one_to_the_other(serve: Serve, join: Join, plan: Path) -> None:
    server = serve()
    ana, ben = join(server, "Ana"), join(server, "Ben")
    message = send(ana, plan, "the plan")
    assert (message.text, message.file) == ("the plan", File("plan.pdf", len(DATA), hashlib.sha256(DATA).hexdigest()))
    over = get(ben, ben.until_said("the plan"))
    assert Path(over.path) == downloads() / "plan.pdf"
    assert Path(over.path).read_bytes() == DATA
    assert stat.S_IMODE(os.stat(over.path).st_mode) & 0o111 == 0
    assert Path(get(ben, message).path).name == "plan (2).pdf"
    assert [p.name for p in downloads().glob("*.part")] == []


def test_a_file_is_saved_under_another_name_and_replaces_only_what_may_go(
    serve: Serve, join: Join, plan: Path, tmp_path: Path
) -> None:
    ana = join(serve(), "Ana")
    message = send(ana, plan)
    (tmp_path / "mine").write_text("precious")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "mine")
    (tmp_path / "old.pdf").write_text("old")

    def save(name: str, *, replace: bool) -> Path:
        over = until_over(ana, ana.client.get_file(message, tmp_path, name=name, replace=replace))
        assert over.state == "done", over.detail
        assert Path(over.path).read_bytes() == DATA
        return Path(over.path)

    assert save("old.pdf", replace=False) == tmp_path / "old (2).pdf"
    assert (tmp_path / "old.pdf").read_text() == "old"
    assert save("old.pdf", replace=True) == tmp_path / "old.pdf"
    assert save("link.pdf", replace=True) == tmp_path / "link.pdf"
    assert save("../new.pdf", replace=True) == tmp_path / "new.pdf"
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_message_without_a_file(serve: Serve, join: Join) -> None:
    ana = join(serve(), "Ana")
    ana.client.say("hello")
    with pytest.raises(LocalProtocolError, match="no file in that message"):
        ana.client.get_file(ana.until_said("hello"))


def test_progress_is_told(serve: Serve, join: Join, plan: Path) -> None:
    ana = join(serve(), "Ana")
    send(ana, plan)
    told = [event for event in ana.heard if isinstance(event, Progress)]
    assert next(p.state for p in told) == "waiting"
    assert {"reading", "moving"} <= {p.state for p in told}
    assert all(p.size == len(DATA) for p in told if p.state == "moving")


def test_a_folder_goes_as_one_archive(serve: Serve, join: Join, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.txt").write_text("a")
    (folder / "b.txt").write_text("b")
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    server = serve()
    ana = join(server, "Ana")
    over = get(ana, send(ana, folder))
    assert Path(over.path).name == "site.zip"
    with zipfile.ZipFile(over.path) as archive:
        assert archive.namelist() == ["site/b.txt", "site/sub/a.txt"]
        assert archive.read("site/sub/a.txt") == b"a"


def test_an_empty_file_is_a_file(serve: Serve, join: Join, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    ana = join(serve(), "Ana")
    assert Path(get(ana, send(ana, tmp_path / "empty")).path).read_bytes() == b""


def breaking(monkeypatch: pytest.MonkeyPatch, attribute: str, times: int) -> list[int]:
    """The connection breaks after some pieces, so many times; where each try went on."""
    offsets: list[int] = []
    real: Callable[..., None] = getattr(moving, attribute)

    def fragile(stream: object, token: str, *rest: object) -> None:
        *facts, note = rest
        pieces = 0

        def noting(more: int, offset: int) -> None:
            nonlocal pieces
            if more == 0:
                offsets.append(offset)
            pieces += 1
            if len(offsets) <= times and pieces > 3:
                raise TimeoutError("the cable was pulled")
            note(more, offset)  # type: ignore[operator]

        real(stream, token, *facts, noting)

    monkeypatch.setattr(transfers, attribute, fragile)
    return offsets


@pytest.mark.parametrize("times", [1, 3])
def test_both_ways_go_on_where_they_broke(
    serve: Serve, join: Join, plan: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    server = serve()
    ana = join(server, "Ana")
    ups = breaking(monkeypatch, "upload", times)
    message = send(ana, plan)
    downs = breaking(monkeypatch, "download", times)
    over = get(ana, message)
    assert Path(over.path).read_bytes() == DATA
    for offsets in (ups, downs):
        assert len(offsets) == times + 1
        assert offsets[0] == 0
        assert offsets[-1] > 0
        assert offsets == sorted(offsets)


def test_a_restart_of_the_server_costs_nothing(serve: Serve, join: Join, plan: Path, tmp_path: Path) -> None:
    server = serve()
    ana = join(server, "Ana")
    message = send(ana, plan)
    port = server.port
    server.close()
    transfer = ana.client.get_file(message)
    ana.until(Progress, lambda p: p.id == transfer)
    serve(port=port)
    assert Path(until_over(ana, transfer).path).read_bytes() == DATA


def test_a_spoilt_part_is_fetched_anew(serve: Serve, join: Join, plan: Path) -> None:
    ana = join(serve(), "Ana")
    message = send(ana, plan)
    assert message.file is not None
    downloads().mkdir(parents=True, exist_ok=True)
    part = downloads() / f"plan.pdf.{message.file.sha256[:8]}.part"
    part.write_bytes(b"x" * 1_000)
    assert Path(get(ana, message).path).read_bytes() == DATA


def test_a_part_that_is_a_link_is_not_followed(serve: Serve, join: Join, plan: Path, tmp_path: Path) -> None:
    ana = join(serve(), "Ana")
    message = send(ana, plan)
    assert message.file is not None
    victim = tmp_path / "victim"
    victim.write_text("precious")
    downloads().mkdir(parents=True, exist_ok=True)
    (downloads() / f"plan.pdf.{message.file.sha256[:8]}.part").symlink_to(victim)
    (downloads() / "plan.pdf").symlink_to(victim)
    assert get(ana, message).state == "failed"
    assert victim.read_text() == "precious"


def test_a_damaged_copy_of_the_server_s_is_not_kept(serve: Serve, join: Join, plan: Path) -> None:
    server = serve()
    ana = join(server, "Ana")
    message = send(ana, plan)
    assert message.file is not None
    digest = message.file.sha256
    (server.data / "files" / digest[:2] / digest).write_bytes(b"x" * len(DATA))
    over = get(ana, message)
    assert (over.state, over.detail) == ("failed", "What arrived is not plan.pdf: the server's copy is damaged.")
    assert list(downloads().iterdir()) == []


def test_a_server_that_sends_more_than_was_announced(serve: Serve, join: Join, plan: Path) -> None:
    """Not one byte of it is taken."""
    server = serve()
    ana = join(server, "Ana")
    message = send(ana, plan)
    server._broadcaster._files._db.execute("UPDATE blob SET size = size + 1")  # it lies, or its books do
    over = get(ana, message)
    assert (over.state, over.done) == ("failed", 0)
    assert "it sends another file than was announced" in over.detail


def test_a_server_that_takes_no_files(serve: Serve, join: Join, plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is read or packed before that is said."""
    monkeypatch.setattr(transfers, "packed", None)
    ana = join(serve(quota=Quota(file=0)), "Ana")
    ana.until(Joined)
    for source in (plan, plan.parent):
        over = until_over(ana, ana.client.send_file(source))
        assert (over.state, over.detail, over.size) == ("failed", "This server takes no files.", 0)


def test_a_file_that_changes_on_the_way(serve: Serve, join: Join, plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = join(serve(), "Ana")
    real = transfers.upload

    def changing(*args: object) -> None:
        plan.write_bytes(b"y" * len(DATA))
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(transfers, "upload", changing)
    over = until_over(ana, ana.client.send_file(plan))
    assert over.detail == "plan.pdf changed while it was being sent. Please send it again."
    monkeypatch.setattr(transfers, "upload", lambda *args: (plan.write_bytes(b"z"), real(*args)))
    over = until_over(ana, ana.client.send_file(plan))
    assert over.detail == "plan.pdf changed while it was being sent. Please send it again."


def test_a_file_that_grows_on_the_way_arrives_as_it_was_read(
    serve: Serve, join: Join, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = join(serve(), "Ana")
    real = transfers.upload

    def growing(*args: object) -> None:
        with open(plan, "ab") as file:
            file.write(b"one more line")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(transfers, "upload", growing)
    assert Path(get(ana, send(ana, plan)).path).read_bytes() == DATA
    assert all(event.done <= len(DATA) for event in ana.heard if isinstance(event, Progress)), "no more is sent"


def test_one_sentence_to_who_asks_for_too_much(serve: Serve, join: Join, plan: Path, tmp_path: Path) -> None:
    server = serve(quota=Quota(file=1_000_000))
    ana = join(server, "Ana")
    ana.until(Joined)
    over = until_over(ana, ana.client.send_file(plan))
    assert (over.state, over.detail) == ("failed", "A file may have 1.0 MB here, this one has 3.0 MB.")
    assert not over.size, "it was not even read"
    over = until_over(ana, ana.client.send_file(tmp_path / "nothing"))
    assert over.detail == "nothing cannot be read: No such file or directory."
    over = until_over(ana, ana.client.send_file(Path("/dev/null")))
    assert over.detail == "null is no file and no folder."


def test_cancelling(serve: Serve, join: Join, plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = join(serve(), "Ana")
    message = send(ana, plan)
    real = transfers.download
    transfer = ""

    def cancelled(*args: object) -> None:
        ana.client.cancel_file(transfer)
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(transfers, "download", cancelled)
    monkeypatch.setattr(transfers.Job, "rest", lambda job, _: job.check())
    transfer = ana.client.get_file(message)
    assert until_over(ana, transfer).state == "cancelled"
    assert list(downloads().iterdir()) == []


def test_one_file_twice_at_once_into_one_folder(serve: Serve, join: Join, plan: Path) -> None:
    server = serve()
    ana = join(server, "Ana")
    message = send(ana, plan)
    ids = [ana.client.get_file(message) for _ in range(transfers.MAX_AT_ONCE)]
    overs: list[Progress] = []
    ana.until(Progress, lambda p: (overs.append(p) if p.over and p.id in ids else None, len(overs) == len(ids))[1])
    assert [over.detail for over in overs] == [""] * len(ids)
    assert {Path(over.path).name for over in overs} == {"plan.pdf", "plan (2).pdf", "plan (3).pdf"}
    assert all(Path(over.path).read_bytes() == DATA for over in overs)
    assert len(list(downloads().iterdir())) == len(ids), "no part stays behind"


def test_so_many_at_once(serve: Serve, join: Join, plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a thread, as long as it waits, too."""
    server = serve()
    ana = join(server, "Ana")
    message = send(ana, plan)
    server.close()  # they wait for tickets from now on
    for thread in threads():  # of the upload
        thread.join(PATIENCE)
    for _ in range(transfers.MAX_AT_ONCE + 4):
        ana.client.get_file(message)
    assert len(threads()) == transfers.MAX_AT_ONCE
    monkeypatch.setattr(transfers, "MAX_JOBS", transfers.MAX_AT_ONCE + 4)
    with pytest.raises(TransferFailed, match="Too many files wait already"):
        ana.client.get_file(message)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("lanchat-transfer")]


def test_what_waits_is_told_before_what_became_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where a thread is free the moment that it is told."""
    monkeypatch.setattr(transfers, "MAX_AT_ONCE", 1)
    first_runs, second_told = threading.Event(), threading.Event()
    told: list[tuple[str, str]] = []

    def emit(progress: Progress) -> None:
        if progress.state == "reading" and progress.id == "t1":
            first_runs.set()
            second_told.wait(PATIENCE)
        elif progress.state == "waiting" and progress.id == "t2":
            (thread,) = [t for t in threading.enumerate() if t.name == "lanchat-transfer-t1"]
            second_told.set()
            thread.join(PATIENCE)  # it has done what there is to do
        told.append((progress.id, progress.state))

    nothing: Any = None
    desk = transfers.Transfers(nothing, nothing, nothing, lambda: None, emit)
    desk.upload(tmp_path / "none", "", 0, "")
    assert first_runs.wait(PATIENCE)
    desk.upload(tmp_path / "none", "", 0, "")
    desk.close()
    second = [state for id, state in told if id == "t2"]  # noqa: A001 - as Progress names it
    assert second[0] == "waiting"
    assert second[-1] == "failed"


def test_leaving_ends_what_is_under_way(serve: Serve, join: Join, plan: Path) -> None:
    server = serve()
    ana = join(server, "Ana")
    message = send(ana, plan)
    server.close()
    ids = [ana.client.get_file(message) for _ in range(5)]
    ana.client.close()
    assert not any(p.id in ids and p.state == "done" for p in ana.heard if isinstance(p, Progress))


def test_a_transfer_that_ends_before_its_race_begins_leaves_no_socket(tmp_path: Path) -> None:
    """Nobody would close it."""
    (tmp_path / "plan").write_bytes(b"x")
    told: queue.SimpleQueue[Progress] = queue.SimpleQueue()
    dials: list[Dial] = []

    def dial() -> Dial:
        sending.cancel("t1")
        dials.append(Dial([], None))
        return dials[0]

    def ask(make: Make, answer: Answer) -> bool:
        answer(Ticket("f1", "token"))
        return True

    sending = transfers.Transfers(ask, dial, lambda *_: "", lambda: None, told.put)
    sending.upload(tmp_path / "plan", "", 0, "")
    while (progress := told.get(timeout=PATIENCE)).state != "cancelled":
        assert not progress.over
    sending.close()
    assert dials[0]._cancelled.fileno() == dials[0]._canceller.fileno() == -1
