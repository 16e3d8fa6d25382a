"""Where the view of a Text stands, and how it gets back there; lines are measured by Tk only when they come in view."""

from __future__ import annotations

import tkinter as tk


def restore(text: tk.Text, index: str, y: int) -> None:
    """Put the line at `index` back to height `y`; lines above are measured only when they come in view."""
    text.yview(index)
    for _ in range(3):
        place = text.dlineinfo(index)
        if place is None or place[1] == y:
            return
        text.yview_scroll(place[1] - y, "pixels")


def upper_edge(text: tk.Text) -> tuple[str, int]:
    """The first line in view, and how far it is scrolled out."""
    place = text.dlineinfo("@0,0")
    return text.index("@0,0"), place[1] if place else 0


def rose(text: tk.Text, edge: tuple[str, int]) -> bool:
    """Was the view scrolled up since `upper_edge` was `edge`? What grows below, or within, never does that."""
    index, y = upper_edge(text)
    if text.compare(index, "==", edge[0]):
        return y > edge[1]
    return text.compare(index, "<", edge[0])
