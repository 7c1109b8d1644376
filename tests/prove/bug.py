"""What a planted bug is."""

from __future__ import annotations

from dataclasses import dataclass

CODE = "layers/prakerja/python/prakerja"


@dataclass(frozen=True)
class Bug:
    """``before`` must stand exactly once in ``path``; ``after`` takes its place. ``tests`` is what pytest is given."""

    name: str
    path: str
    before: str
    after: str
    tests: tuple[str, ...]
