"""Commands as people type them (“/ban Ana 2h spam”), and what they stand for; pure, it does nothing.

The terminal, the window and `lanchat admin` share them. What only one of them knows (who said what last) is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final, Literal, NamedTuple

from msgspec import structs

from lanchat.client.shortcodes import expand
from lanchat.errors import LocalProtocolError
from lanchat.pin import clean_pin
from lanchat.protocol import moderation as acts
from lanchat.protocol import rooms
from lanchat.protocol.duration import duration, parse_duration
from lanchat.protocol.frames import Edit, React, Say, Status, Word
from lanchat.protocol.limits import MAX_REASON, MAX_SANCTION, MAX_SLOW, MAX_STATUS, MAX_TOPIC, MAX_WHO, Code
from lanchat.protocol.moderation import NEEDS, Action, Role
from lanchat.protocol.presence import State
from lanchat.protocol.rooms import RoomAction
from lanchat.protocol.text import fold_nick

BAN: Final = 24 * 3600  # s, where no length is given
MUTE: Final = 10 * 60
INVITATION: Final = 7 * 24 * 3600
_WORD: Final = re.compile(r"/([a-z]+)(?:\s+(.*))?", re.DOTALL)
Words = Sequence[str]
LastSaid = Callable[[str], int | None]  # from a nickname, empty: ours, to the seq of their latest message
Deed = Action | RoomAction | Word | Status  # what Client.do takes
_OF_A_ROOM: Final = (
    Say,
    Edit,
    React,
    acts.Delete,
    rooms.Part,
    rooms.SetTopic,
    rooms.Archive,
    rooms.Keep,
)  # where they are typed
FIRST: Final = "lobby"  # where what is typed means the first room


First = Literal["", "who", "message", "own"]


class Command(NamedTuple):
    """usage: what stands behind its name. first: what its first word names. needs None: everybody may, of their own.
    text: what follows is one piece, as it was typed."""

    usage: str
    help: str
    first: First
    deed: Callable[[Words], Deed]
    needs: Role | None
    text: bool = False


def _invalid(detail: str) -> LocalProtocolError:
    return LocalProtocolError(code=Code.INVALID, detail=detail)


def _reason(words: Words) -> str:
    reason = " ".join(words)
    if len(reason) > MAX_REASON:
        raise _invalid(f"A reason has at most {MAX_REASON} characters.")
    return reason


def _timed(words: Words, usual: int) -> tuple[str, int, str]:
    """Who, how long, why."""
    seconds = parse_duration(words[1]) if len(words) > 1 else None
    if seconds is None and not (len(words) > 1 and words[1][0].isdigit()):
        return words[0], usual, _reason(words[1:])
    if seconds is None or words[1].isdigit() or not 0 < seconds <= MAX_SANCTION:  # “7 days” is no 7 seconds
        raise _invalid(f"Say a time up to {duration(MAX_SANCTION)}, like 10m, 2h or 7d.")
    return words[0], seconds, _reason(words[2:])


def in_italics(text: str) -> str:
    """As “/me” says it. What stands between two marks of italics holds no line break."""
    return f"_{' '.join(text.split(chr(10)))}_"


def _room(word: str) -> str:
    return rooms.clean_name(word)


def _topic(words: Words) -> str:
    topic = " ".join(words)
    if len(topic) > MAX_TOPIC:
        raise _invalid(f"A topic has at most {MAX_TOPIC} characters.")
    return topic


def _status(state: State, words: Words) -> Status:
    text = " ".join(words)
    if len(text) > MAX_STATUS:
        raise _invalid(f"That has at most {MAX_STATUS} characters.")
    return Status(state, text)


def _slow(words: Words) -> Action:
    seconds = 0 if words[0] == "off" else parse_duration(words[0])
    if seconds is None or seconds > MAX_SLOW:
        raise _invalid(f"Say how long to wait between two messages, up to {duration(MAX_SLOW)}, or off.")
    return acts.Slow(seconds)


def _pin(words: Words) -> Action:
    return acts.Pin("" if words[0] == "off" else clean_pin("".join(words)))


def _invite(words: Words) -> Action:
    """“/invite 2h many”: the words in any order."""
    uses: int | None = 1
    seconds = INVITATION
    for word in words:
        if word == "many":
            uses = None
        elif (length := parse_duration(word)) is not None and 0 < length <= MAX_SANCTION:
            seconds = length
        else:
            raise _invalid("Say how long it holds, like 2h or 7d, and “many” if any number may come by it.")
    return acts.Invite(seconds, uses)


_TALK: Final[dict[str, Command]] = {
    "reply": Command(
        "NICK|NUMBER TEXT",
        "answer the latest message of somebody, or the one with this number",
        "message",
        lambda w: Say("", w[1], reply=int(w[0])),
        None,
        text=True,
    ),
    "edit": Command(
        "TEXT", "say your latest message otherwise", "own", lambda w: Edit("", int(w[0]), w[1]), None, True
    ),
    "me": Command("TEXT", "say what you do, in italics", "", lambda w: Say("", in_italics(w[0])), None, True),
    "react": Command(
        "NICK|NUMBER EMOJI [off]",
        "put an emoji below a message, or take yours away",
        "message",
        lambda w: React("", int(w[0]), expand(w[1]), w[2:] != ["off"]),
        None,
    ),
    "away": Command("[TEXT]", "show others that you are away, and why", "", lambda w: _status("away", w), None),
    "busy": Command("[TEXT]", "the same, and be told of nothing meanwhile", "", lambda w: _status("busy", w), None),
    "back": Command("", "be here again", "", lambda _: Status(), None),
}
_ROOMS: Final[dict[str, Command]] = {
    "create": Command("ROOM [TOPIC]", "make a room", "", lambda w: rooms.Create(_room(w[0]), _topic(w[1:])), None),
    "join": Command("ROOM", "enter a room that there is", "", lambda w: rooms.Enter(_room(w[0])), None),
    "part": Command("", "leave this room", "", lambda _: rooms.Part(FIRST), None),
    "topic": Command(
        "[TEXT]", "say what this room is about, or take it back", "", lambda w: rooms.SetTopic(FIRST, _topic(w)), None
    ),
    "keep": Command(
        "NICK|NUMBER [off]",
        "pin a message, so that all find it, or unpin it",
        "message",
        lambda w: rooms.Keep(int(w[0]), on=w[1:] != ["off"]),
        None,
    ),
    "archive": Command(
        "[off]", "let nothing more be said in this room", "", lambda w: rooms.Archive(FIRST, w != ["off"]), None
    ),
}
_Row = tuple[str, str, str, First, Callable[[Words], Deed], type]
_MODERATION: Final[Sequence[_Row]] = (
    ("kick", "NICK [WHY]", "put somebody out; they may come back", "who",
     lambda w: acts.Kick(w[0], _reason(w[1:])), acts.Kick),
    ("ban", "NICK [TIME] [WHY]", f"put somebody out and keep them out (for {duration(BAN)}, or 2h, 7d …)", "who",
     lambda w: acts.Ban(*_timed(w, BAN)), acts.Ban),
    ("unban", "NICK", "let somebody come back", "who", lambda w: acts.Unban(w[0]), acts.Unban),
    ("bans", "", "who is banned or muted, and until when", "", lambda _: acts.Bans(), acts.Bans),
    ("mute", "NICK [TIME] [WHY]", f"take nothing of what somebody says (for {duration(MUTE)}, or 2h …)", "who",
     lambda w: acts.Mute(*_timed(w, MUTE)), acts.Mute),
    ("unmute", "NICK", "let somebody speak again", "who", lambda w: acts.Unmute(w[0]), acts.Unmute),
    ("slow", "TIME|off", "one message of each member in so much time", "", _slow, acts.Slow),
    ("lock", "", "let nobody new in", "", lambda _: acts.Lock(on=True), acts.Lock),
    ("unlock", "", "let everybody in again", "", lambda _: acts.Lock(on=False), acts.Lock),
    ("delete", "NICK|NUMBER", "blank the latest message of somebody, or the one with this number", "message",
     lambda w: acts.Delete(int(w[0])), acts.Delete),
    ("invite", "[TIME] [many]", "make a link that lets somebody in without the PIN", "", _invite, acts.Invite),
    ("moderator", "NICK [off]", "make somebody a moderator, or no longer", "who",
     lambda w: acts.Appoint(w[0], moderator=w[1:] != ["off"]), acts.Appoint),
    ("pin", "PIN|off", "give the room another PIN, or none", "", _pin, acts.Pin),
    ("close", "[WHY]", "put everybody out and end the server", "",
     lambda w: acts.Close(_reason(w)), acts.Close),
)  # fmt: skip
COMMANDS: Final[dict[str, Command]] = {
    **_TALK,
    **_ROOMS,
    **{name: Command(usage, text, first, deed, NEEDS[kind]) for name, usage, text, first, deed, kind in _MODERATION},
}


def parse(line: str, people: Collection[str], last_said: LastSaid, room: str = "") -> Deed | None:
    """What a typed line stands for; None: it is no command. people: nicknames, which may hold spaces. room: where it
    was typed, empty: in the first. Raises LocalProtocolError: there is no such command, or something is wrong with
    it."""
    match = _WORD.fullmatch(line.rstrip())
    if match is None:
        return None
    name, rest = match[1], (match[2] or "").strip()
    command = COMMANDS.get(name)
    if command is None:
        raise _invalid(f"There is no command /{name}. Type /help for those that there are.")
    words = []
    if command.first in ("who", "message") and rest:
        who, rest = first_name(rest, people)
        words = [who]
    words += ([rest] if rest else []) if command.text else rest.split()
    return deed(name, words, last_said, room)


def deed(name: str, words: Words, last_said: LastSaid, room: str = "") -> Deed:
    """Of a command and the words behind it; a nickname is one word. Raises LocalProtocolError."""
    command = COMMANDS[name]
    words = list(words)
    least = len([part for part in command.usage.split() if not part.startswith("[")])
    if len(words) < least:
        raise _invalid(f"Say /{name} {command.usage}.")
    if not command.usage and words:
        raise _invalid(f"/{name} stands alone.")
    if command.first in ("who", "message"):
        words[0] = words[0].removeprefix("@")
        if not 0 < len(words[0]) <= MAX_WHO:
            raise _invalid(f"There is nobody called “{words[0][:MAX_WHO]}” here.")
    if command.first == "own":
        words = [_message("", last_said), *words]
    elif command.first == "message":
        words[0] = _message(words[0], last_said)
    wanted = command.deed(words)
    return structs.replace(wanted, room=room) if room and isinstance(wanted, _OF_A_ROOM) else wanted


def _message(of: str, last_said: LastSaid) -> str:
    """The number of a message: itself, or that of the latest of somebody, empty: of ourselves."""
    if re.fullmatch("[1-9][0-9]{0,14}", of):
        return of
    seq = last_said(of)
    if seq is None:
        raise _invalid(f"No message of {f'“{of}”' if of else 'yours'} is at hand.")
    return str(seq)


def first_name(rest: str, people: Collection[str]) -> tuple[str, str]:
    """The nickname that `rest` begins with, and what follows: in quotes, else the longest of those known, else the
    first word."""
    if rest[0] in '"“' and (end := max(rest.find('"', 1), rest.find("”", 1))) > 0:
        return rest[1:end], rest[end + 1 :].strip()
    folded = {fold_nick(nick): nick for nick in people}
    words = list(re.finditer(r"\S+", rest))
    for count in range(len(words), 0, -1):
        name, end = rest[: words[count - 1].end()].removeprefix("@"), words[count - 1].end()
        if count == 1 or (len(name) <= MAX_WHO and fold_nick(name) in folded):
            return folded.get(fold_nick(name), name), rest[end:].strip()
    return "", ""  # of white space alone, which nobody passes


def allowed(role: Role) -> dict[str, Command]:
    """What somebody with this role may type, by name."""
    return {name: c for name, c in COMMANDS.items() if c.needs is None or c.needs.rank <= role.rank}


def help_lines(role: Role) -> list[str]:
    """The same, a line each."""
    return [f"/{name} {c.usage}".rstrip() + f" – {c.help}" for name, c in allowed(role).items()]
