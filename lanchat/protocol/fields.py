"""The kinds of numbers and words that frames hold, with their bounds; no frames."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from lanchat.protocol import limits

# Numbers are checked when they are decoded, for neither SQLite, a calendar nor a socket takes any that JSON can write
Count: TypeAlias = Annotated[int, Meta(ge=0, le=limits.MAX_COUNTER)]
Counter: TypeAlias = Annotated[int, Meta(ge=-1, le=limits.MAX_COUNTER)]  # -1: none yet
Time: TypeAlias = Annotated[int, Meta(ge=0, le=limits.MAX_TIME)]
JournalId: TypeAlias = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]  # a replica's file bears it
Digest: TypeAlias = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]  # SHA-256
Token: TypeAlias = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]  # 128 bits by chance; empty: none
Port: TypeAlias = Annotated[int, Meta(ge=1, le=65535)]
