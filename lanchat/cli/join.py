"""`lanchat join`: in a pipe, lines in are said, and what happens comes out; at a terminal, terminal.py takes over."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence

import click

from lanchat.cli import complain, fail, one_line
from lanchat.cli.here import Here
from lanchat.cli.person import NEEDS_PIN, advice, client_of, flush, remember
from lanchat.cli.quoting import Quoting
from lanchat.client import Client, Profile, events
from lanchat.client.deeds import rules_in_words
from lanchat.errors import LocalProtocolError
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Entry, ServerFrame
from lanchat.protocol.moderation import Rules
from lanchat.protocol.rooms import DIRECT
from lanchat.protocol.text import clean_text


@click.command("join")
@click.argument("target")
@click.option("--nick", metavar="N", help="Your name in the room.")
@click.option("--json", "as_json", is_flag=True, help="Print each frame as one line of JSON.")
@click.option(
    "--pin-file", metavar="FILE", help="Where the PIN of the room stands (“-”: in the first line of the input)."
)
@click.pass_obj
def command(profile_name: str, target: str, nick: str | None, as_json: bool, pin_file: str | None) -> None:
    """Join the room TARGET (a name from “lanchat find”, id:…, or host:port)."""
    profile = Profile.open(profile_name)
    client = client_of(profile, target, nick, pin_file)
    if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
        from lanchat.cli.terminal import Terminal

        sent = Terminal(client, profile).run()
    else:
        sent = _pipe(client, profile, as_json=as_json)
    if not sent:
        fail("Not everything was acknowledged. It waits, and goes out when you next join this room.")


def _pipe(client: Client, profile: Profile, *, as_json: bool) -> bool:
    """Whether all that was said is acknowledged."""
    screen, reader = _Screen(as_json), _Reader(client)
    with client:
        for event in client.events:
            screen.show(event)
            match event:
                case events.Joined(welcome=welcome):
                    remember(welcome.nick, profile)
                    reader.start()
                case events.Refused():
                    fail(advice(event))
                case events.PinNeeded(detail=detail):
                    fail(detail or NEEDS_PIN)
    return reader.sent


class _Reader:
    """Says what comes on stdin, and leaves at its end. Its thread is a daemon: no read of a pipe can be interrupted on
    every system."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._thread = threading.Thread(target=self._run, name="lanchat-stdin", daemon=True)
        self.sent = True

    def start(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def _run(self) -> None:
        for line in sys.stdin:
            text = clean_text(line.rstrip("\n"))
            if not text.strip():
                continue
            try:
                self._client.say(text)
            except LocalProtocolError as error:
                complain(str(error))
        self.sent = flush(self._client)
        self._client.close()


class _Screen:
    """Prints events: lines for people, or frames for programs. Shows each entry once."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._seen: dict[str, int] = {}  # by room, the last seq printed
        self._first = ""  # the room that everybody is in
        self._here = Here()
        self._quoting = Quoting()
        self._rules = Rules("")

    def show(self, event: events.Event) -> None:
        match event:
            case events.Joined(welcome=welcome, new_journal=new_journal):
                if new_journal:
                    self._seen.clear()
                    self._quoting.clear()
                self._first, self._rules = welcome.room, Rules("")
                self._frame(welcome, f"* You are {welcome.nick} in “{welcome.name}”.")
            case events.Page(entries=entries):
                self._entries(entries)
            case events.Roster():
                self._frame(event, f"* Here: {', '.join(self._here.replace(event))}")
            case events.Presence(changes=changes):
                self._frame(event, *(f"* {told}" for told in map(self._here.change, changes) if told))
            case events.Rules():
                self._on_rules(event)
            case events.Lost(detail=detail, retry_in=delay):
                complain(f"{detail} Trying again{f' in {delay:.0f} s' if delay >= 1 else ''}.")
            case events.Failed(text=text, detail=detail):
                complain(f"Not sent: “{text[:60]}”: {detail}")
            case events.Error() if self._as_json:
                self._frame(event)
            case events.Error(detail=detail):
                complain(detail)
            case _ if isinstance(event, Entry):
                self._entries([event])

    def _on_rules(self, rules: Rules) -> None:
        """Told when they change."""
        now = rules_in_words(rules)
        changed = rules_in_words(self._rules) != now
        self._rules = rules
        if changed or self._as_json:
            self._frame(rules, f"* Now: {now or 'everybody may come, and say as much as they like'}")

    def _entries(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.seq > self._seen.get(entry.room, 0):
                self._seen[entry.room] = entry.seq
                clock = time.strftime("%H:%M", time.localtime(entry.at / 1000))
                self._frame(entry, *(f"[{clock}] {self._place(entry)}{line}" for line in self._quoting.lines(entry)))

    def _place(self, entry: Entry) -> str:
        """In front of what is said elsewhere than in the first room."""
        if entry.room == (self._first or entry.room):
            return ""
        return "(direct) " if entry.room.startswith(DIRECT) else f"#{entry.room} "

    def _frame(self, frame: ServerFrame, *lines: str) -> None:
        if self._as_json:
            lines = (encode(frame).decode()[:-1],)
        for line in lines:
            click.echo(one_line(line))
