"""Reads the marks in a text (*bold*, `code`, quotes, lists …) and says how each line is meant; pure, it draws nothing.

The parser is markdown-it-py with few of its rules: emphasis, strikethrough, code, fences, quotes, lists. No HTML, no
pictures, headings or tables, and no words over an address: a link is what it says. Where Markdown surprises people who
chat, the text stays as typed: a backslash shows (it stands in paths) and makes what follows plain, stars between two
letters or digits are stars, two underscores belong to a name, a quote wants a space after its “>”, and a line belongs
to a quote or a list only if it is marked so.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Flag
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from lanchat.client.links import link_at
from lanchat.protocol.limits import MAX_TEXT

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

MAX_NESTING: Final = 20  # levels of the parser, of which a list takes two; a text that goes deeper stays as typed
MAX_MARKS: Final = 1_000  # signs of _INLINE in one text, some 10 ms; paragraphs beyond stay as typed
BULLET: Final = "•"
_RULES: Final = ("blockquote", "fence", "list", "backticks", "emphasis", "strikethrough")
MAX_OPENERS: Final = 500  # of quotes and lists in one text, some 20 ms; a text with more stays as typed
MAX_WORDS: Final = 1_000  # characters of a text that a line tells of, some ten times as many as it shows
_INLINE: Final = "*_~`"
_MARKS: Final = frozenset(_INLINE + ">")
_LIST: Final = frozenset("-+0123456789")  # what else a line may begin with, and mean something
_OPENERS: Final = " \t>*-+.)0123456789"
_STEPS: Final = {"strong": 1, "em": 2, "s": 4}  # the parser's names, and bits of Style


class Style(Flag):
    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    STRUCK = 4
    CODE = 8
    LABEL = 16  # the language of a block of code


class Run(NamedTuple):
    text: str
    style: Style = Style.PLAIN


class Line(NamedTuple):
    """quotes, lists: how many of them it stands in. bullet: what stands before it, “•” or “2.”. code: a line of a block
    of code."""

    runs: tuple[Run, ...] = ()
    quotes: int = 0
    lists: int = 0
    bullet: str = ""
    code: bool = False

    @property
    def text(self) -> str:
        """As it reads without its marks."""
        words = "".join(run.text for run in self.runs)
        return f"{self.bullet} {words}".rstrip() if self.bullet else words


def parse(text: str) -> list[Line]:
    """The lines of a text, which ends lines by a newline. Never raises; texts over MAX_TEXT stay as typed."""
    tokens = _tokens(text, {}) if _may_be_marked(text) else None
    if tokens is None:
        return [Line((Run(line),) if line else ()) for line in text.split("\n")]
    return list(_Reader(text).read(tokens))


def words(text: str) -> str:
    """How it begins, in one line without marks."""
    return " ".join(" ".join(line.text for line in parse(text[:MAX_WORDS])).split())


def outside_code(text: str) -> str:
    """What is no code, a line of the text in each line."""
    return "\n".join("".join(r.text for r in line.runs if Style.CODE not in r.style) for line in parse(text))


def colons(text: str) -> list[int]:
    """Where a colon stands that is in no code and no link, and behind no backslash."""
    places: list[tuple[int, str]] = []  # in the text of a paragraph: which of its lines, and that line from there on
    tokens = _tokens(text, {"colons": places})
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found = []
    for number, rest in places if tokens is not None else ():
        end = starts[number] + len(text[starts[number] : starts[number + 1] - 1].rstrip())
        found.append(end - len(rest.rstrip()))
    return found


def _may_be_marked(text: str) -> bool:
    return not _MARKS.isdisjoint(text) or any(line.lstrip()[:1] in _LIST for line in text.split("\n"))


def _openers(text: str) -> int:
    """How many quotes and lists its lines begin at most."""
    return sum(len(line[: len(line) - len(line.lstrip(_OPENERS))].split()) for line in text.split("\n"))


def _tokens(text: str, env: dict[str, object]) -> list[Token] | None:
    """Of blocks, with those of their text as children; None: too much of them. None: it is too long, broad or deep."""
    if len(text) > MAX_TEXT or _openers(text) > MAX_OPENERS:
        return None
    parser = _parser()
    tokens = parser.parse(text, env)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return None  # the parser leaves out what goes deeper
    marks = 0
    for token in tokens:
        if token.type == "inline" and token.map and token.children is not None:
            marks += sum(map(token.content.count, _INLINE))
            if marks > MAX_MARKS:
                token.children = None
            else:
                env["line"] = token.map[0]
                parser.inline.parse(token.content, parser, env, token.children)
    return tokens


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # late: 30 ms that a command line does not need

    parser = MarkdownIt("zero", {"maxNesting": MAX_NESTING}).enable([*_RULES])
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.at("blockquote", _quote, {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.before("paragraph", "outside", _outside, {"alt": ["paragraph", "blockquote"]})
    parser.inline.ruler.before("backticks", "as_typed", _as_typed)
    return parser


# Rules of our own


def _quote(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """As the parser's, but “>” without a space (a prompt, a face) begins none."""
    from markdown_it.rules_block import blockquote

    after = state.bMarks[line] + state.tShift[line] + 1
    spaced = after >= state.eMarks[line] or state.src[after] in " \t"
    return spaced and blockquote(state, line, end, silent)


def _outside(state: StateBlock, line: int, _: int, silent: bool) -> bool:
    """Ends a quote or a list before a line without its mark or indent, which Markdown would take in."""
    return silent and (state.parentType == "blockquote" or state.sCount[line] < state.blkIndent)


def _as_typed(state: StateInline, silent: bool) -> bool:
    """Takes in what only looks like a mark."""
    src, start = state.src, state.pos
    end = start
    match src[start]:
        case "\\":
            end = min(start + 2, len(src))
        case "*" | "_" as mark:
            run = start
            while run < len(src) and src[run] == mark:
                run += 1
            if (run - start > 1) if mark == "_" else _within_word(src, start, run):
                end = run
        case ":":
            end = _past_link(src, start)
            if not silent and end == start and "colons" in state.env:
                line = state.env["line"] + src.count("\n", 0, start)
                state.env["colons"].append((line, src[start:].partition("\n")[0]))
    if end == start:
        return False
    if not silent:
        state.pending += src[start:end]
    state.pos = end
    return True


def _within_word(src: str, start: int, end: int) -> bool:
    """2*3*4. Of scripts without spaces every sign is within a word, so these do not count."""
    return start > 0 and end < len(src) and all(c.isascii() and c.isalnum() for c in (src[start - 1], src[end]))


def _past_link(src: str, colon: int) -> int:
    """Where the link ends whose colon this is; where it stands: there is none."""
    for scheme in ("https", "http"):
        start = colon - len(scheme)
        if start >= 0 and src[start:colon].lower() == scheme and (link := link_at(src, start)):
            return start + len(link)
    return colon


# From tokens to lines


class _Bullet(NamedTuple):
    shown: str
    typed: str


class _Reader:
    """Of one text."""

    def __init__(self, text: str) -> None:
        self._source = text.split("\n")
        self._quotes: list[bool] = []  # those open, and whether anything stands in them
        self._lists = 0
        self._bullets: list[_Bullet] = []  # not written yet
        self._items: list[int] = []  # of those open, the first line of the source
        self._end = 0  # the line of the source after what was read
        self._common = 0  # the quotes that were open all the time since then

    def read(self, tokens: list[Token]) -> Iterator[Line]:
        for token in tokens:
            match token.type:
                case "blockquote_open":
                    self._quotes.append(False)
                case "blockquote_close":
                    if not self._quotes.pop():
                        yield from self._lone(token.markup, self._end, self._lists)
                    self._common = min(self._common, len(self._quotes))
                case "bullet_list_open" | "ordered_list_open":
                    self._lists += 1
                case "bullet_list_close" | "ordered_list_close":
                    self._lists -= 1
                case "list_item_open":
                    typed = token.info + token.markup
                    self._bullets.append(_Bullet(typed if token.info else BULLET, typed))
                    self._items.append(token.map[0] if token.map else self._end)
                case "list_item_close":
                    first = self._items.pop()
                    if self._bullets:
                        typed = " ".join(bullet.typed for bullet in self._bullets)
                        self._bullets.clear()
                        yield from self._lone(typed, first, self._lists - 1)
                case "paragraph_open" | "fence":
                    yield from self._begin(*(token.map or (self._end, self._end)))
                    if token.type == "fence":
                        yield from self._fence(token)
                case "inline":
                    yield from self._paragraph(token)

    def _begin(self, start: int, end: int) -> Iterator[Line]:
        """A block that stands there; empty lines before it."""
        for _ in range(start - self._end):
            yield Line(quotes=min(self._common, len(self._quotes)))
        self._end, self._common = max(end, self._end), len(self._quotes)
        self._quotes = [True] * len(self._quotes)

    def _lone(self, mark: str, line: int, lists: int) -> Iterator[Line]:
        """A mark that nothing follows: somebody said just this."""
        yield from self._begin(line, line + 1)
        yield self._line((Run(mark),), lists=lists, bullet=self._take_bullet())

    def _line(self, runs: tuple[Run, ...], *, lists: int, bullet: str = "", code: bool = False) -> Line:
        return Line(runs, len(self._quotes), lists, bullet, code)

    def _take_bullet(self) -> str:
        bullet = " ".join(bullet.shown for bullet in self._bullets)
        self._bullets.clear()
        return bullet

    def _paragraph(self, token: Token) -> Iterator[Line]:
        runs: list[Run] = []
        if token.level == 1 and token.map:  # the parser strips it; its level is that of a paragraph's content
            first = self._source[token.map[0]]
            runs += [Run(indent)] if (indent := first[: len(first) - len(first.lstrip())]) else []
        for run in (Run(token.content),) if token.children is None else _runs(token.children):
            head, *more = run.text.split("\n")
            runs += [Run(head, run.style)] if head else []
            for part in more:
                yield self._line(tuple(runs), lists=self._lists, bullet=self._take_bullet())
                runs = [Run(part, run.style)] if part else []
        yield self._line(tuple(runs), lists=self._lists, bullet=self._take_bullet())

    def _fence(self, token: Token) -> Iterator[Line]:
        label, content = token.info.strip(), token.content
        if not label and not content.strip() and token.map:  # of fences alone
            inside = content.count("\n")
            for number in range(token.map[1] - token.map[0]):
                fence = () if 0 < number <= inside else (Run(token.markup),)
                yield self._line(fence, lists=self._lists, bullet=self._take_bullet())
            return
        if self._bullets:
            yield self._line((), lists=self._lists, bullet=self._take_bullet())
        if label:
            yield self._line((Run(label, Style.CODE | Style.LABEL),), lists=self._lists, code=True)
        for line in content.removesuffix("\n").split("\n") if content else ():
            yield self._line((Run(line, Style.CODE),) if line else (), lists=self._lists, code=True)


def _runs(children: list[Token]) -> Iterator[Run]:
    depth = dict.fromkeys(_STEPS, 0)
    for token in children:
        name, _, side = token.type.partition("_")
        if name in depth:
            depth[name] += 1 if side == "open" else -1
        elif token.content:
            style = Style(sum(_STEPS[kind] for kind, open_ in depth.items() if open_))
            if token.type != "code_inline":
                yield Run(token.content, style)
            elif token.content.isspace():
                yield Run(f"{token.markup}{token.content}{token.markup}", style)
            else:
                yield Run(token.content, style | Style.CODE)
