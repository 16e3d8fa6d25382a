"""Words: what search takes for one, where words stand in a text, and the piece of a text that shows them; pure.

A word is a run of letters and digits; capitals and accents do not count. Scripts that put no space between words, and
emoji, are cut into single signs, so that what stands within a run of them is found, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import Final
from unicodedata import category

# Han, kana, Thai, Lao, Khmer, Myanmar; arrows, symbols and emoji
_SINGLE: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_LETTER: Final = rf"[^\W_{_SINGLE}]"
_INDEXED: Final = frozenset(
    {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Co", "Mn", "Mc", "So"}
)  # as in search_index.py
_SELECTOR: Final = re.compile("[\ufe00-\ufe0f]")  # how a sign is drawn makes no other sign of it


@cache
def _token() -> re.Pattern[str]:
    return re.compile(rf"[{_SINGLE}]|{_LETTER}+")  # at first use: takes 3 ms, which nobody's start shall wait for


@cache
def _each() -> re.Pattern[str]:
    return re.compile(rf"[{_SINGLE}]")  # as long


def spaced(text: str) -> str:
    """`text` with a space around each sign that is a word by itself."""
    if text.isascii():
        return text
    return _each().sub(r" \g<0> ", _SELECTOR.sub("", text))


def has_words(text: str) -> bool:
    return _token().search(text) is not None


def count_words(text: str) -> int:
    """As `spans` counts them or as the index does, whichever is more."""
    runs = groupby(spaced(text), key=lambda sign: category(sign) in _INDEXED)
    return max(sum(is_word for is_word, _ in runs), len(_token().findall(_folded(text)[0])))


def spans(text: str, terms: Sequence[str], *, prefix: bool = False) -> list[tuple[int, int]]:
    """Where the terms (words, or words in a row) stand in `text`: from which character to before which, in order.
    prefix: of the last term's last word only the beginning is given."""
    pattern = _pattern(tuple(terms), prefix)
    if pattern is None:
        return []
    folded, places = _folded(text)
    return [(places[m.start()], places[m.end() - 1] + 1) for m in pattern.finditer(folded)]


def excerpt(text: str, terms: Sequence[str], width: int, *, prefix: bool = False) -> str:
    """One line of at most `width` characters (and an ellipsis at each cut end) that shows the first of the terms."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    found = spans(line, terms, prefix=prefix)
    start = max(0, min(found[0][0] - width // 4, len(line) - width)) if found else 0
    if start and (space := line.find(" ", start, found[0][0])) > 0:
        start = space + 1
    end = min(len(line), start + width)
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")


@lru_cache(maxsize=16)
def _pattern(terms: tuple[str, ...], prefix: bool) -> re.Pattern[str] | None:
    parts = []
    for number, term in enumerate(terms, start=1):
        tokens = _token().findall(_folded(term)[0])
        if tokens:
            open_end = (prefix and number == len(terms)) or _each().match(tokens[-1])
            start = "" if _each().match(tokens[0]) else f"(?<!{_LETTER})"
            row = r"[\W_]*".join(map(re.escape, tokens))
            parts.append(f"{start}{row}{'' if open_end else f'(?!{_LETTER})'}")
    return re.compile("|".join(sorted(parts, key=len, reverse=True))) if parts else None


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """`text` without capitals and accents, and for each of its characters where it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded, places = [], []
    for place, sign in enumerate(text):
        for part in unicodedata.normalize("NFKD", sign).casefold():
            if not unicodedata.combining(part):
                folded.append(part)
                places.append(place)
    return "".join(folded), places
