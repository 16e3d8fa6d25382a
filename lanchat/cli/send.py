"""`lanchat send`: says one thing and waits until the server has it."""

from __future__ import annotations

import time
from typing import Final

import click

from lanchat.cli import fail
from lanchat.cli.person import NEEDS_PIN, advice, nickname, pin_from
from lanchat.client import Client, Profile, events
from lanchat.protocol.text import check_text, clean_text

ACKNOWLEDGE_TIMEOUT: Final = 15.0  # s; afterwards the message waits for the next time


@click.command("send")
@click.argument("target")
@click.argument("text")
@click.option("--nick", metavar="N", help="Your name in the room.")
@click.option("--pin-file", metavar="FILE", help="Where the PIN of the room stands (“-”: in the input).")
@click.pass_obj
def command(profile_name: str, target: str, text: str, nick: str | None, pin_file: str | None) -> None:
    """Say TEXT in the room TARGET (a name from “lanchat find”, id:…, or host:port)."""
    text = clean_text(text)
    check_text(text)
    profile = Profile.open(profile_name)
    with Client(target, nickname(nick, profile), pin=pin_from(pin_file), profile=profile) as client:
        _join(client)
        message_id = client.say(text)
        _wait(client, message_id, time.monotonic() + ACKNOWLEDGE_TIMEOUT)


def _join(client: Client) -> None:
    """Returns once we are in: nothing is said before, so that what fails leaves no message behind."""
    for event in client.events:
        match event:
            case events.Joined():
                return
            case events.Refused():
                fail(advice(event))
            case events.PinNeeded(detail=detail):
                fail(detail or NEEDS_PIN)


def _wait(client: Client, message_id: str, deadline: float) -> None:
    """Returns once the message is stored there."""
    while True:
        try:
            event = client.events.get(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            fail("No acknowledgement yet. The message waits, and goes out when you next join this room.")
        match event:
            case events.Message(id=found) if found == message_id:
                return
            case events.Page(entries=entries) if any(entry.id == message_id for entry in entries):
                return  # the connection broke meanwhile
            case events.Failed(id=found, detail=detail) if found == message_id:
                fail(detail)
            case events.Refused():
                client.discard(message_id)
                fail(advice(event))
            case events.PinNeeded(detail=detail):
                client.discard(message_id)
                fail(detail or NEEDS_PIN)
            case events.Ended(error=error):
                fail(str(error))
