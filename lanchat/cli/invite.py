"""`lanchat invite`: links that lead into a room on this machine, and prove whose it is; made, listed, revoked."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import click
import segno

from lanchat.cli import fail
from lanchat.cli.which import directory_of, which
from lanchat.client.hosting import running_in
from lanchat.client.inviting import link_to
from lanchat.protocol.target import Address
from lanchat.server.access import open_database
from lanchat.server.invitations import MAX_INVITATIONS, Invitation, Invitations

DAY: Final = 24 * 3600 * 1000  # ms


class _Group(click.Group):
    """`lanchat invite` alone makes one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["new", *args]
        return super().parse_args(ctx, args)


@click.group("invite", cls=_Group)
def command() -> None:
    """Make a link that leads into a room on this machine (with `new`, or without a word), list or revoke them.

    Whoever has the link needs no PIN, and knows that it is this very server that answers.
    """


@command.command("new")
@click.option("--uses", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many may come by it.")
@click.option("--many", is_flag=True, help="Any number may come by it.")
@click.option("--days", type=click.FloatRange(0.001, 3_650), default=7, show_default=True, help="How long it holds.")
@click.option("--note", default="", help="Whom it is for; only you see it.")
@click.option("--no-qr", is_flag=True, help="The link alone.")
@which
def new(uses: int, many: bool, days: float, note: str, no_qr: bool, name: str | None, data: Path | None) -> None:
    """Make one."""
    directory = directory_of(name, data)
    hosted = running_in(directory)
    if hosted is None:
        fail(f"No server runs in {directory}. Start it first: a link needs its address.")
    now = _now()
    with open_database(directory) as database:
        token = Invitations(database).make(note, now + round(days * DAY), None if many else uses, now)
    if token is None:
        fail(f"There are {MAX_INVITATIONS} open invitations. Revoke some first.")
    link = link_to([Address("127.0.0.1", hosted.port)], hosted.id, token)
    click.echo(link)
    if not no_qr and sys.stdout.isatty():
        segno.make(link, error="l").terminal(compact=True)


@command.command("list")
@which
def show(name: str | None, data: Path | None) -> None:
    """Show those that still hold."""
    with open_database(directory_of(name, data)) as database:
        for invitation in Invitations(database).open(_now()):
            click.echo(_line(invitation))


@command.command("revoke")
@click.argument("number", type=click.IntRange(1))
@which
def revoke(number: int, name: str | None, data: Path | None) -> None:
    """Take the invitation NUMBER back. Who came by it stays in."""
    with open_database(directory_of(name, data)) as database:
        if not Invitations(database).revoke(number):
            fail(f"There is no invitation {number}. “lanchat invite list” shows those that there are.")


def _line(invitation: Invitation) -> str:
    until = time.strftime("%Y-%m-%d %H:%M", time.localtime(invitation.until / 1000))
    uses = "any number" if invitation.uses is None else f"{invitation.uses} more"
    return f"{invitation.n}\tuntil {until}\t{uses}\t{invitation.note}".rstrip()


def _now() -> int:
    return time.time_ns() // 1_000_000
