"""A chat in a terminal that somebody sits at: the prompt, what stands above and below it; it knows no command.

All of it runs in one thread, by asyncio: the client's events wake it. prompt_toolkit draws, edits, and remembers what
was typed, in memory alone. With TERM=dumb it only prints, and with NO_COLOR it needs no colours.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output.plain_text import PlainTextOutput
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import is_dumb_terminal

from lanchat.cli import one_line
from lanchat.cli.completing import Completing
from lanchat.cli.files import Files
from lanchat.cli.finding import Finding
from lanchat.cli.noticing import Noticing
from lanchat.cli.person import NEEDS_PIN, advice, flush, remember
from lanchat.cli.screen_lines import Line, ScreenLines, notice, problem, title
from lanchat.cli.status_line import status_line
from lanchat.cli.typed import Typed
from lanchat.client import Client, Profile, events
from lanchat.client.preferences import Level
from lanchat.client.shortcodes import complete as complete_emoji
from lanchat.errors import JoinRefused, LanchatError, LocalProtocolError, StoreError
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.telling import Telling
from lanchat.pin import clean_pin
from lanchat.protocol.limits import TYPING_EVERY, Code
from lanchat.protocol.text import clean_nick, clean_text

READ_AFTER: Final = 1.0  # s between two words to the server how far was read
TICK: Final = 1.0  # s until the line below is drawn anew: it counts seconds
BATCH: Final = 500  # events that are taken in before their lines are printed
MENU: Final = 8  # lines of what a command may become
# The terminal's own colours, which fit its ground; in the order of the window's
_NAMES: Final = ("red", "yellow", "brightred", "green", "cyan", "blue", "magenta", "brightmagenta")
STYLE: Final = Style.from_dict(
    {
        **{f"name{n}": f"ansi{color} bold" for n, color in enumerate(_NAMES)},
        "dim": "ansibrightblack",
        "notice": "ansibrightblack",
        "error": "ansired",
        "room": "ansicyan bold",
        "called": "bold",
        "prompt": "bold",
        "here": "bold",
        "online": "",
        "away": "ansiyellow",
        "offline": "ansired",
        "unread": "bold",
    }
)


class _Completer(Completer):
    """Ours, as prompt_toolkit wants it."""

    def __init__(self, completing: Completing) -> None:
        self._completing = completing

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        found = self._completing.complete(document.text, document.cursor_position)
        for choice in found.choices if found else ():
            yield Completion(choice, start_position=found.start - document.cursor_position if found else 0)


class Terminal:
    """One chat, from joining to leaving. client: not started yet; it is closed in the end. profile: whose it is."""

    def __init__(self, client: Client, profile: Profile) -> None:
        preferences = profile.settings.preferences
        self._client, self._profile = client, profile
        self._model = model = ChatModel(client.nick, client.key)
        self._telling = Telling(model, client)
        self._telling.prefer(preferences)
        finding = Finding(client, lambda name: title(model, model.rooms.find(name)))
        self._noticing = Noticing(model, preferences.notify, self._keep_level)
        extras = self._extras = (Files(client, model, preferences.download_folder), finding, self._noticing)
        self._screen = ScreenLines(model, client.link, wants=self._noticing.wants)
        self._typed = Typed(client, model, self._screen, time.time, extras, last=preferences.presence)
        self._session = self._new_session()
        self._joined = asyncio.Event()
        self._some = asyncio.Event()  # events wait
        self._typing_until = 0.0  # when it is told again that somebody types (s, monotonic)

    def run(self) -> bool:
        """Until somebody leaves; False: not everything that was said is acknowledged. Raises LanchatError:
        KeyboardInterrupt, where nobody was let in yet."""
        return asyncio.run(self._run())

    async def _run(self) -> bool:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._some.set)

        self._client.events.on_event = wake
        with self._client:
            tasks = [asyncio.create_task(job) for job in (self._listen(), self._talk(), self._tell_read())]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                sent = await self._leave()
                for task in tasks:
                    if task.done():  # we were put out meanwhile
                        task.result()
                return sent
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _leave(self) -> bool:
        """Waits until the server has all, as `run` returns it. What comes meanwhile is taken in as before: where too
        much lies there, nothing more is read, and so no acknowledgement."""
        self._read()
        if waiting := self._model.rooms.waiting:
            what = "1 message" if waiting == 1 else f"{waiting:,} messages"
            self._print([notice(f"The server does not have {what} yet. Ctrl-C leaves the rest for the next time.")])
        return await asyncio.to_thread(flush, self._client)

    # What comes

    async def _listen(self) -> None:
        """Takes in what the client tells, and prints it above the prompt."""
        while True:
            await self._some.wait()
            self._some.clear()
            while batch := self._client.events.drain(BATCH):
                lines: list[Line] = []
                for event in batch:
                    lines += await self._hear(event)
                self._print(lines)
                self._session.app.invalidate()  # the line below counts what came

    async def _hear(self, event: events.Event) -> list[Line]:
        now = time.time()
        self._model.apply(event, now)
        lines = [notice(told) for extra in self._extras for told in extra.told(event)]
        match event:
            case events.Ended(error=error) if error is not None:
                raise error
            case events.PinNeeded(detail=detail):
                await self._unlock(detail)
            case events.Refused(code=Code.NICK_TAKEN | Code.NICK_INVALID) if not self._joined.is_set():
                await self._ask_name(event.detail, event.suggestion or "")
            case events.Refused() if not self._joined.is_set():
                raise JoinRefused(host="", code=event.code, detail=advice(event))
            case events.Outcome():
                return [*self._screen.of(event, now), *lines, *self._typed.answered(event)]
            case events.Joined(welcome=welcome):
                self._joined.set()
                await asyncio.to_thread(remember, welcome.nick, self._profile)
                try:
                    self._noticing.levels = await asyncio.to_thread(self._profile.levels, welcome.id)
                except StoreError as error:
                    lines.append(problem(str(error)))
                self._telling.anew()  # the server may be another one, or have lost some
        return [*self._screen.of(event, now), *lines]

    async def _unlock(self, detail: str) -> None:
        """Asks for the PIN until it can be one."""
        if self._joined.is_set():  # the prompt is there: whatever is typed would be said
            raise LocalProtocolError(code=Code.PIN_WRONG, detail=detail or NEEDS_PIN)
        while True:
            self._print([problem(detail)] if detail else [])
            session: PromptSession[str] = PromptSession(is_password=True, erase_when_done=True)
            try:
                pin = clean_pin(await session.prompt_async("PIN of this room: "))
            except EOFError:
                raise KeyboardInterrupt from None
            except LocalProtocolError as error:
                detail = str(error)
                continue
            self._client.unlock(pin)
            return

    async def _ask_name(self, detail: str, proposal: str) -> None:
        """Asks for another name until it can be one; Enter takes the proposal."""
        while True:
            self._print([problem(detail)])
            asked = f"Your name here (Enter: {one_line(proposal)}): " if proposal else "Your name here: "
            session: PromptSession[str] = PromptSession(erase_when_done=True)
            try:
                nick = clean_nick(await session.prompt_async(asked) or proposal)
            except EOFError:
                raise KeyboardInterrupt from None
            except LocalProtocolError as error:
                detail = str(error)
                continue
            self._client.rename(nick)
            return

    def _keep_level(self, room: str, level: Level | None) -> None:
        self._work(partial(self._profile.keep_level, self._model.server_id, room, level))

    def _work(self, job: Callable[[], object]) -> None:
        """On the disk, beside the loop; why it did not work is printed."""

        def done(future: asyncio.Future[object]) -> None:
            try:
                future.result()
            except LanchatError as error:
                self._print([problem(str(error))])

        asyncio.get_running_loop().run_in_executor(None, job).add_done_callback(done)

    def _print(self, lines: Sequence[Line]) -> None:
        """Above the prompt, which is drawn anew below; the keyboard stays with it, so that no key is lost."""
        if not lines:
            return
        app = self._session.app
        if app.is_running:
            app.renderer.erase()
        text = FormattedText([part for line in lines for part in (*line, ("", "\n"))])
        print_formatted_text(app.output, text, STYLE, color_depth=app.color_depth)
        app.output.flush()
        if app.is_running:
            app.renderer.request_absolute_cursor_position()

    async def _tell_read(self) -> None:
        """To the server, what was shown."""
        while True:
            await asyncio.sleep(READ_AFTER)
            self._read()

    def _read(self) -> None:
        """What was printed since the last call was seen."""
        self._model.set_focused(True)
        self._telling.read()

    # What is typed

    async def _talk(self) -> None:
        """Until somebody leaves."""
        await self._joined.wait()
        # Between two lines too: else the system takes keys that come just then for a line of its own, and changes them
        with self._session.app.input.raw_mode():
            while not self._typed.leaving:
                try:
                    line = clean_text(await self._session.prompt_async())
                except (EOFError, KeyboardInterrupt):
                    return
                if line.strip():
                    self._take(line)

    def _tell_typing(self, typed: Buffer) -> None:
        """Not for each key, and not of commands."""
        now = time.monotonic()
        if typed.text.strip() and not typed.text.startswith("/") and now >= self._typing_until:
            self._typing_until = now + TYPING_EVERY
            self._telling.typing()

    def _take(self, line: str) -> None:
        self._typing_until = 0.0
        try:
            lines = self._typed.take(line)
        except LanchatError as error:
            lines = [problem(str(error))]
        self._print(lines)

    def _new_session(self) -> PromptSession[str]:
        keys = KeyBindings()

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        session: PromptSession[str] = PromptSession(
            message=lambda: [("class:prompt", f"{one_line(title(self._model, self._model.current))}> ")],
            bottom_toolbar=lambda: FormattedText(status_line(self._model, time.time())),
            completer=_Completer(Completing(self._model, self._typed.names, [complete_emoji])),
            complete_while_typing=Condition(lambda: session.default_buffer.text.startswith("/")),
            reserve_space_for_menu=MENU,
            history=InMemoryHistory(),
            erase_when_done=True,
            refresh_interval=TICK,
            key_bindings=keys,
            style=STYLE,
            output=PlainTextOutput(sys.stdout) if is_dumb_terminal() else None,
        )
        session.default_buffer.on_text_changed += self._tell_typing
        return session
