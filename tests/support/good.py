"""A request that succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Good:
    """A request that succeeds, and who sends it. ``path`` fills the route's parameters."""

    token: str = field(default="", repr=False)
    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
