"""What an operator of the stand-in may change about a provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .profiles import Dedup, Profile


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError
    return int(text)


def _window(text: str) -> str:
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
        raise ValueError
    return text


def _encoding(text: str) -> str:
    if text not in ("base64", "hex"):
        raise ValueError
    return text


SETTINGS: Mapping[str, Callable[[str], Any]] = {
    "dedup": Dedup,
    "dedup_days": lambda text: _whole(text) if text else None,
    "encoding": _encoding,
    "end_of_day": _window,
    "asymmetric": lambda text: bool(_whole(text)),
    "callback_below": lambda text: bool(_whole(text)),
    "quiet": lambda text: bool(_whole(text)),
    **dict.fromkeys(
        (
            "callback_seconds", "calls_per_second", "fee", "inquiry_delay_seconds", "interbank_fee", "token_seconds",
            "tolerance_seconds",
        ),
        _whole,
    ),
}  # fmt: skip
"""Name → how its text is read."""


def changed(profile: Profile, given: Mapping[str, str]) -> Profile:
    """A provider with settings in force. Raises ValueError in words for whoever gave them."""
    changes = {}
    for name, text in given.items():
        try:
            changes[name] = SETTINGS[name](text)
        except ValueError:
            raise ValueError(f"{name} cannot be {text!r}") from None
    return replace(profile, **changes)
