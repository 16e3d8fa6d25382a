"""What the window has done in worker threads, since it reads disks or asks the network; no widgets here."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias

from lanchat.client.profile import Profile, Settings
from lanchat.errors import StoreFailed
from lanchat.gui.desktop.dark_mode import system_mode
from lanchat.gui.goal import Goal
from lanchat.gui.here import own_address
from lanchat.gui.kit.tokens import Mode
from lanchat.gui.model.check import Outcome
from lanchat.paths import pictures
from lanchat.protocol.target import Address

if TYPE_CHECKING:
    from lanchat.client import Client
    from lanchat.doctor.report import Report

Cancelled: TypeAlias = Callable[[], bool]
Tell: TypeAlias = Callable[[str], None]  # hears what is done now, in the worker
_THE_REST: Final = (
    "lanchat.gui.joining",
    "lanchat.client.client",
    "lanchat.gui.chat.screen",
    "lanchat.gui.dialogs.host",
    "lanchat.gui.dialogs.settings",
    "lanchat.gui.model.notifying",
    "lanchat.gui.desktop.urgency",
    "markdown_it",
    "cryptography.x509",
)


def import_the_rest() -> None:
    """For a worker: what the window did not need to be painted, so that nothing has to wait for it later."""
    for name in _THE_REST:
        import_module(name)


def end(client: Client, profile: Profile, forget: str) -> Settings:
    """For a worker: leaves, with our name there for the next time; forget: the server of which nothing is to stay."""
    client.close()
    if forget:
        profile.forget(forget)
        _forget_pictures(forget)
    return profile.update(nick=client.nick)


def _forget_pictures(server_id: str) -> None:
    folder = pictures(server_id)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return  # it showed none
    except OSError as error:
        raise StoreFailed(path=folder, detail=error.strerror or str(error)) from error


def ask(address: Address, profile: Profile) -> Goal:
    """For a worker: who answers there; an invitation knows by itself. Raises ConnectError."""
    if address.token:
        return Goal("the room of your invitation", str(address), address, str(address))
    from lanchat.discovery import ask_host

    found = ask_host(address.host, address.port, known=profile.known_at(address))
    known = address._replace(port=found.port)
    return Goal(found.name, f"{address} · {found.users} inside", known, str(known), found.locked and not address.token)


def check_network(known: Sequence[str], networks: Sequence[str], cancelled: Cancelled, tell: Tell) -> Outcome:
    """For a worker: what stands between this computer and the rooms of its network. See doctor.examine."""
    from lanchat.doctor.examine import examine
    from lanchat.doctor.judge import judge
    from lanchat.doctor.private import without_private

    facts = examine(known, networks, cancelled=cancelled, tell=tell)
    return Outcome(judge(facts), _text(judge(without_private(facts))), complete=not facts.cancelled)


def check_server(address: Address, profile: Profile, cancelled: Cancelled, tell: Tell) -> Outcome:
    """For a worker: one server, step by step. See doctor.host."""
    from lanchat.doctor.host import visit
    from lanchat.doctor.judge_host import judge_visit
    from lanchat.doctor.private import visit_without_private

    expected = address.id or profile.pinned(str(address))
    plain = address._replace(id=None, token=None, others=())
    seen = visit(plain, expected=expected, known=profile.known_names(), cancelled=cancelled, tell=tell)
    return Outcome(judge_visit(seen), _text(judge_visit(visit_without_private(seen))), complete=not seen.cancelled)


def _text(report: Report) -> str:
    return "\n".join(report.lines()) + "\n"


def first_mode(theme: str) -> Mode:
    return system_mode() if theme == "system" else "dark" if theme == "dark" else "light"


def look(ask_desktop: bool) -> tuple[str, Mode | None]:
    """For a worker: where others reach this computer, and what its desktop prefers."""
    return own_address(), system_mode() if ask_desktop else None


def login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in the system's list
        return ""
