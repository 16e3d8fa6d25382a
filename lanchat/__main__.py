"""`python -m lanchat` and the program `lanchat`: hands over to the command line."""

from __future__ import annotations

import sys

from lanchat import __version__


def main() -> None:
    """Runs the program; never returns."""
    if sys.argv[1:] == ["--version"]:  # what scripts ask waits for nothing: the rest takes twice as long to import
        sys.stdout.write(f"lanchat, version {__version__}\n")
        sys.exit()
    from lanchat.importing import undisturbed

    with undisturbed():
        from lanchat.cli import main as program

    program()


if __name__ == "__main__":
    main()
