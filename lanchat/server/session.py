"""One client: detects its dialect, reads, decodes, checks, and hands over; once joined, others write to it.

Runs in a thread of its own, which ends with the connection.
"""

from __future__ import annotations

import logging
import queue
import ssl
import time
from collections.abc import Callable
from typing import Final, Protocol

from lanchat import identity
from lanchat.channel import LINGER, Channel
from lanchat.errors import LocalProtocolError
from lanchat.pin import Checking
from lanchat.protocol import frames, text
from lanchat.protocol.codec import Decoder, Flaw, client_frames, encode
from lanchat.protocol.detect import HTTP_ANSWER, Dialect, detect
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.handshake import Stage, objection, proof_text
from lanchat.protocol.limits import MAX_CAPABILITIES, MAX_NONCE, PROTOCOL_VERSION, Code
from lanchat.protocol.plain import PROMPT, PlainDecoder, encode_plain
from lanchat.server import limits, transfer
from lanchat.server.access import Access
from lanchat.server.door import source_of
from lanchat.server.guesses import Try
from lanchat.server.invitations import digest
from lanchat.server.items import Ask, Item, Join, Leave, Said, Tell
from lanchat.server.tickets import Tickets

_log = logging.getLogger(__name__)
_ONLY_TLS: Final = "This server takes only encrypted connections: please use lanchat to join."
_WORDS: Final = (frames.Say, frames.Edit, frames.React)
_LOOK: Final = 0.25  # s between looks whether somebody who is not read for a while is still there
_FRAME_COST: Final = 256  # bytes that a frame counts for in the broadcaster's inbox
_NO_GUESTS: Final = "This room has a PIN, and takes only members with a key: please use lanchat to join."
_TALKATIVE: Final = frames.Bye(Code.HELLO_FIRST, "Too many words, and none of them let you in.")
_SILENT: Final = frames.Bye(Code.SILENT, "No word from you for too long.")


class Gate(Protocol):
    """What a session needs of its server; safe to use from any thread."""

    tls: ssl.SSLContext
    allow_clear: bool
    rate: float | None
    access: Access
    tickets: Tickets
    sync: bool

    def info(self) -> frames.ServerInfo: ...
    def welcome(self, nick: str, head: int, highest: dict[str, int], read: int) -> frames.Welcome: ...
    def put(self, item: Item, size: int = 0) -> None: ...
    def pause(self, seconds: float) -> bool:
        """Waits; True: less, since the server stops."""

    def joined(self, session: Session) -> None:
        """It waits at the door no longer."""


class Session:
    """`run` is the body of its thread. `shutdown` ends it from outside."""

    def __init__(self, channel: Channel, address: str, own_machine: bool, gate: Gate) -> None:
        """address: the peer's, for logs. own_machine: the peer is on this machine."""
        self.channel = channel
        self.plain = False
        self.address = address
        self.own_machine = own_machine
        self._gate = gate
        self._stage = Stage.GREETING
        self._decoder: Decoder[ClientFrame] | PlainDecoder = client_frames()
        self._encode: Callable[[ServerFrame], bytes] = encode
        self._hello: frames.Hello | None = None
        self._nonce = ""
        self._checking: tuple[Checking, Try] | None = None  # of the PIN
        self._verdict: queue.SimpleQueue[frames.Refused | None] = queue.SimpleQueue()
        self._pinged = False
        self._ended = False
        self._goodbye = False  # said by the client
        self._refusals = 0
        self._greeting = 0  # bytes that came before joining
        now = time.monotonic()
        self._deadline = now + limits.HELLO_TIMEOUT
        self._rate = None if gate.rate is None else limits.Rate(gate.rate, now)

    def run(self) -> None:
        try:
            first = self._open()
            if first is not None:
                self._talk(first)
        except OSError as error:
            _log.debug("%s: %s", self.address, error)
        finally:
            if self._stage is Stage.JOINED:
                self._gate.put(Leave(self, self._goodbye))  # the broadcaster closes the channel, once it writes no more
            else:
                self.channel.close()

    def admitted(self, verdict: frames.Refused | None) -> None:
        self._verdict.put(verdict)

    # The beginning

    def _open(self) -> bytes | None:
        """Finds out the dialect; returns the bytes read so far, None when the talk is over."""
        first = b""
        while (dialect := detect(first)) is None:
            try:
                data = self.channel.receive(limits.PLAIN_TIMEOUT if self.plain else limits.PROMPT_AFTER)
            except TimeoutError:
                if first:  # somebody is called “GET”, or “{”
                    return self._begin(Dialect.PLAIN, first)
                if self.plain:
                    self.channel.send(encode_plain(_SILENT))
                if self.plain or not self._clear_allowed():
                    raise
                self.plain = True
                self.channel.send(PROMPT)
                continue
            if not data:
                return None
            first += data
        return self._begin(dialect, first)

    def _begin(self, dialect: Dialect, first: bytes) -> bytes | None:
        self.plain = dialect is Dialect.PLAIN
        if dialect is Dialect.TLS:
            self.channel.start_tls(self._gate.tls, server=True, first=first)
            self.channel.handshake(limits.TLS_TIMEOUT)
            return b""
        if dialect is Dialect.HTTP:
            self.channel.send(HTTP_ANSWER)
            self._end()
            return None
        if self.plain:
            self._decoder, self._encode = PlainDecoder(), encode_plain
            self._deadline = time.monotonic() + limits.PLAIN_TIMEOUT
        if not self._clear_allowed():
            self._end(frames.Bye(Code.CLEAR_TEXT, _ONLY_TLS))
            return None
        return first

    def _clear_allowed(self) -> bool:
        return (self._gate.allow_clear or self.own_machine) and not self._gate.access.locked

    # The talk

    def _talk(self, data: bytes) -> None:
        self._handle_all(data)
        while not self._ended:
            try:
                data = self.channel.receive(self._patience())
            except TimeoutError:
                self._on_silence()
                continue
            if not data:
                return
            self._pinged = False
            if self._stage is not Stage.JOINED:
                self._greeting += len(data)
                if self._greeting > limits.GREETING_BYTES:
                    self._end(_TALKATIVE)
                    return
            self._handle_all(data)

    def _patience(self) -> float:
        """Seconds to wait for a word. Raises TimeoutError, when there was time enough for a hello."""
        if self._stage is not Stage.JOINED:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("chatter is no hello")
            return left
        answers_pings = self._hello is not None and self._hello.ping
        return limits.PING_AFTER if answers_pings else limits.IDLE_TIMEOUT

    def _on_silence(self) -> None:
        if self._stage is not Stage.JOINED:
            self._end(_SILENT)
        elif self._hello is not None and self._hello.ping:
            if self._pinged and not self.channel.unsent:  # with bytes unsent it may be busy reading: see STALL_TIMEOUT
                self._end(_SILENT)
                return
            self._pinged = True
            self._reply(frames.Ping())

    def _handle_all(self, data: bytes) -> None:
        """Handles what `data` completes. All that is said in it goes over in one piece."""
        said: list[frames.Word] = []
        received = self._decoder.receive(data)
        for frame in received:
            if isinstance(frame, _WORDS) and self._stage is Stage.JOINED:
                said.append(frame)
                continue
            self._hand_over(said, len(data))
            said = []
            self._handle(frame)
            if self._ended:
                return
        self._hand_over(said, len(data))
        if self._rate is not None:
            lines = max(len(received), data.count(b"\n"))
            self._pause(self._rate.delay(lines, len(data), time.monotonic()))

    def _pause(self, seconds: float) -> None:
        """Reads nothing for a while. Of who is gone meanwhile, nothing more: else coming and going beats the rate."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.channel.over:
                self._ended = True
                return
            if self._gate.pause(min(left, _LOOK)):
                return

    def _hand_over(self, said: list[frames.Word], size: int) -> None:
        if said:
            self._gate.put(Said(self, said), size)

    def _handle(self, frame: ClientFrame | Flaw) -> None:
        if isinstance(frame, Flaw):
            error = frames.Error(frame.code, frame.detail)
            self._end(error) if frame.fatal else self._reply(error)
            return
        objected = objection(self._stage, frame)
        if objected is not None:
            self._reply(frames.Error(*objected))
            return
        match frame:
            case frames.Hello():
                self._on_hello(frame)
            case frames.Proof():
                self._on_proof(frame)
            case frames.Pake():
                self._on_pake(frame)
            case frames.Redeem(token=token):
                self._join(self._hello, invitation=digest(token))
            case frames.Confirm():
                self._on_confirm(frame)
            case frames.Info():
                self._reply(self._gate.info())
            case frames.Ping(nonce=nonce):
                self._reply(frames.Pong(nonce[:MAX_NONCE]))
            case (
                frames.History()
                | frames.Search()
                | frames.Rename()
                | frames.Resend()
                | frames.Moderate()
                | frames.Arrange()
                | frames.Typing()
                | frames.Read()
                | frames.Offer()
                | frames.Fetch()
                | frames.Status()
            ):
                self._gate.put(Ask(self, frame), _FRAME_COST)
            case frames.Transfer():
                self._transfer(frame)
            case frames.Bye():
                self._ended = self._goodbye = True

    def _transfer(self, frame: frames.Transfer) -> None:
        """The rest of the connection is a file."""
        if not self.channel.encrypted:
            self._end(frames.Error(Code.CLEAR_TEXT, _ONLY_TLS))
            return
        self._ended = True
        self._gate.joined(self)
        transfer.serve(self.channel, frame, source_of(self.address), self._gate)

    # Joining

    def _on_hello(self, hello: frames.Hello) -> None:
        refused = self._object_to(hello)
        if refused is not None:
            self._refuse(refused)
            return
        self._hello = hello
        if hello.key is None:
            self._join(hello)
            return
        self._nonce = identity.new_nonce()
        self._stage = Stage.CHALLENGED
        self._reply(frames.Challenge(self._nonce, self._gate.info().id))

    def _object_to(self, hello: frames.Hello) -> frames.Refused | None:
        if hello.version != PROTOCOL_VERSION:
            detail = (
                f"This server speaks version {PROTOCOL_VERSION} of the protocol, you speak {hello.version}. "
                "Update the older one."
            )
            return frames.Refused(Code.VERSION, detail)
        if hello.key is None and self._gate.access.locked:
            return frames.Refused(Code.GUEST, _NO_GUESTS)
        if hello.key is not None and not self.channel.encrypted:
            return frames.Refused(Code.KEY_IN_CLEAR, "A key is only taken on an encrypted connection.")
        if len(hello.capabilities) > MAX_CAPABILITIES:
            return frames.Refused(Code.INVALID, f"A hello names at most {MAX_CAPABILITIES} capabilities.")
        if hello.key is not None and not identity.is_key(hello.key):
            return frames.Refused(Code.KEY_INVALID, "This is no public key.")
        try:
            text.clean_nick(hello.nick)
        except LocalProtocolError as error:
            return frames.Refused(error.code, str(error))
        return None

    def _on_proof(self, proof: frames.Proof) -> None:
        hello = self._hello
        assert hello is not None
        assert hello.key is not None
        self._stage = Stage.GREETING
        if not identity.verify(hello.key, proof_text(self._gate.info().id, self._nonce, hello), proof.signature):
            self._refuse(frames.Refused(Code.PROOF_WRONG, "The signature is wrong."))
        elif not self._gate.access.needs_pin(hello.key) and not (hello.pin and self._gate.access.locked):
            self._join(hello)
        elif refused := self._gate.access.object_to(self.address):
            self._refuse(refused)
        else:
            self._stage = Stage.LOCKED
            self._reply(frames.Locked(self._gate.access.tries(self.address)))

    def _on_pake(self, pake: frames.Pake) -> None:
        assert self._hello is not None
        assert self._hello.key is not None
        self._stage = Stage.GREETING
        try:
            checking = self._gate.access.check(self.address, self._hello.key, pake.element)
        except ValueError:
            self._refuse(frames.Refused(Code.INVALID, "This is no element of the exchange."))
            return
        if isinstance(checking, frames.Refused):
            self._refuse(checking)
            return
        self._checking = checking
        self._stage = Stage.CONFIRMING
        self._reply(frames.Pake(checking[0].element))

    def _on_confirm(self, confirm: frames.Confirm) -> None:
        assert self._hello is not None
        assert self._checking is not None
        checking, begun = self._checking
        answer = checking.answer(confirm.mac)
        self._checking, self._stage = None, Stage.GREETING  # one try for each exchange
        if answer is None:
            self._refuse(self._gate.access.wrong(self.address))
            return
        self._gate.access.was_right(begun)
        self._reply(frames.Confirm(answer))
        self._join(self._hello, by_pin=True)

    def _join(self, hello: frames.Hello | None, *, by_pin: bool = False, invitation: bytes | None = None) -> None:
        assert hello is not None
        self._stage = Stage.JOINED  # from here on the broadcaster may write
        self._gate.put(Join(self, hello, self._gate.welcome, by_pin, invitation))
        try:
            refused = self._verdict.get(timeout=limits.VERDICT_TIMEOUT)
        except queue.Empty:
            raise TimeoutError("no verdict: the disk is too slow") from None
        if refused is None:
            self._gate.joined(self)
            if isinstance(self._decoder, PlainDecoder):
                self._decoder.joined()
            return
        self._stage = Stage.GREETING
        self._refuse(refused)

    def _refuse(self, refused: frames.Refused) -> None:
        """After a refused nickname another hello may follow."""
        self._refusals += 1
        again = refused.code in (Code.NICK_TAKEN, Code.NICK_INVALID) and self._refusals < limits.MAX_REFUSALS
        if again:
            self._reply(refused)
        else:
            self._end(refused)

    # Answers

    def _reply(self, frame: ServerFrame, *, last: bool = False) -> None:
        if self._stage is Stage.JOINED:
            self._gate.put(Tell(self, frame, last), _FRAME_COST)
        elif line := self._encode(frame):
            self.channel.send(line)

    def _end(self, last: ServerFrame | None = None) -> None:
        """Says the last frame, and takes what still comes for a moment: closing with bytes unread resets the
        connection, and takes the frame from the peer's hands."""
        self._ended = True
        if last is not None:
            self._reply(last, last=True)
        if self._stage is not Stage.JOINED:
            self.channel.finish()
        deadline = time.monotonic() + LINGER
        while (left := deadline - time.monotonic()) > 0:
            if not self.channel.receive(left):
                return
