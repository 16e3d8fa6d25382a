"""The chat screen: lays out side bar, messages and composer over one model, and passes the user's wishes to the client.

The client's calls never block; its events come in by `handle`, in the Tk thread. What is shown stands in model.chat.
"""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from tkinter import ttk
from typing import Final

from lanchat.client import events
from lanchat.client.commands import Deed
from lanchat.client.preferences import Level, Preferences
from lanchat.client.profile import Visit
from lanchat.client.shortcodes import complete as complete_emoji
from lanchat.gui.chat.aiming import Aiming
from lanchat.gui.chat.arranging import Arranging
from lanchat.gui.chat.attaching import Attaching
from lanchat.gui.chat.choosing_emoji import ChoosingEmoji
from lanchat.gui.chat.client_like import ClientLike
from lanchat.gui.chat.composer import Composer
from lanchat.gui.chat.emoji_picker import Corner
from lanchat.gui.chat.file_desk import FileDesk
from lanchat.gui.chat.finding import Finding
from lanchat.gui.chat.hover_tools import HoverTools, Tools
from lanchat.gui.chat.long_paste import LongPaste
from lanchat.gui.chat.message_cursor import MessageCursor
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.chat.message_menu import MessageMenu, Wishes
from lanchat.gui.chat.moderating import Moderating
from lanchat.gui.chat.own_state import OwnState
from lanchat.gui.chat.side_bar import SideBar
from lanchat.gui.chat.standing import kept
from lanchat.gui.chat.switching import Switching
from lanchat.gui.chat.top_bar import TopBar
from lanchat.gui.chat.transfer_rows import TransferRows
from lanchat.gui.desktop.browser import open_link
from lanchat.gui.dialogs.pin import PinDialog
from lanchat.gui.dialogs.words import show_words
from lanchat.gui.kit.banner import Banner
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.focus import holder
from lanchat.gui.kit.key_bindings import Part, character
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import OLDER, ChatModel
from lanchat.gui.model.search import SearchModel
from lanchat.gui.model.telling import Telling
from lanchat.protocol.frames import Message
from lanchat.protocol.presence import Status

TICK: Final = 500  # ms between looks at the clock: a countdown in seconds is never seen to skip one


class ChatScreen(ttk.Frame):
    """on_leave: the user wants back to the list of rooms; closing the client is up to who made it. on_forget: the same,
    and nothing of the room is to stay on this computer. on_title: the window's title changed. on_busy: whether nothing
    is to be told of from now on. on_menu: adds to the menu of the room what the window has for it, given its name.
    address: what others type to come here. recents, on_recents: emoji, see ChoosingEmoji. on_reopen: see the model."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        client: ClientLike,
        *,
        on_leave: Callable[[], object],
        on_forget: Callable[[], object],
        on_title: Callable[[str], object],
        on_reopen: Callable[[], object] = lambda: None,
        on_menu: Callable[[tk.Menu, str], object] = lambda *_: None,
        recents: Sequence[str] = (),
        on_recents: Callable[[Sequence[str]], object] = lambda _: None,
        on_busy: Callable[[bool], object] = lambda _: None,
        address: str = "",
        clock: Callable[[], float] = time.time,
        on_link: Callable[[str], object] = open_link,
    ) -> None:
        super().__init__(master)
        self._kit, self._client, self._clock = kit, client, clock
        self._on_leave, self._on_forget, self._on_title = on_leave, on_forget, on_title
        self.model = ChatModel(client.nick, client.key, address)
        self._on_menu, self._on_link, self._on_reopen = on_menu, on_link, on_reopen
        self._recents, self._on_recents = recents, on_recents
        self._preferences, self.telling, self.found = Preferences(), Telling(self.model, client), SearchModel()
        self._title = self._refreshing = ""  # what was told last; the pending call of _refresh
        self._people_changed = self._messages_changed = True
        self.arranging = Arranging(self, kit, self.model, client, on_open=self.open, on_menu=on_menu)
        self.own = OwnState(self, kit, client, clock, on_busy=on_busy, on_change=lambda: self.side.refresh())
        self._moderating = Moderating(self, kit, self.model, client, self._typed)
        self.files = self._make_desk()
        self._build()
        self._ticking = self.after(TICK, self._tick)
        self._refresh()
        self.composer.focus_text()
        # Once more when it is there: until then the window manager may give the keyboard back to what had it before
        self.bind("<Map>", lambda event: self.composer.focus_text() if event.widget is self else None)

    def handle(self, event: events.Event) -> None:
        """Takes in one event of the client; the screen follows when Tk is idle, once for many events."""
        if not self._refreshing:
            self._look_at_focus()
            self._refreshing = self.after_idle(self._refresh)
        self.model.apply(event, self._clock())
        match event:
            case events.Delay() | events.Typed():
                pass
            case events.Progress():
                self.files.apply(event)
            case events.Found():
                self.finding.handle(event)
            case events.Joined():
                self.telling.anew()  # the server may be another one, or have lost some
                self._people_changed = self._messages_changed = True
            case events.Outcome():
                self._moderating.answered(event)
                self.arranging.answered(event)
            case events.Deleted(room=room, target=target):
                self.files.forget((room, target))
                self._messages_changed = True
            case (
                events.Edited() | events.Reacted() | events.Pinned() | events.Message() | events.Page()
                | events.Queued() | events.Failed()
            ):  # fmt: skip
                self._messages_changed = True
                elsewhere = self.model.rooms.find(event.room) is not self.model.current
                self._people_changed = self._people_changed or elsewhere
            case _:
                self._people_changed = self._messages_changed = True

    def mark_levels(self, levels: Mapping[str, Level]) -> None:
        """What is told of rooms, where it is not what is told of others."""
        self.model.rooms.tell_levels(levels)
        self.side.refresh_people()

    @property
    def visit(self) -> Visit:
        return self.switching.visit

    def restore(self, visit: Visit) -> None:
        self.switching.restore(visit)

    def open(self, room: str) -> bool:
        """Another room is shown from now on; False: we do not follow it."""
        self.aiming.drop()
        opened = self.switching.open(room)
        if opened:
            self._people_changed = True
            self._refresh()
        self.composer.focus_text()
        return opened

    @property
    def parts(self) -> list[Part]:
        """For F6."""
        return [
            Part(self.side, self.side.rows),
            Part(self.messages, self.messages.text),
            Part(self.composer, self.composer.text),
        ]

    def prefer(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self.telling.prefer(preferences)
        self.own.prefer(preferences)
        self.composer.send_by(preferences.send_key)
        self.files.folder = preferences.download_folder

    def rebuild(self) -> None:
        """Made anew, at the size that the kit has now; the user stays where they are."""
        self._recents = self.choosing.recents
        with kept(self):
            self._build()
            self._people_changed = self._messages_changed = True
            self._refresh()

    def destroy(self) -> None:
        self.after_cancel(self._ticking)
        if self._refreshing:
            self.after_cancel(self._refreshing)
        self.attaching.close()
        self.files.close()
        super().destroy()

    # Layout

    def _build(self) -> None:
        kit, px = self._kit, self._kit.px
        self.side = SideBar(
            self,
            kit,
            self.model,
            on_rename=self._client.rename,
            on_words=lambda: show_words(self, kit, self.model),
            on_leave=self._on_leave,
            on_forget=self._on_forget,
            moderating=self._moderating,
            arranging=self.arranging,
            own=self.own,
            on_menu=self._on_menu,
        )
        self.side.pack(side="left", fill="y")
        main = ttk.Frame(self)
        main.pack(side="left", fill="both", expand=True)
        self.bar = self._make_bar(main)
        self.bar.pack(fill="x")
        (line := ttk.Frame(main, style="Line.TFrame", height=px(1))).pack(fill="x")
        self._banner = Banner(main, kit, pack={"fill": "x", "after": line})
        talk = ttk.Frame(ttk.Frame(main))
        talk.master.pack(fill="both", expand=True)  # type: ignore[attr-defined]
        talk.pack(side="left", fill="both", expand=True)
        self._build_talk(talk)
        self.finding = Finding(
            talk,
            kit,
            self.model,
            self._client,
            self.messages,
            self.found,
            self.side,
            on_close=self.composer.focus_text,
            open_room=self.open,
            clock=self._clock,
        )

    def _make_bar(self, main: ttk.Frame) -> TopBar:
        return TopBar(
            main,
            self._kit,
            self.model,
            on_search=lambda: self.finding.open(),
            on_jump=lambda seq: self.finding.jumping.to(self.model.room, seq),
            on_unpin=self._moderating.toggle_pin,
            may_unpin=self.arranging.may_change_open,
        )

    def _build_talk(self, main: ttk.Frame) -> None:
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
            on_link=self._on_link,
            card=self.files.card,
        )
        self.composer = Composer(
            main,
            kit,
            on_send=self._send,
            on_page=self.messages.scroll_pages,
            on_escape=self._escape,
            on_up=lambda: self.aiming.edit_last(),
            on_drop=lambda: self.aiming.drop(),
            on_typing=self.telling.typing,
            on_emoji=self._choose_emoji,
            on_paste=lambda text: self.long_paste.offer(text),
            complete=lambda *at: complete_emoji(*at) or self.model.complete(*at),
        )
        self.composer.send_by(self._preferences.send_key)
        self.composer.pack(side="bottom", fill="x", padx=px(20), pady=(px(4), px(10)))
        self.messages.pack(fill="both", expand=True)
        # Who types while reading means the composer
        self.messages.text.bind("<Key>", lambda event: self.composer.type(character(event)))
        self._build_files(main)
        self._build_ways()

    def _build_ways(self) -> None:
        """What opens over messages and composer."""
        kit = self._kit
        self.long_paste = LongPaste(self, kit, self.composer, self.attaching.send_data)
        self.choosing = ChoosingEmoji(self, kit, self.messages.emoji, self._recents, self._on_recents)
        self.switching = Switching(self.model, self._client, self.messages, self.composer)
        self.aiming = Aiming(self.model, self._client, self.composer)
        wishes = Wishes(
            self.aiming.reply,
            self.aiming.edit,
            lambda message, emoji: self.aiming.toggle(message.seq, emoji),
            self._choose_reaction,
            self._moderating.ask_delete,
            self._on_link,
            self.switching.jump,
            lambda message: self.files.save((message.room, message.seq)),
            lambda message: self.files.save_as((message.room, message.seq)),
            lambda message: self._moderating.toggle_pin(message.seq),
            self.arranging.may_change_open,
        )
        self.message_menu = MessageMenu(self, kit, self.model, self.messages.emoji, wishes)
        self.cursor = MessageCursor(
            self.messages, kit, self.model, on_menu=self.message_menu.open, on_react=self._choose_reaction
        )
        menu = self.message_menu
        tools = Tools(wishes.react, menu.open_reactions, self.aiming.reply, menu.open)
        self.hover = HoverTools(self.messages, kit, self.model, tools)

    def _make_desk(self) -> FileDesk:
        return FileDesk(
            self,
            self._kit,
            self.model,
            self._client,
            composer=lambda: self.composer,
            on_rows=lambda: self.uploads.show(self.model.transfers.uploads),
            dress=lambda *of: self.messages.dress(*of),
        )

    def _build_files(self, main: ttk.Frame) -> None:
        px = self._kit.px
        place = {"side": "bottom", "fill": "x", "padx": px(20), "pady": (px(4), 0), "after": self.composer}
        self.uploads = TransferRows(main, self._kit, self.files.end_upload, place)
        files, text, problem = self.files, self.composer.text, self.composer.say_error
        self.attaching = Attaching(text, (self.messages.text, text), files.send, files.offer, problem)
        self.messages.text.bind("<Control-u>", lambda _: self.attaching.choose())
        self.composer.add_attach(self.attaching.choose, self.attaching.paste)

    # Following the model

    def _tick(self) -> None:
        self._ticking = self.after(TICK, self._tick)
        self._look_at_focus()
        self.own.tick()
        self.telling.read()
        self._show_state()

    def _look_at_focus(self) -> None:
        self.model.set_focused(bool(holder(self)))

    def _refresh(self) -> None:
        self._refreshing = ""
        self.switching.follow()
        self.composer.name_room(self.model.title_of_room)
        if self._people_changed:
            self.side.refresh_people()
        if self._messages_changed:
            self.messages.refresh()
            self.switching.show_wanted()
            self.finding.look()
        self._people_changed = self._messages_changed = False
        self._show_state()

    def _show_state(self) -> None:
        """What is small and changes with time."""
        now = self._clock()
        self.side.refresh()
        self.bar.refresh(now)
        self.composer.say_below(self.model.footer(now))
        if (banner := self.model.banner(now)) is None:
            self._banner.hide()
        else:
            actions = {
                "Try now": self._client.retry_now,
                "Enter the PIN": self._ask_pin,
                "Choose a name": lambda: self.side.me.edit(self.model.suggestion),
                "Back to rooms": self._on_leave,
                "Open it again": self._on_reopen,
            }
            self._banner.show(banner.kind, banner.text, banner.action, actions[banner.action])
        self.composer.allow(self.model.silence)
        if self.model.title != self._title:
            self._title = self.model.title
            self._on_title(drawable(self._title))

    # What the user wants

    def _ask_pin(self) -> None:
        PinDialog(self.winfo_toplevel(), self._kit, self.model.pin_asked, on_pin=self._client.unlock)

    def _choose_emoji(self) -> None:
        self.choosing.above(self.composer.emoji, self.composer.type, self.composer.text)

    def _choose_reaction(self, message: Message, x: int, y: int) -> None:
        self.choosing.open(Corner(x, y), lambda emoji: self.aiming.add(message.seq, emoji), self.messages.text)

    def _typed(self, deed: Deed, id: str) -> None:  # noqa: A002 - the wire's word
        """A command that was not for Moderating alone."""
        if isinstance(deed, Status):
            self.own.say(deed.state, deed.text)
        else:
            self.arranging.asked(deed, id)

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
            self._client.say(text, room=self.model.target)
        self.model.clear_problem()
        self.messages.to_end()

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
        if (before := self.model.ask_older()) is not None:
            self._client.load_older(before, OLDER, self.model.target)
            self.messages.refresh()
