"""Which server of this machine is meant, for the commands that look after one; it opens nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from lanchat import paths
from lanchat.cli import fail
from lanchat.client.hosting import name_in
from lanchat.errors import StoreFailed
from lanchat.protocol.text import clean_server_name

MAX_NAMED: Final = 20  # rooms that are named where none was meant
CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def which(command: CommandT) -> CommandT:
    """The options that say whose data is meant: those of `lanchat serve`."""
    name = click.option("--name", help="The room's name, as for “lanchat serve” (default: the only one).")
    data = click.option(
        "--data", type=click.Path(path_type=Path, readable=False), metavar="DIR", help="The directory it was given."
    )
    return name(data(command))


def journal_of(name: str | None, data: Path | None) -> Path:
    """The journal that is meant: without a word, that of the only room, or of the one that bears this machine's name.
    Ends the program where there is none."""
    chosen = clean_server_name(name or socket.gethostname().split(".")[0])
    path = (data or paths.server_directory(chosen)) / "journal.db"
    try:
        found = path.is_file()
        others = {} if found or data else _rooms()
    except OSError as error:  # a directory of somebody else
        raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
    if found:
        return path
    if data:
        fail(f"There is no room in {data}. Say with --data which directory “lanchat serve” was given.")
    if not others:
        fail("No room was opened on this machine yet. “lanchat serve” opens one; if it was given --data, say so here.")
    meant = [other for other, called in others.items() if name is None or called.casefold() == chosen.casefold()]
    if len(meant) != 1:
        _fail_among(others, name and chosen)
    return meant[0]


def _fail_among(rooms: Mapping[Path, str], chosen: str | None) -> NoReturn:
    named = ", ".join(list(rooms.values())[:MAX_NAMED]) + (" …" if len(rooms) > MAX_NAMED else "")
    why = f"There is no room “{chosen}” on this machine." if chosen else "There are several rooms on this machine."
    fail(f"{why} Say with --name which one you mean: {named}.")


def _rooms() -> dict[Path, str]:
    """The journals of all rooms, and what those are called. Raises OSError."""
    return {path: name_in(path.parent) for path in sorted(paths.servers().glob("*/journal.db"))}


def directory_of(name: str | None, data: Path | None) -> Path:
    """The directory of the server that is meant."""
    return journal_of(name, data).parent
