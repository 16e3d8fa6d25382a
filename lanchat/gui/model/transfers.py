"""Files on their way and those that came, as the window shows them: in rows, or at their message; knows no widget."""

from __future__ import annotations

from typing import Final, NamedTuple

from lanchat.client.events import Progress
from lanchat.client.pace import in_words
from lanchat.protocol.files import File, size_in_words

MAX_ROWS: Final = 4  # above the composer; more are counted
MAX_AUTO: Final = 8 * 1024 * 1024  # bytes of a picture that is brought unasked, to be seen in the talk
THUMBNAIL: Final = (360, 240)  # px at 96 dpi, at most
SMALLEST: Final = 24  # px of its shorter side: there must be something to click


At = tuple[str, int]  # the room and the seq of the message that a file stands in


class Place(NamedTuple):
    """What a download is for. look: to be shown in the talk, else to be saved."""

    at: At
    look: bool


class Transfers:
    """Of all rooms. What failed stays until it is put away or tried again."""

    def __init__(self) -> None:
        self.uploads: dict[str, Progress] = {}
        self.saved: dict[At, str] = {}  # to paths
        self.seen: dict[At, str] = {}  # the same of pictures that are here to be looked at
        self._places: dict[str, Place] = {}  # downloads under way, by their ids
        self._saving: dict[At, Progress] = {}
        self.last: Place | None = None  # what the last word told of; None: an upload

    def begin(self, transfer_id: str, place: Place) -> None:
        """A download."""
        self._places[transfer_id] = place
        if not place.look:
            self._saving.pop(place.at, None)

    def apply(self, progress: Progress) -> None:
        self.last = place = None if progress.upload else self._places.get(progress.id)
        if progress.upload:
            self._on_upload(progress)
        if place is None:
            return
        if progress.over:
            del self._places[progress.id]
        if progress.state == "done":
            (self.seen if place.look else self.saved)[place.at] = progress.path
        if not place.look:
            self._saving[place.at] = progress
            if progress.state in ("done", "cancelled"):
                del self._saving[place.at]

    def _on_upload(self, progress: Progress) -> None:
        if progress.state in ("done", "cancelled"):
            self.uploads.pop(progress.id, None)
        else:
            self.uploads[progress.id] = progress

    def put_away(self, transfer_id: str) -> None:
        self.uploads.pop(transfer_id, None)

    def looking_at(self, at: At) -> bool:
        """Whether it is on its way to be shown."""
        return Place(at, look=True) in self._places.values()

    def saving(self, at: At) -> Progress | None:
        """On its way to be saved, or why it was not."""
        return self._saving.get(at)

    def words(self, at: At, file: File) -> str:
        """Below the file's name."""
        saving = self._saving.get(at)
        return size_in_words(file.size) if saving is None else in_words(saving)


def is_shown(file: File) -> bool:
    """Whether it is a picture that the talk shows unasked."""
    return file.width > 0 and file.height > 0 and file.size <= MAX_AUTO


def thumbnail_size(file: File) -> tuple[int, int]:
    """px at 96 dpi, in its proportions as far as both sides can be seen; never larger than it is."""
    width, height = max(1, file.width), max(1, file.height)
    share = min(1.0, THUMBNAIL[0] / width, THUMBNAIL[1] / height)
    return tuple(max(SMALLEST, round(side * share)) for side in (width, height))  # type: ignore[return-value]
