"""Guards around every test: a home of its own, no leaked thread, no logged error; and CI skips nothing.

Where tests run beside others (`-n`), each worker has a network of its own too, and begins with the longest files.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lan import Host, Lan, why_unavailable

THREAD_END = 5.0  # s for threads that were told to end
LONGEST = (
    "torture/test_packets.py",
    "gui/test_app.py",
    "gui/test_check_live.py",
    "discovery/test_lan_networks.py",
    "discovery/test_lan_changes.py",
    "doctor/test_network.py",
    "server/test_hostile_peers.py",
    "cli/test_admin.py",
    "torture/test_streams.py",
    "client/test_transfer_cut.py",
    "bench/test_bench.py",
)


def pytest_xdist_auto_num_workers() -> int:
    """-n auto: two more than there are cores, for the long tests wait most of their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside others the longest files come first, so that in the end no core waits for one."""
    if hasattr(config, "workerinput"):
        place = {name: n for n, name in enumerate(LONGEST)}
        items.sort(key=lambda item: place.get("/".join(item.path.parts[-2:]), len(place)))


@pytest.fixture(scope="session")
def own_host() -> Iterator[Host | None]:
    """The host of this worker, where there are others and namespaces can be made."""
    if "PYTEST_XDIST_WORKER" not in os.environ or why_unavailable():
        yield None
        return
    with Lan() as lan:
        host = lan.host("worker")
        host.run("ip route del default")  # what is asked of the world fails at once, as name servers
        yield host


@pytest.fixture(autouse=True)
def own_network(own_host: Host | None) -> Iterator[None]:
    """No port, beacon or server of a test beside this one is in its way. Session fixtures stay outside: the displays
    of two networks would take each other's number."""
    if own_host is None:
        yield
        return
    with own_host.network():
        yield


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test keeps its files to itself."""
    home = tmp_path / "home"
    monkeypatch.setenv("LANCHAT_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_thread_leaks() -> Iterator[None]:
    """Fails a test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_END
    for thread in set(threading.enumerate()) - before:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [t.name for t in threading.enumerate() if t not in before and t.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def no_logged_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails a test in which anything logged an error that the test did not ask for (caplog.clear())."""
    yield
    errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not errors, f"errors were logged: {errors}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With CI=true a skipped test has failed: what it needs is missing."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
