"""One Linux network namespace, held by a process, and programs in it; knows nothing of hosts or cables."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

DEADLINE: Final = 10.0  # s for a daemon of a host to come up, or a program to end
_CHILD: Final = ("setpriv", "--pdeathsig", "KILL")
_CLONE_NEWNET: Final = 0x40000000  # <linux/sched.h>


def why_unavailable(*programs: str) -> str | None:
    """What is missing for hosts, and for `programs`; None: nothing."""
    if sys.platform != "linux":
        return "network namespaces exist on Linux only"
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "nft", "unshare", "nsenter", "setpriv", *programs):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    made = subprocess.run(["unshare", "-n", "-m", "-u", "true"], capture_output=True, text=True, check=False)
    return None if made.returncode == 0 else f"no network namespaces here: {made.stderr.strip()}"


class Namespace:
    """A process that does nothing but keep its network, mount and UTS namespaces."""

    def __init__(self, setup: str) -> None:
        script = f"set -e; mount --make-rprivate /; {setup}; ip link set lo up; echo made; exec sleep infinity"
        self._children: list[subprocess.Popen[Any]] = []
        self.holder = subprocess.Popen(
            [*_CHILD, "unshare", "-n", "-m", "-u", "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.holder.stdout is not None
        assert self.holder.stderr is not None
        if self.holder.stdout.readline() != "made\n":
            self.close()
            raise RuntimeError(self.holder.stderr.read())

    def argv(self, command: Sequence[str]) -> list[str]:
        return [*_CHILD, "nsenter", "-t", str(self.holder.pid), "-n", "-m", "-u", "--", *command]

    def run(self, command: Sequence[str] | str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs a program, or a shell's script, to its end; fails when it does (check=False: does not)."""
        words = ["sh", "-ec", command] if isinstance(command, str) else list(command)
        options = {"check": True, "timeout": DEADLINE, "capture_output": True, "text": True, **options}
        try:
            return subprocess.run(self.argv(words), **options)
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"{command}: {error.stderr}") from error

    def popen(self, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Starts a program; its pid is the program's own. It ends with the namespace."""
        options = {"stdin": subprocess.DEVNULL, "text": True, "bufsize": 1, **options}
        child = subprocess.Popen(self.argv(command), **options)
        self._children.append(child)
        return child

    def rules(self, family: str, name: str, chain: str) -> None:
        """The one chain of this nftables table from now on."""
        table = f"table {family} {name}"
        text = f"{table}\ndelete {table}\n{table} {{ chain only {{ {chain}\n}}\n}}"
        self.run(["nft", "-f", "-"], input=text)

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """This thread, and the threads that it starts, use this network meanwhile."""
        with network_of(self.holder.pid):
            yield

    def close(self) -> None:
        for child in (*self._children, self.holder):
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):  # what it did not read any more
                        stream.close()


@contextlib.contextmanager
def network_of(pid: int) -> Iterator[None]:
    """This thread, and the threads that it starts, use the network of that process meanwhile."""
    with open("/proc/thread-self/ns/net") as before, open(f"/proc/{pid}/ns/net") as theirs:
        _set_namespace(theirs.fileno())
        try:
            yield
        finally:
            _set_namespace(before.fileno())


def _set_namespace(descriptor: int) -> None:
    if _libc().setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@functools.cache  # so that it works in a test that replaces ctypes.CDLL, too
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
