"""The icons that every chat shows at once: drawn before one is opened, they do not hold up the opening."""

from __future__ import annotations

from typing import Final

AHEAD: Final[tuple[tuple[str, float, str, float], ...]] = (  # see Kit.icon
    ("down", 16, "text2", 1.5),
    ("pencil", 16, "text2", 1.5),
    ("search", 18, "text2", 1.5),
    ("pin", 16, "text2", 1.5),
    ("hash", 18, "text3", 1.8),
    ("down", 14, "on_accent", 2.2),
    ("send", 18, "on_accent", 1.5),
    ("smile", 18, "text2", 1.5),
    ("clip", 18, "text2", 1.5),
    ("return", 18, "text2", 1.5),
    ("more", 18, "text2", 1.5),
    ("x", 16, "text2", 1.5),
    ("search", 16, "text3", 1.5),
    ("hash", 16, "text", 1.6),
    ("plus", 16, "text3", 1.6),
)
