"""What a chat in the terminal shows of rooms that are not open: all, what calls us, or nothing, by “/notify”.

The same choice holds in the window, for its notices. It opens no file and prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lanchat.client import events
from lanchat.client.mentions import mentions
from lanchat.client.preferences import Level, read_level
from lanchat.errors import LocalProtocolError
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.notifying import wanted
from lanchat.gui.model.room import RoomModel
from lanchat.protocol.frames import Entry, Message
from lanchat.protocol.limits import Code

HELP: Final = ("/notify [all|mentions|nothing|usual] – what is shown of this room while another one is open",)
_WORDS: Final[dict[Level, str]] = {"all": "all messages", "mentions": "only what calls you", "nothing": "nothing"}


class Noticing:
    """Of one chat. usual: in rooms where nothing else was chosen. keep: on the disk, given the room and what is told of
    it, None: the usual; must not wait. levels: what was kept."""

    names: Sequence[str] = ("notify",)
    help: Sequence[str] = HELP

    def __init__(self, model: ChatModel, usual: Level, keep: Callable[[str, Level | None], object]) -> None:
        self._model, self._usual, self._keep = model, usual, keep
        self.levels: dict[str, Level] = {}

    def wants(self, room: RoomModel, entry: Entry) -> bool:
        """Whether it is shown although another room is open. While we are not to be disturbed, nothing is."""
        called = isinstance(entry, Message) and (room.direct or mentions(entry.text, self._model.nick))
        busy = self._model.state_of(self._model.own_key) == "busy"
        return not busy and wanted(self._level(room), called=called)

    def _level(self, room: RoomModel) -> Level:
        return self.levels.get(room.name, self._usual)

    def command(self, line: str) -> str | None:
        """Does what a line with “/” wants, and tells so; None: it is another one's. Raises LocalProtocolError."""
        room = self._model.current
        match line.split():
            case ["/notify"]:
                pass
            case ["/notify", "usual"]:
                self.levels.pop(room.name, None)
                self._keep(room.name, None)
            case ["/notify", word] if level := read_level(word):
                self.levels[room.name] = level
                self._keep(room.name, level)
            case ["/notify", *_]:
                raise LocalProtocolError(code=Code.INVALID, detail=f"Say {HELP[0].split(' – ')[0]}.")
            case _:
                return None
        usual = "" if room.name in self.levels else ", as in the settings"
        return f"While another room is open you see of this one: {_WORDS[self._level(room)]}{usual}"

    def told(self, _event: events.Event, /) -> Sequence[str]:
        return ()
