"""How long a command waits until all that was said is acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from lanchat.cli.person import FLUSH_TIMEOUT, flush


class Slow:
    """A client whose server takes so many messages in each stretch of waiting; in the last one all that is left, if it
    says so."""

    def __init__(self, taken: Sequence[int], *, all_in_the_end: bool) -> None:
        self.settled, self.stretches = 7, self._stretches(taken, all_in_the_end)

    def _stretches(self, taken: Sequence[int], all_in_the_end: bool) -> Iterator[bool]:
        for count in taken:
            self.settled += count
            yield False
        yield all_in_the_end

    def flush(self, timeout: float) -> bool:
        assert timeout == FLUSH_TIMEOUT
        return next(self.stretches)


@pytest.mark.parametrize(
    ("taken", "all_in_the_end"),
    [([], True), ([40, 1, 300], True), ([], False), ([40, 0], False)],
)
def test_it_waits_as_long_as_the_server_gets_on(taken: Sequence[int], all_in_the_end: bool) -> None:
    client: Any = Slow(taken, all_in_the_end=all_in_the_end)
    assert flush(client) is all_in_the_end
    assert not list(client.stretches)[1:], "it gave up too early"
