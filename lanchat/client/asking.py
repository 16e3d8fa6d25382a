"""Asking for tickets: what was asked and not answered is asked again by the next connection; no socket, no thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final, TypeAlias

from lanchat.protocol.frames import ClientFrame, Error, Fetch, Offer, Ticket
from lanchat.protocol.limits import Code

Make: TypeAlias = Callable[[str], Offer | Fetch]  # the question with this id
Answer: TypeAlias = Callable[[Ticket | None], None]  # None: there will be none
_NO_FILES: Final = "This server knows no files."


class Asking:
    """Owned by the link's thread."""

    def __init__(self, send: Callable[[ClientFrame], None]) -> None:
        self._send = send
        self._joined = self._closed = False
        self._takes_files = False  # the server that we are in
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

    def joined(self, largest: int) -> None:
        """largest: bytes of a file that the server takes, 0: none, or it knows no files."""
        self._joined, self._takes_files = True, largest > 0
        for id, (make, _) in self._asked.items():  # noqa: A001 - the wire's word
            self._send(make(id))

    def ended(self) -> None:
        self._joined = False
        self.on_lost()

    def answered(self, ticket: Ticket) -> None:
        _, answer = self._asked.pop(ticket.id, (None, None))
        if answer is not None:
            answer(ticket)

    def not_known(self, error: Error) -> bool:
        """Whether an error says that this server does not know what files are; then there are no tickets."""
        if not self._asked or self._takes_files or error.code != Code.UNKNOWN_TYPE:
            return False
        for id in list(self._asked):  # noqa: A001 - the wire's word
            self.answered(Ticket(id, code=error.code, detail=_NO_FILES))
        return True

    def close(self) -> None:
        self._closed = True
        asked, self._asked = self._asked, {}
        for _, answer in asked.values():
            answer(None)
