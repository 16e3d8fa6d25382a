"""What keys do with the rooms of a server, while one is open; which keys these are, model.keys says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lanchat.gui.model.keys import NUMBERS

if TYPE_CHECKING:  # imported late: the window shows itself before it needs a chat
    from lanchat.gui.chat.arranging import Arranging


def room_actions(arranging: Callable[[], Arranging | None]) -> dict[str, Callable[[], object]]:
    """arranging: of the chat that is open; None: none is, and the keys do nothing."""

    def to(act: Callable[[Arranging], object]) -> Callable[[], object]:
        return lambda: act(rooms) if (rooms := arranging()) is not None else None

    numbers = {f"room {n}": to(lambda rooms, n=n: rooms.go_to_number(n)) for n in NUMBERS}  # type: ignore[misc]
    return {
        "go": to(lambda rooms: rooms.ask_where()),
        "next room": to(lambda rooms: rooms.step(1)),
        "room before": to(lambda rooms: rooms.step(-1)),
        "next unread": to(lambda rooms: rooms.step(1, unread=True)),
        "unread before": to(lambda rooms: rooms.step(-1, unread=True)),
        **numbers,
    }
