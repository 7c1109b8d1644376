"""Where the text that a client signed differs from the one that we would form of its request (pure).

Nothing here knows a key, a signature or a partner: it compares two texts that the asker has sent both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prakerja.partners.signature import Form, body_forms, strong_text
from prakerja.partners.wire import EMPTY, canonical_paths, parse

SHOWN = 24
"""Characters shown of either text from the first difference on."""
_LINES = ("first_line", "client_code", "timestamp", "nonce", "method", "path", "body_sha256")


@dataclass(frozen=True)
class Sent:
    """A request as it is sent. ``nonce`` None: the contract's first signature is meant."""

    client_code: str
    timestamp: str
    method: str
    path: str
    body: str
    nonce: str | None


@dataclass(frozen=True)
class Part:
    """One part of the text. ``agrees`` None: not reached, because an earlier part differs."""

    part: str
    agrees: bool | None
    position: int | None = None
    """Of the first difference, within the part."""
    expected: str | None = None
    signed: str | None = None
    """Both texts from there on, cut short."""


@dataclass(frozen=True)
class Comparison:
    """``body_form``: which spelling of the body was signed, once all agrees."""

    parts: tuple[Part, ...]
    body_form: Form | None = None

    @property
    def differs(self) -> Part | None:
        """The first part that differs."""
        return next((part for part in self.parts if part.agrees is False), None)


def compare(sent: Sent, text: str) -> Comparison:
    """``text``: what the client signed. Raises MalformedBody for a body that is not one sane JSON object."""
    return _compare_lines(sent, text) if sent.nonce is not None else _compare_joined(sent, text)


def _compare_joined(sent: Sent, text: str) -> Comparison:
    """Of all spellings and paths that would be believed, the one that goes along with ``text`` for longest."""
    parsed = parse(sent.body.encode()) if sent.body else EMPTY
    best: tuple[int, list[tuple[str, str]], Form] | None = None
    for spelling, form in body_forms(parsed).items():
        for path in canonical_paths(sent.path):
            parts = [
                ("client_code", sent.client_code),
                ("timestamp", sent.timestamp),
                ("method", sent.method.upper()),
                ("path", path),
                ("body", spelling),
            ]
            whole = "".join(value for _, value in parts)
            if whole == text:
                return Comparison(tuple(Part(name, True) for name, _ in parts), form)
            same = _alike(whole, text)
            if best is None or same > best[0]:
                best = (same, parts, form)
    assert best is not None, "there is always a path, and at least the empty spelling"
    return Comparison(_split(best[1], best[0], text))


def _split(parts: Sequence[tuple[str, str]], same: int, text: str) -> tuple[Part, ...]:
    """The parts of the expected text, of which the first ``same`` characters are right."""
    found: list[Part] = []
    start = 0
    for number, (name, value) in enumerate(parts):
        end, is_last = start + len(value), number == len(parts) - 1
        if found and found[-1].agrees is not True:
            found.append(Part(name, None))
        elif same >= end and not is_last:
            found.append(Part(name, True))
        else:
            at = same - start
            found.append(Part(name, False, at, value[at : at + SHOWN], text[same : same + SHOWN]))
        start = end
    return tuple(found)


def _compare_lines(sent: Sent, text: str) -> Comparison:
    """Line by line: one that is wrong does not hide the others."""
    expected = strong_text(
        sent.client_code, sent.timestamp, sent.nonce or "", sent.method, sent.path, sent.body.encode()
    ).split("\n")
    signed = text.split("\n")
    found = []
    for name, right, given in zip(_LINES, expected, [*signed, *[""] * len(_LINES)], strict=False):
        at = _alike(right, given)
        wrong = Part(name, False, at, right[at : at + SHOWN], given[at : at + SHOWN])
        found.append(Part(name, True) if right == given else wrong)
    if len(signed) > len(_LINES):
        found[-1] = Part(_LINES[-1], False, len(expected[-1]), "", "\n".join(("", *signed[len(_LINES) :]))[:SHOWN])
    agrees = all(part.agrees for part in found)
    return Comparison(tuple(found), "strong" if agrees else None)


def _alike(one: str, other: str) -> int:
    """Length of the common beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
