"""Doing a command again when somebody else was faster between its reading and its writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prakerja.balance import BalanceChanged
from prakerja.membership import MembershipChanged
from prakerja.platform.problems import Unavailable
from prakerja.platform.table import Outcome
from prakerja.training.store.moved import Moved

Answer = TypeVar("Answer")

ATTEMPTS = 5
MOVED = (Moved, BalanceChanged, MembershipChanged)


def again_if_moved(command: Callable[[bool], Answer]) -> Answer:
    """Run ``command(is_repeat)`` until nobody interferes; from the second time on it must read anew.

    Raises Unavailable if that does not happen within a few attempts.
    """
    for attempt in range(ATTEMPTS):
        try:
            return command(attempt > 0)
        except MOVED:
            continue
    raise Unavailable(retry_after=1)


def unless_moved(outcome: Outcome) -> None:
    """Nothing was written if the money had been moved already, maybe by a command of another kind, which the answer must
    not hide. Raises Moved.
    """
    if outcome.repeated:
        raise Moved
