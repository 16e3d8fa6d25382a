"""Preferences: what a person likes on this computer, each value checked; it opens no file and shows nothing.

They are kept as names with texts, so that a version that knows more, or less, reads the same rows. A value that makes
no sense counts as the default: a broken row never keeps lanchat from starting.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from lanchat import paths
from lanchat.discovery.subnets import MAX_SUBNETS, read_subnet
from lanchat.errors import LocalProtocolError

_log = logging.getLogger(__name__)
MAX_PATH: Final = 4_096  # characters of a folder's path: Linux's own limit, the largest of all systems
ZOOMS: Final = (100, 125, 150, 175, 200)  # percent; the sizes in between make hairlines blurred

Level = Literal["all", "mentions", "nothing"]
LEVELS: Final[tuple[Level, ...]] = ("all", "mentions", "nothing")


class Preferences(msgspec.Struct, frozen=True):
    """theme: light, dark, or what the desktop says. zoom: percent of what the screen asks for. send_key: which key
    sends a message; Shift+Enter always breaks the line. notify: which messages are told while nobody looks, in rooms
    where nothing else was chosen. sound, desktop: how. downloads: a folder; empty: the system's. receipts: others may
    see what we have read. typing: and that we write. presence: and that we are idle, or when we were here last.
    subnets: other networks where rooms are looked for, as they were typed."""

    theme: Literal["system", "light", "dark"] = "system"
    zoom: Literal[100, 125, 150, 175, 200] = 100
    send_key: Literal["enter", "ctrl-enter"] = "enter"
    notify: Level = "all"
    sound: bool = True
    desktop: bool = True
    downloads: str = ""
    receipts: bool = True
    typing: bool = True
    presence: bool = True
    subnets: str = ""

    @property
    def download_folder(self) -> Path:
        """Where files are saved; it may not be there yet."""
        return Path(self.downloads) if self.downloads else paths.downloads()

    @property
    def networks(self) -> tuple[str, ...]:
        """The subnets, one by one."""
        return tuple(self.subnets.replace(",", " ").split())


_FIELDS: Final = msgspec.structs.fields(Preferences)


def to_rows(preferences: Preferences) -> dict[str, str]:
    """What is kept: name and text of each."""
    values = msgspec.structs.asdict(preferences)
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


def from_rows(rows: Mapping[str, str]) -> Preferences:
    """What was kept; other rows are not looked at, and a value that makes no sense is the default."""
    held: dict[str, object] = {}
    for field in _FIELDS:
        text = rows.get(field.name)
        if text is None:
            continue
        try:
            value: object = msgspec.convert(text, field.type, strict=False)
        except msgspec.ValidationError:
            value = None
        if value is not None and makes_sense(field.name, text):
            held[field.name] = value
        else:
            _log.warning("the setting %r is %.40r, which makes no sense: its default holds", field.name, text)
    return Preferences(**held)  # type: ignore[arg-type]


def read_level(text: str) -> Level | None:
    """What is told of one room; None: makes no sense."""
    return next((level for level in LEVELS if level == text), None)


def makes_sense(name: str, text: str) -> bool:
    """Whether the setting `name`, of the right kind, can mean what `text` says."""
    if name == "downloads":
        return names_a_folder(text)
    return name != "subnets" or not what_is_wrong_with_subnets(text)


def what_is_wrong_with_subnets(text: str) -> str:
    """A sentence for the user; empty: nothing."""
    networks = Preferences(subnets=text).networks
    if len(networks) > MAX_SUBNETS:
        return f"At most {MAX_SUBNETS} networks can be asked."
    try:
        for network in networks:
            read_subnet(network)
    except LocalProtocolError as error:
        return str(error)
    return ""


def names_a_folder(path: str) -> bool:
    """Whether it means the same folder wherever lanchat is started; empty: the system's."""
    return not path or (len(path) <= MAX_PATH and path.isprintable() and Path(path).is_absolute())
