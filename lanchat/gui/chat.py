"""The chat screen: lays out side bar, messages and composer over one model, and passes the user's wishes to the client.

The client's calls never block; its events come in by `handle`, in the Tk thread. What is shown stands in model.chat.
"""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final, Protocol

from lanchat.client import events
from lanchat.client.commands import Deed
from lanchat.client.profile import Visit
from lanchat.gui.aiming import Aiming
from lanchat.gui.banner import Banner
from lanchat.gui.browser import open_link
from lanchat.gui.composer import Composer
from lanchat.gui.dialog import Answers, Choice
from lanchat.gui.emoji import drawable
from lanchat.gui.finding import Finding, search_button
from lanchat.gui.message_list import MessageList
from lanchat.gui.message_menu import MessageMenu, Wishes
from lanchat.gui.model.chat import OLDER, ChatModel, Link
from lanchat.gui.moderating import Moderating
from lanchat.gui.pin_dialog import PinDialog
from lanchat.gui.side_bar import BAR, SideBar
from lanchat.gui.theme import Kit
from lanchat.protocol.moderation import Action
from lanchat.protocol.query import Query, Spot

# Bits of Event.state: Control, and Alt or Command; what is one of them on one system is Num Lock on another
COMMAND_KEYS: Final = {"x11": 0x4 | 0x8, "win32": 0x4 | 0x20000, "aqua": 0x4 | 0x8}
FARTHEST: Final = 2_000  # entries loaded at most to go back to where the user was
TICK: Final = 500  # ms between looks at the clock: a countdown in seconds is never seen to skip one


COMPARE: Final = (
    "Whoever runs this room sees its words, too: below “lanchat serve”, or in the window that opened it. If they read "
    "the same ones to you, nobody is in between."
)


class ClientLike(Protocol):
    """What the screen needs of lanchat.client.Client. No call blocks; answers come as events."""

    @property
    def nick(self) -> str: ...
    @property
    def key(self) -> str: ...
    def say(self, text: str) -> str: ...
    def rename(self, nick: str) -> object: ...
    def load_older(self, before: int | None, limit: int = ...) -> object: ...
    def retry_now(self) -> object: ...
    def unlock(self, pin: str) -> object: ...
    def discard(self, message_id: str) -> object: ...
    def resend(self, message_id: str) -> object: ...
    def moderate(self, action: Action) -> str: ...
    def do(self, deed: Deed) -> str: ...
    def typing(self) -> object: ...
    def read(self, seq: int) -> object: ...
    def search(self, query: Query | str, below: Spot | None = ...) -> str: ...


class ChatScreen(ttk.Frame):
    """on_leave: the user wants back to the list of rooms; closing the client is up to who made it. on_forget: the same,
    and nothing of the room is to stay on this computer. on_title: the
    window's title changed. address: what others type to come here."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        client: ClientLike,
        *,
        on_leave: Callable[[], object],
        on_forget: Callable[[], object],
        on_title: Callable[[str], object],
        address: str = "",
        clock: Callable[[], float] = time.time,
        on_link: Callable[[str], object] = open_link,
    ) -> None:
        super().__init__(master)
        self._kit, self._client, self._clock = kit, client, clock
        self._on_leave, self._on_forget, self._on_title = on_leave, on_forget, on_title
        self.model = ChatModel(client.nick, client.key, address)
        self._title = ""
        self._room = ""
        self._told_read = 0  # the seq up to which the server knows that we have read
        self._wanted = 0  # the seq to scroll to once it is there; 0: none
        self._refreshing = ""  # the pending call of _refresh
        self._people_changed = self._messages_changed = True
        self._moderating = Moderating(self, kit, self.model, client)
        self._build(on_link)
        self._ticking = self.after(TICK, self._tick)
        self._refresh()
        self.composer.focus_text()

    def handle(self, event: events.Event) -> None:
        """Takes in one event of the client; the screen follows when Tk is idle, once for many events."""
        if not self._refreshing:
            self._look_at_focus()
            self._refreshing = self.after_idle(self._refresh)
        self.model.apply(event, self._clock())
        match event:
            case events.Delay() | events.Typed():
                pass
            case events.Found():
                self.finding.handle(event)
            case events.Outcome():
                self._moderating.answered(event)
            case (
                events.Edited()
                | events.Reacted()
                | events.Deleted()
                | events.Message()
                | events.Page()
                | events.Queued()
                | events.Failed()
            ):
                self._messages_changed = True
            case _:
                self._people_changed = self._messages_changed = True

    @property
    def visit(self) -> Visit:
        """Where the user is now."""
        return Visit(self.composer.draft, self.model.seen, self.messages.top)

    def restore(self, visit: Visit) -> None:
        """Where the user was last; what came since then is marked."""
        if visit.draft and not self.composer.draft:
            self.composer.draft = visit.draft
        self.model.resume_at(visit.seen)
        self.messages.refresh()
        self._wanted = visit.top or ((self.model.timeline.missed or -1) + 1)
        first = self.model.timeline.first_seq
        if first is not None and 0 < self._wanted < first:
            self._client.load_older(first, min(first - self._wanted + OLDER, FARTHEST))
        self._show_wanted()

    def _show_wanted(self) -> None:
        """Scrolls to where the user was, once that is loaded."""
        first = self.model.timeline.first_seq
        if self._wanted and first is not None and first <= self._wanted <= self.model.timeline.last_seq:
            self.messages.show(self._wanted)
            self._wanted = 0

    def destroy(self) -> None:
        self.after_cancel(self._ticking)
        if self._refreshing:
            self.after_cancel(self._refreshing)
        super().destroy()

    # Layout

    def _build(self, on_link: Callable[[str], object]) -> None:
        kit, px = self._kit, self._kit.px
        self.side = SideBar(
            self,
            kit,
            self.model,
            on_rename=self._client.rename,
            on_words=self._show_words,
            on_leave=self._on_leave,
            on_forget=self._on_forget,
            moderating=self._moderating,
        )
        self.side.pack(side="left", fill="y")
        ttk.Frame(self, style="Line.TFrame", width=px(1)).pack(side="left", fill="y")
        main = ttk.Frame(self)
        main.pack(side="left", fill="both", expand=True)
        self._build_bar(main)
        line = ttk.Frame(main, style="Line.TFrame", height=px(1))
        line.pack(fill="x")
        self._banner = Banner(main, kit, pack={"fill": "x", "after": line})
        talk = ttk.Frame(ttk.Frame(main))
        talk.master.pack(fill="both", expand=True)  # type: ignore[attr-defined]
        talk.pack(side="left", fill="both", expand=True)
        self._build_talk(talk, on_link)
        self.finding = Finding(
            talk,
            kit,
            self.model,
            self._client,
            self.messages,
            on_close=self.composer.focus_text,
            open_room=lambda room: room == self.model.room,
            clock=self._clock,
        )

    def _build_talk(self, main: ttk.Frame, on_link: Callable[[str], object]) -> None:
        kit, px = self._kit, self._kit.px
        self.messages = MessageList(
            main,
            kit,
            self.model,
            on_older=self._load_older,
            on_retry=self._retry,
            on_delete=self._delete,
            on_menu=lambda *at: self.message_menu.open(*at),
            on_react=lambda *what: self.aiming.toggle(*what),
            on_link=on_link,
        )
        self.composer = Composer(
            main,
            kit,
            on_send=self._send,
            on_page=self.messages.scroll_pages,
            on_escape=self._escape,
            on_up=lambda: self.aiming.edit_last(),
            on_drop=lambda: self.aiming.drop(),
            on_typing=self._client.typing,
            complete=self.model.complete,
        )
        self.aiming = Aiming(self.model, self._client, self.composer)
        wishes = Wishes(
            self.aiming.reply,
            self.aiming.edit,
            lambda message, emoji: self.aiming.toggle(message.seq, emoji),
            self._moderating.ask_delete,
        )
        self.message_menu = MessageMenu(self, kit, self.model, self.messages.emoji, wishes)
        self.composer.pack(side="bottom", fill="x", padx=px(20), pady=(px(4), px(10)))
        self.messages.pack(fill="both", expand=True)
        self.messages.text.bind("<Key>", self._type_on)
        self.messages.text.bind("<Escape>", lambda _: self._escape())

    def _build_bar(self, main: ttk.Frame) -> None:
        kit, px = self._kit, self._kit.px
        bar = ttk.Frame(main, height=px(BAR))
        bar.pack(fill="x")
        bar.pack_propagate(False)
        self._status = ttk.Label(bar, style="Meta.TLabel", compound="left")
        search_button(bar, kit, lambda: self.finding.open()).pack(side="right", padx=(0, px(14)))
        self._status.pack(side="right", padx=px(10))
        hash_sign = ttk.Label(bar)
        hash_sign.pack(side="left", padx=(px(20), px(6)))
        self._room_label = ttk.Label(bar, style="Title.TLabel")
        self._room_label.pack(side="left")
        self._topic = ttk.Label(bar, style="Meta.TLabel")
        self._topic.pack(side="left", padx=px(12))
        kit.listen(hash_sign, lambda: hash_sign.configure(image=kit.icon("hash", 18, "text3", 1.8)))
        kit.listen(self._status, self._show_status)

    # Following the model

    def _tick(self) -> None:
        self._ticking = self.after(TICK, self._tick)
        self._look_at_focus()
        self._tell_read()
        self._show_state()

    def _tell_read(self) -> None:
        if self.model.link is Link.JOINED and self.model.seen > self._told_read:
            self._told_read = self.model.seen
            self._client.read(self._told_read)

    def _look_at_focus(self) -> None:
        self.model.set_focused(self.focus_displayof() is not None)

    def _refresh(self) -> None:
        self._refreshing = ""
        if self._room != self.model.room:
            self._room = self.model.room
            self._room_label.configure(text=drawable(self._room))
            self.composer.name_room(self._room)
        if self._people_changed:
            self.side.refresh_people()
        if self._messages_changed:
            self.messages.refresh()
            self._show_wanted()
            self.finding.look()
        self._people_changed = self._messages_changed = False
        self._show_state()

    def _show_state(self) -> None:
        """What is small and changes with time."""
        now = self._clock()
        self.side.refresh()
        self._show_status()
        self._topic.configure(text=self.model.topic)
        self.composer.say_below(self.model.footer(now))
        banner = self.model.banner(now)
        if banner is None:
            self._banner.hide()
        else:
            actions = {
                "Try now": self._client.retry_now,
                "Enter the PIN": self._ask_pin,
                "Choose a name": lambda: self.side.me.edit(self.model.suggestion),
                "Back to rooms": self._on_leave,
            }
            self._banner.show(banner.kind, drawable(banner.text), banner.action, actions[banner.action])
        if self.model.link is Link.ENDED:
            self.composer.disable("You are no longer in this room.")
        if self.model.title != self._title:
            self._title = self.model.title
            self._on_title(drawable(self._title))

    def _show_status(self) -> None:
        status = self.model.status
        dot = self._kit.disc(8, status.color, under="bg")
        self._status.configure(text=f"  {status.text}", image=dot)

    # What the user wants

    def _ask_pin(self) -> None:
        PinDialog(self.winfo_toplevel(), self._kit, self.model.pin_asked, on_pin=self._client.unlock)

    def _show_words(self) -> None:
        from lanchat.identity import words

        said = words(self.model.server_id)
        title = drawable(f"The words of “{self.model.server}”")
        answers: Answers = {"Copy": lambda: self._copy(said), "All right": lambda: None}
        Choice(self.winfo_toplevel(), self._kit, title, f"{said}\n\n{COMPARE}", answers)

    def _copy(self, text: str) -> None:
        self.clipboard_clear()
        self.clipboard_append(text)

    def _escape(self) -> None:
        """What was begun first; then to the newest message."""
        if self.aiming.aimed:
            self.aiming.drop()
        elif not self.finding.close():
            self.messages.to_end()

    def _send(self, text: str) -> None:
        if self.aiming.aimed:
            self.aiming.send(text)
        elif self._moderating.typed(text):
            self.model.clear_problem()
            return
        else:
            self._client.say(text)
        self.model.clear_problem()
        self.messages.to_end()

    def _type_on(self, event: tk.Event[tk.Misc]) -> None:
        """Who types while reading means the composer."""
        commands = COMMAND_KEYS[self._kit.root.tk.call("tk", "windowingsystem")]
        if event.char and event.char.isprintable() and not int(event.state) & commands:
            self.composer.type(event.char)

    def _retry(self, id: str) -> None:  # noqa: A002 - the wire's word
        """It comes back as a message that waits, under a new id."""
        self._client.resend(id)
        self.model.delete(id)
        self.messages.refresh()

    def _delete(self, id: str) -> None:  # noqa: A002
        self._client.discard(id)
        self.model.delete(id)
        self.messages.refresh()

    def _load_older(self) -> None:
        before = self.model.ask_older()
        if before is not None:
            self._client.load_older(before, OLDER)
            self.messages.refresh()
