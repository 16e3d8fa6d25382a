"""The server: sockets and threads around the room's rules.

server       builds and ends everything
listener     accepts;  door  how many may wait to join, and who goes when it is full
session      one client: reads, decodes, checks (a thread each)
inbox        from sessions to the broadcaster, bounded;  items  what lies in it
broadcaster  numbers, stores, delivers (one thread). Its hands, each for one thing: admission, arranging, moderation,
             stage, delivery, reading, departures, retention, files
room         what may be said in one room, and its number;  roster  who is in, under which name;  counters  what was
             stored already: pure
rooms        which rooms there are, who may know of each
member       where one connection stands;  stream, ring  a room's latest lines, for readers that lag a little
history      pages for readers that lag more, and searching (one thread)
access       what people with a role decided: sanctions, roles, invitations, audit;  standing  what holds of it
transfer     one file in or out, in a session's thread;  tickets, parts, blobs  who may, how much is here, where it lies
limits       sizes and times of one server
"""

from lanchat.server.server import Config, Server

__all__ = ["Config", "Server"]
