"""Denied: that something a member asked for is not done, and why; and the outcome that tells it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec.structs import replace

from lanchat.errors import StoreError
from lanchat.protocol.frames import Outcome
from lanchat.protocol.limits import Code
from lanchat.server.limits import Rate

_log = logging.getLogger(__name__)


class Denied(Exception):
    """Nothing is done, for this reason: a code and a sentence."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def outcome_of(id: str, work: Callable[[], Outcome]) -> Outcome:  # noqa: A002 - the wire's word
    """Of `work`, which raises Denied or StoreError where nothing is done."""
    try:
        return replace(work(), id=id)
    except Denied as denied:
        return Outcome(id, denied.code, denied.detail)
    except StoreError as error:
        _log.error("nothing is done, for it cannot be stored: %s", error)
        return Outcome(id, Code.NOT_STORED, "The server cannot store that just now, so it is not done.")


def keep_to(rate: Rate, now: float) -> None:
    """One more at `now` (s, monotonic). Raises Denied: too many."""
    if not rate.allows(now):
        raise Denied(Code.TOO_MANY, "That is too much at once. Wait a moment.")
