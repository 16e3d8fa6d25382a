"""Where the user stands on a chat screen, kept while its widgets are made anew; it makes and draws none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lanchat.gui.chat.picture_view import PictureView
from lanchat.gui.kit.focus import is_within, last_in
from lanchat.gui.kit.key_bindings import part_with_keyboard

if TYPE_CHECKING:
    from lanchat.gui.chat.screen import ChatScreen


@contextmanager
def kept(screen: ChatScreen) -> Iterator[None]:
    """Within, the screen makes its widgets anew: what was written and for what, the place in the list, the search and
    the keyboard are as they were."""
    _ = screen.visit  # notes draft and place in the open room
    cursor = screen.composer.text.index("insert")
    switching, aiming, jumping = screen.switching, screen.aiming, screen.finding.jumping
    keyboard, part = last_in(screen), part_with_keyboard(screen.parts)
    searching, in_search = screen.finding.is_open, is_within(keyboard, screen.finding.panel)
    pasted = screen.attaching.close()
    for child in screen.winfo_children():
        if not isinstance(child, PictureView):
            child.destroy()
    yield
    screen.update_idletasks()  # laid out: without a height no list has a place
    screen.switching.go_on(switching)
    screen.composer.text.mark_set("insert", cursor)
    screen.aiming.go_on(aiming)
    screen.finding.jumping.go_on(jumping)
    if searching:
        screen.finding.show()
    screen.uploads.show(screen.model.transfers.uploads)
    screen.files.send(pasted)
    if in_search:
        screen.finding.panel.field.focus_set()
    elif part is not None:
        screen.parts[part].first.focus_set()
    elif is_within(keyboard, screen):
        screen.composer.focus_text()
