"""Draws the pictures of the README from the real program: `python -m tests.pictures docs/pictures` (root, X tools).

Four hosts in network namespaces: three serve rooms, people talk in one of them from the terminal; on the fourth
the window finds the rooms, joins by the keyboard, and is photographed. Looked at by a person afterwards.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.gui.display import own_display
from tests.lan import Host, Lan

PATIENCE = 20.0  # s for anything to appear
LANCHAT = [sys.executable, "-m", "lanchat"]
ROOMS = ("Studio Nord", "Print shop floor", "LAN party basement", "Reception", "Room 204 · Physics")
TALK = (
    ("Ana Lindqvist", "Morning! The review moved to 10:30, same room."),
    ("Ana Lindqvist", "Notes from last week: http://192.168.1.23:8080/notes/41.html"),
    ("Mateo Ruiz", "Thanks. Build looks **good** here, one regression in `export.py`."),
    ("Priya Nair", "That one is mine. The fix is on priya/contour, could you try it? 🙏"),
    ("Mateo Ruiz", "Works 👍"),
    ("Ana Lindqvist", "The internet is down again, by the way. Nobody noticed 😄"),
)
MINE = "Good morning! I found this room by itself."


class Stage:
    """The hosts and what runs on them."""

    def __init__(self, lan: Lan, homes: Path, display: str) -> None:
        self._homes = homes
        self._display = display
        self.hosts = [lan.host() for _ in range(4)]

    def environment(self, host: Host) -> dict[str, str]:
        home = str(self._homes / host.name)
        return {**os.environ, "DISPLAY": self._display, "LANCHAT_HOME": home, "PYTHONIOENCODING": "utf-8"}

    def serve(self) -> None:
        for host, room in zip(itertools.cycle(self.hosts[:3]), ROOMS, strict=False):
            server = host.popen([*LANCHAT, "serve", "--name", room], env=self.environment(host), stdout=subprocess.PIPE)
            assert server.stdout is not None
            assert server.stdout.readline()

    def talk(self) -> None:
        """Everybody of TALK joins the first room from the second host, and says its lines in order."""
        host, address = self.hosts[1], self.hosts[0].ip
        people: dict[str, subprocess.Popen[str]] = {}
        for nick, line in TALK:
            if nick not in people:
                command = [*LANCHAT, "--profile", nick, "join", f"{address}:5055", "--nick", nick]
                people[nick] = host.popen(
                    command, env=self.environment(host), stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            speaker = people[nick]
            assert speaker.stdin is not None
            assert speaker.stdout is not None
            speaker.stdin.write(line + "\n")
            speaker.stdin.flush()
            while line not in speaker.stdout.readline():
                continue

    def make_rooms(self) -> None:
        """The viewer has been here before, and made rooms."""
        script = (
            "from lanchat.client import Client, events; from lanchat.protocol.rooms import Create\n"
            f"with Client('{self.hosts[0].ip}:5055', 'Sam Okafor') as me:\n"
            "    for event in me.events:\n"
            "        if isinstance(event, events.Joined):\n"
            "            me.do(Create('builds', 'red and green'))\n"
            "            last = me.do(Create('games', 'Friday, after eight'))\n"
            "        if isinstance(event, events.Outcome) and event.id == last:\n"
            "            break\n"
        )
        self.hosts[3].run([sys.executable, "-c", script], env=self.environment(self.hosts[3]))

    def photograph(self, theme: str, folder: Path) -> None:
        viewer = self.hosts[3]
        environment = self.environment(viewer)
        choice = (
            "from lanchat.client import preferences as p, profile; "
            f"profile.Profile().update(nick='Sam Okafor', preferences=p.Preferences(theme='{theme}'))"
        )
        viewer.run([sys.executable, "-c", choice], env=environment)
        window = viewer.popen(LANCHAT, env=environment)
        try:
            self._picture("^lanchat$", folder / f"picker-{theme}.png", lambda: self._colours() > 100)
            self._keys("End", "Return")
            self._find("^Join ")
            self._keys("Return")
            self._find("lobby")
            self._tool("type", "--delay", "60", MINE)
            self._keys("Return")
            self._picture("lobby", folder / f"chat-{theme}.png", lambda: True)
        finally:
            window.terminate()
            window.wait()

    # xdotool and ImageMagick

    def _picture(self, title: str, file: Path, ready: Callable[[], bool]) -> None:
        name = self._find(title)
        _until(ready)
        time.sleep(1.5)  # a picture is for people: nothing tells that the last repaint is done
        subprocess.run(["import", "-display", self._display, "-window", name, str(file)], check=True)
        print(file)

    def _find(self, title: str) -> str:
        found: list[str] = []

        def look() -> bool:
            found[:] = self._tool("search", "--onlyvisible", "--name", title).split()
            return bool(found)

        _until(look)
        return found[-1]

    def _keys(self, *keys: str) -> None:
        for key in keys:
            self._tool("key", key)
            time.sleep(0.3)  # as a person would

    def _tool(self, *arguments: str) -> str:
        environment = {**os.environ, "DISPLAY": self._display, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False)
        return done.stdout

    def _colours(self) -> int:
        """How much there is to see: an empty list has few colours."""
        command = ["import", "-display", self._display, "-window", "root", "-format", "%k", "info:-"]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout or 0)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it does not appear"
        time.sleep(0.1)


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as homes, own_display() as display, Lan() as lan:
        set_up = Stage(lan, Path(homes), display)
        set_up.serve()
        set_up.talk()
        set_up.make_rooms()
        yield set_up


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with stage() as everything:
        for theme in ("light", "dark"):
            everything.photograph(theme, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
