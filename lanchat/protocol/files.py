"""What a file in a room is: name, size and digest; names made safe for every system, and how people read of it; pure.

No name that came over the wire is ever a path: `safe_name` makes one that can stand in a folder.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from msgspec import Meta, Struct

from lanchat.protocol import limits
from lanchat.protocol.emoji import cut_bytes
from lanchat.protocol.fields import Count, Digest
from lanchat.protocol.text import one_line

_MAX_SUFFIX: Final = 16  # bytes of an ending that is kept when a name is cut: “.sqlite3-journal”
_NO_NAME: Final = "file"
# Of Windows, whose folders the others share: signs that no name may hold, and names that are devices, with any ending
_SIGNS: Final = re.compile(r'[<>:"/\\|?*]')
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
# What no name may hold on the wire: separators, control characters, marks that turn the direction, half surrogates
_HOSTILE: Final = re.compile("[/\\\\\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB", "PB")

Side = Annotated[int, Meta(ge=0, le=limits.MAX_SIDE)]


class File(Struct, frozen=True, omit_defaults=True):
    """Of an entry. size: bytes. sha256: of its bytes, 64 hex digits. width, height: pixels of a picture, by the word of
    who sent it; 0: no picture, or unknown."""

    name: Annotated[str, Meta(min_length=1, max_length=limits.MAX_FILE_NAME)]
    size: Count
    sha256: Digest
    width: Side = 0
    height: Side = 0


def may_be_named(name: str) -> bool:
    """Whether an entry's file may have this name."""
    return not _HOSTILE.search(name) and bool(one_line(name)) and len(name.encode()) <= limits.MAX_FILE_NAME


def safe_name(raw: str) -> str:
    """`raw` as the name of one file on every system: no folder, device, hidden file, sign that Windows forbids, nor
    character that cannot be seen; never empty; at most MAX_FILE_NAME bytes of UTF-8, the ending kept."""
    last = re.split(r"[/\\]", raw[-4 * limits.MAX_FILE_NAME :])[-1]
    name = _trimmed(_SIGNS.sub("_", one_line(unicodedata.normalize("NFC", one_line(last)))))
    if _DEVICE.match(name):
        name = f"_{name}"
    return _cut(name, limits.MAX_FILE_NAME) or _NO_NAME


def _trimmed(name: str) -> str:
    return name.strip(" .")  # Windows drops those at the end; in front they hide a file


def numbered(name: str, number: int) -> str:
    """“plan (2).pdf”: another name, for where the first is taken."""
    stem, suffix = _parts(name)
    mark = f" ({number})"
    return _cut_bytes(stem, limits.MAX_FILE_NAME - len((mark + suffix).encode())) + mark + suffix


def _cut(name: str, size: int) -> str:
    if len(name.encode()) <= size:
        return name
    stem, suffix = _parts(name)
    return _trimmed(_cut_bytes(stem, size - len(suffix.encode())) + suffix)


def _parts(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and len(suffix.encode()) <= _MAX_SUFFIX else (name, "")


def _cut_bytes(text: str, size: int) -> str:
    return cut_bytes(text, max(0, size)).rstrip(" .")


def size_in_words(size: int) -> str:
    """“2.3 MB”, in powers of 1,000."""
    amount, unit = float(size), 0
    while round(amount, 1) >= 1_000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1_000, unit + 1
    return f"{size:,} {_UNITS[0]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def too_large(size: int, limit: int) -> str:
    """Why a server that takes files of at most `limit` bytes does not take one of `size`; empty: it does."""
    if not limit:
        return "This server takes no files."
    if size > limit:
        return f"A file may have {size_in_words(limit)} here, this one has {size_in_words(size)}."
    return ""


def file_in_words(file: File) -> str:
    """“plan.pdf (2.3 MB)”."""
    return f"{safe_name(file.name)} ({size_in_words(file.size)})"


def caption(text: str, file: File) -> str:
    """What was said with a file; its name alone says nothing more."""
    return "" if text == file.name else text
