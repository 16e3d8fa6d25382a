"""Who speaks, for the commands that join a room: the profile, and a nickname where none was given."""

from __future__ import annotations

import getpass
import socket

from lanchat.client import Profile
from lanchat.errors import LocalProtocolError
from lanchat.protocol.frames import Refused
from lanchat.protocol.text import clean_nick


def nickname(chosen: str | None, profile: Profile) -> str:
    """What was chosen, else the last one used, else the name of the account. Raises LocalProtocolError."""
    if chosen is not None:
        return clean_nick(chosen)
    candidates = (profile.settings.nick, _account())
    for candidate in candidates:
        try:
            return clean_nick(candidate)
        except LocalProtocolError:
            continue
    return clean_nick(socket.gethostname().split(".")[0] or "guest")


def advice(refused: Refused) -> str:
    """What to do about a refused nickname."""
    return refused.detail + (f" Try --nick “{refused.suggestion}”." if refused.suggestion else "")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, in some containers
        return ""
