"""`lanchat doctor`: why a room is not found, or cannot be joined, and what to do; it shows what the engine says."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from lanchat import paths
from lanchat.cli import one_line
from lanchat.protocol.target import SCHEME, Address, parse_address, parse_target

if TYPE_CHECKING:
    from lanchat.client import Profile
    from lanchat.doctor.report import Report


@click.command("doctor")
@click.argument("host", required=False, metavar="[HOST[:PORT]]")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--report", "shareable", is_flag=True, help="To be passed on: nothing private is in it.")
@click.pass_context
def command(ctx: click.Context, host: str | None, as_json: bool, shareable: bool) -> None:
    """Find out why a room is not found, and what to do.

    With HOST: test the server there, step by step. Exit code 1: something is in the way.
    """
    profile = _profile(ctx.obj)
    report = _check_network(profile, shareable) if host is None else _check_host(host, profile, shareable)
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        for line in report.lines():
            click.echo(one_line(line))
    ctx.exit(0 if report.healthy else 1)


def _profile(name: str) -> Profile | None:
    """Whose pins and rooms count. A check makes no profile, and needs none."""
    if not paths.profile_directory(name).is_dir():
        return None
    from lanchat.client import Profile

    return Profile.open(name)


def _check_network(profile: Profile | None, shareable: bool) -> Report:
    from lanchat.doctor.examine import examine
    from lanchat.doctor.judge import judge
    from lanchat.doctor.private import without_private

    settings = profile.settings if profile else None
    networks = settings.preferences.networks if settings else ()
    facts = examine(settings.known if settings else (), networks, tell=_tell)
    return judge(without_private(facts) if shareable else facts)


def _check_host(host: str, profile: Profile | None, shareable: bool) -> Report:
    """Raises LocalProtocolError for what is no address."""
    from lanchat.doctor.host import visit
    from lanchat.doctor.judge_host import judge_visit
    from lanchat.doctor.private import visit_without_private

    target = parse_target(host) if host.startswith(SCHEME) else parse_address(host)
    assert isinstance(target, Address)  # links lead to nothing else
    address = target._replace(id=None, token=None, others=())
    expected = target.id or (profile.pinned(str(address)) if profile else None)
    seen = visit(address, expected=expected, known=profile.known_names() if profile else (), tell=_tell)
    return judge_visit(visit_without_private(seen) if shareable else seen)


def _tell(what: str) -> None:
    """A sign of life, for a person who waits."""
    if sys.stderr.isatty():
        click.echo(what, err=True)
