"""The client library: everything between a person's room and the wire. It never imports the server.

client       what programs use
events       what it tells
link         the thread that reads, writes and reconnects;  dialer, dial  connect;  locate  finds where to
talk         what frames mean
doing        what people type as commands, as methods;  around  who is there, which rooms
outcomes     what the server was asked to do
commands     what people type, as actions;  inviting  the link of an invitation
sending      when what we said goes out, is held back, tried again
searching    what is looked for, at the server or in the copy
mentions     who is called by name
transfers    files up and down:  asking  for tickets,  job  one of them,  moving  its bytes,  landing  where they go
packing      a folder as one archive;  pace  how fast;  pictures  opened with care
fold         what later entries made of messages
outbox       what waits to be acknowledged
replica      the copy of the room
profile      key, settings, rooms joined before
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lanchat.client.client import Client
    from lanchat.client.profile import Profile

__all__ = ["Client", "Profile"]


def __getattr__(name: str) -> Any:
    """Late imports: the window shows itself before it needs to connect."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{name.lower()}"), name)
