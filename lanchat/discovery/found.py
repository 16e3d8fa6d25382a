"""One row of the list of rooms, as discovery hands it to everybody else; plain data, frozen."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Via(StrEnum):
    """How a server was heard of."""

    MDNS = "mdns"
    BEACON = "beacon"
    SWEEP = "sweep"  # asked alone among all addresses of a network
    MANUAL = "manual"  # typed by hand, or remembered


class State(StrEnum):
    LIVE = "live"  # it answered our own question lately
    QUIET = "quiet"  # it did answer, and stopped: shown grey, soon gone
    CANDIDATE = "candidate"  # heard of, never answered: shown grey


class Found(Struct, frozen=True):
    """A server on this network.

    id, run: None for a candidate that announces none. host: the address to try first, without a port.
    addresses: `host:port`, `[v6%scope]:port`, best first. users, max_users, latency_ms (ms of the last answer):
    None until it answered. clone: another process answers with the same id (a copied data directory).
    """

    name: str
    host: str
    port: int
    addresses: tuple[str, ...]
    via: tuple[Via, ...]
    state: State
    id: str | None = None
    run: str | None = None
    users: int | None = None
    max_users: int | None = None
    locked: bool = False
    latency_ms: float | None = None
    version: int = 1
    clone: bool = False
