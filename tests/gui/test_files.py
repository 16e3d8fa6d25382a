"""Files in the window, by real events: cards, saving, pictures, uploads; with a stand-in, and in a real room."""

from __future__ import annotations

import hashlib
import io
import os
import queue
import shutil
import struct
import sys
import tkinter as tk
import zlib
from collections.abc import Callable
from pathlib import Path
from tkinter import filedialog, ttk
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from lanchat.client import Client
from lanchat.client.events import Progress
from lanchat.client.pictures import size_of_picture
from lanchat.client.preferences import Preferences
from lanchat.gui.chat import attaching as attaching_module
from lanchat.gui.chat import picture_maker
from lanchat.gui.chat.attaching import MAX_AT_ONCE, Attaching
from lanchat.gui.chat.file_card import FileCard
from lanchat.gui.chat.picture_maker import PictureMaker, small_picture
from lanchat.gui.chat.picture_view import PictureView
from lanchat.gui.desktop import folders
from lanchat.gui.dialogs.send_files import SendFilesDialog
from lanchat.gui.kit.theme import Kit
from lanchat.paths import downloads, pictures
from lanchat.protocol.frames import Deleted, File, Message
from lanchat.server import Server
from tests.gui.stand_in import NOON, ROOM
from tests.gui.test_chat_live import SLICE, Window, people, room
from tests.gui.test_conversation import ANA, Stage, menus, stage

__all__ = ["menus", "people", "room", "stage"]
pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
PLAN = File("plan.pdf", 2_345_678, "a" * 64)


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 600)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "#3D71D6").save(data, kind)
    return data.getvalue()


def entry(seq: int, file: File, text: str = "") -> Message:
    return Message(ROOM, seq, "", NOON + seq, "Ana", ANA, text or file.name, file=file)


def cards(stage: Stage) -> list[FileCard]:
    return [widget for widget in stage.text.winfo_children() if isinstance(widget, FileCard)]


def words(card: FileCard) -> list[str]:
    return [str(w["text"]) for w in card.everything() if isinstance(w, ttk.Label | ttk.Button) and str(w["text"])]


def press(stage: Stage, card: FileCard, label: str) -> None:
    (button,) = [w for w in card.everything() if isinstance(w, ttk.Button) and str(w["text"]) == label]
    stage.until(button.winfo_viewable)
    button.event_generate("<Enter>")
    button.event_generate("<Button-1>", x=5, y=5)
    button.event_generate("<ButtonRelease-1>", x=5, y=5)
    stage.root.update()


def test_a_card_keeps_its_width_and_the_end_of_a_long_name(stage: Stage) -> None:
    stage.screen.handle(entry(1, PLAN))
    stage.screen.handle(entry(2, File("W" * 200 + ".pdf", 1, "b" * 64)))
    stage.until(lambda: len(cards(stage)) == 2)
    stage.root.update()
    short, long = cards(stage)
    assert short.winfo_reqwidth() == long.winfo_reqwidth()
    (name,) = [word for word in words(long) if word.startswith("W")]
    assert name.endswith("W.pdf")
    assert "…" in name


@pytest.mark.parametrize(("enlarge", "size"), [(True, (600, 400)), (False, (300, 200))])
def test_a_small_picture_fills_its_place_where_everything_is_large(
    tmp_path: Path, enlarge: bool, size: tuple[int, int]
) -> None:
    (tmp_path / "small.png").write_bytes(picture(size=(300, 200)))
    data = small_picture(tmp_path / "small.png", (600, 500), enlarge=enlarge)
    assert data is not None
    assert Image.open(io.BytesIO(data)).size == size


def test_a_file_is_saved_by_its_button(stage: Stage) -> None:
    stage.feed(entry(1, PLAN, "the plan"))
    stage.until(lambda: cards(stage))
    (card,) = cards(stage)
    assert words(card) == ["Save", "plan.pdf", "2.3 MB"]
    assert "the plan" in stage.content
    press(stage, card, "Save")
    assert stage.client.calls[-1] == ("get_file", 1, downloads())
    transfer = f"t{len(stage.client.calls)}"
    stage.feed(Progress(transfer, "plan.pdf", False, "moving", 1_000_000, 2_345_678, 500_000.0, 2.7))
    assert words(card) == ["Cancel", "plan.pdf", "1.0 MB of 2.3 MB · 500.0 kB/s · 3 s left"]
    press(stage, card, "Cancel")
    assert stage.client.calls[-1] == ("cancel_file", transfer)
    stage.feed(Progress(transfer, "plan.pdf", False, "failed", detail="Your disk has no room."))
    assert words(card) == ["Try again", "plan.pdf", "Your disk has no room."]
    press(stage, card, "Try again")
    transfer = f"t{len(stage.client.calls)}"
    stage.feed(Progress(transfer, "plan.pdf", False, "done", path="/x/plan.pdf"))
    assert words(card) == ["Show in folder", "plan.pdf", "2.3 MB"]


def test_files_are_saved_where_the_settings_say(stage: Stage, tmp_path: Path) -> None:
    stage.feed(entry(1, PLAN))
    stage.until(lambda: cards(stage))
    for preferences, folder in ((Preferences(downloads=str(tmp_path)), tmp_path), (Preferences(), downloads())):
        stage.screen.prefer(preferences)
        stage.screen.files.save((ROOM, 1))
        assert stage.client.calls[-1][:3] == ("get_file", 1, folder)


def test_a_hostile_name_is_shown_as_it_would_be_saved(stage: Stage) -> None:
    stage.feed(entry(1, File("../x\u202egpj.exe", 5, "a" * 64), "look"))
    stage.until(lambda: cards(stage))
    assert "x gpj.exe" in words(cards(stage)[0])


def test_a_deleted_file_is_gone(stage: Stage) -> None:
    stage.feed(entry(1, PLAN))
    stage.until(lambda: cards(stage))
    stage.feed(Deleted(ROOM, 2, "", NOON, "Ana", ANA, 1))
    stage.until(lambda: "Deleted" in stage.content)
    assert cards(stage) == []


def test_the_menu_saves_under_a_name_of_choice(
    stage: Stage, menus: list[tk.Menu], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the dialog asked about is replaced: it knows nothing of how a name is cleaned."""
    proposed: list[str] = []
    chosen = ""
    monkeypatch.setattr(
        filedialog, "asksaveasfilename", lambda **options: [proposed.append(options["initialfile"]), chosen][1]
    )
    stage.feed(entry(1, File("../pl:an.pdf", 5, "a" * 64)))
    stage.until(lambda: cards(stage))
    cards(stage)[0].event_generate("<Button-3>", x=3, y=3)
    stage.until(lambda: menus)
    before = list(stage.client.calls)
    menus[-1].invoke("Save as …")
    assert (proposed, stage.client.calls) == (["pl_an.pdf"], before)
    (tmp_path / "old.pdf").touch()
    (tmp_path / "CON").touch()
    for answer, name, replace in (
        (str(tmp_path / "new.pdf"), "new.pdf", False),
        (str(tmp_path / "old.pdf"), "old.pdf", True),
        (str(tmp_path / "CON"), "_CON", False),
    ):
        chosen = answer
        menus[-1].invoke("Save as …")
        assert stage.client.calls[-1] == ("get_file", 1, tmp_path, name, replace)


def test_uploads_stand_above_the_composer(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(filedialog, "askopenfilenames", lambda **_: (str(tmp_path / "a.txt"),))
    stage.screen.composer.text.focus_force()
    stage.screen.composer.text.event_generate("<Control-u>")
    stage.until(lambda: stage.client.calls)
    assert stage.client.calls[-1] == ("send_file", tmp_path / "a.txt")
    rows = stage.screen.uploads
    stage.feed(Progress("t1", "a.txt", True, "moving", 50, 100, 10.0, 5.0))
    assert rows.winfo_manager()
    row = next(iter(rows._rows.values()))
    assert "a.txt: 50 bytes of 100 bytes · 10 bytes/s · 5 s left" in str(row._label["text"])
    row._button.invoke()
    assert stage.client.calls[-1] == ("cancel_file", "t1")
    stage.feed(Progress("t1", "a.txt", True, "failed", detail="The server takes no files."))
    row._button.invoke()
    assert not rows.winfo_manager()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_made_small(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"p.{kind.lower()}"
    path.write_bytes(picture(kind))
    assert size_of_picture(path) == (800, 600)
    small = small_picture(path, (100, 100))
    assert small is not None
    with Image.open(io.BytesIO(small)) as made:
        assert made.size == (100, 75)


def bomb() -> bytes:
    """A PNG that says 50,000 x 50,000 pixels."""
    data = bytearray(picture(size=(1, 1)))
    data[16:24] = (50_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize("data", [bomb(), picture()[:2_000], picture("JPEG")[:900], b"", b"GIF89a", b"no picture"])
def test_what_is_no_picture_is_a_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(data)
    assert small_picture(path, (100, 100)) is None
    if len(data) < 800:
        assert size_of_picture(path) == (0, 0)


def exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """(tag, type, count, value in 4 bytes), as they stand in a file."""
    tags = b"".join(struct.pack("<HHL4s", *entry) for entry in entries)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + tags + bytes(4)


TURNED = (0x0112, 3, 1, b"\x06\0\0\0")  # orientation: a quarter to the right


@pytest.mark.filterwarnings("ignore:.*Corrupt EXIF")  # Pillow says so, beside going on
@pytest.mark.parametrize(
    ("told", "size"),
    [
        (exif(TURNED), (75, 100)),
        (exif(TURNED, (0x011A, 2, 2, b"x\0\0\0")), (75, 100)),  # words for a number
        (exif(TURNED)[:30], (75, 100)),
        (exif(TURNED)[:24], (100, 75)),
        (b"Exif\0\0II*\0\x08", (100, 75)),
        (b"Exif\0\0II*\0\xff\xff\xff\xff", (100, 75)),
    ],
)
def test_a_picture_is_shown_whatever_its_exif_is(tmp_path: Path, told: bytes, size: tuple[int, int]) -> None:
    path = tmp_path / "p.jpg"
    Image.new("RGB", (800, 600)).save(path, exif=told)
    small = small_picture(path, (100, 100))
    assert small is not None
    with Image.open(io.BytesIO(small)) as made:
        assert made.size == size


def test_one_picture_that_no_one_foresaw_is_not_the_end_of_all(root: tk.Tk, until: Until, tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(picture())
    maker, made = PictureMaker(root, tmp_path / "none"), []
    maker.make(path, ("no", "size"), made.append)  # type: ignore[arg-type]
    maker.make(path, (100, 100), made.append)
    until(lambda: len(made) == 2)
    maker.close()
    assert made[0] is None
    assert made[1]


def test_closing_does_not_wait_for_what_the_thread_took_first(root: tk.Tk, until: Until, tmp_path: Path) -> None:
    class Taken(queue.SimpleQueue):  # type: ignore[type-arg]
        def empty(self) -> bool:
            """As it was before the thread took the last one."""
            return False

    maker, made = PictureMaker(root, tmp_path / "none"), []
    maker._wishes = Taken()
    maker.make(tmp_path / "gone.png", (9, 9), made.append)
    until(lambda: made)
    maker.close()


def test_a_long_transfer_leaves_nothing_behind_in_its_card(stage: Stage) -> None:
    stage.feed(entry(1, PLAN))
    (card,) = cards(stage)
    press(stage, card, "Save")
    kept = []
    for done in range(20):
        stage.feed(Progress(f"t{len(stage.client.calls)}", PLAN.name, False, "moving", done, PLAN.size, 9.0, 9.0))
        kept.append(len(card._first._tclCommands))  # type: ignore[attr-defined]
    assert "Cancel" in words(card)
    assert kept[1:] == kept[:-1]


def test_a_picture_is_seen_in_the_talk_and_large(stage: Stage, tmp_path: Path) -> None:
    data = picture()
    file = File("p.png", len(data), hashlib.sha256(data).hexdigest(), 800, 600)
    stage.feed(entry(1, file))
    stage.until(lambda: ("get_file", 1, pictures("0" * 32) / file.sha256) in stage.client.calls)
    (card,) = cards(stage)
    before = card.winfo_reqheight()
    path = tmp_path / "p.png"
    path.write_bytes(data)
    stage.feed(Progress(f"t{len(stage.client.calls)}", "p.png", False, "done", path=str(path)))
    stage.until(lambda: card._image)
    assert (card._image.width(), card._image.height()) == (320, 240)  # type: ignore[union-attr]
    assert card.winfo_reqheight() == before, "nothing moved"
    stage.until(lambda: card._picture and card._picture.winfo_viewable())
    card._picture.event_generate("<ButtonRelease-1>", x=9, y=9)  # type: ignore[union-attr]
    views: list[PictureView] = []
    stage.until(lambda: views.extend(w for w in stage.screen.winfo_children() if isinstance(w, PictureView)) or views)
    views[0].event_generate("<Escape>")
    kept = pictures("0" * 32) / file.sha256
    kept.mkdir(parents=True)
    (kept / "p.png").write_bytes(data)
    stage.feed(Deleted(ROOM, 2, "", NOON, "Ana", ANA, 1))
    assert not kept.exists()


def test_the_oldest_pictures_go_whosever_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_maker, "MAX_CACHE", 250)
    for age, folder in enumerate([tmp_path / "one" / "new", tmp_path / "two" / "old", tmp_path / "one" / "oldest"]):
        folder.mkdir(parents=True)
        (folder / "p.png").write_bytes(bytes(100))
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    picture_maker._trim(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["new", "old"]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("kind", ["text/uri-list", "x-special/gnome-copied-files"])
def test_copied_files_are_attached_and_their_names_are_not_pasted(
    stage: Stage, root: tk.Tk, tmp_path: Path, kind: str
) -> None:
    paths = [tmp_path / "a plan.pdf", tmp_path / "é.png"]
    uris = "\r\n".join(path.as_uri() for path in paths)
    named = uris if kind == "text/uri-list" else f"copy\n{uris}"
    own_clipboard(root, {kind: named, "UTF8_STRING": str(paths[0])})
    stage.screen.composer.text.event_generate("<<Paste>>")
    assert sent_paths(stage) == [], "it may be by mistake"
    dialog = offered(stage)
    dialog.field.value = "these two"
    dialog.field.event_generate("<Return>")
    assert [call for call in stage.client.calls if call[0] == "send_file"] == [
        ("send_file", paths[0], "these two"),
        ("send_file", paths[1]),
    ]
    assert stage.screen.composer.draft == ""


def offered(stage: Stage) -> SendFilesDialog:
    """The dialog that asks, once it is there and has the keyboard."""

    def found() -> list[SendFilesDialog]:
        return [child for child in stage.root.winfo_children() if isinstance(child, SendFilesDialog)]

    stage.until(lambda: found() and found()[0].winfo_viewable())
    (dialog,) = found()
    dialog.field.focus_force()
    stage.until(lambda: stage.root.focus_get() is dialog.field)
    return dialog


def test_what_is_being_written_goes_along_with_what_is_pasted(stage: Stage, root: tk.Tk, tmp_path: Path) -> None:
    path = tmp_path / "plan.png"
    path.write_bytes(picture())
    own_clipboard(root, {"text/uri-list": path.as_uri()})
    stage.screen.composer.draft = "see\nthis one"
    stage.screen.composer.text.event_generate("<<Paste>>")
    dialog = offered(stage)
    assert dialog.field.value == "see this one"
    stage.until(lambda: dialog.picture.winfo_ismapped())
    dialog.event_generate("<Escape>")
    assert (sent_paths(stage), stage.screen.composer.draft) == ([], "see\nthis one")
    stage.screen.composer.text.event_generate("<<Paste>>")
    offered(stage).field.event_generate("<Return>")
    assert stage.client.calls[-1] == ("send_file", path, "see this one")
    assert stage.screen.composer.draft == ""


def test_a_link_that_is_copied_is_text(stage: Stage, root: tk.Tk) -> None:
    link = "https://example.org/"
    own_clipboard(root, {"text/uri-list": f"{link}\r\n", "UTF8_STRING": link, "STRING": link})
    stage.screen.composer.text.event_generate("<<Paste>>")
    assert stage.screen.composer.draft == link
    assert not [call for call in stage.client.calls if call[0] == "send_file"]


def own_clipboard(root: tk.Tk, held: dict[str, str]) -> None:
    """As another program has it, by kinds."""
    owner = tk.Frame(root)
    for kind, text in held.items():
        owner.selection_handle(
            lambda offset, length, text=text: text[int(offset) : int(offset) + int(length)],  # type: ignore[misc]
            selection="CLIPBOARD",
            type=kind,
        )
    owner.selection_own(selection="CLIPBOARD")


def test_a_picture_is_pasted(stage: Stage, root: tk.Tk, programs: Path) -> None:
    data = picture(size=(20, 20))
    own_clipboard(root, {"image/png": " ".join(f"0x{byte:x}" for byte in data) + " "})
    stage.screen.composer.text.event_generate("<<Paste>>")
    offered(stage).field.event_generate("<Return>")
    (path,) = sent_paths(stage)
    assert path.suffix == ".png"
    assert path.read_bytes() == data


def test_a_large_picture_is_pasted_by_another_program(stage: Stage, root: tk.Tk, programs: Path) -> None:
    """More than Tk reads of most programs; why it could not be pasted is said."""
    image = Image.frombytes("RGB", (450, 450), os.urandom(3 * 450 * 450))
    image.save(programs / "large.png")
    assert (programs / "large.png").stat().st_size > 500_000
    own_clipboard(root, {"image/png": "0x89 and no bytes that Tk can read"})
    for script, words in (("", "install xclip"), ("echo broken >&2; exit 1", "The clipboard gives no picture: xclip")):
        if script:
            add_program(programs / "xclip", script)
        stage.screen.composer.text.event_generate("<<Paste>>")
        stage.until(lambda words=words: words in stage.screen.composer._line.text)  # type: ignore[misc]
    assert sent_paths(stage) == []
    add_program(programs / "xclip", f"exec /bin/cat '{programs}/large.png'")
    stage.screen.composer.text.event_generate("<<Paste>>")
    offered(stage).field.event_generate("<Return>")
    with Image.open(sent_paths(stage)[0]) as pasted:
        assert pasted.tobytes() == image.tobytes()


def test_why_nothing_was_sent_is_read_whole_in_a_narrow_window(stage: Stage) -> None:
    stage.root.geometry("620x560")
    stage.screen.composer.say_error(attaching_module._NO_PROGRAM)
    line = stage.screen.composer._line
    stage.until(lambda: line.winfo_width() >= line.winfo_reqwidth())
    assert line.winfo_height() >= line.winfo_reqheight()


def add_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def sent_paths(stage: Stage) -> list[Path]:
    return [call[1] for call in stage.client.calls if call[0] == "send_file" and isinstance(call[1], Path)]


def test_a_long_paste_goes_as_a_file_of_its_own(stage: Stage, own_home: Path) -> None:
    for text in ("one", "two"):
        stage.screen.attaching.send_data("Pasted.txt", text.encode())
    first, second = sent_paths(stage)
    assert (first.name, second.name) == ("Pasted.txt", "Pasted (2).txt")
    assert (first.read_text(), second.read_text()) == ("one", "two"), "the first may be on its way"
    assert second.parent.stat().st_mode & 0o777 == 0o700
    os.utime(first, (1_000_000, 1_000_000))
    stage.screen.attaching.send_data("Pasted.txt", b"three")
    assert sent_paths(stage)[-1] == first, "old ones go"
    shutil.rmtree(own_home)
    own_home.write_text("no folder")
    stage.screen.attaching.send_data("Pasted.txt", b"four")
    assert len(sent_paths(stage)) == 3
    assert "Pasted.txt cannot be kept until it is sent" in stage.screen.composer._line.text


def test_files_are_dropped_on_the_window(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in of tkinterdnd2, which is an extra."""
    dropped: dict[str, Callable[[Any], object]] = {}
    dnd: Any = ModuleType("tkinterdnd2")
    dnd.DND_FILES, dnd.TkinterDnD = "DND_Files", SimpleNamespace(_require=lambda _: None)
    monkeypatch.setitem(sys.modules, "tkinterdnd2", dnd)
    registered: list[str] = []
    monkeypatch.setattr(tk.Misc, "drop_target_register", lambda _, kind: registered.append(kind), raising=False)
    monkeypatch.setattr(tk.Misc, "dnd_bind", lambda _, name, call: dropped.update({name: call}), raising=False)
    sent: list[list[Path]] = []
    problems: list[str] = []
    text, drops = stage.screen.composer.text, [stage.screen.messages.text]
    attaching = Attaching(text, drops, lambda _: None, sent.append, problems.append)
    assert registered == ["DND_Files"]
    dropped["<<Drop>>"](SimpleNamespace(data="{/tmp/a plan.pdf} /tmp/b"))
    assert sent == [[Path("/tmp/a plan.pdf"), Path("/tmp/b")]]
    dropped["<<Drop>>"](SimpleNamespace(data=" ".join(f"/tmp/{n}" for n in range(MAX_AT_ONCE + 1))))
    assert len(sent) == 1
    assert problems == ["51 files are too many at once. Send the folder that they are in."]
    attaching.close()


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("linux", ["xdg-open", "/d"]),
        ("freebsd14", ["xdg-open", "/d"]),
        ("darwin", ["open", "-R", "/d/a plan.pdf"]),
        ("win32", ["explorer", "/select,/d/a plan.pdf"]),
    ],
)
def test_what_shows_a_folder(platform: str, words: list[str]) -> None:
    assert folders.command(Path("/d/a plan.pdf"), platform) == words


def test_a_real_picture_between_two_windows(
    root: tk.Tk, kit: Kit, until: Until, people: Callable[[str], Client], room: Server, tmp_path: Path
) -> None:
    path = tmp_path / "sea.png"
    path.write_bytes(picture(size=(1_000, 700)))
    other = people("Ana")
    window = Window(root, kit, people("Sam"))

    def wait(condition: Callable[[], object]) -> None:
        until(lambda: [other.events.drain(SLICE), window.turn(), condition()][-1])

    other.send_file(path)

    def images() -> list[object]:
        found = [w for w in window.screen.messages.text.winfo_children() if isinstance(w, FileCard)]
        return [card._image for card in found if card._image]

    wait(images)
    window.screen.files.save(("lobby", 1))
    wait(lambda: (downloads() / "sea.png").exists() and window.screen.model.transfers.saved)
    assert (downloads() / "sea.png").read_bytes() == path.read_bytes()
