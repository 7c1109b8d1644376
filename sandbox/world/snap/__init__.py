"""Payment providers that speak SNAP BI and misbehave on demand. See docs/payment-stand-in.md."""

from __future__ import annotations

from .app import create, serve
from .courier import Courier
from .engine import Engine

__all__ = ["Courier", "Engine", "create", "serve"]
