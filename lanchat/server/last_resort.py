"""What happens when a thread that everybody needs fails by a bug: the whole server ends, loudly."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def last_resort(thread: str) -> Iterator[None]:
    """Around the body of `thread`. A server without it looks alive and loses what it is told: better gone at once."""
    try:
        yield
    except BaseException:
        logging.getLogger("lanchat").critical("%s failed; the server ends", thread, exc_info=True)
        os._exit(70)  # EX_SOFTWARE of sysexits.h
