"""What a terminal shows of what a program writes to it: the few moves that prompt_toolkit makes, no more.

Every character is as wide as one cell.
"""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(
    r"\x1b\[(?P<numbers>[0-9;?]*)(?P<move>[A-Za-z])|\x1b\][^\a]*\a|\x1b[=>]|(?P<sign>[^\x1b])", re.DOTALL
)


class Screen:
    """Rows and columns are counted from 0."""

    def __init__(self, rows: int, columns: int) -> None:
        self._rows, self._columns = rows, columns
        self._cells = [self._blank() for _ in range(rows)]
        self.row = self._column = 0
        self._wraps = True
        self._rest = ""  # the beginning of what is not whole yet

    @property
    def column(self) -> int:
        """Behind the last one, the cursor stands on it."""
        return min(self._column, self._columns - 1)

    @property
    def text(self) -> str:
        return "\n".join("".join(line).rstrip() for line in self._cells)

    def write(self, text: str) -> None:
        text, start = self._rest + text, 0
        while piece := _PIECE.match(text, start):
            start = piece.end()
            if sign := piece["sign"]:
                self._put(sign)
            elif move := piece["move"]:
                self._move(move, piece["numbers"])
        self._rest = text[start:]
        assert len(self._rest) < 1_000, f"unknown: {self._rest[:20]!r}"

    def _blank(self) -> list[str]:
        return [" "] * self._columns

    def _put(self, sign: str) -> None:
        if sign == "\r":
            self._column = 0
        elif sign == "\n":
            self._down()
        elif sign == "\b":
            self._column = max(0, self.column - 1)
        elif sign >= " ":
            if self._column >= self._columns and self._wraps:
                self._column = 0
                self._down()
            self._cells[self.row][self.column] = sign
            self._column = self.column + 1

    def _down(self) -> None:
        if self.row == self._rows - 1:
            self._cells = [*self._cells[1:], self._blank()]
        else:
            self.row += 1

    def _move(self, move: str, numbers: str) -> None:
        if numbers.startswith("?"):
            self._wraps = move == "h" if numbers == "?7" else self._wraps
            return
        first, *others = (int(number or 0) for number in numbers.split(";"))
        steps = first or 1
        match move:
            case "A":
                self.row = max(0, self.row - steps)
            case "B":
                self.row = min(self._rows - 1, self.row + steps)
            case "C":
                self._column = min(self._columns - 1, self.column + steps)
            case "D":
                self._column = max(0, self.column - steps)
            case "H":
                self.row, self._column = steps - 1, (others[0] if others else 1) - 1
            case "J" | "K":
                self._erase(move, first)

    def _erase(self, move: str, how: int) -> None:
        """From the cursor on, up to it, or all: of the line, or of the screen."""
        line, at = self._cells[self.row], self.column
        blank = self._blank()
        self._cells[self.row] = (line[:at] + blank[at:], blank[: at + 1] + line[at + 1 :], blank)[min(how, 2)]
        for row in range(self._rows) if move == "J" else ():
            if (row > self.row and how != 1) or (row < self.row and how != 0):
                self._cells[row] = self._blank()
