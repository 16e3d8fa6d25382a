"""The whole window, end to end: real servers, real clients, real keys; nothing in between is replaced."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import tkinter as tk
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from tkinter import ttk
from types import TracebackType
from typing import TypeVar

import pytest

from lanchat.client import Client, Profile
from lanchat.client.events import Event, Joined, Message, Presence
from lanchat.client.hosting import Hosting
from lanchat.client.profile import Visit
from lanchat.discovery import ask_host
from lanchat.errors import NoWindow
from lanchat.gui import open_window
from lanchat.gui.app import App
from lanchat.gui.dialogs.host import HostDialog
from lanchat.gui.dialogs.nickname import NicknameDialog
from lanchat.gui.dialogs.pin import PinDialog
from lanchat.gui.dialogs.settings import SettingsDialog
from lanchat.gui.joining import Entered
from lanchat.gui.kit.dialog import GRAVE, Choice, Dialog
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import Link
from lanchat.gui.model.picker import Room
from lanchat.paths import pictures
from lanchat.protocol.target import Address, invitation_link
from lanchat.server import Config, Server

pytestmark = pytest.mark.display
PATIENCE = 30.0  # s until a condition must have come true
D = TypeVar("D", bound=Dialog)


class Window:
    """The program as `lanchat` starts it, in a window of its own, and a user who sees and types."""

    def __init__(self, display: str) -> None:
        self.errors: list[str] = []
        self.root = tk.Tk(display, className="lanchat")
        self.root.report_callback_exception = self._note  # type: ignore[method-assign]
        profile = Profile.open()
        self.app = App(self.root, Kit(self.root, "light", 1.0), profile, profile.settings)
        self.app.start()
        self.closed = False

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert not self.errors, "\n".join(self.errors)
            assert time.monotonic() < deadline, "it did not come about in time"
            with contextlib.suppress(tk.TclError):  # it may be gone by now
                self.root.update()
            time.sleep(0.001)  # yields the core; the condition decides, not this

    @property
    def gone(self) -> bool:
        try:
            return not self.root.winfo_exists()
        except tk.TclError:
            return True

    def dialog(self, kind: type[D]) -> D:
        """The dialog of this kind, once it is there."""
        self.until(lambda: any(isinstance(child, kind) for child in self.root.winfo_children()))
        return next(child for child in self.root.winfo_children() if isinstance(child, kind))

    def press(self, *keys: str) -> None:
        """Keys go where the keyboard is."""
        for key in keys:
            self.until(self.root.focus_get)  # the window manager gives it back after a dialog when it likes
            widget = self.root.focus_get()
            assert widget is not None
            widget.event_generate(key)

    def type(self, text: str) -> None:
        self.press(*(f"<KeyPress-U{ord(letter):04X}>" for letter in text))

    def room(self, server_id: str) -> Room | None:
        rows = (row for row in self.app.picker.rows if isinstance(row, Room))
        return next((row for row in rows if row.key == server_id), None)

    def find(self, server_id: str) -> None:
        """Selects the room in the list once it answers."""
        self.until(lambda: (room := self.room(server_id)) and room.people != "—")
        self.app.picker.list.select(server_id)
        self.app.picker.list.focus_force()
        self.until(lambda: self.root.focus_get() is self.app.picker.list)

    def join(self, server_id: str, nick: str) -> None:
        self.find(server_id)
        self.press("<Return>")
        dialog = self.dialog(NicknameDialog)
        dialog.field.value = nick
        dialog.join.invoke()
        self.until(lambda: self.app.chat)

    def shown(self) -> str:
        """The messages on the screen."""
        assert self.app.chat is not None
        return self.app.chat.messages.text.get("1.0", "end")

    def close(self, answer: str = "Close it") -> None:
        """Closes the window, answering what it may ask; returns when everything has ended."""
        if not self.closed:
            self.closed = True
            self.app.close()
            self.until(lambda: self.gone or self.app._closing or self._asks())
            for child in [] if self.gone else self._asks():
                child.answers[answer].invoke()
            # Not mainloop(), which goes on as long as any window of this process is there, those of other tests too
            self.until(lambda: self.gone)

    def _asks(self) -> list[Choice]:
        return [child for child in self.root.winfo_children() if isinstance(child, Choice)]

    def _note(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        self.errors.append("".join(traceback.format_exception(kind, value, trace)))


@pytest.fixture
def window(display: str) -> Iterator[Window]:
    window = Window(display)
    yield window
    window.close()
    assert not window.errors, "\n".join(window.errors)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Server]:
    """A room with the PIN 482913."""
    with Server(Config(name="Vault", data=tmp_path / "vault", port=0, pin="482913")) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(Config(name="Kitchen", data=tmp_path / "kitchen", port=0)) as server:
        yield server


class Other:
    """Somebody else in the room."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._heard: list[Event] = []

    def texts(self) -> list[str]:
        return [event.text for event in self._events() if isinstance(event, Message)]

    def changes(self) -> list[tuple[str, str]]:
        return [(c.change, c.nick) for event in self._events() if isinstance(event, Presence) for c in event.changes]

    def _events(self) -> list[Event]:
        self._heard += self.client.events.drain(1_000)
        return self._heard


@pytest.fixture
def bo(server: Server) -> Iterator[Other]:
    place = Address("127.0.0.1", server.port, server.id)
    with Client(place, "Bo", profile=Profile.open("bo")) as client:
        yield Other(client)


def test_from_the_list_by_a_nickname_to_a_talk_and_back(window: Window, server: Server, bo: Other) -> None:
    window.find(server.id)
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    window.until(lambda: window.root.focus_get() is dialog.field)
    dialog.field.selection_range(0, "end")
    window.type("Ana")
    window.press("<Return>")
    window.until(lambda: window.app.chat)
    chat = window.app.chat
    assert chat is not None
    window.until(lambda: window.root.focus_get() is chat.composer.text)
    window.type("Hello Bo")
    window.press("<Return>")
    window.until(lambda: "Hello Bo" in bo.texts())
    bo.client.say("And back to you")
    window.until(lambda: "And back to you" in window.shown())
    assert "Kitchen" in window.root.title()
    window.press("<Control-l>")
    window.until(lambda: window.app.chat is None and window.app.picker.winfo_ismapped())
    window.until(lambda: ("left", "Ana") in bo.changes())
    assert window.root.title() == "lanchat"
    window.until(lambda: Profile.open().settings.nick == "Ana")
    assert [recent.id for recent in Profile.open().settings.recents] == [server.id]


def test_nothing_more_is_read_while_the_chat_is_made(
    window: Window, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that takes in what was missed would take turns with it."""
    held: list[bool] = []
    enter = window.app._enter

    def note(entered: Entered) -> None:
        held.append(entered.client.events.held)
        enter(entered)

    monkeypatch.setattr(window.app, "_enter", note)
    window.join(server.id, "Ana")
    assert held == [True]
    entered = window.app._entered
    assert entered is not None
    window.until(lambda: not entered.client.events.held)


def colour(avatar: tk.Canvas) -> str:
    """Of its disc, above the initials."""
    (image, *_) = [avatar.itemcget(item, "image") for item in avatar.find_all() if avatar.type(item) == "image"]
    return str(avatar.tk.call(image, "get", avatar.tk.call("image", "width", image) // 2, 3))


def test_one_has_the_same_colour_before_and_in_a_room(window: Window, server: Server, bo: Other) -> None:
    bo.client.say("first")
    window.find(server.id)
    window.until(lambda: window.app.picker.side.me[2])
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    dialog.field.value = "Ana"
    before = colour(dialog._preview)
    dialog.join.invoke()
    window.until(lambda: window.app.chat)
    chat = window.app.chat
    assert chat is not None
    window.until(lambda: "first" in window.shown() and chat.model.link is Link.JOINED)
    window.until(lambda: colour(chat.side.me._avatar) == before)
    window.press("<Control-l>")
    window.until(lambda: window.app.chat is None)
    window.until(lambda: colour(window.app.picker.side._avatar) == before)


def test_a_second_visit_remembers_name_and_talk(window: Window, server: Server, bo: Other) -> None:
    window.join(server.id, "Ana")
    bo.client.say("Before you left")
    window.until(lambda: "Before you left" in window.shown())
    window.press("<Control-l>")
    window.find(server.id)
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    assert dialog.field.value == "Ana"
    dialog.join.invoke()
    window.until(lambda: window.app.chat)
    window.until(lambda: "Before you left" in window.shown())


def test_draft_and_place_are_kept_and_what_was_missed_is_marked(window: Window, server: Server, bo: Other) -> None:
    window.join(server.id, "Ana")
    chat = window.app.chat
    assert chat is not None
    window.until(lambda: window.root.focus_get() is chat.composer.text)
    bo.client.say("Seen")
    window.until(lambda: "Seen" in window.shown())
    window.until(lambda: chat.visit.seen == 1)
    window.type("half a sent")
    window.press("<Control-l>")
    window.until(lambda: window.app.chat is None)
    window.until(lambda: Profile.open().visit(server.id).draft == "half a sent")
    bo.client.say("Missed one")
    bo.client.say("Missed two")
    bo.client.flush(PATIENCE)
    window.join(server.id, "Ana")
    chat = window.app.chat
    assert chat is not None
    window.until(lambda: chat.composer.draft == "half a sent")
    window.until(lambda: any(block.missed == "2 messages you missed" for block in chat.messages.shown))


def test_leaving_and_forgetting_keeps_nothing(window: Window, server: Server, bo: Other) -> None:
    window.join(server.id, "Ana")
    chat = window.app.chat
    assert chat is not None
    window.until(lambda: window.root.focus_get() is chat.composer.text)
    window.type("a draft")
    for owner in (server.id, "another"):
        (pictures(owner) / "digest").mkdir(parents=True)
    chat.side._menu.invoke("Leave and forget it …")
    window.dialog(Choice).answers["Leave and forget"].invoke()
    window.until(lambda: window.app.chat is None)
    window.until(lambda: not window.app.pump._jobs)
    assert not Profile.open().settings.recents
    assert Profile.open().visit(server.id) == Visit()
    assert not list((Profile.open().directory / "replicas").glob(f"{server.id}*"))
    assert not pictures(server.id).exists()
    assert pictures("another").exists()


def test_forgetting_that_was_cancelled_forgets_nothing_later(window: Window, server: Server) -> None:
    window.join(server.id, "Ana")
    window.app._forget = server.id  # as a question about a hosted room leaves it, when it is cancelled
    window.press("<Control-l>")
    window.until(lambda: window.app.chat is None)
    window.until(lambda: not window.app.pump._jobs)
    assert [recent.id for recent in Profile.open().settings.recents] == [server.id]


def test_a_taken_nickname_is_refused_and_the_proposal_leads_in(window: Window, server: Server, bo: Other) -> None:
    window.until(lambda: ask_host("127.0.0.1", server.port).users == 1)
    window.find(server.id)
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    dialog.field.value = "bo"
    dialog.join.invoke()
    window.until(lambda: str(dialog.complaint["text"]))
    window.until(dialog.proposal.winfo_ismapped)
    dialog.proposal.invoke()
    window.until(lambda: window.app.chat)
    window.until(lambda: ("joined", "bo 2") in bo.changes())


def test_a_typed_address_leads_in(window: Window, server: Server) -> None:
    window.app.picker.address.value = f"127.0.0.1:{server.port}"
    window.app.picker.join_by_address.invoke()
    dialog = window.dialog(NicknameDialog)
    assert dialog.title() == "Join Kitchen"
    dialog.field.value = "Ana"
    dialog.join.invoke()
    window.until(lambda: window.app.chat)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "is not an address"), ("two words", "is not"), ("host:0", "is not a port"), ("lanchat://[", "damaged")],
)
def test_what_is_no_address_is_said_at_once(window: Window, typed: str, sentence: str) -> None:
    window.app.picker.address.value = typed
    window.app.picker.join_by_address.invoke()
    assert sentence in str(window.app.picker.complaint["text"])


def test_an_address_where_nothing_listens_is_said_in_one_sentence(window: Window, server: Server) -> None:
    server.close()
    window.app.picker.address.value = f"127.0.0.1:{server.port}"
    window.app.picker.join_by_address.invoke()
    picker = window.app.picker
    window.until(lambda: "Nothing listens at" in str(picker.complaint["text"]))
    window.until(lambda: window.root.focus_get() is picker.address)
    picker.address.select_range(0, "end")
    window.press("<BackSpace>")
    assert not picker.complaint["text"], "it does not stand beside an empty field"
    window.until(lambda: not picker.complaint.winfo_ismapped() and not picker.test_address.winfo_ismapped())


def test_a_server_that_is_gone_can_be_tried_again_when_it_is_back(window: Window, tmp_path: Path) -> None:
    config = Config(name="Kitchen", data=tmp_path / "kitchen", port=0, mdns=False, beacon=False)
    with Server(config) as first:
        port = first.port
    window.app.join_place(f"127.0.0.1:{port}")
    dialog = window.dialog(NicknameDialog)
    dialog.field.value = "Ana"
    dialog.join.invoke()
    window.until(lambda: str(dialog.complaint["text"]))
    assert str(dialog.join["text"]) == "Try again"
    with Server(Config(name="Kitchen", data=tmp_path / "kitchen", port=port, mdns=False, beacon=False)):
        dialog.join.invoke()
        window.until(lambda: window.app.chat)
        window.close()


def test_escape_while_joining_leaves_nothing_behind(window: Window, server: Server) -> None:
    window.find(server.id)
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    dialog.field.value = "Ana"
    dialog.join.invoke()
    dialog.cancel()
    window.until(lambda: window.app.joining is None and not window.app.pump._jobs)
    assert window.app.chat is None
    window.close()  # and the guard around every test finds no thread


def test_a_room_goes_from_the_list_at_once_when_its_server_closes(window: Window, server: Server) -> None:
    window.find(server.id)
    server.close()
    rooms: list[Room | None] = []
    window.until(lambda: [rooms.append(window.room(server.id)), rooms[-1] is None][-1])
    assert not any(room is not None and room.grey for room in rooms)  # as one that only does not answer


# A room with a PIN


def test_a_locked_room_asks_for_its_pin_until_it_is_right(window: Window, locked: Server) -> None:
    window.find(locked.id)
    room = window.room(locked.id)
    assert room is not None
    assert room.locked
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    window.until(dialog.pin.winfo_ismapped)  # asked before anything is said to who answers there
    dialog.pin.value = "12"
    dialog.join.invoke()
    assert "6 to 64" in str(dialog.complaint["text"])
    dialog.pin.value = "000000"
    dialog.join.invoke()
    window.until(lambda: "not the PIN" in str(dialog.complaint["text"]))
    dialog.pin.value = "482 913"
    dialog.join.invoke()
    window.until(lambda: window.app.chat)


def test_who_was_in_is_not_asked_again(window: Window, locked: Server) -> None:
    with Client(f"127.0.0.1:{locked.port}", "Ana", pin="482913") as client:
        while not isinstance(client.events.get(PATIENCE), Joined):
            continue
    window.app._settings_changed(Profile.open().settings)
    window.find(locked.id)
    window.press("<Return>")
    dialog = window.dialog(NicknameDialog)
    window.until(dialog.field.winfo_ismapped)
    assert not dialog.pin.winfo_ismapped()
    dialog.join.invoke()
    window.until(lambda: window.app.chat)


def test_a_pin_that_was_changed_meanwhile_is_asked_for_in_the_room(
    window: Window, locked: Server, tmp_path: Path
) -> None:
    window.find(locked.id)
    window.press("<Return>")
    joining = window.dialog(NicknameDialog)
    joining.pin.value = "482913"
    joining.join.invoke()
    window.until(lambda: window.app.chat)
    chat = window.app.chat
    assert chat is not None
    locked.close()
    with Server(Config(name="Vault", data=tmp_path / "vault", port=locked.port, pin="555-555")):
        window.until(lambda: chat.model.pin_asked and chat._banner.winfo_ismapped())
        chat._banner._button.invoke()
        dialog = window.dialog(PinDialog)
        dialog.field.value = "555555"
        dialog.submit.invoke()
        window.until(lambda: chat.model.link is Link.JOINED)
        window.close()


def test_an_invitation_leads_in_without_the_pin(window: Window, locked: Server) -> None:
    now = time.time_ns() // 1_000_000
    token = locked.access.invitations.make("", now + 3_600_000, 1, now)
    assert token is not None
    link = invitation_link([Address("127.0.0.1", 1), Address("127.0.0.1", locked.port)], locked.id, token)
    window.app.join_place(link)
    dialog = window.dialog(NicknameDialog)
    dialog.join.invoke()
    window.until(lambda: window.app.chat)
    assert token not in str(window.root.title())


def test_an_invitation_on_the_clipboard_is_offered_whenever_one_comes_back_to_the_list(
    window: Window, locked: Server, server: Server
) -> None:
    now = time.time_ns() // 1_000_000
    token = locked.access.invitations.make("", now + 3_600_000, 1, now)
    assert token is not None
    offer = window.app.picker.offer
    window.root.clipboard_clear()
    window.app.picker.look_at_clipboard()
    other = tk.Toplevel(window.root)  # where somebody copies something
    other.focus_force()
    window.until(lambda: window.root.focus_get() is other and not offer._looking)
    other.clipboard_append(invitation_link([Address("127.0.0.1", locked.port)], locked.id, token))
    assert not offer.winfo_ismapped()
    other.destroy()
    window.root.focus_force()
    window.until(offer.winfo_ismapped)
    assert window.app.joining is None, "nothing is joined by itself"
    offer.invoke()
    window.dialog(NicknameDialog).join.invoke()
    window.until(lambda: window.app.chat)
    window.app._ask_leave()
    window.until(lambda: window.app.picker.winfo_viewable() and not offer._looking)
    assert not offer.winfo_ismapped(), "it was used"
    window.join(server.id, "Ana")
    window.root.unbind("<FocusIn>")  # also in a window that has no keyboard to get back
    window.until(lambda: not offer._looking)
    window.root.clipboard_clear()
    window.root.clipboard_append(f"lanchat://127.0.0.1:{locked.port}")
    window.app._ask_leave()
    window.until(offer.winfo_ismapped)


# Hosting


def test_a_room_hosted_with_a_pin_is_locked_for_others_and_not_for_who_hosts_it(window: Window) -> None:
    dialog = _host(window, "482913")
    (hosted,) = Hosting().running()
    assert hosted.locked
    shown = [str(part["text"]) for part in dialog.body.winfo_children() if isinstance(part, ttk.Label)]
    assert any("482913" in text for text in shown)
    _go_in(window, dialog)
    assert b"482913" not in (hosted.directory / "serve.log").read_bytes()
    arguments = Path(f"/proc/{hosted.pid}/cmdline")
    assert not arguments.exists() or b"482913" not in arguments.read_bytes()


def _host(window: Window, pin: str = "") -> HostDialog:
    window.app.picker.side.host.invoke()
    dialog = window.dialog(HostDialog)
    dialog.field.value = "Our corner"
    dialog.pin.value = pin
    dialog.submit.invoke()
    window.until(lambda: hasattr(dialog, "address"))
    return dialog


def _go_in(window: Window, dialog: HostDialog) -> None:
    dialog.join.invoke()
    nickname = window.dialog(NicknameDialog)
    nickname.field.value = "Ana"
    nickname.join.invoke()
    window.until(lambda: window.app.chat)


def test_a_hosted_room_is_joined_kept_open_shown_and_stopped_later(window: Window) -> None:
    dialog = _host(window)
    (hosted,) = Hosting().running()
    assert str(dialog.address["text"]).endswith(f":{hosted.port}")
    _go_in(window, dialog)
    window.press("<Control-l>")
    window.dialog(Choice).answers["Keep it open"].invoke()
    window.until(lambda: window.app.chat is None)
    assert Hosting().running() == [hosted]
    window.until(lambda: window.app.picker.side.stop_buttons)
    window.app.picker.side.stop_buttons[0].invoke()
    question = window.dialog(Choice)
    assert "Stop “" in question.title(), "the list of windows tells them apart"
    assert [str(button["style"]) for button in question.answers.values()] == [GRAVE, "TButton"]
    question.answers["Stop it"].invoke()
    window.until(lambda: not window.app.picker.side.stop_buttons)
    assert Hosting().running() == []
    window.until(lambda: (room := window.room(hosted.id)) is None or room.grey)


def test_leaving_a_hosted_room_may_close_it(window: Window) -> None:
    _go_in(window, _host(window))
    window.press("<Control-l>")
    window.dialog(Choice).answers["Close it"].invoke()
    window.until(lambda: window.app.chat is None and not Hosting().running())


def test_a_hosted_server_that_dies_is_said_to_be_dead_and_opened_again(window: Window) -> None:
    dialog = _host(window)
    (hosted,) = Hosting().running()
    _go_in(window, dialog)

    def die() -> None:
        (running,) = Hosting().running()
        os.kill(running.pid, signal.SIGKILL)
        window.until(lambda: window.app.chat.model.stopped_here)

    die()
    banner = window.app.chat.model.banner(time.time())
    assert (banner.text, banner.action) == (
        "Our corner does not run on this computer any more. Messages you write now wait for it.",
        "Open it again",
    )
    window.until(lambda: "does not run" in window.app.chat._banner.text)
    window.app.chat._banner._button.invoke()
    window.until(lambda: window.app.chat.model.link is Link.JOINED)
    window.until(lambda: not window.app.chat.model.stopped_here)
    die()
    window.press("<Control-l>")  # nothing to keep open, so no question
    window.until(lambda: window.app.chat is None)
    window.until(lambda: (room := window.room(hosted.id)) and room.stopped)
    window.app.picker.list.select(hosted.id)
    window.app.picker.list.focus_force()
    window.press("<Return>")
    nickname = window.dialog(NicknameDialog)
    nickname.join.invoke()
    window.until(lambda: window.app.chat)


@pytest.mark.parametrize(("answer", "left"), [("Close it", 0), ("Keep it open", 1)])
def test_closing_the_window_asks_what_becomes_of_the_room(window: Window, answer: str, left: int) -> None:
    _go_in(window, _host(window))
    window.close(answer)
    hosting = window.app.here._hosting  # whose child the server is
    running = hosting.running()
    for hosted in running:
        hosting.stop(hosted)
        window.app.here._hosting._collect(wait=hosted.pid)  # whose child it is
    assert len(running) == left


def test_escape_at_the_question_keeps_the_window(window: Window) -> None:
    _go_in(window, _host(window))
    window.app.close()
    dialog = window.dialog(Choice)
    dialog.focus_force()
    dialog.event_generate("<Escape>")
    window.until(lambda: not any(isinstance(child, Choice) for child in window.root.winfo_children()))
    assert window.root.winfo_viewable()
    window.app.chat.composer.draft = "still here"
    window.app.chat.composer.submit()
    window.until(lambda: window.app.chat.model.rooms.waiting == 0 and "still here" in window.shown())
    assert len(Hosting().running()) == 1


def test_cancelling_while_it_opens_closes_it_again(window: Window) -> None:
    window.app.picker.side.host.invoke()
    dialog = window.dialog(HostDialog)
    dialog.submit.invoke()
    dialog.cancel()
    window.close()
    assert Hosting().running() == []


# The rest


def test_light_and_dark_are_chosen_and_remembered(window: Window) -> None:
    for theme in ("dark", "light"):
        window.app.preferring.open()
        dialog = window.dialog(SettingsDialog)
        dialog.theme.value = theme
        dialog.save.invoke()
        assert window.app.kit.mode == theme
        window.until(lambda theme=theme: Profile.open().settings.preferences.theme == theme)


def test_without_a_screen_one_line_says_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":no-such-screen")
    with pytest.raises(NoWindow, match="lanchat join") as caught:
        open_window()
    assert "\n" not in str(caught.value)
