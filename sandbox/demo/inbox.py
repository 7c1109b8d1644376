"""Reading what people were sent, in the outside world's inbox: the only place where a code can be seen."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import urllib3

from sandbox.demo.api import NoAnswer, Stopped

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
EVERY_SECONDS = 0.3


@dataclass(frozen=True)
class Letter:
    """One message as it was received. ``number`` counts all messages of the inbox."""

    number: int
    subject: str
    text: str


class Inbox:
    """Follows the inbox from now on. ``address`` is a phone (08…) or an e-mail address in small letters."""

    def __init__(self, world_url: str, stop: threading.Event) -> None:
        self._url = f"{world_url}/inbox/messages"
        self._stop = stop
        self._letters: dict[str, list[Letter]] = defaultdict(list)
        self._news = threading.Condition()
        self._pool = urllib3.PoolManager()
        self.last = max([letter["number"] for letter in self._read("?limit=1")], default=0)
        self.codes: set[str] = set()
        """Every code that was seen."""
        self._thread = threading.Thread(target=self._follow, name="inbox", daemon=True)
        self._thread.start()

    def code(self, address: str, after: int, seconds: float) -> tuple[int, str] | None:
        """The first code that came to ``address`` after message ``after``, with the number of its message; None if
        none comes in time."""
        found = self.letter(address, after, CODE, seconds)
        if found is None:
            return None
        code = str(CODE.findall(found.text)[0])
        self.codes.add(code)
        return found.number, code

    def letter(self, address: str, after: int, text: re.Pattern[str], seconds: float) -> Letter | None:
        """The first message after ``after`` whose subject or text matches. Raises Stopped."""
        until = time.monotonic() + seconds
        with self._news:
            while True:
                for letter in self._letters[address.lower()]:
                    if letter.number > after and (text.search(letter.text) or text.search(letter.subject)):
                        return letter
                if self._stop.is_set():
                    raise Stopped
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(min(left, 1.0))

    def subjects(self, address: str) -> Counter[str]:
        """How many messages of each subject came to an address."""
        with self._news:
            return Counter(letter.subject for letter in self._letters[address.lower()])

    def _follow(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            try:
                fresh = self._read(f"?since={self.last}&limit=1000")
            except NoAnswer:
                continue  # it was killed, and comes back
            with self._news:
                for letter in reversed(fresh):
                    found = Letter(letter["number"], letter["subject"], letter["text"])
                    self._letters[letter["address"]].append(found)
                    self.last = letter["number"]
                if fresh:
                    self._news.notify_all()

    def _read(self, query: str) -> list[dict[str, Any]]:
        try:
            answer = self._pool.request("GET", self._url + query, timeout=5.0, retries=False)
            letters: list[dict[str, Any]] = answer.json()["messages"]
        except (urllib3.exceptions.HTTPError, ValueError, KeyError) as error:
            raise NoAnswer("the inbox does not answer") from error
        return letters
