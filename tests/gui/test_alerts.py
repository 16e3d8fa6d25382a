"""Told for real: somebody says something over a server while our window is not looked at; settings by real keys."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator

import pytest

from lanchat.client import Client, Profile
from lanchat.client.preferences import Preferences
from lanchat.gui.dialogs.key_sheet import KeySheet
from lanchat.gui.dialogs.settings import SettingsDialog
from lanchat.server import Server
from tests.gui.test_app import Window, server, window  # noqa: F401 - fixtures
from tests.gui.test_desktop import Programs, programs  # noqa: F401
from tests.gui.test_urgency import is_urgent

pytestmark = pytest.mark.display


@pytest.fixture
def elsewhere(display: str) -> Iterator[tk.Tk]:
    """The window of another program."""
    other = tk.Tk(display)
    yield other
    other.destroy()


def look_away(window: Window, elsewhere: tk.Tk) -> None:  # noqa: F811
    def away() -> bool:
        elsewhere.update()
        return not str(window.root.tk.call("focus"))

    elsewhere.deiconify()
    elsewhere.focus_force()
    window.until(away)


def look_again(window: Window) -> None:  # noqa: F811
    window.root.focus_force()
    window.until(lambda: not window.app.alerts._icon.badged)


def test_what_is_said_meanwhile_is_told(
    window: Window,  # noqa: F811
    server: Server,  # noqa: F811
    elsewhere: tk.Tk,
    programs: Programs,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programs.add("notify-send")
    programs.add("aplay")
    window.join(server.id, "Sam")
    look_away(window, elsewhere)
    with Client(f"127.0.0.1:{server.port}", "Ana", profile=Profile.open("ana")) as ana:
        for number in range(20):
            ana.say(f"<b>message</b> {number}")
        ana.say("@Sam <b>look</b>")
        window.until(lambda: programs.told("aplay"))
        (*_, title, body), *more = programs.told("notify-send")
        assert len(more) < 3  # a slow machine may need more than one
        assert "#lobby – " in title
        assert "&lt;b&gt;" in body
        window.until(lambda: window.root.title().startswith("(21 · @1)"))
        assert window.app.alerts._icon.badged
        with monkeypatch.context() as patch:
            patch.setenv("PATH", "/usr/bin:/bin")
            assert is_urgent(window.root)
        look_again(window)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", "/usr/bin:/bin")
            assert not is_urgent(window.root)
        ana.say("you are here")
        window.until(lambda: "you are here" in window.shown())
        assert window.app.alerts._model is not None
        assert window.app.alerts._model.due is None


def test_a_room_may_be_silent(
    window: Window,  # noqa: F811
    server: Server,  # noqa: F811
    elsewhere: tk.Tk,
    programs: Programs,  # noqa: F811
) -> None:
    programs.add("notify-send")
    window.join(server.id, "Sam")
    window.app.alerts.choose("lobby", "nothing")
    window.until(lambda: Profile.open().levels(server.id) == {"lobby": "nothing"})
    look_away(window, elsewhere)
    with Client(f"127.0.0.1:{server.port}", "Ana", profile=Profile.open("ana")) as ana:
        ana.say("@Sam look")
        window.until(lambda: "look" in window.shown())
        assert window.app.alerts._model is not None
        assert window.app.alerts._model.due is None
        assert window.app.chat.model.rooms.first.unread
        assert window.root.title().startswith("lobby – ")
    assert not window.app.alerts._icon.badged


def test_settings_by_key_hold_at_once_and_after_a_restart(window: Window, server: Server) -> None:  # noqa: F811
    window.join(server.id, "Sam")
    window.until(lambda: window.root.focus_get() is window.app.chat.composer.text)
    window.press("<Control-comma>")
    dialog = window.dialog(SettingsDialog)
    window.until(lambda: window.root.focus_get() is dialog.name)
    window.type("Zoe")
    window.press("<Tab>", "<Down>", "<Down>", "<Tab>", "<Tab>", "<Right>", "<Return>")
    assert window.app.kit.mode == "dark"
    window.until(lambda: window.app.chat.model.nick == "Zoe")
    chosen = Preferences(theme="dark", send_key="ctrl-enter")
    window.until(lambda: Profile.open().settings.preferences == chosen)
    window.until(lambda: window.root.focus_get() is not None)
    window.app.chat.composer.focus_text()
    window.until(lambda: window.root.focus_get() is window.app.chat.composer.text)
    window.type("hello")
    window.press("<Return>", "<Control-Return>")
    window.until(lambda: "hello" in window.shown())


def test_keys_of_the_whole_window(window: Window) -> None:  # noqa: F811
    picker = window.app.picker
    picker.list.focus_force()
    window.until(lambda: window.root.focus_get() is picker.list)
    window.press("<F6>")
    window.until(lambda: window.root.focus_get() is picker.address)
    window.press("<Shift-F6>")
    window.until(lambda: window.root.focus_get() is picker.list)
    window.press("<F1>")
    window.dialog(KeySheet).cancel()
    window.until(lambda: window.root.focus_get() is not None)
    picker.list.focus_force()
    window.until(lambda: window.root.focus_get() is picker.list)


def test_the_way_there_is_in_the_menus(window: Window, server: Server) -> None:  # noqa: F811
    def labels(menu: tk.Menu) -> list[str]:
        last = menu.index("end")
        return [menu.entrycget(n, "label") for n in range((last or 0) + 1) if menu.type(n) != "separator"]

    assert labels(window.app.preferring._menu) == ["Settings …", "Keys …"]
    window.join(server.id, "Sam")
    window.until(lambda: "Copy address" in labels(window.app.chat.side._menu))
    menu = window.app.chat.side._menu
    assert {"Tell me about", "Settings …", "Keys …"} <= set(labels(menu))
    levels = menu.nametowidget(menu.entrycget("Tell me about", "menu"))
    assert menu.entrycget("Settings …", "accelerator").endswith(" "), "it does not touch the border"
    levels.tk.eval(levels.cget("postcommand"))

    def chosen() -> list[str]:
        value = levels.tk.globalgetvar(levels.entrycget(0, "variable"))
        return [label for label in labels(levels) if levels.entrycget(label, "value") == value]

    assert chosen() == ["As in the settings"]
    images = {str(levels.entrycget(0, option)) for option in ("image", "selectimage")}
    assert len(images) == 2, "what is chosen has a mark"
    levels.invoke("Only what calls me")
    assert chosen() == ["Only what calls me"]
    window.until(lambda: Profile.open().levels(server.id) == {"lobby": "mentions"})
    levels.invoke("As in the settings")
    window.until(lambda: Profile.open().levels(server.id) == {})
