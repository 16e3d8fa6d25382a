"""Commands as people type them (“/ban Ana 2h spam”), and the actions they stand for; pure, it does nothing.

The terminal, the window and `lanchat admin` share them. What only one of them knows (who said what last) is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

from lanchat.errors import LocalProtocolError
from lanchat.pin import clean_pin
from lanchat.protocol import moderation as acts
from lanchat.protocol.duration import duration, parse_duration
from lanchat.protocol.limits import MAX_REASON, MAX_SANCTION, MAX_SLOW, MAX_WHO, Code
from lanchat.protocol.moderation import NEEDS, Action, Role
from lanchat.protocol.text import fold_nick

BAN: Final = 24 * 3600  # s, where no length is given
MUTE: Final = 10 * 60
INVITATION: Final = 7 * 24 * 3600
_WORD: Final = re.compile(r"/([a-z]+)(?:\s+(.*))?", re.DOTALL)
Words = Sequence[str]
LastSaid = Callable[[str], int | None]  # from a nickname to the seq of their latest message


class Command(NamedTuple):
    """usage: what stands behind its name. names: whether a nickname comes first."""

    usage: str
    help: str
    names: bool
    action: Callable[[Words], Action]
    needs: Role


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
    if seconds is None:
        return words[0], usual, _reason(words[1:])
    if not 0 < seconds <= MAX_SANCTION:
        raise _invalid(f"Say a time up to {duration(MAX_SANCTION)}, like 10m, 2h or 7d.")
    return words[0], seconds, _reason(words[2:])


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


COMMANDS: Final[dict[str, Command]] = {
    name: Command(usage, text, names, action, NEEDS[kind])
    for name, usage, text, names, action, kind in (
        ("kick", "NICK [WHY]", "put somebody out; they may come back", True,
         lambda w: acts.Kick(w[0], _reason(w[1:])), acts.Kick),
        ("ban", "NICK [TIME] [WHY]", f"put somebody out and keep them out (for {duration(BAN)}, or 2h, 7d …)", True,
         lambda w: acts.Ban(*_timed(w, BAN)), acts.Ban),
        ("unban", "NICK", "let somebody come back", True, lambda w: acts.Unban(w[0]), acts.Unban),
        ("bans", "", "who is banned or muted, and until when", False, lambda _: acts.Bans(), acts.Bans),
        ("mute", "NICK [TIME] [WHY]", f"take nothing of what somebody says (for {duration(MUTE)}, or 2h …)", True,
         lambda w: acts.Mute(*_timed(w, MUTE)), acts.Mute),
        ("unmute", "NICK", "let somebody speak again", True, lambda w: acts.Unmute(w[0]), acts.Unmute),
        ("slow", "TIME|off", "one message of each member in so much time", False, _slow, acts.Slow),
        ("lock", "", "let nobody new in", False, lambda _: acts.Lock(on=True), acts.Lock),
        ("unlock", "", "let everybody in again", False, lambda _: acts.Lock(on=False), acts.Lock),
        ("delete", "NICK|NUMBER", "blank the latest message of somebody, or the one with this number", True,
         lambda w: acts.Delete(int(w[0])), acts.Delete),
        ("invite", "[TIME] [many]", "make a link that lets somebody in without the PIN", False, _invite, acts.Invite),
        ("moderator", "NICK [off]", "make somebody a moderator, or no longer", True,
         lambda w: acts.Appoint(w[0], moderator=w[1:] != ["off"]), acts.Appoint),
        ("pin", "PIN|off", "give the room another PIN, or none", False, _pin, acts.Pin),
        ("close", "[WHY]", "put everybody out and end the server", False,
         lambda w: acts.Close(_reason(w)), acts.Close),
    )
}  # fmt: skip


def parse(line: str, people: Collection[str], last_said: LastSaid) -> Action | None:
    """The action of a typed line; None: it is no command. people: nicknames, which may hold spaces. Raises
    LocalProtocolError: there is no such command, or something is wrong with it."""
    match = _WORD.fullmatch(line.rstrip())
    if match is None:
        return None
    name, rest = match[1], (match[2] or "").strip()
    if name not in COMMANDS:
        raise _invalid(f"There is no command /{name}. Type /help for those that there are.")
    words = rest.split()
    if COMMANDS[name].names and rest:
        who, rest = _first_name(rest, people)
        words = [who, *rest.split()]
    return action(name, words, last_said)


def action(name: str, words: Words, last_said: LastSaid) -> Action:
    """Of a command and the words behind it; a nickname is one word. Raises LocalProtocolError."""
    command = COMMANDS[name]
    words = list(words)
    if (command.names or command.usage[:1] not in ("", "[")) and not words:
        raise _invalid(f"Say /{name} {command.usage}.")
    if not command.usage and words:
        raise _invalid(f"/{name} stands alone.")
    if command.names:
        words[0] = words[0].removeprefix("@")
        if not 0 < len(words[0]) <= MAX_WHO:
            raise _invalid(f"There is nobody called “{words[0][:MAX_WHO]}” here.")
    if name == "delete" and not re.fullmatch("[1-9][0-9]{0,14}", words[0]):
        seq = last_said(words[0])
        if seq is None:
            raise _invalid(f"No message of “{words[0]}” is at hand.")
        words[0] = str(seq)
    return command.action(words)


def _first_name(rest: str, people: Collection[str]) -> tuple[str, str]:
    """The nickname that `rest` begins with, and what follows: in quotes, else the longest of those known, else the
    first word."""
    if rest[0] in '"“' and (end := max(rest.find('"', 1), rest.find("”", 1))) > 0:
        return rest[1:end], rest[end + 1 :].strip()
    folded = {fold_nick(nick): nick for nick in people}
    words = rest.split()
    for count in range(len(words), 1, -1):
        name = " ".join(words[:count]).removeprefix("@")
        if len(name) <= MAX_WHO and fold_nick(name) in folded:
            return folded[fold_nick(name)], " ".join(words[count:])
    return words[0], " ".join(words[1:])


def help_lines(role: str) -> list[str]:
    """What somebody with this role may type, a line each."""
    rank = next((r.rank for r in Role if r.value == role), 0)
    return [f"/{name} {c.usage}".rstrip() + f" – {c.help}" for name, c in COMMANDS.items() if c.needs.rank <= rank]
