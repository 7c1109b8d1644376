"""The search for what must never be written down: in function logs, dead letters and metrics."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.demo.admin import Admin
from sandbox.demo.files import Local
from sandbox.demo.play import Play

FIRST_LETTERS = 6
"""Every text that is looked for, except numbers, is longer."""
NUMBER = re.compile(r"(?<![\w.-])\d+(?![\w-]|\.\d)")


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
    """Look for every trace of this run's people, their codes, tokens, cookies and photos, partners' and providers' keys."""
    return look_for(traces_of(play, secrets), play.options.local, play.admin)


def traces_of(play: Play, secrets: set[str]) -> dict[str, str]:
    """Text to look for → what it is."""
    traces = dict.fromkeys(play.inbox.codes, "one-time code")
    traces |= dict.fromkeys(secrets | play.secrets, "key or token")
    for partner in (*play.platforms.values(), *play.institutions.values()):
        traces |= dict.fromkeys(partner.secrets, "token or code of a partner")
    for player in play.players:
        traces |= dict.fromkeys(player.person.traces(), "personal data")
        traces |= dict.fromkeys(player.who.secrets, "token, cookie or form token")
        for mark in player.who.photos:
            traces |= dict.fromkeys((mark, *base64_of(mark)), "photo")
        if player.account:
            traces[player.account] = "account number"
        if player.card:
            traces[player.card] = "card number"
    return {text: kind for text, kind in traces.items() if text}


def base64_of(text: str) -> list[str]:
    """What a text looks like inside something that was written as base64, wherever in it it stands."""
    return [base64.b64encode(b"?" * shift + text.encode()).decode()[4:-4] for shift in range(3)]


def look_for(traces: dict[str, str], local: Local, admin: Admin) -> Search:
    """Search the three places."""
    finder = Finder(traces)
    leaks: list[Leak] = []
    lines = 0
    for file in sorted([*local.logs.glob("*.log"), *local.cloud.glob("*.log")]):
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
    """Finds thousands of texts at once, by the first letters of each.

    Digits count only as a whole number, because timestamps are full of digits; everything else counts anywhere.
    """

    def __init__(self, traces: Mapping[str, str]) -> None:
        self._numbers = {text: kind for text, kind in traces.items() if text.isdigit()}
        self._texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for text, kind in traces.items():
            if not text.isdigit():
                self._texts[text.lower()[:FIRST_LETTERS]].append((text.lower(), kind))

    def find(self, line: str) -> Iterator[str]:
        """The kind of each trace in a line."""
        for number in NUMBER.findall(line):
            if number in self._numbers:
                yield self._numbers[number]
        line = line.lower()
        windows = {line[start : start + FIRST_LETTERS] for start in range(len(line))}
        for first_letters in windows & self._texts.keys():
            yield from (kind for text, kind in self._texts[first_letters] if text in line)
