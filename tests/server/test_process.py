"""`lanchat serve` as a process: what it prints, how it ends, and disks and descriptors that are full."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.identity import MemberKey
from lanchat.journal import Journal
from tests.server.raw_client import DEADLINE, Frame, RawClient, RawSocket, wait_until

QUIET = ("--host", "127.0.0.1", "--no-mdns", "--no-beacon", "--rate-limit", "off")


class Process:
    """A server that listens. `errors`: what it logged, once it has ended."""

    def __init__(self, data: Path, *options: str, port: int = 0) -> None:
        self.errors = ""
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "lanchat", "serve", "--data", data, "--port", str(port), *QUIET, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.popen.stdout is not None
        self.line = self.popen.stdout.readline()
        assert "is open on port" in self.line
        self.port = int(self.line.split("port ")[1].split(",")[0])

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The exit code, after this signal."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        self.errors += self.popen.communicate(timeout=DEADLINE)[1] if self.popen.returncode is None else ""
        return self.popen.returncode


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "room", "--name", "Studio Nord")
    yield process
    process.end()


def fails(*arguments: object) -> tuple[int, str]:
    """Exit code and what is on stderr, of a serve that must not stay."""
    done = subprocess.run(
        [sys.executable, "-m", "lanchat", "serve", *QUIET[2:], *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def one_sentence(outcome: tuple[int, str]) -> str:
    code, said = outcome
    assert code == 1
    assert said.startswith("lanchat: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


def test_a_server_listens_before_it_reads_what_only_the_first_to_join_needs(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from lanchat.server import Config, Server
looked = lambda: "confusable_homoglyphs" in sys.modules
for again in range(2):  # the second time with rooms
    with Server(Config(data=Path(sys.argv[1]), host="127.0.0.1", port=0)) as server:
        before = looked()
        if again:
            server.warm_up()
        print(before, looked())
"""
    command = [sys.executable, "-c", code, tmp_path / "room"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout.split() == ["False", "False", "False", "True"]


def test_it_says_in_one_line_what_is_open_where(running: Process, tmp_path: Path) -> None:
    with RawClient(running.port) as client:
        client.tell(kind="info")
        info = client.until("info")
    assert running.line == f"lanchat: “Studio Nord” is open on port {running.port}, id {info['id']}\n"
    assert (tmp_path / "room" / "running.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_goodbye_and_exit_0(running: Process, tmp_path: Path, number: signal.Signals) -> None:
    with RawClient(running.port) as ana:
        ana.join("Ana")
        running.popen.send_signal(number)
        assert ana.until_end()[-1]["code"] == "closing"
    assert running.end() == 0
    assert running.errors == ""
    assert not (tmp_path / "room" / "running.json").exists()


def test_impatient_signals_end_it_too(running: Process) -> None:
    """A handler that waits for a lock which the main thread holds just then would hang for ever."""
    for _ in range(300):
        running.popen.send_signal(signal.SIGTERM)
    running.popen.communicate(timeout=DEADLINE)
    assert running.popen.returncode in (0, -signal.SIGTERM)  # the last may come when Python took its handlers down


def test_a_directory_in_use_names_the_first(running: Process, tmp_path: Path) -> None:
    said = one_sentence(fails("--data", tmp_path / "room", "--host", "127.0.0.1", "--port", 0))
    assert f"in use by process {running.popen.pid}" in said


def test_a_port_in_use(running: Process, tmp_path: Path) -> None:
    said = one_sentence(fails("--data", tmp_path / "other", "--host", "127.0.0.1", "--port", running.port))
    assert f"port {running.port} is in use" in said


def test_a_directory_of_a_newer_version(tmp_path: Path) -> None:
    Journal.open(tmp_path / "journal.db").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as database:
        database.execute("PRAGMA user_version = 99")
    assert "newer lanchat" in one_sentence(fails("--data", tmp_path, "--port", 0))


def test_directories_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Not a directory" in one_sentence(fails("--data", tmp_path / "file" / "below"))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "server.key").write_text("broken")
    assert "it is damaged" in one_sentence(fails("--data", tmp_path / "a", "--port", 0))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "journal.db").write_bytes(b"no database" * 1000)
    assert "cannot be used" in one_sentence(fails("--data", tmp_path / "b", "--port", 0))
    (tmp_path / "c" / "running.json").mkdir(parents=True)
    assert "running.json" in one_sentence(fails("--data", tmp_path / "c", "--host", "127.0.0.1", "--port", 0))


def test_a_directory_of_somebody_else(tmp_path: Path) -> None:
    """As nobody: root may read everything."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    (tmp_path / "theirs").mkdir(mode=0o700)
    (tmp_path / "theirs" / "journal.db").touch()
    for part in (tmp_path, *tmp_path.parents[:3]):
        if part != Path("/tmp"):
            part.chmod(0o755)
    for command in (["serve", "--port", "0"], ["journal", "check"]):
        script = (
            "import os, sys; os.setgid(65534); os.setuid(65534); "
            f"sys.argv = ['lanchat', *{command!r}, '--data', {str(tmp_path / 'theirs')!r}]; "
            "from lanchat.cli import main; main()"
        )
        # Imported before the rights are given up: the interpreter may lie in a home of root's
        warm = "import lanchat.cli.serve, lanchat.cli.journal, lanchat.discovery.announcer, lanchat.discovery.mdns; "
        done = subprocess.run(
            [sys.executable, "-c", warm + script], capture_output=True, text=True, timeout=60, check=False
        )
        assert "Permission denied" in one_sentence((done.returncode, done.stderr))


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
def test_an_address_of_another_machine(tmp_path: Path, host: str) -> None:
    assert f"no address “{host}”" in one_sentence(fails("--data", tmp_path, "--host", host, "--port", 0))


@pytest.mark.parametrize(
    "options",
    [("--port", 70000), ("--port", "x"), ("--max-clients", 0), ("--rate-limit", "never"), ("--nonsense",), ("more",)],
)
def test_wrong_usage_is_exit_2(options: tuple[object, ...]) -> None:
    code, said = fails(*options)
    assert code == 2
    assert "Usage" in said


def test_options_reach_the_server(tmp_path: Path) -> None:
    process = Process(tmp_path / "room", "--max-clients", "1", "--rate-limit", "3")
    with RawClient(process.port) as ana, RawClient(process.port) as bob:
        welcome = ana.join("Ana")
        assert (welcome["max_users"], welcome["limits"]["rate"]) == (1, 3)
        assert bob.hello("Bob")["code"] == "full"
    assert process.end() == 0


# Disks and descriptors that are full


def set_limit(process: Process, which: int, soft: int) -> None:
    _, hard = resource.prlimit(process.popen.pid, which)
    resource.prlimit(process.popen.pid, which, (soft, hard))


@contextlib.contextmanager
def full_disk(process: Process) -> Iterator[None]:
    """No file of the server's can grow meanwhile: SQLite's writes fail, as on a full disk."""
    set_limit(process, resource.RLIMIT_FSIZE, 1)
    try:
        yield
    finally:
        set_limit(process, resource.RLIMIT_FSIZE, resource.RLIM_INFINITY)


def test_a_full_disk_is_told_to_the_author_and_the_server_lives_on(running: Process) -> None:
    with RawClient(running.port) as ana, RawClient(running.port) as eva:
        ana.join("Ana")
        eva.join("Eva")
        ana.say("1", "stored")
        ana.until("message", seq=1)
        with full_disk(running):
            ana.say("2", "not stored")
            error = ana.until("error")
            assert (error["code"], error["id"]) == ("not_stored", "2")
            assert "cannot store" in error["detail"]
            eva.sync()
        ana.say("3", "stored again")
        eva.until("message", id="3", seq=2)
        assert eva.texts() == ["stored", "stored again"]
    assert running.end() == 0
    assert "nothing can be stored" in running.errors


def test_nothing_of_a_key_jumps_over_what_was_not_stored(running: Process, tmp_path: Path) -> None:
    """Its counter would tell that the earlier one is stored, too: it would never be sent again, and be lost."""
    key = MemberKey(tmp_path / "key")
    with RawClient(running.port, tls=True) as ana:
        ana.join("Ana", key=key)
        ana.say("run-0", "stored")
        ana.until("message", id="run-0")
        with full_disk(running):
            ana.say("run-1", "not stored")
            ana.until("error", id="run-1", code="not_stored")
        ana.say("run-2", "too early")
        ana.until("error", id="run-2", code="not_stored")
        ana.tell(kind="resend")
        ana.say("run-1", "not stored")
        ana.say("run-2", "too early")
        ana.until("message", id="run-2")
        assert ana.texts() == ["stored", "not stored", "too early"]


def test_with_no_descriptors_left_it_turns_away_and_recovers(tmp_path: Path) -> None:
    process = Process(tmp_path / "room")
    with RawClient(process.port) as ana:
        ana.join("Ana")
        used = len(os.listdir(f"/proc/{process.popen.pid}/fd"))
        for free in (3, 8):
            set_limit(process, resource.RLIMIT_NOFILE, used + free)
            others = [RawSocket(process.port) for _ in range(10)]
            wait_until(lambda n=used + free - 1: len(os.listdir(f"/proc/{process.popen.pid}/fd")) >= n)  # type: ignore[misc]
            ana.say(str(free), "I am still served")
            ana.until("message", id=str(free))
            for other in others:
                other.close()
            wait_until(lambda: len(os.listdir(f"/proc/{process.popen.pid}/fd")) <= used)
        set_limit(process, resource.RLIMIT_NOFILE, 1000)
        with RawClient(process.port) as late:
            late.join("Late")
            ana.until_here("Ana", "Late")
    assert process.end() == 0


def test_after_kill_9_the_same_directory_serves_again(tmp_path: Path) -> None:
    frames: list[Frame] = []
    for start in (1, 4):
        process = Process(tmp_path / "room")
        with RawClient(process.port) as ana:
            frames.append(ana.join("Ana"))
            for n in range(start, start + 3):
                ana.say(str(n), "told, hence stored")
                ana.until("message", seq=n)
        process.end(signal.SIGKILL)
    assert frames[0]["journal"] == frames[1]["journal"]
    assert frames[0]["id"] == frames[1]["id"]
    assert (tmp_path / "room" / "running.json").exists()  # nobody was there to remove it
