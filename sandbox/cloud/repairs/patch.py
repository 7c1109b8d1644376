"""How a repair takes its place in the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(stock)` in the place of `owner.name`, or of `owner[name]` in a dictionary.

    Raises AttributeError or KeyError when the emulator has no such name: then it is not the version that
    requirements pin, and every repair has to be looked at again.
    """
    if isinstance(owner, dict):
        owner[name] = make(owner[name])
    else:
        setattr(owner, name, make(getattr(owner, name)))
