"""`lanchat admin`: what people with a role do, from scripts and terminals; each command says one thing to the server.

The commands of a chat (kick, ban …) go over the network like those of anybody else, and the server judges by our key.
`owner` and `log` read and write files of a server on this machine instead: whoever may do that owns the room anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

from lanchat.cli import fail, one_line
from lanchat.cli.person import NEEDS_PIN, advice, client_of, pin_from
from lanchat.cli.which import directory_of, which
from lanchat.client import Client, Profile, events
from lanchat.client.commands import COMMANDS, deed
from lanchat.client.deeds import ban_in_words
from lanchat.identity import is_key
from lanchat.pin import new_pin
from lanchat.protocol.moderation import Action, Pin
from lanchat.server.access import open_database
from lanchat.server.audit import Audit, Deed
from lanchat.server.roles import OwnersFile

ANSWER_TIMEOUT: Final = 15.0  # s
# A key may begin with a hyphen, and a reason, too; “-h” would be found within it
TAKES_DASHES: Final = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.group("admin")
def command() -> None:
    """Keep a room in order: put people out, mute, ban, slow down, change the PIN, appoint moderators …

    Most commands take the ROOM like “lanchat join” does, and need your key to be a moderator's or an owner's there.
    “owner” and “log” are for whoever runs the server, on its machine.
    """


# Files of a server on this machine


@command.group("owner")
def owner() -> None:
    """Who owns the room on this machine. A server that runs notices within 10 s."""


@owner.command("list")
@which
def list_owners(name: str | None, data: Path | None) -> None:
    """Print their keys."""
    for key, note in OwnersFile(directory_of(name, data)).read().items():
        click.echo(one_line(f"{key} {note}".rstrip()))


@owner.command("add", context_settings=TAKES_DASHES)
@click.argument("key")
@click.option("--note", default="", help="Whose it is; for you to remember.")
@which
def add_owner(key: str, note: str, name: str | None, data: Path | None) -> None:
    """Let the member with KEY own the room (they see it by “lanchat key show”)."""
    if not is_key(key):
        fail(f"“{key[:60]}” is no member key. “lanchat key show” prints one.")
    _change_owners(directory_of(name, data), key, "own", lambda owners: {**owners, key: one_line(note)})


@owner.command("remove", context_settings=TAKES_DASHES)
@click.argument("key")
@which
def remove_owner(key: str, name: str | None, data: Path | None) -> None:
    """Let the member with KEY own it no longer."""
    directory = directory_of(name, data)
    if key not in OwnersFile(directory).read():
        fail(f"{key[:60]} is no owner. “lanchat admin owner list” shows who is.")
    _change_owners(directory, key, "disown", lambda owners: {k: note for k, note in owners.items() if k != key})


def _change_owners(directory: Path, key: str, what: str, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    file = OwnersFile(directory)
    with open_database(directory) as database, database.transaction():
        Audit(database).write(Deed(time.time_ns() // 1_000_000, "", "", what, key, "by the server's files"))
        file.write(change(file.read()))


@command.command("log")
@which
def log(name: str | None, data: Path | None) -> None:
    """Print who with a role did what in the room on this machine, oldest first."""
    with open_database(directory_of(name, data)) as database:
        for done in Audit(database).read():
            click.echo(one_line(_line(done)))


def _line(done: Deed) -> str:
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(done.at / 1000))
    by = f"{done.nick} ({done.key})" if done.key else "the server's files"
    return f"{at}\t{by}\t{done.action}\t{done.who}\t{done.detail}".rstrip()


# What is asked of a server


def _ask(profile_name: str, target: str, nick: str | None, pin_file: str | None, wanted: Action) -> None:
    """Ends the program where the server does not do it."""
    with client_of(Profile.open(profile_name), target, nick, pin_file) as client:
        _join(client)
        outcome = _outcome(client, client.do(wanted), time.monotonic() + ANSWER_TIMEOUT)
        if outcome.code:
            fail(outcome.detail)
        lines = [ban_in_words(ban) for ban in outcome.bans] or [
            one_line(outcome.detail) or "Nobody is banned or muted."
        ]
        for line in [client.link(outcome.token)] if outcome.token else lines:
            click.echo(line)


def _join(client: Client) -> None:
    """Returns once we are in; under which name does not matter."""
    for event in client.events:
        match event:
            case events.Joined():
                return
            case events.Refused(suggestion=str(free)):
                client.rename(free)
            case events.Refused():
                fail(advice(event))
            case events.PinNeeded(detail=detail):
                fail(detail or NEEDS_PIN)


def _outcome(client: Client, id: str, deadline: float) -> events.Outcome:  # noqa: A002 - the wire's word
    while True:
        try:
            event = client.events.get(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            fail("The server did not answer. Look whether it is done before you try again.")
        if isinstance(event, events.Outcome) and event.id == id:
            return event
        if isinstance(event, events.Ended):
            fail(str(event.error))


def _action(name: str, words: Sequence[str]) -> Action:
    wanted = deed(name, words, lambda _: None)
    assert isinstance(wanted, Action)
    return wanted


def _room_command(name: str) -> click.Command:
    """`lanchat admin NAME ROOM …`."""
    known = COMMANDS[name]

    @click.argument("room")
    @click.argument("words", nargs=-1)
    @click.option("--nick", metavar="N", help="Your name in the room.")
    @click.option("--pin-file", metavar="FILE", help="Where the PIN of the room stands (“-”: in the input).")
    @click.pass_obj
    def run(profile_name: str, room: str, words: tuple[str, ...], nick: str | None, pin_file: str | None) -> None:
        _ask(profile_name, room, nick, pin_file, _action(name, words))

    text = f"ROOM {known.usage}: {known.help}.".replace(" :", ":")
    short = f"{known.help[:1].upper()}{known.help[1:]}."
    return click.command(name, help=text, short_help=short, context_settings=TAKES_DASHES)(run)


@command.command("pin", short_help="Give the room another PIN, or none.")
@click.argument("room")
@click.argument("how", type=click.Choice(["generate", "off", "file"]))
@click.argument("file", required=False)
@click.option("--nick", metavar="N", help="Your name in the room.")
@click.option("--pin-file", metavar="FILE", help="Where the PIN that the room has now stands (“-”: in the input).")
@click.pass_obj
def pin(profile_name: str, room: str, how: str, file: str | None, nick: str | None, pin_file: str | None) -> None:
    """Give ROOM a new PIN (generate prints it), the one in FILE (“-”: of the input), or none (off)."""
    if (how == "file") != (file is not None):
        raise click.UsageError("Name the file behind “file”, and only there.")
    chosen = {"generate": new_pin(), "off": "", "file": pin_from(file) or ""}[how]
    _ask(profile_name, room, nick, pin_file, Pin(chosen))
    if how == "generate":
        click.echo(f"The PIN is {chosen}.")


for _name, _known in COMMANDS.items():
    if _known.needs is not None and _name != "pin":  # whose words would stand in the list of processes
        command.add_command(_room_command(_name))
