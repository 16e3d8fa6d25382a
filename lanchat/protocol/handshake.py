"""Who may say what when, as one table, and what a member signs to prove its key; no bytes, no keys."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from lanchat.protocol import frames
from lanchat.protocol.frames import ClientFrame
from lanchat.protocol.limits import Code

ROOMS: Final = "rooms"  # the capability of a client that knows more rooms than the first


class Stage(Enum):
    """Where a connection stands, as the server sees it."""

    GREETING = auto()  # connected; has not said a hello that counts
    CHALLENGED = auto()  # said hello with a key, owes the proof
    LOCKED = auto()  # proved the key, owes the beginning of the PIN's exchange, or an invitation
    CONFIRMING = auto()  # owes the confirmation of the exchange
    JOINED = auto()


_ALWAYS: Final = (frames.Info, frames.Ping, frames.Pong, frames.Bye)
_ALLOWED: Final[dict[Stage, tuple[type, ...]]] = {
    Stage.GREETING: (*_ALWAYS, frames.Hello, frames.Transfer),
    Stage.CHALLENGED: (*_ALWAYS, frames.Proof),
    Stage.LOCKED: (*_ALWAYS, frames.Pake, frames.Redeem),
    Stage.CONFIRMING: (*_ALWAYS, frames.Confirm),
    Stage.JOINED: (
        frames.Typing,
        frames.Read,
        frames.Status,
        *_ALWAYS,
        frames.Say,
        frames.Edit,
        frames.React,
        frames.History,
        frames.Search,
        frames.Rename,
        frames.Resend,
        frames.Moderate,
        frames.Arrange,
        frames.Offer,
        frames.Fetch,
    ),
}


def objection(stage: Stage, frame: ClientFrame) -> tuple[Code, str] | None:
    """Why `frame` may not come at `stage` (a code, a sentence); None: it may."""
    if isinstance(frame, _ALLOWED[stage]):
        return None
    if isinstance(frame, frames.Hello):
        return Code.HELLO_AGAIN, "hello was said already"
    if isinstance(frame, frames.Transfer):
        return Code.HELLO_AGAIN, "a transfer has a connection of its own"
    if isinstance(frame, frames.Proof):
        return Code.PROOF_UNASKED, "no challenge is open"
    if isinstance(frame, frames.Pake | frames.Confirm | frames.Redeem):
        return Code.PROOF_UNASKED, "no PIN is asked for"
    return Code.HELLO_FIRST, "say hello first"


_PROOF_LABEL: Final = "lanchat member proof 1"  # so that no signature made for something else counts


def proof_text(server_id: str, nonce: str, hello: frames.Hello) -> bytes:
    """The bytes that a member signs: bound to this server, this connection's nonce, and the version and
    capabilities that its hello claimed, so that nobody in between can talk the two down.

    Each part is a netstring (`5:lobby,`), so that no two lists of parts give the same bytes.
    """
    parts = (_PROOF_LABEL, server_id, nonce, str(hello.version), *sorted(hello.capabilities))
    return b"".join(b"%d:%b," % (len(part), part) for part in map(str.encode, parts))
