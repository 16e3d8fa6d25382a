"""Moderation: checks who may do what to whom, does it and writes it down; the broadcaster's hand, in its thread.

The one place where it is judged who may do what to whom (who may change a room, arranging.py judges, and who a message,
room.py): what a client shows or hides is for convenience. What comes of it later (who may
come in, who may speak) standing.py knows. What lasts is stored together
with its line of the audit journal, in one transaction, before anybody feels it; what cannot be written is not done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from lanchat.errors import LocalProtocolError
from lanchat.protocol import moderation as acts
from lanchat.protocol.duration import duration
from lanchat.protocol.frames import Bye, Message, Outcome
from lanchat.protocol.limits import MAX_BANS_TOLD, Code
from lanchat.protocol.moderation import NEEDS, Action, Role, Rules, Sanction
from lanchat.protocol.text import one_line
from lanchat.server.access import Access
from lanchat.server.audit import Deed
from lanchat.server.denied import Denied, keep_to, outcome_of
from lanchat.server.limits import DEEDS, DEEDS_BURST, Rate
from lanchat.server.member import Member
from lanchat.server.room import Room
from lanchat.server.roster import Line, Roster, Whom
from lanchat.server.sanctions import Held, Kind
from lanchat.server.standing import SECOND, Standing, behind, left

_PEOPLE: Final = {Role.MODERATOR: "moderators and owners", Role.OWNER: "owners"}
_A: Final = {Role.MEMBER: "a member", Role.MODERATOR: "a moderator", Role.OWNER: "an owner"}
_NO_GUESTS: Final = "This room has a PIN now, and takes only members with a key."


class Stage(Protocol):
    """What the broadcaster does for it."""

    def members(self) -> Iterable[Member]: ...
    def put_out(self, member: Member, bye: Bye) -> None: ...
    def publish(self, rules: Rules) -> None:
        """To all."""

    def room(self, name: str, key: str | None) -> Room | None:
        """That this key may know of. Raises StoreError."""

    def delete(self, line: Line, room: Room, target: Message) -> None:
        """Stores and tells it. Raises StoreError."""

    def message(self, room: Room, seq: int) -> Message | None:
        """None: there is none, or no more. Raises StoreError."""

    def close_room(self, bye: Bye) -> None: ...


class Moderation:
    """Of one room. now: s, monotonic; at: ms since 1970."""

    def __init__(self, roster: Roster, access: Access, standing: Standing, stage: Stage) -> None:
        self._roster, self._access, self._standing, self._stage = roster, access, standing, stage
        self._rates: dict[str, Rate] = {}  # of those who have or had a role, by key
        self._handlers: Final[dict[type, Callable[[Any, Any, int], Outcome | str]]] = {
            acts.Kick: self._kick,
            acts.Ban: self._ban,
            acts.Unban: self._unban,
            acts.Bans: self._bans,
            acts.Mute: self._mute,
            acts.Unmute: self._unmute,
            acts.Slow: self._slow_down,
            acts.Lock: self._lock,
            acts.Delete: self._delete,
            acts.Invite: self._invite,
            acts.Appoint: self._appoint,
            acts.Pin: self._pin,
            acts.Close: self._close,
        }

    # What members ask for

    def do(self, member: Member, id: str, action: Action, now: float, at: int) -> Outcome:  # noqa: A002
        """Does it, if the member may."""
        self._standing.look()
        return outcome_of(id, lambda: self._do(member, action, now, at))

    def _do(self, member: Member, action: Action, now: float, at: int) -> Outcome:
        """Raises Denied, StoreError."""
        role = self._role(member.line.key)
        if role.rank < NEEDS[type(action)].rank:
            raise Denied(Code.NOT_ALLOWED, f"Only {_PEOPLE[NEEDS[type(action)]]} of this room can do that.")
        if role is not Role.MEMBER:
            keep_to(self._rates.setdefault(member.line.key or "", Rate(DEEDS, now, DEEDS_BURST)), now)
        outcome = self._handlers[type(action)](member, action, at)
        return Outcome("", detail=outcome) if isinstance(outcome, str) else outcome

    def _role(self, key: str | None) -> Role:
        return self._access.roles.of(key)

    @contextmanager
    def _written(self, member: Member, at: int, action: Action, who: Whom | None, detail: str) -> Iterator[None]:
        """One transaction with the line of the audit journal."""
        name = type(action).__struct_config__.tag
        target = "" if who is None else who.key or who.nick
        shown = " ".join(part for part in (f"“{who.nick}”" if who else "", detail) if part)
        with self._access.transaction():
            yield
            self._access.audit.write(Deed(at, member.line.nick, member.line.key or "", str(name), target, shown))

    def _whom(self, member: Member, who: str) -> Whom:
        """Somebody that this member may act on."""
        found = self._roster.whom(who)
        if found is None:
            raise Denied(Code.NOBODY, f"There is nobody called “{one_line(who)}” here.")
        if found.key is not None and found.key == member.line.key:
            raise Denied(Code.NOT_ALLOWED, "That is you.")
        role = self._role(found.key)
        if role.rank >= self._role(member.line.key).rank:
            raise Denied(Code.NOT_ALLOWED, f"“{found.nick}” is {_A[role]} of this room.")
        return found

    def _put_out(self, line: Line, by: str, why: str, code: Code, detail: str) -> None:
        for other in list(self._stage.members()):
            if other.line is line:
                self._stage.put_out(other, Bye(code, detail))
        self._roster.expel(line, by, why, ban=code is Code.BANNED)

    def _kick(self, member: Member, do: acts.Kick, at: int) -> str:
        whom, why = self._whom(member, do.who), one_line(do.reason)
        if whom.line is None:
            raise Denied(Code.NOBODY, f"“{whom.nick}” is not here.")
        with self._written(member, at, do, whom, why):
            pass
        by = member.line.nick
        self._put_out(whom.line, by, why, Code.KICKED, f"{by} put you out of the room.{behind(why)}")
        return f"{whom.nick} is put out."

    def _sanction(
        self, kind: Kind, member: Member, do: acts.Ban | acts.Mute, at: int
    ) -> tuple[Sanction, list[Line], str]:
        """Stored; the lines that it hits, and a sentence about those that were not meant."""
        whom, why = self._whom(member, do.who), one_line(do.reason)
        if not do.seconds:
            raise Denied(Code.INVALID, f"Say for how long: a {kind} has an end.")
        addresses = frozenset(whom.line.addresses if whom.line else ())
        if whom.key is None and not addresses:
            raise Denied(Code.NOBODY, f"“{whom.nick}” has no key and is on the server itself. Put them out instead.")
        sanction = Sanction(kind, whom.nick, whom.key, at + do.seconds * SECOND, member.line.nick, why)
        held = Held(sanction, member.line.key or "", addresses)
        others = [line for line in self._roster.lines() if line is not whom.line and self._standing.hits(held, line)]
        more = _also(others)
        with self._written(member, at, do, whom, f"for {duration(do.seconds)}.{more} {why}".strip()):
            if not self._access.sanctions.put(held):
                raise Denied(Code.TOO_MANY, "There are too many bans and mutes. Lift some first.")
            self._standing.extend(held, others)
        return sanction, ([whom.line] if whom.line else []) + others, more

    def _ban(self, member: Member, do: acts.Ban, at: int) -> str:
        ban, lines, more = self._sanction("ban", member, do, at)
        for line in lines:
            detail = f"{ban.by} banned you from the room for {left(ban.until, at)}.{behind(ban.reason)}"
            self._put_out(line, ban.by, ban.reason, Code.BANNED, detail)
        return f"{ban.nick} is banned for {duration(do.seconds)}.{more}"

    def _mute(self, member: Member, do: acts.Mute, at: int) -> str:
        mute, lines, more = self._sanction("mute", member, do, at)
        for line in lines:
            self._roster.mute(line, mute.until, mute.by, mute.reason)
        return f"{mute.nick} is muted for {duration(do.seconds)}.{more}"

    def _lift(self, kind: Kind, member: Member, do: acts.Unban | acts.Unmute, at: int) -> list[Held]:
        found = self._roster.whom(do.who)
        held = [h for h in self._access.sanctions.all(at) if h.on.kind == kind]
        keys = {do.who} | ({found.key} if found is not None and found.key else set())
        meant = [h for h in held if h.on.key in keys] or [h for h in held if h.on.nick == do.who]
        if not meant:
            raise Denied(Code.NOBODY, f"There is no {kind} on “{one_line(do.who)}”.")
        own = self._role(member.line.key)
        for one in meant:
            if one.on.key == member.line.key or self._role(one.by_key).rank > own.rank:
                raise Denied(Code.NOT_ALLOWED, f"“{one.on.by}” did that, and you cannot undo it.")
        try:
            with self._written(member, at, do, Whom(meant[0].on.nick, meant[0].on.key, None), ""):
                gone = [held for one in meant for held in self._access.sanctions.lift(one)]
        finally:
            self._access.sanctions.reload()
        self._access.scrub()
        return gone

    def _unban(self, member: Member, do: acts.Unban, at: int) -> str:
        return f"{self._lift('ban', member, do, at)[0].on.nick} may come back."

    def _unmute(self, member: Member, do: acts.Unmute, at: int) -> str:
        lifted = self._lift("mute", member, do, at)
        for line in self._roster.lines():
            if any(h.on.key == line.key if line.key else h.addresses & {*line.addresses} for h in lifted):
                line.pardoned = True
                left = self._access.sanctions.find("mute", line.key, line.addresses, line.known, at)
                self._roster.mute(line, left.on.until if left else 0, member.line.nick)
        return f"{lifted[0].on.nick} may speak again."

    def _bans(self, _member: Member, _do: acts.Bans, at: int) -> Outcome:
        return Outcome("", bans=[held.on for held in self._access.sanctions.all(at)[-MAX_BANS_TOLD:]])

    def _slow_down(self, member: Member, do: acts.Slow, at: int) -> str:
        detail = f"one message every {duration(do.seconds)}" if do.seconds else "off"
        self._rule(member, do, at, "slow", do.seconds, detail)
        return f"Slow mode: {detail}."

    def _lock(self, member: Member, do: acts.Lock, at: int) -> str:
        self._rule(member, do, at, "closed", int(do.on), "on" if do.on else "off")
        return "Nobody new comes in from now on." if do.on else "Everybody may come in again."

    def _rule(self, member: Member, do: Action, at: int, name: str, value: int, detail: str) -> None:
        rules = self._standing.rules
        before = {"slow": rules.slow, "closed": int(rules.closed)}
        if before[name] == value:
            return
        with self._written(member, at, do, None, detail):
            self._access.set_rule(name, value)
        self._standing.take_up_rules()
        self._stage.publish(self._standing.rules)

    def _delete(self, member: Member, do: acts.Delete, at: int) -> str:
        room = self._stage.room(do.room, member.line.key)
        message = None if room is None else self._stage.message(room, do.seq)
        if room is None or message is None:
            raise Denied(Code.NOBODY, "There is no such message any more.")
        if message.key is None or message.key != member.line.key:
            own, theirs = self._role(member.line.key), self._role(message.key)
            if own.rank < Role.MODERATOR.rank:
                raise Denied(Code.NOT_ALLOWED, "You can only delete what you said yourself.")
            if theirs.rank > own.rank:
                raise Denied(Code.NOT_ALLOWED, f"“{message.nick}” is {_A[theirs]} of this room.")
            whom, what = Whom(message.nick, message.key, None), f"message {do.seq} in “{room.name}”"
            with self._written(member, at, do, whom, what):
                pass
        self._stage.delete(member.line, room, message)
        return "The message is deleted."

    def _invite(self, member: Member, do: acts.Invite, at: int) -> Outcome:
        if not do.seconds:
            raise Denied(Code.INVALID, "Say for how long: an invitation has an end.")
        note = f"by {member.line.nick}"
        with self._written(member, at, do, None, f"for {duration(do.seconds)}, uses: {do.uses or 'any number'}"):
            token = self._access.invitations.make(note, at + do.seconds * SECOND, do.uses, at)
            if token is None:
                raise Denied(Code.TOO_MANY, "There are too many open invitations. Revoke some first.")
        return Outcome("", token=token)

    def _appoint(self, member: Member, do: acts.Appoint, at: int) -> str:
        whom = self._whom(member, do.who)
        if whom.key is None:
            raise Denied(Code.NOBODY, f"“{whom.nick}” has no key, so nobody can know them again.")
        with self._written(member, at, do, whom, "" if do.moderator else "no more"):
            if not self._access.roles.appoint(whom.key, whom.nick, moderator=do.moderator):
                raise Denied(Code.TOO_MANY, "There are too many moderators.")
        self._access.roles.appointed(whom.key, moderator=do.moderator)
        if whom.line is not None:
            self._roster.give(whom.line, self._role(whom.key), member.line.nick)
        return f"{whom.nick} is {'a' if do.moderator else 'no longer a'} moderator."

    def _pin(self, member: Member, do: acts.Pin, at: int) -> str:
        try:
            with self._written(member, at, do, None, "another one" if do.pin else "none"):
                self._access.store_pin(do.pin or None, keep=[line.key for line in self._roster.lines() if line.key])
        except LocalProtocolError as error:
            raise Denied(Code.PIN_INVALID, str(error)) from error
        finally:
            self._access.reload()
        for line in self._roster.lines() if do.pin else ():
            if line.key is None:
                self._put_out(line, member.line.nick, _NO_GUESTS, Code.KICKED, _NO_GUESTS)
        return "The PIN is changed. Who is in stays in." if do.pin else "The room has no PIN any more."

    def _close(self, member: Member, do: acts.Close, at: int) -> str:
        why = one_line(do.reason)
        with self._written(member, at, do, None, why):
            pass
        self._stage.close_room(Bye(Code.ROOM_CLOSED, f"{member.line.nick} closed the room.{behind(why)}"))
        return "The room is closed."


def _also(lines: list[Line]) -> str:
    """Who is hit beside the one that was meant."""
    names = [f"“{line.nick}”" for line in lines]
    return f" So is who is new and at the same address: {', '.join(names)}." if names else ""
