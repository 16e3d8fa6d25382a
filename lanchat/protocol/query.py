"""What is searched for: the line that a person types as a query, and what is found; pure, it searches nothing.

Words that all must be there, “words in a row” in quotes, -word for one that must not, and filters: from:Ana in:builds
before:2026-11-24 after:2026-11-24 has:link. The last word may be only begun. Nothing else has a meaning: AND, OR, NEAR
and * are what they look like.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, structs

from lanchat.errors import LocalProtocolError
from lanchat.protocol.fields import Count, Time
from lanchat.protocol.limits import (
    MAX_HITS,
    MAX_ID,
    MAX_NICK,
    MAX_QUERY,
    MAX_ROOM_NAME,
    MAX_TERM,
    MAX_TERMS,
    MAX_WORDS,
    Code,
)
from lanchat.protocol.words import count_words, has_words

_TERM = Annotated[str, Meta(max_length=MAX_TERM)]
_TERMS = Annotated[list[_TERM], Meta(max_length=MAX_TERMS)]
_QUOTES: Final = str.maketrans("“”„", '"""')
_PIECE: Final = re.compile(r'(-?)(?:(from|in|before|after|has):)?(?:"([^"]*)(?:"|$)|(\S*))', re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LAST_YEAR: Final = 9892  # of Time
_USES: Final = {
    "from": "Say who said it, like from:Ana.",
    "in": "Say in which room, like in:builds.",
    "before": "Say a day like before:2026-11-24.",
    "after": "Say a day like after:2026-11-24.",
    "has": "Say has:link or has:file.",
}


class Query(Struct, frozen=True, omit_defaults=True):
    """All of it must hold. words: each a word, or some in a row. begun: of the last word only the beginning is given.
    without: what must not be in the text. nick: in the author's name. room: empty: all that one may see. since, until:
    when it was said (ms since 1970), until excluded; 0: whenever."""

    words: _TERMS = []
    begun: bool = False
    without: _TERMS = []
    nick: Annotated[str, Meta(max_length=4 * MAX_NICK)] = ""
    room: Annotated[str, Meta(max_length=4 * MAX_ROOM_NAME)] = ""
    since: Time = 0
    until: Time = 0
    has: Annotated[list[Literal["link", "file"]], Meta(max_length=2)] = []

    def within(self, room: str) -> Query:
        """The same in this room alone."""
        return structs.replace(self, room=room)


class Spot(Struct, frozen=True):
    """One entry of one room."""

    room: str
    seq: Count


class Line(Struct, frozen=True):
    """What somebody said beside what was found, in short."""

    nick: str
    text: str


class Hit(Struct, frozen=True, omit_defaults=True):
    """A message that was found. text: of a long one the piece with the words. before, after: what was said next to
    it."""

    room: str
    seq: Count
    at: Time
    nick: str
    key: str | None
    text: str
    before: Line | None = None
    after: Line | None = None


class Search(Struct, frozen=True, tag_field="type", tag="search", omit_defaults=True):
    """A client's frame: what was said like this? Answered by Found with the same id. below: go on with what is older
    than this, the last that was found."""

    id: Annotated[str, Meta(max_length=MAX_ID)]
    query: Query
    below: Spot | None = None


class Found(Struct, frozen=True, tag_field="type", tag="found", omit_defaults=True):
    """A server's frame: the newest first, MAX_HITS at most. more: there may be others, to be asked for with `below`.
    code, detail: why nothing was looked for."""

    id: str
    hits: Annotated[list[Hit], Meta(max_length=MAX_HITS)] = []
    more: bool = False
    code: str = ""
    detail: str = ""


def parse(text: str, zone: tzinfo | None = None) -> Query:
    """What a person typed. zone: of the days; None: this machine's. `before` and `after` include the day they name.
    Raises LocalProtocolError(INVALID) with a sentence that says what to do."""
    if len(text) > MAX_QUERY:
        raise _invalid(f"A search has at most {MAX_QUERY} characters.")
    query = Query()
    for sign, key, quoted, bare in _PIECE.findall(text.translate(_QUOTES)):
        value = " ".join((quoted or bare.replace('"', " ")).split())
        if key:
            query = _filtered(query, sign, key.lower(), value, zone)
        elif has_words(value):
            query = _with_term(query, value, left_out=bool(sign), begun=not quoted)
    if query in (Query(), Query(begun=True)):
        raise _invalid("Type a word to look for.")
    return bounded(query)


def bounded(query: Query) -> Query:
    """The same without what is said twice. Raises LocalProtocolError(INVALID): it has more than MAX_WORDS words."""
    words, without = list(dict.fromkeys(query.words)), list(dict.fromkeys(query.without))
    if sum(map(count_words, (*words, *without, query.nick))) > MAX_WORDS:
        raise _invalid(f"A search has at most {MAX_WORDS} words, those in quotes included.")
    # A word that is given whole, too, is not only begun
    begun = query.begun and not set(query.words[-1:]) & set(query.words[:-1])
    return structs.replace(query, words=words, without=without, begun=begun)


def _with_term(query: Query, term: str, *, left_out: bool, begun: bool) -> Query:
    if len(term) > MAX_TERM:
        raise _invalid(f"A word to look for has at most {MAX_TERM} characters.")
    terms = query.without if left_out else query.words
    if len(terms) >= MAX_TERMS:
        raise _invalid(f"A search has at most {MAX_TERMS} words.")
    if left_out:
        return structs.replace(query, without=[*terms, term])
    return structs.replace(query, words=[*terms, term], begun=begun)


def _filtered(query: Query, sign: str, key: str, value: str, zone: tzinfo | None) -> Query:
    if sign:
        raise _invalid("Only words can be left out with a “-”.")
    match key:
        case "from" if has_words(value) and len(value) <= 4 * MAX_NICK:
            return structs.replace(query, nick=value)
        case "in" if 0 < len(room := value.removeprefix("#")) <= 4 * MAX_ROOM_NAME:
            return structs.replace(query, room=room)
        case "has" if value.lower() in ("link", "file"):
            return structs.replace(query, has=sorted({*query.has, value.lower()}))
        case "after" if day := _day(value):
            return structs.replace(query, since=_midnight(day, zone))
        case "before" if day := _day(value):
            return structs.replace(query, until=_midnight(day + timedelta(days=1), zone))
    raise _invalid(_USES[key])


def _day(value: str) -> date | None:
    if not _DAY.fullmatch(value):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:  # the 31st of February
        return None
    return day if 1970 < day.year < _LAST_YEAR else None


def _midnight(day: date, zone: tzinfo | None) -> int:
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)


def _invalid(detail: str) -> LocalProtocolError:
    return LocalProtocolError(code=Code.INVALID, detail=detail)
