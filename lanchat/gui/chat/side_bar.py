"""The side bar of the chat: the server with its menu, its rooms, the people, and who we are; it decides nothing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final

from lanchat.errors import LocalProtocolError
from lanchat.gui.chat.arranging import Arranging
from lanchat.gui.chat.moderating import Moderating
from lanchat.gui.chat.own_state import OwnState
from lanchat.gui.chat.side_rows import Content, Finder, SideRows, side_rows
from lanchat.gui.kit import paint
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.focus import holder
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.row_list import RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel, Link
from lanchat.gui.model.destinations import Destination
from lanchat.gui.model.people import initials
from lanchat.gui.model.presence import in_words
from lanchat.gui.model.room import RoomModel
from lanchat.gui.model.roster import Person
from lanchat.protocol.text import clean_nick

WIDTH: Final = 244  # px
BAR: Final = 56  # px of the bar at the top, the same beside it


class SideBar(ttk.Frame):
    """on_rename: called with a valid new name. on_words: the user wants to know who the server is. on_leave: back to
    the list of rooms. on_forget: and keep nothing. moderating: what may be done with people and the server. arranging:
    with rooms. own: how we are. on_menu: see ChatScreen."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        model: ChatModel,
        *,
        on_rename: Callable[[str], object],
        on_words: Callable[[], object],
        on_leave: Callable[[], object],
        on_forget: Callable[[], object],
        moderating: Moderating,
        arranging: Arranging,
        own: OwnState,
        on_menu: Callable[[tk.Menu, str], object],
    ) -> None:
        super().__init__(master, style="Side.TFrame", width=kit.px(WIDTH))
        self.pack_propagate(False)
        self._kit, self._model = kit, model
        self._on_words, self._on_leave, self._on_forget = on_words, on_leave, on_forget
        self._moderating, self._arranging, self._add_to_menu = moderating, arranging, on_menu
        self._own = own
        self._menu = PopupMenu(self, kit)
        self._offered: object = None  # what the menu was made for
        ttk.Frame(self, style="Line.TFrame", width=kit.px(1)).pack(side="right", fill="y")
        self._make_header()
        ttk.Frame(self, style="Line.TFrame", height=kit.px(1)).pack(fill="x")
        self.me = OwnName(self, kit, model, own, on_rename)
        self.me.pack(side="bottom", fill="x")
        ttk.Frame(self, style="Line.TFrame", height=kit.px(1)).pack(side="bottom", fill="x")
        self.rows: RowList[Content] = RowList(
            self,
            kit,
            SideRows(kit, model).draw,
            ground="side",
            on_click=self._click,
            on_open=self._open,
            on_menu=self._show_menu,
        )
        bar = ttk.Scrollbar(self, orient="vertical", style="Side.Vertical.TScrollbar")
        self.rows.attach(bar, hide={"side": "right", "fill": "y", "pady": kit.px(8), "before": self.rows})
        self.rows.pack(fill="both", expand=True, pady=(kit.px(8), 0))

    def refresh(self) -> None:
        """Names; cheap."""
        self._server.say(self._model.server or "lanchat")
        offered = (self._model.room, self._model.address, self._model.server_id, self._model.role, self._model.rules)
        if offered != self._offered:
            self._offered = offered
            self._fill_menu()
        self.me.refresh()

    def refresh_people(self) -> None:
        """Rooms and people."""
        self.rows.show(side_rows(self._model))
        if self.rows.selected is None or holder(self) != str(self.rows):
            self._mark_open_room()

    def _mark_open_room(self) -> None:
        self.rows.select(("room", self._model.room))

    def open_menu(self) -> None:
        """Under the server's name."""
        header = self._server.master
        self._menu.tk_popup(header.winfo_rootx() + self._kit.px(12), header.winfo_rooty() + self._kit.px(BAR - 8))

    def _make_header(self) -> None:
        kit, px = self._kit, self._kit.px
        header = ttk.Frame(self, style="Side.TFrame", height=px(BAR))
        header.pack(fill="x")
        header.pack_propagate(False)
        arrow = ttk.Button(header, style="Side.TButton", command=self.open_menu)
        arrow.pack(side="right", padx=(px(2), px(8)))
        self._server = LineLabel(header, kit, font="title", ink="text", ground="side", fills=True)
        self._server.pack(side="left", fill="x", expand=True, padx=(px(16), 0))
        self._server.bind("<Button-1>", lambda _: self.open_menu())
        kit.listen(arrow, lambda: arrow.configure(image=kit.icon("down", 16)))

    def _fill_menu(self) -> None:
        """With what can be done now."""
        menu, model = self._menu, self._model
        menu.delete(0, "end")
        for submenu in menu.winfo_children():  # Tk takes away the entry that leads to it, and no more
            submenu.destroy()
        menu.add_command(label="Change my name", command=lambda: self.me.edit())
        states = PopupMenu(menu, self._kit)
        self._own.fill_menu(states)
        states.paint()
        menu.add_cascade(label="How I am here", menu=states)
        menu.add_command(
            label="Copy address", command=self._copy_address, state="normal" if model.address else "disabled"
        )
        menu.add_command(
            label="Compare its words …", command=self._on_words, state="normal" if model.server_id else "disabled"
        )
        self._moderating.fill_room_menu(menu)
        self._add_to_menu(menu, model.room)
        menu.add_separator()
        menu.add_command(label="Leave the room", command=self._on_leave)
        menu.add_command(label="Leave and forget it …", command=self._on_forget)
        menu.paint()

    def _click(self, content: Content, _x: int) -> None:
        """Where we are stays marked."""
        if isinstance(content, Person):
            self._show_menu(content, *self.winfo_pointerxy())
        else:
            self._open(content)
        self._mark_open_room()

    def _open(self, content: Content) -> None:
        match content:
            case RoomModel():
                self._arranging.go(Destination("open", content.name, ""))
            case Finder():
                self._arranging.ask_where()
            case Person():
                self._show_menu(content, *self.winfo_pointerxy())

    def _show_menu(self, content: Content, x: int, y: int) -> None:
        if isinstance(content, Person):
            self._moderating.person_menu(content, x, y, self._arranging.ways_to(content))
        elif isinstance(content, RoomModel):
            self._arranging.menu(content, x, y)

    def _copy_address(self) -> None:
        self.clipboard_clear()
        self.clipboard_append(self._model.address)


class OwnName(ttk.Frame):
    """Who and how we are, at the foot of the side bar; a click chooses how, `edit` makes the name a field."""

    def __init__(
        self, master: tk.Misc, kit: Kit, model: ChatModel, own: OwnState, on_rename: Callable[[str], object]
    ) -> None:
        super().__init__(master, style="Side.TFrame", padding=(kit.px(14), kit.px(10)))
        self._kit, self._model, self._own, self._on_rename = kit, model, own, on_rename
        self._asked = ""  # the name that we asked for and that is not ours yet
        self._shown: object = None
        px = kit.px
        self._avatar = tk.Canvas(self, width=px(36), height=px(36), highlightthickness=0, bd=0)
        self._avatar.pack(side="left")
        self._names = ttk.Frame(self, style="Side.TFrame")
        self._nick = LineLabel(self._names, kit, font="list_bold", ink="text", ground="side", fills=True)
        self._nick.pack(fill="x")
        self._state = LineLabel(self._names, kit, font="meta", ink="text3", ground="side", fills=True)
        self._state.pack(fill="x")
        for part in (self._avatar, self._names, self._nick, self._state):
            part.bind("<Button-1>", lambda _: own.post_menu(self))
        self._pencil = ttk.Button(self, style="Side.TButton", command=self.edit)
        self._editor = ttk.Frame(self, style="Side.TFrame")
        self._field = Field(self._editor, kit, "Your name", side=True, width=10)
        self._field.pack(fill="x")
        self._below = ttk.Label(self._editor, wraplength=px(170))
        self._below.pack(anchor="w", pady=(px(4), 0))
        self._field.bind("<Return>", lambda _: self._ask())
        self._field.bind("<Escape>", lambda _: self._close())
        self._close()
        kit.listen(self, self._paint)

    @property
    def editing(self) -> bool:
        return bool(self._editor.winfo_manager())

    def edit(self, proposal: str = "") -> None:
        """Show the field, with the present name or a proposal, ready to be overwritten."""
        self._names.pack_forget()
        self._pencil.pack_forget()
        self._editor.pack(side="left", fill="x", expand=True, padx=(self._kit.px(10), 0))
        self._field.value = proposal or self._model.nick
        self._field.focus_set()
        self._field.selection_range(0, "end")
        self._say(self._model.name_error)

    def refresh(self) -> None:
        model = self._model
        if self._asked:
            if model.name_error:
                self._refused()
            elif model.nick == self._asked and model.link is Link.JOINED:
                self._close()
        own = self._own.shown
        shown = (model.nick, model.own_hue, model.link, own)
        if shown != self._shown:
            self._shown = shown
            self._pencil.state(["disabled" if model.link is Link.ENDED else "!disabled"])
            self._nick.say(model.nick)
            self._state.say(in_words(own.state, own.text) if model.link is Link.JOINED else "Offline")
            self._paint()

    def _ask(self) -> None:
        try:
            nick = clean_nick(self._field.value)
        except LocalProtocolError as error:
            self._say(str(error))
            return
        if nick == self._model.nick and not self._model.name_error:
            self._close()
            return
        self._model.clear_name_error()
        self._say("")
        self._asked = nick
        self._on_rename(nick)
        if self._model.link is not Link.JOINED:  # the server hears of it, and may object, when the link is back
            self._model.nick = nick
            self._show_names()

    def _refused(self) -> None:
        """Said under the field; a free name that the server proposes is filled in."""
        self._asked = ""
        if not self.editing:
            self.edit(self._model.suggestion)
        elif self._model.suggestion:
            self._field.value = self._model.suggestion
            self._field.selection_range(0, "end")
        self._say(self._model.name_error)

    def _close(self) -> None:
        self._asked = ""
        self._show_names()

    def _show_names(self) -> None:
        self._editor.pack_forget()
        self._pencil.pack(side="right")
        self._names.pack(side="left", fill="x", expand=True, padx=(self._kit.px(10), 0))

    def _say(self, sentence: str) -> None:
        """Why a name is refused; nothing: what the keys do."""
        self._field.mark(bool(sentence))
        style = "Side.Error.TLabel" if sentence else "Side.Meta.TLabel"
        self._below.configure(text=drawable(sentence) or "Enter saves, Escape cancels", style=style)

    def _paint(self) -> None:
        kit, colors, model = self._kit, self._kit.colors, self._model
        self._pencil.configure(image=kit.icon("pencil", 16))
        self._avatar.delete("all")
        self._avatar.configure(bg=colors.side)
        here = model.link is Link.JOINED
        disc = colors.avatars[model.own_hue] if here else colors.absent
        paint.avatar(self._avatar, kit, (0, 0), initials(model.nick), disc, size=32, under="side")
        state = self._own.shown.state if here else None
        paint.presence(self._avatar, kit, (kit.px(22), kit.px(22)), state, "side", size=12)
