"""`lanchat find`: shows the rooms of this network; how they are found is discovery's business."""

from __future__ import annotations

import json
import sys
import time
from typing import Final

import click

from lanchat.cli import fail
from lanchat.client import Profile
from lanchat.client.preferences import what_is_wrong_with_subnets
from lanchat.discovery import Finder, find
from lanchat.discovery.found import Found, State
from lanchat.protocol.text import fold_nick

DEFAULT_TIMEOUT: Final = 2.0  # s: the beacon answers within ms, mDNS alone within 1.5 s
_PIPE_WIDTH: Final = 400  # columns
_PATIENCE: Final = 3600.0  # s without news, then it looks anyway
_REFRESH: Final = 4.0  # redraws a second of --watch at most


@click.command("find")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=DEFAULT_TIMEOUT,
    show_default=True,
    metavar="S",
    help="Wait at most so long; less, when all have answered.",
)
@click.option("--sweep", is_flag=True, help="Where nothing is found, ask every address of this network too.")
@click.option(
    "--subnet",
    "subnets",
    multiple=True,
    metavar="NET",
    help="Look in this network too, like 192.168.3.0/24; repeatable.",
)
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C, and show what changes.")
@click.option("--json", "as_json", is_flag=True, help="A list for programs (with --watch: one line for each change).")
@click.pass_obj
def command(
    profile_name: str, timeout: float, sweep: bool, subnets: tuple[str, ...], watch: bool, as_json: bool
) -> None:
    """List the rooms on this network."""
    settings = Profile.open(profile_name).settings
    if wrong := what_is_wrong_with_subnets(" ".join(subnets)):
        fail(wrong)
    networks = (*settings.preferences.networks, *subnets)
    if watch:
        _watch(Finder(known=settings.known, subnets=networks), as_json, sweep)
        return
    rooms = find(timeout, known=settings.known, subnets=networks, sweep=sweep, on_sweep=_tell_sweep)
    if as_json:
        click.echo(json.dumps([as_dict(found) for found in rooms], ensure_ascii=False))
    elif rooms:
        _print_table(rooms)
    else:
        click.echo(
            "No rooms answer on this network. Is one open (“lanchat serve”), and no firewall between (UDP 5353, 5054, "
            "5055, TCP 5055)? “lanchat doctor” finds out why, “lanchat find --sweep” asks every address; “lanchat join "
            "host:port” needs no discovery.",
            err=True,
        )


def _tell_sweep(total: int) -> None:
    click.echo(f"Nobody answered so far. Asking {total:,} addresses of this network one by one.", err=True)


def as_dict(found: Found) -> dict[str, object]:
    """A row with the keys that programs may rely on."""
    return {
        "id": found.id,
        "name": found.name,
        "host": found.host,
        "addresses": list(found.addresses),
        "port": found.port,
        "users": found.users,
        "max_users": found.max_users,
        "locked": found.locked,
        "latency_ms": None if found.latency_ms is None else round(found.latency_ms, 2),
        "via": [str(via) for via in found.via],
        "version": found.version,
    }


def _watch(finder: Finder, as_json: bool, sweep: bool) -> None:
    with finder:
        if sweep:
            finder.sweep()
        if as_json:
            _watch_json(finder)
        if not sys.stdout.isatty():
            _watch_lines(finder)
        from rich.live import Live

        with Live(_table(finder.rooms()), refresh_per_second=_REFRESH) as live:
            while True:
                time.sleep(1 / _REFRESH)
                live.update(_table(finder.rooms()))


def _watch_lines(finder: Finder) -> None:
    """In a pipe: the table again for each change."""
    last: list[dict[str, object]] | None = None
    found = finder.rooms()
    while True:
        steady = [{**as_dict(room), "latency_ms": None, "state": room.state} for room in found]
        if steady != last:
            _print_table(list(found))
            sys.stdout.flush()
            last = steady
        found = finder.wait(lambda rooms, before=found: rooms is not before, _PATIENCE)  # type: ignore[misc]


def _watch_json(finder: Finder) -> None:
    last: list[dict[str, object]] | None = None
    found = finder.rooms()
    while True:
        rooms = [as_dict(room) for room in found]
        steady = [{**room, "latency_ms": None} for room in rooms]
        if steady != last:
            click.echo(json.dumps(rooms, ensure_ascii=False))
            last = steady
        found = finder.wait(lambda rooms, before=found: rooms is not before, _PATIENCE)  # type: ignore[misc]


def _print_table(rooms: list[Found]) -> None:
    from rich.console import Console

    # Whoever reads a pipe wants one line for each room, however long
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(_table(tuple(rooms)))


def _table(rooms: tuple[Found, ...]):  # type: ignore[no-untyped-def]  # rich is imported late
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    names = [fold_nick(found.name) for found in rooms]
    namesakes = len(set(names)) < len(names)  # only then does anybody need an id
    for heading in ("Room", "Address", "People", "Answers in", "Found by", *(["Id"] if namesakes else [])):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("Address", "Id"))
    for found in rooms:
        people = "–" if found.users is None else f"{found.users}/{found.max_users}"
        delay = "–" if found.latency_ms is None else f"{found.latency_ms:.0f} ms"
        row = (
            found.name + (" (locked)" if found.locked else ""),
            found.addresses[0] if found.addresses else "–",
            people,
            delay if found.state is State.LIVE else "no answer",
            ", ".join(found.via),
            *([found.id or "–"] if namesakes else []),
        )
        style = "" if found.state is State.LIVE else "dim"
        table.add_row(*(Text(cell, style) for cell in row))  # Text: a name may hold what looks like markup
    return table
