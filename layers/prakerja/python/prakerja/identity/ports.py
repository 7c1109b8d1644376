"""What identity needs from outside: the civil registry (Dukcapil), which verifies and never hands out a record."""

from __future__ import annotations

from typing import Protocol

from .answers import RegistryAnswer, RegistryRecord


class CivilRegistry(Protocol):
    """One look-up costs money (Rp1,000 by PP 10/2023): callers count them."""

    def verify(self, record: RegistryRecord) -> RegistryAnswer:
        """Compare the record with the registry's own.

        Raises `prakerja.platform.problems.Unavailable` (RETRY_LATER) for everything that is not an answer: time-outs,
        5xx, refused keys, bodies that make no sense. Unavailable is never failed: the check stays pending. A record that
        is refused as it is written (400, 413, 422) is an answer, since only its person can mend it.
        """
