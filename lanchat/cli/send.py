"""`lanchat send`: says one thing, or sends one file, and waits until the server has it."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from lanchat.cli import fail
from lanchat.cli.person import FLUSH_TIMEOUT, NEEDS_PIN, advice, client_of, remember
from lanchat.client import Client, Profile, events
from lanchat.client.pace import in_words
from lanchat.errors import ConnectionLost
from lanchat.protocol.text import check_text, clean_text

_LINE_AWAY: Final = "\r\x1b[2K"


@click.command("send")
@click.argument("target")
@click.argument("text", default="")
@click.option("--file", "file", metavar="PATH", help="Send this file, or folder as one archive; TEXT goes with it.")
@click.option("--nick", metavar="N", help="Your name in the room.")
@click.option("--pin-file", metavar="FILE", help="Where the PIN of the room stands (“-”: in the input).")
@click.pass_obj
def command(
    profile_name: str, target: str, text: str, file: str | None, nick: str | None, pin_file: str | None
) -> None:
    """Say TEXT in the room TARGET (a name from “lanchat find”, id:…, or host:port)."""
    text = clean_text(text)
    if file is None and not text:
        raise click.UsageError("Say a TEXT, or name a --file.")
    if text or file is None:
        check_text(text)
    path = None if file is None else path_of(file)
    if path is not None and not path.exists():
        fail(f"There is no file {path}.")
    profile = Profile.open(profile_name)
    with client_of(profile, target, nick, pin_file) as client:
        remember(_join(client), profile)
        if path is None:
            _wait(client, client.say(text), time.monotonic() + FLUSH_TIMEOUT)
        else:
            _send_file(client, path, text)


def path_of(typed: str) -> Path:
    """As people type it: “~” is their own folder, quotes are put off."""
    typed = typed.strip()
    if len(typed) > 1 and typed[0] == typed[-1] and typed[0] in "\"'":
        typed = typed[1:-1]
    return Path(typed).expanduser()


def _join(client: Client) -> str:
    """Returns the name under which we are in, once we are: nothing is said before, so that what fails leaves no message
    behind."""
    for event in client.events:
        match event:
            case events.Joined(welcome=welcome):
                return welcome.nick
            case events.Refused():
                fail(advice(event))
            case events.PinNeeded(detail=detail):
                fail(detail or NEEDS_PIN)
    raise ConnectionLost(detail="it ended before anybody was let in.")


def _send_file(client: Client, path: Path, text: str) -> None:
    """Returns once the message with the file is stored there."""
    transfer = client.send_file(path, text)
    settled: dict[str, str] = {}  # the message may be so before we hear which one it is
    for event in client.events:
        settled |= _settled(client, event)
        match event:
            case events.Progress(id=id, state=state, message=message) if id == transfer:
                _show(event)
                if state == "done":
                    _wait(client, message, time.monotonic() + FLUSH_TIMEOUT, settled)
                    return
                if event.over:
                    fail(event.detail or "Cancelled.")
            case events.Refused():
                fail(advice(event))
            case events.PinNeeded(detail=detail):
                fail(detail or NEEDS_PIN)


def _show(progress: events.Progress) -> None:
    """At a terminal, how far it is."""
    if sys.stderr.isatty():
        line = "" if progress.over else f"{progress.name}: {in_words(progress)}"
        click.echo(_LINE_AWAY + line, nl=False, err=True)


def _settled(client: Client, event: events.Event) -> dict[str, str]:
    """Ids of messages of ours that it settles: empty, when they are stored, else why they never will be."""
    match event:
        case events.Message(id=id, key=client.key):
            return {id: ""}
        case events.Page(entries=entries):  # the connection broke meanwhile
            return {entry.id: "" for entry in entries if entry.key == client.key}
        case events.Failed(id=id, detail=detail):
            return {id: detail}
    return {}


def _wait(client: Client, message_id: str, deadline: float, settled: Mapping[str, str] | None = None) -> None:
    """Returns once the message is stored there. settled: what is known of messages already."""
    settled = settled or {}
    while message_id not in settled:
        try:
            event = client.events.get(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            fail("No acknowledgement yet. The message waits, and goes out when you next join this room.")
        settled = _settled(client, event)
        match event:
            case events.Refused():
                client.discard(message_id)
                fail(advice(event))
            case events.PinNeeded(detail=detail):
                client.discard(message_id)
                fail(detail or NEEDS_PIN)
            case events.Ended(error=error):
                fail(str(error))
    if settled[message_id]:
        fail(settled[message_id])
