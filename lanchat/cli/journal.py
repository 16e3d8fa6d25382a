"""`lanchat journal`: looks after the messages that a server on this machine keeps: checks, exports, compacts them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

import click

from lanchat.cli import fail
from lanchat.cli.which import journal_of, which
from lanchat.client.hosting import name_in
from lanchat.errors import StoreFailed
from lanchat.journal import Journal
from lanchat.lockfile import LockFile
from lanchat.protocol.frames import Entry
from lanchat.protocol.rooms import DIRECT
from lanchat.server.room import FIRST_ROOM
from lanchat.transcript import FORMS, Part

_PAGE: Final = 1_000  # entries read at a time


@click.group("journal")
def command() -> None:
    """Look after the messages that a server on this machine keeps."""


@command.command("check")
@which
def check(name: str | None, data: Path | None) -> None:
    """Say whether the journal is whole; also while the server runs."""
    path = journal_of(name, data)
    try:
        with _reading(path) as journal:
            lines, flaws = list(_summary(journal)), journal.flaws()
    except StoreFailed as error:
        lines, flaws = [], [str(error.detail)]
    if flaws:
        save = "save what is left by “lanchat journal export --with-direct”"
        fail(f"{path} is damaged: {flaws[0]}. Stop the server, keep a copy, and {save}.")
    for line in lines or ["nothing was said yet"]:
        click.echo(f"{path} is whole: {line}")


def _summary(journal: Journal) -> Iterator[str]:
    for room in journal.rooms():
        gone = journal.redacted(room)
        yield f"{journal.head(room):,} entries in “{room}”" + (f", {gone:,} no longer kept" if gone else "")


@command.command("export")
@which
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to (default: standard output).")
@click.option("--with-direct", is_flag=True, help="Direct conversations, too, which nobody else in the room sees.")
def export(name: str | None, data: Path | None, form: str, output: Path | None, with_direct: bool) -> None:
    """Write all messages of the rooms as text, JSON lines or HTML; also while the server runs."""
    path = journal_of(name, data)
    with _reading(path) as journal, _writing(output) as file:
        rooms = [room for room in journal.rooms() if with_direct or not room.startswith(DIRECT)]
        rooms.sort(key=lambda room: (room.startswith(DIRECT), room != FIRST_ROOM, room))
        parts = (Part(_title(journal, room), _entries(journal, room)) for room in rooms)
        for line in FORMS[form](parts, name_in(path.parent), None):
            file.write(line + "\n")


def _title(journal: Journal, room: str) -> str:
    if not room.startswith(DIRECT):
        return f"#{room}"
    info = journal.registry.room(room)
    people = ", ".join(person.nick for person in info.people) if info else ""
    return f"Direct conversation: {people or room}"


@command.command("compact")
@which
def compact(name: str | None, data: Path | None) -> None:
    """Write the file anew without holes; the server must be stopped."""
    path = journal_of(name, data)
    lock = LockFile(path.parent / "lock")
    try:
        journal = Journal.open(path)
        before = path.stat().st_size
        try:
            journal.compact()
        finally:
            journal.close()
        click.echo(f"{path}: {before:,} bytes before, {path.stat().st_size:,} now")
    finally:
        lock.close()


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Journal]:
    journal = Journal.read(path)
    try:
        yield journal
    finally:
        journal.close()


@contextlib.contextmanager
def _writing(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that only its owner may read. Raises StoreFailed."""
    if output is None:
        yield sys.stdout
        return
    try:
        output.touch(mode=0o600)
        with open(output, "w", encoding="utf-8", newline="\n") as file:
            yield file
    except OSError as error:
        raise StoreFailed(path=output, detail=error.strerror or str(error)) from error


def _entries(journal: Journal, room: str) -> Iterator[Entry]:
    seq, head = 0, journal.head(room)
    while page := journal.after(room, seq, _PAGE, head):
        yield from page
        seq = page[-1].seq
