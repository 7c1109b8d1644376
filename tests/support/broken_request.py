"""The form of a request that meets a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.support import misdeeds as past
from tests.support.misdeeds import Change
from tests.support.scene import Scene


@dataclass(frozen=True)
class Broken:
    """The good request of ``route`` with ``changes``, sent after ``prepare``.

    ``prepare`` may answer more changes. ``says`` are words of the answer, Indonesian and English. ``counts``: a refusal
    that is meant to leave a trace.
    """

    slug: str
    route: str
    says: tuple[str, str]
    changes: Change = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Scene], Change] = past.nothing
    counts: bool = False
