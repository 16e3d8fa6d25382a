"""The window: owns root, finder and the present client, and switches between picker and chat; it draws nothing.

Everything that may wait for a disk, the network or a process runs as a job of the pump; no thread is left when the
window is destroyed.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lanchat.client.hosting import Closed, Hosted
from lanchat.client.preferences import Preferences
from lanchat.client.profile import Profile, Settings
from lanchat.errors import LanchatError, LocalProtocolError
from lanchat.gui import errands
from lanchat.gui.alerts import Alerts
from lanchat.gui.chat.room_keys import room_actions
from lanchat.gui.checking import Checking
from lanchat.gui.goal import Goal
from lanchat.gui.here import Here
from lanchat.gui.kit.dialog import Choice, Dialog
from lanchat.gui.kit.key_bindings import bind_keys, bind_return_to_buttons, next_part
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import Mode
from lanchat.gui.model.person import default_nick, default_room
from lanchat.gui.model.picker import Room, remembered
from lanchat.gui.nearby import Nearby
from lanchat.gui.picker.screen import Actions, Picker
from lanchat.gui.preferring import Preferring
from lanchat.gui.pump import Pump
from lanchat.gui.refusals import tell_refusals
from lanchat.gui.visits import Visits
from lanchat.gui.window_size import WindowSize
from lanchat.protocol.target import SCHEME, Address, parse_address, parse_target

if TYPE_CHECKING:  # imported late, in a worker: the window shows itself before it needs to connect
    from lanchat.gui.chat.screen import ChatScreen
    from lanchat.gui.joining import Entered, Joining


class App:
    """Built and run in the Tk thread."""

    def __init__(self, root: tk.Tk, kit: Kit, profile: Profile, settings: Settings) -> None:
        self.root, self.kit, self._profile, self._settings = root, kit, profile, settings
        self.pump, self._size = Pump(root), WindowSize(root, kit, self._keep_size)
        self._key = ""  # ours, once it is read
        self._address = ""  # of this computer; empty: no network
        self._forget = ""  # the server of which nothing is to stay, once its room is left
        self._asked: Address | None = None  # the last one that was typed
        self._looking = False
        self._runs_here: frozenset[str] = frozenset()  # of the servers on this computer
        self.joining: Joining | None = None
        self._entered: Entered | None = None
        self.chat: ChatScreen | None = None
        self._closing = False
        self._login = errands.login()
        self.nearby = Nearby(self.pump, self._rooms_changed)
        self.checking = Checking(self.pump, profile, lambda: self._settings, lambda: self.picker.show_check())
        self.visits = Visits(root, kit, self.pump, profile)
        self.here = Here(root, kit, self.pump, profile.name, on_change=self._show_hosted, on_join=self._join_hosted)
        self.alerts = Alerts(root, kit, self.pump, profile, settings.preferences)
        self.preferring = Preferring(
            root,
            kit,
            self.pump,
            profile,
            settings.preferences,
            nick=lambda: self.chat.model.nick if self.chat else self._settings.nick,
            on_change=self._prefer,
            on_name=self._rename,
            on_kept=self._settings_changed,
        )
        self.picker = self._new_picker()
        self.picker.pack(fill="both", expand=True)
        self.picker.show_recents(settings.recents)
        self._set_up_window()
        self._bind_events()

    def _new_picker(self) -> Picker:
        return Picker(
            self.root,
            self.kit,
            Actions(
                join=self._join_room,
                join_address=self._join_address,
                host=self._host,
                stop=self.here.ask_stop,
                reopen=lambda server: self.here.open_again(server, lambda hosted: self._join_hosted(hosted, None)),
                refresh=self._refresh,
                settings=self.preferring.post_menu,
                favourite=self._keep_favourite,
                sweep=self.nearby.sweep,
                check=self.checking.network,
                test=self.checking.server,
                stop_check=self.checking.stop,
                leave_check=self.checking.leave,
            ),
            self.checking.model,
        )

    def start(self) -> None:
        """What takes a while begins; the window does not wait for it."""
        self.pump.start()
        self.nearby.start(self._settings)
        self._look_around()
        self.root.bind("<FocusIn>", self._got_focus)  # not before: the window paints itself first
        self.pump.work("warming-up", errands.import_the_rest)
        # Without one there is no colour; what is wrong with it, joining says
        self.pump.work("who-we-are", lambda: self._profile.key.public, self._show_key, failed=lambda _: None)
        self.picker.take_focus()

    def join_place(self, place: str) -> None:
        """What was given on the command line."""
        if place.startswith(SCHEME):
            self._join_address(place)
            return
        self._begin_joining(Goal(place, "", place))

    def close(self) -> None:
        """Asks about the rooms that this window opened, then closes."""
        if self._closing:
            return
        self._forget = ""
        if servers := self.here.ours():
            self.here.ask_keep(servers, self._close)
        else:
            self._close([])

    # The window

    def _set_up_window(self) -> None:
        root = self.root
        root.title("lanchat")
        self._size.open(self._settings.window)
        root.protocol("WM_DELETE_WINDOW", self.close)
        tell_refusals(root, self.kit)
        self._show_surroundings()

    def _bind_events(self) -> None:
        root = self.root
        root.event_delete("<<LineStart>>", "<Control-Key-a>")  # Tk's way on X11; everybody else means all
        root.event_add("<<SelectAll>>", "<Control-Key-a>")
        root.event_delete("<<NextChar>>", "<Control-Key-f>")  # Tk's way; everybody else searches
        bind_return_to_buttons(root)
        actions = {
            "next part": lambda: next_part((self.chat or self.picker).parts, 1),
            "part before": lambda: next_part((self.chat or self.picker).parts, -1),
            "search": lambda: self.chat.finding.open() if self.chat else None,
            "back": lambda: self.chat.finding.back() if self.chat else None,
            "leave": self._ask_leave,
            "refresh": self._refresh,
            "quit": self.close,
        }
        to_rooms = room_actions(lambda: self.chat.arranging if self.chat else None)
        bind_keys(root, "Everywhere", {**actions, **to_rooms, **self.preferring.actions})
        for event in ("<Map>", "<Unmap>"):
            root.bind(event, lambda event: self._tell_finder() if event.widget is root else None, add="+")

    def _prefer(self, preferences: Preferences) -> None:
        self.alerts.prefer(preferences)
        if self.chat is not None:
            self.chat.prefer(preferences)
        if self.kit.zoom(preferences.zoom):
            self._size.grow()
            self.picker.rebuild()
            if self.chat is not None:
                self.chat.rebuild()
        self._look_around()

    def _keep_size(self) -> None:
        if not self._closing and (size := self._size.held) != self._settings.window:
            self.pump.work("settings", partial(self._profile.update, window=size), self._settings_changed)

    def _rename(self, nick: str) -> None:
        if self._entered is not None:
            self._entered.client.rename(nick)

    def _got_focus(self, event: tk.Event[tk.Misc]) -> None:
        if event.widget is self.root:
            self.alerts.looked_at()
            self._look_around()

    def _look_around(self) -> None:
        """What may have changed while nobody looked: the clipboard, the servers and the address of this computer,
        light or dark."""
        self.picker.look_at_clipboard()
        if not self._looking and not self._closing:
            self._looking = True
            self.here.look()
            self.pump.work("looking", partial(errands.look, self.preferring.like_system), self._looked)

    def _looked(self, seen: tuple[str, Mode | None]) -> None:
        self._looking = False
        self._address, mode = seen
        self.preferring.system_is(mode)
        self._show_surroundings()

    def _show_surroundings(self) -> None:
        """Who we are, where, and how the search for rooms goes."""
        self.picker.show_me(self._settings.nick, self._address, self._key)
        self.picker.show_state(listening=self.nearby.listening, network=bool(self._address))

    def _show_key(self, key: str) -> None:
        self._key = key
        self._show_surroundings()
        if self.joining is not None:
            self.joining.dialog.show_key(key)

    def _settings_changed(self, settings: Settings) -> None:
        self._settings = settings
        self.nearby.use(settings)
        self.picker.show_recents(settings.recents)
        self._show_surroundings()

    def _keep_favourite(self, server_id: str, favourite: bool) -> None:
        self.pump.work("keeping", partial(self._profile.set_favourite, server_id, favourite), self._settings_changed)

    # Discovery

    def _rooms_changed(self) -> None:
        if not self._closing:
            self.picker.show_found(self.nearby.rooms, self.nearby.progress)
            self.picker.show_state(listening=self.nearby.listening, network=bool(self._address))

    def _refresh(self) -> None:
        self.nearby.refresh()
        self.picker.look_again()
        self._look_around()

    def _tell_finder(self) -> None:
        """Whether anybody sees the list."""
        if not self._closing:
            self.nearby.set_visible(self.chat is None and bool(self.root.winfo_viewable()))

    # Hosting

    def _host(self) -> None:
        self.here.host(default_room(self._settings.nick or default_nick(self._login)))

    def _show_hosted(self, hosted: Sequence[Hosted], closed: Sequence[Closed]) -> None:
        if self._closing:
            return
        self.picker.show_hosted(hosted, closed)
        if self.chat is not None:
            self.chat.model.stopped_here = self.chat.model.server_id in {room.id for room in closed}
        runs = frozenset(server.run for server in hosted)
        if runs != self._runs_here:
            self.nearby.refresh()  # what was opened or stopped here shows in the list at once
        self._runs_here = runs

    def _join_hosted(self, hosted: Hosted, pin: str | None) -> None:
        place = remembered(hosted.name, f"127.0.0.1:{hosted.port}", hosted.id)
        address = self._address_here(hosted.port)
        self._begin_joining(Goal(hosted.name, "on this computer", place, address, pin=pin))

    def _address_here(self, port: int) -> str:
        return str(Address(self._address or "localhost", port))

    # Joining

    def _join_room(self, room: Room) -> None:
        address = self._address_here(room.place.port) if room.here else str(Address(room.place.host, room.place.port))
        known = any(recent.id == room.place.id for recent in self._settings.recents)
        self._begin_joining(Goal(room.name, room.summary, room.place, address, room.locked and not known))

    def _join_address(self, text: str) -> None:
        try:
            address = parse_target(text) if text.strip().startswith(SCHEME) else parse_address(text)
        except LocalProtocolError as error:
            self.picker.address_done(str(error))
            return
        assert isinstance(address, Address)
        self._asked = address
        self.picker.address_busy(address)
        done, failed = partial(self._address_answered, address), partial(self._address_failed, address)
        self.pump.work("asking", partial(errands.ask, address, self._profile), done, failed)

    def _address_answered(self, asked: Address, goal: Goal) -> None:
        if asked is self._asked:  # else another address was typed meanwhile
            self.picker.address_done()
            self._begin_joining(goal)

    def _address_failed(self, asked: Address, error: LanchatError) -> None:
        if asked is self._asked:
            self.picker.address_done(str(error), asked)

    def _begin_joining(self, goal: Goal) -> None:
        if self.joining is None and self.chat is None and not self._closing:
            from lanchat.gui.joining import Joining

            nick = self._settings.nick or default_nick(self._login)
            self.joining = Joining(
                self.root,
                self.kit,
                self.pump,
                self._profile,
                goal,
                nick,
                self._key,
                on_joined=self._enter,
                on_end=self._joining_ended,
                on_test=self.picker.check.test,
            )

    def _joining_ended(self) -> None:
        self.joining = None

    def _enter(self, entered: Entered) -> None:
        from lanchat.gui.chat.screen import ChatScreen
        from lanchat.gui.model.emoji_choice import read_recents

        self._entered = entered
        self.picker.pack_forget()
        chat = ChatScreen(
            self.root,
            self.kit,
            entered.client,
            on_leave=self._ask_leave,
            on_forget=self._ask_forget,
            on_title=self.root.title,
            on_reopen=lambda: self.here.open_again(entered.server_id, lambda _: entered.client.retry_now()),
            on_menu=self._fill_room_menu,
            recents=read_recents(self._settings.emoji),
            on_recents=self._keep_emoji,
            on_busy=self.alerts.be_quiet,
            address=entered.address,
        )
        chat.pack(fill="both", expand=True)
        chat.prefer(self.preferring.held)
        handle = self.alerts.enter(entered.server_id, entered.client.key, chat.handle, chat.mark_levels)
        chat.model.server_id = entered.server_id  # its copy of the room is shown before the last of them
        for event in entered.events:
            handle(event)
        entered.feed.handle = self.here.listening(entered.server_id, handle)
        self.chat = chat
        self.visits.enter(entered.server_id, chat)
        self._tell_finder()
        nick = entered.client.nick
        self.pump.work("settings", lambda: self._profile.update(nick=nick), self._settings_changed)

    def _keep_emoji(self, recents: Sequence[str]) -> None:
        self.pump.work("settings", partial(self._profile.update, emoji=" ".join(recents)), self._settings_changed)

    def _fill_room_menu(self, menu: tk.Menu, room: str) -> None:
        menu.add_separator()
        self.alerts.fill_menu(menu, room)
        self.preferring.fill_menu(menu)

    # Leaving

    def _ask_leave(self, forget: str = "") -> None:
        """forget: the server of which nothing is to stay; a question that is cancelled forgets nothing later."""
        self._forget = forget
        if self._entered is None:
            return
        if servers := self.here.ours(self._entered.server_id):
            self.here.ask_keep(servers, self._leave)
        else:
            self._leave([])

    def _ask_forget(self) -> None:
        self.visits.ask_forget(self._leave_and_forget)

    def _leave_and_forget(self) -> None:
        """Not before the client has ended: until then it writes."""
        if self._entered is not None:
            self._ask_leave(self._entered.server_id)

    def _leave(self, stop: list[Hosted]) -> None:
        """Back to the picker. stop: servers of this computer that nobody needs any more."""
        if self.chat is not None:
            self._drop_client(stop)
            self.chat.destroy()
            self.chat = None
            self.root.title("lanchat")
            self.picker.pack(fill="both", expand=True)
            self.picker.take_focus()
            self.picker.look_at_clipboard()
            self._tell_finder()

    def _drop_client(self, stop: list[Hosted]) -> None:
        """Leaves the room; then, not before our goodbye, stops servers."""
        if self._entered is None:
            self.here.stop(stop)
            return
        client, forget = self._entered.client, self._forget
        self._forget = ""
        self._entered.feed.stop()
        self.visits.leave(keep=not forget)
        self.alerts.leave()
        end = partial(errands.end, client, self._profile, forget)
        self.pump.work("leaving", end, partial(self._left, stop), partial(self._left_badly, stop))
        self._entered = None

    def _left(self, stop: list[Hosted], settings: Settings) -> None:
        self._settings_changed(settings)
        self.here.stop(stop)

    def _left_badly(self, stop: list[Hosted], error: LanchatError) -> None:
        self.here.stop(stop)
        if not self._closing:
            Choice(self.root, self.kit, "This did not work", str(error), {"Close": lambda: None})

    def _close(self, stop: list[Hosted]) -> None:
        self._keep_size()
        self._closing = True
        self.root.withdraw()
        for child in self.root.winfo_children():
            if isinstance(child, Dialog):
                child.cancel()
        self._drop_client(stop)
        self.nearby.close()
        self.checking.close()
        self.alerts.close()
        self.pump.stop(self.root.destroy)
