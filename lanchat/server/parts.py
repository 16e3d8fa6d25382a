"""How much of each upload that is not at its end lies on the disk: numbers in memory, so that nobody asks the disk.

It moves nothing. Any thread may call: who writes a part says how large it is, the books ask.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path


class Parts:
    """Sizes in bytes. A part is known by its path, whose name begins with its owner."""

    def __init__(self) -> None:
        self._sizes: defaultdict[str, dict[Path, int]] = defaultdict(dict)  # by owner
        self._total = 0
        self._lock = threading.Lock()  # over both

    def note(self, part: Path, size: int) -> None:
        """So large it is from now on; 0: it is gone."""
        owner = owner_of(part)
        with self._lock:
            self._total += size - self._sizes[owner].pop(part, 0)
            if size:
                self._sizes[owner][part] = size
            elif not self._sizes[owner]:
                del self._sizes[owner]

    def of(self, owner: str) -> dict[Path, int]:
        """All of one owner."""
        with self._lock:
            return dict(self._sizes.get(owner, {}))

    def size(self, part: Path) -> int:
        """0: there is none."""
        with self._lock:
            return self._sizes.get(owner_of(part), {}).get(part, 0)

    @property
    def total(self) -> int:
        with self._lock:
            return self._total


def owner_of(part: Path) -> str:
    """Whose upload it is, as its name says."""
    return part.name.partition("-")[0]
