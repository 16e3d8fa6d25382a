"""People who talk for the pictures of the README: `python -m tests.scene ADDRESS KEY`, KEY being whom they write to.

Says “ready” once all is said, and stays until its input ends, so that everybody is seen.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from PIL import Image, ImageDraw

from lanchat.client import events
from lanchat.protocol.frames import Message, Outcome
from lanchat.protocol.presence import Status
from lanchat.protocol.rooms import Direct, Enter
from tests.people import Person

CAST = ("Ana Lindqvist", "Mateo Ruiz", "Priya Nair", "Hana Sato")
CODE = """One regression, in `export.py`:
```python
for page in pages:
    page.save(folder / page.name)  # two are called “cover”
```"""
HILLS = ((0.50, 0.16, "#8D7BB5"), (0.62, 0.13, "#6A5A9A"), (0.74, 0.12, "#47407A"), (0.87, 0.10, "#2A2A55"))
FINE = 3  # pixels drawn for one


def poster(path: Path) -> None:
    """An evening in the hills, as a print shop might try its colours."""
    width, height = 640 * FINE, 270 * FINE
    picture = Image.linear_gradient("L").resize((width, height))
    sky = Image.composite(Image.new("RGB", picture.size, "#F7C59F"), Image.new("RGB", picture.size, "#5F6FB8"), picture)
    draw = ImageDraw.Draw(sky)
    sun = (round(width * 0.66), round(height * 0.40), round(height * 0.13))
    draw.ellipse((sun[0] - sun[2], sun[1] - sun[2], sun[0] + sun[2], sun[1] + sun[2]), fill="#FFE9B0")
    for number, (level, rise, color) in enumerate(HILLS):
        peaks = 3 + number
        tops = [
            (width * n / (2 * peaks), height * (level - (rise if n % 2 else 0) * (1 + (n * 7 % 5) / 8)))
            for n in range(2 * peaks + 1)
        ]
        draw.polygon([(0, height), *tops, (width, height)], fill=color)
    sky.resize((width // FINE, height // FINE), Image.Resampling.LANCZOS).save(path)


class Scene:
    def __init__(self, cast: dict[str, Person]) -> None:
        self._cast = cast

    def said(self, nick: str, text: str, reply: int = 0, room: str = "") -> int:
        """Returns its seq, once it is stored."""
        person = self._cast[nick]
        said = person.client.say(text, reply=reply, room=room)
        return person.until(Message, lambda message: message.id == said).seq

    def sent(self, nick: str, path: Path, text: str) -> int:
        person = self._cast[nick]
        person.client.send_file(path, text)
        return person.until(Message, lambda message: message.file is not None).seq

    def react(self, seq: int, emoji: str, *nicks: str) -> None:
        for nick in nicks:
            self._cast[nick].client.react(seq, emoji)

    def play(self, key: str, folder: Path) -> None:
        ana, mateo, priya, hana = CAST
        review = self.said(ana, "Morning! The review moved to **10:30**, same room.")
        self.react(review, "👍", mateo, priya, hana)
        code = self.said(mateo, CODE)
        fixed = self.said(priya, "That one is mine. The fix is on *priya/contour*, could you try it? 🙏", reply=code)
        self.react(fixed, "🎉", mateo, hana)
        self.react(fixed, "❤️", ana)
        poster(folder / "evening, test print.png")
        print_ = self.sent(hana, folder / "evening, test print.png", "First print with the fix, all pages there:")
        self.react(print_, "😍", ana, priya)
        self.react(print_, "👀", mateo)
        self.said(ana, "@Sam Okafor this is the blue you asked for. And the internet is down again, nobody noticed 😄")
        self._elsewhere(key)
        self._cast[hana].client.be(Status("away", "printing"))
        self._cast[priya].client.be(Status("busy"))

    def _elsewhere(self, key: str) -> None:
        """In other rooms, and in private."""
        mateo = self._cast["Mateo Ruiz"]
        mateo.client.do(Enter("builds"))
        mateo.until(events.Entered, lambda entered: entered.room == "builds")
        for text in ("Build 41 is green", "Build 42 is running"):
            self.said("Mateo Ruiz", text, room="builds")
        priya = self._cast["Priya Nair"]
        asked = priya.client.do(Direct([key]))
        room = priya.until(Outcome, lambda outcome: outcome.id == asked).room
        self.said("Priya Nair", "Lunch at one?", room=room)


def main(address: str, key: str) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cast = {nick: stack.enter_context(Person(address, nick)) for nick in CAST}
        for person in cast.values():
            person.until(events.Joined)
        Scene(cast).play(key, folder)
        for person in cast.values():
            person.client.flush()
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
