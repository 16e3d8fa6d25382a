"""The server: sockets and threads around the room's rules.

server       builds and ends everything
listener     accepts
door         how many may wait to join, and who goes when it is full; pure
session      one client: reads, decodes, checks (a thread each)
inbox        from sessions to the broadcaster, bounded
broadcaster  numbers, stores, delivers (one thread)
room         who is in, under which name, and what may be said; pure
ring         the latest lines, for readers that lag a little; pure
history      pages for readers that lag more (one thread)
limits       sizes and times of one server
"""

from lanchat.server.server import Config, Server

__all__ = ["Config", "Server"]
