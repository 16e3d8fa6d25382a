"""The client's side of a room's PIN: which step comes next, and when a server is believed; no socket, no person.

One for all connections of a talk.
"""

from __future__ import annotations

from typing import Final

from lanchat.errors import JoinRefused, RemoteProtocolError
from lanchat.pin import Proving, clean_pin, verifier
from lanchat.protocol import frames
from lanchat.protocol.limits import Code

BE_SURE: Final = "Type it again only if you are sure that this is your room."
HUNG_UP: Final = f"The server hung up before it proved that it knows the PIN. {BE_SURE}"


class Unlocking:
    """pin: what the person knows; None: nothing yet. key: the member's. token: of an invitation to this very server."""

    def __init__(self, pin: str | None, key: str, token: str | None = None) -> None:
        """Raises LocalProtocolError: it cannot be a PIN."""
        self.pin = None if pin is None else clean_pin(pin)
        self.token = token
        self._key = key
        self._server_id = ""
        self._proved = False  # by this server, at some time
        self._used = False  # one exchange for each connection: each is a guess for whoever is there
        self.reason = ""  # why the PIN is asked for again
        self._proving: Proving | None = None
        self._confirming = False  # our confirmation is under way
        self.confirmed = False  # the server proved on this connection that it knows the PIN
        self._verifier: tuple[str, str, bytes] | None = None  # of a PIN at a server: 50 ms once, not at each break

    def begin(self, server_id: str, *, proved: bool) -> None:
        """A connection to the server with the key of `server_id`. proved: it showed before that it knows the PIN."""
        if self._proving is not None:  # it hung up with our confirmation in its hands: no second guess by itself
            self.pin, self.reason = None, HUNG_UP
        self._server_id, self._proved = server_id, proved
        self._proving, self.confirmed, self._used, self._confirming = None, False, False, False

    @property
    def wants_proof(self) -> bool:
        """The server is to show that it knows the PIN, though it may know our key."""
        return self.pin is not None and not self._proved

    def prove(self) -> frames.Pake:
        """The room is locked, and the person knows its PIN. Raises RemoteProtocolError: it asks twice."""
        assert self.pin is not None
        if self._used:
            raise _unasked()
        self._used = True
        self._proving = Proving(self._verify(self.pin), self._server_id, self._key)
        return frames.Pake(self._proving.element)

    def confirm(self, pake: frames.Pake) -> frames.Confirm:
        """Raises RemoteProtocolError."""
        if self._proving is None or self._confirming:
            raise _unasked()
        self._confirming = True
        try:
            return frames.Confirm(self._proving.confirm(pake.element))
        except ValueError as error:
            raise _unasked() from error

    def believe(self, confirm: frames.Confirm) -> None:
        """Raises JoinRefused: who says so does not know the PIN; RemoteProtocolError."""
        if self._proving is None:
            raise _unasked()
        if not self._proving.holds(confirm.mac):
            raise _refused("This server only pretends to know the PIN, so it is not the room that you mean.")
        self._proving, self.confirmed = None, True

    def refused(self, detail: str) -> str:
        """Neither PIN nor invitation is good; what to tell the person."""
        warning = "" if self._proved else f" {BE_SURE}"
        self.pin = self.token = self._proving = None
        return detail + warning

    def check_welcome(self) -> None:
        """Who has a PIN to prove must be asked by a server that is new to them: one that lets them in without, or
        before it proved that it knows it, may be anybody. Raises JoinRefused."""
        if self._proving is not None or (self.pin is not None and not self._proved and not self.confirmed):
            raise _refused(
                "This server does not ask for the PIN, so it may not be the one that you mean. Ask whoever runs the "
                "room whether it has one; if not, join without."
            )

    def _verify(self, pin: str) -> bytes:
        if self._verifier is None or self._verifier[:2] != (pin, self._server_id):
            self._verifier = (pin, self._server_id, verifier(pin, self._server_id))
        return self._verifier[2]


def _refused(detail: str) -> JoinRefused:
    return JoinRefused(host="", code=Code.PIN_UNASKED, detail=detail, suggestion=None)


def _unasked() -> RemoteProtocolError:
    return RemoteProtocolError(code=Code.PROOF_WRONG, detail="its proof of the PIN is wrong")
