"""The pump: order, budget, pace, jobs and their end."""

from __future__ import annotations

import logging
import signal
import threading
import tkinter as tk
from collections.abc import Callable, Iterator
from functools import partial
from types import TracebackType

import pytest

from lanchat.errors import HostSilent, LanchatError
from lanchat.gui import pump as module
from lanchat.gui.pump import BUDGET, SILENCE, SLOW_TURN, TURN, Pump

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def unstarted(root: tk.Tk, clock: Clock, until: Until) -> Iterator[Pump]:
    """The test makes its first turn, and with that starts it."""
    pump = Pump(root, clock)
    yield pump
    rested: list[bool] = []
    pump.stop(partial(rested.append, True))
    until(lambda: rested)


@pytest.fixture
def pump(unstarted: Pump) -> Pump:
    unstarted.start()
    return unstarted


@pytest.fixture
def reported(root: tk.Tk, monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What the terminal would have told the user."""
    errors: list[BaseException] = []

    def report(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        errors.append(error)

    monkeypatch.setattr(root, "report_callback_exception", report)
    return errors


def test_calls_of_many_threads_arrive_in_the_tk_thread_each_in_order(pump: Pump, until: Until) -> None:
    got: list[tuple[str, int]] = []
    receivers: set[threading.Thread] = set()

    def receive(sender: str, number: int) -> None:
        got.append((sender, number))
        receivers.add(threading.current_thread())

    def send(sender: str) -> None:
        for number in range(500):
            pump.post(partial(receive, sender, number))

    threads = [threading.Thread(target=send, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: len(got) == 2000)
    assert receivers == {threading.main_thread()}
    for name in "abcd":
        assert [number for sender, number in got if sender == name] == list(range(500))


def test_what_begins_is_logged(pump: Pump, until: Until, caplog: pytest.LogCaptureFixture) -> None:
    done: list[None] = []
    with caplog.at_level(logging.DEBUG, "lanchat.gui"):
        pump.work("asking", lambda: None, done.append)
    until(lambda: done)
    assert "begins: asking" in caplog.text


def test_a_turn_ends_when_its_budget_is_spent(unstarted: Pump, clock: Clock, until: Until) -> None:
    turns: list[int] = []
    this_turn: list[int] = []

    def slow(number: int) -> None:
        clock.now += BUDGET / 2
        this_turn.append(number)

    def count() -> None:  # between two turns Tk is free for everything else: this timer, the mouse, drawing
        turns.append(len(this_turn))
        this_turn.clear()

    for number in range(6):
        unstarted.post(partial(slow, number))
    unstarted._turn()
    count()
    assert turns == [2]
    until(lambda: len(this_turn) == 4)  # the rest comes in later turns


def test_a_call_that_posts_itself_again_does_not_hold_the_window(unstarted: Pump, clock: Clock, until: Until) -> None:
    rounds: list[int] = []

    def again() -> None:
        clock.now += BUDGET / 4
        rounds.append(1)
        if len(rounds) < 40:
            unstarted.post(again)

    unstarted.post(again)
    unstarted._turn()
    assert len(rounds) == 4
    until(lambda: len(rounds) == 40)


def test_turns_become_slow_in_silence_and_quick_again_at_the_first_call(
    pump: Pump, clock: Clock, root: tk.Tk, until: Until
) -> None:
    until(root.winfo_viewable)
    assert pump.interval == TURN
    clock.now += SILENCE + 0.1
    assert pump.interval == SLOW_TURN
    made: list[bool] = []
    pump.post(partial(made.append, True))
    until(lambda: made)
    assert pump.interval == TURN


def test_in_silence_it_sleeps_until_somebody_posts(pump: Pump, root: tk.Tk, until: Until) -> None:
    made: list[int] = []
    for number in range(3):
        until(lambda: pump._asleep)
        assert not any("_turn" in str(root.tk.call("after", "info", name)) for name in root.tk.call("after", "info"))
        poster = threading.Thread(target=pump.post, args=(partial(made.append, number),))
        poster.start()
        until(lambda n=number: n in made)  # type: ignore[misc]
        poster.join()
    assert made == [0, 1, 2]


def test_what_is_posted_in_the_moment_of_falling_asleep_is_made(
    pump: Pump, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []
    monkeypatch.setattr(pump, "_asleep", False)  # that is what the poster saw
    pump._calls.append(partial(made.append, True))
    pump._fall_asleep()
    until(lambda: made)


def test_a_signal_wakes_it(pump: Pump, root: tk.Tk, until: Until) -> None:
    """Else Ctrl-C in the terminal would wait for the next timer of whatever is shown."""
    told: list[str] = []

    def interrupt() -> None:
        asleep.wait(10)
        signal.raise_signal(signal.SIGINT)

    def end(what: str) -> None:
        told.append(what)
        root.quit()

    before = signal.signal(signal.SIGINT, lambda *_: pump.post(partial(end, "heard")))
    asleep = threading.Event()
    sender = threading.Thread(target=interrupt)
    sender.start()
    try:
        until(lambda: pump._asleep)
        late = root.after(8_000, end, "late")
        root.after_idle(asleep.set)
        root.mainloop()
    finally:
        signal.signal(signal.SIGINT, before)
        sender.join()
    assert told == ["heard"]
    root.after_cancel(late)


def test_where_no_bell_is_heard_it_looks_now_and_then(
    root: tk.Tk, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "can_ring", lambda _: False)
    pump, made = Pump(root), list[str]()
    pump.start()
    until(lambda: any("_turn" in str(root.tk.call("after", "info", name)) for name in root.tk.call("after", "info")))
    poster = threading.Thread(target=pump.post, args=(partial(made.append, "one"),))
    poster.start()
    until(lambda: made)
    poster.join()
    pump.stop(partial(made.append, "rested"))
    until(lambda: len(made) == 2)
    assert made == ["one", "rested"]


def test_turns_are_slow_while_nobody_sees_the_window(pump: Pump, root: tk.Tk, until: Until) -> None:
    until(root.winfo_viewable)
    assert pump.interval == TURN
    root.iconify()
    until(lambda: not root.winfo_viewable())
    assert pump.interval == SLOW_TURN


def test_a_failing_call_is_reported_and_the_next_ones_are_made(
    pump: Pump, reported: list[BaseException], until: Until
) -> None:
    made: list[bool] = []

    def fail() -> None:
        raise ZeroDivisionError

    pump.post(fail)
    pump.post(partial(made.append, True))
    until(lambda: made)
    assert [type(error) for error in reported] == [ZeroDivisionError]


def test_a_job_runs_elsewhere_and_its_result_comes_here(pump: Pump, until: Until) -> None:
    results: list[tuple[str, threading.Thread]] = []
    pump.work(
        "test", lambda: threading.current_thread().name, lambda name: results.append((name, threading.current_thread()))
    )
    until(lambda: results)
    assert results == [("lanchat-test", threading.main_thread())]


def test_an_error_on_purpose_goes_to_who_asked(pump: Pump, until: Until) -> None:
    errors: list[LanchatError] = []

    def ask() -> None:
        raise HostSilent(host="10.0.0.9")

    pump.work("test", ask, failed=errors.append)
    until(lambda: errors)
    assert "10.0.0.9 does not answer" in str(errors[0])


def test_any_other_error_of_a_job_is_a_bug_and_reported(
    pump: Pump, reported: list[BaseException], until: Until
) -> None:
    def ask() -> None:
        raise ZeroDivisionError

    pump.work("test", ask, failed=lambda error: pytest.fail(f"{error} is no LanchatError"))
    until(lambda: reported)
    assert [type(error) for error in reported] == [ZeroDivisionError]


def test_stop_waits_for_jobs_and_for_what_they_start(root: tk.Tk, until: Until) -> None:
    pump = Pump(root)
    pump.start()
    told: list[str] = []
    release = threading.Event()

    def first() -> None:
        release.wait(10)

    def first_done(_: None) -> None:
        told.append("first")
        pump.work("second", lambda: None, lambda _: told.append("second"))

    pump.work("first", first, first_done)
    pump.stop(partial(told.append, "stopped"))
    seen: list[bool] = []
    root.after(3 * TURN, partial(seen.append, True))
    until(lambda: seen)
    assert told == []  # a turn or two later it still waits
    release.set()
    until(lambda: "stopped" in told)
    assert told == ["first", "second", "stopped"]
