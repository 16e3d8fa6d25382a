"""What the server was asked to do and has not answered: each gets one Outcome, whatever happens; no socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lanchat.client.events import Event
from lanchat.protocol import frames
from lanchat.protocol.codec import kind_of
from lanchat.protocol.frames import ClientFrame
from lanchat.protocol.limits import Code

_UNANSWERED: Final = (
    "The connection broke before the server answered. Look whether it was done, and try again if it was not."
)
_NO_CONNECTION: Final = "There is no connection just now, so nothing was done."
TOO_OLD: Final = "This server is older than your lanchat, and does not know how to do that."


class Outcomes:
    """Owned by the link's thread."""

    def __init__(self, send: Callable[[ClientFrame], None], emit: Callable[[Event], None]) -> None:
        self._send, self._emit = send, emit
        self._asked: dict[str, str] = {}  # ids in the order in which they were asked, and the type of the frame

    def ask(self, frame: frames.Moderate | frames.Arrange, *, joined: bool) -> None:
        """An Outcome with its id follows."""
        if joined:
            self._asked[frame.id] = kind_of(frame)
            self._send(frame)
        else:
            self._emit(frames.Outcome(frame.id, Code.NOT_STORED, _NO_CONNECTION))

    def answered(self, outcome: frames.Outcome) -> None:
        """Of nothing else than what we asked for."""
        if self._asked.pop(outcome.id, None) is not None:
            self._emit(outcome)

    def not_taken(self, kind: str, code: str) -> bool:
        """The server does not know a frame of this type, or not what stands in it: since it answers in turn, it is the
        oldest of them. False: we asked for none."""
        id = next((id for id, asked in self._asked.items() if asked == kind), None)  # noqa: A001 - the wire's word
        if id is None:
            return False
        del self._asked[id]
        self._emit(frames.Outcome(id, code, TOO_OLD))
        return True

    def ended(self) -> None:
        """There is nobody to answer."""
        asked, self._asked = self._asked, {}
        for id in asked:  # noqa: A001 - the wire's word
            self._emit(frames.Outcome(id, Code.NOT_STORED, _UNANSWERED))
