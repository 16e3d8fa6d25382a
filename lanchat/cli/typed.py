"""What is typed in a chat in the terminal, and done: said, or a command; it reads no keyboard and prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec.structs import replace

from lanchat.cli import one_line
from lanchat.cli.screen_lines import Line, ScreenLines, notice
from lanchat.client import events
from lanchat.client.commands import Deed, allowed, first_name, help_lines, parse
from lanchat.client.shortcodes import expand
from lanchat.errors import LocalProtocolError
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.room import RoomModel
from lanchat.protocol.limits import Code
from lanchat.protocol.presence import Status
from lanchat.protocol.rooms import Create, Enter
from lanchat.protocol.text import check_text, fold_nick

_LOCAL: Final = {
    "help": "/help – this list",
    "rooms": "/rooms – which there are, with what is new in them",
    "msg": "/msg NICK [TEXT] – talk with somebody alone",
    "who": "/who – who is here",
    "nick": "/nick NAME – call yourself otherwise",
    "quit": "/quit – leave",
}
_NOTES: Final = (
    "/join also goes to a room, or to a conversation (@NICK), that you are in. NUMBER is what stands behind the time.",
    "A space in front of “/” says the line as it stands. Tab completes, Alt+Enter breaks the line, Ctrl-D leaves.",
)


class Doer(Protocol):
    """What it needs of lanchat.client.Client."""

    def say(self, text: str, reply: int = 0, room: str = "") -> str: ...
    def do(self, deed: Deed) -> str: ...
    def direct(self, *keys: str) -> str: ...
    def rename(self, nick: str) -> None: ...


class Extra(Protocol):
    """The commands of one more subject. names: without “/”. help: a line for each."""

    names: Sequence[str]
    help: Sequence[str]

    def command(self, line: str) -> str | None:
        """Does what a line with “/” wants, and tells so (empty: nothing is to be told yet); None: it is another
        one's. Raises LanchatError."""

    def told(self, event: events.Event, /) -> Sequence[str]:
        """Takes an event in; what is to be shown of it."""


class Typed:
    """clock: s since 1970. last: others may learn when we were here last."""

    def __init__(
        self,
        client: Doer,
        model: ChatModel,
        screen: ScreenLines,
        clock: Callable[[], float],
        extras: Sequence[Extra],
        *,
        last: bool = True,
    ) -> None:
        self._client, self._model, self._screen = client, model, screen
        self._clock, self._extras, self._last = clock, extras, last
        self._going: dict[str, str] = {}  # ids of what was asked, whose room is to be opened, and what to say there
        self.leaving = False  # “/quit” was typed

    def names(self) -> list[str]:
        """Of the commands that our role allows."""
        return [*_LOCAL, *allowed(self._model.role), *(name for extra in self._extras for name in extra.names)]

    def take(self, line: str) -> list[Line]:
        """Does what the line wants; what is to be shown at once. Raises LanchatError: what is wrong with it."""
        as_typed, line = line, expand(line)
        if not line.startswith("/"):
            self._say(line)
            return []
        match line.rstrip().split(maxsplit=1):
            case ["/help", *_]:
                return self._help()
            case ["/quit"]:
                self.leaving = True
                return []
            case ["/who"]:
                return [notice(f"Here: {', '.join(self._people())}")]
            case ["/rooms"]:
                return self._rooms()
            case ["/join", name] if room := self._followed(name):
                return self._open(room.name)
            case ["/msg", rest]:
                return self._talk_with(*first_name(rest, self._nicks()))
            case ["/nick", nick]:
                self._client.rename(nick)
                return []
            case [("/nick" | "/msg") as name]:
                raise _invalid(f"Say {_LOCAL[name[1:]].split(' – ')[0]}.")
        for extra in self._extras:
            if (told := extra.command(as_typed)) is not None:  # a path may hold colons
                return [notice(told)] if told else []
        self._say(line)
        return []

    def _say(self, line: str) -> None:
        """Or what the client library knows."""
        wanted = parse(line, self._nicks(), self._last_said, self._model.target)
        if wanted is None:
            self._client.say(line, room=self._model.target)
            return
        if isinstance(wanted, Status):
            wanted = replace(wanted, last=self._last)
        id = self._client.do(wanted)  # noqa: A001 - the wire's word
        if isinstance(wanted, Enter | Create):
            self._going[id] = ""

    def answered(self, outcome: events.Outcome) -> list[Line]:
        """What was asked is done, or not: a room that came of it is opened."""
        text = self._going.pop(outcome.id, None)
        if text is None or outcome.code:
            return [notice(f"Not said: “{text[:60]}”")] if text else []
        if text:
            self._client.say(text, room=outcome.room)
        return self._open(outcome.room)

    # Rooms

    def _open(self, name: str) -> list[Line]:
        return self._screen.room(self._clock()) if self._model.open(name) else []

    def _followed(self, typed: str) -> RoomModel | None:
        """The room that is meant by “games”, “#games” or “@Bo”, if we are in it."""
        wanted = typed.strip()
        for room in self._model.conversations():
            if wanted.startswith("@" if not room.direct else "#"):
                continue
            if fold_nick(self._model.label(room)) == fold_nick(wanted.lstrip("@#")):
                return room
        return None

    def _rooms(self) -> list[Line]:
        followed = self._model.conversations()
        others = [room for room in self._model.rooms if room not in followed and not room.direct]
        return [
            *self._screen.rooms(followed, ours=True),
            *self._screen.rooms(sorted(others, key=lambda room: room.name.casefold()), ours=False),
        ]

    # People

    def _talk_with(self, nick: str, text: str) -> list[Line]:
        """Alone; the conversation is opened once the server says which it is."""
        if text:
            check_text(text)
        key = next((p.who for p in self._model.people() if p.has_key and fold_nick(p.nick) == fold_nick(nick)), None)
        said = None if key else self._model.timeline.last_of(nick)
        key = key or (said.key if said else None)
        if key is None:
            raise _invalid(f"There is nobody called “{nick[:60]}” here whom the server would know again.")
        self._going[self._client.direct(key)] = text
        return []

    def _nicks(self) -> list[str]:
        return [person.nick for person in self._model.people()]

    def _people(self) -> list[str]:
        """By name, with what is unusual about each."""
        people = sorted(self._model.people(), key=lambda person: fold_nick(person.nick))
        return [one_line(p.nick) + (f" ({p.note})" if p.note and p.note != "you" else "") for p in people]

    def _last_said(self, nick: str) -> int | None:
        timeline = self._model.timeline
        message = timeline.last_of(nick) if nick else timeline.last_by(self._model.own_key)
        return message.seq if message else None

    def _help(self) -> list[Line]:
        more = [line for extra in self._extras for line in extra.help]
        return [[("", line)] for line in [*_LOCAL.values(), *more, *help_lines(self._model.role), *_NOTES]]


def _invalid(detail: str) -> LocalProtocolError:
    return LocalProtocolError(code=Code.INVALID, detail=detail)
