"""What to propose to somebody who has not chosen a name yet; pure."""

from __future__ import annotations

from lanchat.errors import LocalProtocolError
from lanchat.protocol.text import clean_nick, clean_server_name


def default_nick(login: str) -> str:
    """A nickname made of the login name; empty where that would be none."""
    words = login.replace(".", " ").replace("_", " ").split()
    try:
        return clean_nick(" ".join(word[:1].upper() + word[1:] for word in words))
    except LocalProtocolError:
        return ""


def default_room(nick: str) -> str:
    """What this person’s own room may be called."""
    return clean_server_name(f"{nick}’s room" if nick else "Our room")
