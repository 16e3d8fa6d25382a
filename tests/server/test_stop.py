"""How a server ends, what it leaves, and who may have its directory and its port."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
from pathlib import Path

import pytest

from lanchat.discovery import Announcer
from lanchat.errors import ServeError, StoreFailed, StoreInUse
from lanchat.lockfile import LockFile
from lanchat.server import Config, Server, limits
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import RawClient, RawSocket


def config(data: Path, **options: object) -> Config:
    chosen = {"name": "Room", "data": data, "host": "127.0.0.1", "port": 0, "mdns": False, "beacon": False, **options}
    return Config(**chosen)  # type: ignore[arg-type]


def threads() -> list[str]:
    return sorted(t.name for t in threading.enumerate() if t.name.startswith("lanchat"))


def test_members_hear_a_goodbye_as_the_last_word(server: Server, connect: Connect) -> None:
    ana, eva, plain = connect("Ana"), connect("Eva", tls=True), connect()
    plain.send(b"Nico\n")
    ana.until_here("Ana", "Eva", "Nico")
    ended: list[str] = []

    def hear(client: RawClient) -> None:
        ended.append(client.until_end()[-1]["code"])
        client.close()

    readers = [threading.Thread(target=hear, args=(client,)) for client in (ana, eva)]
    for reader in readers:
        reader.start()
    closer = threading.Thread(target=server.close)
    closer.start()
    assert plain.read_all().endswith(b"* The server closes. Goodbye.\n")
    plain.close()
    for thread in (*readers, closer):
        thread.join()
    assert ended == ["closing", "closing"]
    assert threads() == []


def test_nothing_is_left_even_when_nobody_goes(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Members that stay, one that does not read, one in the middle of TLS, one that never spoke."""
    monkeypatch.setattr(limits, "CLOSE_TIMEOUT", 0.1)
    connect("Ana")
    connect("Eva", tls=True)
    deaf = connect("Deaf")
    deaf.send(b'{"type":"ping","nonce":"' + b"n" * 60 + b'"}\n' * 1000)
    half, silent = RawSocket(server.port), RawSocket(server.port)
    half.send(b"\x16\x03")
    server.close()
    assert threads() == []
    half.close()
    silent.close()
    server.close()  # again: nothing happens
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_a_member_held_back_by_the_rate_does_not_hold_up_the_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLOSE_TIMEOUT", 0.1)
    server = serve(rate=1)
    with RawClient(server.port) as ana:
        ana.join("Ana")
        for n in range(50):
            ana.say(str(n), "fast")
        ana.until("message")
        server.close()
    assert threads() == []


def test_the_directory_is_locked_and_free_again(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    with pytest.raises(StoreInUse) as caught:
        Server(config(tmp_path / "room"))
    assert f"process {os.getpid()}" in str(caught.value)
    assert str(tmp_path / "room") in str(caught.value)
    server.close()
    with Server(config(tmp_path / "room")) as again:
        assert again.id == server.id


def test_a_port_in_use_is_said_and_frees_the_directory(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    with pytest.raises(ServeError, match=f"port {server.port} is in use"):
        Server(config(tmp_path / "other", port=server.port))
    LockFile(tmp_path / "other" / "lock").close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a..b", "x" * 300])
def test_an_address_that_is_not_ours_is_said(tmp_path: Path, host: str) -> None:
    with pytest.raises(ServeError, match="this machine has no address"):
        Server(config(tmp_path / "room", host=host))


def test_the_next_port_is_taken_where_the_default_one_is_in_use(tmp_path: Path) -> None:
    with Server(config(tmp_path / "a", port=None)) as first, Server(config(tmp_path / "b", port=None)) as second:
        assert first.port != second.port
        assert {first.port, second.port} <= set(range(5055, 5075))
    with Server(config(tmp_path / "a", port=first.port)) as again:  # at once: no wait for the system
        assert again.port == first.port


def test_dual_stack_serves_both(serve: Serve) -> None:
    server = serve(host=None)
    with RawClient(server.port) as ana, RawClient(server.port, host="::1") as eva:
        ana.join("Ana")
        eva.join("Eva")
        eva.until_here("Ana", "Eva")


def test_running_json_tells_other_programs_and_goes(tmp_path: Path, serve: Serve) -> None:
    server = serve(name="Studio Nord")
    path = tmp_path / "room" / "running.json"
    facts = json.loads(path.read_text())
    assert {**facts, "started": 0} == {
        "pid": os.getpid(),
        "port": server.port,
        "id": server.id,
        "run": server.run,
        "name": "Studio Nord",
        "locked": False,
        "started": 0,
    }
    server.close()
    assert not path.exists()


def test_who_hears_the_goodbye_finds_the_port_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    goodbye = Announcer.close

    def close(announcer: Announcer) -> None:
        with socket.socket() as visitor:
            tried.append(visitor.connect_ex(("127.0.0.1", server.port)))
        goodbye(announcer)

    with Server(config(tmp_path / "room", host=None, beacon=True)) as server:
        monkeypatch.setattr(Announcer, "close", close)
    assert tried == [errno.ECONNREFUSED]


def test_a_server_that_cannot_start_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "room" / "running.json").mkdir(parents=True)
    with pytest.raises(StoreFailed, match=r"running\.json"), Server(config(tmp_path / "room")):
        pass
    assert threads() == []
    LockFile(tmp_path / "room" / "lock").close()


def test_a_server_that_never_started_can_be_closed(tmp_path: Path) -> None:
    Server(config(tmp_path / "room")).close()
    LockFile(tmp_path / "room" / "lock").close()


def test_names_are_cleaned_before_they_are_announced(tmp_path: Path) -> None:
    server = Server(config(tmp_path / "room", name="Stu\u202edio\n\x1b[31m " + "é" * 80))
    server.close()
    assert server.name.startswith("Studio[31m é")
    assert len(server.name.encode()) <= 63
