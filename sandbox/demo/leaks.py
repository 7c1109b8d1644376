"""The search for what must never be written down: in function logs, dead letters and metrics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.demo.admin import Admin
from sandbox.demo.files import Local
from sandbox.demo.play import Play


@dataclass(frozen=True)
class Leak:
    """Something secret or personal was found: where, and what kind. Never the value itself."""

    place: str
    kind: str


@dataclass(frozen=True)
class Search:
    """What was looked through and what was found."""

    lines: int
    dead_letters: int
    metrics: int
    traces: int
    leaks: list[Leak]


def search(play: Play, secrets: set[str]) -> Search:
    """Look for every trace of this run's people, their codes and tokens, partners' and providers' keys."""
    return look_for(traces_of(play, secrets), play.options.local, play.admin)


def traces_of(play: Play, secrets: set[str]) -> dict[str, str]:
    """Text to look for → what it is."""
    traces = dict.fromkeys(play.inbox.codes, "one-time code")
    traces |= dict.fromkeys(secrets | play.secrets, "key or token")
    for player in play.players:
        traces |= dict.fromkeys(player.person.traces(), "personal data")
        traces |= dict.fromkeys(player.who.secrets, "token")
        if player.account:
            traces[player.account] = "account number"
        if player.card:
            traces[player.card] = "card number"
    return {text: kind for text, kind in traces.items() if text}


def look_for(traces: dict[str, str], local: Local, admin: Admin) -> Search:
    """Search the three places."""
    finder = Finder(traces)
    leaks: list[Leak] = []
    lines = 0
    for file in sorted(local.logs.glob("*.log")):
        with file.open(encoding="utf-8", errors="replace") as log:
            for line in log:
                lines += 1
                leaks += [Leak(f"log of {file.stem}", kind) for kind in finder.find(line)]
    letters = list(admin.dead_letters())
    leaks += [Leak(f"dead letter in {queue}", kind) for queue, text in letters for kind in finder.find(text)]
    metrics = list(admin.metrics())
    leaks += [Leak("metric", kind) for text in metrics for kind in finder.find(text)]
    return Search(lines, len(letters), len(metrics), len(traces), leaks)


class Finder:
    """Finds many texts at once. Digits count only as a whole number, because timestamps are full of digits."""

    def __init__(self, traces: dict[str, str]) -> None:
        self._whole = {text: kind for text, kind in traces.items() if text.isdigit()}
        parts = {text: kind for text, kind in traces.items() if not text.isdigit()}
        self._parts = {text.lower(): kind for text, kind in parts.items()}
        self._pattern = re.compile("|".join(map(re.escape, self._parts))) if self._parts else None

    def find(self, line: str) -> Iterator[str]:
        """The kind of each trace in a line."""
        yield from self._numbers(re.findall(r"(?<![\w.-])\d+(?![\w-]|\.\d)", line))
        if self._pattern:
            yield from (self._parts[found] for found in self._pattern.findall(line.lower()))

    def _numbers(self, numbers: Iterable[str]) -> Iterator[str]:
        yield from (self._whole[number] for number in numbers if number in self._whole)
