"""The picker under a real display: keys, pointer, search, address, states, the side bar; with found rooms given."""

from __future__ import annotations

import itertools
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Any

import pytest

from lanchat.client.hosting import Closed, Hosted
from lanchat.client.profile import Recent
from lanchat.discovery.found import Found, State, Via
from lanchat.discovery.sweep import Progress
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.people import hue_of
from lanchat.gui.model.picker import Mark, Room, Section
from lanchat.gui.picker.rows import ROOM_HEIGHT, TILE, button_span
from lanchat.gui.picker.screen import INSET, Actions, Picker
from lanchat.protocol.target import Address
from tests.gui.test_conversation import pixel

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
Asked = list[tuple[str, Any]]
ASKED = Address("10.0.0.7")


def found(name: str, **facts: Any) -> Found:
    known = {"host": "10.0.0.1", "port": 5055, "addresses": (), "via": (Via.BEACON,), "state": State.LIVE}
    known |= {"id": name, "run": "r", "users": 3, "max_users": 50, "latency_ms": 2.0}
    return Found(name=name, **known | facts)


@pytest.fixture
def asked() -> Asked:
    """What the picker asked for, in order."""
    return []


@pytest.fixture
def picker(root: tk.Tk, kit: Kit, until: Until, asked: Asked) -> Picker:
    actions = Actions(
        join=lambda room: asked.append(("join", room.name)),
        join_address=lambda text: asked.append(("address", text)),
        host=lambda: asked.append(("host", None)),
        stop=lambda hosted: asked.append(("stop", hosted.name)),
        reopen=lambda server_id: asked.append(("reopen", server_id)),
        refresh=lambda: asked.append(("refresh", None)),
        settings=lambda _: asked.append(("settings", None)),
        favourite=lambda server_id, on: asked.append(("favourite", f"{server_id} {on}")),
        sweep=lambda: asked.append(("sweep", None)),
        check=lambda: asked.append(("check", None)),
        test=lambda server: asked.append(("test", server)),
        stop_check=lambda: asked.append(("stop check", None)),
        leave_check=lambda: asked.append(("leave check", None)),
    )
    picker = Picker(root, kit, actions)
    picker.pack(fill="both", expand=True)
    picker.show_found([found("alpha"), found("beta"), found("gamma")])
    picker.list.focus_force()
    until(lambda: picker.list.winfo_height() > 1 and picker.focus_get() is picker.list)
    return picker


def names(picker: Picker) -> list[str]:
    return [row.name for row in picker.rows if isinstance(row, Room)]


def rgb(picker: Picker, color: str) -> tuple[int, ...]:
    return tuple(part // 256 for part in picker.winfo_rgb(color))


def selected(picker: Picker) -> str | None:
    row = picker.list.selected
    return row.name if isinstance(row, Room) else None


clock = itertools.count(1_000, 1_000)  # ms between two clicks: too long for a double one


def click(picker: Picker, row: int, *, on_button: bool = False, times: int = 1) -> None:
    kit = picker._kit
    width = picker.list.winfo_width() - 2 * kit.px(INSET)
    room = picker.rows[row]
    on_it = on_button and isinstance(room, Room)
    x = kit.px(INSET) + (sum(button_span(kit, room, width)) // 2 if on_it else kit.px(100))  # type: ignore[arg-type]
    y = kit.px(ROOM_HEIGHT) * row + kit.px(ROOM_HEIGHT) // 2
    now = next(clock)
    for delay in range(times):
        picker.list.event_generate("<Button-1>", x=x, y=y, time=now + delay)
        picker.list.event_generate("<ButtonRelease-1>", x=x, y=y, time=now + delay)
    picker.update()


# Keys


def test_down_and_return_join_the_second_room(picker: Picker, asked: Asked) -> None:
    for key in ("<Home>", "<Down>", "<Return>"):
        picker.list.event_generate(key)
    assert asked == [("join", "beta")]


def test_the_selection_stays_with_its_room_when_others_come_and_go(picker: Picker, until: Until) -> None:
    picker.list.event_generate("<End>")
    until(lambda: selected(picker) == "gamma")
    picker.show_found([found("aardvark"), found("beta"), found("gamma"), found("zebra")])
    assert selected(picker) == "gamma"
    picker.show_found([found("beta")])
    assert selected(picker) is None


def test_a_room_that_cannot_be_joined_is_not(picker: Picker, asked: Asked) -> None:
    picker.show_found([found("alpha", users=50)])
    picker.list.select("alpha")
    picker.list.event_generate("<Return>")
    assert asked == []


def test_a_letter_typed_on_the_list_begins_a_search(picker: Picker, until: Until, asked: Asked) -> None:
    picker.list.event_generate("<KeyPress-b>")
    until(lambda: picker.focus_get() is picker.search)
    assert picker.search.value == "b"
    assert names(picker) == ["beta"]
    picker.search.event_generate("<Return>")
    assert asked == [("join", "beta")]


def test_escape_clears_the_search_and_goes_back_to_the_list(picker: Picker, until: Until) -> None:
    picker.list.event_generate("<KeyPress-b>")
    until(lambda: picker.focus_get() is picker.search)
    picker.search.event_generate("<Escape>")
    until(lambda: picker.focus_get() is picker.list)
    assert names(picker) == ["alpha", "beta", "gamma"]


def test_down_in_the_search_goes_to_the_list(picker: Picker, until: Until) -> None:
    picker.search.focus_force()
    until(lambda: picker.focus_get() is picker.search)
    picker.search.event_generate("<Down>")
    until(lambda: picker.focus_get() is picker.list)


@pytest.mark.parametrize("key", ["<Control-KeyPress-b>", "<Alt-KeyPress-b>", "<Tab>", "<KeyPress-F5>", "<space>"])
def test_other_keys_begin_no_search(picker: Picker, key: str) -> None:
    picker.list.event_generate(key)
    assert picker.search.value == ""


def test_every_control_is_reached_by_tab(picker: Picker) -> None:
    seen = []
    at: tk.Misc | None = picker.list
    while at is not None and at not in seen:
        seen.append(at)
        at = at.tk_focusNext()
    wanted = (picker.side.nav, picker.side.host, picker.side.settings, picker.search, picker.refresh, picker.address)
    assert all(control in seen for control in (*wanted, picker.join_by_address))


# Pointer


def test_a_double_click_joins(picker: Picker, asked: Asked) -> None:
    click(picker, 1, times=2)
    assert asked == [("join", "beta")]


def test_the_join_button_joins_once_it_is_there(picker: Picker, asked: Asked) -> None:
    click(picker, 2, on_button=True)  # there was no button yet, only the place of one
    assert asked == []
    assert selected(picker) == "gamma"
    click(picker, 2, on_button=True)
    assert asked == [("join", "gamma")]


def test_the_place_of_the_button_is_dead_on_a_full_room(picker: Picker, asked: Asked) -> None:
    picker.show_found([found("alpha", users=50)])
    click(picker, 0, on_button=True)
    click(picker, 0, on_button=True)
    assert asked == []


def test_rows_stay_under_the_pointer_until_it_leaves(picker: Picker, until: Until) -> None:
    picker.list.event_generate("<Motion>", x=100, y=100)
    picker.show_found([found("aardvark"), found("beta"), found("gamma")])
    assert names(picker) == ["alpha", "beta", "gamma", "aardvark"]
    gone = picker.rows[0]
    assert isinstance(gone, Room)
    assert gone.mark is Mark.GONE
    picker.list.event_generate("<Leave>")
    until(lambda: names(picker) == ["aardvark", "beta", "gamma"])


def test_rows_stay_under_a_pointer_that_was_there_before_them(picker: Picker, until: Until) -> None:
    """It rests: there is no motion to tell of it."""
    list_ = picker.list
    until(lambda: list_.winfo_viewable())
    list_.event_generate("<Motion>", x=100, y=100, warp=True)
    until(lambda: list_.winfo_pointery() - list_.winfo_rooty() == 100)
    list_._hovered = None  # as where the list came under it
    picker.show_found([found("aardvark"), found("alpha"), found("beta"), found("gamma")])
    try:
        assert names(picker) == ["alpha", "beta", "gamma", "aardvark"]
    finally:
        list_.event_generate("<Motion>", x=-50, y=0, warp=True)  # other tests expect it nowhere near
    until(lambda: names(picker) == ["aardvark", "alpha", "beta", "gamma"])


def words_on(widget: tk.Misc) -> str:
    """All the text that a Canvas draws."""
    canvas = widget
    assert isinstance(canvas, tk.Canvas)
    return " ".join(str(canvas.itemcget(item, "text")) for item in canvas.find_all() if canvas.type(item) == "text")


def test_what_there_is_place_for_is_not_cut(root: tk.Tk, picker: Picker, kit: Kit, until: Until, asked: Asked) -> None:
    """In a narrow window: a room that is not seen now has no figures; a name reaches up to the button beside it."""
    root.geometry("790x830")
    name = "The studio in the north"
    picker.show_hosted([Hosted(pid=11, port=5055, id="x", run="r", name=name)])
    picker.show_recents([Recent("home", "Home", "127.0.0.1:5055", 2)])
    picker._choose_section(Section.RECENT)
    picker.list.select("home")
    until(lambda: root.winfo_width() == 790 and "Join" in words_on(picker.list))
    assert "last joined on 1 January 1970" in words_on(picker.list)
    click(picker, 0, on_button=True)
    assert asked == [("join", "Home")]
    (line,) = (child for child in picker.side._servers.winfo_children() if isinstance(child, ttk.Frame))
    label = next(child for child in line.winfo_children() if isinstance(child, LineLabel))
    until(lambda: label.winfo_width() > 1)
    assert label.winfo_width() >= label.master.winfo_width() - picker.side.stop_buttons[0].winfo_width() - 1


# Sections and the empty list


def test_recent_rooms_have_a_section_of_their_own(picker: Picker, until: Until) -> None:
    picker.show_recents([Recent("home", "Home", "10.0.0.9:5055", 2), Recent("beta", "beta", "10.0.0.1:5055", 1)])
    assert names(picker) == ["alpha", "beta", "gamma", "Home"]
    picker.side.nav.focus_force()
    until(lambda: picker.focus_get() is picker.side.nav)
    for _ in range(2):
        picker.side.nav.event_generate("<Down>")
    assert names(picker) == ["Home", "beta"]


def test_a_room_that_was_joined_can_be_kept_among_the_favourites(
    picker: Picker, until: Until, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda *_: None)  # Tk's waits for the user
    picker.show_recents([Recent("beta", "beta", "10.0.0.9:5055", 1), Recent("old", "old", "10.0.0.8:5055", 0, True)])
    picker.list.event_generate("<Button-3>", x=100, y=picker._kit.px(ROOM_HEIGHT) // 2)  # alpha: not joined yet
    assert picker._menu.entrycget(1, "state") == "disabled"
    picker.list.event_generate("<Button-3>", x=100, y=picker._kit.px(ROOM_HEIGHT) * 3 // 2)
    picker._menu.invoke(1)
    assert asked == [("favourite", "beta True")]
    picker.side.nav.focus_force()
    picker.side.nav.event_generate("<Down>")
    until(lambda: names(picker) == ["old"])
    picker.list.select("old")
    picker.list.focus_force()
    picker.list.event_generate("<Menu>")
    picker._menu.invoke(1)
    assert asked[1:] == [("favourite", "old False")]
    picker.show_recents([])
    assert "No favourites yet" in picker.empty.words


def test_an_empty_list_helps(picker: Picker, until: Until, asked: Asked) -> None:
    picker.show_found([])
    until(lambda: picker.empty.winfo_ismapped() and picker.empty.host.winfo_ismapped())
    assert "5054" in picker.empty.words
    assert "5055" in picker.empty.words
    picker.empty.host.invoke()
    assert asked == [("host", None)]
    picker.show_found([found("alpha")])
    until(lambda: not picker.empty.winfo_ismapped())


def test_where_nobody_answers_every_address_can_be_asked_and_the_network_checked(
    picker: Picker, until: Until, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lanchat.gui.picker.screen.PATIENCE", 1)
    picker.show_found([])
    assert not picker.aid.winfo_manager()
    picker.show_state(listening=True, network=True)
    until(lambda: picker.aid.sweep.winfo_ismapped() and picker.aid.check.winfo_ismapped())
    assert asked == [("check", None)], "by itself"
    asked.clear()
    for button in (picker.aid.sweep, picker.aid.check):
        for event in ("<Enter>", "<Button-1>", "<ButtonRelease-1>"):
            button.event_generate(event, x=5, y=5)
    assert asked == [("sweep", None), ("check", None)]
    picker.show_found([], Progress(16, 253))
    until(lambda: picker.aid.sweep.instate(["disabled"]))
    assert "16 of 253" in picker.aid._text.cget("text")
    picker.show_found([found("alpha")])
    until(lambda: not picker.aid.winfo_ismapped())


def test_a_search_without_a_hit_says_so_and_offers_no_hosting(picker: Picker, until: Until) -> None:
    picker.search.value = "nowhere"
    until(picker.empty.winfo_ismapped)
    assert "No room matches “nowhere”" in picker.empty.words
    until(lambda: not picker.empty.host.winfo_ismapped())


# Address


def test_while_an_address_is_asked_the_button_waits_and_return_asks_another_one(
    picker: Picker, asked: Asked, until: Until
) -> None:
    picker.address.value = "10.0.0.7"
    picker.address.focus_force()
    until(lambda: picker.focus_get() is picker.address)
    picker.address.event_generate("<Return>")
    picker.join_by_address.invoke()
    assert asked == [("address", "10.0.0.7")] * 2
    picker.address_busy(ASKED)
    picker.join_by_address.invoke()
    assert asked == [("address", "10.0.0.7")] * 2
    picker.address.value = "10.0.0.8"
    picker.address.event_generate("<Return>")
    assert asked[2:] == [("address", "10.0.0.8")]


def test_what_is_wrong_with_an_address_stands_under_it_until_the_next_try(picker: Picker, until: Until) -> None:
    picker.address_busy(ASKED)
    picker.address_done("Nothing listens at 10.0.0.7.")
    until(picker.complaint.winfo_ismapped)
    assert picker.complaint.winfo_rooty() > picker.address.winfo_rooty()
    assert picker.address.instate(["invalid"])
    assert picker.join_by_address.instate(["!disabled"])
    picker.address_busy(ASKED)
    picker.address_done()
    until(lambda: not picker.complaint.winfo_ismapped())
    assert picker.address.instate(["!invalid"])


# The side bar


def test_servers_of_this_computer_are_listed_with_a_button_that_stops_them(picker: Picker, asked: Asked) -> None:
    picker.show_hosted([Hosted(pid=11, port=5055, id="x", run="r", name="Kitchen")])
    (button,) = picker.side.stop_buttons
    button.invoke()
    assert asked == [("stop", "Kitchen")]
    picker.show_hosted([])
    assert picker.side.stop_buttons == []


def test_a_room_on_this_computer_is_marked_in_the_list(picker: Picker) -> None:
    picker.show_hosted([Hosted(pid=11, port=5055, id="beta", run="r", name="beta")])
    assert [row.here for row in picker.rows if isinstance(row, Room)] == [False, True, False]


def test_the_colour_of_a_tile_belongs_to_the_server(picker: Picker, kit: Kit) -> None:
    """Not to the name, nor to who was found first."""
    ids = ["c" * 32, "0" * 32, "a" * 32]

    def tiles() -> dict[str, tuple[int, int, int]]:
        picker.update()
        shown = [row for row in picker.rows if isinstance(row, Room)]
        x = picker.list.winfo_rootx() + kit.px(INSET + 12 + TILE // 2)
        y = picker.list.winfo_rooty() + kit.px((ROOM_HEIGHT - TILE) // 2 + 4)  # above the initials
        height = kit.px(ROOM_HEIGHT)
        return {str(row.place.id): pixel(picker.list, x, y + height * place) for place, row in enumerate(shown)}

    picker.show_found([found(name, id=one) for name, one in zip(("alpha", "beta", "gamma"), ids, strict=True)])
    before = tiles()
    assert before == {one: rgb(picker, kit.colors.avatars[hue_of(one)]) for one in ids}
    picker.show_found([found(name, id=one) for name, one in zip(("zeta", "beta", "alpha"), ids, strict=True)])
    assert tiles() == before


def test_only_a_key_brings_the_frame_around_the_list(picker: Picker, until: Until) -> None:
    def framed() -> bool:
        picker.update()
        return any(picker.list.type(item) == "rectangle" for item in picker.list.find_all())

    picker.show_found([])
    assert not framed()  # as at the start: the program put the keyboard there
    picker.list.event_generate("<Tab>")
    picker.update()
    assert picker.focus_get() is not picker.list
    picker.focus_get().event_generate("<Shift-Tab>")  # type: ignore[union-attr]
    until(lambda: picker.focus_get() is picker.list)
    until(framed)
    picker.list.event_generate("<Button-1>", x=50, y=50)
    assert not framed()


def test_a_field_with_the_keyboard_is_as_large_as_without(picker: Picker, kit: Kit, until: Until) -> None:
    """Its border has the same outer edge."""

    def edge() -> tuple[int, int, int]:
        picker.update()
        return pixel(picker.search, picker.search.winfo_rootx() + 60, picker.search.winfo_rooty())

    assert edge() == rgb(picker, kit.colors.edge)
    picker.search.focus_force()
    until(lambda: picker.focus_get() is picker.search)
    until(lambda: edge() == rgb(picker, kit.colors.accent))


def test_a_room_of_this_computer_that_does_not_run_is_opened_again(picker: Picker, asked: Asked) -> None:
    picker.show_found([found("beta", state=State.QUIET)])
    picker.show_hosted([], [Closed("beta", "beta")])
    click(picker, 0)
    click(picker, 0, on_button=True)
    picker.list.event_generate("<Return>")
    assert asked == [("reopen", "beta")] * 2
    picker.show_found([found("beta")])  # it runs again
    picker.list.event_generate("<Return>")
    assert asked[2:] == [("join", "beta")]


def test_buttons_of_the_side_bar_and_refresh(picker: Picker, asked: Asked) -> None:
    picker.side.host.invoke()
    picker.side.settings.invoke()
    picker.refresh.invoke()
    assert asked == [("host", None), ("settings", None), ("refresh", None)]


def test_it_repaints_in_dark_and_copes_with_hostile_names(picker: Picker, kit: Kit) -> None:
    picker.show_found(
        [found("👩🏽‍🚀" * 20), found("\u202edlrow"), found(""), found("Ω" * 200, host="fe80::1%" + "e" * 200)]
    )
    picker.update()
    kit.use("dark")
    picker.update()
    assert picker.list["bg"] == kit.colors.bg
