"""`lanchat doctor HOST`: each step on the way to a server, and the first that fails says what to do."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from lanchat.client import Profile
from lanchat.doctor.facts import KeyState, Step, Visit
from lanchat.doctor.host import visit
from lanchat.doctor.judge_host import judge_visit
from lanchat.doctor.report import Finding, Level
from lanchat.identity import ServerKey
from lanchat.protocol.target import Address
from tests.people import ServerProcess, free_port

FINE = Visit(
    "nord:5055",
    resolved=Step.OK,
    routed=Step.OK,
    address="192.168.1.7",
    link="eth0",
    own="192.168.1.23",
    udp=Step.OK,
    tcp=Step.OK,
    tls=Step.OK,
    key=KeyState.KNOWN,
    known_words="lusab",
    found_words="lusab",
    said=Step.OK,
    users=3,
    max_users=50,
    delays=(1.0, 30.0, 2.0),
)
STEPS = ["name", "route", "udp", "tcp", "tls", "key", "hello", "version", "room", "round-trip"]


def fine(**changes: Any) -> Visit:
    return replace(FINE, **changes)


def broken(**changes: Any) -> Visit:
    """Up to a step; those behind it were not tried."""
    after = {"udp": None, "tcp": None, "tls": None, "key": None, "said": None, "delays": ()}
    return fine(**{**after, **changes})


def by_code(seen: Visit) -> dict[str, Finding]:
    return {finding.code: finding for finding in judge_visit(seen).findings}


def test_a_good_server_is_good() -> None:
    report = judge_visit(FINE)
    assert [finding.code for finding in report.findings] == STEPS
    assert {finding.level for finding in report.findings} == {Level.OK}
    assert report.verdict == "All is well: nord:5055 can be joined."
    assert "Round trip: 2.0 ms" in report.findings[-1].sentence


BEFORE_TCP = {"udp": Step.OK}
BEFORE_TLS = {**BEFORE_TCP, "tcp": Step.OK}
BEFORE_KEY = {**BEFORE_TLS, "tls": Step.OK}
BEFORE_WORDS = {**BEFORE_KEY, "key": KeyState.NEW}


@pytest.mark.parametrize(
    ("seen", "code", "piece"),
    [
        (broken(resolved=Step.UNREACHABLE, routed=None), "name", "Check the spelling"),
        (broken(routed=Step.UNREACHABLE), "route", "Join the network"),
        (broken(udp=Step.SILENT, tcp=Step.SILENT), "tcp", "Either no such computer"),
        (broken(udp=Step.SILENT, tcp=Step.SILENT, awake=True), "tcp", "names the command"),
        (broken(udp=Step.OK, tcp=Step.SILENT), "tcp", "Let TCP 5055 in"),
        (broken(udp=Step.REFUSED, tcp=Step.REFUSED), "tcp", "Check the port"),
        (broken(udp=Step.REFUSED, tcp=Step.REFUSED, other_port=5056), "tcp", "at port 5056"),
        (broken(udp=Step.SILENT, tcp=Step.UNREACHABLE), "tcp", "Check the address"),
        (broken(**BEFORE_TLS, tls=Step.WRONG), "tls", "Check the address and the port"),
        (broken(**BEFORE_TLS, tls=Step.SILENT), "tls", "Check the address and the port"),
        (broken(**BEFORE_KEY, key=KeyState.CHANGED), "key", "read its words aloud"),
        (broken(**BEFORE_WORDS, said=Step.SILENT), "hello", "start it anew"),
        (broken(**BEFORE_WORDS, said=Step.WRONG), "hello", "Check the address"),
        (fine(version=2), "version", "Update lanchat here"),
        (fine(version=0), "version", "Update lanchat on its computer"),
        (fine(users=50), "room", "Wait until somebody leaves"),
    ],
)
def test_the_step_that_fails_says_what_to_do(seen: Visit, code: str, piece: str) -> None:
    found = by_code(seen)
    assert [finding.code for finding in found.values() if finding.level is Level.PROBLEM] == [code]
    assert piece in found[code].advice
    assert judge_visit(seen).verdict == found[code].sentence
    if seen.said is not Step.OK:
        assert {found[later].level for later in STEPS[STEPS.index(code) + 1 :]} <= {Level.UNTRIED, Level.NOTE}


def test_what_is_worth_a_note() -> None:
    assert by_code(fine(udp=Step.SILENT))["udp"].level is Level.NOTE
    assert by_code(fine(delays=(400.0,)))["round-trip"].level is Level.NOTE
    assert "PIN" in by_code(fine(locked=True))["room"].sentence
    assert judge_visit(broken(cancelled=True)).verdict == "The check was stopped before its end."


# Against real servers, and others


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as server:
        yield server


def here(port: int) -> Address:
    return Address("127.0.0.1", port)


def test_a_server_step_by_step(server: ServerProcess) -> None:
    seen = visit(here(server.port))
    assert judge_visit(seen).healthy
    assert (seen.udp, seen.key) == (Step.REFUSED, KeyState.NEW)  # it was told to announce nothing
    assert (len(seen.delays), seen.link) == (5, "lo")
    assert (seen.users, seen.port) == (0, server.port)
    assert visit(here(server.port), known={server.id}).key is KeyState.KNOWN
    assert visit(here(server.port), expected=server.id).key is KeyState.KNOWN
    changed = visit(here(server.port), expected="1" * 32)
    assert (changed.key, changed.said) == (KeyState.CHANGED, None)


def test_nothing_listens(server: ServerProcess) -> None:
    assert visit(here(free_port())).tcp is Step.REFUSED


def test_a_visit_that_is_stopped_ends_between_two_steps(server: ServerProcess) -> None:
    seen = visit(here(server.port), cancelled=lambda: True)
    assert (seen.cancelled, seen.routed, seen.udp) == (True, Step.OK, None)


@contextlib.contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A program that is not lanchat, for one caller; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(30)
                with contextlib.suppress(OSError):  # the caller has enough
                    talk(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()


def test_another_service_is_told_from_lanchat() -> None:
    def smtp(sock: socket.socket) -> None:
        sock.sendall(b"220 mail ready\r\n")
        sock.recv(100)

    with answering(smtp) as port:
        assert visit(here(port)).tls is Step.WRONG


def test_what_says_nothing_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.doctor.host.TLS_TIMEOUT", 0.3)

    def listen(sock: socket.socket) -> None:
        while sock.recv(4096):
            continue

    with answering(listen) as port:
        assert visit(here(port)).tls is Step.SILENT


def test_tls_that_is_not_lanchat(tmp_path: Path) -> None:
    context: ssl.SSLContext = ServerKey(tmp_path).tls_context()

    def web(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as inside:
            inside.recv(100)
            inside.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            inside.recv(100)

    with answering(web) as port:
        seen = visit(here(port))
    assert (seen.tls, seen.said) == (Step.OK, Step.WRONG)


# The command


def lanchat(*arguments: str, profile: str = "default") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lanchat", "--profile", profile, "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_and_its_exit_codes(server: ServerProcess) -> None:
    done = lanchat(server.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"All is well: {server.address} can be joined.\n\nok      Name")
    closed = lanchat(f"127.0.0.1:{free_port()}", "--json")
    assert closed.returncode == 1
    assert json.loads(closed.stdout)["healthy"] is False
    wrong = lanchat("Studio Nord")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (1, "", 1)


def test_the_command_knows_the_pins_of_the_profile_and_keeps_them_to_itself(server: ServerProcess) -> None:
    Profile("default").pin(server.address, "1" * 32)
    changed = lanchat(server.address)
    assert changed.returncode == 1
    assert f"lanchat trust {server.address}" in changed.stdout
    passed_on = lanchat(server.address, "--report").stdout
    assert "not the one you knew" in passed_on
    assert str(server.port) not in passed_on.replace(f"port {server.port}", "")


def test_a_check_makes_no_profile(server: ServerProcess, own_home: Path) -> None:
    assert lanchat(server.address, profile="zoe").returncode == 0
    assert [path.name for path in (own_home / "profiles").iterdir()] == ["default"]  # who made the room
