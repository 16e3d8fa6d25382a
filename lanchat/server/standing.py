"""How everybody stands: who may come in, who may speak, and when again; it judges no deed and puts nobody out.

What moderation.py decided, read by admission and the broadcaster, in its thread. It also ends what ends by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import msgspec

from lanchat.errors import StoreError
from lanchat.protocol.duration import duration
from lanchat.protocol.frames import Error, Refused
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Role, Rules
from lanchat.server.access import Access
from lanchat.server.member import Joiner, Member
from lanchat.server.roles import LOOK
from lanchat.server.roster import Line, Roster
from lanchat.server.sanctions import Held, plain_address
from lanchat.server.slow_mode import SlowMode

_log = logging.getLogger(__name__)
SECOND: Final = 1_000  # ms
MAX_ADDRESSES: Final = 4  # of one person that a ban reaches: their latest


class Standing:
    """In one room. now: s, monotonic; at: ms since 1970."""

    def __init__(self, roster: Roster, access: Access) -> None:
        self._roster, self._access = roster, access
        self._slow = SlowMode()
        self._look_at = 0.0
        self.take_up_rules()

    def take_up_rules(self) -> None:
        """What is stored holds from now on."""
        stored = self._access.rules()
        self.rules = Rules(self._roster.room, stored.get("slow", 0), bool(stored.get("closed", 0)))
        self._slow.interval = self.rules.slow

    def look(self) -> None:
        """The role that counts is the one of now, and the time of mutes, too."""
        self._look_at = 0.0
        self._look_at_owners()

    def role(self, key: str | None) -> Role:
        return self._access.roles.of(key)

    def object_to_join(self, key: str | None, session: Joiner, at: int) -> Refused | None:
        """Why somebody does not come in."""
        known = self._roster.holds_name(key)
        ban = self._access.sanctions.find("ban", key, _addresses(session), known, at)
        if self.role(key) is Role.OWNER:
            return None
        if ban is not None:
            detail = f"You are banned from this room for {left(ban.on.until, at)}.{behind(ban.on.reason)}"
            return Refused(Code.BANNED, detail)
        if self.rules.closed and not known:
            detail = "This room takes nobody new just now. Ask somebody who is in, or try again later."
            return Refused(Code.NO_NEWCOMERS, detail)
        return None

    def came(self, line: Line, session: Joiner, at: int) -> None:
        """One more connection of somebody who is in."""
        line.addresses = tuple(dict.fromkeys((*line.addresses, *_addresses(session))))[-MAX_ADDRESSES:]
        mute = self._access.sanctions.find("mute", line.key, _addresses(session), line.known, at)
        if mute is None or line.role is Role.OWNER or mute.on.until <= line.muted_until:
            return
        self._roster.mute(line, mute.on.until)
        if line.key not in (None, mute.on.key):
            try:
                self.extend(mute, [line])
            except StoreError as error:
                _log.error("a mute holds only until %s leaves: %s", line.nick, error)

    def watches(self, line: Line) -> bool:
        """Whether `object_to_word` may have something to say. (For most it has not, and it costs time.)"""
        return line.muted_until > 0 or self.rules.slow > 0

    def object_to_word(self, member: Member, now: float, at: int) -> Error | None:
        """Why a message is not taken now."""
        if member.line.muted_until > at:
            return Error(Code.MUTED, f"You are muted for {left(member.line.muted_until, at)}.")
        wait = self._slow.wait(_person(member), now) if self._is_slow(member.line) else 0
        if not wait:
            return None
        every = duration(self.rules.slow)
        return Error(Code.SLOW, f"Slow mode: one message every {every}. The next one in {wait} s.", wait=wait)

    def object_to_name(self, member: Member, now: float, at: int) -> Error | None:
        """Why another name is not taken now, which is a word to all as well; None: it is, and counts as one."""
        refused = self.object_to_word(member, now, at) if self.watches(member.line) else None
        if refused is None:
            self.spoke(member, now)
            return None
        why = "while you are muted" if refused.code == Code.MUTED else f"for {refused.wait} s: slow mode"
        return Error(Code.NICK_INVALID, f"Your name stays as it is {why}.")

    def spoke(self, member: Member, now: float) -> None:
        if self._is_slow(member.line):
            self._slow.spoke(_person(member), now)

    def _is_slow(self, line: Line) -> bool:
        return self.rules.slow > 0 and line.role is Role.MEMBER

    @property
    def due(self) -> float:
        """When `on_time` has something to do (s, monotonic)."""
        return self._look_at

    def on_time(self, now: float, at: int) -> None:
        """Mutes that end, and owners that are others since somebody wrote their file."""
        if now < self._look_at:
            return
        self._look_at = now + LOOK
        self._look_at_owners()
        try:
            self._forget_ended(at)
        except StoreError as error:
            _log.error("%s", error)
        for line in self._roster.lines():
            self._roster.give(line, self.role(line.key))
            if 0 < line.muted_until <= at:
                self._roster.mute(line, 0)

    def _look_at_owners(self) -> None:
        """A file that cannot be read changes nothing."""
        try:
            self._access.roles.look()
        except StoreError as error:
            _log.error("%s", error)

    def _forget_ended(self, at: int) -> None:
        end = self._access.sanctions.next_end
        if end is not None and end <= at:
            with self._access.transaction():
                self._access.sanctions.forget(at)
            self._access.sanctions.reload()
            self._access.scrub()

    def hits(self, held: Held, line: Line) -> bool:
        """By its addresses: a guest, or a key that is new here."""
        return not line.known and line.role is Role.MEMBER and bool(held.addresses.intersection(line.addresses))

    def extend(self, held: Held, lines: Sequence[Line]) -> None:
        """Keys that are hit by their address get one of their own: the next time, the room knows them."""
        try:
            with self._access.transaction():
                for line in lines:
                    if line.key is not None:
                        on = msgspec.structs.replace(held.on, nick=line.nick, key=line.key)
                        self._access.sanctions.put(Held(on, held.by_key, frozenset()))
        finally:
            self._access.sanctions.reload()


def left(until: int, at: int) -> str:
    return duration(max(1, (until - at) // SECOND))


def behind(reason: str) -> str:
    """As it stands behind a sentence."""
    return f" {reason}" if reason else ""


def _addresses(session: Joiner) -> tuple[str, ...]:
    """By which somebody can be kept away: not by that of the server itself, where its owner is."""
    return () if session.own_machine else (plain_address(session.address),)


def _person(member: Member) -> str:
    """Who waits in slow mode: keys are free to make, so a new one counts by its address."""
    return member.line.key if member.line.known and member.line.key else member.session.address
