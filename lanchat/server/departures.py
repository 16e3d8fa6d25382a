"""Departures: when each key was here last, for those who talk with it alone; it tells nobody.

The broadcaster's hand, in its thread. Kept like the read markers.
"""

from __future__ import annotations

import logging
from typing import Final

from lanchat.errors import StoreError
from lanchat.server.late import Late

_log = logging.getLogger(__name__)
_NOWHERE: Final = ""  # no room has this name, so what was read “in” it is the time


class Departures:
    """now: s, monotonic; at: ms since 1970."""

    def __init__(self, late: Late) -> None:
        self._late = late

    def of(self, key: str) -> int:
        """When it was here last; 0: unknown, or it does not want that told."""
        try:
            return self._late.get(_NOWHERE, key)
        except StoreError as error:
            _log.error("when somebody was here last cannot be read: %s", error)
            return 0

    def note(self, key: str | None, at: int, now: float) -> None:
        """It left at that time; 0: that is not to be known."""
        if key is not None:
            self._late.put(_NOWHERE, key, at, now)
