"""What people with a role did, as sentences for the window and the terminal; pure.

A hostile server may send anything: what comes out is one line of seen characters.
"""

from __future__ import annotations

import time
from typing import Final

from lanchat.protocol.duration import duration
from lanchat.protocol.frames import Change
from lanchat.protocol.moderation import Rules, Sanction
from lanchat.protocol.text import one_line

_MOST: Final = 200  # characters of one name or reason that are shown
_ROLES: Final = {"": "no longer a moderator", "moderator": "a moderator", "owner": "an owner"}


def deed(change: Change) -> str:
    """One sentence without a full stop; empty: nobody did anything."""
    nick, by, why = (one_line(part[:_MOST]) for part in (change.nick, change.by, change.why))
    match change.change:
        case _ if not by:
            return ""
        case "left":
            what = f"{by} {'banned' if change.ban else 'put out'} {nick}"
        case "muted":
            what = f"{by} muted {nick}"
        case "unmuted":
            what = f"{by} let {nick} speak again"
        case "role":
            if change.role not in _ROLES:  # of a newer server
                return ""
            what = f"{by} made {nick} {_ROLES[change.role]}" if change.role else f"{nick} is {_ROLES['']}"
        case _:
            return ""
    return f"{what} ({why})" if why else what


def rules_in_words(rules: Rules) -> str:
    """What holds; empty: nothing unusual."""
    parts = [f"slow mode, one message every {duration(rules.slow)}"] if rules.slow else []
    parts += ["nobody new comes in"] if rules.closed else []
    return " · ".join(parts)


def ban_in_words(sanction: Sanction) -> str:
    """Who, until when, by whom, why."""
    return ", ".join(ban_in_two(sanction))


def ban_in_two(sanction: Sanction) -> tuple[str, str]:
    """The same in two parts: who and until when, by whom and why."""
    until = time.strftime("%Y-%m-%d %H:%M", time.localtime(sanction.until / 1000))
    nick, by, why = (one_line(part[:_MOST]) for part in (sanction.nick, sanction.by, sanction.reason))
    done = "muted" if sanction.kind == "mute" else "banned"
    return f"{nick} is {done} until {until}", f"by {by}" + (f": {why}" if why else "")
