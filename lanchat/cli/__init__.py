"""The command line: which command is meant, and how errors are told; each command has a file of its own.

Exit codes: 0 done, 1 it did not work (one line on stderr: why and what to do), 2 wrong usage.
"""

from __future__ import annotations

import errno
import importlib
import io
import logging
import os
import re
import sys
from functools import partial
from typing import NoReturn

import click

from lanchat import __version__
from lanchat.errors import LanchatError
from lanchat.importing import undisturbed
from lanchat.protocol.target import SCHEME
from lanchat.protocol.text import clean_text

_TURNING = re.compile("[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # turn or break what is beside them
MAX_LOG = 1024 * 1024  # bytes of a log file: days of a busy room, and no disk that a flood fills
_COMMANDS = (
    "serve",
    "find",
    "doctor",
    "join",
    "send",
    "invite",
    "admin",
    "trust",
    "key",
    "journal",
)  # modules here, imported when used


class _Commands(click.Group):
    """Finds each command in its module, so that none waits for what another one needs."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name.startswith(SCHEME):  # a link, as the desktop or a paste gives it
            return click.Command(name, callback=partial(_open_window, name))
        if name not in _COMMANDS:
            return None
        with undisturbed():
            command: click.Command = importlib.import_module(f"lanchat.cli.{name}").command
        return command


@click.command(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lanchat")
@click.option("--profile", default="default", metavar="NAME", help="Whose key and settings to use.")
@click.option("-v", "--verbose", count=True, help="Log what happens (twice: in detail).")
@click.option("--log-file", metavar="FILE", help=f"Log there, at most {2 * MAX_LOG // 1024:,} KiB with FILE.1.")
@click.pass_context
def program(ctx: click.Context, profile: str, verbose: int, log_file: str | None) -> None:
    """Chat for people on the same network.

    Without a command: opens the window; with a link (lanchat://…) the room it leads to. “lanchat COMMAND --help”
    tells more.
    """
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = _log_to(log_file)
    handler.setFormatter(_OneLine("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    ctx.obj = profile
    if ctx.invoked_subcommand is None:
        _open_window(None)


class _OneLine(logging.Formatter):
    """What others sent may stand in it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that it is called by
        return one_line(super().formatMessage(record))


def _log_to(path: str | None) -> logging.Handler:
    """A file that is begun anew when it is full, as the one before is kept; else stderr."""
    if path is None:
        return logging.StreamHandler(sys.stderr)
    from logging.handlers import RotatingFileHandler

    try:
        return RotatingFileHandler(path, maxBytes=MAX_LOG, backupCount=1, encoding="utf-8", errors="replace")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}.")


def _open_window(link: str | None) -> None:
    from lanchat.gui import open_window

    ctx = click.get_current_context()
    ctx.exit(open_window(link, ctx.obj))


def main() -> None:
    """Runs the program; never returns."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a byte that is no text, or a terminal that lacks a letter
    try:
        sys.exit(program.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except LanchatError as error:
        fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)  # what shells expect of a program ended by Ctrl-C
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough; Python would complain about it at the end
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO):
            raise
        _forget_output()
        fail(f"The output cannot be written: {error.strerror}.")


def _forget_output() -> None:
    """What could not be written would be tried again at the end, and complained about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(reason: str) -> NoReturn:
    """Ends the program: it did not work, for this reason."""
    complain(reason)
    sys.exit(1)


def complain(reason: str) -> None:
    """One line on stderr."""
    click.echo(f"lanchat: {one_line(reason)}", err=True)


def one_line(text: str) -> str:
    """`text` as it may be printed: what a server says must not move the cursor, nor look like a line of ours."""
    return _TURNING.sub("", clean_text(text)).replace("\n", " ")
