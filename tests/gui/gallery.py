"""Draws the screens with sample data into PNG files: `python -m tests.gui.gallery FOLDER [NAME ...]`.

For looking at them, and for the pictures of the README. Needs ImageMagick (`import`), and Xvfb with openbox where no
DISPLAY is set. A picture is a function that fills the window; `picture` registers it.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import tkinter as tk
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import structs
from PIL import Image

from lanchat.client.events import Connecting, Ended, Error, Failed, Lost, Page, Progress, Queued
from lanchat.client.events import Found as Asked
from lanchat.client.hosting import Closed, Hosted
from lanchat.client.preferences import Preferences
from lanchat.client.profile import Recent, Visit
from lanchat.discovery.found import Found, State, Via
from lanchat.doctor.facts import Firewall, PortUse, Step
from lanchat.doctor.facts import Visit as FactsOfVisit
from lanchat.doctor.judge import judge
from lanchat.doctor.judge_host import judge_visit
from lanchat.doctor.report import Report
from lanchat.errors import ConnectionLost, HostSilent
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.dialogs.bans import BansDialog
from lanchat.gui.dialogs.host import HostDialog
from lanchat.gui.dialogs.invite import InviteDialog
from lanchat.gui.dialogs.key_sheet import KeySheet
from lanchat.gui.dialogs.nickname import NicknameDialog
from lanchat.gui.dialogs.pin import PinDialog
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.dialogs.settings import SettingsDialog
from lanchat.gui.here import KEEP_OR_CLOSE
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import Mode
from lanchat.gui.model.check import Outcome
from lanchat.gui.model.offers import for_person
from lanchat.gui.model.roster import Person
from lanchat.gui.picker.screen import Actions, Picker
from lanchat.paths import pictures
from lanchat.protocol.frames import (
    Change,
    Deleted,
    Edited,
    Entered,
    File,
    Member,
    Message,
    Pinned,
    Reacted,
    Rooms,
    Seen,
    Topic,
)
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Role, Rules, Sanction
from lanchat.protocol.query import Hit, Line, parse
from lanchat.protocol.rooms import Person as RoomPerson
from lanchat.protocol.rooms import RoomInfo, direct_name
from lanchat.protocol.target import Address, invitation_link
from tests.doctor.facts import healthy, link, port
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
    dialog: bool  # there is a second window over the first


PICTURES: dict[str, Picture] = {}


def picture(
    name: str,
    *,
    size: tuple[int, int] = (1180, 830),
    mode: Mode = "light",
    scale: float = 1.0,
    dialog: bool = False,
) -> Callable[[Fill], Fill]:
    """Registers a function of the empty window and its kit under `name`."""

    def register(fill: Fill) -> Fill:
        PICTURES[name] = Picture(fill, size, mode, scale, dialog)
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
    what = ["-window", str(root.winfo_id())]
    if wanted.dialog:  # a picture of one window does not show what lies over it
        area = f"{root.winfo_width()}x{root.winfo_height()}+{root.winfo_rootx()}+{root.winfo_rooty()}"
        what = ["-window", "root", "-crop", area, "+repage"]
    subprocess.run(["import", *what, str(path)], env=environment, check=True)
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
        root,
        kit,
        StandInClient(),
        on_leave=root.quit,
        on_forget=root.quit,
        on_title=root.title,
        address="192.168.1.23:5055",
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


def _with_rooms(root: tk.Tk, kit: Kit) -> ChatScreen:
    """Three rooms besides the first, one of them muted, one that nobody entered, and two conversations."""
    screen = _joined_chat(root, kit)
    pair = direct_name([MY_KEY, HANA])
    three = direct_name([MY_KEY, HANA, ANA])
    people = {MY_KEY: ME, HANA: "Hana Sato", ANA: "Ana Lindqvist"}
    rooms = [
        RoomInfo("builds", 4, "red and green", MY_KEY),
        RoomInfo("games", 9, "Friday, after eight"),
        RoomInfo("old-plans", 3, archived=True),
        RoomInfo("kitchen", 12, "whose turn it is"),
        RoomInfo("noise", 8),
        RoomInfo(pair, people=[RoomPerson(key, people[key]) for key in (MY_KEY, HANA)]),
        RoomInfo(three, people=[RoomPerson(key, people[key]) for key in (MY_KEY, HANA, ANA)]),
    ]
    screen.handle(Rooms(rooms))
    for room in (*rooms[:3], *rooms[4:]):
        screen.handle(Entered(room.name, room.head))
    at = MORNING + 30 * 60_000
    screen.handle(Topic("games", 10, "", at, "Hana Sato", HANA, "Friday, after eight"))
    texts = ("Who is in on Friday?", f"@{ME} you bring the switch, don't you?", "I bring cables")
    for seq, text in enumerate(texts, 11):
        screen.handle(Message("games", seq, "", at + seq, "Hana Sato", HANA, text))
    screen.handle(Message(pair, 1, "", at, "Hana Sato", HANA, "Between us: the surprise is in the fridge."))
    screen.handle(Message("builds", 5, "", at, "Jonas", None, "Green again."))
    screen.handle(Message("noise", 9, "", at, "Jonas", None, f"@{ME} louder"))
    screen.mark_levels({"noise": "nothing"})
    root.update()
    return screen


@picture("rooms-light")
@picture("rooms-dark", mode="dark")
def rooms(root: tk.Tk, kit: Kit) -> None:
    _with_rooms(root, kit)


@picture("rooms-open")
def room_open(root: tk.Tk, kit: Kit) -> None:
    screen = _with_rooms(root, kit)
    screen.model.set_focused(False)
    screen.open("games")


def _with_presence(root: tk.Tk, kit: Kit) -> ChatScreen:
    """People who are idle, away, busy; two pinned messages, and the tools at one."""
    screen = _with_rooms(root, kit)
    told = {
        "Ana Lindqvist": ("away", "lunch until one"),
        "Mateo Ruiz": ("idle", ""),
        "Priya Nair": ("busy", "grant report"),
    }
    for nick, (state, text) in told.items():
        screen.handle(presence(Change("status", nick, KEYS[nick], state=state, text=text)))
    screen.handle(Pinned(ROOM, len(TALK) + 1, "", MORNING + 40 * 60_000, "Ana Lindqvist", ANA, 3, on=True))
    screen.handle(Pinned(ROOM, len(TALK) + 2, "", MORNING + 41 * 60_000, "Ana Lindqvist", ANA, 9, on=True))
    screen.own.say("away", "back at two")
    root.update()
    root.update()
    drawn = next(one for one in screen.messages.drawn if one.block.key == (9, 0))
    message = screen.model.timeline.message((9, 0))
    assert message is not None
    for key in (HANA, ANA, MATEO, PRIYA, "z" * 43):
        screen.handle(Seen(ROOM, key, message.seq))
    screen.hover._show(drawn, message)
    return screen


@picture("presence-light")
@picture("presence-dark", mode="dark")
@picture("presence-2x", scale=2.0)
def presence_shown(root: tk.Tk, kit: Kit) -> None:
    _with_presence(root, kit)


@picture("presence-pins", dialog=True)
@picture("presence-pins-dark", mode="dark", dialog=True)
def pins(root: tk.Tk, kit: Kit) -> None:
    _with_presence(root, kit).bar.pins.open()


@picture("presence-direct")
def seen(root: tk.Tk, kit: Kit) -> None:
    """Our last message was read, and who read it is gone."""
    screen = _with_presence(root, kit)
    pair = direct_name([MY_KEY, HANA])
    screen.handle(Message(pair, 2, "", MORNING + 31 * 60_000, ME, MY_KEY, "I will not tell."))
    screen.handle(Seen(pair, HANA, 2))
    screen.handle(presence(Change("left", "Hana Sato", HANA)))
    screen.open(pair)


@picture("rooms-go", dialog=True)
@picture("rooms-go-dark", mode="dark", dialog=True)
def go_dialog(root: tk.Tk, kit: Kit) -> None:
    _with_rooms(root, kit).arranging.ask_where()


@picture("chat-files")
@picture("chat-files-dark", mode="dark")
@picture("chat-files-2x", scale=2.0)
def files(root: tk.Tk, kit: Kit) -> ChatScreen:
    """A file, one that is being saved, a picture, and two uploads, of which one failed."""
    screen = _joined_chat(root, kit)
    data = io.BytesIO()
    sea = Image.linear_gradient("L").resize((900, 600)).rotate(180)
    Image.merge("RGB", (sea.point(lambda v: v // 4), sea.point(lambda v: v // 2 + 40), sea)).save(data, "PNG")
    photo = File("sea at noon.png", len(data.getvalue()), "b" * 64, 900, 600)
    folder = pictures(screen.model.server_id) / photo.sha256
    folder.mkdir(parents=True, exist_ok=True)
    (folder / photo.name).write_bytes(data.getvalue())
    at = MORNING + 26 * 60_000
    plan, film = File("plan of the hall.pdf", 2_345_678, "a" * 64), File("opening.mp4", 812_000_000, "c" * 64)
    for seq, file, text in ((31, plan, "The hall, with the new doors."), (32, film, ""), (33, photo, "")):
        screen.handle(
            Message(ROOM, seq, "", at + seq, "Priya Nair", KEYS.get("Priya Nair"), text or file.name, file=file)
        )
    root.update()
    screen.files.save((ROOM, 32))
    transfer = f"t{len(screen._client.calls)}"  # type: ignore[attr-defined]
    screen.handle(Progress(transfer, film.name, False, "moving", 512_000_000, film.size, 88e6, 3.4))
    screen.handle(Progress("t91", "drawings.zip", True, "moving", 40_000_000, 160_000_000, 61e6, 2.0))
    screen.handle(
        Progress("t92", "disk.img", True, "failed", detail="A file may have 4.3 GB here, this one has 64.0 GB.")
    )
    deadline = time.monotonic() + 10
    while not any(card._image for card in screen.files._cards.values()):
        assert time.monotonic() < deadline, "the picture does not come"
        root.update()
        time.sleep(0.01)
    screen.messages.to_end()
    return screen


@picture("picture-view", dialog=True)
@picture("picture-view-dark", mode="dark", dialog=True)
def picture_view(root: tk.Tk, kit: Kit) -> None:
    files(root, kit).files.view((ROOM, 33))


@picture("chat-lost", mode="dark")
@picture("chat-lost-light")
def lost(root: tk.Tk, kit: Kit) -> None:
    screen = _joined_chat(root, kit)
    screen.handle(Lost("no answer", 3.4))
    screen.handle(Queued("k-8", "I am on the train, this goes out when the tunnel ends.", MORNING + 24 * 60_000))
    screen.handle(Queued("k-9", "Or when Ana plugs the switch back in 😄", MORNING + 24 * 60_000))


@picture("chat-stopped")
@picture("chat-stopped-small", size=(520, 520), mode="dark")
def stopped(root: tk.Tk, kit: Kit) -> None:
    screen = _joined_chat(root, kit)
    screen.handle(Lost("no answer", 3.4))
    screen.model.server, screen.model.stopped_here = "Studio 👨‍👩‍👧 Nord 🇩🇪", True


@picture("chat-missed")
@picture("chat-missed-dark", mode="dark")
def missed(root: tk.Tk, kit: Kit) -> None:
    """Back after a break, and the server's disk is full."""
    screen = _joined_chat(root, kit)
    screen.restore(Visit("half a sent", len(TALK) - 3))
    screen.handle(Error(Code.NOT_STORED, "The server cannot store messages just now; its disk may be full."))


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


# The picker and its dialogs

WINDOW = (960, 640)


def _found(name: str, host: str, people: int | None, ms: float | None, via: str = "mdns", **facts: Any) -> Found:
    known = {"port": 5055, "max_users": 50, "state": State.LIVE, "id": name, "run": "r"}
    heard = tuple(Via(word) for word in via.split())
    return Found(name=name, host=host, addresses=(), via=heard, users=people, latency_ms=ms, **known | facts)


ROOMS = (
    _found("Studio Nord", "192.168.1.23", 3, 2, "mdns beacon"),
    _found("Print shop floor", "192.168.1.40", 17, 4, locked=True),
    _found("Room 204 · Physics", "192.168.1.88", 28, 11, "mdns beacon"),
    _found("LAN party basement", "192.168.1.117", 12, 38, "beacon", port=5056, max_users=24),
    _found("Reception", "192.168.1.5", 50, 6, "beacon"),
    _found("Warehouse 2", "10.20.0.9", 6, 164, "manual"),
)
UNUSUAL = (
    _found("Archive", "192.168.1.80", None, None, id=None, state=State.CANDIDATE),
    _found("Canteen", "192.168.1.81", 4, 3, state=State.QUIET),
    _found("Future", "192.168.1.82", 2, 3, version=99),
    _found("Home", "192.168.1.83", 1, 3),
    _found(
        "Lab 🧪 of the physics department on the second floor, next to the stairs", "fe80::1%wlp2s0", 5, 75, port=5057
    ),
    _found("Twin", "192.168.1.84", 1, 3, clone=True),
)
RECENTS = (Recent("home", "Home", "nas.local:5055", 3), Recent("Studio Nord", "Studio Nord", "192.168.1.23:5055", 2))
OURS = Hosted(pid=4711, port=5055, id="Reception", run="r", name="Sam’s room")


def _picker(root: tk.Tk, kit: Kit, rooms: tuple[Found, ...]) -> Picker:
    screen = Picker(root, kit, Actions(*[lambda *_: None] * len(Actions._fields)))
    screen.pack(fill="both", expand=True)
    screen.show_me(ME, "192.168.1.42", MY_KEY)
    screen.show_found(rooms)
    screen.show_recents(RECENTS if rooms else ())
    screen.show_state(listening=True, network=True)
    root.title("lanchat")
    root.update()
    return screen


@picture("picker-light", size=WINDOW)
@picture("picker-dark", size=WINDOW, mode="dark")
@picture("picker-2x", size=WINDOW, scale=2.0)
@picture("picker-small", size=(760, 520))
def picker(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS).list.select("Print shop floor")


@picture("picker-stopped", size=WINDOW)
@picture("picker-stopped-small", size=(760, 520), mode="dark")
def picker_stopped(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ROOMS[:2])
    screen.show_hosted([], [Closed("home", "Home")])
    screen.list.select("home")


@picture("picker-unusual", size=WINDOW)
@picture("picker-unusual-dark", size=WINDOW, mode="dark")
def unusual(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, UNUSUAL)
    screen.show_hosted([OURS, OURS])
    screen.list.select("Future")


@picture("picker-empty", size=WINDOW)
@picture("picker-empty-dark", size=WINDOW, mode="dark")
@picture("picker-empty-small", size=(760, 520))
def empty_picker(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ())._waited()


BROKEN = healthy(
    links=(link(answers=0, echoed=()), link(name="tun0", kind="tunnel", addresses=("10.8.0.2/24",), answers=0)),
    firewall=Firewall("ufw", {"udp/5054": False, "udp/5353": False, "tcp/5055": False}, ("inet filter input",)),
    ports=port("udp/5054", PortUse.TAKEN, "other-chat"),
    default_link="tun0",
    neighbours=0,
    servers=(),
)
ALONE = healthy(links=(link(answers=0),), neighbours=0, servers=())
SHUT = FactsOfVisit(
    "print-shop:5055",
    Step.OK,
    Step.OK,
    "192.168.1.40",
    link="eth0",
    own="192.168.1.42",
    awake=True,
    udp=Step.SILENT,
    tcp=Step.SILENT,
)


def _checked(screen: Picker, report: Report, server: str = "") -> None:
    screen.check.model.begin(server)
    screen.check.model.finish(Outcome(report, ""))
    screen.show_check()


@picture("picker-empty-why", size=WINDOW)
@picture("picker-empty-why-dark", size=WINDOW, mode="dark")
@picture("picker-empty-why-small", size=(760, 520))
def empty_with_reason(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ())
    screen._model.set_waited()
    _checked(screen, judge(BROKEN))


@picture("picker-empty-healthy", size=(760, 520))
def empty_without_fault(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ())
    screen._model.set_waited()
    _checked(screen, judge(ALONE))


@picture("picker-alone", size=WINDOW)
def alone_here(root: tk.Tk, kit: Kit) -> None:
    """The only room is on this computer, and nobody can come."""
    screen = _picker(root, kit, (ROOMS[4],))
    screen.show_hosted([OURS])
    screen._model.set_waited()
    _checked(screen, judge(BROKEN))


@picture("check-faults", size=WINDOW)
@picture("check-faults-dark", size=WINDOW, mode="dark")
@picture("check-faults-2x", size=WINDOW, scale=2.0)
@picture("check-faults-small", size=(760, 520))
def check_faults(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ())
    _checked(screen, judge(BROKEN))
    screen.check.look()
    root.update()
    assert screen.check.panel is not None
    screen.check.panel.again.focus_force()


@picture("check-healthy", size=WINDOW)
@picture("check-healthy-dark", size=WINDOW, mode="dark")
def check_healthy(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ROOMS)
    _checked(screen, judge(healthy()))
    screen.check.look()


@picture("check-running", size=WINDOW)
@picture("check-running-dark", size=WINDOW, mode="dark")
def check_running(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ())
    screen.check.look()
    screen.check.model.begin()
    for step in ("Looking at this computer …", "Asking its firewall …", "Asking the network, and listening …"):
        screen.check.model.tell(step)
    screen.show_check()


@picture("check-server", size=WINDOW)
@picture("check-server-dark", size=WINDOW, mode="dark")
def check_server(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ROOMS)
    screen.check.test("print-shop:5055")
    _checked(screen, judge_visit(SHUT), "print-shop:5055")


@picture("check-server-wrong", size=(760, 520))
def check_server_wrong(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ROOMS)
    screen.check.test("two words")
    screen.check.model.refuse("“two words” is not an address. Write host, host:port, or [IPv6 address]:port.")
    screen.show_check()


@picture("picker-search", size=WINDOW)
def search(root: tk.Tk, kit: Kit) -> None:
    screen = _picker(root, kit, ROOMS)
    screen.search.value = "nowhere"
    screen.search.focus_force()


@picture("picker-address", size=WINDOW)
def address(root: tk.Tk, kit: Kit) -> None:
    _wrong_address(_picker(root, kit, ROOMS))


def _wrong_address(screen: Picker) -> None:
    screen.address.value = "printer:80"
    sentence = "Something answers at printer:80, but it is not lanchat (it does not speak our protocol). "
    screen.address_done(sentence + "Check the address and the port.", Address("printer", 80))


@picture("picker-offer", size=WINDOW)
@picture("picker-offer-dark", size=WINDOW, mode="dark")
@picture("picker-offer-small", size=(760, 520))
def clipboard(root: tk.Tk, kit: Kit) -> Picker:
    screen = _picker(root, kit, ROOMS)
    root.clipboard_clear()
    root.clipboard_append(LINK)
    screen.look_at_clipboard()
    return screen


@picture("picker-offer-wrong", size=WINDOW)
def clipboard_beside_complaint(root: tk.Tk, kit: Kit) -> None:
    _wrong_address(clipboard(root, kit))


@picture("dialog-nickname", size=WINDOW, dialog=True)
@picture("dialog-nickname-dark", size=WINDOW, mode="dark", dialog=True)
@picture("dialog-nickname-2x", size=WINDOW, scale=2.0, dialog=True)
def nickname(root: tk.Tk, kit: Kit) -> None:
    _nickname(root, kit).refused(f"“{ME}” is already in this room.", f"{ME} 2")


@picture("dialog-unreachable", size=WINDOW, dialog=True)
def unreachable(root: tk.Tk, kit: Kit) -> None:
    _nickname(root, kit).unreachable(str(HostSilent(host="192.168.1.40")))


@picture("dialog-pin", size=WINDOW, dialog=True)
def pin(root: tk.Tk, kit: Kit) -> None:
    dialog = _nickname(root, kit)
    dialog.ask_pin("")
    dialog.pin.value = "482913"


@picture("dialog-pin-wrong", size=WINDOW, mode="dark", dialog=True)
def pin_wrong(root: tk.Tk, kit: Kit) -> None:
    dialog = _nickname(root, kit)
    dialog.ask_pin("")
    dialog.pin.value = "482913"
    dialog.ask_pin("This is not the PIN of this room. 3 more tries.")


@picture("dialog-pin-again", size=WINDOW, dialog=True)
def pin_again(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    PinDialog(root, kit, "This room has a PIN now.", on_pin=lambda _: None)


def _nickname(root: tk.Tk, kit: Kit) -> NicknameDialog:
    _picker(root, kit, ROOMS)
    where = "192.168.1.40 · 17 inside"

    def nothing(*_: object) -> None:
        pass

    return NicknameDialog(root, kit, "Print shop floor", where, ME, on_join=nothing, on_test=nothing, key=MY_KEY)


@picture("dialog-host", size=WINDOW, dialog=True)
def host(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    before = ("Studio 👨‍👩‍👧 Nord 🇩🇪", "Kitchen")
    HostDialog(root, kit, OURS.name, before, on_open=lambda *_: None, on_join=lambda *_: None)


@picture("dialog-stop", size=WINDOW, dialog=True)
def stop(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    text = "Everybody in it is put out. What was said stays on this computer."
    Choice(
        root,
        kit,
        "Stop “Studio 👨‍👩‍👧 Nord 🇩🇪 🏳️‍🌈 of the people on the second floor”?",
        text,
        {"Stop it": lambda: None},
    )


@picture("dialog-hosted", size=WINDOW, mode="dark", dialog=True)
def hosted(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    dialog = HostDialog(root, kit, OURS.name, on_open=lambda *_: None, on_join=lambda *_: None)
    dialog.opened(structs.replace(OURS, id="4f1d6b0c9a52e7783b1e0c44d2a95f60"), "192.168.1.42:5055")


LINK = invitation_link(
    [Address("192.168.1.42", 5055), Address("10.20.0.9", 5055)],
    "4f1d6b0c9a52e7783b1e0c44d2a95f60",
    "Vq3cJm0xT2yW8bKfLr5NaQ",
)


@picture("dialog-invite", size=WINDOW, dialog=True)
@picture("dialog-invite-dark", size=WINDOW, mode="dark", dialog=True)
@picture("dialog-invite-2x", size=WINDOW, scale=2.0, dialog=True)
def invite(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    InviteDialog(root, kit, OURS.name, on_make=lambda *_: None)


@picture("dialog-invite-busy", size=WINDOW, dialog=True)
@picture("dialog-invite-busy-dark", size=WINDOW, mode="dark", dialog=True)
def invite_busy(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    InviteDialog(root, kit, OURS.name, on_make=lambda *_: None).submit.invoke()


@picture("dialog-invite-failed", size=WINDOW, dialog=True)
def invite_failed(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    dialog = InviteDialog(root, kit, OURS.name, on_make=lambda *_: None)
    dialog.submit.invoke()
    dialog.failed("There are 1,000 open invitations. Revoke some first.")


@picture("dialog-invited", size=WINDOW, dialog=True)
@picture("dialog-invited-dark", size=WINDOW, mode="dark", dialog=True)
@picture("dialog-invited-2x", size=WINDOW, scale=2.0, dialog=True)
@picture("dialog-invited-small", size=(760, 520), dialog=True)
def invited(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    dialog = InviteDialog(root, kit, OURS.name, on_make=lambda *_: None)
    dialog.submit.invoke()
    dialog.made(LINK)


@picture("dialog-settings", size=WINDOW, dialog=True)
@picture("dialog-settings-dark", size=WINDOW, mode="dark", dialog=True)
@picture("dialog-settings-2x", size=WINDOW, scale=2.0, dialog=True)
@picture("dialog-settings-small", size=(760, 520), dialog=True)
def settings(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    SettingsDialog(root, kit, ME, Preferences(receipts=False), on_save=lambda *_: None)


@picture("dialog-settings-wrong", size=WINDOW, dialog=True)
def settings_wrong(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    dialog = SettingsDialog(root, kit, ME, Preferences(downloads="/home/sam/Files"), on_save=lambda *_: None)
    dialog.downloads.value = "Files"
    dialog.save.invoke()


@picture("dialog-settings-keyboard", size=WINDOW, dialog=True)
def settings_keyboard(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    dialog = SettingsDialog(root, kit, ME, Preferences(), on_save=lambda *_: None)
    dialog.boxes["sound"].focus_set()


@picture("dialog-keys", size=WINDOW, dialog=True)
@picture("dialog-keys-dark", size=WINDOW, mode="dark", dialog=True)
@picture("dialog-keys-small", size=(760, 520), dialog=True)
def keys(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    KeySheet(root, kit)


@picture("chat-cursor")
@picture("chat-cursor-dark", mode="dark")
def chat_cursor(root: tk.Tk, kit: Kit) -> None:
    """By the keyboard through the messages."""
    chat = _joined_chat(root, kit)
    root.update()
    chat.messages.text.focus_force()
    root.update()
    for _ in range(4):
        chat.messages.text.event_generate("<Up>")
        root.update()


@picture("dialog-keep", size=WINDOW, dialog=True)
def keep(root: tk.Tk, kit: Kit) -> None:
    _picker(root, kit, ROOMS)
    answers = {"Close it": lambda: None, "Keep it open": lambda: None}
    Choice(root, kit, f"“{OURS.name}” runs on this computer", KEEP_OR_CLOSE, answers)


# Keeping order


def _moderated_chat(root: tk.Tk, kit: Kit) -> ChatScreen:
    """We own the room, and not everybody behaves."""
    screen = _joined_chat(root, kit)
    members = [Member(name, key, role="moderator" if name == "Hana Sato" else "") for name, key in KEYS.items()]
    members = [structs.replace(m, role="owner") if m.key == MY_KEY else m for m in members]
    screen.handle(roster(*members, Member("Jonas", clear=True), Member("Chloé", "c", new=True, muted=True)))
    screen.handle(Deleted(ROOM, len(TALK) + 1, "", MORNING + 25 * 60_000, "Hana Sato", HANA, len(TALK) - 2))
    deeds = (
        Change("muted", "Chloé", "c", muted=True, by="Hana Sato", why="too many stickers"),
        Change("left", "Seller24", "s", by=ME, why="advertising", ban=True),
    )
    screen.handle(presence(*deeds))
    screen.handle(Rules(ROOM, slow=10, closed=True))
    root.update()
    return screen


@picture("chat-moderated")
@picture("chat-moderated-dark", mode="dark")
def moderated(root: tk.Tk, kit: Kit) -> None:
    _moderated_chat(root, kit)


def _answered_chat(root: tk.Tk, kit: Kit) -> ChatScreen:
    """With an answer, a change and reactions."""
    screen = _joined_chat(root, kit)
    last, at = len(TALK), MORNING + 23 * 60_000
    answer = "Both lamps then. I order them today."
    reacted = [("👍", "Mateo Ruiz"), ("👍", ME), ("🎉", "Priya Nair"), ("👍", "Hana Sato"), ("👀", ME)]
    screen.handle(Message(ROOM, last + 1, "", at, "Ana Lindqvist", ANA, answer, reply=1))
    screen.handle(
        Edited(ROOM, last + 2, "", at, "Ana Lindqvist", ANA, last + 1, "Both lamps then. I order them tonight.")
    )
    call = Message(ROOM, last + 20, "", at + 90_000, "Priya Nair", PRIYA, f"@{ME} can you look at the second one?")
    screen.handle(call)
    for n, (emoji, nick) in enumerate(reacted):
        target = last + 1 if n < 4 else last
        screen.handle(Reacted(ROOM, last + 3 + n, "", at, nick, KEYS[nick], target, emoji, True))
    root.update()
    return screen


@picture("chat-answers")
@picture("chat-answers-dark", mode="dark")
@picture("chat-answers-2x", scale=2.0)
def answers(root: tk.Tk, kit: Kit) -> None:
    screen = _answered_chat(root, kit)
    message = screen.model.timeline.last_by(HANA)
    assert message is not None
    screen.aiming.reply(message)
    screen.composer.text.insert("1.0", "It does, since Tuesday")


MARKED = [
    (
        2,
        "Ana Lindqvist",
        "Morning! **Two things** before the review, *please* read both:\n"
        "1. the exporter writes `x,y` without a space ~~again~~\n"
        "2. units:\n   - 8 px everywhere, **except** the ruler, which has had its own grid since the first version and "
        "keeps it as long as nobody complains about it\n   - `--grid` is gone",
    ),
    (
        4,
        "Mateo Ruiz",
        "> the exporter writes `x,y` without a space\n> > who says so?\n> Ana does, and the *manual*, too\n"
        "That one is mine 🙈 Try this:\n"
        '```python\ndef pair(x, y):\n    # a space, as the manual has it\n    return f"{x}, {y}"\n\n'
        "print(pair(1, 2))  # and a comment that goes on and on, beyond the edge of the window, wrapped there\n```",
    ),
    (
        7,
        "Priya Nair",
        "Works, see https://example.org/board_(2)_x and `~/notes/2026-11-16.html` 👍🏽 \\\\nas\\share, 2*3*4",
    ),
    (
        8,
        ME,
        "***thank you***:\n- not\n* a 👩‍👩‍👧‍👦 list\n\n10. ten\n11. eleven\n> - a quoted *list*\n> - in **two**",
    ),
]


def _marked_chat(root: tk.Tk, kit: Kit) -> ChatScreen:
    """Everything that can be marked in a text."""
    screen = _chat(root, kit)
    screen.handle(joined(len(MARKED)))
    screen.handle(roster(*(Member(name, key) for name, key in KEYS.items())))
    screen.handle(Page(ROOM, _entries(MARKED), start=True, catchup=True))
    return screen


def _searched_chat(root: tk.Tk, kit: Kit, text: str, *hits: Hit, **found: Any) -> ChatScreen:
    screen = _joined_chat(root, kit)
    screen.finding.open()
    screen.finding.panel.field.value = text
    screen.finding.panel.submit()
    if hits or found:
        answer = Asked(f"s{len(screen._client.calls)}", parse(text), list(hits), **found)  # type: ignore[attr-defined]
        screen.handle(answer)
    root.update()
    return screen


@picture("chat-marks")
@picture("chat-marks-dark", mode="dark")
@picture("chat-marks-2x", scale=2.0)
def marks(root: tk.Tk, kit: Kit) -> None:
    _marked_chat(root, kit)


@picture("emoji-picker")
@picture("emoji-picker-dark", mode="dark")
@picture("emoji-picker-2x", scale=2.0)
def emoji_picker(root: tk.Tk, kit: Kit) -> None:
    screen = _marked_chat(root, kit)
    screen.choosing.recents = ("🎉", "👍🏽", "🧑‍💻", "🇪🇺", "☕")
    screen.composer.type("Well done :ta")
    screen.composer.emoji.invoke()


@picture("emoji-search")
def emoji_search(root: tk.Tk, kit: Kit) -> None:
    screen = _marked_chat(root, kit)
    screen.composer.emoji.invoke()
    assert screen.choosing.picker is not None
    screen.choosing.picker.field.value = "heart"


@picture("dialog-send-files", size=WINDOW, dialog=True)
@picture("dialog-send-files-dark", size=WINDOW, mode="dark", dialog=True)
def send_files(root: tk.Tk, kit: Kit) -> None:
    screen = _answered_chat(root, kit)
    screen.composer.draft = "This is how it looks now"
    shot = Path(screen.files._maker._cache) / "Picture 2026-11-26 16.40.12.png"
    shot.parent.mkdir(parents=True, exist_ok=True)
    Image.linear_gradient("L").resize((640, 300)).save(shot)
    screen.files.offer([shot])


@picture("dialog-long-paste", size=WINDOW, dialog=True)
def long_paste(root: tk.Tk, kit: Kit) -> None:
    screen = _marked_chat(root, kit)
    screen.long_paste.send_file = lambda *_: None
    screen.long_paste.offer("line\n" * 240)


REVIEW = [
    Hit(ROOM, 3, MORNING + 120_000, "Ana Lindqvist", ANA, TALK[2][2], after=Line("Ana Lindqvist", TALK[3][2])),
    Hit("builds", 9, MORNING - 3 * 86_400_000, "Jonas Weber", "j" * 43, "Can we keep the review to half an hour this "
        "time? I have the train at noon, and the last one went on for ever and a day.", Line("Hana Sato", "agreed")),
    Hit(ROOM, 1, MORNING - 50 * 86_400_000, "Priya Nair", PRIYA, "Slides for the design reviews are on the share 🎉"),
]  # fmt: skip


@picture("chat-search")
@picture("chat-search-dark", mode="dark")
@picture("chat-search-2x", scale=2.0)
def found(root: tk.Tk, kit: Kit) -> None:
    screen = _searched_chat(root, kit, "review", *REVIEW, more=True)
    screen.finding.panel.submit()


@picture("chat-search-small", size=(760, 520))
def search_small(root: tk.Tk, kit: Kit) -> None:
    _searched_chat(root, kit, "review", *REVIEW, offline=True)


@picture("chat-search-empty")
def search_empty(root: tk.Tk, kit: Kit) -> None:
    _searched_chat(root, kit, "zebra", offline=True)


@picture("chat-search-wrong", mode="dark")
def search_wrong(root: tk.Tk, kit: Kit) -> None:
    _searched_chat(root, kit, "review before:yesterday")


@picture("chat-searching")
def searching(root: tk.Tk, kit: Kit) -> None:
    _searched_chat(root, kit, "review")


FAMILY, GERMANY, TONED = "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽"
BO = f"Bo {GERMANY}{TONED}"


def _emoji_everywhere(root: tk.Tk, kit: Kit) -> ChatScreen:
    """Whole sequences in names, topic, quotes, pins, and results of a search."""
    screen = _with_rooms(root, kit)
    at, key = MORNING + 50 * 60_000, "b" * 43
    topic = f"Plans {FAMILY} {TONED} {GERMANY} for the summer"
    said = f"The {FAMILY} comes to {GERMANY} 1️⃣ ❤️ {TONED} 🏳️‍🌈 🧑🏿‍💻, and stays while the **weather** is fine over there"
    screen.handle(presence(Change("joined", BO, key)))
    screen.handle(presence(Change("status", BO, key, state="away", text=f"on a trip {FAMILY} {GERMANY}")))
    screen.handle(Topic("games", 14, "", at, "Hana Sato", HANA, topic))
    screen.handle(Rooms([RoomInfo("games", 18, topic)]))
    screen.handle(Message("games", 15, "", at, BO, key, said))
    screen.handle(Message("games", 16, "", at + 1, "Ana Lindqvist", ANA, f"Fine {TONED}", reply=15))
    screen.handle(Message("games", 17, "", at + 2, BO, key, "Thanks", reply=16))
    screen.handle(Pinned("games", 18, "", at + 3, "Ana Lindqvist", ANA, 15, on=True))
    screen.open("games")
    root.update()
    message = screen.model.timeline.message((15, 0))
    assert message is not None
    screen.aiming.reply(message)
    root.update()
    return screen


@picture("emoji-everywhere")
@picture("emoji-everywhere-dark", mode="dark")
@picture("emoji-everywhere-2x", scale=2.0)
def emoji_everywhere(root: tk.Tk, kit: Kit) -> None:
    screen = _emoji_everywhere(root, kit)
    screen.finding.open()
    screen.finding.panel.field.value = "weather"
    screen.finding.panel.submit()
    hit = Hit("games", 15, MORNING, BO, "b" * 43, f"The {FAMILY} comes to {GERMANY} 1️⃣ ❤️ {TONED} in fine weather 🏳️‍🌈",
        after=Line(BO, f"{FAMILY} fine"))  # fmt: skip
    screen.handle(Asked(f"s{len(screen._client.calls)}", parse("weather"), [hit, *REVIEW]))  # type: ignore[attr-defined]


@picture("emoji-pins", dialog=True)
def emoji_pins(root: tk.Tk, kit: Kit) -> None:
    _emoji_everywhere(root, kit).bar.pins.open()


@picture("menu-message", dialog=True)
@picture("menu-message-dark", mode="dark", dialog=True)
def message_menu(root: tk.Tk, kit: Kit) -> None:
    screen = _answered_chat(root, kit)
    message = screen.model.timeline.last_by(ANA)
    assert message is not None
    root.after(200, lambda: screen.message_menu.open(message, 420, 420))


@picture("menu-person", dialog=True)
@picture("menu-person-dark", mode="dark", dialog=True)
def person_menu(root: tk.Tk, kit: Kit) -> None:
    screen = _moderated_chat(root, kit)
    root.after(200, lambda: screen.side.rows.event_generate("<Button-3>", x=60, y=kit.px(190)))


@picture("menu-room", dialog=True)
def room_menu(root: tk.Tk, kit: Kit) -> None:
    root.after(200, _moderated_chat(root, kit).side.open_menu)


@picture("dialog-ban", size=WINDOW, dialog=True)
@picture("dialog-ban-dark", size=WINDOW, mode="dark", dialog=True)
@picture("dialog-ban-2x", size=WINDOW, scale=2.0, dialog=True)
def ban(root: tk.Tk, kit: Kit) -> None:
    _moderated_chat(root, kit)
    (offer,) = [o for o in for_person(Person("Chloé", 0, False, "", "c"), Role.OWNER) if o.label == "Ban …"]
    assert offer.question is not None
    QuestionDialog(root, kit, offer.question, on_answer=lambda _: None)


@picture("dialog-bans", size=WINDOW, dialog=True)
@picture("dialog-bans-dark", size=WINDOW, mode="dark", dialog=True)
def bans(root: tk.Tk, kit: Kit) -> None:
    _moderated_chat(root, kit)
    held = [
        Sanction("ban", "Seller24", "s", MORNING + 86_400_000, ME, "advertising"),
        Sanction("mute", "Chloé", "c", MORNING + 3_600_000, "Hana Sato", "too many stickers"),
        Sanction("ban", "Gast", None, MORNING + 86_400_000, ME),
    ]
    BansDialog(root, kit, held, on_lift=lambda _: None).rows.event_generate("<Down>")


if __name__ == "__main__":
    main(sys.argv[1:] or ["gallery"])
