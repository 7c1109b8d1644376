"""Compare the name that a provider prints with the person's. Pure.

Banks print upper case, cut and without titles; wallets may mask (``sa**m``). A name is a weak check next to the
national identity number, so only a clear contradiction is a MISMATCH.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest

from prakerja.payouts.answers import NameMatch

_DEGREES = re.compile(
    r"(?:[ ,]+(?:S\.? ?(?:AG|E|FARM|H|HUM|I|IP|KED|KEP|KM|KOM|PD|PSI|SI|SOS|ST|T|TR)"
    r"|M\.? ?(?:AG|BA|H|HUM|KES|KOM|M|PD|SC|SI|T)|A\.? ?MD(?:\.? ?[A-Z]{2,4})?|PH\.? ?D)\.?)++$"
)
_TITLE_WORDS = "BAPAK BPK DR DRA DRG DRS H HAJI HAJJAH HJ IBU IR KH MR MRS MS NN NY PROF SDR SDRI TN USTADZ"
_TITLES = frozenset(_TITLE_WORDS.split())
_MUHAMMAD_SPELLINGS = "M MD MHD MOCH MOCHAMAD MOCHAMMAD MOH MOHAMAD MOHAMMAD MUCHAMMAD MUH MUHAMAD MUHAMMAD"
_MUHAMMAD = frozenset(_MUHAMMAD_SPELLINGS.split())
_OLD_SPELLINGS = (("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("NJ", "NY"), ("SJ", "SY"))
"""Before 1972; names kept it."""
_MASK = "*"
_LONGEST = 255
_ENOUGH_LETTERS = 3


def normalise(name: str) -> list[str]:
    """Upper-case words without accents, titles and punctuation; every masked letter is ``*``."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).upper()
    plain = _DEGREES.sub("", re.sub(r"X{2,}|[•●#]", lambda run: _MASK * len(run[0]), plain.strip()))
    plain = re.sub(r"\.(?=[A-Z*]{3})", " ", plain)
    words = re.sub(r"[^A-Z* ]", " ", re.sub(r"[.'’`]", "", plain)).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return words


def compare(ours: str, theirs: str | None) -> NameMatch:
    """MATCH: the same words. PARTIAL: cut, masked, abbreviated, one letter off, other order. UNKNOWN: too little said."""
    mine, printed = normalise(ours), normalise((theirs or "")[:_LONGEST])
    if not mine or not _clear(printed):
        return NameMatch.UNKNOWN
    if mine == printed or "".join(mine) == "".join(printed):
        return NameMatch.MATCH
    agreeing = printed if _masked_as_one(mine, printed) else _aligned(mine, printed)
    if agreeing is None:
        return NameMatch.PARTIAL if sorted(mine) == sorted(printed) else NameMatch.MISMATCH
    return NameMatch.PARTIAL if _clear(agreeing) >= _ENOUGH_LETTERS else NameMatch.UNKNOWN


def _clear(words: list[str]) -> int:
    return sum(letter != _MASK for word in words for letter in word)


def _aligned(mine: list[str], printed: list[str]) -> list[str] | None:
    """Walk both names in order; every word of the shorter one must find its like in the longer one."""
    few, many = (printed, mine) if len(printed) <= len(mine) else (mine, printed)
    agreeing, rest = [], iter(many)
    for word in few:
        for other in rest:
            left, right = (other, word) if few is printed else (word, other)
            if _alike(left, right, last=right == printed[-1]):
                agreeing.append(right)
                break
        else:
            return None
    return agreeing


def _alike(mine: str, printed: str, *, last: bool) -> bool:
    if _MASK in printed:
        return _fits(printed, mine)
    if _modern(mine) == _modern(printed) or {mine, printed} <= _MUHAMMAD:
        return True
    if 1 in (len(mine), len(printed)):
        return mine[0] == printed[0]
    return (last and mine.startswith(printed)) or _one_letter_off(mine, printed)


def _one_letter_off(left: str, right: str) -> bool:
    if min(len(left), len(right)) < 5 or abs(len(left) - len(right)) > 1:
        return False
    start = next(i for i, (a, b) in enumerate(zip_longest(left, right)) if a != b)
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _modern(word: str) -> str:
    for old, new in _OLD_SPELLINGS:
        word = word.replace(old, new)
    return word


def _masked_as_one(mine: list[str], printed: list[str]) -> bool:
    """Some wallets mask the whole name, spaces included: ``SI********AH``."""
    return len(printed) == 1 and _MASK in printed[0] and _fits(printed[0], " ".join(mine))


def _fits(printed: str, mine: str) -> bool:
    """Letters stand for themselves, a run of masks for any run: providers do not keep its length.

    Walked from left to right and not by a regular expression: that would try every way to share a long name out.
    """
    head, *middle, tail = re.split(r"\*+", printed)
    if len(mine) < len(head) + len(tail) or not (mine.startswith(head) and mine.endswith(tail)):
        return False
    at, end = len(head), len(mine) - len(tail)
    for part in middle:
        at = mine.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
