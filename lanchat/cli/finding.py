"""Searching in a chat in the terminal: “/search WORDS”, and what was found; it prints nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from lanchat.client import Client, events

HELP: Final = (
    "/search WORDS – find what was said; from:NICK in:ROOM before:DAY after:DAY has:file|link narrow it down",
)


class Finding:
    """Of one chat."""

    names: Sequence[str] = ("search",)
    help: Sequence[str] = HELP

    def __init__(self, client: Client, title: Callable[[str], str]) -> None:
        """title: what to call the room of a name."""
        self._client, self._title = client, title

    def command(self, line: str) -> str | None:
        """Asks; nothing is told before the answer. Raises LocalProtocolError: what is wrong with the question."""
        match line.strip().split(maxsplit=1):
            case ["/search", *words]:
                self._client.search(" ".join(words))
                return ""
        return None

    def told(self, event: events.Event, /) -> Sequence[str]:
        """The newest last, so that it stands nearest."""
        if not isinstance(event, events.Found):
            return []
        if event.code:
            return [event.detail]
        lines = []
        for hit in reversed(event.hits):
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(hit.at / 1000))
            lines.append(f"{self._title(hit.room)} {hit.seq} [{when}] {hit.nick}: {hit.text}")
        count = len(event.hits)
        end = "Nothing was found" if not count else "1 message" if count == 1 else f"{count} messages"
        older = ", and there are older ones" if event.more else ""
        return [*lines, f"{end}{older}{' (on this computer; there is no connection)' if event.offline else ''}."]
