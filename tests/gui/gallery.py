"""Draws the screens with sample data into PNG files: `python -m tests.gui.gallery FOLDER [NAME ...]`.

For looking at them, and for the pictures of the README. Needs ImageMagick (`import`), and Xvfb with openbox where no
DISPLAY is set. A picture is a function that fills the window; `picture` registers it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tkinter as tk
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from lanchat.client.events import Connecting, Ended, Failed, Lost, Page, Queued
from lanchat.errors import ConnectionLost
from lanchat.gui.chat import ChatScreen
from lanchat.gui.theme import Kit
from lanchat.gui.tokens import Mode
from lanchat.protocol.frames import Change, Member, Message
from tests.gui.display import own_display
from tests.gui.stand_in import ME, MY_KEY, ROOM, StandInClient, joined, presence, roster

SETTLE = 0.6  # s in which a window gets its last paint
Fill = Callable[[tk.Tk, Kit], object]


@dataclass(frozen=True)
class Picture:
    fill: Fill
    size: tuple[int, int]
    mode: Mode
    scale: float


PICTURES: dict[str, Picture] = {}


def picture(
    name: str, *, size: tuple[int, int] = (1180, 830), mode: Mode = "light", scale: float = 1.0
) -> Callable[[Fill], Fill]:
    """Registers a function of the empty window and its kit under `name`."""

    def register(fill: Fill) -> Fill:
        PICTURES[name] = Picture(fill, size, mode, scale)
        return fill

    return register


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    display = nullcontext(os.environ["DISPLAY"]) if os.environ.get("DISPLAY") else own_display()
    with display as name:
        for title in arguments[1:] or PICTURES:
            _draw(PICTURES[title], name, folder / f"{title}.png")
            print(folder / f"{title}.png")


def _draw(wanted: Picture, display: str, path: Path) -> None:
    root = tk.Tk(display, className="lanchat")
    kit = Kit(root, wanted.mode, wanted.scale)
    root.geometry("{}x{}+0+0".format(*(kit.px(length) for length in wanted.size)))
    wanted.fill(root, kit)
    deadline = time.monotonic() + SETTLE
    while time.monotonic() < deadline:
        root.update()
        time.sleep(0.005)
    environment = {**os.environ, "DISPLAY": display}
    subprocess.run(["import", "-window", str(root.winfo_id()), str(path)], env=environment, check=True)
    root.destroy()


# The chat


ANA, MATEO, PRIYA, HANA = (letter * 43 for letter in "ampx")
KEYS = {"Ana Lindqvist": ANA, "Mateo Ruiz": MATEO, "Priya Nair": PRIYA, "Hana Sato": HANA, ME: MY_KEY}
MORNING = (int(time.time()) // 86_400 * 86_400 + 9 * 3_600) * 1_000  # today at nine, UTC

TALK = [
    (-1_010, "Priya Nair", "Numbers for the grant are in. 12 % under, so we can take the better lamps."),
    (-1_004, "Ana Lindqvist", "Wonderful 🎉"),
    (2, "Ana Lindqvist", "Morning! The review moved to 10:30, same room."),
    (2, "Ana Lindqvist", "Notes from last week: http://192.168.1.23:8080/notes/2026-11-16.html"),
    (4, "Mateo Ruiz", "Thanks. Build looks good here, one regression in the exporter:"),
    (4, "Mateo Ruiz", "$ nord export --format svg plan.nd\nValueError: empty contour at index 3"),
    (7, "Priya Nair", "That one is mine. The fix is on priya/contour, could you try it? 🙏🏽"),
    (8, "Mateo Ruiz", "Works. 👍"),
    (15, "Ana Lindqvist", "Whiteboard from yesterday, before somebody wipes it (https://example.org/board)."),
    (21, "Hana Sato", "الاجتماع في الساعة العاشرة"),
    (21, "Hana Sato", "Sorry, wrong window 🙈 Does the grid still snap to 8 px in your branch, Sam?"),
    (
        22,
        ME,
        "Yes, 8 px everywhere except the ruler. I will write it down so that we do not have to ask a third "
        "time; the page about units is the right place for it, I think.",
    ),
]


def _entries(talk: list[tuple[int, str, str]], first: int = 1) -> list[Message]:
    return [
        Message(
            room=ROOM,
            seq=first + i,
            id=f"s-{i}",
            at=MORNING + minute * 60_000,
            nick=nick,
            key=KEYS.get(nick),
            text=text,
        )
        for i, (minute, nick, text) in enumerate(talk)
    ]


def _chat(root: tk.Tk, kit: Kit) -> ChatScreen:
    screen = ChatScreen(
        root, kit, StandInClient(), on_leave=root.quit, on_title=root.title, address="192.168.1.23:5055"
    )
    screen.pack(fill="both", expand=True)
    return screen


def _joined_chat(root: tk.Tk, kit: Kit) -> ChatScreen:
    screen = _chat(root, kit)
    screen.handle(joined(len(TALK)))
    members = [Member(name, key) for name, key in KEYS.items()]
    screen.handle(roster(*members, Member("Jonas", clear=True), Member("Chloé")))
    entries = _entries(TALK)
    screen.handle(Page(ROOM, entries[:9], start=True, catchup=True))
    screen.handle(
        presence(Change("joined", "Jonas", clear=True), Change("joined", "Chloé"), Change("joined", "Hana Sato", HANA))
    )
    for entry in entries[9:]:
        screen.handle(entry)
    root.update()
    return screen


@picture("chat-light")
@picture("chat-dark", mode="dark")
@picture("chat-2x", scale=2.0)
@picture("chat-small", size=(760, 520))
def chat(root: tk.Tk, kit: Kit) -> None:
    _joined_chat(root, kit)


@picture("chat-lost", mode="dark")
@picture("chat-lost-light")
def lost(root: tk.Tk, kit: Kit) -> None:
    screen = _joined_chat(root, kit)
    screen.handle(Lost("no answer", 3.4))
    screen.handle(Queued("k-8", "I am on the train, this goes out when the tunnel ends.", MORNING + 24 * 60_000))
    screen.handle(Queued("k-9", "Or when Ana plugs the switch back in 😄", MORNING + 24 * 60_000))


@picture("chat-failed")
def failed(root: tk.Tk, kit: Kit) -> None:
    screen = _joined_chat(root, kit)
    screen.handle(Failed("k-8", "This one is refused.", "The server's disk is full."))
    screen.composer.text.insert("1.0", "Several lines,\nwhich make the composer\ngrow")
    root.update()


@picture("chat-ended")
@picture("chat-ended-dark", mode="dark")
def ended(root: tk.Tk, kit: Kit) -> None:
    screen = _joined_chat(root, kit)
    screen.handle(Ended(ConnectionLost(detail="Ana closed the room. You can still read what was said.")))


@picture("chat-empty")
def empty(root: tk.Tk, kit: Kit) -> None:
    screen = _chat(root, kit)
    screen.handle(joined(0))
    screen.handle(roster(Member(ME, MY_KEY)))


@picture("chat-connecting", mode="dark")
def connecting(root: tk.Tk, kit: Kit) -> None:
    screen = _chat(root, kit)
    screen.handle(Connecting("192.168.1.23:5055"))


@picture("chat-rename")
def rename(root: tk.Tk, kit: Kit) -> None:
    screen = _joined_chat(root, kit)
    screen.side.me.edit()


@picture("chat-long", size=(900, 600))
def long(root: tk.Tk, kit: Kit) -> None:
    screen = _chat(root, kit)
    screen.handle(joined(3))
    names = [f"{'Wilhelmina von Hohenfels-Brandt'[: 31 - i]}{i}" for i in range(30)]
    screen.handle(roster(Member(ME, MY_KEY), *(Member(name, clear=i % 2 == 0) for i, name in enumerate(names))))
    talk = [(i, names[i % 3], "wordwithoutspaces" * 20 if i % 4 == 0 else f"Line {i} " * 30) for i in range(200)]
    screen.handle(Page(ROOM, _entries(talk), catchup=True))
    root.update()
    root.update()
    screen.messages.text.yview_scroll(-40, "units")
    root.update()
    for entry in _entries([(300 + i, "Ana Lindqvist", "New below") for i in range(12)], 201):
        screen.handle(entry)


if __name__ == "__main__":
    main(sys.argv[1:] or ["gallery"])
