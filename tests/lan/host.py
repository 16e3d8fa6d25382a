"""One machine of the lab: its network cards, addresses, firewall and daemons; the cables are the switch's."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from tests.lan.namespace import DEADLINE, Namespace

if TYPE_CHECKING:
    from tests.lan.switch import Lan

MDNS_RULES: Final = ("ip daddr 224.0.0.251 udp dport 5353", "ip6 daddr ff02::fb udp dport 5353")  # as ufw ships them
NEIGHBOURS: Final = "icmpv6 type { 130-132, 133-137, 143 } accept"  # without these no IPv6 at all
_TUNSETIFF: Final = 0x400454CA  # <linux/if_tun.h>
_IFF_TUN, _IFF_TAP, _IFF_NO_PI = 0x0001, 0x0002, 0x1000
_AVAHI: Final = """
[server]
use-ipv4=yes
use-ipv6=yes
[publish]
publish-workstation=no
publish-hinfo=no
[rlimits]
"""


class Host(Namespace):
    """One machine with eth0 on a bridge, with IPv4 and link-local IPv6."""

    def __init__(self, lan: Lan, name: str, number: int, subnet: int = 0) -> None:
        self.name, self.number = name, number
        self.ip = f"{prefix(subnet)}.{number}"
        self._tunnels: list[int] = []
        super().__init__(
            f"hostname {name}; mount -t tmpfs tmpfs /run; mkdir -p /run/dbus /run/avahi-daemon; "
            # without duplicate address detection: addresses are usable at once
            "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0"
        )
        try:
            lan.plug(name, self.holder.pid, subnet=subnet)
            self.run("ip link set eth0 up")
            self.set_ipv4(f"{self.ip}/24")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        super().close()
        for tunnel in self._tunnels:
            os.close(tunnel)
        self._tunnels.clear()

    # Addresses and cards

    def link(self, *, up: bool) -> None:
        """Switches the card on or off; `Lan.cable` pulls the cable."""
        self.run(f"ip link set eth0 {'up' if up else 'down'}")

    def set_ipv4(self, address: str | None, *, card: str = "eth0") -> None:
        """The only IPv4 address of that card: `ip/prefix`; None: none. As when DHCP hands out another one."""
        commands = [f"ip -4 addr flush dev {card}"]
        if address is not None:
            broadcast = "" if address.endswith(("/31", "/32")) else "brd +"
            commands.append(f"ip addr add {address} {broadcast} dev {card}")
        if address is not None and card == "eth0":
            self.ip = address.partition("/")[0]
            commands.append("ip route replace default dev eth0")
        self.run("; ".join(commands))

    def change_ip(self, number: int) -> None:
        """Another address of its network."""
        self.set_ipv4(f"{self.ip.rpartition('.')[0]}.{number}/24")

    def await_link(self, carries: Callable[[], bool]) -> None:
        """Until the kernel has seen the cable at both ends: what is sent before gets lost. carries: at the other."""
        self._await(carries)
        self._await(lambda: "inet6" in self.run("ip -6 -o addr show dev eth0 scope link -tentative").stdout)

    def link_local(self, card: str = "eth0") -> str:
        """The card's IPv6 address, without a scope."""
        words = self.run(f"ip -6 -o addr show dev {card} scope link").stdout.split()
        return words[words.index("inet6") + 1].partition("/")[0]

    def add_docker0(self) -> None:
        """The bridge that Docker makes, with the address that it has on every machine, and a container on it."""
        self.add_bridges(["docker0"], 17)

    def add_bridges(self, names: list[str], first: int = 18) -> None:
        """A bridge for each name, 172.`first`.0.1/16 and so on, each with a container."""
        lines = []
        for n, name in enumerate(names):
            lines += [
                f"link add name {name} type bridge",
                f"addr add 172.{first + n}.0.1/16 brd + dev {name}",
                f"link add name veth{first + n} type veth peer name in{first + n}",
                f"link set dev veth{first + n} master {name} up",
                f"link set dev in{first + n} addrgenmode none",  # it is in the container's network, and not seen here
                *(f"link set dev {card} up" for card in (f"in{first + n}", name)),
            ]
        self.run(["ip", "-batch", "-"], input="\n".join(lines))

    def add_vpn(self) -> None:
        """A tunnel that takes all traffic but that of the own network, and leads nowhere, as OpenVPN's."""
        with self.network():
            self._tunnels.append(open_tun("tun0"))
        self.run(
            "ip addr add 10.8.0.2/32 dev tun0; ip link set tun0 up; "
            "ip route add 0.0.0.0/1 dev tun0; ip route add 128.0.0.0/1 dev tun0"
        )

    # Faults

    def firewall(self, *let_in: str) -> None:
        """Lets in answers, and what these rules say, as the firewalls of most systems do."""
        rules = "\n".join(f"{rule} accept" for rule in ("iif lo", "ct state established,related", *let_in))
        self.rules("inet", "host", f"type filter hook input priority 0; policy drop;\n{rules}\n{NEIGHBOURS}")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Its programs stand still meanwhile, as when the lid is closed."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """To each of its programs."""
        for child in self._children:
            if child.poll() is None:
                child.send_signal(number)

    # Daemons

    def start_avahi(self) -> None:
        """A D-Bus system bus and an Avahi daemon of this host's own."""
        self.run(["tee", "/run/avahi.conf"], input=_AVAHI)
        if not self._has_bus():
            bus = ["dbus-daemon", "--system", "--nofork", "--nopidfile"]
            self.popen(bus, env=self.environment(), stderr=subprocess.DEVNULL)  # it would like more descriptors
            self._await(self._has_bus)
        command = ["avahi-daemon", "--no-chroot", "--no-drop-root", "-f", "/run/avahi.conf"]
        self.popen(command, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._await(lambda: self.run(["avahi-daemon", "--check"], check=False).returncode == 0)

    def environment(self) -> dict[str, str]:
        """For programs that talk to this host's D-Bus."""
        return {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/run/dbus/system_bus_socket"}

    def stop_avahi(self) -> None:
        """The daemon; the bus stays."""
        self.run(["avahi-daemon", "--kill"], check=False)
        self._await(lambda: self.run(["avahi-daemon", "--check"], check=False).returncode != 0)

    def _has_bus(self) -> bool:
        return self.run("test -S /run/dbus/system_bus_socket", check=False).returncode == 0

    def _await(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not come up, or a daemon of it")
            time.sleep(0.02)


def prefix(subnet: int) -> str:
    """The first three numbers of a subnet's addresses."""
    return f"10.{77 + subnet}.0"


def open_tun(name: str, *, tap: bool = False) -> int:
    """A descriptor; the card that it makes in this thread's network lives as long. Raises OSError."""
    port = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        kind = _IFF_TAP if tap else _IFF_TUN
        fcntl.ioctl(port, _TUNSETIFF, struct.pack("16sH22x", name.encode(), kind | _IFF_NO_PI))
    except OSError:
        os.close(port)
        raise
    return port
