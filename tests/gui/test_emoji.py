"""Emoji as pictures, and the guard for a Tk that would die of them."""

from __future__ import annotations

import ctypes
import io
import subprocess
import sys
import tkinter as tk
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, ImageFont

from lanchat.gui.kit import emoji, emoji_sources
from lanchat.gui.kit.emoji import EmojiPictures, drawable, tk_is_safe, typable
from lanchat.gui.kit.emoji_sources import CELL, SET, ColourFont, EmojiSources, find_font
from lanchat.gui.kit.theme import Kit
from tests.emoji_set import sequences

pytestmark = pytest.mark.display
FAMILY = "👩‍👩‍👧‍👦"


@pytest.fixture
def pictures(kit: Kit) -> EmojiPictures:
    """With a colour font: the tests need one to be installed."""
    pictures = EmojiPictures(kit, clock=lambda: 0.0)
    assert pictures.picture("👍", 19), "no colour font is found; on Debian: fonts-noto-color-emoji"
    return pictures


@pytest.mark.parametrize("text", ["👍", "👍🏽", FAMILY, "🇩🇪", "3️⃣", "❤️"])
def test_a_sequence_is_one_picture_of_the_line_height(pictures: EmojiPictures, text: str) -> None:
    image = pictures.picture(text, 19)
    assert image
    assert image.height() == 19
    assert image.width() < 2 * 19
    assert pictures.text(str(image)) == text
    assert pictures.picture(text, 19) is image


def test_tones_are_different_pictures(pictures: EmojiPictures) -> None:
    def middle(text: str) -> tuple[int, ...]:
        image = pictures.picture(text, 19)
        assert image
        return tuple(image.get(9, 9))

    assert middle("👍") != middle("👍🏿")


def test_other_images_are_no_emoji(pictures: EmojiPictures, kit: Kit) -> None:
    assert pictures.text(str(kit.icon("clock", 12))) == ""


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system has none that can be read."""
    fonts = (("/nowhere.ttf", 109), (__file__, 109))
    monkeypatch.setattr(emoji_sources, "FONTS", dict.fromkeys(emoji_sources.FONTS, fonts))


@pytest.mark.parametrize("text", ["👍", FAMILY, "🇩🇪", "3️⃣", "❤️", "❤", "🏳️‍🌈"])
def test_without_a_font_the_set_that_comes_along_has_it(no_font: None, kit: Kit, text: str) -> None:
    pictures = EmojiPictures(kit)
    image = pictures.picture(text, 19)
    assert image
    assert (image.width(), image.height()) == (20, 19)
    assert pictures.text(str(image)) == text


def test_of_a_tone_that_the_set_lacks_the_plain_sign_is_shown(no_font: None) -> None:
    sources = EmojiSources()
    assert sources.picture("👩🏽‍🔬") == sources.picture("👩‍🔬") is not None


def test_what_neither_has_is_no_picture(no_font: None, kit: Kit) -> None:
    assert EmojiPictures(kit).picture("🦕", 19) is None


def test_a_font_without_it_leaves_it_to_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where most fonts have a box for what they lack."""
    boxes = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    from_set = EmojiSources()._set.picture("🎉")
    monkeypatch.setattr(emoji_sources, "FONTS", dict.fromkeys(emoji_sources.FONTS, ((boxes, 64),)))
    assert EmojiSources().picture("🎉") == from_set
    assert EmojiSources().picture("🦕") is None


@pytest.mark.parametrize("shapes", [False, True])
@pytest.mark.parametrize("text", ["👍🏽", FAMILY, "🇩🇪", "3️⃣"])
def test_a_sequence_that_would_fall_apart_is_not_drawn_so(text: str, shapes: bool) -> None:
    """As where Pillow finds no FriBiDi, or the font has no such sequence."""
    (path, size), *_ = emoji_sources.FONTS["linux"]
    font = ColourFont(ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC), shapes=shapes)
    assert font.picture(text) is None
    assert font.picture("👍")


def test_one_sign_that_asks_for_colour_is_as_wide_as_any() -> None:
    (path, size), *_ = emoji_sources.FONTS["linux"]
    drawn = ColourFont(ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC), shapes=False).picture("❤️")
    assert drawn
    assert drawn.width == 136


def test_on_windows_flags_come_from_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its font has letters for them."""
    font = find_font()
    assert font
    assert font.picture("🇩🇪")
    monkeypatch.setattr(sys, "platform", "win32")
    assert font.picture("🇩🇪") is None


def test_the_set_is_as_its_script_draws_it_and_small() -> None:
    index = SET.joinpath("index.txt").read_text("utf-8")
    assert index.split() == sequences(), "draw it anew: python -m tests.emoji_set"
    data = SET.joinpath("sheet.webp").read_bytes()
    assert len(data) <= 1_500_000
    with Image.open(io.BytesIO(data)) as sheet:
        assert sheet.size == (CELL[0] * len(index.split("\n")[0].split()), CELL[1] * len(index.splitlines()))
    own = EmojiSources()._set
    assert [one for one in sequences() if not (drawn := own.picture(one)) or not drawn.getbbox()] == []
    assert "SIL OPEN FONT LICENSE Version 1.1" in SET.joinpath("OFL.txt").read_text()


def test_a_set_that_was_left_out_or_cannot_be_read_is_no_error(
    no_font: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(emoji_sources, "SET", tmp_path)
    assert EmojiSources().picture("👍") is None
    (tmp_path / "index.txt").write_text("👍\n")
    assert EmojiSources().picture("👍") is None
    (tmp_path / "sheet.webp").write_bytes(b"RIFF")
    assert EmojiSources().picture("👍") is None


def test_nothing_is_loaded_before_the_first_emoji() -> None:
    code = (
        "import sys, lanchat.gui.app; from lanchat.gui.kit.emoji_sources import EmojiSources\n"
        "sources = EmojiSources(); assert 'PIL' not in sys.modules\n"
        "sources.picture('👍'); assert '_set' not in vars(sources), 'the font has it'\n"
        "sources.picture('x'); assert '_set' in vars(sources)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_flood_of_ever_new_emoji_is_drawn_bit_by_bit(kit: Kit) -> None:
    now = [0.0]
    pictures = EmojiPictures(kit, clock=lambda: now[0])
    flood = [chr(code) for code in range(0x1F400, 0x1F400 + emoji.MAX_AT_ONCE + 50)]
    assert sum(pictures.picture(one, 12) is not None for one in flood) <= emoji.MAX_AT_ONCE
    assert pictures.picture(flood[-1], 12) is None
    now[0] = 1.0
    assert pictures.picture(flood[-1], 12) is not None


def test_when_it_is_full_what_is_seen_nowhere_goes(root: tk.Tk, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "MAX_PICTURES", 3)
    pictures = EmojiPictures(kit, clock=lambda: 0.0)
    seen = pictures.picture("🎉", 19)
    assert seen
    label = tk.Label(root, image=seen)
    assert pictures.picture("👍", 19)
    assert pictures.picture("👎", 19)
    assert pictures.picture("👀", 19)
    assert pictures.picture("🎉", 19) is seen
    assert pictures.text(str(seen)) == "🎉"
    assert not pictures.tried("👍", 19)
    label.configure(image="")


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 has a libXft")
@pytest.mark.parametrize(("version", "safe"), [(20304, False), (20305, True), (20306, True)])
def test_libxft_decides(monkeypatch: pytest.MonkeyPatch, version: int, safe: bool) -> None:
    library = SimpleNamespace(XftGetVersion=lambda: version)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    assert tk_is_safe.__wrapped__() is safe


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 has a libXft")
def test_an_unknown_libxft_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> object:
        raise OSError("not found")

    monkeypatch.setattr(ctypes, "CDLL", absent)
    assert tk_is_safe.__wrapped__() is False


def test_an_unsafe_tk_gets_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "tk_is_safe", lambda: False)
    assert drawable("Ana 👍🏽 and 𝒜") == "Ana :thumbsup: and :mathematical script capital a:"
    assert drawable("naïve – “ok”") == "naïve – “ok”"
    assert max(map(ord, drawable(f"{FAMILY} 🇩🇪 ⚡ 3️⃣"))) < 0x10000


def test_a_safe_tk_gets_signs_and_words_for_what_it_breaks_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "tk_is_safe", lambda: True)
    seen = ["👍", "👍", ":woman:", ":flag de:", ":three:", "❤", ":rainbow_flag:", ":technologist:", "𝒜"]
    monkeypatch.setattr(emoji, "on_x11", lambda: True)
    assert [drawable(one) for one in ("👍", "👍🏽", FAMILY, "🇩🇪", "3️⃣", "❤️", "🏳️‍🌈", "🧑🏿‍💻", "𝒜")] == seen
    monkeypatch.setattr(emoji, "on_x11", lambda: False)
    assert drawable(f"👍🏽 {FAMILY}") == f"👍🏽 {FAMILY}"


def test_what_is_written_on_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "tk_is_safe", lambda: True)
    assert typable(f"👍🏽 {FAMILY}") == f"👍🏽 {FAMILY}"
    monkeypatch.setattr(emoji, "tk_is_safe", lambda: False)
    assert typable("👍🏽") == ":thumbsup:"
