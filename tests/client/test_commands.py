"""What people type behind a “/”, and the action that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client.commands import COMMANDS, help_lines, parse
from lanchat.errors import LocalProtocolError
from lanchat.protocol import moderation as acts
from lanchat.protocol.codec import client_frames, encode
from lanchat.protocol.frames import Arrange, Edit, Moderate, React, Say, Status, Word
from lanchat.protocol.moderation import Role
from lanchat.protocol.rooms import RoomAction

PEOPLE = ["Ana", "Ana Lindqvist", "Bo", "2h"]


def last_said(nick: str) -> int | None:
    return {"Ana": 17, "": 9}.get(nick)


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("/kick Bo", acts.Kick("Bo")),
        ("/kick @Bo too loud", acts.Kick("Bo", "too loud")),
        ("/kick ana lindqvist bye", acts.Kick("Ana Lindqvist", "bye")),
        ('/kick "No Body" bye', acts.Kick("No Body", "bye")),
        ("/kick “No Body” bye", acts.Kick("No Body", "bye")),
        ("/ban Bo", acts.Ban("Bo", 86_400)),
        ("/ban Bo 2h spam and more", acts.Ban("Bo", 7_200, "spam and more")),
        ("/ban Bo spam", acts.Ban("Bo", 86_400, "spam")),
        ("/ban 2h 2h", acts.Ban("2h", 7_200)),
        ("/ban Ana Lindqvist 1d", acts.Ban("Ana Lindqvist", 86_400)),
        ("/unban Bo", acts.Unban("Bo")),
        ("/reply Ana yes,\n  as  typed", Say("", "yes,\n  as  typed", reply=17)),
        ("/reply 4 yes", Say("", "yes", reply=4)),
        ("/edit Better  so", Edit("", 9, "Better  so")),
        ("/me dances  here", Say("", "_dances  here_")),
        ("/me dances\nhere", Say("", "_dances here_")),
        ("/react Ana 👍", React("", 17, "👍")),
        ("/react 4 👍 off", React("", 4, "👍", on=False)),
        ("/mute Bo", acts.Mute("Bo", 600)),
        ("/mute Bo 90s sh", acts.Mute("Bo", 90, "sh")),
        ("/unmute Bo ", acts.Unmute("Bo")),
        ("/bans", acts.Bans()),
        ("/slow 10", acts.Slow(10)),
        ("/slow 1m", acts.Slow(60)),
        ("/slow off", acts.Slow(0)),
        ("/lock", acts.Lock(on=True)),
        ("/unlock", acts.Lock(on=False)),
        ("/delete Ana", acts.Delete(17)),
        ("/delete 4", acts.Delete(4)),
        ("/invite", acts.Invite(604_800, 1)),
        ("/invite 2h many", acts.Invite(7_200, None)),
        ("/moderator Bo", acts.Appoint("Bo", moderator=True)),
        ("/moderator Ana Lindqvist off", acts.Appoint("Ana Lindqvist", moderator=False)),
        ("/pin 123 456", acts.Pin("123456")),
        ("/pin off", acts.Pin("")),
        ("/close", acts.Close()),
        ("/close good night", acts.Close("good night")),
        ("hello", None),
        (" /kick Bo", None),
        ("/usr/bin/env", None),
        ("//kick", None),
        ("/", None),
        ("/ me", None),
        ("/Kick Bo", None),
    ],
)
def test_what_is_meant(line: str, action: object) -> None:
    assert parse(line, PEOPLE, last_said) == action


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/frobnicate", "There is no command /frobnicate. Type /help for those that there are."),
        ("/kick", "Say /kick NICK [WHY]."),
        ("/reply Ana", "Say /reply NICK|NUMBER TEXT."),
        ("/edit", "Say /edit TEXT."),
        ("/react Ana", "Say /react NICK|NUMBER EMOJI [off]."),
        ("/slow", "Say /slow TIME|off."),
        ("/slow soon", "Say how long to wait between two messages, up to 1 h, or off."),
        ("/slow 2h", "Say how long to wait between two messages, up to 1 h, or off."),
        ("/lock it", "/lock stands alone."),
        ("/ban Bo 900000h", "Say a time up to 3660 days, like 10m, 2h or 7d."),
        ("/ban Bo 7 days", "Say a time up to 3660 days, like 10m, 2h or 7d."),
        ("/mute Bo 3x", "Say a time up to 3660 days, like 10m, 2h or 7d."),
        ("/ban Bo 0", "Say a time up to 3660 days, like 10m, 2h or 7d."),
        ("/kick Bo " + "x" * 121, "A reason has at most 120 characters."),
        ("/delete Bo", "No message of “Bo” is at hand."),
        ("/delete ٣", "No message of “٣” is at hand."),
        ("/pin 12", "A PIN has 6 to 64 characters."),
        ("/invite 0", "Say how long it holds, like 2h or 7d, and “many” if any number may come by it."),
        ("/kick @", "There is nobody called “” here."),
    ],
)
def test_what_is_wrong_is_said(line: str, said: str) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        parse(line, PEOPLE, last_said)
    assert str(caught.value) == said


@given(st.text(), st.lists(st.text(min_size=1, max_size=32), max_size=3))
def test_any_line_is_a_command_or_text_or_a_sentence(line: str, people: list[str]) -> None:
    for typed in (line, f"/{line}", *(f"/{name} {line}" for name in COMMANDS)):
        try:
            action = parse(typed, people, last_said)
        except LocalProtocolError as error:
            assert str(error)  # noqa: PT017 - either way is right
            continue
        if isinstance(action, Status):
            assert client_frames().receive(encode(action)) == [action]
        elif isinstance(action, Word):
            assert action.emoji if isinstance(action, React) else action.text
        elif action is not None:  # what the server can read
            asked = Arrange("1", action) if isinstance(action, RoomAction) else Moderate("1", action)
            (frame,) = client_frames().receive(encode(asked))
            assert frame == asked


def test_help_tells_what_the_role_allows() -> None:
    assert [line.split()[0] for line in help_lines(Role.MEMBER)] == [
        *("/reply", "/edit", "/me", "/react", "/away", "/busy", "/back"),
        *("/create", "/join", "/part", "/topic", "/keep", "/archive", "/delete"),
    ]
    moderator, owner = help_lines(Role.MODERATOR), help_lines(Role.OWNER)
    assert len(moderator) < len(owner) == len(COMMANDS)
    assert not any(line.startswith(("/pin", "/close", "/moderator")) for line in moderator)
