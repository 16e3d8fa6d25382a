"""How long a command waits until all that was said is acknowledged, and which name it remembers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lanchat.cli.person import FLUSH_TIMEOUT, flush, nickname, remember
from lanchat.client import Profile
from tests.cli.terminal import lanchat
from tests.people import ServerProcess


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


def test_a_name_that_was_let_in_is_remembered_where_there_was_none(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room") as server:
        assert lanchat("send", server.address, "hi", "--nick", "a:b").returncode == 1
        assert Profile("zoe").settings.nick == ""
        for nick in ("Cleo", "Dora"):
            assert lanchat("send", server.address, "hi", "--nick", nick).returncode == 0
            assert nickname(None, Profile("zoe")) == "Cleo"
        assert lanchat("join", server.address, "--nick", "Eva", profile="eva", said=b"hi\n").returncode == 0
        assert nickname(None, Profile("eva")) == "Eva"


def test_the_name_of_the_account_is_nobodys_choice() -> None:
    profile = Profile("zoe")
    remember(nickname(None, profile), profile)
    assert profile.settings.nick == ""
