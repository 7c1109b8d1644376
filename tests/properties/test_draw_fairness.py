"""Over many seeds everybody has the same chance. The seeds are fixed, so the verdict never changes by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256

from prakerja.waves import draw
from prakerja.waves.draw import Result, RosterRow, Rules
from tests.support.draws import row, rules

PEOPLE, SEATS, DRAWS = 120, 30, 1500
ROWS = [row(number) for number in range(PEOPLE)]
LOW, HIGH = 70, 180  # chi-square with 119 degrees of freedom leaves these bounds less than once in 3,000


def selected_counts(terms: Rules, rows: Sequence[RosterRow], seed: Callable[[int], bytes]) -> Counter[str]:
    """How often each applicant was selected in ``DRAWS`` draws."""
    packed, _ = draw.entrants(terms, rows)
    times: Counter[str] = Counter()
    for number in range(DRAWS):
        selection = draw.select(terms, [draw.Candidates(draw.score(seed(number), packed))])
        times.update(
            entry.application_id for entry in rows if draw.outcome_of(entry, selection).result is Result.SELECTED
        )
    return times


def chi_square(times: Counter[str]) -> int:
    """The statistic in whole numbers, rounded down, corrected for drawing without putting back."""
    expected = DRAWS * SEATS // PEOPLE
    squares = sum((times[entry.application_id] - expected) ** 2 for entry in ROWS)
    return squares * PEOPLE * (PEOPLE - 1) // (expected * (PEOPLE - SEATS) * PEOPLE)


def seed_number(number: int) -> bytes:
    return sha256(b"fairness %d" % number).digest()


def test_everybody_has_the_same_chance() -> None:
    times = selected_counts(rules(quota=SEATS), ROWS, seed_number)
    assert times.total() == DRAWS * SEATS
    assert LOW < chi_square(times) < HIGH


def test_the_measure_would_notice_a_draw_without_chance() -> None:
    times = selected_counts(rules(quota=SEATS), ROWS, lambda number: bytes(32))
    assert chi_square(times) > 100 * HIGH


def test_the_measure_would_notice_one_person_in_ten_slightly_favoured() -> None:
    times = selected_counts(rules(quota=SEATS), ROWS, seed_number)
    for entry in ROWS[::10]:
        times[entry.application_id] += DRAWS // 20
    assert chi_square(times) > HIGH


def per_mille(members: int, seats: int) -> tuple[int, int]:
    """Chances of a member and of everybody else when the first ``members`` people have ``seats`` of their own."""
    group = [row(number, stratum="MIGRANT" if number < members else None) for number in range(PEOPLE)]
    times = selected_counts(rules(quota=SEATS, MIGRANT=seats), group, seed_number)
    inside = sum(times[entry.application_id] for entry in group[:members])
    return inside * 1000 // (members * DRAWS), (times.total() - inside) * 1000 // ((PEOPLE - members) * DRAWS)


def test_seats_of_a_stratum_raise_the_odds_of_its_members() -> None:
    """10 of the 30 seats for 20 of the 120 people: one in two, and one in five for the others."""
    member, other = per_mille(members=20, seats=10)
    assert 495 <= member <= 510
    assert 195 <= other <= 200


def test_seats_of_a_stratum_are_a_floor_and_no_bonus() -> None:
    """With one ticket for both pools, 2 seats for 40 people, who win about 10 anyway, leave everybody equal."""
    member, other = per_mille(members=40, seats=2)
    assert 240 <= member <= 260
    assert 240 <= other <= 260
