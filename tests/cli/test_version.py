"""`lanchat --version`, which scripts ask: the same answer on the short way and on the long one."""

from __future__ import annotations

import subprocess
import sys


def say(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_short_way_says_what_the_long_one_says() -> None:
    short = say("-m", "lanchat", "--version")
    assert short.startswith("lanchat, version ")
    assert short == say("-m", "lanchat", "--profile", "somebody", "--version")


def test_it_waits_for_nothing() -> None:
    code = "import sys, lanchat.__main__ as m; sys.argv = ['lanchat', '--version']\n"
    code += "try: m.main()\nfinally: print(*(name for name in ('click', 'msgspec') if name in sys.modules))"
    assert say("-c", code).splitlines()[1:] == [""]
