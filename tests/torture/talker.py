"""One person of the torture, as a process that can be killed.

`python -m tests.torture.talker ADDRESS ID NICK LIFE PAUSE`, with a pause of so many seconds between two messages.
Prints `joined`, and from the line `go` on says `NICK LIFE 0`, `NICK LIFE 1` … and prints each once it is stored here
(`queued N`): who comes before anybody speaks has all of it at the end. On the line `stop` it says no more, and prints
`flushed` when all is acknowledged; on `end` it waits for the room's last words, and ends.
"""

from __future__ import annotations

import sys
import threading
from typing import Final

from lanchat.client import Client, Profile, dialer, events, link

LAST_WORDS: Final = "the end"

link.RETRY_FIRST, link.RETRY_MOST = 0.05, 0.5  # type: ignore[misc]
dialer.SEARCH_AGAIN = 0.05


def say(word: str) -> None:
    print(word, flush=True)


def main(address: str, server_id: str, nick: str, life: str, pause: str) -> None:
    go, stop, end = threading.Event(), threading.Event(), threading.Event()
    heeded = {"go": go, "stop": stop, "end": end}

    def listen() -> None:
        for line in sys.stdin:
            heeded[line.strip()].set()

    threading.Thread(target=listen, daemon=True).start()
    client = Client(f"lanchat://{address}?id={server_id}", nick, profile=Profile(nick), patient=True)
    with client:
        number, heard, flushed, joined = 0, False, False, False
        while not (end.is_set() and heard):
            try:
                event: events.Event | None = client.events.get(float(pause))
            except TimeoutError:
                event = None
            match event:
                case events.Queued(text=text) if text.startswith(f"{nick} {life} "):
                    say(f"queued {text.rpartition(' ')[2]}")
                case events.Joined() if not joined:
                    joined = True
                    say("joined")
                case events.Message(text=text) if text == LAST_WORDS:
                    heard = True
                case events.Page(entries=entries) if any(entry.text == LAST_WORDS for entry in entries):
                    heard = True
                case events.Ended(error=error):
                    raise SystemExit(f"ended: {error}")
            if stop.is_set() and not flushed:
                flushed = client.flush(0.5)
                if flushed:
                    say("flushed")
            elif event is None and joined and go.is_set() and not stop.is_set():
                client.say(f"{nick} {life} {number}")
                number += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
