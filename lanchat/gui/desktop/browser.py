"""Opens a link in the user's browser, in a thread of its own since that may take seconds; nothing is fetched here."""

from __future__ import annotations

import threading
import webbrowser

from lanchat.client.links import link_target


def open_link(link: str) -> None:
    """Nothing but http and https. The thread ends when the browser was started; closing lanchat does not wait."""
    target = link_target(link)
    if target is not None:
        threading.Thread(target=webbrowser.open, args=(target,), name="lanchat-browser", daemon=True).start()
