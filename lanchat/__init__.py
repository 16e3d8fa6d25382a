"""lanchat: chat for people on the same network. What programs may use is named here, and imported when used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lanchat.errors import LanchatError

if TYPE_CHECKING:
    from lanchat.client import Client, Profile, events
    from lanchat.discovery import find
    from lanchat.protocol.frames import Message, Refused

__version__ = "0.1.0"
__all__ = ["Client", "LanchatError", "Message", "Profile", "Refused", "__version__", "events", "find"]

_HOMES = {
    "Client": "lanchat.client",
    "Profile": "lanchat.client",
    "events": "lanchat.client",
    "find": "lanchat.discovery",
    "Message": "lanchat.protocol.frames",
    "Refused": "lanchat.protocol.frames",
}


def __getattr__(name: str) -> Any:
    """Late imports: `lanchat --help` should not wait for cryptography."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module 'lanchat' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
