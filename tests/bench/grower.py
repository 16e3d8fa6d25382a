"""A program: `python grower.py FOLDER SIZE...` fills a journal of the lanchat on the path up to each size, and prints a
line of JSON for each: us to append an entry there, ms for the newest page of 100 and, at worst, for one anywhere."""

import json
import random
import sys
import time
from pathlib import Path

from lanchat.journal import Journal
from lanchat.protocol.frames import Message

BATCH = 256  # entries of one transaction: what a turn of a busy server holds
PAGE = 100  # entries
PAGES = 100  # anywhere
LAST = 20_000  # entries, whose cost is told
TEXT = "the quick brown fox jumps over the lazy dog, and comes back the same evening, well before the rain"


def main(folder: Path, sizes: list[int]) -> None:
    journal = Journal.open(folder / "journal.db")
    seq = 0
    for size in sizes:
        took, count = 0.0, 0
        while seq < size:
            entries = [message(n) for n in range(seq + 1, seq + BATCH + 1)]
            begun = time.perf_counter()
            journal.append(entries, {("key", "a"): seq + BATCH}, new=True)
            if seq >= size - LAST:
                took, count = took + time.perf_counter() - begun, count + BATCH
            seq += BATCH
            if seq // BATCH % 256 == 0:
                journal.checkpoint()
        reader = journal.reader()
        newest = min(page(reader, seq + 1) for _ in range(10))
        anywhere = max(page(reader, random.randint(PAGE, seq)) for _ in range(PAGES))
        reader.close()
        told = {"append": 1e6 * took / count, "newest": 1e3 * newest, "anywhere": 1e3 * anywhere}
        print(json.dumps(told), flush=True)
    journal.close()


def message(seq: int) -> Message:
    return Message("lobby", seq, f"a-{seq}", 1_790_000_000_000 + seq, "Ana", None, TEXT)


def page(journal: Journal, before: int) -> float:
    begun = time.perf_counter()
    assert len(journal.before("lobby", before, PAGE)) == min(PAGE, before - 1)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]])
