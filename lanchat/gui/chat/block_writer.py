"""Writes Blocks into a Text and takes them out again; which blocks, and where the view stands, others decide.

Each block's text bears a tag of its own, by which it is found and deleted; no offsets are ever computed (Tk 8.6 and 9
count characters beyond the basic plane differently). Whole lines belong to one block.
"""

from __future__ import annotations

import itertools
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Any, Final, NamedTuple

from lanchat.client.markup import Line, Run, Style, parse
from lanchat.gui.chat import markup_tags
from lanchat.gui.chat.markup_tags import line_tags, run_tags
from lanchat.gui.kit.emoji import EmojiPictures, drawable
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import mix
from lanchat.gui.model.people import HUES
from lanchat.gui.model.spans import Kind as SpanKind
from lanchat.gui.model.spans import is_rtl, spans, with_emoji
from lanchat.gui.model.timeline import Block, Kind, Sent
from lanchat.gui.model.wording import one_line
from lanchat.protocol.emoji import EMOJI
from lanchat.protocol.files import file_in_words
from lanchat.protocol.limits import MAX_REACTIONS

CALLED: Final = "called"  # the tag of what calls us by name
GROUP_GAP: Final = 14  # px above a new author
MARGIN: Final = 24  # px to the right of the text
EMOJI_SIZE: Final = 19  # px: the line's height
SMALL: Final = 15  # px, in the smaller type
WAITING_INK: Final = 0.62  # share of the text's colour while a message waits: as faint as can still be read
REACTION: Final = 16  # px
QUOTE: Final = 80  # characters shown of what is answered: one line
MAX_LINES: Final = 400  # of one message on the screen; 8,000 line breaks would be as many lines
_HERE: Final = "here"  # the mark where text is inserted; it moves on with it


class Drawn(NamedTuple):
    """A block that stands in the Text."""

    block: Block
    tag: str
    links: tuple[str, ...]
    widgets: tuple[tk.Widget, ...]


class Buttons(NamedTuple):
    """What the buttons do that stand among the text: retry, delete: with the id of a message that was not sent; react:
    with the seq of a message and the emoji. card: makes the one of a block with a file."""

    retry: Callable[[str], object]
    delete: Callable[[str], object]
    react: Callable[[int, str], object]
    card: Callable[[tk.Text, Block], tk.Widget] | None = None


class BlockWriter:
    def __init__(self, text: tk.Text, kit: Kit, emoji: EmojiPictures, buttons: Buttons) -> None:
        self._text, self._kit, self._emoji, self._buttons = text, kit, emoji, buttons
        self._serial = itertools.count(1)
        self._tag = ""
        self._pieces: list[Any] = []  # characters and tags in turn, not inserted yet
        self._place = ""  # where they go
        self._links: dict[str, str] = {}
        self._lines: dict[str, list[tk.Canvas]] = {}  # day lines and the like, by their block's tag
        kit.listen(text, self._configure_tags)

    # Writing

    def write(self, block: Block, before: Drawn | None) -> Drawn:
        """Inserts the block before another, or at the end. `finish` follows after the last."""
        self._tag = f"b{next(self._serial)}"
        place = f"{before.tag}.first" if before else "end-1c"
        if place != self._place:
            self.finish()
            self._text.mark_set(_HERE, place)
            self._place = place
        known = len(self._links)
        widgets: list[tk.Widget] = []
        if block.day:
            widgets.append(self._rule(block.day, "line", "text3"))
        if block.missed:
            widgets.append(self._rule(block.missed, "danger", "danger"))
        match block.kind:
            case Kind.MESSAGE:
                self._message(block, widgets)
            case Kind.NOTICE:
                self._words(f"{block.text}\n", SMALL, "notice")
            case Kind.TOP:
                first, *more = block.text.split("\n")
                self._words(f"{first}\n", SMALL, "top")
                self._words("".join(f"{line}\n" for line in more), SMALL, "top_more")
        return Drawn(block, self._tag, tuple(list(self._links)[known:]), tuple(widgets))

    def finish(self) -> None:
        """What was written stands in the Text."""
        self._flush()
        self._place = ""

    def erase(self, run: list[Drawn]) -> None:
        """Blocks that stand one after the other."""
        self.finish()
        for drawn in run:
            for widget in drawn.widgets:
                widget.destroy()
            self._lines.pop(drawn.tag, None)
            for link in drawn.links:
                del self._links[link]
        self._text.delete(f"{run[0].tag}.first", f"{run[-1].tag}.last")
        self._text.tag_delete(*(tag for drawn in run for tag in (drawn.tag, *drawn.links)))

    def link_at(self, index: str) -> str | None:
        """The link that stands there."""
        return next((self._links[tag] for tag in self._text.tag_names(index) if tag in self._links), None)

    def read(self, start: str, end: str) -> str:
        """What stands between, with emoji for their pictures."""
        parts = []
        pieces: Any = self._text.dump(start, end, text=True, image=True, tag=True)
        bullet = False
        for kind, value, index in pieces:
            if kind == "image":
                parts.append(self._emoji.text(str(self._text.image_cget(index, "image"))))
            elif kind == "text":
                parts.append(value.replace("\t", " ") if bullet else value)
            elif value == "bullet":
                bullet = kind == "tagon"
        return "".join(parts)

    def widen(self) -> None:
        """The Text has another width: day lines follow."""
        for lines in self._lines.values():
            for line in lines:
                self._stretch(line)

    def _message(self, block: Block, widgets: list[tk.Widget]) -> None:
        called = (CALLED,) if block.called else ()
        if block.head:
            self._words(block.nick, EMOJI_SIZE, "head", f"name{block.hue}", *called)
            self._add(f"  {block.time}{' · guest' if block.guest else ''}\n", "head", "time", *called)
        if block.quote:
            who = f"{block.quote.nick}: " if block.quote.nick else ""
            quote = f"↪ {who}{one_line(block.quote.text, QUOTE)}\n"
            self._words(quote, SMALL, "quote", *(("wrapped",) if EMOJI.search(quote) else ()), *called)
        ink = "gone" if block.gone else "body" if block.sent is Sent.YES else "waiting"
        if block.file is not None:
            self._file(block, widgets)
        ending = self._said(block, ("body", ink, *called)) if block.text else ()
        if ending and (block.edited or block.sent is Sent.WAITING):
            self._add("\n", *ending)  # below a block of code
            ending = ()
        if block.edited:
            self._add("  edited", "body", "edited", *called)
        if block.pinned:
            self._add("  ", "body", "edited")
            self._picture(self._kit.icon("pin", 12, "text3"), "body", "edited")
            self._add(" pinned", "body", "edited")
        if block.sent is Sent.WAITING:
            self._add(" ", ink)
            self._picture(self._kit.icon("clock", 12, "text3"), ink)
        self._add("\n", *(ending or ("body", *called)))
        if block.sent is Sent.FAILED:
            self._failure(block, widgets)
        if block.reactions:
            self._reactions(block, widgets)
        if block.seen:
            self._words(f"{block.seen}\n", SMALL, "seen")

    def _file(self, block: Block, widgets: list[tk.Widget]) -> None:
        assert block.file is not None
        if self._buttons.card is None:
            self._add(drawable(file_in_words(block.file)), "body")
        else:
            card = self._buttons.card(self._text, block)
            self._widget(card, "file")
            widgets.append(card)
        if block.text:
            self._add("\n", "file")

    def _reactions(self, block: Block, widgets: list[tk.Widget]) -> None:
        """A button for each emoji: how many; a click puts ours to it, or takes it away."""
        for reaction in block.reactions[:MAX_REACTIONS]:
            picture = self._emoji.picture(reaction.emoji, REACTION)
            count = str(len(reaction.people))
            button = ttk.Button(
                self._text,
                text=f" {count}" if picture else f"{drawable(reaction.emoji)} {count}",
                style="Mine.TButton" if reaction.mine else "Small.TButton",
                cursor="arrow",
                takefocus=False,  # the menu does it by key; a room full of these would be a long way for Tab
                command=lambda emoji=reaction.emoji: self._buttons.react(block.key[0], emoji),  # type: ignore[misc]
            )
            if picture:
                button.configure(image=picture, compound="left")
            self._widget(button, "reactions", padx=self._kit.px(2))
            widgets.append(button)
        self._add("\n", "reactions")

    def _said(self, block: Block, tags: tuple[str, ...]) -> tuple[str, ...]:
        """The text as its marks mean it. Returns the tags of the line break behind it, if code wants some."""
        source = block.text.split("\n")
        text = "\n".join(source[:MAX_LINES])
        lines = [Line((Run(text),))] if block.gone else parse(text)
        for number, line in enumerate(lines):
            before = lines[number - 1] if number else None
            after = lines[number + 1] if number + 1 < len(lines) else None
            all_tags = ("said", *tags, *line_tags(line, before, after))
            self._line(line, all_tags)
            if after:
                self._add("\n", *all_tags)
        if len(source) > MAX_LINES:
            self._add(f"\n… and {len(source) - MAX_LINES:,} more lines", "notice")
        elif lines[-1].code:
            return all_tags[1:]
        return ()

    def _line(self, line: Line, tags: tuple[str, ...]) -> None:
        if line.bullet:
            self._add(f"{line.bullet}\t", *tags, "bullet")
        tags = (*tags, "rtl") if is_rtl(line.text) and not line.code else tags
        for run in line.runs:
            self._run(run, (*tags, *run_tags(run)))

    def _run(self, run: Run, tags: tuple[str, ...]) -> None:
        for kind, part in spans(run.text):
            match kind:
                case SpanKind.LINK if Style.CODE not in run.style:
                    link = f"l{next(self._serial)}"
                    self._links[link] = part
                    self._add(drawable(part), *tags, "link", link)
                case SpanKind.EMOJI if (image := self._emoji.picture(part, EMOJI_SIZE)) is not None:
                    self._picture(image, *tags)
                case _:
                    self._add(drawable(part), *tags)

    def _words(self, text: str, size: float, *tags: str) -> None:
        """Without marks and links, but with emoji."""
        for kind, part in [(SpanKind.PLAIN, text)] if text.isascii() else with_emoji(text):
            if kind is SpanKind.EMOJI and (image := self._emoji.picture(part, size)) is not None:
                self._picture(image, *tags)
            else:
                self._add(drawable(part), *tags)

    def _failure(self, block: Block, widgets: list[tk.Widget]) -> None:
        self._add(f"Not sent: {drawable(block.detail)}  ", "failed")
        for label, command in (("Retry", self._buttons.retry), ("Delete", self._buttons.delete)):
            button = ttk.Button(
                self._text,
                text=label,
                style="Small.TButton",
                cursor="arrow",
                command=lambda command=command: command(block.id),  # type: ignore[misc]
            )
            self._widget(button, "failed", padx=self._kit.px(3))
            widgets.append(button)
        self._add("\n", "failed")

    def _rule(self, words: str, color: str, ink: str) -> tk.Widget:
        """A line over the full width with words in its middle."""
        line = tk.Canvas(self._text, height=self._kit.px(32), highlightthickness=0, bd=0)
        self._lines.setdefault(self._tag, []).append(line)
        self._kit.listen(line, lambda: self._draw_rule(line, words, color, ink))
        line.bind("<Configure>", lambda _: self._draw_rule(line, words, color, ink))
        self._stretch(line)
        self._widget(line, "day")
        self._add("\n", "day")
        return line

    def _stretch(self, line: tk.Canvas) -> None:
        line.configure(width=max(1, self._text.winfo_width() - self._kit.px(MARGIN)))

    def _draw_rule(self, line: tk.Canvas, words: str, color: str, ink: str) -> None:
        kit, px = self._kit, self._kit.px
        line.delete("all")
        line.configure(bg=kit.colors.bg)
        width, y = int(line["width"]), px(18)
        middle, half = width // 2 - px(24), kit.fonts.meta_bold.measure(words) // 2 + px(12)
        for ends in ((0, middle - half), (middle + half, width)):
            line.create_line(ends[0], y, ends[1], y, fill=kit.color(color), width=px(1))
        line.create_text(middle, y, text=words, fill=kit.color(ink), font=kit.fonts.meta_bold)

    # Pieces

    def _add(self, characters: str, *tags: str) -> None:
        self._pieces += [characters, (self._tag, *tags)]

    def _flush(self) -> None:
        """One insert for all that was added."""
        if self._pieces:
            self._text.insert(_HERE, *self._pieces)
            self._pieces.clear()

    def _picture(self, image: tk.PhotoImage, *tags: str) -> None:
        self._flush()
        self._text.image_create(_HERE, image=image, align="center", padx=1)
        self._tag_last(*tags)

    def _widget(self, widget: tk.Widget, *tags: str, padx: int = 0) -> None:
        self._flush()
        self._text.window_create(_HERE, window=widget, padx=padx)
        self._tag_last(*tags)

    def _tag_last(self, *tags: str) -> None:
        """What is embedded inherits no tags, and without its block's it would never be deleted."""
        for tag in (self._tag, *tags):
            self._text.tag_add(tag, f"{_HERE} -1 chars")

    def _configure_tags(self) -> None:
        kit, px, set_tag = self._kit, self._kit.px, self._text.tag_configure
        colors, fonts, margin = kit.colors, kit.fonts, kit.px(MARGIN)
        set_tag("head", font=fonts.body_bold, spacing1=px(GROUP_GAP), rmargin=margin)
        set_tag("time", font=fonts.caption, foreground=colors.text3)
        for hue in range(HUES):
            set_tag(f"name{hue}", foreground=colors.names[hue])
        spacing: dict[str, Any] = {"spacing1": px(2), "spacing2": px(4), "spacing3": px(2), "rmargin": margin}
        set_tag("body", font=fonts.body, foreground=colors.text, **spacing)
        faint = mix(colors.text, colors.bg, WAITING_INK)
        set_tag("waiting", font=fonts.body, foreground=faint, **spacing)
        markup_tags.configure(self._text, kit, margin)
        set_tag("quote", font=fonts.meta, foreground=colors.text3, spacing1=px(4), wrap="none", rmargin=margin)
        set_tag("wrapped", wrap="word")  # Tk 8.6 begins a line with each picture in a line that is not to be wrapped
        set_tag("reactions", font=fonts.meta, spacing1=px(2), spacing3=px(4), rmargin=margin)
        set_tag("file", font=fonts.body, spacing1=px(4), spacing3=px(4), rmargin=margin)
        set_tag("gone", font=fonts.body, foreground=colors.text3, **spacing)
        set_tag("failed", font=fonts.meta, foreground=colors.danger, spacing1=px(2), spacing3=px(4), rmargin=margin)
        set_tag("rtl", justify="right")
        set_tag("link", foreground=colors.link)
        set_tag("notice", font=fonts.meta, foreground=colors.text3, spacing1=px(10), spacing3=px(4), rmargin=margin)
        set_tag("top", font=fonts.list_bold, foreground=colors.text2, spacing1=px(GROUP_GAP), rmargin=margin)
        set_tag("top_more", font=fonts.list, foreground=colors.text3, spacing1=px(4), rmargin=margin)
        set_tag("day", font=fonts.meta, spacing1=px(8))
        set_tag("seen", font=fonts.caption, foreground=colors.text3, spacing3=px(2), rmargin=margin)
        set_tag("edited", font=fonts.caption, foreground=colors.text3)
        set_tag(CALLED, background=colors.called)
        set_tag("found", background=colors.sel)
        self._text.tag_raise("link")  # whoever named the tag first
        self._text.tag_raise("sel")
