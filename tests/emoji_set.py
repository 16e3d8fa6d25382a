"""Draws the set of emoji that lanchat brings: `python -m tests.emoji_set`, on Debian with fonts-noto-color-emoji.

It writes sheet.webp and index.txt (see lanchat/gui/kit/emoji_sources.py); OFL.txt beside them is the font's licence.
In the set is what has a short name, and what people use beyond that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from lanchat.client.emoji_names import NAMES
from lanchat.gui.kit.emoji_sources import CELL, SET, ColourFont, find_font

COLUMNS: Final = 24
QUALITY: Final = 85  # of WebP; at 64 px no difference is seen from 100, which is twice as large
BEYOND: Final = """
🇦🇪 🇦🇷 🇦🇹 🇦🇺 🇧🇩 🇧🇪 🇧🇬 🇧🇷 🇨🇦 🇨🇭 🇨🇱 🇨🇳 🇨🇴 🇨🇿 🇩🇪 🇩🇰 🇪🇪 🇪🇬 🇪🇸 🇫🇮 🇫🇷 🇬🇧 🇬🇷 🇭🇰 🇭🇷 🇭🇺
🇮🇩 🇮🇪 🇮🇱 🇮🇳 🇮🇷 🇮🇸 🇮🇹 🇯🇵 🇰🇪 🇰🇷 🇱🇹 🇱🇺 🇱🇻 🇲🇦 🇲🇽 🇲🇾 🇳🇬 🇳🇱 🇳🇴 🇳🇿 🇵🇭 🇵🇰 🇵🇱 🇵🇹 🇷🇴 🇷🇸
🇷🇺 🇸🇦 🇸🇪 🇸🇬 🇸🇮 🇸🇰 🇹🇭 🇹🇷 🇹🇼 🇺🇦 🇺🇸 🇻🇳 🇿🇦 🏳️ 🏴 👨‍👩‍👦 👨‍👩‍👧 👨‍👩‍👧‍👦
👩‍👩‍👦 👩‍👩‍👧‍👦 👨‍👨‍👦 👨‍👨‍👧‍👦 👩‍👧 👩‍👦 👨‍👧 👨‍👦 👫 🧑‍🤝‍🧑
💑 👩 👨 🧑 👧 👦 🤰 👨‍💻 👩‍💻 🧑‍🔬 👨‍🔬 🧑‍🏫 🧑‍🎓 🧑‍🔧 🧑‍🎨 🧑‍🚀
🧑‍🍳 🧑‍🚒 🤷‍♀️ 🤷‍♂️ 🤦‍♀️ 🤦‍♂️ 🙋‍♀️ 🙋‍♂️ 🎅 ☝️ ✍️ 🖐️ 👐 🤲 🤏 🤘 🫶 🫡
🥲 🫠 😗 😝 🤑 🤮 🤥 😧 😦 😣 😾 👋 💋 🤍 🤎 💕 💖 💗 💘 💝 💞 💓 ♥️ ❤️‍🔥
❤️‍🩹 💟 0️⃣ 6️⃣ 7️⃣ 8️⃣ 9️⃣ 🔟 *️⃣ ✔️ ❎ ‼️ ⁉️ ❔ ❕ ⭕ 🟣 ⚫ ⚪ 🟤 ↩️ 🔁 🔝
🔜 ▶️ ⏸️ 🅿️ ℹ️ 🐈‍⬛ 🌎 🍦
"""


def sequences() -> list[str]:
    """In the order of the sheet."""
    return list(dict.fromkeys([*NAMES, *BEYOND.split()]))


def sheet(font: ColourFont, emoji: list[str]) -> Image.Image:
    """Row by row. Raises ValueError for what the font lacks."""
    rows = -(-len(emoji) // COLUMNS)
    whole = Image.new("RGBA", (COLUMNS * CELL[0], rows * CELL[1]), (0, 0, 0, 0))
    for number, one in enumerate(emoji):
        drawn = font.picture(one)
        if drawn is None:
            raise ValueError(f"the font has no {one}")
        row, column = divmod(number, COLUMNS)
        whole.paste(drawn.resize(CELL, Image.Resampling.LANCZOS), (column * CELL[0], row * CELL[1]))
    return whole


def main() -> None:
    folder, font, emoji = Path(str(SET)), find_font(), sequences()
    if font is None:
        raise SystemExit("no colour font is found; on Debian: apt install fonts-noto-color-emoji")
    folder.mkdir(exist_ok=True)
    sheet(font, emoji).save(folder / "sheet.webp", quality=QUALITY, method=6)
    rows = (" ".join(emoji[start : start + COLUMNS]) for start in range(0, len(emoji), COLUMNS))
    (folder / "index.txt").write_text("".join(f"{row}\n" for row in rows), "utf-8")
    print(f"{len(emoji)} emoji, {(folder / 'sheet.webp').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
