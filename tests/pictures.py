"""Draws the pictures of the README from the real program: `python -m tests.pictures docs/pictures` (root, X tools).

Four hosts in network namespaces: three serve rooms, people talk in one of them (tests/scene.py); on the fourth the
window finds the rooms, joins by the keyboard, and is photographed: light, dark with a search, and at twice the size.
Looked at by a person afterwards.
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

from PIL import Image

from tests.gui.display import own_display
from tests.lan import Host, Lan

PATIENCE = 20.0  # s for anything to appear
FULL = 100  # colours on the screen, at least, once the list has rooms: an empty one has few
LANCHAT = [sys.executable, "-m", "lanchat"]
ROOMS = ("Studio Nord", "Print shop floor", "LAN party basement", "Reception", "Room 204 · Physics")
SIZE = (1180, 860)  # px at 96 dpi of the window
ME = "Sam Okafor"


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

    @contextlib.contextmanager
    def people(self) -> Iterator[None]:
        """The viewer has been here before, and made rooms; the others talk, and stay."""
        key, address = self._make_rooms(), f"{self.hosts[0].ip}:5055"
        command = [sys.executable, "-m", "tests.scene", address, key]
        host = self.hosts[1]
        scene = host.popen(command, env=self.environment(host), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with scene:
            assert scene.stdout is not None
            assert scene.stdout.readline() == "ready\n"
            yield
            assert scene.stdin is not None
            scene.stdin.close()

    def _make_rooms(self) -> str:
        """Returns the viewer's key."""
        script = (
            "from lanchat.client import Client, events; from lanchat.protocol.rooms import Create\n"
            f"with Client('{self.hosts[0].ip}:5055', '{ME}') as me:\n"
            "    for event in me.events:\n"
            "        if isinstance(event, events.Joined):\n"
            "            me.do(Create('builds', 'red and green'))\n"
            "            last = me.do(Create('games', 'Friday, after eight'))\n"
            "        if isinstance(event, events.Outcome) and event.id == last:\n"
            "            break\n"
            "    print(me.key)\n"
        )
        viewer = self.hosts[3]
        return viewer.run([sys.executable, "-c", script], env=self.environment(viewer)).stdout.strip()

    @contextlib.contextmanager
    def window(self, theme: str, scale: int = 1) -> Iterator[None]:
        viewer, (width, height) = self.hosts[3], SIZE
        environment = {**self.environment(viewer), "LANCHAT_SCALE": str(scale)}
        choice = (
            "from lanchat.client import preferences as p, profile; profile.Profile().update("
            f"nick='{ME}', preferences=p.Preferences(theme='{theme}'), window='{width * scale}x{height * scale}')"
        )
        viewer.run([sys.executable, "-c", choice], env=environment)
        window = viewer.popen(LANCHAT, env=environment)
        try:
            self._find("^lanchat$")
            _until(lambda: self._colours() > FULL)
            yield
        finally:
            window.terminate()
            window.wait()

    def join(self) -> None:
        """By the keyboard: the last room of the list is the one where people talk."""
        self._keys("End", "Return")
        self._find("^Join ")
        self._keys("Return")
        self._find("lobby")

    def search(self, words: str) -> None:
        self._keys("Escape", "ctrl+f")  # from the newest message
        self._tool("type", "--delay", "60", words)
        self._keys("Return")

    def photograph(self, title: str, file: Path) -> None:
        name = self._find(title)
        time.sleep(2)  # a picture is for people: nothing tells that the last repaint is done
        subprocess.run(["import", "-display", self._display, "-window", name, str(file)], check=True)
        with Image.open(file) as shot:
            picture = shot.convert("RGB")
        picture.save(file, optimize=True)
        print(file, file.stat().st_size)

    # xdotool and ImageMagick

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
        with set_up.people():
            yield set_up


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with stage() as everything:
        with everything.window("light"):
            everything.photograph("^lanchat$", folder / "picker-light.png")
        with everything.window("dark"):
            everything.join()
            everything.search("fix")
            everything.photograph("lobby", folder / "chat-dark.png")
        with everything.window("light", scale=2):
            everything.join()
            everything.photograph("lobby", folder / "chat-2x.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
