"""Files in a chat in the terminal: sent by path, got by number or name, and what becomes of transfers.

Fed with events, and asked for commands, by the terminal's one thread. It prints nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lanchat.cli.send import path_of
from lanchat.client import Client, events
from lanchat.errors import LocalProtocolError
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.files import file_in_words, safe_name
from lanchat.protocol.frames import Message
from lanchat.protocol.limits import Code
from lanchat.protocol.text import fold_nick

HELP: Final = (
    "/file PATH – send a file, or a folder as one archive",
    "/get NUMBER|NAME – bring a file, or the latest of somebody",
    "/cancel – end what is on its way",
)


class Files:
    """Of one chat. folder: where files are put."""

    names: Sequence[str] = ("file", "get", "cancel")
    help: Sequence[str] = HELP

    def __init__(self, client: Client, model: ChatModel, folder: Path) -> None:
        self._client, self._model, self._folder = client, model, folder
        self._under_way: set[str] = set()

    def told(self, event: events.Event, /) -> Sequence[str]:
        """What became of a transfer."""
        if not isinstance(event, events.Progress):
            return []
        self._under_way -= {event.id} if event.over else set()
        line = outcome(event)
        return [line] if line else []

    def command(self, line: str) -> str | None:
        """Does what a line with “/” wants, and tells so; None: it is not about files. Raises LanchatError."""
        match line.strip().split(maxsplit=1):
            case ["/file", path]:
                return self._send(path_of(path))
            case ["/get", what]:
                return self._get(what)
            case ["/cancel"]:
                return self._cancel()
            case ["/file" | "/get" as name]:
                raise _invalid(f"Say {next(line for line in HELP if line.startswith(name)).split(' – ')[0]}.")
        return None

    def _send(self, path: Path) -> str:
        self._under_way.add(self._client.send_file(path, room=self._model.target))
        return f"Sending {path.name}"

    def _get(self, what: str) -> str:
        message = self._find(what.strip().removeprefix("@"))
        assert message.file is not None
        self._under_way.add(self._client.get_file(message, self._folder))
        return f"Getting {file_in_words(message.file)}"

    def _cancel(self) -> str:
        ids = list(self._under_way)
        for transfer in ids:
            self._client.cancel_file(transfer)
        return f"{len(ids) or 'Nothing'} on the way{' ended' if ids else ''}"

    def _find(self, what: str) -> Message:
        """In the room that is open, by the message's number, the file's name, or whoever sent one last."""
        timeline = self._model.timeline
        for message in reversed(timeline.since(0)):
            if message.file is None or timeline.message((message.seq, 0)) is None:  # deleted
                continue
            if what in (str(message.seq), safe_name(message.file.name)) or fold_nick(what) == fold_nick(message.nick):
                return message
        raise _invalid(f"No file “{what[:60]}” is at hand.")


def outcome(progress: events.Progress) -> str:
    """What became of a transfer, in a line; empty: nothing is to be told."""
    match progress:
        case events.Progress(state="done", upload=False, name=name, path=path):
            return f"{name} is in {Path(path).parent}" + (f" as {Path(path).name}" if Path(path).name != name else "")
        case events.Progress(state="cancelled", name=name):
            return f"{name} was cancelled"
        case events.Progress(state="failed", name=name, detail=detail):
            return f"{name}: {detail}"
    return ""


def _invalid(detail: str) -> LocalProtocolError:
    return LocalProtocolError(code=Code.INVALID, detail=detail)
