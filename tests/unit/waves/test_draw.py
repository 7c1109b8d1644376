"""Who gets a seat: the rules of the walk, one by one, and a whole draw fixed to the byte."""

from __future__ import annotations

from hashlib import sha256

import pytest

from prakerja.waves import draw
from prakerja.waves.draw import Outcome, Result, Rules, Stratum
from tests.support.draws import CHAIN, by_ticket, outcomes, row, rules, run

QUOTA_REACHED = Outcome(Result.NOT_SELECTED, reason="QUOTA_REACHED")
FAMILY_CAP = Outcome(Result.NOT_SELECTED, reason="FAMILY_CAP")


def seat(rank: int, pool: str = "GENERAL") -> Outcome:
    return Outcome(Result.SELECTED, pool, rank)


def reserve(position: int) -> Outcome:
    return Outcome(Result.RESERVE, None, position)


def test_seats_and_reserves_go_out_in_the_order_of_the_tickets() -> None:
    rows = [row(number) for number in range(6)]
    drawn = outcomes(rules(quota=2, reserves=2), rows)
    in_order = [drawn[entry.application_id] for entry in by_ticket(rows)]
    assert in_order == [seat(1), seat(2), reserve(1), reserve(2), QUOTA_REACHED, QUOTA_REACHED]


def test_another_seed_gives_another_order() -> None:
    rows = [row(number) for number in range(50)]
    terms = rules(quota=10)
    assert outcomes(terms, rows, seed=bytes(32)) != outcomes(terms, rows, seed=bytes(31) + b"\x01")


def test_who_is_not_eligible_never_competes_and_is_told_why() -> None:
    rows = [row(0, reason="STUDENT"), row(1), row(2, reason="CIVIL_SERVANT")]
    drawn = outcomes(rules(quota=3, reserves=3), rows)
    assert [drawn[entry.application_id] for entry in rows] == [
        Outcome(Result.NOT_SELECTED, reason="INELIGIBLE:STUDENT"),
        seat(1),
        Outcome(Result.NOT_SELECTED, reason="INELIGIBLE:CIVIL_SERVANT"),
    ]


def test_only_the_eligible_with_a_family_seat_left_compete() -> None:
    assert row(0, seats=1).competes
    assert not row(0, seats=0).competes
    assert not row(0, reason="STUDENT").competes


def test_a_family_gets_the_seats_it_has_left_and_no_more() -> None:
    rows = [row(number, family=7) for number in range(4)] + [row(9)]
    drawn = outcomes(rules(quota=5, reserves=5), rows)
    members = [drawn[entry.application_id] for entry in by_ticket(rows[:4])]
    assert [outcome.result for outcome in members[:2]] == [Result.SELECTED, Result.SELECTED]
    assert members[2:] == [FAMILY_CAP, FAMILY_CAP]
    assert drawn[rows[4].application_id].result is Result.SELECTED


def test_seats_that_a_family_used_in_earlier_waves_are_gone() -> None:
    one_left = [row(number, family=7, seats=1) for number in range(2)]
    none_left = [row(5, family=8, seats=0)]
    drawn = outcomes(rules(quota=5), [*one_left, *none_left])
    first, second = by_ticket(one_left)
    assert drawn[first.application_id] == seat(1)
    assert drawn[second.application_id] == FAMILY_CAP
    assert drawn[none_left[0].application_id] == FAMILY_CAP


def test_a_family_without_seats_is_told_so_even_when_the_quota_is_reached_first() -> None:
    rows = [row(number) for number in range(20)] + [row(99, family=8, seats=0)]
    assert outcomes(rules(quota=1), rows)[rows[-1].application_id] == FAMILY_CAP


def test_a_reserve_takes_a_family_seat_so_that_it_can_be_moved_up() -> None:
    family = by_ticket([row(number, family=7, seats=1) for number in range(2)])
    drawn = outcomes(rules(quota=0, reserves=2), family)
    assert [drawn[entry.application_id] for entry in family] == [reserve(1), FAMILY_CAP]


def test_members_of_a_stratum_get_its_seats_and_compete_again_with_the_same_ticket() -> None:
    rows = [row(number, stratum="MIGRANT" if number < 8 else None) for number in range(12)]
    in_order = by_ticket(rows)
    migrants = [entry for entry in in_order if entry.stratum]
    drawn = outcomes(rules(quota=5, MIGRANT=2), rows)
    assert [drawn[entry.application_id] for entry in migrants[:2]] == [seat(1, "MIGRANT"), seat(2, "MIGRANT")]
    left = [entry for entry in in_order if entry not in migrants[:2]]
    assert [drawn[entry.application_id] for entry in left[:3]] == [seat(1), seat(2), seat(3)]
    assert {drawn[entry.application_id] for entry in left[3:]} == {QUOTA_REACHED}


def test_seats_that_a_stratum_leaves_empty_go_to_everybody() -> None:
    rows = [row(0, stratum="MIGRANT"), *(row(number) for number in range(1, 10))]
    selection, _ = run(rules(quota=6, MIGRANT=4, DISABILITY=1), [rows], bytes(32))
    assert [(pool.pool, pool.seats, pool.selected) for pool in selection.pools] == [
        ("MIGRANT", 4, 1),
        ("DISABILITY", 1, 0),
        ("GENERAL", 5, 5),
    ]


def test_strata_are_served_in_the_order_of_the_rules() -> None:
    rows = [row(0, family=7, seats=1, stratum="MIGRANT"), row(1, family=7, seats=1, stratum="DISABILITY")]
    first = outcomes(rules(quota=2, MIGRANT=1, DISABILITY=1), rows)
    assert first[rows[0].application_id] == seat(1, "MIGRANT")
    assert first[rows[1].application_id] == FAMILY_CAP
    second = outcomes(rules(quota=2, DISABILITY=1, MIGRANT=1), rows)
    assert second[rows[1].application_id] == seat(1, "DISABILITY")
    assert second[rows[0].application_id] == FAMILY_CAP


@pytest.mark.parametrize(("people", "quota", "selected"), [(0, 5, 0), (0, 0, 0), (3, 0, 0), (3, 5, 3), (3, 3, 3)])
def test_boundaries(people: int, quota: int, selected: int) -> None:
    rows = [row(number) for number in range(people)]
    selection, tally = run(rules(quota=quota), [rows, []], bytes(32))
    assert selection.pools[-1].selected == selected
    assert tally.applications == people
    results = [draw.outcome_of(entry, selection).result for entry in rows]
    assert results.count(Result.SELECTED) == selected


def test_a_wave_without_any_shard() -> None:
    selection, tally = run(rules(quota=3, reserves=1, MIGRANT=1), [], bytes(32))
    assert (dict(selection.decided), selection.reserves, tally.applications) == ({}, 0, 0)


def test_a_walk_stops_reading_when_every_seat_is_taken() -> None:
    rows = [row(number) for number in range(30)]
    terms = rules(quota=4, reserves=1)
    packed, _ = draw.entrants(terms, rows)
    read: list[bytes] = []

    class Shard:
        def __iter__(self):  # type: ignore[no-untyped-def]
            for candidate in draw.Candidates(draw.score(bytes(32), packed)):
                read.append(candidate)
                yield candidate

    draw.select(terms, [Shard()])
    assert len(read) <= 6


def test_a_broken_roster_is_refused() -> None:
    with pytest.raises(draw.BrokenRoster, match="no stratum 'MIGRANT'"):
        outcomes(rules(quota=1), [row(0, stratum="MIGRANT")])
    with pytest.raises(draw.BrokenRoster, match="3 family seats"):
        outcomes(rules(quota=1), [row(0, seats=3)])
    with pytest.raises(draw.BrokenRoster, match="disagree"):
        outcomes(rules(quota=2), [row(0, family=7, seats=1), row(1, family=7, seats=2)])


@pytest.mark.parametrize(
    "change",
    [
        {"quota": -1},
        {"reserves": -1},
        {"family_cap": -1},
        {"strata": (Stratum("A", 6),)},
        {"strata": (Stratum("A", -1),)},
        {"strata": (Stratum("A", 1), Stratum("A", 1))},
        {"strata": (Stratum("GENERAL", 1),)},
        {"strata": (Stratum("lower case", 1),)},
        {"wave_id": ""},
        {"wave_id": "wave 71"},
    ],
)
def test_impossible_rules_are_refused(change: dict[str, object]) -> None:
    good = {"wave_id": "w", "quota": 5, "reserves": 0, "chain": CHAIN, "beacon_wait": rules(1).beacon_wait}
    assert Rules(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"quota|stratum|wave id"):
        Rules(**{**good, **change})  # type: ignore[arg-type]


def test_fields_are_framed_by_their_length() -> None:
    assert draw.framed(b"ab", b"", b"c") == b"\x00\x00\x00\x02ab\x00\x00\x00\x00\x00\x00\x00\x01c"
    assert draw.framed(b"ab", b"c") != draw.framed(b"a", b"bc")


def test_encodings_are_fixed_to_the_byte() -> None:
    """Every byte written out by hand, as docs/draw.md describes them."""
    root, output = bytes(range(32)), bytes(range(32, 64))
    application = "0190a5b4-1c2d-4e3f-8a5b-6c7d8e9fa0b1"
    raw = bytes.fromhex("0190a5b41c2d4e3f8a5b6c7d8e9fa0b1")
    seed = draw.seed("wave-71", root, output)
    assert seed == sha256(
        b"\x00\x00\x00\x15prakerja/draw/seed/v1\x00\x00\x00\x07wave-71\x00\x00\x00\x20" + root
        + b"\x00\x00\x00\x20" + output
    ).digest()  # fmt: skip
    assert seed.hex() == "99796660815931b7142da1016e348a2a14979408e4d927ed59406a87f2e90308"
    packed, _ = draw.entrants(rules(quota=1, MIGRANT=1), [draw.RosterRow(application, "0f" * 16, 2, "3171", "MIGRANT")])
    assert packed == raw + b"\x0f" * 16 + b"\x02\x01"
    ticket = sha256(
        b"\x00\x00\x00\x17prakerja/draw/ticket/v1\x00\x00\x00\x20" + seed + b"\x00\x00\x00\x10" + raw
    ).digest()
    assert draw.score(seed, packed) == ticket + packed
    assert ticket.hex() == "7979d4102c65dec5d3007271d59e7b4fa46f2b8aff8ddbfc8e4dfda6116bdff4"
    assert draw.join_leaf("wave-71", application) == (
        b"\x00\x00\x00\x15prakerja/wave/join/v1\x00\x00\x00\x07wave-71\x00\x00\x00\x10" + raw
    )
