"""What a nickname, a message and a server's name may hold; pure rules, the same on both sides of the wire."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from typing import Final

from lanchat.errors import LocalProtocolError
from lanchat.protocol.emoji import cut, cut_bytes, sequences
from lanchat.protocol.limits import MAX_EMOJI, MAX_NICK, MAX_SERVER_NAME, MAX_TEXT, Code

CHANGED_ONE: Final = "changed a message"  # what somebody did, behind their name
DELETED_ONE: Final = "deleted a message"  # what somebody did, behind their name
MADE_ROOM: Final = "made this room"  # a room's first entry says so, with its topic
PINNED_ONE: Final = "pinned a message"
UNPINNED_ONE: Final = "unpinned a message"
NO_LONGER_KEPT: Final = "(no longer kept)"  # shown for an entry whose text was redacted: it is empty then

# C0 but tab and newline, DEL, C1: they move cursors, ring bells and fake lines in terminals. Half surrogates
# (a shell's undecodable bytes) have no UTF-8.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Control, format (bidi, invisible), surrogate, private, not assigned (many draw nothing), line, paragraph separators
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_NO_EMOJI: Final = _UNSEEN - {"Cf"}  # joiners make one picture of several
# A leading one of these starts a notice, a command or a mention somewhere; a colon ends a name in plain text
_RAW: Final = 4  # times as long a name may be as it comes: accents apart, spaces to be taken away
_NO_START: Final = "*/{@#<"
# Letters, symbols and marks that draw nothing
_BLANK: Final = "\u3164\u115f\u1160\u2800\uffa0\ufffc\U00016fe4\U0001d159\U0001bc9d\u2d7f\U0001107f"
# What draws nothing by itself: emoji and some scripts need it, but it makes no other name (nor do joiners and tags,
# which not every screen can draw)
_SELECTORS: Final = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180d\u180f\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)


def clean_nick(raw: str) -> str:
    """A nickname in the form that is kept: NFC, single spaces. Raises LocalProtocolError(NICK_INVALID)."""
    if len(raw) > _RAW * MAX_NICK:  # first of all: normalizing takes time that grows with the square
        raise _invalid_nick(f"A name has at most {MAX_NICK} characters.")
    if _seen(raw, " ") != raw or any(c in _BLANK for c in raw):
        raise _invalid_nick("A name cannot hold line breaks, control or invisible characters.")
    nick = " ".join(unicodedata.normalize("NFC", raw).split())
    if not nick:
        raise _invalid_nick("Please enter a name.")
    if len(nick) > MAX_NICK:
        raise _invalid_nick(f"A name has at most {MAX_NICK} characters.")
    plain = unicodedata.normalize("NFKC", nick)  # wide and small forms of these signs look like them
    if ":" in plain or plain[0] in _NO_START or unicodedata.category(nick[0]).startswith("M"):
        raise _invalid_nick("A name cannot hold a colon, nor start with a lone accent or one of * / { @ # <.")
    return nick


def _invalid_nick(detail: str) -> LocalProtocolError:
    return LocalProtocolError(code=Code.NICK_INVALID, detail=detail)


def fold_nick(nick: str) -> str:
    """Two nicknames that fold alike count as the same."""
    nick = nick[: _RAW * MAX_NICK]  # of a server that keeps no limits
    folded = unicodedata.normalize("NFKC", _SELECTORS.sub("", nick)).casefold()
    return unicodedata.normalize("NFKC", folded)  # again: what casefold takes apart


def free_nick(nick: str, taken: Container[str]) -> str:
    """A nickname near `nick` that is not in `taken`: “Ana 2”, “Ana 3” …"""
    number = 2
    while True:
        suffix = f" {number}"
        proposal = (cut(nick, MAX_NICK - len(suffix)).rstrip() + suffix).lstrip()
        if proposal not in taken:
            return proposal
        number += 1


def check_text(text: str) -> None:
    """Raises LocalProtocolError unless `text` may be said as it stands."""
    if len(text) > MAX_TEXT:
        raise LocalProtocolError(
            code=Code.TEXT_TOO_LONG, detail=f"A message has at most {MAX_TEXT:,} characters, this one {len(text):,}."
        )
    if not text.isprintable() and _CONTROL.search(text):  # most are: 0.06 us for 100 characters instead of 0.35
        raise LocalProtocolError(code=Code.TEXT_CONTROL, detail="A message cannot hold control characters.")
    if not text or text.isspace():
        raise LocalProtocolError(code=Code.TEXT_EMPTY, detail="The message is empty.")


def check_emoji(emoji: str) -> None:
    """Raises LocalProtocolError unless `emoji` may stand below a message: one picture, not words."""
    pictures = any(unicodedata.category(c) == "So" or c == "\u20e3" for c in emoji[: MAX_EMOJI + 1])
    words = any(c.isspace() or c.isalpha() or c in _BLANK or unicodedata.category(c) in _NO_EMOJI for c in emoji)
    if not 0 < len(emoji) <= MAX_EMOJI or not pictures or words:
        raise LocalProtocolError(code=Code.EMOJI_INVALID, detail="A reaction is one emoji.")


def clean_text(raw: str) -> str:
    """`raw` with the system's line ends made newlines, and without control characters (a paste may hold both)."""
    return _CONTROL.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(raw: str) -> str:
    """`raw` without line breaks, invisible characters, or marks that turn the direction of what follows."""
    return " ".join(_seen(raw, " ").split())


def _seen(raw: str, instead: str) -> str:
    """`raw` with `instead` for what nobody sees: also joiners and tags, but within an emoji."""
    parts, place = [], 0
    for found in (*sequences(raw), None):
        end = found.start() if found else len(raw)
        parts += [instead if unicodedata.category(c) in _UNSEEN else c for c in raw[place:end]]
        if found:
            parts.append(found[0])
            place = found.end()
    return "".join(parts)


def clean_server_name(raw: str, fallback: str = "lanchat") -> str:
    """A server's name as it may be announced: no control, bidi or invisible characters, at most
    MAX_SERVER_NAME bytes of UTF-8, cut at the border of a
    character or an emoji; `fallback` where nothing is left."""
    seen = _seen(raw[: _RAW * MAX_SERVER_NAME], "")
    name = cut_bytes(" ".join(unicodedata.normalize("NFC", seen).split()), MAX_SERVER_NAME).rstrip()
    return name if name.strip(_BLANK) else fallback
