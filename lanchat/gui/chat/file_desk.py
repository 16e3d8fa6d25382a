"""FileDesk: what the chat screen does with files: cards in the talk, saving, looking, sending; it lays nothing out.

Bytes are the client's business, small pictures the maker's; here stands who wanted what, and who is to be told.
"""

from __future__ import annotations

import shutil
import tkinter as tk
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from lanchat.client.events import Progress
from lanchat.errors import LanchatError
from lanchat.gui.chat.composer import Composer
from lanchat.gui.chat.file_card import Deeds, FileCard
from lanchat.gui.chat.picture_maker import PictureMaker
from lanchat.gui.chat.picture_view import PictureView, room_on
from lanchat.gui.desktop.file_dialogs import ask_save
from lanchat.gui.desktop.folders import show_folder
from lanchat.gui.dialogs.send_files import SendFilesDialog
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.timeline import Block
from lanchat.gui.model.transfers import MAX_AUTO, At, Place, is_shown, thumbnail_size
from lanchat.paths import downloads, pictures
from lanchat.protocol.files import File, safe_name
from lanchat.protocol.frames import Message


class Mover(Protocol):
    """What the desk needs of lanchat.client.Client."""

    def send_file(self, path: Path, text: str = "", *, room: str) -> str: ...
    def get_file(
        self, message: Message, folder: Path | None = None, *, name: str = "", replace: bool = False
    ) -> str: ...
    def cancel_file(self, transfer_id: str) -> object: ...


class FileDesk:
    """Of one screen. composer: where one writes, and reads what is wrong. on_rows: uploads changed. dress: makes a card
    part of the talk: wheel, menu."""

    def __init__(
        self,
        screen: tk.Misc,
        kit: Kit,
        model: ChatModel,
        client: Mover,
        *,
        composer: Callable[[], Composer],
        on_rows: Callable[[], object],
        dress: Callable[[FileCard, int], object],
    ) -> None:
        self._screen, self._kit, self._model, self._client = screen, kit, model, client
        self._composer, self._on_rows, self._dress = composer, on_rows, dress
        self._cards: dict[At, FileCard] = {}
        self._pictures: dict[At, Path] = {}  # the folders of those that may lie in the cache
        self._views: set[At] = set()  # pictures to be shown large once they are here
        self.folder = downloads()  # where files are saved
        self._saved_in: Path | None = None  # as was chosen last
        self._maker = PictureMaker(screen, pictures())

    def close(self) -> None:
        self._maker.close()

    def apply(self, progress: Progress) -> None:
        """After the model."""
        place = self._model.transfers.last
        if progress.upload or place is None:
            self._on_rows()
            return
        self._show(place.at)
        if place.look and progress.state == "done":
            self._show_picture(place.at)
            if place.at in self._views:
                self._open_view(place.at)
        elif place.look and progress.over and place.at in self._views:
            self._views.discard(place.at)
            self._on_problem(progress.detail)

    # Cards

    def card(self, master: tk.Misc, block: Block) -> FileCard:
        """For a block with a file."""
        assert block.file is not None
        at, file = (self._model.room, block.key[0]), block.file
        deeds = Deeds(
            lambda: self.save(at), lambda: self._cancel(at), lambda: self.show_folder(at), lambda: self.view(at)
        )
        card = self._cards[at] = FileCard(master, self._kit, file, deeds)
        card.bind("<Destroy>", lambda event: self._forget(at, card) if event.widget is card else None, add="+")
        self._dress(card, at[1])
        self._show(at)
        if is_shown(file):
            self._look(at, file)
        return card

    def _forget(self, at: At, card: FileCard) -> None:
        if self._cards.get(at) is card:
            del self._cards[at]

    def _show(self, at: At) -> None:
        card, message, transfers = self._cards.get(at), self._message(at), self._model.transfers
        if card is not None and message is not None and message.file is not None:
            card.show(transfers.words(at, message.file), transfers.saving(at), saved=at in transfers.saved)

    def forget(self, at: At) -> None:
        """The message was deleted: what was only kept to be looked at goes, too."""
        self._model.transfers.seen.pop(at, None)
        if folder := self._pictures.pop(at, None):
            shutil.rmtree(folder, ignore_errors=True)  # it may be gone, or another window shows it just now

    # Looking

    def _look(self, at: At, file: File) -> None:
        """The picture stands in the talk, once it is here."""
        self._pictures[at] = pictures(self._model.server_id) / file.sha256
        place = self._pictures[at] / safe_name(file.name)
        if place.exists():
            self._model.transfers.seen[at] = str(place)
        if at in self._model.transfers.seen:
            self._show_picture(at)
        elif not self._model.transfers.looking_at(at):
            self._get(at, Place(at, look=True), self._pictures[at])

    def _show_picture(self, at: At) -> None:
        message = self._message(at)
        if message is None or message.file is None or at not in self._cards:
            return
        width, height = thumbnail_size(message.file)
        size = (self._kit.px(width), self._kit.px(height))
        self._maker.make(Path(self._model.transfers.seen[at]), size, lambda data: self._made(at, data), enlarge=True)

    def _made(self, at: At, data: bytes | None) -> None:
        if data is not None and at in self._cards:
            self._cards[at].show_picture(data)

    def view(self, at: At) -> None:
        """Large."""
        message = self._message(at)
        if message is None or message.file is None:
            return
        if at in self._model.transfers.seen:
            self._open_view(at)
        elif message.file.size <= MAX_AUTO:
            self._views.add(at)
            self._look(at, message.file)

    def _open_view(self, at: At) -> None:
        self._views.discard(at)
        path = Path(self._model.transfers.seen[at])
        self._maker.make(path, room_on(self._screen), lambda data: self._viewed(at, data))

    def _viewed(self, at: At, data: bytes | None) -> None:
        message = self._message(at)
        if message is None or message.file is None:
            return
        if data is None:
            self._on_problem(f"{safe_name(message.file.name)} is no picture that can be shown.")
            return
        actions = {"Save": lambda: self.save(at), "Save as …": lambda: self.save_as(at)}
        PictureView(self._screen, self._kit, safe_name(message.file.name), data, actions)

    # Saving

    def save(self, at: At) -> None:
        """Into the folder for files."""
        self._get(at, Place(at, look=False), self.folder)

    def save_as(self, at: At) -> None:
        """Where the user chooses, and under which name; the dialog itself asks before something is replaced."""
        message = self._message(at)
        if message is None or message.file is None:
            return
        to = ask_save(self._screen, "Save as", self._saved_in or self.folder, safe_name(message.file.name))
        if to is not None:
            self._saved_in = to.parent
            name = safe_name(to.name)
            self._get(at, Place(at, look=False), to.parent, name, replace=name == to.name and to.exists())

    def _get(self, at: At, place: Place, folder: Path, name: str = "", *, replace: bool = False) -> None:
        message = self._message(at)
        if message is None or message.file is None:
            return
        try:
            self._model.transfers.begin(self._client.get_file(message, folder, name=name, replace=replace), place)
        except LanchatError as error:
            self._on_problem(str(error))

    def _cancel(self, at: At) -> None:
        if (saving := self._model.transfers.saving(at)) is not None:
            self._client.cancel_file(saving.id)

    def show_folder(self, at: At) -> None:
        if path := self._model.transfers.saved.get(at):
            show_folder(Path(path))

    # Sending

    def send(self, paths: Iterable[Path]) -> None:
        for path in paths:
            try:
                self._client.send_file(path, room=self._model.target)
            except LanchatError as error:
                self._on_problem(str(error))

    def offer(self, paths: Sequence[Path]) -> None:
        """Asks before what was pasted or dropped goes out, to the room that is open now; what is being written goes
        along with the first."""
        room, where, written = self._model.target, self._model.title_of_room, self._composer().draft

        def send(words: str) -> None:
            for path, said in zip(paths, [words, *[""] * (len(paths) - 1)], strict=True):
                self._client.send_file(path, said, room=room)
            if written and self._composer().draft == written:
                self._composer().take()

        top, words = self._screen.winfo_toplevel(), " ".join(written.split())
        SendFilesDialog(top, self._kit, paths, where, words, on_send=send, shrink=self._maker.make)

    def _on_problem(self, sentence: str) -> None:
        self._composer().say_error(sentence)

    def end_upload(self, transfer_id: str) -> None:
        """Cancels it; one that failed was read."""
        progress = self._model.transfers.uploads.get(transfer_id)
        if progress is not None and progress.over:
            self._model.transfers.put_away(transfer_id)
            self._on_rows()
        else:
            self._client.cancel_file(transfer_id)

    def _message(self, at: At) -> Message | None:
        room, seq = at
        return self._model.rooms.find(room).timeline.message((seq, 0))
