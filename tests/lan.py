"""Hosts on a network of their own, made of Linux network namespaces; tests run programs and sockets in them.

    with Lan() as lan:
        nord, sued = lan.host(), lan.host()
        server = nord.popen([sys.executable, "-m", "lanchat", "serve"])
        with sued.network():
            finder = Finder()   # its sockets, and the threads that it starts, belong to sued
        lan.block("multicast")

Each host has its own interfaces, loopback, host name and /run; nothing connects them to the real network.
Everything runs as children of this process that the kernel kills with it, and `close` kills each by its pid.
Start programs from the main thread only: a child is killed when the thread that started it ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

DEADLINE: Final = 10.0  # s for a daemon of a host to come up, or a program to end
SUBNET: Final = "10.77.0"
_CHILD: Final = ("setpriv", "--pdeathsig", "KILL")
_CLONE_NEWNET: Final = 0x40000000  # <linux/sched.h>
_NEIGHBOURS: Final = "icmpv6 type { 130-132, 133-137, 143 } accept"  # without these no IPv6 at all
_RULES: Final = {
    "multicast": f"ip daddr 224.0.0.0/4 drop; {_NEIGHBOURS}; ip6 daddr ff00::/8 drop",
    "broadcast": "ether daddr ff:ff:ff:ff:ff:ff ether type ip drop",
    "udp": "ip protocol udp drop; ip6 nexthdr udp drop",
}
_AVAHI: Final = """
[server]
use-ipv4=yes
use-ipv6=yes
[publish]
publish-workstation=no
publish-hinfo=no
[rlimits]
"""


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


class _Namespace:
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
        """Starts a program; its pid is the program's own. It ends with the host."""
        options = {"stdin": subprocess.DEVNULL, "text": True, "bufsize": 1, **options}
        child = subprocess.Popen(self.argv(command), **options)
        self._children.append(child)
        return child

    def close(self) -> None:
        for child in (*self._children, self.holder):
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):  # what it did not read any more
                        stream.close()


class Host(_Namespace):
    """One machine with eth0 on the bridge, with IPv4 and link-local IPv6."""

    def __init__(self, lan: Lan, name: str, number: int) -> None:
        self.name = name
        self.ip = f"{SUBNET}.{number}"
        super().__init__(
            f"hostname {name}; mount -t tmpfs tmpfs /run; mkdir -p /run/dbus /run/avahi-daemon; "
            # without duplicate address detection: addresses are usable at once
            "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0"
        )
        try:
            lan.plug(name, self.holder.pid)
            self._configure()
        except BaseException:
            self.close()
            raise

    def _configure(self) -> None:
        self.run(f"ip addr add {self.ip}/24 brd + dev eth0; ip link set eth0 up; ip route add default dev eth0")

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """This thread, and the threads that it starts, use the host's network meanwhile."""
        with network_of(self.holder.pid):
            yield

    def link(self, *, up: bool) -> None:
        self.run(f"ip link set eth0 {'up' if up else 'down'}")

    def change_ip(self, number: int) -> None:
        """As when DHCP hands out another address."""
        self.ip = f"{SUBNET}.{number}"
        self.run(f"ip -4 addr flush dev eth0; ip addr add {self.ip}/24 brd + dev eth0; ip route add default dev eth0")

    def firewall(self, *let_in: str) -> None:
        """Lets in answers, and what these rules say, as the firewalls of most systems do."""
        rules = "\n".join(f"{rule} accept" for rule in ("iif lo", "ct state established,related", *let_in))
        table = f"chain input {{ type filter hook input priority 0; policy drop;\n{rules}\n{_NEIGHBOURS}\n}}"
        self.run(["nft", "-f", "-"], input=f"table inet host {{\n{table}\n}}")

    def add_docker0(self) -> None:
        """The bridge that Docker makes, with the address that it has on every machine, and a container on it."""
        self.run(
            "ip link add docker0 type bridge; ip addr add 172.17.0.1/16 brd + dev docker0; ip link set docker0 up; "
            "ip link add veth0 type veth peer name veth1; ip link set veth0 master docker0 up; ip link set veth1 up"
        )

    def start_avahi(self) -> None:
        """A D-Bus system bus and an Avahi daemon of this host's own."""
        self.run(["tee", "/run/avahi.conf"], input=_AVAHI)
        self.popen(["dbus-daemon", "--system", "--nofork", "--nopidfile"], env=self.environment())
        self._await(lambda: self.run("test -S /run/dbus/system_bus_socket", check=False).returncode == 0)
        command = ["avahi-daemon", "--no-chroot", "--no-drop-root", "-f", "/run/avahi.conf"]
        self.popen(command, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._await(lambda: self.run(["avahi-daemon", "--check"], check=False).returncode == 0)

    def environment(self) -> dict[str, str]:
        """For programs that talk to this host's D-Bus."""
        return {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/run/dbus/system_bus_socket"}

    def _await(self, condition: Any) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"a daemon of {self.name} does not come up")
            time.sleep(0.02)


class Lan:
    """A bridge in a namespace of its own, and hosts on it."""

    def __init__(self) -> None:
        self._hosts: list[Host] = []
        self._switch = _Namespace(
            "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; "
            "ip link add bridge0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0; ip link set bridge0 up"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for namespace in (*self._hosts, self._switch):
            namespace.close()

    def host(self, name: str = "") -> Host:
        """One more host, 10.77.0.1 the first."""
        number = len(self._hosts) + 1
        host = Host(self, name or f"host{number}", number)
        self._hosts.append(host)
        return host

    def plug(self, name: str, pid: int) -> None:
        """A cable from the bridge to eth0 of the namespace of `pid`."""
        self._switch.run(
            f"ip link add name {name} type veth peer name eth0 netns {pid}; ip link set dev {name} master bridge0 up"
        )

    def block(self, *kinds: str) -> None:
        """The bridge drops these kinds from now on, and only these: multicast, broadcast, udp."""
        rules = "; ".join(_RULES[kind] for kind in kinds)
        table = f"table bridge lan {{ chain dropped {{ type filter hook forward priority 0; {rules}\n}}\n}}"
        self._switch.run(["nft", "-f", "-"], input=f"table bridge lan\ndelete table bridge lan\n{table}")


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


def repository() -> Path:
    """Where the programs under test are started."""
    return Path(__file__).resolve().parent.parent
