"""Emoji as pictures, and the guard for a Tk that would die of them."""

from __future__ import annotations

import ctypes
import sys
from types import SimpleNamespace

import pytest

from lanchat.gui import emoji
from lanchat.gui.emoji import EmojiPictures, drawable, tk_is_safe
from lanchat.gui.theme import Kit

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


def test_without_a_font_there_is_no_picture(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "FONTS", dict.fromkeys(emoji.FONTS, (("/nowhere.ttf", 109), (__file__, 109))))
    assert EmojiPictures(kit).picture("👍", 19) is None


def test_a_flood_of_ever_new_emoji_is_drawn_bit_by_bit(kit: Kit) -> None:
    now = [0.0]
    pictures = EmojiPictures(kit, clock=lambda: now[0])
    flood = [chr(code) for code in range(0x1F400, 0x1F400 + emoji.MAX_AT_ONCE + 50)]
    assert sum(pictures.picture(one, 12) is not None for one in flood) <= emoji.MAX_AT_ONCE
    assert pictures.picture(flood[-1], 12) is None
    now[0] = 1.0
    assert pictures.picture(flood[-1], 12) is not None


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
    assert drawable("Ana 👍🏽 and 𝒜") == "Ana :thumbs up sign: and :mathematical script capital a:"
    assert drawable("naïve – “ok”") == "naïve – “ok”"
    assert max(map(ord, drawable(f"{FAMILY} 🇩🇪 ⚡ 3️⃣"))) < 0x10000


def test_a_safe_tk_gets_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "tk_is_safe", lambda: True)
    assert drawable("👍🏽") == "👍🏽"
