"""The client library: everything between a person's room and the wire. It never imports the server.

client       what programs use
events       what it tells
link         the thread that reads, writes and reconnects;  dialer, dial  connect;  locate  finds where to
talk         what frames mean
outbox       what waits to be acknowledged
replica      the copy of the room
profile      key, settings, rooms joined before
"""

from lanchat.client import events
from lanchat.client.client import Client
from lanchat.client.profile import Profile

__all__ = ["Client", "Profile", "events"]
