"""Every error lanchat raises on purpose, as one tree ordered by whose fault it is; it decides nothing.

    LanchatError
    ├── ProtocolError             a rule of the wire was broken
    │   ├── LocalProtocolError        by us: a bug, or text that the rules forbid
    │   └── RemoteProtocolError       by the peer
    ├── ConnectError              no talk came about
    │   ├── HostUnknown               the name does not resolve
    │   ├── HostRefused               nothing listens there
    │   ├── HostSilent                no answer in time, or no way to it
    │   ├── SeveralThere              which of the servers there is meant must be said
    │   ├── NotTheOneKnown            the server we knew there is gone, another has a port of its own
    │   ├── NotLanchat                something else answers there
    │   ├── SomebodyBetween           it passes on what another server says
    │   ├── JoinRefused               the server said no (code, suggestion)
    │   └── ServerKeyChanged          another server than the one we knew
    ├── ConnectionLost            a talk that was under way ended
    │   └── PutOut                    somebody with a role put us out, or closed the room
    ├── TransferFailed            a file does not get to where it shall be
    │   └── TransferRefused           the server ended its way
    ├── IdentityError             a key file is missing, damaged or unreadable
    ├── StoreError                a file of ours
    │   ├── StoreInUse                another process works on it
    │   ├── StoreTooNew               a newer lanchat wrote it
    │   ├── StoreTooOld               an older one did, and it is only to be read
    │   ├── StoreFailed               it cannot be read or written
    │   └── StoreTimedOut             what was asked of it takes too long
    ├── ServeError                a server cannot start (no free port, a wrong address)
    ├── NoWindow                  there is no screen, or no tkinter
    └── DiscoveryError            the rooms around us
        ├── NothingFound              no room answers to that name
        └── NameAmbiguous             several rooms do

Each class holds in `sentence` what the user reads: one plain sentence that says what to do. The facts that
fill it are attributes of the exception. Any other exception that leaves lanchat is a bug.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar


class LanchatError(Exception):
    """The root: `except LanchatError` catches all that lanchat raises on purpose. Facts: detail."""

    sentence: ClassVar[str] = "Something went wrong: {detail}"

    def __init__(self, **facts: Any) -> None:
        self.__dict__.update(facts)
        super().__init__(self.sentence.format_map(facts))

    def __reduce__(self) -> tuple[Any, ...]:  # copied and pickled by its facts; Exception's way would pass the sentence
        return partial(type(self), **vars(self)), ()

    def __getattr__(self, name: str) -> Any:  # tells type checkers that facts are attributes
        raise AttributeError(name)


class ProtocolError(LanchatError):
    """A rule of the wire was broken. Facts: code (see protocol.limits.Code), detail."""

    sentence = "{detail}"


class LocalProtocolError(ProtocolError):
    """We tried to say what the rules forbid."""


class RemoteProtocolError(ProtocolError):
    """The peer said what the rules forbid."""

    sentence = "The other side does not follow the protocol: {detail}"


class ConnectError(LanchatError):
    """No talk came about. Facts: host (as typed, or an address), detail."""

    sentence = "Cannot connect to {host}: {detail}"


class HostUnknown(ConnectError):
    sentence = "No machine called “{host}” is known here. Check the spelling, or type its IP address."


class HostRefused(ConnectError):
    sentence = "Nothing listens at {host}. Check the port, and that the room is still open."


class HostSilent(ConnectError):
    sentence = (
        "{host} does not answer. Check that both machines are on the same network and that no firewall blocks the port."
    )


class SeveralThere(ConnectError):
    """Facts: host, choices (names and addresses, joined by ", ")."""

    sentence = "Several rooms are open at {host}. Say which one you mean by its port: {choices}."


class NotTheOneKnown(ConnectError):
    """Facts: host, found (the name and the address of another one there)."""

    sentence = (
        "The room that you knew at {host} does not answer. Another one is open there, {found}; say its port to join it."
    )


class NotLanchat(ConnectError):
    sentence = "Something answers at {host}, but it is not lanchat ({detail}). Check the address and the port."


class SomebodyBetween(ConnectError):
    """Facts: host."""

    sentence = (
        "What answers at {host} passes on the words of another server, so somebody may be listening in between. Join "
        "the room by its name or its id instead."
    )


class JoinRefused(ConnectError):
    """The server said no. Facts: host, code, detail (a sentence), suggestion (a free nickname or None)."""

    sentence = "{detail}"


class ServerKeyChanged(ConnectError):
    """Facts: host, expected and found (ids), expected_words and found_words."""

    sentence = (
        "The server at {host} is not the one you knew: its key says “{found_words}”, and you knew "
        "“{expected_words}”. Somebody may be pretending to be it, or it was set up anew. Ask whoever runs it to "
        "read its words aloud, and only if they match: lanchat trust {host}"
    )


class ConnectionLost(LanchatError):
    """A talk that was under way ended. Facts: detail."""

    sentence = "The connection was lost: {detail}"


class PutOut(ConnectionLost):
    """Whoever may do that put us out: there is no coming back by itself. Facts: detail (the server's sentence)."""

    sentence = "{detail}"


class TransferFailed(LanchatError):
    """Facts: detail (a sentence)."""

    sentence = "{detail}"


class TransferRefused(TransferFailed):
    """Facts: code, detail (a sentence)."""


class IdentityError(LanchatError):
    """Facts: path, detail."""

    sentence = "The key file {path} cannot be used: {detail}. Restore it from a copy, or move it away to start anew."


class StoreError(LanchatError):
    """Facts: path, detail."""

    sentence = "{path}: {detail}"


class StoreInUse(StoreError):
    """Facts: path, owner (who holds it, for example “process 4711”)."""

    sentence = "{path} is in use by {owner}. Stop it first, or choose another directory with --data."


class StoreTooNew(StoreError):
    """Facts: path, found and known (schema versions)."""

    sentence = (
        "{path} was written by a newer lanchat (format {found}, this one knows {known}). Update lanchat to open it."
    )


class StoreTooOld(StoreError):
    """Facts: path."""

    sentence = "{path} was written by an older lanchat. Open the room once with “lanchat serve”, which updates it."


class StoreFailed(StoreError):
    sentence = "{path} cannot be used: {detail}. Check the disk and the permissions."


class StoreTimedOut(StoreError):
    """Facts: path."""

    sentence = "{path} needs too long to find that. Ask for less."


class ServeError(LanchatError):
    """Facts: detail."""

    sentence = "The server cannot start: {detail}"


class NoWindow(LanchatError):
    """Facts: detail (why, and what to install or to use)."""

    sentence = "{detail}"


class DiscoveryError(LanchatError):
    """Facts: name, detail."""

    sentence = "{detail}"


class NothingFound(DiscoveryError):
    """Facts: name."""

    sentence = (
        "No room called “{name}” answers on this network. Look with “lanchat find”, or give its address as host:port."
    )


class NameAmbiguous(DiscoveryError):
    """Facts: name, choices (their ids, joined by ", ")."""

    sentence = "“{name}” could be more than one server. Choose one by its id: {choices}"
