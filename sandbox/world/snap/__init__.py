"""A payment provider that speaks SNAP BI and misbehaves on demand. See README.md."""

from __future__ import annotations

from .app import create, serve
from .engine import Engine

__all__ = ["Engine", "create", "serve"]
