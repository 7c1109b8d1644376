"""How hard the tests try: ``make prove`` is the same code with larger numbers."""

from __future__ import annotations

import os

from hypothesis import settings

PROVE = os.environ.get("PROVE") == "yes"
MORE = 10


def effort(examples: int) -> int:
    """How many examples a property is tried with: as many as given, ten times as many under ``make prove``."""
    return examples * MORE if PROVE else examples


def choose_profile() -> None:
    """``make test`` tries the same examples every time; ``make prove`` looks for new ones and prints how to repeat them."""
    settings.register_profile("test", derandomize=True, deadline=None)
    settings.register_profile("prove", max_examples=effort(100), deadline=None, print_blob=True)
    settings.load_profile("prove" if PROVE else "test")
