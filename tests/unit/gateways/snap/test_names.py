"""Names as banks and wallets print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap.names import compare, normalise
from prakerja.payouts.answers import NameMatch

CASES = """
MATCH     Siti Aminah            | SITI AMINAH
MATCH     Siti Aminah            | Siti  Aminah.
MATCH     Hj. Siti Aminah, S.Pd. | SITI AMINAH
MATCH     Dr. H. Ahmad Fauzi     | AHMAD FAUZI S.KOM
MATCH     Siti Nur'aini          | SITI NURAINI
MATCH     René D'Artagnan        | RENE DARTAGNAN
MATCH     Siti Aminah            | SITIAMINAH
MATCH     M.Yusuf Hidayat        | M YUSUF HIDAYAT
PARTIAL   Siti Aminah            | SITI AMIN
PARTIAL   Siti Aminah Rahayu     | SITI AMINAH
PARTIAL   Siti Aminah            | SITI AMINAH BINTI ABDUL
PARTIAL   Muhammad Rizki         | MOH RIZKI
PARTIAL   Muhammad Rizki         | M RIZKI
PARTIAL   Siti Aminah            | AMINAH SITI
PARTIAL   Siti Aminah            | SITI A
PARTIAL   Siti Aminah            | S AMINAH
PARTIAL   Siti Aminah            | SITI AMINAN
PARTIAL   Yuliana Sari           | YULIANNA SARI
PARTIAL   Siti Aminah            | si** am****
PARTIAL   Siti Aminah            | SITXX AMINXX
PARTIAL   Salim                  | sa**m
PARTIAL   Siti Aminah            | SIT******NAH
PARTIAL   Budi                   | BUDI SANTOSO
PARTIAL   Soekarno Poetra        | SUKARNO PUTRA
PARTIAL   Djoko Tjahjono         | JOKO CAHJONO
PARTIAL   Siti Aminah            | S*t* A*i*a*
PARTIAL   Siti Aminah            | SITI AMINAH QQ PRAKERJA
UNKNOWN   Siti Aminah            | S A
UNKNOWN   Siti Aminah            | S*** A*****
UNKNOWN   Siti Aminah            | *** ***
UNKNOWN   Siti Aminah            |
UNKNOWN   Siti Aminah            | ...
MISMATCH  Siti Aminah            | BUDI SANTOSO
MISMATCH  Siti Aminah            | SITI RAHAYU
MISMATCH  Siti Aminah            | B*** S******
MISMATCH  Salim                  | bu**m
MISMATCH  Salim                  | sal**lim
MISMATCH  Siti Aminah            | S*n*t* A*i*a*
MISMATCH  Ani                    | ADI
MISMATCH  Siti Aminah            | AMINAH SANTOSO
"""


def split(line: str) -> tuple[str, str, str]:
    match, rest = line.split(maxsplit=1)
    ours, theirs = rest.split("|")
    return match, ours.strip(), theirs.strip()


@pytest.mark.parametrize(("match", "ours", "theirs"), [split(line) for line in CASES.strip().splitlines()])
def test_compare(match: str, ours: str, theirs: str) -> None:
    assert compare(ours, theirs) is NameMatch(match)


def test_no_name_at_all() -> None:
    assert compare("Siti Aminah", None) is NameMatch.UNKNOWN


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "theirs",
    ["A*" * 120 + "B", "A" * 100_000, "*A" * 100_000, " AMD ST" * 30 + " !", "X" * 200_000, "M. " * 200 + "!"],
    ids=lambda text: text[:8],
)
def test_no_printed_name_takes_long(theirs: str) -> None:
    assert compare("A" * 200 + " SITI", theirs) in NameMatch
    assert compare("Siti Aminah", theirs) in NameMatch


names = st.lists(
    st.sampled_from(["SITI", "AMINAH", "BUDI", "SANTOSO", "RAHAYU", "WIJAYA", "NURHAYATI"]), min_size=1, max_size=4
)


@given(names)
def test_a_name_matches_itself_however_written(words: list[str]) -> None:
    assert compare(" ".join(words).title(), " ".join(words)) is NameMatch.MATCH


@given(names, st.integers(3, 40))
def test_a_cut_name_is_never_a_mismatch(words: list[str], length: int) -> None:
    full = " ".join(words)
    assert compare(full, full[:length]) in (NameMatch.MATCH, NameMatch.PARTIAL, NameMatch.UNKNOWN)


@given(st.text(), st.text())
def test_any_text_has_an_answer(ours: str, theirs: str) -> None:
    assert compare(ours, theirs) in NameMatch
    assert all(word for word in normalise(theirs))
