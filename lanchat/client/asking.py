"""Asking for tickets: what was asked and not answered is asked again by the next connection; no socket, no thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final, TypeAlias

from lanchat.protocol.codec import kind_of
from lanchat.protocol.frames import ClientFrame, Fetch, Offer, Ticket

Make: TypeAlias = Callable[[str], Offer | Fetch]  # the question with this id
TOO_OLD: Final = "This server is older than your lanchat, and knows no files."
Answer: TypeAlias = Callable[[Ticket | None], None]  # None: there will be none


class Asking:
    """Owned by the link's thread."""

    def __init__(self, send: Callable[[ClientFrame], None]) -> None:
        self._send = send
        self._joined = self._closed = False
        self._numbers = itertools.count(1)
        self.on_lost: Callable[[], None] = lambda: None  # the connection ended; must not wait
        self._asked: dict[str, tuple[Make, Answer]] = {}

    def ask(self, make: Make, answer: Answer) -> None:
        """`answer` is called once, with the ticket; it must not wait."""
        if self._closed:
            answer(None)
            return
        id = f"f{next(self._numbers)}"  # noqa: A001 - the wire's word
        self._asked[id] = (make, answer)
        if self._joined:
            self._send(make(id))

    def joined(self) -> None:
        self._joined = True
        for id, (make, _) in self._asked.items():  # noqa: A001 - the wire's word
            self._send(make(id))

    def ended(self) -> None:
        self._joined = False
        self.on_lost()

    def answered(self, ticket: Ticket) -> None:
        _, answer = self._asked.pop(ticket.id, (None, None))
        if answer is not None:
            answer(ticket)

    def not_taken(self, kind: str, code: str) -> bool:
        """The server does not know a frame of this type: there will be no ticket for any that we asked for. False: for
        none."""
        meant = [id for id, (make, _) in self._asked.items() if self._joined and kind_of(make(id)) == kind]  # noqa: A001
        for id in meant:  # noqa: A001 - the wire's word
            self.answered(Ticket(id, code=code, detail=TOO_OLD))
        return bool(meant)

    def close(self) -> None:
        self._closed = True
        asked, self._asked = self._asked, {}
        for _, answer in asked.values():
            answer(None)
