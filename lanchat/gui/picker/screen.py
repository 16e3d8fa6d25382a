"""The picker: the rooms around us, live, with search and a field for an address; it finds and joins nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable, Sequence
from tkinter import ttk
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from lanchat.client.hosting import Closed, Hosted
from lanchat.client.profile import Recent
from lanchat.discovery.found import Found
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.focus import go_by_key
from lanchat.gui.kit.key_bindings import Part, part_with_keyboard
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.row_list import RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.check import CheckModel
from lanchat.gui.model.picker import Room, RoomList, Row, Section
from lanchat.gui.picker.check import PickerCheck
from lanchat.gui.picker.clipboard_offer import ClipboardOffer
from lanchat.gui.picker.empty import EmptyList
from lanchat.gui.picker.rows import RoomPainter, as_rows, button_span
from lanchat.gui.picker.search_aid import SearchAid
from lanchat.gui.picker.side import PickerSide
from lanchat.protocol.limits import DEFAULT_TCP_PORT
from lanchat.protocol.target import Address

if TYPE_CHECKING:
    from lanchat.discovery.sweep import Progress

PATIENCE: Final = 3_000  # ms after which whoever can be heard has answered: the last question of the burst
INSET: Final = 16  # px at 96 dpi left and right of the rows
TITLES: Final = {
    Section.NEARBY: "Rooms nearby",
    Section.FAVOURITES: "Favourite rooms",
    Section.RECENT: "Recent rooms",
}


class Actions(NamedTuple):
    """What the picker asks for; none of it may block."""

    join: Callable[[Room], object]
    join_address: Callable[[str], object]
    host: Callable[[], object]
    stop: Callable[[Hosted], object]
    reopen: Callable[[str], object]  # id of a server of this computer
    refresh: Callable[[], object]
    settings: Callable[[tk.Misc], object]
    favourite: Callable[[str, bool], object]  # id of the server
    sweep: Callable[[], object]
    check: Callable[[], object]  # look into the network
    test: Callable[[str], object]  # one server: host:port
    stop_check: Callable[[], object]
    leave_check: Callable[[], object]  # nobody looks at it any more


class Picker(ttk.Frame):
    """The first screen. check: say `show_check` when it is another one."""

    def __init__(self, master: tk.Misc, kit: Kit, actions: Actions, check: CheckModel | None = None) -> None:
        super().__init__(master)
        self._kit, self._actions = kit, actions
        self._model = RoomList()
        self.check = PickerCheck(
            self,
            kit,
            check or CheckModel(),
            actions,
            alone=lambda: self._model.alone,
            on_close=lambda: self.list.focus_set(),
        )
        self._painter = RoomPainter(kit)
        self._listening, self._network, self._well = False, True, False
        self._waiting = ""  # the pending call of _waited
        self._failed: Address | None = None  # where no server was found that was asked for by its address
        self._build()
        self.bind("<Map>", lambda _: self._show(), add="+")  # somebody sees it now

    def rebuild(self) -> None:
        """Made anew, at the size that the kit has now, with what was typed and chosen."""
        typed, chosen, offer, failed = self.address.value, self.list.selected, self.offer, self._failed
        asking, complaint = self.join_by_address.instate(["disabled"]), str(self.complaint["text"])
        part, me, hosted = part_with_keyboard(self.parts), self.side.me, self.side.hosted
        checking = self.check.kept()
        for child in self.winfo_children():
            child.destroy()
        self._build()
        self.search.value, self.address.value = self._model.query, typed
        self.side.nav.select(self._model.section)
        self._title.configure(text=TITLES[self._model.section])
        self.side.show_me(*me)
        self.side.show_hosted(hosted)
        self.offer.go_on(offer)
        self._show_address(complaint, failed, asking=asking)
        if isinstance(chosen, Room):
            self.list.select(chosen.key)
        self.check.stand_for(self._main, checking)
        if part is not None:
            self.parts[part].first.focus_set()

    def destroy(self) -> None:
        if self._waiting:
            self.after_cancel(self._waiting)
        self.check.cancel()
        super().destroy()

    def _build(self) -> None:
        self._menu = PopupMenu(self, self._kit)
        self.side = PickerSide(self, self._kit, self._choose_section, self._actions)
        self.side.pack(side="left", fill="y")
        ttk.Frame(self, style="Line.TFrame", width=1).pack(side="left", fill="y")
        self._main = main = ttk.Frame(self)
        main.pack(side="left", fill="both", expand=True)
        self._add_head(main)
        self._add_foot(main)
        self._add_list(main)
        self.check.stand_for(main)
        self._show()

    # What is told from outside

    def show_found(self, found: Iterable[Found], progress: Progress | None = None) -> None:
        """progress: of the sweep, if there is one."""
        self._model.set_found(found)
        self._model.set_progress(progress)
        self._show()

    def show_recents(self, recents: Iterable[Recent]) -> None:
        self._model.set_recents(recents)
        self._show()

    def show_hosted(self, hosted: Sequence[Hosted], closed: Sequence[Closed] = ()) -> None:
        here = {server.id for server in hosted}
        if here != {server.id for server in self.side.hosted}:
            self.check.model.forget()  # another question: whether others can join these
        self._model.set_here(here, {room.id for room in closed})
        self.offer.show_here(here)
        self.side.show_hosted(hosted)
        self._show()

    def show_me(self, name: str, address: str, key: str = "") -> None:
        self.side.show_me(name, address or "no network", key)

    def show_state(self, *, listening: bool, network: bool) -> None:
        """How the search for rooms goes. network: this computer has an address that others reach."""
        if listening and not self._listening:
            self._waiting = self.after(PATIENCE, self._waited)
        if network != self._network:
            self.check.model.forget()
        self._listening, self._network = listening, network
        self._show_line()

    def look_again(self) -> None:
        """The user asked for it: what was found before counts no longer."""
        self.check.model.forget()
        self._show()

    def show_check(self) -> None:
        if self.check.panel is not None:
            self.check.panel.refresh()
        self._show()

    def look_at_clipboard(self) -> None:
        """Soon, and if we are on the screen: whether it holds a link to offer."""
        self.offer.look()

    def address_busy(self, address: Address) -> None:
        """It is being asked. Enter asks another one instead."""
        self.offer.used(address)
        self._show_address("", None, asking=True)

    def address_done(self, complaint: str = "", failed: Address | None = None) -> None:
        """It answered, or `complaint` says why there will be no room. failed: where it was looked for."""
        self._show_address(complaint, failed, asking=False)
        if complaint:
            self.address.focus_set()

    def _address_changed(self) -> None:
        """What was wrong with another one counts no longer."""
        if str(self.complaint["text"]):
            self._show_address("", None, asking=False)

    def _show_address(self, complaint: str, failed: Address | None, *, asking: bool) -> None:
        self._failed = failed
        self.join_by_address.configure(text="Asking …" if asking else "Join by address")
        self.join_by_address.state(["disabled" if asking else "!disabled"])
        self.address.mark(bool(complaint))
        self.complaint.configure(text=drawable(complaint))
        if complaint:
            self.complaint.pack(anchor="w", pady=(self._kit.px(8), 0))
        else:
            self.complaint.pack_forget()
        if failed is not None:
            self.test_address.configure(command=lambda: self.check.test(str(failed)))
            self.test_address.pack(anchor="w", pady=(self._kit.px(8), 0), after=self.complaint)
        else:
            self.test_address.pack_forget()

    def take_focus(self) -> None:
        (self.check.panel.body.canvas if self.check.panel else self.list).focus_set()

    @property
    def parts(self) -> list[Part]:
        """For F6."""
        if self.check.panel is not None:
            return [Part(self.side, self.side.nav), *self.check.panel.parts]
        return [Part(self.side, self.side.nav), Part(self._body, self.list), Part(self._foot, self.address)]

    @property
    def rows(self) -> list[Row]:
        """What the list shows."""
        return self._rows

    # The parts

    def _add_head(self, main: ttk.Frame) -> None:
        kit = self._kit
        head = ttk.Frame(main)
        head.pack(fill="x", padx=kit.px(24), pady=(kit.px(20), kit.px(4)))
        words = ttk.Frame(head)
        words.pack(side="left")
        self._title = ttk.Label(words, text=TITLES[Section.NEARBY], style="H1.TLabel")
        self._title.pack(anchor="w")
        state = ttk.Frame(words)
        state.pack(anchor="w")
        self._dot = tk.Label(state, bd=0)
        self._dot.pack(side="left", padx=(0, kit.px(6)))
        self._state = ttk.Label(state, style="Meta.TLabel")
        self._state.pack(side="left")
        kit.listen(self._dot, self._paint_dot)
        self.refresh = ttk.Button(head, style="Ghost.TButton", command=self._actions.refresh)
        self.refresh.pack(side="right", padx=(kit.px(6), 0))
        kit.listen(self.refresh, lambda: self.refresh.configure(image=kit.icon("refresh")))
        self.search = Field(head, kit, "Search rooms", icon="search", on_change=self._search)
        self.search.pack(side="right", padx=(kit.px(16), 0))
        self.search.bind("<Escape>", self._leave_search)
        self.search.bind("<Down>", lambda _: self._enter_list())
        self.search.bind("<Return>", lambda _: self._join_first())

    def _add_foot(self, main: ttk.Frame) -> None:
        kit = self._kit
        self._foot = foot = ttk.Frame(main)
        foot.pack(side="bottom", fill="x", padx=kit.px(24), pady=kit.px(16))
        line = ttk.Frame(foot)
        line.pack(fill="x")
        ttk.Label(line, text="Not in the list?", style="Sub.TLabel").pack(side="left")
        hint = f"host or address:{DEFAULT_TCP_PORT}"
        self.address = Field(line, kit, hint, width=20, on_change=lambda _: self._address_changed())
        self.address.pack(side="left", padx=kit.px(10))
        self.address.bind("<Return>", lambda _: self._actions.join_address(self.address.value))
        self.join_by_address = ttk.Button(
            line, text="Join by address", command=lambda: self._actions.join_address(self.address.value)
        )
        self.join_by_address.pack(side="left")
        self.aid = SearchAid(foot, kit, on_sweep=self._actions.sweep, on_check=self.check.look)
        self.complaint = ttk.Label(foot, style="Error.TLabel", justify="left")  # packed only while there is one
        self.test_address = ttk.Button(foot, text="Test this server", style="Small.TButton")  # it was not found
        self.offer = ClipboardOffer(foot, kit, on_join=self._join_offered, wanted=lambda: bool(self.winfo_manager()))
        foot.bind("<Configure>", lambda event: self.complaint.configure(wraplength=event.width))
        ttk.Frame(main, style="Line.TFrame", height=1).pack(side="bottom", fill="x")

    def _add_list(self, main: ttk.Frame) -> None:
        kit = self._kit
        self._body = ttk.Frame(main)
        self._body.pack(fill="both", expand=True, pady=(kit.px(8), 0))
        self.list: RowList[Row] = RowList(
            self._body,
            kit,
            self._painter.draw,
            inset=INSET,
            on_open=self._join,
            on_click=self._clicked,
            on_menu=self._post_menu,
        )
        bar = ttk.Scrollbar(self._body)
        self.list.pack(side="left", fill="both", expand=True)
        self.list.attach(bar, hide={"side": "right", "fill": "y", "padx": (0, kit.px(3)), "before": self.list})
        self.list.bind("<Leave>", lambda _: self.after_idle(self._show), add="+")  # rows may move again
        self.list.bind("<Key>", self._type_to_search)
        self.empty = EmptyList(self._body, kit, self._actions.host, self.check.look)

    # From the user

    def _choose_section(self, section: Section) -> None:
        self.check.close()
        self._title.configure(text=TITLES[section])
        self._model.set_view(section, self._model.query)
        self._show()

    def _search(self, text: str) -> None:
        self._model.set_view(self._model.section, text)
        self._show()

    def _type_to_search(self, event: tk.Event[tk.Misc]) -> str | None:
        """A letter typed on the list begins a search."""
        if not event.char or not event.char.isprintable() or event.char.isspace() or int(event.state) & ~0x13:
            return None  # a control key, or with Control, Alt or Command
        self.search.focus_set()
        self.search.insert("end", event.char)
        return "break"

    def _leave_search(self, _: object) -> None:
        self.search.value = ""
        self.list.focus_set()

    def _enter_list(self) -> str:
        go_by_key(self.list)
        return "break"

    def _join_first(self) -> None:
        """Return in the search: the selected room, if the search shows it, else the first."""
        first = next((row for row in self._rows if isinstance(row, Room)), None)
        chosen = self.list.selected or first
        if chosen is not None:
            self._join(chosen)

    def _clicked(self, row: Row, x: int) -> None:
        """A click on a button that was there to be seen: only the selected row has one."""
        if isinstance(row, Room) and row.key == self._painter.button:
            left, right = button_span(self._kit, row, self.list.winfo_width() - 2 * self._kit.px(INSET))
            if left <= x < right:
                self._join(row)

    def _post_menu(self, row: Row, x: int, y: int) -> None:
        if not isinstance(row, Room):
            return
        menu = self._menu
        menu.delete(0, "end")
        menu.add_command(
            label=row.verb, command=lambda: self._join(row), state="normal" if row.joinable else "disabled"
        )
        words = "Remove from the favourites" if row.favourite else "Keep among the favourites"
        menu.add_command(
            label=words if row.known else "Keep among the favourites, once you have joined it",
            command=lambda: self._actions.favourite(row.place.id or "", not row.favourite),
            state="normal" if row.known else "disabled",
        )
        server = str(Address(row.place.host, row.place.port))
        menu.add_command(label="Test this server", command=lambda: self.check.test(server))
        menu.paint()
        menu.tk_popup(x, y)

    def _join(self, row: Row) -> None:
        if isinstance(row, Room) and row.stopped:
            self._actions.reopen(row.place.id or "")
        elif isinstance(row, Room) and row.joinable:
            self._actions.join(row)

    def _join_offered(self, link: str) -> None:
        """As if it had been pasted: there it can be tried again, and there stands what is wrong with it."""
        self.address.value = link
        self._actions.join_address(link)

    # What is shown

    def _show(self) -> None:
        held = self.list.hovered is not None
        self._rows = self._model.rows(held=held)
        self.list.show(as_rows(self._rows))
        self.side.show_counts(self._model.counts)
        self._show_line()
        reasons = self.check.model.reasons if self._model.alone else ()
        self.empty.show(self._model.section, self._model.query, empty=not self._rows, reasons=reasons)
        aid = self._model.aid()
        if aid is not None and not aid.busy and self._rows and self.check.model.hint:
            aid = replace(aid, text=self.check.model.hint)
        self.aid.show(aid, details=bool(reasons), check=bool(self._rows or not reasons))
        self.check.watch()

    def _waited(self) -> None:
        self._waiting = ""
        self._model.set_waited()
        self.check.look_unasked()
        self._show()

    def _show_line(self) -> None:
        line, self._well = self._model.state_line(listening=self._listening, network=self._network)
        self._state.configure(text=line)
        self._paint_dot()

    def _paint_dot(self) -> None:
        color = self._kit.colors.online if self._well else self._kit.colors.away
        self._dot.configure(image=self._kit.disc(8, color, under="bg"), bg=self._kit.colors.bg)
