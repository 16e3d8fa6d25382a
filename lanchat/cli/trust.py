"""`lanchat trust`: takes another server than before for the one at an address, once its words were compared."""

from __future__ import annotations

import sys

import click

from lanchat.cli import fail
from lanchat.client import Profile
from lanchat.client.trust import accept, meet, same_words
from lanchat.protocol.target import parse_address


@click.command("trust")
@click.argument("address")
@click.option("--words", metavar="WORDS", help="The server's words, as whoever runs it reads them to you.")
@click.pass_obj
def command(profile_name: str, address: str, words: str | None) -> None:
    """Trust the server that answers at ADDRESS (host[:port]) now, though another one did before.

    Whoever runs it finds its words below “lanchat serve”, or in the window that hosts it. Never take them from
    the network: ask.
    """
    profile = Profile.open(profile_name)
    meeting = meet(parse_address(address), profile)
    if meeting.found == meeting.known:
        click.echo(f"The server at {meeting.place} is the one you know: {meeting.found_words}")
        return
    if meeting.known:
        click.echo(f"Before, {meeting.place} was {meeting.known_words}")
    click.echo(f"Now it is {meeting.found_words}")
    if words is None:
        if not sys.stdin.isatty():
            fail("Nothing was changed. Add --words with the words that its owner reads to you.")
        words = click.prompt("The words that its owner reads to you")
    if not same_words(words, meeting):
        fail("These are other words. Nothing was changed: somebody may be pretending to be that server.")
    accept(meeting, profile)
    click.echo(f"From now on {meeting.place} is {meeting.found_words}.")
