"""What the search panel shows: what was asked, how it goes, and what was found; no widget, no clock.

Answers go in by `apply`, the panel reads the rest.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from lanchat.client.events import Found
from lanchat.client.markup import words
from lanchat.gui.model import wording
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.query import Hit, Query, Spot
from lanchat.protocol.rooms import DIRECT
from lanchat.protocol.words import spans

MOST: Final = 1_000  # results kept in the list: nobody reads more
_WEEK: Final = 7  # days, within which a weekday says enough


def place(room: str, chat: ChatModel) -> str:
    """Where something was said, as it stands below it; empty: in the open room."""
    if room == chat.room:
        return ""
    label = chat.label(chat.rooms.find(room))
    return f"Private: {label}" if room.startswith(DIRECT) else f"#{label}"


def plain(text: str) -> str:
    """What was said in one line, without marks."""
    return wording.sentence(words(text))


class SearchModel:
    """zone: of the times shown; None: this machine's."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._asked = ""  # the id of the search that is awaited
        self.query: Query | None = None
        self.hits: list[Hit] = []
        self.selected: int | None = None
        self.more = False  # others can be asked for
        self.waiting = False  # something else than that is typed
        self.typed = self.searched = ""  # what stands in the field, and what did when it was searched
        self.problem = ""  # one sentence: why nothing was looked for
        self._offline = self._adding = False

    def ask(self, id: str, query: Query) -> None:  # noqa: A002 - the wire's word
        """Something new is looked for."""
        self.clear()
        self._asked, self.query = id, query

    def ask_more(self, id: str) -> None:  # noqa: A002
        """More of the same."""
        self._asked, self._adding = id, True

    def refuse(self, sentence: str) -> None:
        """It is no query."""
        self.clear()
        self.problem = sentence

    def clear(self) -> None:
        self._asked, self.query, self.hits, self.selected = "", None, [], None
        self.more, self.problem, self._offline, self._adding = False, "", False, False
        self.waiting = False

    def apply(self, found: Found) -> bool:
        """Takes in an answer; False: to something that nobody waits for any more."""
        if not self._asked or found.id != self._asked:
            return False
        known = {(hit.room, hit.seq) for hit in self.hits}
        self.hits += [hit for hit in found.hits if (hit.room, hit.seq) not in known][: MOST - len(self.hits)]
        self.more = found.more and len(self.hits) < MOST and bool(found.hits)
        self.problem = wording.sentence(found.detail)
        self._offline = found.offline
        self._asked, self._adding = "", False
        return True

    @property
    def searching(self) -> bool:
        return bool(self._asked)

    @property
    def below(self) -> Spot | None:
        """Where to go on."""
        return Spot(self.hits[-1].room, self.hits[-1].seq) if self.more else None

    @property
    def status(self) -> str:
        """One line below the field."""
        if self.waiting:
            return "Enter searches"
        if self.searching and not self._adding:
            return "Searching …"
        if self.problem:
            return self.problem
        if self.query is None:
            return ""
        count = len(self.hits)
        text = "Nothing was found" if not count else "1 result" if count == 1 else f"{count:,} results"
        if self.searching or self.more:
            text += ", and more"
        return f"{text} · on this computer" if self._offline else text

    def step(self, by: int) -> Hit | None:
        """The next result (1), or the one before (-1), round about."""
        if not self.hits:
            return None
        count = len(self.hits)
        self.selected = (0 if by > 0 else count - 1) if self.selected is None else (self.selected + by) % count
        return self.hits[self.selected]

    def pieces(self, hit: Hit) -> list[tuple[str, bool]]:
        """The text in pieces, and which of them were looked for."""
        text = plain(hit.text)
        query = self.query or Query()
        pieces, place = [], 0
        for start, end in spans(text, query.words, prefix=query.begun):
            pieces += [(text[place:start], False), (text[start:end], True)]
            place = end
        return [piece for piece in [*pieces, (text[place:], False)] if piece[0]]

    def when(self, hit: Hit, now: float) -> str:
        """now: s since 1970."""
        at, today = self._time(hit.at / 1000), self._time(now).date()
        days = (today - at.date()).days
        if days == 0:
            return f"Today {at:%H:%M}"
        if 0 < days < _WEEK:
            return f"{at:%a %H:%M}"
        text = f"{at.day} {at:%b}"
        return text if at.year == today.year else f"{text} {at.year}"

    def _time(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(min(max(seconds, 0), 253_370_764_800), self._zone)  # to 9999-01-01
