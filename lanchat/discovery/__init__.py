"""The servers on this network: how one makes itself known, how others find it.

found          one row of the list, as everybody else sees it
announcement   datagrams and mDNS records: encoding, decoding, every check           pure
caps           how many questions are answered, how many servers are believed        pure
entry          one server: addresses, state, the best way to it                      pure
directory      all of them: merging, whom to ask, who is gone                        pure
subnets        which networks a person may name                                      pure
sweep          which addresses of a network to ask one by one, and how fast          pure
networks       which network interfaces to use, when they changed                    pure
interfaces     asks the system for them
sockets        UDP sockets: groups, answers from the address that was asked
retry, wakeup  how the threads start again, and are woken
knocking       which addresses take a TCP connection
mdns           the mDNS way, both ends (the only file that knows zeroconf)
beacon         the UDP way, the server's end
announcer      both ways for a server
search         the UDP way, the finder's end, and its thread's loop
finder         both ways for who looks for rooms
ask            one machine that the user named
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lanchat.discovery.announcer import Announcer
    from lanchat.discovery.ask import ask_host
    from lanchat.discovery.finder import Finder, find
    from lanchat.discovery.found import Found, State, Via

__all__ = ["Announcer", "Finder", "Found", "State", "Via", "ask_host", "find"]

_HOMES: Final = {
    "Announcer": "announcer",
    "ask_host": "ask",
    "Finder": "finder",
    "find": "finder",
    "Found": "found",
    "State": "found",
    "Via": "found",
}


def __getattr__(name: str) -> Any:
    """Late imports: who shows the list should not wait for what fills it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
