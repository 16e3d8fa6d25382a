"""What the window offers to do with a person, a message or the room, by our role; pure, and the server judges anew.

What is asked before something is done (how long, why) stands here as data, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from lanchat.gui.model.roster import Person
from lanchat.pin import clean_pin
from lanchat.protocol import moderation as acts
from lanchat.protocol.moderation import NEEDS, Action, Role, Rules

Answers = tuple[int, str]  # the seconds chosen, the words written
TIMES: Final = {"10 minutes": 600, "1 hour": 3_600, "1 day": 86_400, "1 week": 604_800}  # s
LONG: Final = {"1 hour": 3_600, "1 day": 86_400, "1 month": 2_592_000, "1 year": 31_536_000}
SILENCE: Final = "What they say is refused until then, and what guests and newcomers say from the same address."
PAUSES: Final = {"Off": 0, "5 s": 5, "30 s": 30, "2 min": 120, "10 min": 600}
WHY: Final = "Why; everybody sees it"


class Question(NamedTuple):
    """What is asked before: title, text, the word on the button; times to choose from, usual: the one that is chosen;
    field: what is to be written, empty: nothing; grave: it takes something away."""

    title: str
    text: str
    button: str
    times: Mapping[str, int] = MappingProxyType({})
    usual: int = 0
    field: str = ""
    grave: bool = False


class Offer(NamedTuple):
    """A line of a menu, and the action it stands for, made from the answers (raises LocalProtocolError). question None:
    done at once."""

    label: str
    make: Callable[[Answers], Action]
    question: Question | None = None


def for_person(person: Person, own: Role) -> list[Offer]:
    """Of a line of the list of people."""
    if person.me or person.role.rank >= own.rank:
        return []
    nick, who = person.nick, person.who
    offers = [
        Offer("Let them speak again", lambda _: acts.Unmute(who))
        if person.muted
        else Offer(
            "Mute …",
            lambda a: acts.Mute(who, a[0], a[1]),
            Question(
                f"Mute {nick}?",
                SILENCE,
                "Mute",
                TIMES,
                TIMES["10 minutes"],
                WHY,
            ),
        ),
        Offer(
            "Put out …",
            lambda a: acts.Kick(who, a[1]),
            Question(f"Put {nick} out?", "They may come back. A ban keeps them out.", "Put out", field=WHY, grave=True),
        ),
        Offer(
            "Ban …",
            lambda a: acts.Ban(who, a[0], a[1]),
            Question(
                f"Ban {nick}?",
                "Their key is kept out until then, and so are guests and newcomers at the same address, those who are "
                "in included. Where everybody may come in, somebody with another machine comes back all the same.",
                "Ban",
                LONG,
                LONG["1 day"],
                WHY,
                grave=True,
            ),
        ),
    ]
    return [*offers, *_appointment(person, own)]


def _appointment(person: Person, own: Role) -> list[Offer]:
    if own is not Role.OWNER or person.who == person.nick:  # a guest has no key to be known by
        return []
    make = person.role is not Role.MODERATOR
    label = "Make a moderator" if make else "No longer a moderator"
    return [Offer(label, lambda _: acts.Appoint(person.who, moderator=make))]


def for_message(seq: int, room: str = "", *, own: bool) -> Offer:
    """To delete one of a room, empty: of the first. own: we said it."""
    text = "Its text is removed for everybody, from the server's disk too. Who has read it has read it."
    question = Question("Delete your message?" if own else "Delete this message?", text, "Delete", grave=True)
    return Offer("Delete …", lambda _: acts.Delete(seq, room), question)


def for_room(rules: Rules, own: Role) -> list[Offer]:
    """Of the room's menu."""
    pause = next((label for label, seconds in PAUSES.items() if seconds == rules.slow), "Off")
    offers = [
        Offer(
            "Slow mode …",
            lambda a: acts.Slow(a[0]),
            Question("Slow mode", "How long each member waits between two messages.", "Set", PAUSES, PAUSES[pause]),
        ),
        Offer("Let everybody in again", lambda _: acts.Lock(on=False))
        if rules.closed
        else Offer("Let nobody new in", lambda _: acts.Lock(on=True)),
        Offer(
            "Change the PIN …",
            lambda a: acts.Pin(clean_pin(a[1]) if a[1].strip() else ""),
            Question(
                "Change the PIN",
                "Who is in stays in. Everybody else is asked for the new one. Leave it empty for none.",
                "Change",
                field="No PIN",
            ),
        ),
        Offer(
            "Close the room …",
            lambda a: acts.Close(a[1]),
            Question(
                "Close the room?", "Everybody is put out, and the server ends.", "Close it", field=WHY, grave=True
            ),
        ),
    ]
    return [
        offer
        for offer, kind in zip(offers, (acts.Slow, acts.Lock, acts.Pin, acts.Close), strict=True)
        if _may(own, kind)
    ]


def _may(own: Role, kind: type) -> bool:
    return own.rank >= NEEDS[kind].rank
