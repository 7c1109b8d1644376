"""What one run must know of those before it."""

from __future__ import annotations

from typing import Any

from sandbox.demo.files import Local, read_json, write_private


class Memory:
    """How many runs there were, since when, how far time was moved."""

    def __init__(self, local: Local, today: str) -> None:
        self._file = local.memory
        self._document: dict[str, Any] = {"runs": 0, "since": today, "offset_seconds": 0} | read_json(local.memory)

    @property
    def runs(self) -> int:
        """Runs so far on this state, this one included once it has begun."""
        return int(self._document["runs"])

    @property
    def since(self) -> str:
        """The first day (WIB) of this state."""
        return str(self._document["since"])

    @property
    def offset_seconds(self) -> int:
        """How far programme time runs ahead."""
        return int(self._document["offset_seconds"])

    def keep(self, **changes: int) -> None:
        """Change and write."""
        self._document |= changes
        write_private(self._file, self._document)
