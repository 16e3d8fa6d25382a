"""`python -m lanchat` and the program `lanchat`: hands over to the command line."""

from lanchat.cli import main

if __name__ == "__main__":
    main()
