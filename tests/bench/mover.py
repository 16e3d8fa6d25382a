"""A program: `python mover.py PLACE FILE FOLDER` sends a file to a room and brings it back into a folder, by the
lanchat on the path. Prints a line of JSON: s for each."""

import json
import sys
import time
from pathlib import Path

from lanchat.client import Client, Profile
from lanchat.client.events import Ended, Progress
from lanchat.protocol.frames import Message


def main(place: str, file: Path, folder: Path) -> None:
    with Client(place, "Mover", profile=Profile("mover")) as client:
        begun = time.perf_counter()
        client.send_file(file)
        said = wait(client, Message, lambda event: event.file is not None)
        sent = time.perf_counter()
        client.get_file(said, folder)
        wait(client, Progress, lambda event: not event.upload and event.state == "done")
        print(json.dumps({"up": sent - begun, "down": time.perf_counter() - sent}))


def wait(client, kind, fits):  # type: ignore[no-untyped-def]
    while True:
        event = client.events.get(60)
        if isinstance(event, Ended) or (isinstance(event, Progress) and event.state == "failed"):
            sys.exit(f"it failed: {event}")
        if isinstance(event, kind) and fits(event):
            return event


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
