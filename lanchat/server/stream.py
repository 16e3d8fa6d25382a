"""A room's stream: its latest lines in memory, and who follows it; it sends nothing.

Members in step read the ring. Plain-text members have one of their own, with the same lines as they read them.
"""

from __future__ import annotations

from lanchat.server.member import Member, Place
from lanchat.server.ring import Ring
from lanchat.server.room import Room


class Stream:
    """Of one room, as long as somebody follows it."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.ring = Ring()
        self.plain_ring = Ring()  # empty where nobody reads plain text
        self.places: dict[Member, Place] = {}
        self.plain_members = 0

    def ring_of(self, member: Member) -> Ring:
        return self.plain_ring if member.plain else self.ring
