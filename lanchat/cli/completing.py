"""What a word that was begun in the terminal may become: commands, rooms, names; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from lanchat.cli.screen_lines import title
from lanchat.client.commands import COMMANDS
from lanchat.client.mentions import MAX_CHOICES, Completion
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.text import fold_nick

_TAKES_ROOM: Final = ("join",)
_TAKES_PERSON: Final = ("msg", *(name for name, command in COMMANDS.items() if command.first in ("who", "message")))
_ARGUMENT: Final = re.compile(r"/([a-z]+)\s+[@#]?(\S*)")
Completer = Callable[[str, int], Completion | None]  # from a text and a place in it
Names = Callable[[], Collection[str]]


class Completing:
    """names: of the commands that there are now, without “/”. more: what else may be begun in a text, asked in turn."""

    def __init__(self, model: ChatModel, names: Names, more: Sequence[Completer] = ()) -> None:
        self._model, self._names, self._more = model, names, more

    def complete(self, text: str, cursor: int) -> Completion | None:
        """For what stands before `cursor`; None: nothing fits."""
        before = text[:cursor]
        if re.fullmatch("/[a-z]*", before):
            return _some(0, [f"/{name} " for name in sorted(self._names()) if name.startswith(before[1:])])
        argument = _ARGUMENT.fullmatch(before)
        if argument and argument[1] in _TAKES_ROOM:
            return self._begun(argument, self._rooms())
        if argument and argument[1] in _TAKES_PERSON:
            return self._begun(argument, [person.nick for person in self._model.people() if not person.me])
        for completer in (*self._more, self._model.complete):
            if found := completer(text, cursor):
                return found
        return None

    def _rooms(self) -> list[str]:
        """As “/join” takes them."""
        return [title(self._model, room) for room in self._model.rooms if not room.direct or room.followed]

    def _begun(self, argument: re.Match[str], names: Sequence[str]) -> Completion | None:
        begun = fold_nick(argument[2]) if argument[2] else ""
        fitting = [name for name in names if fold_nick(name.lstrip("@#")).startswith(begun)]
        start = argument.start(2) - (argument[0][argument.start(2) - 1] in "@#")
        return _some(start, [f"{name} " for name in sorted(fitting, key=fold_nick)])


def _some(start: int, choices: list[str]) -> Completion | None:
    return Completion(start, choices[:MAX_CHOICES]) if choices else None
