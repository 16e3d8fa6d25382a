"""The frames of the wire as typed structs, one tagged union for each direction; no rules, no bytes.

A frame is one JSON object on one line, `type` first. Unknown fields are ignored. Times are milliseconds since
1970 by the server's clock. docs/protocol.md shows each frame with an example.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from lanchat.protocol import limits
from lanchat.protocol.entries import Archived as Archived
from lanchat.protocol.entries import Deleted as Deleted
from lanchat.protocol.entries import Edited as Edited
from lanchat.protocol.entries import Entry as Entry
from lanchat.protocol.entries import Message as Message
from lanchat.protocol.entries import Pinned as Pinned
from lanchat.protocol.entries import Reacted as Reacted
from lanchat.protocol.entries import Topic as Topic
from lanchat.protocol.fields import Count, Counter, JournalId, Port
from lanchat.protocol.files import File as File
from lanchat.protocol.moderation import Action, Rules, Sanction
from lanchat.protocol.presence import Pins as Pins
from lanchat.protocol.presence import Seen as Seen
from lanchat.protocol.presence import Status as Status
from lanchat.protocol.query import Found as Found
from lanchat.protocol.query import Search as Search
from lanchat.protocol.rooms import Arrange as Arrange
from lanchat.protocol.rooms import Entered as Entered
from lanchat.protocol.rooms import Parted as Parted
from lanchat.protocol.rooms import Rooms as Rooms
from lanchat.protocol.transfer import Arrived as Arrived
from lanchat.protocol.transfer import Fetch as Fetch
from lanchat.protocol.transfer import Go as Go
from lanchat.protocol.transfer import Offer as Offer
from lanchat.protocol.transfer import Ticket as Ticket
from lanchat.protocol.transfer import Transfer as Transfer


class _Frame(Struct, frozen=True, tag_field="type", tag=str.lower, omit_defaults=True):
    """What all frames share. Fields at their default are left out, but in durable frames and facts about a server."""


# Both directions


class Ping(_Frame, frozen=True):
    """Are you there? Answered by a pong with the same nonce."""

    nonce: str = ""


class Pong(_Frame, frozen=True):
    nonce: str = ""


class Pake(_Frame, frozen=True):
    """An element of the exchange that proves the PIN (hex), the client's first."""

    element: str


class Confirm(_Frame, frozen=True):
    """Proof of the key that came out of the exchange (hex), the client's first."""

    mac: str


# Client to server


class Info(_Frame, frozen=True):
    """Asks about the server without joining; answered by ServerInfo."""


class Resume(Struct, frozen=True):
    """What a replica holds: the journal's id, and for each room the last seq."""

    journal: str
    rooms: dict[str, Count]


class Hello(_Frame, frozen=True):
    """The first frame of who wants to join.

    key: public member key (Ed25519, base64url); only inside TLS, then a challenge follows.
    runs: outboxes whose highest counter `welcome` shall tell. ping: the client answers pings.
    history: how many of the last entries a newcomer wants. pin: I have the PIN, and want to see that you have it,
    though you may know my key.
    """

    version: Count
    nick: str
    key: str | None = None
    runs: list[str] = []
    resume: Resume | None = None
    ping: bool = False
    history: Count = limits.NEWCOMER_HISTORY
    capabilities: list[str] = []
    pin: bool = False


class Proof(_Frame, frozen=True):
    """The signature (Ed25519, base64url) over handshake.proof_text()."""

    signature: str


class Redeem(_Frame, frozen=True):
    """Instead of Pake: an invitation to this server. Only said to a server whose id the invitation named."""

    token: str


class Say(_Frame, frozen=True):
    """A message. id: `<run>-<n>` of a keyed member, free text of a guest; it comes back in the entry. reply: the seq of
    what it answers, 0: nothing. file: one that was uploaded before; `text` is what is read where files are unknown."""

    id: str
    text: str
    room: str = ""  # the first room
    reply: Count = 0
    file: File | None = None


class Edit(_Frame, frozen=True):
    """Another text for a message of one's own, named by its seq."""

    id: str
    target: Count
    text: str
    room: str = ""


class React(_Frame, frozen=True):
    """Puts an emoji below a message, or takes one's own away."""

    id: str
    target: Count
    emoji: str
    on: bool = True
    room: str = ""


Word: TypeAlias = Say | Edit | React  # becomes an entry; numbered, kept until it is acknowledged


class History(_Frame, frozen=True):
    """Asks for at most `limit` entries next to `before` (going back) or `after` (going on); not both."""

    before: Count | None = None
    after: Count | None = None
    limit: Count = limits.NEWCOMER_HISTORY
    room: str = ""


class Rename(_Frame, frozen=True):
    nick: str


class Read(_Frame, frozen=True):
    """I have read up to this seq; for my other devices, and for me after a restart. public: others may see it."""

    seq: Count
    room: str = ""
    public: bool = True


class Typing(_Frame, frozen=True):
    """I am writing something just now; said again every few seconds while that is so."""

    room: str = ""


class Resend(_Frame, frozen=True):
    """After a `not_stored`: what I say from here on begins with the oldest that was not stored, so take it again."""


class Moderate(_Frame, frozen=True):
    """Do this, if my role allows it; answered by an outcome with the same id."""

    id: Annotated[str, Meta(max_length=limits.MAX_ID)]
    do: Action


class Bye(_Frame, frozen=True):
    """I leave (client), you are put out or the server stops (server; then with code and detail)."""

    code: str = ""
    detail: str = ""


# Server to client


class ServerInfo(_Frame, frozen=True, tag="info", omit_defaults=False):
    """Facts about a server, the same over TCP and in the beacon's answers."""

    id: str
    run: str
    name: str
    port: Port
    users: Count
    max_users: Count
    locked: bool
    version: Count = limits.PROTOCOL_VERSION


class Challenge(_Frame, frozen=True):
    """Prove that the key is yours. id: the server's, which the proof covers."""

    nonce: str
    id: str


class Locked(_Frame, frozen=True):
    """The room has a PIN, and your key is new here: prove that you know it (Pake). tries: until you have to wait."""

    tries: Count


class Limits(Struct, frozen=True):
    """The limits that a client needs to know."""

    frame: Count = limits.MAX_FRAME
    text: Count = limits.MAX_TEXT
    nick: Count = limits.MAX_NICK
    page: Count = limits.MAX_PAGE
    rate: Count | None = None  # messages a second, None: unlimited
    file: Count = 0  # bytes, 0: files are not taken here


class Welcome(_Frame, frozen=True, omit_defaults=False):
    """You are in. head: the room's last seq when you joined; entries above it come live, in order, after the
    pages up to it. highest: for each run named in hello, the highest counter that is stored. read: the last
    seq that this key said it has read, 0: none."""

    id: str
    run: str
    name: str
    nick: str
    room: str
    journal: JournalId
    head: Count
    max_users: Count
    highest: dict[str, Counter] = {}
    read: Count = 0
    version: Count = limits.PROTOCOL_VERSION
    limits: Limits = Limits()


class Refused(_Frame, frozen=True):
    """You are not in. After a refused nickname another hello may follow; else the connection closes."""

    code: str
    detail: str
    suggestion: str | None = None


class Member(Struct, frozen=True, omit_defaults=True):
    """One line of the roster. key None: a guest, unverified. clear: talks without encryption. role: "moderator",
    "owner" or none. muted: what they say is refused. new: their key was never here before. state, text: see Status."""

    nick: str
    key: str | None = None
    clear: bool = False
    role: str = ""
    muted: bool = False
    new: bool = False
    state: str = ""
    text: str = ""


class Change(Struct, frozen=True, omit_defaults=True):
    """One change of the roster: change is "joined", "left", "renamed" (then was: the name before), "role", "status",
    "muted" or "unmuted". by: who did that to them, or put them out, where somebody did, and why; ban: for good."""

    change: str
    nick: str
    key: str | None = None
    clear: bool = False
    was: str = ""
    role: str = ""
    muted: bool = False
    new: bool = False
    by: str = ""
    why: str = ""
    ban: bool = False
    state: str = ""
    text: str = ""


class Presence(_Frame, frozen=True):
    """Changes of the roster, in order."""

    room: str
    changes: list[Change]


class Roster(_Frame, frozen=True):
    """All members; first: forget what you knew. A long one comes in several frames, all but the first with
    first false."""

    room: str
    members: list[Member]
    first: bool = True


class Typed(_Frame, frozen=True):
    """Somebody is writing something just now."""

    room: str
    nick: str
    key: str | None = None


class Page(_Frame, frozen=True):
    """Entries in order of seq. start: the first one is the journal's first (going back ends here).
    catchup: sent unasked to fill the gap up to `head`; else an answer to History."""

    room: str
    entries: list[Entry]
    start: bool = False
    catchup: bool = False


class Error(_Frame, frozen=True):
    """A frame of yours had no effect. id: the message's, where it was one. wait: s until it may be tried again."""

    code: str
    detail: str
    id: str | None = None
    suggestion: str | None = None
    wait: Count = 0


class Outcome(_Frame, frozen=True):
    """What became of the `moderate` or `arrange` with this id. code: why nothing was done, empty: it is done. detail: a
    sentence. room: the one that was made, or entered."""

    id: str
    code: str = ""
    detail: str = ""
    token: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_-]{0,22}\Z")] = ""  # of a new invitation
    bans: list[Sanction] = []
    room: str = ""


ClientFrame: TypeAlias = (
    Info
    | Hello
    | Proof
    | Pake
    | Confirm
    | Redeem
    | Say
    | Edit
    | React
    | History
    | Search
    | Rename
    | Resend
    | Moderate
    | Arrange
    | Typing
    | Read
    | Status
    | Offer
    | Fetch
    | Transfer
    | Ping
    | Pong
    | Bye
)
ServerFrame: TypeAlias = (
    ServerInfo
    | Challenge
    | Locked
    | Pake
    | Confirm
    | Welcome
    | Refused
    | Message
    | Edited
    | Reacted
    | Deleted
    | Topic
    | Archived
    | Pinned
    | Pins
    | Seen
    | Presence
    | Roster
    | Rules
    | Typed
    | Rooms
    | Entered
    | Parted
    | Page
    | Found
    | Error
    | Outcome
    | Ticket
    | Go
    | Arrived
    | Ping
    | Pong
    | Bye
)
