"""`lanchat send`: says one thing and waits until the server has it."""

from __future__ import annotations

from typing import Final

import click

from lanchat.cli import fail
from lanchat.cli.person import nickname
from lanchat.client import Client, Profile, events
from lanchat.protocol.text import clean_text

ACKNOWLEDGE_TIMEOUT: Final = 15.0  # s; afterwards the message waits for the next time


@click.command("send")
@click.argument("target")
@click.argument("text")
@click.option("--nick", metavar="N", help="Your name in the room.")
@click.pass_obj
def command(profile_name: str, target: str, text: str, nick: str | None) -> None:
    """Say TEXT in the room TARGET (a name from “lanchat find”, id:…, or host:port)."""
    profile = Profile.open(profile_name)
    client = Client(target, nickname(nick, profile), profile=profile)
    with client:
        message_id = client.say(clean_text(text))
        outcome = _wait(client, message_id)
    if outcome is not None:
        fail(outcome)


def _wait(client: Client, message_id: str) -> str | None:
    """None once the message is stored there; else why not."""
    while True:
        try:
            event = client.events.get(ACKNOWLEDGE_TIMEOUT)
        except TimeoutError:
            return "No acknowledgement yet. The message waits, and goes out when you next join this room."
        match event:
            case events.Message(id=found) if found == message_id:
                return None
            case events.Failed(id=found, detail=detail) if found == message_id:
                client.discard(message_id)
                return detail
            case events.Refused(detail=detail, suggestion=suggestion):
                client.discard(message_id)
                return detail + (f" Try --nick “{suggestion}”." if suggestion else "")
            case events.Ended(error=error):
                return str(error)
