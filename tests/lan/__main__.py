"""A lab to play with: `python -m tests.lan [HOSTS]` (as root) makes hosts on one network, and reads commands.

host1 lanchat serve &       runs a program on a host; & behind it: beside what follows
host2                       a shell on that host
block multicast             what goes wrong; `help` lists all of it
"""

from __future__ import annotations

import cmd
import os
import shlex
import signal
import subprocess
import sys
from typing import Final

from tests.lan import KINDS, MDNS_RULES, Host, Lan, repository, why_unavailable

HOSTS: Final = 2
_LET_IN: Final = {
    "mdns": MDNS_RULES,
    "beacon": ("udp dport 5054",),
    "lanchat": ("udp dport 5054-5055", "tcp dport 5055"),
}


class Lab(cmd.Cmd):
    """The commands; what a command says of itself is its help."""

    prompt = "lab> "
    intro = "`help` lists the commands, `hosts` the hosts; Ctrl-D ends all."

    def __init__(self, lan: Lan, hosts: int) -> None:
        super().__init__()
        self._lan = lan
        self._hosts: dict[str, Host] = {}
        for _ in range(hosts):
            self._keep(lan.host())

    def do_hosts(self, _: str) -> None:
        """hosts: their addresses, and how to get a shell there from another terminal"""
        for name, host in self._hosts.items():
            print(f"{name:10} {host.ip:15} nsenter -t {host.holder.pid} -n -m -u", flush=True)

    def do_host(self, words: str) -> None:
        """host [SUBNET]: one more host"""
        self._keep(self._lan.host(subnet=int(words or 0)))
        self.do_hosts("")

    def do_router(self, _: str) -> None:
        """router: between the subnets 0 and 1"""
        self._keep(self._lan.router())

    def do_card(self, words: str) -> None:
        """card HOST [SUBNET]: a second network card"""
        name, *subnet = words.split()
        print(self._lan.card(self._hosts[name], subnet=int(*subnet)))

    def do_move(self, words: str) -> None:
        """move HOST SUBNET: into another network"""
        name, subnet = words.split()
        self._lan.move(self._hosts[name], subnet=int(subnet))

    def do_address(self, words: str) -> None:
        """address HOST [IP/PREFIX]: its only IPv4 address; none without"""
        name, *address = words.split()
        self._hosts[name].set_ipv4(*address or [None])

    def do_cable(self, words: str) -> None:
        """cable HOST in|out"""
        name, where = words.split()
        self._lan.cable(self._hosts[name], plugged=where == "in")

    def do_block(self, words: str) -> None:
        self._lan.block(*words.split())

    do_block.__doc__ = f"block [KIND …]: drop these from now on, and only these: {', '.join(KINDS)}"

    def do_lose(self, words: str) -> None:
        """lose PERCENT [group]: of all packets, or of those to many"""
        percent, *group = words.split()
        self._lan.lose(int(percent), group_only=bool(group))

    def do_isolate(self, words: str) -> None:
        """isolate HOST …: they hear nothing of each other"""
        self._lan.isolate(*(self._hosts[name] for name in words.split()))

    def do_firewall(self, words: str) -> None:
        """firewall HOST [mdns] [beacon] [lanchat]: lets in answers, and these"""
        name, *rules = words.split()
        self._hosts[name].firewall(*(line for rule in rules for line in _LET_IN[rule]))

    def do_docker(self, words: str) -> None:
        """docker HOST: a docker0"""
        self._hosts[words].add_docker0()

    def do_vpn(self, words: str) -> None:
        """vpn HOST: a tunnel that takes all traffic"""
        self._hosts[words].add_vpn()

    def do_avahi(self, words: str) -> None:
        """avahi HOST: starts the daemon"""
        self._hosts[words].start_avahi()

    def do_freeze(self, words: str) -> None:
        """freeze HOST: its programs stand still"""
        self._hosts[words].signal(signal.SIGSTOP)

    def do_thaw(self, words: str) -> None:
        """thaw HOST: they go on"""
        self._hosts[words].signal(signal.SIGCONT)

    def do_EOF(self, _: str) -> bool:  # noqa: N802  # the name that cmd wants
        """Ctrl-D: ends all"""
        return True

    def default(self, line: str) -> None:
        """HOST [PROGRAM …] [&]"""
        name, *command = shlex.split(line)
        if name not in self._hosts:
            print(f"No command and no host is called {name}; see `help` and `hosts`.")
            return
        if command[:1] == ["lanchat"]:
            command = [sys.executable, "-m", *command]
        host = self._hosts[name]
        # /run is the host's own
        options = {"cwd": repository(), "env": {**host.environment(), "LANCHAT_HOME": "/run/lanchat"}}
        if command[-1:] == ["&"]:
            host.popen(command[:-1], **options)
        else:
            subprocess.run(host.argv(command or [os.environ.get("SHELL", "sh")]), check=False, **options)

    def emptyline(self) -> bool:
        """Nothing: by default the last command would come again."""
        return False

    def onecmd(self, line: str) -> bool:
        try:
            return super().onecmd(line)
        except (KeyError, ValueError, TypeError, RuntimeError) as error:
            print(f"That did not work ({error}); see `help`.")
            return False

    def _keep(self, host: Host) -> None:
        self._hosts[host.name] = host


if __name__ == "__main__":
    if reason := why_unavailable():
        sys.exit(reason)
    with Lan() as lan:
        Lab(lan, int(*sys.argv[1:] or [HOSTS])).cmdloop()
