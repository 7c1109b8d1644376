"""What waves need from outside: public randomness that nobody can choose, from a chained, signed beacon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from prakerja.platform.problems import Problem, Reaction, Unavailable

from .answers import BeaconChain, BeaconRound


class RoundNotYet(Unavailable):
    """The round lies in the future; ``retry_after`` says in how many seconds to ask again."""

    slug: ClassVar[str] = "beacon-round-not-yet"
    title: ClassVar[str] = "The beacon round is not out yet"
    title_id: ClassVar[str] = "Putaran suar acak belum terbit"
    detail: ClassVar[str] = "Round {number} of the randomness beacon is not out yet."
    detail_id: ClassVar[str] = "Putaran {number} dari suar acak belum terbit."


class BeaconInvalid(Problem):
    """The beacon answered something that its own key or chain does not confirm. A person must look at it."""

    status: ClassVar[int] = 502
    slug: ClassVar[str] = "beacon-invalid"
    title: ClassVar[str] = "The randomness beacon's answer is not genuine"
    title_id: ClassVar[str] = "Jawaban suar acak tidak asli"
    detail: ClassVar[str] = "The answer about round {number} fails verification: {reason}."
    detail_id: ClassVar[str] = "Jawaban tentang putaran {number} gagal diverifikasi: {reason}."
    reaction: ClassVar[Reaction] = Reaction.GIVE_UP


class RandomnessBeacon(Protocol):
    """All calls raise `prakerja.platform.problems.Unavailable` (RETRY_LATER) when there is no proper answer."""

    def chain(self) -> BeaconChain:
        """The beacon's identity. Raises BeaconInvalid when it is not the one that this system is pinned to."""

    def round(self, number: int) -> BeaconRound:
        """A round, its signature and its link to the round before verified. Raises RoundNotYet, BeaconInvalid."""


class Archive(Protocol):
    """Large immutable files of a draw."""

    def get(self, name: str) -> bytes:
        """The content. Raises KeyError when there is no such file."""

    def put_once(self, name: str, content: bytes) -> bytes:
        """Write unless it is there already; answers what is there now."""

    def link(self, name: str) -> str:
        """An address that anybody can download it from for an hour."""


class TurnSchedules(Protocol):
    """Wakes ``turn_wave`` at given times (wall clock)."""

    def arrange(self, wave_id: str, times: Mapping[str, datetime]) -> None:
        """One schedule per name; arranging again moves it. A time in the past fires at once."""


class DrawRuns(Protocol):
    """Executions of the state machine."""

    def start(self, name: str, *, wave_id: str, phase: str, attempt: int) -> None:
        """Begin an execution; one of this name that began before counts as begun."""

    def status(self, name: str) -> str | None:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED; None if it was never begun."""
