"""The line below the prompt: where we are, how we stand with the server, what is new elsewhere; pure."""

from __future__ import annotations

from typing import Final

from lanchat.cli import one_line
from lanchat.cli.screen_lines import Line, title
from lanchat.gui.model.chat import ChatModel

MAX_OTHERS: Final = 20  # rooms with something new that are named
_LINK: Final = {"online": "class:online", "away": "class:away", "offline": "class:offline"}


def status_line(model: ChatModel, now: float) -> Line:
    """now: s since 1970."""
    state, color = model.status
    banner = model.banner(now)
    line: Line = [
        ("class:here", f" {one_line(title(model, model.current))} "),
        ("", f" {one_line(model.nick)} in {one_line(model.server)}"),
    ]
    others = [room for room in model.conversations() if room.unread and room is not model.current]
    for room in others[:MAX_OTHERS]:
        called = f" (@{room.called})" if room.called else ""
        line += [("", " · "), ("class:unread", one_line(f"{title(model, room)} {room.unread}{called}"))]
    line += [("", " · "), (_LINK[color], one_line(banner.text if banner else state))]
    footer = model.footer(now)
    return [*line, ("", f" · {one_line(footer)}")] if footer else line
