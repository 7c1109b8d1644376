"""What holds for every roster: one result at any cutting, quotas and family caps kept, and an honest folder is right."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from prakerja.waves import published
from prakerja.waves.draw import Result, RosterRow, Rules
from tests.support.draws import by_ticket, folder, outcomes, row, rules, verdict, with_manifest

GROUPS = (None, "MIGRANT", "DISABILITY")


@st.composite
def rosters(draw: st.DrawFn) -> list[RosterRow]:
    """Up to 30 applications in few families, so that families meet in every pool."""
    seats = draw(st.lists(st.integers(0, 2), min_size=1, max_size=12))
    people = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(seats) - 1),
                st.sampled_from(GROUPS),
                st.sampled_from((None, None, None, "STUDENT", "CIVIL_SERVANT")),
            ),
            max_size=30,
        )
    )
    return [row(number, home, seats[home], group, reason) for number, (home, group, reason) in enumerate(people)]


@st.composite
def wave_rules(draw: st.DrawFn) -> Rules:
    migrant, disability, general, reserves = (draw(st.integers(0, 8)) for _ in range(4))
    return rules(migrant + disability + general, reserves, MIGRANT=migrant, DISABILITY=disability)


seeds = st.binary(min_size=32, max_size=32)


@given(rosters(), wave_rules(), seeds, st.integers(1, 8), st.data())
def test_cutting_and_order_change_nothing(
    rows: list[RosterRow], terms: Rules, seed: bytes, shards: int, data: st.DataObject
) -> None:
    once = outcomes(terms, rows, seed)
    assert outcomes(terms, data.draw(st.permutations(rows)), seed, shards) == once


@given(rosters(), wave_rules(), seeds)
def test_quotas_and_family_caps_are_never_exceeded(rows: list[RosterRow], terms: Rules, seed: bytes) -> None:
    drawn = outcomes(terms, rows, seed)
    seated: Counter[str] = Counter()
    pools: Counter[str | None] = Counter()
    for entry in rows:
        outcome = drawn[entry.application_id]
        if outcome.result is not Result.NOT_SELECTED:
            assert entry.reason is None, "somebody not eligible got a place"
            seated[entry.family] += 1
            assert seated[entry.family] <= entry.family_seats_left
        if outcome.result is Result.SELECTED:
            pools[outcome.pool] += 1
            assert outcome.pool in ("GENERAL", entry.stratum)
    assert pools.total() <= terms.quota
    for stratum in terms.strata:
        assert pools[stratum.code] <= stratum.quota


@given(rosters(), wave_rules(), seeds)
def test_everybody_gets_one_outcome_and_ranks_have_no_gaps(rows: list[RosterRow], terms: Rules, seed: bytes) -> None:
    drawn = outcomes(terms, rows, seed)
    assert drawn.keys() == {entry.application_id for entry in rows}
    ranks: dict[tuple[Result, str | None], list[int]] = {}
    for entry in rows:
        outcome = drawn[entry.application_id]
        if outcome.result is Result.NOT_SELECTED:
            assert (outcome.pool, outcome.rank) == (None, None)
            assert (outcome.reason == f"INELIGIBLE:{entry.reason}") is (entry.reason is not None)
            assert entry.reason or outcome.reason in ("QUOTA_REACHED", "FAMILY_CAP")
        else:
            assert outcome.reason is None
            ranks.setdefault((outcome.result, outcome.pool), []).append(outcome.rank or 0)
    for taken in ranks.values():
        assert sorted(taken) == list(range(1, len(taken) + 1))


@given(rosters(), wave_rules(), seeds)
def test_no_seat_stays_empty_while_somebody_could_take_it(rows: list[RosterRow], terms: Rules, seed: bytes) -> None:
    """Empty seats of a stratum spill over; whoever is told QUOTA_REACHED met a full wave and a full reserve list."""
    drawn = outcomes(terms, rows, seed)
    results = Counter(outcome.result for outcome in drawn.values())
    if any(outcome.reason == "QUOTA_REACHED" for outcome in drawn.values()):
        assert results[Result.SELECTED] == terms.quota
        assert results[Result.RESERVE] == terms.reserves


@given(rosters(), wave_rules(), seeds)
def test_within_a_group_a_better_ticket_never_fares_worse(rows: list[RosterRow], terms: Rules, seed: bytes) -> None:
    """Among people of one stratum, leaving families aside: seats first, then reserves, then nobody."""
    drawn = outcomes(terms, rows, seed)
    order = [Result.SELECTED, Result.RESERVE, Result.NOT_SELECTED]
    for group in GROUPS:
        fared = [
            order.index(drawn[entry.application_id].result)
            for entry in by_ticket(rows, seed)
            if entry.stratum == group and entry.reason is None and drawn[entry.application_id].reason != "FAMILY_CAP"
        ]
        assert fared == sorted(fared)


@settings(max_examples=40, deadline=None)
@given(rosters(), wave_rules(), st.integers(0, 5), st.booleans())
def test_the_independent_verifier_agrees(rows: list[RosterRow], terms: Rules, shards: int, compressed: bool) -> None:
    right, text = verdict(folder(terms, rows, max(shards, 1 if rows else 0), compressed=compressed))
    assert right, text


FOLDER = folder(
    rules(4, 1, MIGRANT=1), [row(n, n // 3, 1, GROUPS[n % 2], "STUDENT" if n % 7 == 6 else None) for n in range(9)]
)
COMMITMENT = sha256(FOLDER["root.json"]).hexdigest()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FOLDER)), st.integers(0, 1 << 16), st.integers(1, 255), st.booleans())
def test_no_byte_can_be_changed(name: str, at: int, change: int, manifest_fits: bool) -> None:
    """One byte anywhere, also when the forger rewrites the manifest afterwards."""
    assume(not (manifest_fits and name == published.MANIFEST))
    data = bytearray(FOLDER[name])
    data[at % len(data)] ^= change
    files = {**FOLDER, name: bytes(data)}
    right, text = verdict(with_manifest(files) if manifest_fits else files, commitment=COMMITMENT)
    assert not right, text
