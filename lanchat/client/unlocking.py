"""The client's side of a room's PIN: which step comes next, and when a server is believed; no socket, no person.

One for all connections of a talk.
"""

from __future__ import annotations

from lanchat.errors import JoinRefused, RemoteProtocolError
from lanchat.pin import Proving, clean_pin, verifier
from lanchat.protocol import frames
from lanchat.protocol.limits import Code


class Unlocking:
    """pin: what the person knows; None: nothing yet. key: the member's. token: of an invitation to this very server."""

    def __init__(self, pin: str | None, key: str, token: str | None = None) -> None:
        """Raises LocalProtocolError: it cannot be a PIN."""
        self.pin = None if pin is None else clean_pin(pin)
        self.token = token
        self._key = key
        self._server_id = ""
        self._known = False
        self._proving: Proving | None = None
        self._confirmed = False
        self._verifier: tuple[str, str, bytes] | None = None  # of a PIN at a server: 50 ms once, not at each break

    def begin(self, server_id: str, *, known: bool) -> None:
        """A connection to the server that proved `server_id`. known: it let us in before."""
        self._server_id, self._known = server_id, known
        self._proving, self._confirmed = None, False

    def prove(self) -> frames.Pake:
        """The room is locked, and the person knows its PIN."""
        assert self.pin is not None
        self._proving = Proving(self._verify(self.pin), self._server_id, self._key)
        return frames.Pake(self._proving.element)

    def confirm(self, pake: frames.Pake) -> frames.Confirm:
        """Raises RemoteProtocolError."""
        if self._proving is None:
            raise _unasked()
        try:
            return frames.Confirm(self._proving.confirm(pake.element))
        except ValueError as error:
            raise _unasked() from error

    def confirmed(self, confirm: frames.Confirm) -> None:
        """Raises JoinRefused: who says so does not know the PIN; RemoteProtocolError."""
        if self._proving is None:
            raise _unasked()
        if not self._proving.holds(confirm.mac):
            raise _refused("This server only pretends to know the PIN, so it is not the room that you mean.")
        self._proving, self._confirmed = None, True

    def check_welcome(self) -> None:
        """Who has a PIN to prove must be asked by a server that is new to them: one that lets them in without, or
        before it proved that it knows it, may be anybody. Raises JoinRefused."""
        if self._proving is not None or (self.pin is not None and not self._known and not self._confirmed):
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
