"""How often a PIN may be tried; time is passed in."""

from __future__ import annotations

from lanchat.server.guesses import FIRST_DELAY, FREE_TRIES, MAX_WRONG, MOST_DELAY, WINDOW, Guesses


def guess(guesses: Guesses, source: str, now: float) -> bool:
    """Tries if it may."""
    if guesses.wait(source, now) > 0:
        return False
    guesses.begin(source, now)
    return True


def test_some_tries_are_free_then_each_takes_twice_as_long() -> None:
    guesses, now, delays = Guesses(), 0.0, []
    for _ in range(FREE_TRIES):
        assert guess(guesses, "eve", now)
    for _ in range(9):
        delays.append(guesses.wait("eve", now))
        assert not guess(guesses, "eve", now + delays[-1] - 0.01)
        now += delays[-1]
        assert guess(guesses, "eve", now)
    assert delays == [min(MOST_DELAY, FIRST_DELAY * 2**n) for n in range(9)]


def test_who_guesses_makes_nobody_else_wait() -> None:
    guesses = Guesses()
    for _ in range(FREE_TRIES):
        guess(guesses, "eve", 0.0)
    assert guesses.wait("eve", 0.0) > 0
    assert guesses.wait("ana", 0.0) == 0
    assert guesses.left("ana") == FREE_TRIES
    assert guesses.left("eve") == 0


def test_many_addresses_together_reach_the_cap() -> None:
    guesses = Guesses()
    right = sum(guess(guesses, f"10.0.0.{n % 50}", float(n)) for n in range(1000))
    assert right == MAX_WRONG
    assert guesses.closed(1000.0)
    assert guesses.wait("ana", 1000.0) > 0


def test_all_is_forgotten_after_a_while() -> None:
    guesses = Guesses()
    for n in range(MAX_WRONG):
        assert guess(guesses, str(n), 0.0)
    assert guesses.wait("x", 0.0) == WINDOW
    assert guess(guesses, "x", WINDOW)
    assert not guesses.closed(WINDOW)


def test_the_right_one_takes_back_itself_alone() -> None:
    """Somebody else's right PIN gives who guesses behind the same address no new tries."""
    guesses = Guesses()
    for _ in range(4):
        guesses.begin("ana", 0.0)
    right = guesses.begin("ana", 0.0)
    guesses.was_right(right)
    guesses.was_right(right)
    assert guesses.left("ana") == FREE_TRIES - 4
