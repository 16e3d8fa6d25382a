"""Names and messages that want to harm who reads them: in a terminal, in the window, in an export."""

from __future__ import annotations

import subprocess
import sys
import tkinter as tk
from collections.abc import Callable
from pathlib import Path

import pytest

from lanchat.client.events import Joined, Queued
from lanchat.errors import LocalProtocolError
from lanchat.gui.kit.theme import Kit
from lanchat.journal import Journal
from lanchat.protocol.frames import Message
from tests.client.conftest import Join
from tests.gui.conftest import display, kit, root, session_kit, session_root, until
from tests.people import ServerProcess
from tests.strangers import impostor, lets_in

__all__ = ["display", "kit", "root", "session_kit", "session_root", "until"]
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x1b[1A\x9b31m\r\x08"
TURNED = "\u202egnp.exe\u2066\u2028"
TCL = '[exec touch owned] $::env(HOME) {\\} "; destroy . ; # %W [expr 1+1]'
HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>&\"'"


def entry(seq: int, nick: str, text: str) -> Message:
    return Message("lobby", seq, f"{seq}", 1_790_000_000_000 + seq, nick, None, text)


def test_a_hostile_server_moves_no_cursor_in_the_terminal(tmp_path: Path) -> None:
    """Our server takes no such text; another one may send it."""
    lines = [entry(1, f"Eve{ESCAPES}{TURNED}", f"hi{ESCAPES}{TURNED}"), entry(2, "Bob", "the end")]
    talk = lets_in(tmp_path / "eve", *lines, name=f"Room{ESCAPES}")
    with impostor(tmp_path / "eve", talk) as address:
        command = [sys.executable, "-m", "lanchat", "join", address, "--nick", "Ana"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            assert process.stdout is not None
            printed = b""
            while b"the end" not in printed:
                line = process.stdout.readline()
                assert line, printed
                printed += line
            process.kill()
    text = printed.decode()
    assert "hi" in text
    assert not {c for c in text if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}
    assert not set(TURNED[:1] + TURNED[-2:]) & set(text)


def test_our_server_takes_no_control_characters(join: Join, tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room") as server:
        ana = join(server.address, "Ana")
        ana.until(Joined)
        with pytest.raises(LocalProtocolError, match="control"):
            ana.client.say(f"x{ESCAPES}")


@pytest.mark.display
@pytest.mark.parametrize("text", [TCL, HTML, TURNED, "\U0001f468\u200d\U0001f469" * 200, "z" + "\u0301" * 500])
def test_the_window_shows_it_and_runs_nothing(
    root: tk.Tk, kit: Kit, until: Callable[[Callable[[], object]], None], tmp_path: Path, text: str
) -> None:
    from lanchat.gui.chat.screen import ChatScreen

    class Nobody:
        nick, key = "Ana", "key"

        def __getattr__(self, name: str) -> object:
            return lambda *_, **__: None

    ends = {"on_leave": lambda: None, "on_forget": lambda: None}
    chat = ChatScreen(root, kit, Nobody(), **ends, on_title=root.title, address=text)
    chat.pack(fill="both", expand=True)
    chat.handle(entry(1, text[:32], text))
    chat.handle(Queued("a-1", text, 1_790_000_000_000))
    until(lambda: len(chat.messages.text.get("1.0", "end")) > 10)
    assert not Path("owned").exists()
    if text is TCL:
        assert text in chat.messages.text.get("1.0", "end")


def test_an_export_as_a_page_runs_nothing(tmp_path: Path) -> None:
    data = tmp_path / "room"
    data.mkdir()
    journal = Journal.open(data / "journal.db")
    links = f'javascript:alert(1) http://x/"onmouseover=alert(3) {HTML}'
    journal.append([entry(1, HTML[:32], HTML), entry(2, "Bob", links)], {})
    journal.close()
    command = [sys.executable, "-m", "lanchat", "journal", "export", "--format", "html", "--data", str(data)]
    page = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:" not in page.replace("javascript:alert(1)", "", 1), "as text alone"
    assert 'href="javascript' not in page
