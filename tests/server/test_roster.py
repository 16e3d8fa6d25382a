"""The roster, without a socket: names and who may have them, who is in, and what is told of it."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Change, Error, Refused
from lanchat.protocol.limits import MAX_FRAME, Code
from lanchat.server.roster import GRACE, Line, Roster

KEY, OTHER = "k" * 43, "o" * 43


def make_roster(holders: dict[str, str] | None = None) -> Roster:
    return Roster("lobby", holders or {})


def enter(roster: Roster, nick: str, key: str | None = None) -> Line:
    line = roster.join(nick, key, clear=key is None)
    assert isinstance(line, Line), line
    return line


def refusal(outcome: object) -> tuple[str, str | None]:
    assert isinstance(outcome, Refused | Error), outcome
    return outcome.code, outcome.suggestion


def here(roster: Roster) -> list[str]:
    return [member.nick for listing in roster.listing() for member in listing.members]


# Names


def test_a_name_is_taken_in_all_its_spellings() -> None:
    roster = make_roster()
    enter(roster, "Ana")
    for nick in ("Ana", "ana", "ANA", "  Ana ", "\uff21na"):
        assert refusal(roster.join(nick, None, clear=False))[0] == Code.NICK_TAKEN
    assert here(roster) == ["Ana"]


def test_the_suggestion_is_free_whoever_holds_what() -> None:
    roster = make_roster(holders={"ana 2": KEY})
    enter(roster, "Ana")
    enter(roster, "ana 3")
    code, suggestion = refusal(roster.join("Ana", None, clear=False))
    assert (code, suggestion) == (Code.NICK_TAKEN, "Ana 4")
    enter(roster, "Ana 4")


def test_a_name_is_kept_clean() -> None:
    roster = make_roster()
    assert enter(roster, "  Ana   Maria ").nick == "Ana Maria"
    assert refusal(roster.join("a\nb", None, clear=False)) == (Code.NICK_INVALID, None)


def test_a_guest_never_gets_a_name_that_belongs_to_a_key() -> None:
    roster = make_roster(holders={"ana": KEY})
    assert refusal(roster.join("Ana", None, clear=False)) == (Code.NICK_TAKEN, "Ana 2")
    assert refusal(roster.join("Ana", OTHER, clear=False)) == (Code.NICK_TAKEN, "Ana 2")
    guest = enter(roster, "Bob")
    assert refusal(roster.rename(guest, "ana")) == (Code.NICK_TAKEN, "ana 2")
    assert enter(roster, "Ana", KEY).key == KEY


def test_a_key_holds_its_name_when_it_is_away_and_one_name_only() -> None:
    roster = make_roster()
    roster.leave(enter(roster, "Ana", KEY), 0.0, goodbye=True)
    assert refusal(roster.join("Ana", OTHER, clear=False))[0] == Code.NICK_TAKEN
    line = enter(roster, "Ana Maria", KEY)
    enter(roster, "Ana", OTHER)  # its first name is free since it holds another
    assert refusal(roster.rename(line, "Ana"))[0] == Code.NICK_TAKEN
    roster.leave(line, 0.0, goodbye=True)
    assert refusal(roster.join("Ana Maria", None, clear=False))[0] == Code.NICK_TAKEN


def test_a_guest_in_the_room_keeps_a_key_out_of_its_name() -> None:
    roster = make_roster()
    guest = enter(roster, "Ana")
    assert refusal(roster.join("Ana", KEY, clear=False))[0] == Code.NICK_TAKEN
    roster.leave(guest, 0.0, goodbye=True)
    enter(roster, "Ana", KEY)


def test_all_connections_of_a_key_share_one_line() -> None:
    roster = make_roster()
    first = enter(roster, "Ana", KEY)
    assert enter(roster, "Some other name", KEY) is first
    assert here(roster) == ["Ana"]
    assert len(roster) == 1
    roster.leave(first, 0.0, goodbye=True)
    assert here(roster) == ["Ana"]
    roster.leave(first, 0.0, goodbye=True)
    assert here(roster) == []
    told = [change.change for frame in roster.presence() for change in frame.changes]
    assert told == ["joined", "left"]


def told(roster: Roster) -> list[str]:
    return [f"{change.nick} {change.change}" for frame in roster.presence() for change in frame.changes]


def test_who_drops_and_is_back_in_time_makes_no_noise() -> None:
    roster = make_roster()
    line = enter(roster, "Ana", KEY)
    told(roster)
    roster.leave(line, 100.0, goodbye=False)
    roster.expire(100.0 + GRACE - 0.1)
    assert (here(roster), len(roster), roster.due) == (["Ana"], 0, 100.0 + GRACE)
    assert enter(roster, "Ana", KEY) is line
    roster.expire(200.0)
    assert (told(roster), len(roster), roster.due) == ([], 1, None)


def test_who_does_not_come_back_is_gone_in_the_end() -> None:
    roster = make_roster()
    ana, ben, guest = enter(roster, "Ana", KEY), enter(roster, "Ben", OTHER), enter(roster, "Cid")
    told(roster)
    roster.leave(ana, 100.0, goodbye=False)
    roster.leave(ben, 101.0, goodbye=False)
    roster.leave(guest, 102.0, goodbye=False)
    assert told(roster) == ["Cid left"]  # nobody knows whether the next Cid is the same
    assert roster.due == 100.0 + GRACE
    roster.expire(100.0 + GRACE)
    assert told(roster) == ["Ana left"]
    roster.expire(200.0)
    assert (told(roster), here(roster), roster.due) == (["Ben left"], [], None)


def test_who_comes_back_under_another_name_is_renamed_or_refused() -> None:
    roster = make_roster()
    line = enter(roster, "Ana", KEY)
    enter(roster, "Ben", OTHER)
    told(roster)
    roster.leave(line, 100.0, goodbye=False)
    assert refusal(roster.join("Ben", KEY, clear=False)) == (Code.NICK_TAKEN, "Ben 2")
    assert roster.due is not None
    assert enter(roster, "Eva", KEY) is line
    assert told(roster) == ["Eva renamed"]
    assert sorted(here(roster)) == ["Ben", "Eva"]


def test_a_rename_frees_the_old_name() -> None:
    roster = make_roster()
    line = enter(roster, "Ana")
    assert roster.rename(line, "Eva") is None
    enter(roster, "Ana")
    assert sorted(here(roster)) == ["Ana", "Eva"]


def test_a_rename_to_the_same_name_is_no_change() -> None:
    roster = make_roster()
    line = enter(roster, "Ana")
    roster.presence()
    assert roster.rename(line, "Ana") is None
    assert roster.presence() == []
    assert roster.rename(line, "ANA") is None
    [frame] = roster.presence()
    assert frame.changes == [Change("renamed", "ANA", None, clear=True, was="Ana")]


# Rosters and presence


def test_an_empty_room_has_a_roster_too() -> None:
    [listing] = make_roster().listing()
    assert (listing.members, listing.first) == ([], True)


def test_long_rosters_and_many_changes_fit_into_frames() -> None:
    roster = make_roster()
    nicks = [f"{n:04}" + "🙂" * 28 for n in range(1000)]
    lines = [enter(roster, nick, f"{n:043}") for n, nick in enumerate(nicks)]
    for line, nick in zip(lines, nicks, strict=True):
        roster.rename(line, "🙃" + nick[:31])
    listings, presence = roster.listing(), roster.presence()
    assert all(len(encode(frame)) <= MAX_FRAME for frame in (*listings, *presence))
    assert [listing.first for listing in listings] == [True, *[False] * (len(listings) - 1)]
    assert len(here(roster)) == 1000
    changes = [change.change for frame in presence for change in frame.changes]
    assert changes == ["joined"] * 1000 + ["renamed"] * 1000
    assert roster.presence() == []


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "rename"]),
        st.sampled_from(["A", "a", "B", "C", "", "a:b"]),
        st.integers(0, 3),
    )
)


@given(ACTIONS)
def test_whatever_happens_the_changes_lead_from_roster_to_roster(actions: list[tuple[str, str, int]]) -> None:
    """Who applies every change to an old roster has the new one; no name is there twice; no held name is a guest's."""
    roster = make_roster(holders={"b": KEY})
    keys = [None, None, KEY, OTHER]
    inside: dict[int, list[Line]] = defaultdict(list)
    seen: list[str] = []
    for action, nick, who in actions:
        if action == "join":
            outcome = roster.join(nick, keys[who], clear=False)
            if isinstance(outcome, Line):
                inside[who].append(outcome)
        elif inside[who]:
            if action == "leave":
                roster.leave(inside[who].pop(), 0.0, goodbye=True)
            else:
                roster.rename(inside[who][0], nick)
        for frame in roster.presence():
            for change in frame.changes:
                gone = {"joined": None, "left": change.nick, "renamed": change.was}[change.change]
                seen = [n for n in seen if n != gone] + ([] if change.change == "left" else [change.nick])
        assert sorted(seen) == sorted(here(roster))
        folds = [n.casefold() for n in here(roster)]
        assert len(folds) == len(set(folds))
        for member in (m for listing in roster.listing() for m in listing.members):
            assert set(roster._holders.find(member.nick)) <= {member.key}
    assert sum(map(len, inside.values())) >= len(roster)
