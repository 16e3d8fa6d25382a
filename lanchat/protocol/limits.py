"""The limits of the wire and the codes of its refusals; names and numbers only.

A limit that `welcome` tells stands in `frames.Limits`. Limits of one machine (threads, queues, memory) live
beside the code that enforces them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

PROTOCOL_VERSION: Final = 1

DEFAULT_TCP_PORT: Final = 5055  # below 49152, so that no system hands it out to outgoing connections
DISCOVERY_UDP_PORT: Final = 5054  # the shared port of the beacon, next to the TCP port

MAX_FRAME: Final = 64 * 1024  # bytes with the newline: a text of 8,000 characters of 4 bytes fits twice
MAX_TEXT: Final = 8_000  # characters: two printed pages; more is a file
MAX_NICK: Final = 32  # characters: fits one line of every roster
MAX_SERVER_NAME: Final = 63  # bytes of UTF-8: one DNS label (RFC 6763 section 4.1.1)
MAX_ROOM_NAME: Final = 32  # characters: fits one line of every list of rooms; as many as a nickname has
MAX_TOPIC: Final = 120  # characters of a topic: one line above the messages
MAX_DIRECT: Final = 8  # people in a direct conversation: more are a room
MAX_ROOMS_CHUNK: Final = (
    40  # rooms in one frame: 40 x (32 x 4 + 120 x 4 + 8 x (32 x 4 + 70) + 120) stay below MAX_FRAME
)
TYPING_EVERY: Final = 3.0  # s between two `typing` of somebody who goes on writing; sooner ones are not passed on
TYPING_LASTS: Final = 6.0  # s that one counts: twice as long, so that one may be lost
TYPING_ROOM: Final = 50  # people in a room, above which nobody is told: it would be noise
READERS_ROOM: Final = 50  # connections in a room, above which nobody is told who has read what: it would be noise
SEEN_EVERY: Final = 3.0  # s between two words on what one person has read in a room
OWN_SEEN_EVERY: Final = 0.5  # s between two of them to that person's own devices, which look wrong until then
MAX_STATUS: Final = 80  # characters of why somebody is away: one line below a name
STATUS_EVERY: Final = 2.0  # s between two changes of how somebody is here; what comes sooner is told then
MAX_PINS: Final = 50  # messages of a room that are kept at hand: a list that somebody still reads
MAX_PIN_TEXT: Final = 120  # characters of one in the list: 50 x (120 x 4 + 32 x 4 + 60) bytes stay below MAX_FRAME
MAX_EMOJI: Final = 16  # characters of a reaction: a family of four with skin tones has 11
MAX_EDITS: Final = 1_000  # of one message: who reads it goes through all of them
MAX_REACTIONS: Final = 20  # different ones on one message: as many as stand below it in two lines
MAX_REACTED: Final = 2_000  # times that one message is reacted to, what was taken back included: 1 ms to look at
MAX_ID: Final = 64  # characters of a message id: a run of 32, a hyphen, a counter of 20
MAX_FILE_NAME: Final = 200  # bytes of UTF-8: below the 255 of every file system, with room for “ (2)” and “.part”
MAX_SIDE: Final = 1_000_000  # pixels of a picture that a file may claim
MAX_RUN: Final = 32  # characters of an outbox's name
MAX_COUNTER: Final = 2**53 - 1  # largest whole number that every JSON reader keeps exact (RFC 8259 section 6)
MAX_TIME: Final = 250_000_000_000_000  # ms since 1970: the year 9892, as calendars end with 9999
MAX_RUNS: Final = 16  # outboxes one hello may name: its own and those of crashed windows that it adopted
MAX_CAPABILITIES: Final = 32  # words in a hello
MAX_NONCE: Final = 64  # characters of a ping's nonce that come back
MAX_KEY: Final = 43  # characters: 32 bytes of Ed25519 in base64url without padding
MAX_PAGE: Final = 200  # entries a history request may ask for; a page is also one frame at most
NEWCOMER_HISTORY: Final = 100  # entries a newcomer gets unasked: two screens
MAX_QUERY: Final = 500  # characters that a person types to search: some lines
MAX_TERM: Final = 100  # characters of one word, or of some in a row
MAX_TERMS: Final = 16  # words of a search, and as many left out: more than anybody remembers
MAX_WORDS: Final = 32  # words of a search in all, those in a row counted each: a phrase costs the more the longer it is
MAX_HITS: Final = 20  # messages in one answer: 20 x (202 x 4 + 2 x 100 x 4 + 3 x 32 x 4 + 500) stay below MAX_FRAME
MAX_SHOWN: Final = 200  # characters of a message that was found: two or three lines
MAX_BESIDE: Final = 80  # characters of what was said next to it: one line
MAX_CHANGES: Final = 40  # in one presence frame: 40 x (3 x 32 x 4 + 200 x 4 + 240) bytes stay below MAX_FRAME
MAX_WHO: Final = MAX_KEY  # characters that name somebody: a key, or a nickname
MAX_REASON: Final = 120  # characters of why somebody was put out: one or two lines
MAX_SANCTION: Final = 10 * 366 * 24 * 3600  # s that a ban, a mute or an invitation holds: ten years
MAX_SLOW: Final = 3_600  # s between two messages in slow mode
MAX_USES: Final = 10_000  # of one invitation
MAX_BANS_TOLD: Final = 60  # bans and mutes in one answer: 60 x (2 x 32 x 4 + 120 x 4 + 150) bytes stay below MAX_FRAME
MAX_ROSTER_CHUNK: Final = 100  # members in one roster frame: 100 x (32 x 4 + 80 x 4 + 190) bytes stay below MAX_FRAME


class Code(StrEnum):
    """Why a frame was refused; stable words that programs may compare (`detail` is for people)."""

    NOT_JSON = "not_json"  # fatal: what came is no JSON object
    FRAME_TOO_LONG = "frame_too_long"  # fatal
    UNKNOWN_TYPE = "unknown_type"
    INVALID = "invalid"  # a field is missing or of the wrong kind
    HELLO_FIRST = "hello_first"
    HELLO_AGAIN = "hello_again"
    PROOF_UNASKED = "proof_unasked"
    VERSION = "version"
    FULL = "full"
    NICK_INVALID = "nick_invalid"
    NICK_TAKEN = "nick_taken"
    KEY_INVALID = "key_invalid"
    KEY_IN_CLEAR = "key_in_clear"
    PROOF_WRONG = "proof_wrong"
    PIN_INVALID = "pin_invalid"  # it is none: too short, too long
    PIN_WRONG = "pin_wrong"
    PIN_WAIT = "pin_wait"  # too many were wrong
    PIN_UNASKED = "pin_unasked"  # our own client's: a server that it does not know does not ask for the PIN
    NOT_INVITED = "not_invited"  # the invitation was used, has ended, or was taken back
    GUEST = "guest"  # a locked room takes only members with a key
    CLEAR_TEXT = "clear_text"  # fatal: only encrypted connections are accepted here
    ID_INVALID = "id_invalid"
    ROOM_UNKNOWN = "room_unknown"
    ROOM_INVALID = "room_invalid"  # no room can have that name
    ROOM_TAKEN = "room_taken"  # there is one of that name, or one that looks like it
    ROOM_ARCHIVED = "room_archived"  # nothing more is said in it
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_CONTROL = "text_control"
    EMOJI_INVALID = "emoji_invalid"
    TARGET_UNKNOWN = "target_unknown"  # the message that is answered, edited or reacted to is not there (any more)
    SEARCH_FAILED = "search_failed"  # nothing can be looked for just now, or it would take too long
    HISTORY_BUSY = "history_busy"
    NOT_STORED = "not_stored"  # the journal cannot be written: disk full or broken
    NOT_ALLOWED = "not_allowed"  # your role does not allow it
    NOBODY = "nobody"  # there is nobody, or nothing, of that name
    TOO_MANY = "too_many"  # bans, invitations
    MUTED = "muted"
    SLOW = "slow"  # too soon: the error's `wait` tells how long
    BANNED = "banned"  # refused or bye
    NO_NEWCOMERS = "no_newcomers"  # the room is closed to keys that hold no name in it
    TICKET = "ticket"  # of a transfer: unknown, used, or too old
    FILE_NAME = "file_name"
    FILE_TOO_LARGE = "file_too_large"
    FILE_UNKNOWN = "file_unknown"  # it is not here, or not for you
    FILE_WRONG = "file_wrong"  # it is not what was announced
    QUOTA = "quota"  # too much of one member, or of all
    KICKED = "kicked"  # bye
    ROOM_CLOSED = "room_closed"  # bye: an owner ended the server
    SILENT = "silent"  # bye: no answer to pings, or no hello in time
    CLOSING = "closing"  # bye: the server stops
