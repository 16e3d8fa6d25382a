"""`lanchat key`: a person's key as a file to keep, or to take to another machine; it talks to nobody."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lanchat.cli import fail
from lanchat.client import Profile
from lanchat.identity import copy_member_key, take_member_key


@click.group("key")
def command() -> None:
    """Keep a copy of your key, or take it to another machine.

    Rooms know you by it: who has the file is you, everywhere; who loses it is somebody new, and their name stays taken.
    """


@command.command("show")
@click.pass_obj
def show(profile_name: str) -> None:
    """Print the public part, by which rooms know you."""
    click.echo(Profile.open(profile_name).key.public)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def export(profile_name: str, file: Path) -> None:
    """Write the key to FILE, which must not be there yet, readable by you alone."""
    profile = Profile.open(profile_name)
    if not copy_member_key(profile.key_path, file):
        fail(f"{file} is there already. Choose another name.")
    click.echo(f"The key {profile.key.public} is in {file}. Keep it where nobody else reads it.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def take(profile_name: str, file: Path) -> None:
    """Be who the key in FILE is. The key you had is kept beside it. Close the window first."""
    if not os.path.exists(file):
        fail(f"There is no file {file}. “lanchat key export FILE” writes one, on the machine where your key is.")
    profile = Profile.open(profile_name)
    kept = take_member_key(file, profile.key_path)
    click.echo(f"From now on you are {Profile.open(profile_name).key.public}.")
    if kept is not None:
        click.echo(f"The key you had is kept in {kept}.")
