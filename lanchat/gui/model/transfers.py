"""Files on their way, as the window shows them: which, how far, how fast, what went wrong; knows no widget."""

from __future__ import annotations

from typing import Final

from lanchat.client.events import Progress

MAX_OVER: Final = 50  # failed ones that stay to be read


class Transfers:
    """By the transfer's id, in the order in which they began."""

    def __init__(self) -> None:
        self.rows: dict[str, Progress] = {}

    def apply(self, progress: Progress) -> None:
        """What is done or cancelled is shown no more; what failed stays until it is put away."""
        if progress.state in ("done", "cancelled"):
            self.rows.pop(progress.id, None)
        else:
            self.rows[progress.id] = progress
        for row in [r for r in self.rows.values() if r.over][:-MAX_OVER]:
            del self.rows[row.id]

    def put_away(self, transfer_id: str) -> None:
        self.rows.pop(transfer_id, None)
