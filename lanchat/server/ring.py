"""The latest lines that every member gets, as bytes with places to stand on; no sockets, no threads."""

from __future__ import annotations

import bisect
from typing import Final, NamedTuple

import msgspec

_SPARE: Final = 1024  # dropped batches whose slots may lie unused before the lists are cut


class _Line(msgspec.Struct):
    """What tells an entry from other lines."""

    seq: int = 0


class Batch(NamedTuple):
    """Whole lines. head: the room's last seq once they are read."""

    data: bytes
    head: int


class Ring:
    """A stream of batches, its old end cut off. A cursor is a place in it: bytes since the start.

    Cursors stand at line ends. What lies before `start` is gone.
    """

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self._starts: list[int] = []  # places of the batches
        self._batches: list[Batch] = []
        self._dropped = 0  # slots at the front of both lists that are gone

    @property
    def size(self) -> int:
        return self.end - self.start

    def append(self, data: bytes, head: int) -> None:
        self._starts.append(self.end)
        self._batches.append(Batch(data, head))
        self.end += len(data)

    def after(self, cursor: int, limit: int) -> bytes | memoryview:
        """Lines from `cursor` on: the rest of its batch, joined by whole following ones up to `limit` bytes."""
        if cursor >= self.end:
            return b""
        index = bisect.bisect_right(self._starts, cursor, lo=self._dropped) - 1
        data, skip = self._batches[index].data, cursor - self._starts[index]
        if len(data) - skip >= limit or index + 1 == len(self._batches):
            return memoryview(data)[skip:] if skip else data
        parts, size = [data[skip:]], len(data) - skip
        for following in range(index + 1, len(self._batches)):
            data = self._batches[following].data
            size += len(data)
            if size > limit:
                break
            parts.append(data)
        return b"".join(parts)

    def second(self) -> int:
        """The place where the oldest batch ends: what stands before it loses its place by `drop_oldest`."""
        return self.start + len(self._batches[self._dropped].data)

    def seq_at(self, cursor: int) -> int:
        """The last seq that who stands at `cursor` has read."""
        index = bisect.bisect_right(self._starts, cursor, lo=self._dropped) - 1
        batch = self._batches[index]
        for line in batch.data[cursor - self._starts[index] :].split(b"\n"):
            if line and (seq := msgspec.json.decode(line, type=_Line).seq):
                return seq - 1
        return batch.head

    def drop_oldest(self) -> None:
        self.start += len(self._batches[self._dropped].data)
        self._batches[self._dropped] = Batch(b"", 0)
        self._dropped += 1
        if self._dropped > _SPARE:
            del self._starts[: self._dropped], self._batches[: self._dropped]
            self._dropped = 0
