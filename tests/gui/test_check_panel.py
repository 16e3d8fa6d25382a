"""The panel of the network check in the picker, by real keys and pointer; what was found is given."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Any

import pytest

from lanchat.client.hosting import Hosted
from lanchat.doctor.facts import Firewall, PortUse
from lanchat.doctor.judge import judge
from lanchat.doctor.report import Report
from lanchat.gui.kit.key_bindings import bind_return_to_buttons
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.check import Outcome
from lanchat.gui.picker.check_panel import CheckPanel
from lanchat.gui.picker.screen import Actions, Picker
from tests.doctor.facts import healthy, link, port
from tests.gui.test_picker_screen import found

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
Asked = list[tuple[str, Any]]

FAULTS = judge(
    healthy(
        firewall=Firewall("ufw", {"udp/5054": False, "udp/5353": False, "tcp/5055": False}),
        links=(link(answers=0, echoed=()), link(name="tun0", kind="tunnel", addresses=("10.8.0.2/24",), answers=0)),
        default_link="tun0",
        ports=port("udp/5054", PortUse.TAKEN, "other-chat"),
        servers=(),
    )
)
SHAREABLE = "nothing private\n"


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def picker(root: tk.Tk, kit: Kit, until: Until, asked: Asked) -> Picker:
    known = {
        "check": lambda: asked.append(("check", None)),
        "test": lambda server: asked.append(("test", server)),
        "stop_check": lambda: asked.append(("stop", None)),
        "leave_check": lambda: asked.append(("leave", None)),
    }
    picker = Picker(root, kit, Actions(**{name: known.get(name, lambda *_: None) for name in Actions._fields}))
    picker.pack(fill="both", expand=True)
    bind_return_to_buttons(root)
    picker.list.focus_force()
    until(lambda: picker.list.winfo_height() > 1 and picker.focus_get() is picker.list)
    return picker


def ran(picker: Picker, report: Report = FAULTS) -> None:
    picker.check.model.begin()
    picker.check.model.finish(Outcome(report, SHAREABLE))
    picker.show_check()


def opened(picker: Picker, until: Until) -> CheckPanel:
    """With a report, and the keyboard in its column."""
    picker._model.set_waited()
    ran(picker)
    picker.check.look()
    panel = picker.check.panel
    assert panel is not None
    until(lambda: panel.winfo_ismapped() and picker.focus_get() is panel.body.canvas)
    return panel


def parts(widget: tk.Misc, kind: type[Any]) -> list[Any]:
    inside = [inner for child in widget.winfo_children() for inner in parts(child, kind)]
    return [*([widget] if isinstance(widget, kind) else []), *inside]


def words(panel: CheckPanel) -> str:
    return "\n".join(str(label["text"]) for label in parts(panel, (tk.Label, ttk.Label)))


def press(picker: Picker, *keys: str) -> None:
    for key in keys:
        widget = picker.focus_get()
        assert widget is not None
        widget.event_generate(key)
        picker.update()


def test_what_runs_is_shown_step_by_step_and_can_be_stopped(picker: Picker, until: Until, asked: Asked) -> None:
    picker.check.look()
    assert asked == [("check", None)]
    panel = picker.check.panel
    assert panel is not None
    until(panel.winfo_ismapped)
    assert not picker.list.winfo_ismapped()
    picker.check.model.begin()
    for step in ("Looking at this computer …", "Asking its firewall …"):
        picker.check.model.tell(step)
        picker.show_check()
        assert step in words(panel)
    assert "Looking at this computer …" in words(panel)
    assert panel.copy.instate(["disabled"])
    panel.again.focus_force()
    until(lambda: picker.focus_get() is panel.again)
    press(picker, "<Return>")
    assert asked[1:] == [("stop", None)]
    picker.check.model.stop()
    picker.show_check()
    assert panel.again.instate(["disabled"])


def test_verdict_findings_advice_and_commands_stand_there(picker: Picker, until: Until) -> None:
    panel = opened(picker, until)
    said = words(panel)
    assert said.index("2 things are in the way:") < said.index(FAULTS.findings[0].sentence)
    for finding in FAULTS.findings:
        assert all(part in said for part in (finding.sentence, finding.advice, *finding.commands))
    commands = [label for label in parts(panel, tk.Label) if str(label["text"]).startswith("sudo ufw")]
    assert {str(label["font"]) for label in commands} == {str(picker._kit.fonts.mono)}


def test_a_click_copies_a_command_and_a_key_the_whole_report(picker: Picker, until: Until) -> None:
    panel = opened(picker, until)
    first = parts(panel.body.column, ttk.Button)[0]
    until(first.winfo_ismapped)
    for event in ("<Enter>", "<Button-1>", "<ButtonRelease-1>"):
        first.event_generate(event, x=5, y=5)
    command = next(command for finding in FAULTS.findings for command in finding.commands)
    assert picker.clipboard_get() == command
    assert str(first["text"]) == "Copied"
    panel.copy.focus_force()
    until(lambda: picker.focus_get() is panel.copy)
    press(picker, "<Return>")
    assert picker.clipboard_get() == SHAREABLE
    assert (str(first["text"]), str(panel.copy["text"])) == ("Copy", "Copied"), "the clipboard holds one thing"
    picker.check.model.begin()
    picker.show_check()
    assert str(panel.copy["text"]) == "Copy report"


def test_tab_comes_to_every_button_and_each_is_seen(root: tk.Tk, picker: Picker, until: Until) -> None:
    root.geometry("760x520")
    until(lambda: root.winfo_width() == 760)
    panel = opened(picker, until)
    passed: list[Any] = []
    while picker.focus_get() not in passed:
        widget = picker.focus_get()
        passed.append(widget)
        assert widget is not None
        if widget in parts(panel.body.column, ttk.Button):
            picker.update()
            top = widget.winfo_rooty() - panel.body.canvas.winfo_rooty()
            assert 0 <= top <= panel.body.canvas.winfo_height() - widget.winfo_height(), "it is in view"
            assert widget.instate(["focus"])
        press(picker, "<Tab>")
    wanted = [panel.body.canvas, *parts(panel.body.column, ttk.Button), panel.host, panel.test]
    assert len(wanted) > 6
    assert [widget for widget in passed if widget in wanted] == wanted
    assert {panel.copy, panel.again, panel.close} < set(passed)


def test_keys_and_wheel_scroll_what_is_taller_than_its_place(root: tk.Tk, picker: Picker, until: Until) -> None:
    root.geometry("760x520")
    until(lambda: root.winfo_width() == 760)
    panel = opened(picker, until)
    until(panel.body._bar.winfo_ismapped)
    label = parts(panel.body.column, ttk.Label)[2]
    for scroll, widget in (("<Down>", panel.body.canvas), ("<Button-5>", label), ("<Next>", panel.body.canvas)):
        before = panel.body.position
        widget.event_generate(scroll)
        assert panel.body.position > before, scroll
    panel.body.canvas.event_generate("<End>")
    assert panel.body.canvas.yview()[1] == 1.0
    panel.body.canvas.event_generate("<Home>")
    assert panel.body.position == 0.0
    root.geometry("1180x1600")
    until(lambda: not panel.body._bar.winfo_ismapped())


def test_a_server_is_tested_by_return_and_again_by_the_same_button(picker: Picker, until: Until, asked: Asked) -> None:
    panel = opened(picker, until)
    panel.host.value = "nord:5055"
    panel.host.focus_force()
    until(lambda: picker.focus_get() is panel.host)
    press(picker, "<Return>")
    assert asked == [("test", "nord:5055")]
    picker.check.model.refuse("That is no address.")
    picker.show_check()
    until(panel.complaint.winfo_ismapped)
    assert panel.host.instate(["invalid"])
    picker.check.model.begin("nord:5055")
    picker.check.model.finish(Outcome(FAULTS, SHAREABLE))
    picker.show_check()
    until(lambda: not panel.complaint.winfo_ismapped())
    assert "Test of nord:5055" in words(panel)
    panel.again.invoke()
    assert asked[1:] == [("test", "nord:5055")]


@pytest.mark.parametrize("way", ["key", "button", "section"])
def test_the_list_comes_back(picker: Picker, until: Until, asked: Asked, way: str) -> None:
    panel = opened(picker, until)
    if way == "key":
        press(picker, "<Escape>")
    elif way == "button":
        panel.close.invoke()
    else:
        picker.side.nav.event_generate("<Button-1>", x=20, y=20)
    until(picker.list.winfo_ismapped)
    assert picker.check.panel is None
    until(lambda: picker.focus_get() is picker.list)
    assert asked == [("leave", None)]


def test_the_menu_of_a_room_tests_its_server(
    picker: Picker, until: Until, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    picker.show_found([found("alpha", host="fe80::1%eth0", port=5060)])
    monkeypatch.setattr(picker._menu, "tk_popup", lambda *_: None)
    picker._post_menu(picker.rows[0], 0, 0)
    last = picker._menu.index("end")
    assert last is not None
    assert "Test this server" in picker._menu.entrycget(last, "label")
    picker._menu.invoke(last)
    assert asked == [("test", "[fe80::1%eth0]:5060")]
    until(lambda: picker.check.panel is not None and picker.check.panel.winfo_ismapped())


def test_another_size_or_colour_keeps_the_panel(root: tk.Tk, kit: Kit, picker: Picker, until: Until) -> None:
    root.geometry("760x520")
    until(lambda: root.winfo_width() == 760)
    panel = opened(picker, until)
    panel.host.value = "half a na"
    until(panel.body._bar.winfo_ismapped)
    panel.body.go_to(0.4)
    height = kit.fonts.mono.metrics("linespace")
    try:
        assert kit.zoom(150)
        picker.rebuild()
        again = picker.check.panel
        assert again is not None
        assert again is not panel
        until(lambda: again.winfo_ismapped() and picker.focus_get() is again.body.canvas)
        assert not picker.list.winfo_ismapped()
        assert again.host.value == "half a na"
        assert again.body.position == pytest.approx(0.4, abs=0.1)
        assert kit.fonts.mono.metrics("linespace") > height
        assert FAULTS.findings[0].sentence in words(again)
        kit.use("dark")
        assert str(again.body.canvas["bg"]) == kit.colors.bg
        assert {str(label["bg"]) for label in parts(again.body.column, tk.Label)} <= {
            kit.colors.bg,
            kit.colors.code,
            kit.colors.danger_bg,
        }
    finally:
        kit.zoom(100)
    picker.check.close()
    until(picker.list.winfo_ismapped)


# In the empty list


def test_an_empty_list_says_why_and_leads_to_the_details(picker: Picker, until: Until, asked: Asked) -> None:
    picker._model.set_waited()
    picker.show_found([])
    until(picker.empty.winfo_ismapped)
    assert "A firewall may block UDP 5353, 5054 and 5055 (discovery), or TCP 5055" in picker.empty.words
    assert picker.aid.check.winfo_manager()
    assert not picker.empty.details.winfo_manager()
    ran(picker)
    until(picker.empty.details.winfo_ismapped)
    assert FAULTS.findings[0].sentence in picker.empty.words
    assert "A firewall may block" not in picker.empty.words
    assert not picker.aid.check.winfo_manager(), "one button is enough"
    picker.empty.details.focus_force()
    until(lambda: picker.focus_get() is picker.empty.details)
    asked.clear()
    press(picker, "<Return>")
    panel = picker.check.panel
    assert panel is not None
    until(panel.winfo_ismapped)
    assert FAULTS.findings[0].sentence in words(panel)
    assert asked == [], "it is known already"


def test_beside_rooms_that_do_not_answer_the_reason_stands_below(picker: Picker, until: Until) -> None:
    picker._model.set_waited()
    picker.show_found([found("own")])
    picker._model.set_here({"own"})
    ran(picker)
    until(picker.aid.winfo_ismapped)
    assert str(picker.aid._text["text"]) == FAULTS.findings[0].sentence
    assert str(picker.aid.check["text"]) == "Details …"
    picker.show_found([found("own"), found("other")])
    until(lambda: not picker.aid.winfo_ismapped())
    assert picker.check.model.reasons == ()


def test_nobody_looks_while_nobody_sees_it_and_then_once(
    root: tk.Tk, picker: Picker, until: Until, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("picker.screen.PATIENCE", "picker.check.CALM"):
        monkeypatch.setattr(f"lanchat.gui.{name}", 1)
    root.withdraw()
    until(lambda: not picker.winfo_viewable())
    picker.show_state(listening=True, network=True)
    until(lambda: picker._model.alone)
    assert asked == []
    root.deiconify()
    until(lambda: asked)
    ran(picker)
    picker.show_found([])
    assert asked == [("check", None)]
    picker.show_found([found("alpha")])
    picker.show_found([])
    until(lambda: len(asked) == 2)
    ran(picker)
    hosted = [Hosted(pid=11, port=5055, id="x", run="r", name="Kitchen")]
    changes = (
        picker.look_again,
        lambda: picker.show_state(listening=True, network=False),
        lambda: picker.show_hosted(hosted),
    )
    for change in changes:
        asked.clear()
        change()
        picker._show()
        until(lambda: asked)
        ran(picker)
    picker.show_hosted(hosted)
    assert picker.check.model.looked, "nothing is different"
