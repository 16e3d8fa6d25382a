"""The menu on a message: answer, react, change, copy, save, pin, delete …; it sends nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Final, NamedTuple

from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.emoji import EmojiPictures, drawable
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.spans import Kind, spans
from lanchat.protocol.frames import Message

REACTIONS: Final = {  # what is at hand, and what it is called where no picture can be drawn
    "👍": "Thumbs up",
    "❤️": "Heart",
    "😂": "Laughing",
    "🎉": "Hooray",
    "😮": "Surprised",
    "😢": "Sad",
    "👀": "Looking",
    "✅": "Done",
}
MAX_NAMES: Final = 6  # of those who reacted alike
MAX_VERSIONS: Final = 20  # that are shown; the latest
MAX_LINKS: Final = 5  # of one message that the menu holds
MAX_LINK: Final = 60  # characters of a link in the menu
_PICTURE: Final = 16  # px


class Wishes(NamedTuple):
    """What the user may want of a message. choose: another emoji, at that place of the screen."""

    reply: Callable[[Message], object]
    edit: Callable[[Message], object]
    react: Callable[[Message, str], object]
    choose: Callable[[Message, int, int], object]
    delete: Callable[[Message], object]
    open: Callable[[str], object]
    jump: Callable[[int], object]
    save: Callable[[Message], object]
    save_as: Callable[[Message], object]
    pin: Callable[[Message], object]  # or unpin it
    may_pin: Callable[[], bool]


class MessageMenu:
    """window: for dialogs and the clipboard."""

    def __init__(self, window: tk.Misc, kit: Kit, model: ChatModel, emoji: EmojiPictures, wishes: Wishes) -> None:
        self._window, self._kit, self._model, self._emoji, self._wishes = window, kit, model, emoji, wishes
        self._menu: PopupMenu | None = None

    def open_reactions(self, message: Message, x: int, y: int) -> None:
        """What is at hand to react with, at a place of the screen."""
        self._reactions(self._new(), message, x, y).tk_popup(x, y)

    def _new(self) -> PopupMenu:
        """The one before is seen no more."""
        if self._menu is not None:
            self._menu.destroy()
        self._menu = PopupMenu(self._window, self._kit)
        return self._menu

    def open(self, message: Message, x: int, y: int) -> None:
        """At a place of the screen."""
        menu = self._new()
        own = self._model.is_own(message)
        menu.add_command(label="Reply", command=lambda: self._wishes.reply(message))
        menu.add_cascade(label="React", menu=self._reactions(menu, message, x, y))
        if own:
            menu.add_command(label="Change", command=lambda: self._wishes.edit(message))
        menu.add_command(label="Copy the text", command=lambda: self._copy(message))
        self._add_ways(menu, message)
        if message.file is not None:
            menu.add_separator()
            menu.add_command(label="Save", command=lambda: self._wishes.save(message))
            menu.add_command(label="Save as …", command=lambda: self._wishes.save_as(message))
        if len(self._model.timeline.versions(message)) > 1:
            menu.add_command(label="Earlier versions …", command=lambda: self._show_versions(message))
        if self._wishes.may_pin():
            label = "Unpin" if self._model.timeline.pinned(message.seq) else "Pin"
            menu.add_command(label=label, command=lambda: self._wishes.pin(message))
        self._add_who_reacted(menu, message)
        if seen := self._model.seen_by(message):
            menu.add_separator()
            menu.add_command(label=drawable(seen), state="disabled")
        if self._model.may_delete(message):
            menu.add_separator()
            menu.add_command(label="Delete …", command=lambda: self._wishes.delete(message))
        menu.paint()
        menu.tk_popup(x, y)

    def _add_ways(self, menu: tk.Menu, message: Message) -> None:
        """To what it answers, and to where its links lead: by key, too."""
        if message.reply and self._model.timeline.message((message.reply, 0)) is not None:
            menu.add_command(label="Go to what it answers", command=lambda: self._wishes.jump(message.reply))
        text = self._model.timeline.versions(message)[-1][1]
        links = dict.fromkeys(part for kind, part in spans(text) if kind is Kind.LINK)
        for link in list(links)[:MAX_LINKS]:
            label = link if len(link) <= MAX_LINK else link[: MAX_LINK - 1] + "…"
            menu.add_command(label=drawable(f"Open {label}"), command=lambda link=link: self._wishes.open(link))  # type: ignore[misc]

    def _reactions(self, master: tk.Menu, message: Message, x: int, y: int) -> tk.Menu:
        menu = PopupMenu(master, self._kit)
        for emoji, name in REACTIONS.items():
            picture = self._emoji.picture(emoji, _PICTURE)
            options = {"image": picture, "compound": "left"} if picture else {}
            menu.add_command(
                label=f"  {name}" if picture else name,
                command=lambda emoji=emoji: self._wishes.react(message, emoji),  # type: ignore[misc]
                **options,  # type: ignore[arg-type]
            )
        menu.add_separator()
        menu.add_command(label="More …", command=lambda: self._wishes.choose(message, x, y))
        menu.paint()
        return menu

    def _add_who_reacted(self, menu: tk.Menu, message: Message) -> None:
        reactions = self._model.timeline.reactions(message.seq)
        if reactions:
            menu.add_separator()
        for reaction in reactions:
            more = len(reaction.people) - MAX_NAMES
            names = ", ".join(reaction.people[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
            picture = self._emoji.picture(reaction.emoji, _PICTURE)
            options = {"image": picture, "compound": "left"} if picture else {}
            label = drawable(f"  {names}" if picture else f"{reaction.emoji} {names}")
            menu.add_command(label=label, foreground=self._kit.colors.text2, **options)  # type: ignore[arg-type]

    def _show_versions(self, message: Message) -> None:
        versions = self._model.timeline.versions(message)[-MAX_VERSIONS:]
        text = "\n\n".join(f"{at:%Y-%m-%d %H:%M}\n{drawable(said)}" for at, said in versions)
        answers: Answers = {"Close": lambda: None}
        Choice(self._window.winfo_toplevel(), self._kit, "What it said, and when", text, answers)

    def _copy(self, message: Message) -> None:
        self._window.clipboard_clear()
        self._window.clipboard_append(self._model.timeline.versions(message)[-1][1])
