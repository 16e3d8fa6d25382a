"""`lanchat join`: a chat in the terminal, also in a pipe: lines in are said, what happens in the room comes out."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import click

from lanchat.cli import complain, fail, one_line
from lanchat.cli.files import HELP as FILE_HELP
from lanchat.cli.files import Files, outcome
from lanchat.cli.known import MAX_PEOPLE, Known
from lanchat.cli.person import NEEDS_PIN, advice, nickname, pin_from
from lanchat.client import Client, Profile, events
from lanchat.client.commands import help_lines, parse
from lanchat.client.deeds import ban_in_words, deed, rules_in_words
from lanchat.errors import LanchatError, LocalProtocolError
from lanchat.pin import clean_pin
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Change, Entry, Message, ServerFrame
from lanchat.protocol.moderation import Rules
from lanchat.protocol.text import clean_text
from lanchat.transcript import lines_of

FLUSH_TIMEOUT: Final = 15.0  # s after the end of input until what is not acknowledged waits for the next time
_LOCAL: Final = (
    "/nick NAME – call yourself otherwise",
    "/who – who is here",
    "/search WORDS [from:NICK] [in:ROOM] [after:DAY] [before:DAY] [has:link] – what was said, the newest below",
    "/quit – leave",
)
_SAY_ANYWAY: Final = "A space in front of “/” says the line as it stands. Ctrl-D leaves."
_LINE_UP: Final = "\x1b[1A\x1b[2K"  # takes the typed line away: it comes back with time and name
_LINE_AWAY: Final = "\r\x1b[2K"  # takes away what is half typed


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
    client = Client(target, nickname(nick, profile), pin=pin_from(pin_file), profile=profile)
    keyboard = _Keyboard() if sys.stdin.isatty() and sys.stdout.isatty() else None
    known, files = Known(client.key), Files(client)
    screen = _Screen(as_json, keyboard, client.link)
    with client:
        reader = _Reader(client, keyboard, known, files)
        for event in client.events:
            files.apply(event)
            known.apply(event)  # first: what is seen can be referred to
            screen.show(event)
            if isinstance(event, events.Joined):
                reader.start()
            elif isinstance(event, events.Refused):
                fail(advice(event))
            elif isinstance(event, events.PinNeeded):
                client.unlock(_ask_pin(event.detail, keyboard))
    if reader.unsent:
        fail("Not everything was acknowledged. It waits, and goes out when you next join this room.")


def _ask_pin(detail: str, keyboard: _Keyboard | None) -> str:
    """Until it can be one."""
    if keyboard is None or keyboard.busy:
        fail(detail or NEEDS_PIN)
    while True:
        if detail:
            complain(detail)
        try:
            return clean_pin(click.prompt("PIN of this room", hide_input=True, err=True))
        except LocalProtocolError as error:
            detail = str(error)


class _Keyboard:
    """A terminal's line editor: lines in, and what is half typed back on the screen after others spoke."""

    def __init__(self) -> None:
        self.busy = False
        try:
            import readline
        except ImportError:  # Windows edits lines by itself
            self._half_typed: Callable[[], str] = str
        else:
            self._half_typed = readline.get_line_buffer

    def __iter__(self) -> Iterator[str]:
        self.busy = True  # from now on each line is said
        while True:
            try:
                line = input()
            except EOFError:
                return
            print(_LINE_UP, end="", flush=True)  # noqa: T201
            yield line

    def print_above(self, lines: Sequence[str]) -> None:
        """Prints whole lines; what was being typed stands below them again."""
        text = "".join(line + "\n" for line in lines)
        print(_LINE_AWAY + text + self._half_typed(), end="", flush=True)  # noqa: T201


class _Reader:
    """Says what comes on stdin, and leaves at its end. Its thread is a daemon: no read of a terminal can be
    interrupted on every system."""

    def __init__(self, client: Client, keyboard: _Keyboard | None, known: Known, files: Files) -> None:
        self._client, self._keyboard, self._known, self._files = client, keyboard, known, files
        self._lines: Iterable[str] = keyboard or sys.stdin
        self._thread = threading.Thread(target=self._run, name="lanchat-stdin", daemon=True)
        self.unsent = False

    def start(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def _run(self) -> None:
        for line in self._lines:
            text = clean_text(line.rstrip("\n"))
            if not text.strip():
                continue
            if self._keyboard and text.strip() == "/quit":
                break
            try:
                if not (self._keyboard and self._command(self._keyboard, text)):
                    self._client.say(text)
            except LanchatError as error:
                complain(str(error))
        self.unsent = not self._client.flush(FLUSH_TIMEOUT)
        self._client.close()

    def _command(self, keyboard: _Keyboard, line: str) -> bool:
        """Does what a line with “/” wants; False: it is something to say. In a pipe there are no commands."""
        match line.split(maxsplit=1):
            case ["/help", *_]:
                keyboard.print_above([*_LOCAL, *FILE_HELP, *help_lines(self._known.role), _SAY_ANYWAY])
                return True
            case ["/who"]:
                keyboard.print_above([f"* Here: {', '.join(sorted(map(one_line, self._known.people())))}"])
                return True
            case ["/nick", nick]:
                self._client.rename(nick)
                return True
            case ["/search", *words]:
                self._client.search(" ".join(words))
                return True
        if (told := self._files.command(line)) is not None:
            keyboard.print_above([one_line(told)])
            return True
        wanted = parse(line, self._known.people(), self._known.last_said)
        if wanted is not None:
            self._client.do(wanted)
        return wanted is not None


class _Screen:
    """Prints events: lines for people, or frames for programs. Shows each entry once."""

    def __init__(self, as_json: bool, keyboard: _Keyboard | None, link: Callable[[str], str]) -> None:
        """link: of an invitation, from its token."""
        self._as_json = as_json
        self._keyboard, self._link = keyboard, link
        self._seen = 0  # the last seq printed
        self._here: set[str] = set()
        self._rules = Rules("")

    def show(self, event: events.Event) -> None:
        match event:
            case events.Joined(welcome=welcome, new_journal=new_journal):
                self._seen = 0 if new_journal else self._seen
                self._rules = Rules("")
                hint = " Ctrl-D leaves." if self._keyboard else ""
                self._frame(welcome, f"* You are {welcome.nick} in “{welcome.name}”.{hint}")
            case events.Message() | events.Edited() | events.Reacted() | events.Deleted() | events.Pinned():
                self._entries([event])
            case events.Page(entries=entries):
                self._entries(entries)
            case events.Roster(members=members):
                here = (set() if event.first else self._here) | {m.nick for m in members}
                self._here = here if len(here) <= MAX_PEOPLE else self._here
                self._frame(event, f"* Here: {', '.join(sorted(self._here, key=str.casefold))}")
            case events.Presence(changes=changes):
                self._frame(event, *filter(None, map(self._change, changes)))
            case events.Rules():
                self._on_rules(event)
            case events.Outcome():
                self._on_outcome(event)
            case events.Found():
                self._on_found(event)
            case events.Lost(detail=detail, retry_in=delay):
                complain(f"{detail} Trying again{f' in {delay:.0f} s' if delay >= 1 else ''}.")
            case events.Failed(text=text, detail=detail):
                complain(f"Not sent: “{text[:60]}”: {detail}")
            case events.Progress(state="failed", name=name, detail=detail):
                complain(f"{name}: {detail}")
            case events.Progress() if (told := outcome(event)) and not self._as_json:
                self._print(told)
            case events.Error() if self._as_json:
                self._frame(event)
            case events.Error(detail=detail):
                complain(detail)

    def _on_rules(self, rules: Rules) -> None:
        """Told when they change."""
        now = rules_in_words(rules)
        changed = rules_in_words(self._rules) != now
        self._rules = rules
        if changed or self._as_json:
            self._frame(rules, f"* Now: {now or 'everybody may come, and say as much as they like'}")

    def _on_outcome(self, outcome: events.Outcome) -> None:
        if self._as_json:
            self._frame(outcome)
        elif outcome.code:
            complain(outcome.detail)
        elif outcome.token:
            self._frame(outcome, f"* {self._link(outcome.token)}")
        else:
            self._frame(
                outcome, *(f"* {ban_in_words(ban)}" for ban in outcome.bans), f"* {outcome.detail or 'That is all.'}"
            )

    def _on_found(self, found: events.Found) -> None:
        """The newest last, so that it stands nearest."""
        if found.code:
            complain(found.detail)
            return
        for hit in reversed(found.hits):
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(hit.at / 1000))
            self._print(f"* #{hit.room} {hit.seq} [{when}] {hit.nick}: {hit.text}")
        count = len(found.hits)
        end = "Nothing was found" if not count else "1 message" if count == 1 else f"{count} messages"
        older = ", and there are older ones" if found.more else ""
        self._print(f"* {end}{older}{' (on this computer; there is no connection)' if found.offline else ''}.")

    def _entries(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.seq > self._seen:
                self._seen = entry.seq
                clock = time.strftime("%H:%M", time.localtime(entry.at / 1000))
                lines = [f"[{clock}] {line}" for line in lines_of(entry)]
                if self._keyboard and isinstance(entry, Message) and entry.file is not None:
                    lines[0] += f" – /get {entry.seq}"
                self._frame(entry, *lines)

    def _change(self, change: Change) -> str | None:
        known = change.nick in self._here
        match change.change:
            case "joined" if not known:
                self._here.add(change.nick)
                return f"* {change.nick} joined"
            case "left" if known:
                self._here.discard(change.nick)
                return f"* {deed(change) or f'{change.nick} left'}"
            case "renamed":
                self._here = (self._here - {change.was}) | {change.nick}
                return f"* {change.was} is now {change.nick}"
        done = deed(change)
        return f"* {done}" if done else None

    def _frame(self, frame: ServerFrame, *lines: str) -> None:
        if self._as_json:
            lines = (encode(frame).decode()[:-1],)
        self._print(*lines)

    def _print(self, *lines: str) -> None:
        lines = tuple(map(one_line, lines))
        if self._keyboard:
            self._keyboard.print_above(lines)
            return
        for line in lines:
            click.echo(line)
