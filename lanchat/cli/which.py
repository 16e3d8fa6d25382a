"""Which server of this machine is meant, for the commands that look after one; it opens nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from lanchat import paths
from lanchat.cli import fail
from lanchat.errors import StoreFailed
from lanchat.protocol.text import clean_server_name

MAX_NAMED: Final = 20  # rooms that are named where none was meant
CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def which(command: CommandT) -> CommandT:
    """The options that say whose data is meant: those of `lanchat serve`."""
    name = click.option("--name", help="The room's name, as for “lanchat serve” (default: this machine's).")
    data = click.option(
        "--data", type=click.Path(path_type=Path, readable=False), metavar="DIR", help="The directory it was given."
    )
    return name(data(command))


def journal_of(name: str | None, data: Path | None) -> Path:
    """The journal that is meant. Ends the program where there is none."""
    chosen = clean_server_name(name or socket.gethostname().split(".")[0])
    path = (data or paths.server_directory(chosen)) / "journal.db"
    try:
        found = path.is_file()
        others = [] if found or data else sorted(p.parent.name for p in paths.servers().glob("*/journal.db"))
    except OSError as error:  # a directory of somebody else
        raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
    if not found and data:
        fail(f"There is no room in {data}. Say with --data which directory “lanchat serve” was given.")
    if not found and not others:
        fail("No room was opened on this machine yet. “lanchat serve” opens one; if it was given --data, say so here.")
    if not found:
        named = ", ".join(others[:MAX_NAMED]) + (" …" if len(others) > MAX_NAMED else "")
        fail(f"There is no room “{chosen}” on this machine. Say with --name which one you mean: {named}.")
    return path


def directory_of(name: str | None, data: Path | None) -> Path:
    """The directory of the server that is meant."""
    return journal_of(name, data).parent
