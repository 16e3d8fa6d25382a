"""Plain text: what people type into nc or the classic tutorial client, as the same frames, and back.

No keys. Text that looks like another's line cannot be forged: each line of a message bears its
author's name, and no name holds a colon.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Final

from lanchat.protocol import frames
from lanchat.protocol.codec import Flaw
from lanchat.protocol.duration import duration
from lanchat.protocol.files import caption, file_in_words
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.limits import MAX_BESIDE, MAX_NICK, MAX_TEXT, PROTOCOL_VERSION, Code
from lanchat.protocol.moderation import Rules
from lanchat.protocol.text import CHANGED_ONE, DELETED_ONE, MADE_ROOM, PINNED_ONE, UNPINNED_ONE, clean_text, one_line

PROMPT: Final = b"This is a lanchat room. Your name?\n"
MAX_WRITE: Final = 1_000  # bytes: the tutorial client decodes pieces of 1,024 bytes one by one
QUIT: Final = ("/quit", "{quit}")  # the other is what the tutorial client sends when its window is closed
HELP: Final = "Known here: /help, /quit. All else is said to everybody, and lanchat can do more."
_COMMAND: Final = re.compile(r"/[a-z]+(\s|$)", re.IGNORECASE)  # no path: those have more of “/”, or stand in a sentence
_TOO_LONG: Final = MAX_TEXT + 1  # characters kept of a longer line: enough to be refused, never said in parts
_MAX_NAMES: Final = 20  # names in the welcome line; more are counted


class PlainDecoder:
    """Before the first newline one chunk is one message (the tutorial client sends none); from then on lines
    count. The first message is the nickname. Holds at most MAX_TEXT + 1 characters."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._by_lines = False
        self._rest = ""
        self._count = 0
        self._joined = False
        self._ended = False

    def receive(self, data: bytes) -> Sequence[ClientFrame | Flaw]:
        text = clean_text(self._utf8.decode(data))
        self._by_lines = self._by_lines or "\n" in text
        if not self._by_lines:
            return self._frames([text])
        *lines, rest = (self._rest + text).split("\n")
        self._rest = rest[:_TOO_LONG]
        return self._frames(lines)

    def joined(self) -> None:
        """The nickname was accepted: what comes now is said. (A refused one is asked for again.)"""
        self._joined = True

    def _frames(self, lines: list[str]) -> list[ClientFrame | Flaw]:
        found: list[ClientFrame | Flaw] = []
        for line in lines:
            text = line[:_TOO_LONG]
            if not text.strip() or self._ended:
                continue
            if text.strip() in QUIT:
                self._ended = True
                found.append(frames.Bye())
            elif not self._joined and not any(isinstance(f, frames.Hello) for f in found):
                found.append(frames.Hello(version=PROTOCOL_VERSION, nick=text.strip()[: MAX_NICK + 1]))
            elif _COMMAND.match(text):
                found.append(Flaw(Code.UNKNOWN_TYPE, HELP))
            else:
                self._count += 1
                found.append(frames.Say(id=str(self._count), text=text))
        return found


def encode_plain(frame: ServerFrame, about: frames.Message | None = None) -> bytes:
    """What a plain-text member reads of `frame`: lines of UTF-8, or nothing. about: the message that it answers, or is
    about, as that reads now; None: none, or no more."""
    lines = _of_entry(frame, about) if isinstance(frame, frames.Entry) else _of_room(frame)
    return "".join(line + "\n" for line in lines).encode()


def about_what(frame: ServerFrame) -> int:
    """The seq of the message that `encode_plain` quotes; 0: it quotes none."""
    match frame:
        case frames.Message(reply=seq) | frames.Reacted(target=seq) | frames.Pinned(target=seq):
            return seq
    return 0


def encode_before(messages: Sequence[frames.Message]) -> bytes:
    """What a plain-text member reads of what was said before they came, as that reads now."""
    return b"".join([b"* Before you came:\n", *map(encode_plain, messages)]) if messages else b""


def _of_entry(entry: frames.Entry, about: frames.Message | None) -> list[str]:
    nick, of = entry.nick, f" {quoted(about)}" if about is not None else ""
    match entry:
        case frames.Message(text=text, file=file):
            said = text if file is None else caption(text, file)
            lines = [f"* {nick} answers{of or ' an earlier message'}"] if entry.reply else []
            lines += [f"* {nick} sent a file: {file_in_words(file)}"] if file is not None else []
            return lines + ([f"{nick}: {line}" for line in said.split("\n")] if said or file is None else [])
        case frames.Edited(text=text):
            return [f"* {nick} {CHANGED_ONE}:", *(f"{nick}: {line}" for line in text.split("\n"))]
        case frames.Reacted(emoji=emoji, on=True):
            return [f"* {nick} reacted with {emoji}" + (of and f" to{of}")]
        case frames.Reacted(emoji=emoji):
            return [f"* {nick} took back {emoji}" + (of and f" from{of}")]
        case frames.Pinned(on=on):
            return [f"* {nick} {PINNED_ONE if on else UNPINNED_ONE}" + (of and f",{of}")]
        case frames.Topic(text=text):
            topic = one_line(text)
            if entry.seq == 1:
                return [f"* {nick} {MADE_ROOM}" + (topic and f": {topic}")]
            return [f"* {nick} set the topic: {topic}" if topic else f"* {nick} took the topic away"]
        case frames.Archived(on=on):
            return [f"* {nick} archived the room" if on else f"* {nick} opened the room again"]
    return [f"* {nick} {DELETED_ONE}"]


def quoted(message: frames.Message) -> str:
    """Who said what, on one line, the long cut."""
    text = one_line(message.text)
    return f"{message.nick}: “{text if len(text) <= MAX_BESIDE else text[: MAX_BESIDE - 1].rstrip() + '…'}”"


def _of_room(frame: ServerFrame) -> list[str]:
    match frame:
        case frames.Presence(changes=changes):
            return list(filter(None, map(_change, changes)))
        case Rules(slow=slow, closed=closed) if slow or closed:
            rules = [f"one message every {duration(slow)}"] if slow else []
            return ["* Now: " + ", ".join(rules + (["nobody new comes in"] if closed else []))]
        case frames.Welcome(nick=nick, name=name):
            return [f"* Welcome to {name}, {nick}. /quit leaves, /help tells more."]
        case frames.Roster(members=members, first=True):
            names = ", ".join(m.nick for m in members[:_MAX_NAMES])
            more = f" and {len(members) - _MAX_NAMES} more" if len(members) > _MAX_NAMES else ""
            return [f"* Here now: {names}{more}"]
        case frames.Refused(detail=detail, suggestion=suggestion):
            return [f"* {detail}" + (f" How about “{suggestion}”?" if suggestion else "")]
        case frames.Error(detail=detail) | frames.Bye(detail=detail) if detail:
            return [f"* {detail}"]
    return []


def _change(change: frames.Change) -> str:
    match change.change:
        case "renamed":
            return f"* {change.was} is now {change.nick}"
        case "left" if change.by:
            return f"* {change.by} put {change.nick} out. {change.why}".rstrip()
        case "joined" | "left":
            return f"* {change.nick} {change.change}"
    return ""


def first_piece(data: bytes, size: int = MAX_WRITE) -> bytes:
    """The front of `data` (UTF-8) in less than `size` bytes, cut behind a line's end where possible, else between
    characters, never inside one."""
    if len(data) < size:
        return data
    end = data.rfind(b"\n", 0, size - 1) + 1 or size - 1
    while data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
