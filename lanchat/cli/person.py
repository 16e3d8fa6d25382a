"""Who speaks, for the commands that join a room: their client, a nickname where none was given, the PIN of the room."""

from __future__ import annotations

import getpass
import logging
import socket
from typing import TYPE_CHECKING, Final

import click

from lanchat.cli import fail
from lanchat.errors import LocalProtocolError, StoreError
from lanchat.pin import clean_pin
from lanchat.protocol.frames import Refused, Status
from lanchat.protocol.text import clean_nick

if TYPE_CHECKING:
    from lanchat.client import Client, Profile

_log: Final = logging.getLogger(__name__)
NEEDS_PIN: Final = "This room has a PIN. Put it into a file, and add --pin-file FILE."
FLUSH_TIMEOUT: Final = 15.0  # s in which the server takes nothing of what was said, until that waits for the next time


def client_of(profile: Profile, target: str, nick: str | None, pin_file: str | None) -> Client:
    """Not started yet. It tells others no more of this person than the settings of the window allow. Raises
    LanchatError."""
    from lanchat.client import Client  # late: `serve`, which only reads a PIN here, needs none

    client = Client(target, nickname(nick, profile), pin=pin_from(pin_file), profile=profile)
    if not profile.settings.preferences.presence:
        client.be(Status(last=False))
    return client


def flush(client: Client) -> bool:
    """Waits until the server has all that was said, as long as it takes some of it: within its rate a long text needs
    minutes. False: the rest waits for the next time."""
    while True:
        settled = client.settled
        if client.flush(FLUSH_TIMEOUT):
            return True
        if client.settled == settled:
            return False


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


def remember(nick: str, profile: Profile) -> None:
    """A name that was chosen here and let in is ours from now on, where there was none yet; nothing hangs on it."""
    try:
        if not profile.settings.nick and nick != nickname(None, profile):
            profile.update(nick=nick)
    except StoreError as error:
        _log.warning("the name is not kept: %s", error)


def advice(refused: Refused) -> str:
    """What to do about a refused nickname."""
    return refused.detail + (f" Try --nick “{refused.suggestion}”." if refused.suggestion else "")


def pin_from(file: str | None) -> str | None:
    """The PIN in the first line of `file` (“-”: of the input); None without a file. Raises LocalProtocolError."""
    if file is None:
        return None
    try:
        with click.open_file(file, encoding="utf-8", errors="replace") as lines:
            return clean_pin(lines.readline())
    except OSError as error:
        fail(f"The PIN cannot be read from {file}: {error.strerror or error}.")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, in some containers
        return ""
