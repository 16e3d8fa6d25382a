"""Measures what docs/benchmarks.md tells: `python -m tests.figures [window] [memory] [discovery]`.

Each figure is the median of several runs. Read ratios, not times: machines differ, and so do moments.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from lanchat import identity
from lanchat.channel import Channel
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Hello

RUNS = 7
CLIENTS = 300
_BARE = "import time; t = time.perf_counter(); import tkinter; r = tkinter.Tk(); r.geometry('1040x720'); r.update(); "
_OURS = """
import time; t = time.perf_counter()
import os, tkinter
def painted(root, n=0):
    root.update(); print(time.perf_counter() - t, flush=True); os._exit(0)
tkinter.Misc.mainloop = painted
from lanchat.gui import open_window
open_window()
"""


def window() -> None:
    """From the interpreter's first line to the painted window, in ratio to a bare Tk window of the same size."""
    from tests.gui.display import own_display

    with own_display() as display:
        environment = {**os.environ, "DISPLAY": display}
        scripts = {"bare": _BARE + "print(time.perf_counter() - t)", "ours": _OURS}
        times: dict[str, list[float]] = {name: [] for name in scripts}
        for _ in range(RUNS):
            for name, script in scripts.items():
                with tempfile.TemporaryDirectory() as home:
                    out = subprocess.run(
                        [sys.executable, "-c", script],
                        env={**environment, "LANCHAT_HOME": home},
                        capture_output=True,
                        text=True,
                        check=True,
                    )
                times[name].append(float(out.stdout))
    bare, ours = statistics.median(times["bare"]), statistics.median(times["ours"])
    print(f"window: {ours * 1000:.0f} ms, bare Tk {bare * 1000:.0f} ms, ratio {ours / bare:.2f}")


def memory() -> None:
    """The server's memory for each idle TLS member: RSS with CLIENTS of them, less RSS before."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "lanchat", "serve", "--host", "127.0.0.1", "--port", "0", "--data", data]
        server = subprocess.Popen(
            [*command, "--max-clients", str(CLIENTS)], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        try:
            assert server.stdout is not None
            match = re.search(r"port (\d+)", server.stdout.readline())
            assert match is not None
            channels = [_member(int(match[1]), "warm-up")]
            before = _rss(server.pid)
            channels += [_member(int(match[1]), f"u{n}") for n in range(CLIENTS - 1)]
            grown = (_rss(server.pid) - before) / (CLIENTS - 1)
            print(f"memory: {grown:.0f} KiB for each idle TLS member ({CLIENTS} of them)")
            for channel in channels:
                channel.close()
        finally:
            server.terminate()
            server.wait()


def _member(port: int, nick: str) -> Channel:
    channel = Channel(socket.create_connection(("127.0.0.1", port)))
    channel.start_tls(identity.client_context(), server=False)
    channel.handshake(10)
    channel.send(encode(Hello(version=1, nick=nick)))
    assert b'"welcome"' in channel.receive(10)
    return channel


def _rss(pid: int) -> int:
    """KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1])


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["window", "memory"]
    for figure in wanted:
        {"window": window, "memory": memory}[figure]()
