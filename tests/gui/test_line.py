"""Emoji among the text of lines: whole, and where the window shows what people wrote."""

from __future__ import annotations

import gc
import tkinter as tk
import weakref
from collections.abc import Callable

import pytest

from lanchat.client.events import Found
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.kit.banner import Banner
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.emoji import EmojiPictures
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.line import LineLabel, Paragraph, draw_line, line_width, wrapped
from lanchat.gui.kit.theme import Kit
from lanchat.protocol.frames import Change, Message, Pinned, Rooms
from lanchat.protocol.query import Hit, parse
from lanchat.protocol.rooms import RoomInfo
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, StandInClient, joined, message, presence

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
FAMILY, FLAG, TONED = "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽"
ANA = "a" * 43


def seen(canvas: tk.Canvas, kit: Kit) -> str:
    """All that stands on it, with emoji for their pictures."""
    parts = []
    for item in canvas.find_all():
        if canvas.type(item) == "image":
            parts.append(kit.emoji.text(str(canvas.itemcget(item, "image"))))
        elif canvas.type(item) == "text":
            parts.append(str(canvas.itemcget(item, "text")))
    return "".join(parts)


@pytest.fixture
def canvas(root: tk.Tk) -> tk.Canvas:
    canvas = tk.Canvas(root, width=600, height=40)
    canvas.pack()
    return canvas


def line(canvas: tk.Canvas, kit: Kit, text: str, width: int | None = None, at: int = 0, anchor: str = "w") -> int:
    font = kit.fonts.list
    return draw_line(canvas, kit, (at, 20), text, font=font, fill="#000000", anchor=anchor, width=width)  # type: ignore[arg-type]


def test_emoji_are_whole_pictures_of_the_height_of_the_line(canvas: tk.Canvas, kit: Kit) -> None:
    text = f"a {FAMILY}{FLAG} b {TONED}"
    width = line(canvas, kit, text)
    assert seen(canvas, kit) == text
    assert [canvas.type(item) for item in canvas.find_all()] == ["text", "image", "image", "text", "image"]
    left, top, right, bottom = canvas.bbox("all")
    assert width == line_width(kit, kit.fonts.list, text)
    assert abs(right - left - width) <= 4
    assert bottom - top <= kit.fonts.list.metrics("linespace") + 2


def test_it_ends_where_it_is_told_to(canvas: tk.Canvas, kit: Kit) -> None:
    line(canvas, kit, f"{FLAG} home", at=300, anchor="e")
    assert abs(canvas.bbox("all")[2] - 300) <= 2


@pytest.mark.parametrize("text", [f"some words {FAMILY} and {FLAG} more", f"{FLAG}{FAMILY}{TONED}", "only words here"])
def test_what_is_too_wide_ends_with_an_ellipsis(canvas: tk.Canvas, kit: Kit, text: str) -> None:
    for width in range(12, line_width(kit, kit.fonts.list, text)):
        canvas.delete("all")
        assert line(canvas, kit, text, width) <= width
        shown = seen(canvas, kit)
        assert shown.endswith("…")
        assert text.startswith(shown.removesuffix("…"))
    canvas.delete("all")
    line(canvas, kit, text, line_width(kit, kit.fonts.list, text))
    assert seen(canvas, kit) == text


def test_a_label_asks_for_its_width_cuts_and_follows_the_mode(root: tk.Tk, kit: Kit) -> None:
    label = LineLabel(root, kit, font="meta", ink="text3")
    label.pack(anchor="w")
    label.say(f"Plans {FAMILY}")
    root.update()
    assert seen(label, kit) == f"Plans {FAMILY}"
    label.say(f"Plans {FAMILY} for the summer", 60)
    root.update()
    assert label.winfo_width() == 60
    assert seen(label, kit).endswith("…")
    kit.use("dark")
    assert label["bg"] == kit.colors.bg
    label.destroy()
    kit.use("light")


def test_the_whole_window_shows_them_whole(root: tk.Tk, kit: Kit, until: Until) -> None:
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731
    client = StandInClient()
    screen = ChatScreen(
        root, kit, client, on_leave=nothing, on_forget=nothing, on_title=nothing, clock=lambda: NOON / 1000
    )
    screen.pack(fill="both", expand=True)
    nick, said = f"Ana {FLAG}", f"with {FAMILY} and {TONED}"
    events = (
        joined(nick=f"{ME} {FLAG}"),
        presence(Change("joined", nick, ANA)),
        presence(Change("status", nick, ANA, state="away", text=FAMILY)),
        Rooms([RoomInfo(ROOM, 4, f"about {FAMILY}")]),
        message(1, said, nick, key=ANA),
        Message(ROOM, 2, "", NOON, ME, MY_KEY, "yes", reply=1),
        Pinned(ROOM, 3, "", NOON, nick, ANA, 1, on=True),
    )
    for event in events:
        screen.handle(event)
    until(lambda: f"{nick}: {said}" in screen.messages._writer.read("1.0", "end"))
    until(lambda: nick in seen(screen.side.rows, kit) and FAMILY in seen(screen.side.rows, kit))
    until(lambda: seen(screen.bar._topic, kit) == f"about {FAMILY}")
    until(lambda: seen(screen.side.me._nick, kit).endswith(FLAG))
    original = screen.model.timeline.message((1, 0))
    assert original
    screen.aiming.reply(original)
    until(lambda: seen(screen.composer._aim_label, kit) == f"Replying to {nick}: {said}")
    pins = screen.bar.pins.open()
    until(lambda: f"{nick}{said}" in seen(pins.rows, kit))
    pins.close()
    screen.finding.open()
    screen.finding.panel.field.value = "with"
    screen.finding.panel.submit()
    screen.handle(Found(f"s{len(client.calls)}", parse("with"), [Hit(ROOM, 1, NOON, nick, ANA, said)]))
    until(lambda: all(sign in seen(screen.finding.panel.rows, kit) for sign in (nick, FAMILY, TONED)))
    screen.destroy()


def test_a_screen_without_emoji_loads_nothing_for_them(root: tk.Tk, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = EmojiPictures(kit)
    monkeypatch.setattr(kit, "emoji", pictures)
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731
    screen = ChatScreen(
        root, kit, StandInClient(), on_leave=nothing, on_forget=nothing, on_title=nothing, clock=lambda: NOON / 1000
    )
    screen.pack(fill="both", expand=True)
    for event in (joined(), message(1, "hello", "Ana", key=ANA)):
        screen.handle(event)
    root.update()
    assert "_font" not in vars(pictures._sources)
    screen.hover._show(screen.messages.drawn[-1], message(1, "hello", "Ana", key=ANA))
    assert pictures.text(str(screen.hover.buttons["like"]["image"][0])) == "👍"
    screen.destroy()


def test_a_quote_with_emoji_stands_in_one_line(root: tk.Tk, kit: Kit, until: Until) -> None:
    """Tk begins a new one with each picture in a line that is not to be wrapped."""
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731
    screen = ChatScreen(
        root, kit, StandInClient(), on_leave=nothing, on_forget=nothing, on_title=nothing, clock=lambda: NOON / 1000
    )
    screen.pack(fill="both", expand=True)
    for event in (
        joined(),
        message(1, f"a {FAMILY} b", "Ana", key=ANA),
        Message(ROOM, 2, "", NOON, ME, MY_KEY, "y", reply=1),
    ):
        screen.handle(event)
    text = screen.messages.text
    until(lambda: text.tag_ranges("quote"))
    start, end = map(str, text.tag_ranges("quote")[:2])
    until(lambda: text.dlineinfo(start))
    assert text.count(start, f"{end} -1c", "displaylines") in (None, (0,), 0)
    screen.destroy()


def test_nothing_is_left_of_a_room_that_was_left(root: tk.Tk, kit: Kit) -> None:
    """Neither its messages, nor what Tk was given for it."""
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731

    def visit() -> tuple[int, ...]:
        screen = ChatScreen(
            root, kit, StandInClient(), on_leave=nothing, on_forget=nothing, on_title=nothing, clock=lambda: NOON / 1000
        )
        screen.pack(fill="both", expand=True)
        for event in (joined(), message(1, f"a {FAMILY}", "Ana", key=ANA)):
            screen.handle(event)
        root.update()
        screen.arranging.ask_where().close()
        screen.finding.open()
        screen.choosing.above(screen.composer.emoji, nothing, screen.composer.text)
        root.update()
        gone = weakref.ref(screen)
        screen.destroy()
        root.update()
        del screen
        gc.collect()
        assert gone() is None
        kinds = (("image", "names"), ("after", "info"), ("info", "commands"), ("info", "vars", "PY_VAR*"))
        return (len(kit._listeners), *(len(root.tk.splitlist(root.tk.call(*kind))) for kind in kinds))

    visit()  # what is kept for all rooms: pictures, icons
    assert visit() == visit()


# Paragraphs


@pytest.mark.parametrize("width", [40, 90, 200, 900])
def test_a_paragraph_is_broken_at_spaces_and_loses_nothing(kit: Kit, width: int) -> None:
    text = f"Stop {FAMILY * 3} {FLAG} now?\n{'W' * 30} {TONED}{TONED}{FAMILY} end"
    lines = wrapped(kit, kit.fonts.title, text, width)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(line_width(kit, kit.fonts.title, line) <= width or len(line) <= len(FAMILY) for line in lines)
    assert "\u200d" not in {line[:1] for line in lines} | {line[-1:] for line in lines}  # no emoji is broken
    if width == 900:
        assert len(lines) == 2


def test_headings_banners_and_placeholders_show_pictures(root: tk.Tk, kit: Kit, until: Until) -> None:
    name = f"Studio {FAMILY} {FLAG}"
    dialog = Choice(root, kit, f"Stop “{name}”?", "", {"Close": lambda: None})
    (heading,) = (part for part in dialog.body.winfo_children() if isinstance(part, Paragraph))
    until(dialog.winfo_viewable)
    assert seen(heading, kit) == f"Stop “{name}”?"
    dialog.close()
    banner = Banner(root, kit, pack={"fill": "x"})
    banner.show("warn", f"Lost the connection to {name}. " * 5, "Try now", lambda: None)
    (said,) = (part for part in banner.winfo_children() if isinstance(part, Paragraph))
    until(lambda: seen(said, kit).replace(" ", "") == (f"Lost the connection to {name}. " * 5).replace(" ", ""))
    until(lambda: said.winfo_height() >= 2 * kit.fonts.list.metrics("linespace"))  # as many lines as it needs
    banner.show("danger", "Short.", "Try now", lambda: None)
    until(lambda: said.winfo_height() < 2 * kit.fonts.list.metrics("linespace"))
    assert str(said["bg"]) == kit.colors.danger_bg
    field = Field(root, kit, f"Message {name}")
    field.pack()
    (placeholder,) = (part for part in field.winfo_children() if isinstance(part, LineLabel))
    until(lambda: seen(placeholder, kit) == f"Message {name}")
    stands = Paragraph(root, kit, font="meta", ink="text3")
    stands.pack(fill="x")
    stands.say(f"Bo {FLAG} is typing …")
    until(lambda: seen(stands, kit) == f"Bo {FLAG} is typing …")
    for widget in (banner, field, stands):
        widget.destroy()
