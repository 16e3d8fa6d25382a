"""The cables and switches between the hosts of the lab, and what goes wrong in them."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from tests.lan.host import NEIGHBOURS, Host, prefix
from tests.lan.namespace import Namespace

ROUTER: Final = 254  # its last number in each subnet
_GROUP: Final = "ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00"  # the bit of frames to many
KINDS: Final = {
    "multicast": f"ip daddr 224.0.0.0/4 drop; {NEIGHBOURS}; ip6 daddr ff00::/8 drop",
    "broadcast": "ether daddr ff:ff:ff:ff:ff:ff ether type ip drop",
    "udp": "ip protocol udp drop; ip6 nexthdr udp drop",
    "ipv6": "ether type ip6 drop",
}


class Lan:
    """Bridges in a namespace of their own, and hosts on them. The first bridge is subnet 0, 10.77.0.0/24.

    snooping: bridges pass a group only to who asked for it, and ask themselves who wants it.
    """

    def __init__(self, *, snooping: bool = False) -> None:
        self._hosts: list[Host] = []
        self._snooping = snooping
        self._blocked: tuple[str, ...] = ()
        self._loss = ""
        self._subnets = 0
        self._switch = Namespace("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
        self._bridge()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for namespace in (*self._hosts, self._switch):
            namespace.close()

    # What there is

    def host(self, name: str = "", *, subnet: int = 0) -> Host:
        """One more host, 10.77.0.1 the first; the subnet is made where it is not there."""
        number = len(self._hosts) + 1
        return self._add(name or f"host{number}", number, subnet)

    def router(self) -> Host:
        """Between the subnets 0 and 1: passes IPv4 to one machine on, and nothing that is meant for many."""
        router = self._add("router", ROUTER, 0)
        self.card(router, subnet=1)
        router.run("ip route del default; sysctl -qw net.ipv4.ip_forward=1")
        for host in self._hosts:
            if host is not router:
                host.run(f"ip route replace default via {host.ip.rpartition('.')[0]}.{ROUTER} dev eth0")
        return router

    def card(self, host: Host, *, subnet: int = 0) -> str:
        """A second network card, eth1, with an address of that subnet, which is returned."""
        self.plug(f"{host.name}.1", host.holder.pid, card="eth1", subnet=subnet)
        number = host.number if host.number == ROUTER else host.number + 100
        address = f"{prefix(subnet)}.{number}"
        host.run("ip link set eth1 up")
        host.set_ipv4(f"{address}/24", card="eth1")
        return address

    def plug(self, port: str, pid: int, *, card: str = "eth0", subnet: int = 0) -> None:
        """A cable from `port` of the subnet's bridge to a new card of the namespace of `pid`."""
        while self._subnets <= subnet:
            self._bridge()
        self._switch.run(
            f"ip link add name {port} type veth peer name {card} netns {pid}; "
            f"ip link set dev {port} master bridge{subnet} up"
        )

    def _add(self, name: str, number: int, subnet: int) -> Host:
        host = Host(self, name, number, subnet)
        self._hosts.append(host)
        host.await_link(lambda: self.carries(name))
        return host

    def carries(self, port: str) -> bool:
        """Whether the bridge has noticed what is plugged in there."""
        return "state forwarding" in self._switch.run(f"bridge link show dev {port}").stdout

    def _bridge(self) -> None:
        bridge, snooping = f"bridge{self._subnets}", int(self._snooping)
        self._switch.run(
            f"ip link add {bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping {snooping} "
            "mcast_query_response_interval 10; "  # 1/100 s; so long a bridge passes all to all after the next command
            f"ip link set {bridge} type bridge mcast_querier {snooping}; ip link set {bridge} up"
        )
        self._subnets += 1

    # What goes wrong

    def block(self, *kinds: str) -> None:
        """The bridges drop these KINDS from now on, and only these."""
        self._blocked = kinds
        self._filter()

    def lose(self, percent: int, *, group_only: bool = False) -> None:
        """Each frame is lost that often, in each direction; group_only: those to many, as on Wi-Fi."""
        self._loss = f"{_GROUP if group_only else ''} numgen random mod 100 < {percent} drop"
        self._filter()

    def isolate(self, *hosts: Host) -> None:
        """These hear nothing of each other, as the guests of a guest Wi-Fi."""
        for host in hosts:
            self._switch.run(f"ip link set dev {host.name} type bridge_slave isolated on")

    def cable(self, host: Host, *, plugged: bool) -> None:
        """Of eth0; the host's addresses stay."""
        self._switch.run(f"ip link set dev {host.name} {'up' if plugged else 'down'}")

    def move(self, host: Host, *, subnet: int) -> None:
        """To another network, where it gets an address of that one; its card notices nothing."""
        self._switch.run(f"ip link set dev {host.name} master bridge{subnet}")
        host.set_ipv4(f"{prefix(subnet)}.{host.number}/24")

    def _filter(self) -> None:
        rules = "; ".join((*(KINDS[kind] for kind in self._blocked), self._loss))
        self._switch.rules("bridge", "lan", f"type filter hook forward priority 0; {rules}")
