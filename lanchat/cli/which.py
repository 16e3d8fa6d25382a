"""Which server of this machine is meant, for the commands that look after one; it opens nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lanchat import paths
from lanchat.cli import fail
from lanchat.errors import StoreFailed
from lanchat.protocol.text import clean_server_name

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
    except OSError as error:  # a directory of somebody else
        raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
    if not found:
        fail(f"There is no journal in {path.parent}. Name the room with --name, or its directory with --data.")
    return path


def directory_of(name: str | None, data: Path | None) -> Path:
    """The directory of the server that is meant."""
    return journal_of(name, data).parent
