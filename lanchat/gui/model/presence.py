"""How people are here, in words, and how we are: what we said, and idle once nobody touches the window. No clock."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lanchat.gui.model import wording
from lanchat.protocol.presence import State, Status

IDLE_AFTER: Final = 300.0  # s without mouse or key in the window
WORDS: Final[dict[str, str]] = {"": "Online", "idle": "Idle", "away": "Away", "busy": "Do not disturb"}


def in_words(state: str, text: str = "") -> str:
    """“Away: lunch”; of a state that a newer server tells: as if they were here."""
    words = WORDS.get(state, WORDS[""])
    about = wording.sentence(text)
    return f"{words}: {about}" if about else words


class OwnPresence:
    """told: others may see that we are idle, and when we were here last. now: s, of any clock that only grows."""

    def __init__(self, now: float) -> None:
        self.told = True
        self.said = Status()
        self._touched = now

    def say(self, state: State, text: str = "") -> None:
        """The person says how they are."""
        self.said = Status(state, text)

    def touch(self, now: float) -> None:
        """They used mouse or keys here."""
        self._touched = now

    @property
    def busy(self) -> bool:
        """Nothing is to be told meanwhile."""
        return self.said.state == "busy"

    def status(self, now: float) -> Status:
        """What the server is to know."""
        idle = self.told and not self.said.state and now - self._touched >= IDLE_AFTER
        return replace(Status("idle") if idle else self.said, last=self.told)
